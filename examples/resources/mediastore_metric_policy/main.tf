terraform {
  required_providers {
    mediastore = {
      source = "mediastore/mediastore"
    }
  }
}

# Metrics of the container, and of two groups of objects by name.

resource "mediastore_container" "live" {
  name = "acme-live"
}

resource "mediastore_metric_policy" "live" {
  container_name          = mediastore_container.live.name
  container_level_metrics = "ENABLED"

  rule {
    object_group      = "live/news/*"
    object_group_name = "news"
  }

  rule {
    object_group      = "live/sport/*"
    object_group_name = "sport"
  }
}
