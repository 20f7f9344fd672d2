# One account per reader of secrets, and each grant on the one thing it is for, beside that thing.
# What Google gives on a project alone is here.
locals {
  renders = local.is_dataflow ? google_service_account.worker[0].member : google_service_account.api.member
}

resource "google_service_account" "api" {
  account_id   = "aiprod-sa"
  display_name = "AIPROD: API, and the worker beside it"
}

resource "google_service_account" "worker" {
  count = local.is_dataflow ? 1 : 0

  account_id   = "aiprod-worker"
  display_name = "AIPROD: machines of the streaming job"
}

resource "google_service_account" "push" {
  account_id   = "aiprod-push"
  display_name = "AIPROD: pushes of Pub/Sub, which may do nothing else"
}

resource "google_service_account" "timer" {
  account_id   = "aiprod-timer"
  display_name = "AIPROD: starts the collection of garbage, and nothing else"
}

# Connecting is granted on a project; the condition leaves one database of it.
resource "google_project_iam_member" "api_connects" {
  project = var.project
  role    = "roles/cloudsql.client"
  member  = google_service_account.api.member

  condition {
    title      = "only ${local.database}"
    expression = "resource.name == 'projects/${var.project}/instances/${local.database}' && resource.service == 'sqladmin.googleapis.com'"
  }
}

# What the sidecar collects. Logs of Cloud Run need no grant.
resource "google_project_iam_member" "api_writes_metrics" {
  project = var.project
  role    = "roles/monitoring.metricWriter"
  member  = google_service_account.api.member
}

# What every machine of Dataflow does: takes work, reports, writes logs. The role has objects of all
# buckets of the project in it, and Google knows none with less.
resource "google_project_iam_member" "worker" {
  count = local.is_dataflow ? 1 : 0

  project = var.project
  role    = "roles/dataflow.worker"
  member  = google_service_account.worker[0].member
}

# Films of Veo. Text-to-Speech asks for no role: any account of the project may, once its API is on.
resource "google_project_iam_member" "asks_vertex" {
  count = contains(var.services, "veo") ? 1 : 0

  project = var.project
  role    = "roles/aiplatform.user"
  member  = local.renders
}

# Links to videos are signed by the account, which has no key: it asks for that as itself.
resource "google_service_account_iam_member" "api_signs_links" {
  service_account_id = google_service_account.api.name
  role               = "roles/iam.serviceAccountTokenCreator"
  member             = google_service_account.api.member
}

# Who reads secrets, makes tokens and connects to the database is noted, beside our own audit log.
resource "google_project_iam_audit_config" "data" {
  for_each = toset([
    "cloudsql.googleapis.com",
    "iam.googleapis.com",
    "secretmanager.googleapis.com",
  ])

  project = var.project
  service = each.value

  dynamic "audit_log_config" {
    for_each = ["ADMIN_READ", "DATA_READ", "DATA_WRITE"]

    content {
      log_type = audit_log_config.value
    }
  }
}
