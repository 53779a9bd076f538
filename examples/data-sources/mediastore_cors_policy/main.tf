terraform {
  required_providers {
    mediastore = {
      source = "mediastore/mediastore"
    }
  }
}

# Whether our player may use somebody else's container.

resource "mediastore_container" "elsewhere" {
  name = "acme-shared"
}

resource "mediastore_cors_policy" "elsewhere" {
  container_name = mediastore_container.elsewhere.name

  rule {
    allowed_origins = ["https://*.example.com"]
    allowed_methods = ["GET", "HEAD"]
    allowed_headers = ["Range"]
  }
}

data "mediastore_cors_policy" "shared" {
  container_name = mediastore_cors_policy.elsewhere.container_name
}

output "player_may_read" {
  value = provider::mediastore::cors_allows(data.mediastore_cors_policy.shared.rules, "https://player.example.com", "GET")
}
