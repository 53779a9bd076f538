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

resource "mediastore_metric_policy" "live" {
  container_name          = mediastore_container.live.name
  container_level_metrics = "ENABLED"
}
