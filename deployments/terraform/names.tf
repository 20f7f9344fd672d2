# The names of the deployment guide, each once.
locals {
  service    = "aiprod-v33-api"
  bucket     = "aiprod-v33-assets"
  database   = "aiprod-postgres"
  topic      = "aiprod-jobs"
  pushed     = "aiprod-jobs-sub"  # by Pub/Sub to the API, in the shape cloud-run
  pulled     = "aiprod-jobs-pull" # by the streaming job, in the shape dataflow
  dead       = "aiprod-jobs-dlq"
  dead_kept  = "aiprod-jobs-dlq-sub"
  repository = "aiprod"

  is_dataflow = var.shape == "dataflow"

  images = "${var.region}-docker.pkg.dev/${var.project}/${local.repository}"

  # For whom tokens of pushes are made: any text that nobody else uses. Not the address of the
  # service, which is known only when the service, which has to be told this, is there.
  push_audience = "https://${local.service}.${var.project}"

  labels = { environment = "production", service = "aiprod" }
}
