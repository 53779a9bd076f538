terraform {
  required_providers {
    mediastore = {
      source = "mediastore/mediastore"
    }
  }
}

# With nothing set: the embedded service, its data in .mediastore/ beside the configuration.

provider "mediastore" {
  default_tags {
    tags = {
      managed-by = "terraform"
    }
  }
}

# Any MediaStore-compatible server, as a role of its account. Nothing here uses it, so nothing calls it.

provider "mediastore" {
  alias = "studio"

  endpoint  = "https://mediastore.studio.example.com"
  region    = "eu-west-1"
  ca_bundle = var.ca_bundle

  assume_role {
    role_arn     = "arn:aws:iam::111122223333:role/terraform"
    session_name = "terraform"
    duration     = "1h"
  }
}

variable "ca_bundle" {
  description = "Certificates of the studio's servers, as a PEM file."
  type        = string
  default     = null
}

resource "mediastore_container" "live" {
  name = "acme-live"
}
