locals {
  monitoring = "${path.module}/../monitoring"

  # The rules that a Prometheus has, too: what they are, when they fire and when not is tested there.
  rules = {
    for rule in flatten(yamldecode(file("${local.monitoring}/alerts.yaml")).groups[*].rules) :
    rule.alert => {
      says     = split("\n", local.chapters[split("#", rule.annotations.runbook)[1]])[0]
      query    = rule.expr
      lasts    = can(rule["for"]) ? "${60 * tonumber(trimsuffix(rule["for"], "m"))}s" : "0s"
      severity = rule.labels.severity
      chapter  = split("#", rule.annotations.runbook)[1]
    }
  }

  # What Google alone knows. Its metrics, in PromQL: https://cloud.google.com/monitoring/promql/promql-mapping
  of_google = {
    AiprodEdgeErrors = {
      says     = "More than 5 % of requests fail, as Cloud Run counts them: those of instances that do not start, too"
      query    = "sum(rate(run_googleapis_com:request_count{monitored_resource=\"cloud_run_revision\",service_name=\"${local.service}\",response_code_class=\"5xx\"}[5m])) / sum(rate(run_googleapis_com:request_count{monitored_resource=\"cloud_run_revision\",service_name=\"${local.service}\"}[5m])) > 0.05"
      lasts    = "300s"
      severity = "critical"
      chapter  = "requests-fail"
    }
    AiprodUnreachable = {
      says     = "The API does not answer from outside"
      query    = "avg(avg_over_time(monitoring_googleapis_com:uptime_check_check_passed{monitored_resource=\"uptime_url\",check_id=\"${google_monitoring_uptime_check_config.health.uptime_check_id}\"}[5m])) < 0.5"
      lasts    = "300s"
      severity = "critical"
      chapter  = "nobody-reaches-the-api"
    }
    AiprodCertificateEnds = {
      says     = "The certificate ends within 15 days"
      query    = "min(monitoring_googleapis_com:uptime_check_time_until_ssl_cert_expires{monitored_resource=\"uptime_url\",check_id=\"${google_monitoring_uptime_check_config.health.uptime_check_id}\"}) < 15"
      lasts    = "3600s"
      severity = "warning"
      chapter  = "a-certificate-ends"
    }
    AiprodRingsLie = {
      says     = "Rings lie in the subscription for more than 5 minutes"
      query    = "max(pubsub_googleapis_com:subscription_oldest_unacked_message_age{monitored_resource=\"pubsub_subscription\",subscription_id=\"${local.is_dataflow ? local.pulled : local.pushed}\"}) > 300"
      lasts    = "300s"
      severity = "warning"
      chapter  = "rings-are-not-published"
    }
    AiprodPutAside = {
      says     = "Pub/Sub has put messages aside"
      query    = "max(pubsub_googleapis_com:subscription_num_undelivered_messages{monitored_resource=\"pubsub_subscription\",subscription_id=\"${local.dead_kept}\"}) > 0"
      lasts    = "0s"
      severity = "warning"
      chapter  = "there-are-dead-letters"
    }
    AiprodWorkerEnds = {
      says     = "A worker has died three times in ten minutes"
      query    = "sum(increase(logging_googleapis_com:user_aiprod_worker_ended{monitored_resource=\"cloud_run_revision\"}[10m])) >= 3"
      lasts    = "0s"
      severity = "warning"
      chapter  = "no-worker-is-alive"
    }
    AiprodSpendsMuch = {
      says     = "Paid services cost more than ${var.daily_spend_usd} dollars in a day"
      query    = "sum(delta(max by (provider, status) (aiprod_provider_cost_usd)[1d:10m])) > ${var.daily_spend_usd}"
      lasts    = "0s"
      severity = "critical"
      chapter  = "money-goes-faster-than-before"
    }
    AiprodConnections = {
      says     = "The database has few connections left"
      query    = "sum(cloudsql_googleapis_com:database_postgresql_num_backends{monitored_resource=\"cloudsql_database\",database_id=\"${var.project}:${local.database}\"}) > ${floor(local.max_connections * 0.9)}"
      lasts    = "300s"
      severity = "critical"
      chapter  = "the-database-is-nearly-full"
    }
    # It grows by itself; who has set a limit, or a quota that is used up, is told.
    AiprodDatabaseDisk = {
      says     = "More than nine tenths of the disk of the database are used"
      query    = "max(cloudsql_googleapis_com:database_disk_utilization{monitored_resource=\"cloudsql_database\",database_id=\"${var.project}:${local.database}\"}) > 0.9"
      lasts    = "1800s"
      severity = "critical"
      chapter  = "the-database-is-nearly-full"
    }
  }

  # What to do, which goes out with the alert: the chapters below "Alerts".
  runbooks = split("\n## ", split("\n## Alerts\n", file("${path.module}/../../docs/operations.md"))[1])[0]
  chapters = {
    for number, chapter in split("\n### ", local.runbooks) :
    lower(replace(replace(split("\n", chapter)[0], "/[^\\w -]/", ""), " ", "-")) => trimspace(chapter) if number > 0
  }
}

resource "google_monitoring_notification_channel" "email" {
  display_name = "AIPROD on call"
  type         = "email"
  labels       = { email_address = var.alert_email }
  depends_on   = [google_project_service.used]
}

resource "google_monitoring_alert_policy" "all" {
  for_each = merge(local.rules, local.of_google)

  display_name          = "${each.key}: ${each.value.says}"
  severity              = upper(each.value.severity)
  combiner              = "OR"
  notification_channels = [google_monitoring_notification_channel.email.id]
  user_labels           = local.labels

  conditions {
    display_name = each.key

    condition_prometheus_query_language {
      query               = each.value.query
      duration            = each.value.lasts
      evaluation_interval = "60s"
      # Ours begin when the first instance sends them, which may be after this.
      disable_metric_validation = true
    }
  }

  documentation {
    content   = local.chapters[each.value.chapter]
    mime_type = "text/markdown"
  }

  alert_strategy {
    auto_close = "86400s"
  }
}

# From outside, by the way of users, TLS included.
resource "google_monitoring_uptime_check_config" "health" {
  display_name = "aiprod-health"
  period       = "60s"
  timeout      = "10s"

  http_check {
    path         = "/health"
    port         = 443
    use_ssl      = true
    validate_ssl = true
  }

  monitored_resource {
    type   = "uptime_url"
    labels = { project_id = var.project, host = var.domain }
  }

  depends_on = [google_project_service.used]
}
