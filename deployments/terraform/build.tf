# Who builds images and template (templates/cloudbuild.yaml), and may do nothing else: what a build
# runs comes from the internet, in part.
resource "google_service_account" "build" {
  account_id   = "aiprod-build"
  display_name = "AIPROD: builds images and the template of the streaming job"
}

resource "google_artifact_registry_repository_iam_member" "build" {
  repository = google_artifact_registry_repository.images.name
  location   = var.region
  role       = "roles/artifactregistry.writer"
  member     = google_service_account.build.member
}

# The log of a build, which no bucket has. Google gives it on a project alone.
resource "google_project_iam_member" "build_logs" {
  project = var.project
  role    = "roles/logging.logWriter"
  member  = google_service_account.build.member
}

# Of the bucket, the source that is built and the template that comes of it: no video of anybody.
resource "google_storage_bucket_iam_member" "build" {
  for_each = {
    source   = { folder = "tmp/source/", role = "roles/storage.objectViewer" }
    template = { folder = "templates/", role = "roles/storage.objectCreator" }
  }

  bucket = google_storage_bucket.assets.name
  role   = each.value.role
  member = google_service_account.build.member

  condition {
    title      = "only ${each.value.folder}"
    expression = "resource.name.startsWith('projects/_/buckets/${local.bucket}/objects/${each.value.folder}')"
  }
}
