# Containers alone. Their values are put in by gcloud (docs/deploy.md), so that they are in no state.
locals {
  # By the variable that a service's key is read from.
  key_of = {
    gemini     = "GEMINI_API_KEY"
    suno       = "SUNO_API_KEY"
    freesound  = "FREESOUND_API_KEY"
    elevenlabs = "ELEVENLABS_API_KEY"
  }

  # What each is for, as AIPROD_PROVIDERS names it.
  makers_of = {
    gemini     = ["gemini", "lyria", "omni"]
    suno       = ["suno"]
    freesound  = ["freesound"]
    elevenlabs = ["elevenlabs"]
    google     = ["google"]
    veo        = ["veo"]
  }

  keys = { for name, variable in local.key_of : variable => "${name}-api-key" if contains(var.services, name) }

  own = {
    DATABASE_URL       = "aiprod-db-url"
    AIPROD_LINK_SECRET = "aiprod-link-secret" # links that one instance signs, all others take
  }

  # What the API is given as variables.
  secret_env = merge(local.keys, local.own)
}

resource "google_secret_manager_secret" "all" {
  for_each = toset(values(local.secret_env))

  secret_id = each.value
  labels    = local.labels

  replication {
    user_managed {
      replicas {
        location = var.region
      }
    }
  }

  depends_on = [google_project_service.used]
}

resource "google_secret_manager_secret_iam_member" "api" {
  for_each = toset(values(local.secret_env))

  secret_id = google_secret_manager_secret.all[each.value].id
  role      = "roles/secretmanager.secretAccessor"
  member    = google_service_account.api.member
}

resource "google_secret_manager_secret_iam_member" "worker" {
  for_each = local.is_dataflow ? toset(concat(values(local.keys), [local.own.DATABASE_URL])) : []

  secret_id = google_secret_manager_secret.all[each.value].id
  role      = "roles/secretmanager.secretAccessor"
  member    = google_service_account.worker[0].member
}

# What the sidecar reads, and where: Cloud Run mounts files from secrets alone. Nothing in it is secret.
resource "google_secret_manager_secret" "scraping" {
  secret_id = "aiprod-scraping"
  labels    = local.labels

  replication {
    user_managed {
      replicas {
        location = var.region
      }
    }
  }

  depends_on = [google_project_service.used]
}

resource "google_secret_manager_secret_version" "scraping" {
  secret      = google_secret_manager_secret.scraping.id
  secret_data = file("${path.module}/scraping.yaml")
}

resource "google_secret_manager_secret_iam_member" "scraping" {
  secret_id = google_secret_manager_secret.scraping.id
  role      = "roles/secretmanager.secretAccessor"
  member    = google_service_account.api.member
}
