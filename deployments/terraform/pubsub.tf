# As in docs/deployment-pubsub.md, which says why of each setting.
resource "google_pubsub_topic" "jobs" {
  name       = local.topic
  labels     = local.labels
  depends_on = [google_project_service.used]

  #checkov:skip=CKV_GCP_83:rings are ids of jobs, and Google encrypts them by keys of its own
}

resource "google_pubsub_topic" "dead" {
  name       = local.dead
  labels     = local.labels
  depends_on = [google_project_service.used]

  #checkov:skip=CKV_GCP_83:Google encrypts them by keys of its own; a key of ours would be one more thing to lose
}

# A topic without a subscription keeps nothing.
resource "google_pubsub_subscription" "dead" {
  name                       = local.dead_kept
  topic                      = google_pubsub_topic.dead.id
  labels                     = local.labels
  message_retention_duration = "2678400s" # 31 days, the longest there is

  expiration_policy {
    ttl = "" # never: it is looked at rarely
  }
}

# One of the two: if both were there, each would get every ring, and nobody would pull the other's.
resource "google_pubsub_subscription" "pushed" {
  count = local.is_dataflow ? 0 : 1

  name                 = local.pushed
  topic                = google_pubsub_topic.jobs.id
  labels               = local.labels
  ack_deadline_seconds = 30 # a push wakes a worker, and is answered in milliseconds

  push_config {
    # Of run.app, the only address at which pushes count as internal.
    push_endpoint = "${google_cloud_run_v2_service.api.uri}/process-job"

    oidc_token {
      service_account_email = google_service_account.push.email
      audience              = local.push_audience
    }
  }

  dead_letter_policy {
    dead_letter_topic     = google_pubsub_topic.dead.id
    max_delivery_attempts = 20
  }

  retry_policy {
    minimum_backoff = "10s"
    maximum_backoff = "600s"
  }

  expiration_policy {
    ttl = ""
  }
}

# Without dead-letter and retry policy, neither of which Dataflow supports.
resource "google_pubsub_subscription" "pulled" {
  count = local.is_dataflow ? 1 : 0

  name                 = local.pulled
  topic                = google_pubsub_topic.jobs.id
  labels               = local.labels
  ack_deadline_seconds = 600

  expiration_policy {
    ttl = ""
  }
}

# Pub/Sub's own account moves dead letters: it takes them from the one and publishes to the other.
locals {
  pubsub_agent = "serviceAccount:service-${data.google_project.this.number}@gcp-sa-pubsub.iam.gserviceaccount.com"
}

resource "google_pubsub_topic_iam_member" "agent_publishes_dead" {
  topic  = google_pubsub_topic.dead.id
  role   = "roles/pubsub.publisher"
  member = local.pubsub_agent
}

resource "google_pubsub_subscription_iam_member" "agent_takes_pushed" {
  count = local.is_dataflow ? 0 : 1

  subscription = google_pubsub_subscription.pushed[0].id
  role         = "roles/pubsub.subscriber"
  member       = local.pubsub_agent
}

# ... and makes tokens as the account for pushing.
resource "google_service_account_iam_member" "agent_signs_pushes" {
  service_account_id = google_service_account.push.name
  role               = "roles/iam.serviceAccountTokenCreator"
  member             = local.pubsub_agent
}

resource "google_pubsub_topic_iam_member" "api_publishes" {
  for_each = { jobs = google_pubsub_topic.jobs.id, dead = google_pubsub_topic.dead.id }

  topic  = each.value
  role   = "roles/pubsub.publisher"
  member = google_service_account.api.member
}

resource "google_pubsub_topic_iam_member" "worker_publishes_dead" {
  count = local.is_dataflow ? 1 : 0

  topic  = google_pubsub_topic.dead.id
  role   = "roles/pubsub.publisher"
  member = google_service_account.worker[0].member
}

# `viewer` for looking the subscription up, which `subscriber` does not allow.
resource "google_pubsub_subscription_iam_member" "worker_pulls" {
  for_each = local.is_dataflow ? toset(["roles/pubsub.subscriber", "roles/pubsub.viewer"]) : []

  subscription = google_pubsub_subscription.pulled[0].id
  role         = each.value
  member       = google_service_account.worker[0].member
}
