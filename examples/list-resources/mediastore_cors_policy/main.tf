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

resource "mediastore_cors_policy" "live" {
  container_name = mediastore_container.live.name

  rule {
    allowed_origins = ["https://player.example.com"]
    allowed_methods = ["GET", "HEAD"]
    allowed_headers = ["Range"]
  }
}
