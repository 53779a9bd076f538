terraform {
  required_providers {
    mediastore = {
      source = "mediastore/mediastore"
    }
  }
}

provider "mediastore" {}

resource "mediastore_container" "live" {
  name = "acme-live"
}

resource "mediastore_lifecycle_policy" "live" {
  container_name = mediastore_container.live.name

  rule {
    prefixes          = ["archive/"]
    days_since_create = 30
  }
}
