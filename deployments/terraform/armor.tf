locals {
  # Looked for where no text of a user is: a script about SQL, or about attacks, is no attack. What is
  # sent to /v1 as a document is checked field by field, and stored by bound parameters; what services
  # call back has titles of users in it, and is not read.
  has_no_text = "!(request.method == 'POST' && request.path.matches('^/(v1|callbacks)/'))"

  # Rules that Google keeps, at their surest level.
  attacks = {
    sqli             = { priority = 200, condition = "${local.has_no_text} && " }
    xss              = { priority = 210, condition = "${local.has_no_text} && " }
    lfi              = { priority = 220, condition = "${local.has_no_text} && " }
    rce              = { priority = 230, condition = "${local.has_no_text} && " }
    protocolattack   = { priority = 240, condition = "${local.has_no_text} && " }
    scannerdetection = { priority = 250, condition = "" }
  }
}

# The first rule that matches decides. Keys are counted by the API itself, over all instances.
resource "google_compute_security_policy" "edge" {
  name        = "aiprod-edge"
  description = "What may come from the internet"

  # For the sidecar and for Pub/Sub, neither of which comes this way. Decoded, as the API does it.
  rule {
    action      = "deny(404)"
    priority    = 100
    description = "Routes for machines inside"

    match {
      expr {
        expression = "request.path.urlDecode().matches('^/+(metrics|process-job)')"
      }
    }
  }

  dynamic "rule" {
    for_each = local.attacks

    content {
      action      = "deny(403)"
      priority    = rule.value.priority
      description = rule.key

      match {
        expr {
          expression = "${rule.value.condition}evaluatePreconfiguredWaf('${rule.key}-v33-stable', {'sensitivity': 1})"
        }
      }
    }
  }

  rule {
    action      = "deny(403)"
    priority    = 260
    description = "Log4j and the like (CVE-2021-44228)"

    match {
      expr {
        expression = "evaluatePreconfiguredWaf('cve-canary')"
      }
    }
  }

  # Floods. Twice what the API allows a key: many users may share an address.
  rule {
    action      = "throttle"
    priority    = 1000
    description = "Requests of an address"

    match {
      versioned_expr = "SRC_IPS_V1"

      config {
        src_ip_ranges = ["*"]
      }
    }

    rate_limit_options {
      conform_action = "allow"
      exceed_action  = "deny(429)"
      enforce_on_key = "IP"

      rate_limit_threshold {
        count        = 1200
        interval_sec = 60
      }
    }
  }

  rule {
    action      = "allow"
    priority    = 2147483647
    description = "The rest; Google wants this rule"

    match {
      versioned_expr = "SRC_IPS_V1"

      config {
        src_ip_ranges = ["*"]
      }
    }
  }
}
