terraform {
  required_version = ">= 1.9" # conditions of a variable that look at another variable

  required_providers {
    google = {
      source  = "hashicorp/google"
      version = "~> 6.50" # what tests/deployments checks these files against
    }
    google-beta = {
      source  = "hashicorp/google-beta"
      version = "~> 6.50" # for Flex Template jobs alone, which the other does not have
    }
  }

  # terraform init -backend-config=bucket=<project>-terraform
  backend "gcs" {
    prefix = "aiprod"
  }
}

provider "google" {
  project = var.project
  region  = var.region
  # The budget belongs to the billing account: its API asks which project's quota a call uses.
  user_project_override = true
  billing_project       = var.project
}

provider "google-beta" {
  project = var.project
  region  = var.region
}
