output "address" {
  description = "What the A record of the domain has to point to."
  value       = google_compute_global_address.edge.address
}

output "url" {
  description = "Where users reach the API."
  value       = "https://${var.domain}"
}
