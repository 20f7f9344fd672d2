# From the internet to the API: address, certificate, load balancer.
resource "google_compute_global_address" "edge" {
  name       = "aiprod-edge"
  depends_on = [google_project_service.used]
}

resource "google_compute_managed_ssl_certificate" "edge" {
  name = "aiprod-${replace(var.domain, ".", "-")}"

  managed {
    domains = [var.domain]
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "google_compute_ssl_policy" "edge" {
  name            = "aiprod-edge"
  profile         = "MODERN"
  min_tls_version = "TLS_1_2"
}

resource "google_compute_region_network_endpoint_group" "api" {
  name                  = "aiprod-api"
  region                = var.region
  network_endpoint_type = "SERVERLESS"

  cloud_run {
    service = google_cloud_run_v2_service.api.name
  }
}

# Without a time limit of its own: those of the service hold.
resource "google_compute_backend_service" "api" {
  name                  = "aiprod-api"
  load_balancing_scheme = "EXTERNAL_MANAGED"
  protocol              = "HTTPS"
  security_policy       = google_compute_security_policy.edge.id

  # What the API calls public (`Cache-Control: public`) is answered from the edge; everything else
  # says that nobody may keep it. Why files of tenants are not there: docs/adr/0006.
  enable_cdn = true
  cdn_policy {
    cache_mode       = "USE_ORIGIN_HEADERS"
    negative_caching = false
  }

  backend {
    group = google_compute_region_network_endpoint_group.api.id
  }

  log_config {
    enable      = true
    sample_rate = 0.1
  }
}

resource "google_compute_url_map" "edge" {
  name            = "aiprod-edge"
  default_service = google_compute_backend_service.api.id
}

resource "google_compute_target_https_proxy" "edge" {
  name             = "aiprod-edge"
  url_map          = google_compute_url_map.edge.id
  ssl_certificates = [google_compute_managed_ssl_certificate.edge.id]
  ssl_policy       = google_compute_ssl_policy.edge.id
}

resource "google_compute_global_forwarding_rule" "https" {
  name                  = "aiprod-https"
  load_balancing_scheme = "EXTERNAL_MANAGED"
  ip_address            = google_compute_global_address.edge.id
  port_range            = "443"
  target                = google_compute_target_https_proxy.edge.id
}

# Who comes without TLS is sent to where it is, before the API hears of it.
resource "google_compute_url_map" "to_https" {
  name = "aiprod-to-https"

  default_url_redirect {
    https_redirect         = true
    redirect_response_code = "PERMANENT_REDIRECT"
    strip_query            = false
  }
}

resource "google_compute_target_http_proxy" "to_https" {
  name    = "aiprod-to-https"
  url_map = google_compute_url_map.to_https.id
}

resource "google_compute_global_forwarding_rule" "http" {
  name                  = "aiprod-http"
  load_balancing_scheme = "EXTERNAL_MANAGED"
  ip_address            = google_compute_global_address.edge.id
  port_range            = "80"
  target                = google_compute_target_http_proxy.to_https.id
}
