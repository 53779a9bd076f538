terraform {
  required_providers {
    mediastore = {
      source = "mediastore/mediastore"
    }
  }
}

# Whether a page may use a container from a browser, by the rules that are about to be put.

locals {
  rules = [
    { allowed_origins = ["https://studio.example.com"], allowed_methods = ["GET", "PUT"], allowed_headers = ["*"] },
    { allowed_origins = ["https://*.example.com"], allowed_methods = ["GET"], allowed_headers = ["Range"] },
  ]
}

output "studio_may_upload" {
  value = provider::mediastore::cors_allows(local.rules, "https://studio.example.com", "PUT", "Content-Type")
}

output "player_may_upload" {
  value = provider::mediastore::cors_allows(local.rules, "https://player.example.com", "PUT")
}
