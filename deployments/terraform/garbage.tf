# `aiprod gc`, once a week, with the settings of the API.
resource "google_cloud_run_v2_job" "garbage" {
  name                = "aiprod-gc"
  location            = var.region
  labels              = local.labels
  deletion_protection = false # it keeps nothing

  template {
    template {
      service_account       = google_service_account.api.email
      execution_environment = "EXECUTION_ENVIRONMENT_GEN2"
      timeout               = "21600s" # a million records in a bucket take about one hour
      max_retries           = 1

      vpc_access {
        egress = "PRIVATE_RANGES_ONLY"

        network_interfaces {
          network    = google_compute_network.private.id
          subnetwork = google_compute_subnetwork.private.id
        }
      }

      containers {
        image   = local.image
        command = local.command
        args    = ["gc"]

        resources {
          limits = {
            cpu    = "1"
            memory = "1Gi"
          }
        }

        dynamic "env" {
          for_each = local.all_env

          content {
            name  = env.key
            value = env.value
          }
        }

        env {
          name = "DATABASE_URL"

          value_source {
            secret_key_ref {
              secret  = google_secret_manager_secret.all[local.own.DATABASE_URL].secret_id
              version = "latest"
            }
          }
        }

        volume_mounts {
          name       = "cloudsql"
          mount_path = "/cloudsql"
        }
      }

      volumes {
        name = "cloudsql"

        cloud_sql_instance {
          instances = [google_sql_database_instance.ledger.connection_name]
        }
      }
    }
  }

  depends_on = [
    google_project_iam_member.api_connects,
    google_secret_manager_secret_iam_member.api,
  ]
}

resource "google_cloud_run_v2_job_iam_member" "timer" {
  name     = google_cloud_run_v2_job.garbage.name
  location = var.region
  role     = "roles/run.invoker"
  member   = google_service_account.timer.member
}

resource "google_cloud_scheduler_job" "garbage" {
  name        = "aiprod-gc"
  region      = var.region
  description = "Removes artefacts that no kept run needs"
  schedule    = "0 4 * * 1"
  time_zone   = "Etc/UTC"

  http_target {
    http_method = "POST"
    uri         = "https://run.googleapis.com/v2/${google_cloud_run_v2_job.garbage.id}:run"

    oauth_token {
      service_account_email = google_service_account.timer.email
    }
  }
}
