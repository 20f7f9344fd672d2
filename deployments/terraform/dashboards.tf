# The panels that Grafana has, too. `make dashboards` writes both.
resource "google_monitoring_dashboard" "all" {
  for_each = fileset("${local.monitoring}/google-dashboards", "*.json")

  dashboard_json = file("${local.monitoring}/google-dashboards/${each.value}")
  depends_on     = [google_project_service.used]
}
