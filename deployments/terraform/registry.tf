# Images: <region>-docker.pkg.dev/<project>/aiprod/api and /pipeline.
resource "google_artifact_registry_repository" "images" {
  repository_id = local.repository
  location      = var.region
  format        = "DOCKER"
  description   = "Images of the API and of the pipeline"
  labels        = local.labels

  #checkov:skip=CKV_GCP_84:images hold our code and no secrets, and Google encrypts them by keys of its own

  # Not by `immutable_tags`, under which no image that has a tag can be deleted, so that the rules
  # below would delete nothing. A build refuses a tag that is there (templates/cloudbuild.yaml), and
  # nobody else pushes.
  docker_config {
    immutable_tags = false
  }

  vulnerability_scanning_config {
    enablement_config = "INHERITED" # on, since containerscanning.googleapis.com is
  }

  cleanup_policy_dry_run = false

  # Of each image, whatever the other two say: what is rolled back to.
  cleanup_policies {
    id     = "keep-ten"
    action = "KEEP"

    most_recent_versions {
      keep_count = 10
    }
  }

  cleanup_policies {
    id     = "delete-old"
    action = "DELETE"

    condition {
      tag_state  = "ANY"
      older_than = "7776000s" # 90 days
    }
  }

  # No build of ours leaves one. Whoever looks for what a tag was before has a week.
  cleanup_policies {
    id     = "delete-untagged"
    action = "DELETE"

    condition {
      tag_state  = "UNTAGGED"
      older_than = "604800s"
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
