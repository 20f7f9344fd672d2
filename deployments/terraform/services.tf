# Paid services that let the account in that renders, without a key, by their APIs.
locals {
  keyless = {
    for name, api in { google = "texttospeech.googleapis.com", veo = "aiplatform.googleapis.com" } :
    name => api if contains(var.services, name)
  }
}

# The APIs that are used. They stay on when this is destroyed: others may use them, too.
resource "google_project_service" "used" {
  for_each = toset(concat(values(local.keyless), [
    "artifactregistry.googleapis.com",
    "billingbudgets.googleapis.com",
    "cloudbuild.googleapis.com",
    "cloudscheduler.googleapis.com",
    "compute.googleapis.com",
    "containerscanning.googleapis.com",
    "dataflow.googleapis.com",
    "iam.googleapis.com",
    "iap.googleapis.com",
    "iamcredentials.googleapis.com",
    "logging.googleapis.com",
    "monitoring.googleapis.com",
    "pubsub.googleapis.com",
    "run.googleapis.com",
    "secretmanager.googleapis.com",
    "servicenetworking.googleapis.com",
    "sqladmin.googleapis.com",
    "storage.googleapis.com",
  ]))

  service            = each.value
  disable_on_destroy = false
}

data "google_project" "this" {}
