locals {
  # Settings that api/settings.py and pipeline/options.py read. A test compares.
  env = {
    AIPROD_DATA               = "/tmp/aiprod" # memory, as all files of Cloud Run
    AIPROD_DB_POOL            = "10"
    AIPROD_JOBS               = "2"
    AIPROD_LOG_FORMAT         = "json"
    AIPROD_MAX_UPLOAD_BYTES   = "33554432" # Cloud Run refuses longer requests
    AIPROD_OPEN_METRICS       = "1"        # to the sidecar; Cloud Armor keeps others away
    AIPROD_PUSH_AUDIENCE      = local.push_audience
    AIPROD_PUSH_EMAIL         = google_service_account.push.email
    AIPROD_TENANT_DAY_USD     = tostring(var.tenant_day_usd)
    AIPROD_WORKERS            = "2"
    CLOUD_SQL_CONNECTION_NAME = google_sql_database_instance.ledger.connection_name
    ENVIRONMENT               = "production"
    FORWARDED_ALLOW_IPS       = "169.254.0.0/16,${google_compute_global_address.edge.address}"
    GCS_BUCKET_NAME           = google_storage_bucket.assets.name
    GOOGLE_CLOUD_PROJECT      = var.project
    HOME                      = "/home/aiprod"
    LOG_LEVEL                 = "INFO"
    PUBSUB_TOPIC_NAME         = google_pubsub_topic.jobs.id
  }

  # The image `pipeline` has what renders, and begins as root, which Dataflow needs and nobody else.
  image   = "${local.images}/${local.is_dataflow ? "api" : "pipeline"}:${var.release}"
  as_user = ["setpriv", "--reuid=10001", "--regid=10001", "--clear-groups", "--no-new-privs", "aiprod"]
  command = local.is_dataflow ? ["aiprod"] : local.as_user
  serve   = ["serve", "--host=0.0.0.0", "--out=/tmp/out"]

  all_env = merge(
    local.env,
    length(var.input_buckets) == 0 ? {} : { AIPROD_INPUT_BUCKETS = join(",", var.input_buckets) },
    local.callbacks,
    length(local.keyless) == 0 ? {} : { AIPROD_PROVIDERS = join(",", keys(local.keyless)) },
  )

  # Suno tells the API when a song is ready, and whoever waits for it asks at once.
  callbacks = contains(var.services, "suno") ? {
    AIPROD_SUNO_CALLBACK_URL = "https://${var.domain}/callbacks/suno"
  } : {}
}

# Also as deployments/cloud-run.yaml, for gcloud alone. A test compares the two.
resource "google_cloud_run_v2_service" "api" {
  name                = local.service
  location            = var.region
  labels              = local.labels
  deletion_protection = true

  # From the load balancer and from inside of the project. Pub/Sub is inside, users are not.
  ingress = "INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER"

  # Users have keys of ours, and no accounts of Google's, in the header that Google would look at:
  # the API checks its callers itself, those of Pub/Sub included.
  invoker_iam_disabled = true
  custom_audiences     = [local.push_audience]

  template {
    service_account       = google_service_account.api.email
    execution_environment = "EXECUTION_ENVIRONMENT_GEN2" # all of Linux: FFmpeg runs in it
    timeout               = "600s"
    # Most are open event streams, which wait and hold nothing; of those at work, AIPROD_DB_POOL
    # work at a time, for milliseconds.
    max_instance_request_concurrency = 80

    scaling {
      min_instance_count = var.min_instances
      max_instance_count = var.max_instances
    }

    vpc_access {
      egress = "PRIVATE_RANGES_ONLY"

      network_interfaces {
        network    = google_compute_network.private.id
        subnetwork = google_compute_subnetwork.private.id
      }
    }

    containers {
      name    = "api"
      image   = local.image
      command = local.command
      args    = concat(local.serve, local.is_dataflow ? ["--no-worker"] : [])

      ports {
        container_port = 8000
      }

      resources {
        # The worker renders, and rings are sent, while no request is there.
        cpu_idle          = false
        startup_cpu_boost = true

        limits = {
          cpu    = "2"
          memory = "2Gi"
        }
      }

      dynamic "env" {
        for_each = local.all_env

        content {
          name  = env.key
          value = env.value
        }
      }

      dynamic "env" {
        for_each = local.secret_env

        content {
          name = env.key

          value_source {
            secret_key_ref {
              secret  = google_secret_manager_secret.all[env.value].secret_id
              version = "latest" # when an instance starts
            }
          }
        }
      }

      # For a url as the guide has it. Ours names the address of the database, as Google advises where
      # that is private; then nobody uses the socket.
      volume_mounts {
        name       = "cloudsql"
        mount_path = "/cloudsql"
      }

      # A version that cannot reach its database, bucket or topic, or whose worker dies, gets no requests.
      startup_probe {
        period_seconds    = 10
        timeout_seconds   = 8 # /ready takes at most 6
        failure_threshold = 18

        http_get {
          path = "/ready"
        }
      }

      # Patient: a render takes both cores, and a restart would throw it away.
      liveness_probe {
        period_seconds    = 30
        timeout_seconds   = 10
        failure_threshold = 4

        http_get {
          path = "/health"
        }
      }
    }

    containers {
      name       = "metrics"
      image      = "us-docker.pkg.dev/cloud-ops-agents-artifacts/cloud-run-gmp-sidecar/cloud-run-gmp-sidecar:1.2.0"
      depends_on = ["api"]

      resources {
        cpu_idle = false

        limits = {
          cpu    = "1" # less is allowed only with requests one at a time
          memory = "512Mi"
        }
      }

      volume_mounts {
        name       = "scraping"
        mount_path = "/etc/rungmp"
      }
    }

    volumes {
      name = "cloudsql"

      cloud_sql_instance {
        instances = [google_sql_database_instance.ledger.connection_name]
      }
    }

    volumes {
      name = "scraping"

      secret {
        secret = google_secret_manager_secret.scraping.secret_id

        items {
          version = "latest"
          path    = "config.yaml"
        }
      }
    }
  }

  depends_on = [
    google_project_iam_member.api_connects,
    google_project_iam_member.asks_vertex,
    google_pubsub_topic_iam_member.api_publishes,
    google_secret_manager_secret_iam_member.api,
    google_secret_manager_secret_iam_member.scraping,
    google_secret_manager_secret_version.scraping,
    google_sql_database.ledger,
    google_storage_bucket_iam_member.objects,
  ]
}

# Not asked while `invoker_iam_disabled` is on. With it, turning that off does not stop the pushes.
resource "google_cloud_run_v2_service_iam_member" "push" {
  name     = google_cloud_run_v2_service.api.name
  location = var.region
  role     = "roles/run.invoker"
  member   = google_service_account.push.member
}
