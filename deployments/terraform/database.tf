locals {
  # Twice what 20 instances open, since instances of two versions run while one is rolled out:
  # 2 x 20 x (AIPROD_DB_POOL 10 + AIPROD_WORKERS 2 + 4) + 10 for operators + 3 for superusers = 653.
  max_connections = 700
}

# The user and its password are made by gcloud (docs/deploy.md): what Terraform makes is in its state.
resource "google_sql_database_instance" "ledger" {
  name                = local.database
  region              = var.region
  database_version    = var.database_version
  deletion_protection = true # by Terraform; below, by Google

  #checkov:skip=CKV_GCP_6:ssl_mode wants TLS of everybody; certificates of clients are what the proxy of Cloud Run has, and Dataflow has not
  #checkov:skip=CKV_GCP_79:the ledger is tested on PostgreSQL 16; a newer one is a variable
  #checkov:skip=CKV_GCP_108:addresses are private and have no names; looking them up would hold up each connection
  #checkov:skip=CKV_GCP_110:statements hold prompts of users, which belong in no log; who did what is in audit_log
  #checkov:skip=CKV_GCP_111:as above
  #checkov:skip=CKV2_GCP_13:query insights has durations, without a line for each statement

  settings {
    edition                     = "ENTERPRISE"
    tier                        = var.database_tier
    availability_type           = var.database_availability
    deletion_protection_enabled = true
    disk_autoresize             = true
    disk_type                   = "PD_SSD"
    user_labels                 = local.labels

    ip_configuration {
      ipv4_enabled    = false
      private_network = google_compute_network.private.id
      ssl_mode        = "ENCRYPTED_ONLY" # the proxy of Cloud Run encrypts, too
    }

    backup_configuration {
      enabled                        = true
      point_in_time_recovery_enabled = true
      start_time                     = "02:00"
      location                       = var.region
      transaction_log_retention_days = 7

      backup_retention_settings {
        retained_backups = 14
      }
    }

    maintenance_window {
      day          = 7
      hour         = 3
      update_track = "stable"
    }

    insights_config {
      query_insights_enabled = true
    }

    database_flags {
      name  = "max_connections"
      value = local.max_connections
    }

    database_flags {
      name  = "log_checkpoints"
      value = "on"
    }

    database_flags {
      name  = "log_connections"
      value = "on"
    }

    database_flags {
      name  = "log_disconnections"
      value = "on"
    }

    database_flags {
      name  = "log_lock_waits"
      value = "on"
    }

    database_flags {
      name  = "log_temp_files"
      value = "0" # all: one means that a sort did not fit into memory
    }

    database_flags {
      name  = "log_min_messages"
      value = "error"
    }

    database_flags {
      name  = "log_min_error_statement"
      value = "error" # their text, in which values are $1, $2
    }

    database_flags {
      name  = "log_min_duration_statement"
      value = "-1" # never: it logs slow statements with their values, and these are prompts of users
    }
  }

  depends_on = [google_service_networking_connection.google]
}

resource "google_sql_database" "ledger" {
  name     = "aiprod"
  instance = google_sql_database_instance.ledger.name
}
