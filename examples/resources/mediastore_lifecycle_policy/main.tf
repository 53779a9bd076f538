terraform {
  required_providers {
    mediastore = {
      source = "mediastore/mediastore"
    }
  }
}

# Segments of the live window vanish after five minutes, recordings after thirty days.

resource "mediastore_container" "live" {
  name = "acme-live"
}

resource "mediastore_lifecycle_policy" "live" {
  container_name = mediastore_container.live.name

  rule {
    wildcards            = ["live/*.ts", "live/*.m4s"]
    seconds_since_create = 300
    operator             = ">"
    action               = "EXPIRE"
  }

  rule {
    prefixes          = ["recordings/"]
    days_since_create = 30
    action            = "EXPIRE"
  }
}
