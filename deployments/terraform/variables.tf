variable "project" {
  type        = string
  description = "Id of the Google Cloud project."
  default     = "aiprod-484120"

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{4,28}[a-z0-9]$", var.project))
    error_message = "project is an id such as aiprod-484120, not a number or a name."
  }
}

variable "region" {
  type        = string
  description = "Where everything runs and is kept."
  default     = "europe-west1"

  validation {
    condition     = can(regex("^[a-z]+-[a-z]+[0-9]+$", var.region))
    error_message = "region is one region such as europe-west1, without a zone."
  }
}

variable "shape" {
  type        = string
  description = "Who renders: cloud-run, a worker beside each instance of the API; or dataflow, a streaming job."
  default     = "cloud-run"

  validation {
    condition     = contains(["cloud-run", "dataflow"], var.shape)
    error_message = "shape is cloud-run or dataflow."
  }
}

variable "release" {
  type        = string
  description = "Tag of both images and of the template, such as 0.9.0. Never latest: a roll back names the one before."

  validation {
    condition     = can(regex("^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$", var.release)) && var.release != "latest"
    error_message = "release is the tag of an image, and not latest."
  }
}

variable "domain" {
  type        = string
  description = "Name under which users reach the API; its A record points to the output address."

  validation {
    condition     = can(regex("^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z]{2,}$", var.domain))
    error_message = "domain is a host name such as api.example.com, without https://."
  }
}

variable "services" {
  type        = set(string)
  description = "Paid services in use. Of all but google and veo, which let our account in, a secret has to have a version before the API starts."
  default     = ["gemini", "suno", "freesound", "elevenlabs"]

  validation {
    condition     = length(setsubtract(var.services, ["gemini", "suno", "freesound", "elevenlabs", "google", "veo"])) == 0
    error_message = "services are some of gemini, suno, freesound, elevenlabs, google, veo."
  }
}

variable "input_buckets" {
  type        = set(string)
  description = "Buckets that jobs may take files from; the accounts that render get leave to read them."
  default     = []
}

variable "min_instances" {
  type        = number
  description = "Instances of the API that always run. In the shape cloud-run they render, too."
  default     = 2

  validation {
    condition     = var.min_instances >= 1
    error_message = "min_instances is at least 1: rings, webhooks and the sweeper are sent from instances that run."
  }
}

variable "max_instances" {
  type        = number
  description = "Instances of the API at most."
  default     = 20

  validation {
    condition     = var.max_instances >= var.min_instances && var.max_instances <= 20
    error_message = "max_instances is from min_instances to 20: more would need more than max_connections of the database."
  }
}

variable "max_workers" {
  type        = number
  description = "Machines of the Dataflow job at most."
  default     = 5

  validation {
    condition     = var.max_workers >= 1 && var.max_workers <= 30
    error_message = "max_workers is from 1 to 30: each opens eight connections to the database."
  }
}

variable "database_version" {
  type        = string
  description = "PostgreSQL on Cloud SQL. The tests of the ledger run on 16; 14 is the oldest that is supported."
  default     = "POSTGRES_16"

  validation {
    condition     = can(regex("^POSTGRES_1[4-8]$", var.database_version))
    error_message = "database_version is POSTGRES_14 to POSTGRES_18."
  }
}

variable "database_tier" {
  type        = string
  description = "Machine of the database: db-custom-<cores>-<MiB>."
  default     = "db-custom-2-7680"

  validation {
    condition     = can(regex("^db-custom-[0-9]+-[0-9]+$", var.database_tier))
    error_message = "database_tier is db-custom-<cores>-<MiB>; smaller machines have no service level."
  }
}

variable "database_availability" {
  type        = string
  description = "REGIONAL, with a standby in another zone, for twice the price; or ZONAL."
  default     = "REGIONAL"

  validation {
    condition     = contains(["REGIONAL", "ZONAL"], var.database_availability)
    error_message = "database_availability is REGIONAL or ZONAL."
  }
}

variable "alert_email" {
  type        = string
  description = "Who is told when an alert fires, or money is about to run out."

  validation {
    condition     = can(regex("^[^@[:space:]]+@[^@[:space:]]+$", var.alert_email))
    error_message = "alert_email is an address such as oncall@example.com."
  }
}

variable "billing_account" {
  type        = string
  description = "Billing account that the project belongs to."

  validation {
    condition     = can(regex("^[0-9A-F]{6}-[0-9A-F]{6}-[0-9A-F]{6}$", var.billing_account))
    error_message = "billing_account is of the form 012345-6789AB-CDEF01."
  }
}

variable "monthly_budget" {
  type        = number
  description = "What the project may cost in a month, in the currency of the billing account, before somebody is told."
  default     = 1000

  validation {
    condition     = var.monthly_budget >= 1 && floor(var.monthly_budget) == var.monthly_budget
    error_message = "monthly_budget is a whole number from 1."
  }
}

variable "daily_spend_usd" {
  type        = number
  description = "What paid services may cost in a day, all tenants together, in US dollars, before somebody is told."
  default     = 50

  validation {
    condition     = var.daily_spend_usd > 0
    error_message = "daily_spend_usd is more than 0."
  }
}

variable "tenant_day_usd" {
  type        = number
  description = "What paid services may cost one tenant in a day, in US dollars. Nothing beyond it is bought."
  default     = 20

  validation {
    condition     = var.tenant_day_usd >= 0 && var.tenant_day_usd <= 1000000
    error_message = "tenant_day_usd is from 0 to 1000000."
  }
}
