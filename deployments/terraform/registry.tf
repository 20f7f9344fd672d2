# Images: <region>-docker.pkg.dev/<project>/aiprod/api and /pipeline.
resource "google_artifact_registry_repository" "images" {
  repository_id = local.repository
  location      = var.region
  format        = "DOCKER"
  description   = "Images of the API and of the pipeline"
  labels        = local.labels

  #checkov:skip=CKV_GCP_84:images hold our code and no secrets, and Google encrypts them by keys of its own

  docker_config {
    immutable_tags = true # a release is what it was when it was tested, and when it is rolled back to
  }

  vulnerability_scanning_config {
    enablement_config = "INHERITED" # on, since containerscanning.googleapis.com is
  }

  cleanup_policy_dry_run = false

  cleanup_policies {
    id     = "keep-ten"
    action = "KEEP"

    most_recent_versions {
      keep_count = 10
    }
  }

  cleanup_policies {
    id     = "delete-others"
    action = "DELETE"

    condition {
      older_than = "7776000s" # 90 days
    }
  }

  depends_on = [google_project_service.used]
}

# Machines of Dataflow fetch their image as the account of the worker; Cloud Run has an account of
# its own for that.
resource "google_artifact_registry_repository_iam_member" "worker" {
  count = local.is_dataflow ? 1 : 0

  repository = google_artifact_registry_repository.images.name
  location   = var.region
  role       = "roles/artifactregistry.reader"
  member     = google_service_account.worker[0].member
}
