locals {
  # What is counted in the ledger is the same on all instances, hence `max`. Meanings: docs/operations.md.
  alerts = {
    errors = {
      says  = "More than 5 % of requests fail"
      query = "sum(rate(run_googleapis_com:request_count{monitored_resource=\"cloud_run_revision\",service_name=\"${local.service}\",response_code_class=\"5xx\"}[5m])) / sum(rate(run_googleapis_com:request_count{monitored_resource=\"cloud_run_revision\",service_name=\"${local.service}\"}[5m])) > 0.05"
      lasts = "300s"
      then  = "Read the errors of the service in Cloud Logging. Roll back if they came with a release."
    }
    silent = {
      says  = "The API does not answer from outside"
      query = "avg(avg_over_time(monitoring_googleapis_com:uptime_check_check_passed{monitored_resource=\"uptime_url\",check_id=\"${google_monitoring_uptime_check_config.health.uptime_check_id}\"}[5m])) < 0.5"
      lasts = "300s"
      then  = "Look at the certificate, the record of the domain, and the instances."
    }
    certificate = {
      says  = "The certificate ends within 15 days"
      query = "min(monitoring_googleapis_com:uptime_check_time_until_ssl_cert_expires{monitored_resource=\"uptime_url\",check_id=\"${google_monitoring_uptime_check_config.health.uptime_check_id}\"}) < 15"
      lasts = "3600s"
      then  = "Google renews it a month before. Does the domain still point to the load balancer?"
    }
    blind = {
      says  = "No instance sends metrics, so most alerts are silent"
      query = "absent(aiprod_ledger_up)"
      lasts = "600s"
      then  = "Look at the container `metrics` of the service, and whether /metrics answers inside."
    }
    ledger = {
      says  = "The ledger does not answer"
      query = "max(aiprod_ledger_up) < 1"
      lasts = "120s"
      then  = "Look at the database: is it up, are its connections used up?"
    }
    queue = {
      says  = "Jobs wait for more than 10 minutes"
      query = "max(aiprod_queue_oldest_seconds{queue=\"service\"}) > 600"
      lasts = "300s"
      then  = "More instances, or more machines: max_instances, max_workers. Do workers live?"
    }
    rings = {
      says  = "Rings lie in the outbox, or in the subscription, for more than 5 minutes"
      query = "max(aiprod_outbox_oldest_seconds) > 300 or max(pubsub_googleapis_com:subscription_oldest_unacked_message_age{monitored_resource=\"pubsub_subscription\",subscription_id=\"${local.is_dataflow ? local.pulled : local.pushed}\"}) > 300"
      lasts = "300s"
      then  = "Does the topic take messages? Are pushes refused (401, 403), or has the streaming job stopped?"
    }
    dead_letters = {
      says  = "There are dead letters"
      query = "max(pubsub_googleapis_com:subscription_num_undelivered_messages{monitored_resource=\"pubsub_subscription\",subscription_id=\"${local.dead_kept}\"}) > 0"
      lasts = "0s"
      then  = "aiprod dlq list; what Pub/Sub itself moved: gcloud pubsub subscriptions pull ${local.dead_kept}"
    }
    stuck = {
      says  = "Jobs are at work and nobody works on them"
      query = "max(aiprod_stuck_jobs) > 0"
      lasts = "600s" # a lease, and some rounds of the sweeper
      then  = "aiprod jobs list; the log of one: jsonPayload.job=\"job-...\""
    }
    failed_jobs = {
      says  = "More than a fifth of the jobs that end fail"
      query = "delta(max(aiprod_jobs{status=\"failed\"})[1h:1m]) / (delta(max(aiprod_jobs{status=\"failed\"})[1h:1m]) + delta(max(aiprod_jobs{status=\"done\"})[1h:1m])) > 0.2 and delta(max(aiprod_jobs{status=\"failed\"})[1h:1m]) >= 5"
      lasts = "0s"
      then  = "aiprod jobs list --status failed: each says its stage and its reason."
    }
    providers = {
      says  = "A paid service refuses, or sends what cannot be used"
      query = "sum by (provider) (delta(max by (provider, status) (aiprod_provider_calls{status=~\"refused|unknown|unusable\"})[30m:1m])) >= 5"
      lasts = "0s"
      then  = "Its status page; the key and the credit of the account. `aiprod spending off` stops all paying."
    }
    spending = {
      says  = "Paid services cost more than ${var.daily_spend_usd} dollars in a day"
      query = "sum(delta(max by (provider, status) (aiprod_provider_cost_usd)[1d:10m])) > ${var.daily_spend_usd}"
      lasts = "0s"
      then  = "`aiprod spending off` stops all paying at once."
    }
    webhooks = {
      says  = "Webhooks are given up"
      query = "delta(max(aiprod_webhook_deliveries{status=\"failed\"})[1h:1m]) >= 5"
      lasts = "0s"
      then  = "aiprod webhooks log JOB says what came of each; once the receiver answers, aiprod webhooks replay."
    }
    database = {
      says  = "The database has few connections left"
      query = "sum(cloudsql_googleapis_com:database_postgresql_num_backends{monitored_resource=\"cloudsql_database\",database_id=\"${var.project}:${local.database}\"}) > ${floor(local.max_connections * 0.9)}"
      lasts = "300s"
      then  = "docs/operations.md counts them. Lower AIPROD_DB_POOL or max_instances."
    }
  }
}

resource "google_monitoring_notification_channel" "email" {
  display_name = "AIPROD on call"
  type         = "email"
  labels       = { email_address = var.alert_email }
  depends_on   = [google_project_service.used]
}

resource "google_monitoring_alert_policy" "all" {
  for_each = local.alerts

  display_name          = "AIPROD: ${each.value.says}"
  combiner              = "OR"
  notification_channels = [google_monitoring_notification_channel.email.id]
  user_labels           = local.labels

  conditions {
    display_name = each.value.says

    condition_prometheus_query_language {
      query               = each.value.query
      duration            = each.value.lasts
      evaluation_interval = "60s"
      # Ours begin when the first instance sends them, which may be after this.
      disable_metric_validation = true
    }
  }

  documentation {
    content   = each.value.then
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
