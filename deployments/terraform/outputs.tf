output "address" {
  description = "What the A record of the domain has to point to."
  value       = google_compute_global_address.edge.address
}

output "url" {
  description = "Where users reach the API."
  value       = "https://${var.domain}"
}

output "images" {
  description = "Where images are pushed to: <this>/api:<release>, <this>/pipeline:<release>."
  value       = local.images
}

output "database" {
  description = "CLOUD_SQL_CONNECTION_NAME."
  value       = google_sql_database_instance.ledger.connection_name
}

output "database_address" {
  description = "Of the database inside of the network, for its url."
  value       = google_sql_database_instance.ledger.private_ip_address
}

output "secrets" {
  description = "Secrets that need a version before the API can start."
  value       = sort(values(local.secret_env))
}
