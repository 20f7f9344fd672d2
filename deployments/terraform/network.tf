resource "google_compute_network" "private" {
  name                    = "aiprod"
  auto_create_subnetworks = false
  depends_on              = [google_project_service.used]
}

# Instances of Cloud Run take two addresses each, and as many again while a version is rolled out:
# 20 x 4, and machines of Dataflow. 1,020 are there.
resource "google_compute_subnetwork" "private" {
  name                     = "aiprod-${var.region}"
  network                  = google_compute_network.private.id
  region                   = var.region
  ip_cidr_range            = "10.8.0.0/22"
  private_ip_google_access = true # machines without an address of their own reach Google's APIs

  log_config {
    aggregation_interval = "INTERVAL_10_MIN"
    flow_sampling        = 0.1
    metadata             = "INCLUDE_ALL_METADATA"
  }
}

# Private services access: where Cloud SQL is, seen from our network.
resource "google_compute_global_address" "google" {
  name          = "aiprod-google"
  network       = google_compute_network.private.id
  purpose       = "VPC_PEERING"
  address_type  = "INTERNAL"
  prefix_length = 20
}

resource "google_service_networking_connection" "google" {
  network                 = google_compute_network.private.id
  service                 = "servicenetworking.googleapis.com"
  reserved_peering_ranges = [google_compute_global_address.google.name]
}

# The way of an operator to the database: a machine that is made for the occasion, has this tag and
# no address, and is reached through Identity-Aware Proxy (docs/deploy.md, the first key).
resource "google_compute_firewall" "operators" {
  name          = "aiprod-operators"
  network       = google_compute_network.private.id
  description   = "SSH from Identity-Aware Proxy, and from nowhere else"
  source_ranges = ["35.235.240.0/20"] # https://cloud.google.com/iap/docs/using-tcp-forwarding
  target_tags   = ["aiprod-operator"]

  allow {
    protocol = "tcp"
    ports    = ["22"]
  }

  log_config {
    metadata = "INCLUDE_ALL_METADATA"
  }
}

# Out to paid services, for machines of Dataflow, which have no addresses. Cloud Run needs none of it:
# it sends only what is private through the network.
resource "google_compute_router" "out" {
  count = local.is_dataflow ? 1 : 0

  name    = "aiprod-out"
  network = google_compute_network.private.id
  region  = var.region
}

resource "google_compute_router_nat" "out" {
  count = local.is_dataflow ? 1 : 0

  name                               = "aiprod-out"
  router                             = google_compute_router.out[0].name
  region                             = var.region
  nat_ip_allocate_option             = "AUTO_ONLY"
  source_subnetwork_ip_ranges_to_nat = "ALL_SUBNETWORKS_ALL_IP_RANGES"

  log_config {
    enable = true
    filter = "ERRORS_ONLY" # a machine that found no free port
  }
}
