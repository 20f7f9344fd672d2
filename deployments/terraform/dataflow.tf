# The streaming job, in the shape dataflow. What its options are for: docs/streaming.md.
resource "google_dataflow_flex_template_job" "stream" {
  provider = google-beta
  count    = local.is_dataflow ? 1 : 0

  name                    = "aiprod-streaming"
  region                  = var.region
  labels                  = local.labels
  container_spec_gcs_path = "gs://${google_storage_bucket.assets.name}/templates/aiprod-${var.release}.json"
  service_account_email   = google_service_account.worker[0].email
  machine_type            = "n2-standard-4"
  max_workers             = var.max_workers
  enable_streaming_engine = true
  temp_location           = "gs://${google_storage_bucket.assets.name}/tmp"
  # Not below tmp/: a job names what Beam has staged, for machines that it gets months later, too.
  staging_location             = "gs://${google_storage_bucket.assets.name}/dataflow/staging"
  subnetwork                   = google_compute_subnetwork.private.self_link
  ip_configuration             = "WORKER_IP_PRIVATE"
  on_delete                    = "drain" # what is at work is finished
  skip_wait_on_job_termination = false

  parameters = {
    sdk_container_image = "${local.images}/pipeline:${var.release}"
    subscription        = google_pubsub_subscription.pulled[0].id
    dead_letter_topic   = google_pubsub_topic.dead.id
    store               = "gs://${google_storage_bucket.assets.name}"
    database_url_secret = google_secret_manager_secret.all[local.own.DATABASE_URL].id
    input_buckets       = join(",", var.input_buckets)
    tasks_per_worker    = "4" # the cores of its machine

    # Machines of Dataflow have no environment of ours. Keys are read from their secrets. It has to
    # come to what the API has by its variables: jobs are planned by the one and made by the other.
    settings = join(";", concat([
      "AIPROD_PROVIDERS=${join(",", flatten([for name in var.services : local.makers_of[name]]))}",
      "AIPROD_TENANT_DAY_USD=${var.tenant_day_usd}",
    ], [for name, value in local.callbacks : "${name}=${value}"]))
  }

  depends_on = [
    google_artifact_registry_repository_iam_member.worker,
    google_compute_router_nat.out,
    google_project_iam_member.asks_vertex,
    google_project_iam_member.worker,
    google_pubsub_subscription_iam_member.worker_pulls,
    google_pubsub_topic_iam_member.worker_publishes_dead,
    google_secret_manager_secret_iam_member.worker,
    google_sql_database.ledger,
    google_storage_bucket_iam_member.objects,
  ]
}

# Machines of a job talk to each other: https://cloud.google.com/dataflow/docs/guides/routes-firewall
resource "google_compute_firewall" "dataflow" {
  count = local.is_dataflow ? 1 : 0

  name        = "aiprod-dataflow"
  network     = google_compute_network.private.id
  description = "Machines of a Dataflow job, with each other"
  source_tags = ["dataflow"]
  target_tags = ["dataflow"]

  allow {
    protocol = "tcp"
    ports    = ["12345", "12346"]
  }

  log_config {
    metadata = "EXCLUDE_ALL_METADATA"
  }
}
