# Artefacts and videos. Nothing in it is public: the API sends each reader to a link that is signed for
# him and holds for an hour. Why there is no CDN before it: docs/adr/0006-no-cdn.md.
resource "google_storage_bucket" "assets" {
  name                        = local.bucket
  location                    = var.region
  labels                      = local.labels
  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"
  force_destroy               = false

  #checkov:skip=CKV_GCP_62:a video is hundreds of reads and writes of parts; to log them all is one line in accounts.tf (storage.googleapis.com)
  #checkov:skip=CKV_GCP_78:objects are written once, under names of their content; what is deleted is kept for a week, below

  # What is deleted, `aiprod gc` has deleted: a week to find out that it was pointed at the wrong place.
  soft_delete_policy {
    retention_duration_seconds = 604800
  }

  # What a dead upload has left.
  lifecycle_rule {
    action {
      type = "AbortIncompleteMultipartUpload"
    }

    condition {
      age = 1
    }
  }

  # Temporary files of Dataflow, and sources of builds. Not what Dataflow stages (dataflow.tf).
  lifecycle_rule {
    action {
      type = "Delete"
    }

    condition {
      age            = 14
      matches_prefix = ["tmp/"]
    }
  }

  # Parts, uploads and videos have no rule: their age says nothing about who still needs them. The
  # ledger knows, and `aiprod gc` asks it (garbage.tf).

  lifecycle {
    prevent_destroy = true
  }

  depends_on = [google_project_service.used]
}

resource "google_storage_bucket_iam_member" "objects" {
  for_each = merge(
    { api = google_service_account.api.member },
    local.is_dataflow ? { worker = google_service_account.worker[0].member } : {},
  )

  bucket = google_storage_bucket.assets.name
  role   = "roles/storage.objectUser"
  member = each.value
}

resource "google_storage_bucket_iam_member" "input" {
  for_each = var.input_buckets

  bucket = each.value
  role   = "roles/storage.objectViewer"
  member = local.renders
}
