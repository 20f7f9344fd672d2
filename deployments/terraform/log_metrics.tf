# Counts of what is logged and in no ledger, by the fields of our records (docs/operations.md, logs).
locals {
  log_metrics = {
    for name in fileset("${local.monitoring}/log-metrics", "*.yaml") :
    trimsuffix(name, ".yaml") => yamldecode(file("${local.monitoring}/log-metrics/${name}"))
  }
}

resource "google_logging_metric" "all" {
  for_each = local.log_metrics

  name             = each.key
  description      = each.value.description
  filter           = each.value.filter
  label_extractors = each.value.labelExtractors

  metric_descriptor {
    metric_kind = each.value.metricDescriptor.metricKind
    value_type  = each.value.metricDescriptor.valueType

    dynamic "labels" {
      for_each = each.value.metricDescriptor.labels

      content {
        key        = labels.value.key
        value_type = labels.value.valueType
      }
    }
  }

  depends_on = [google_project_service.used]
}
