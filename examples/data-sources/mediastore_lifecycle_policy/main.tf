terraform {
  required_providers {
    mediastore = {
      source = "mediastore/mediastore"
    }
  }
}

# How long somebody else's container keeps recordings.

resource "mediastore_container" "elsewhere" {
  name = "acme-shared"
}

resource "mediastore_lifecycle_policy" "elsewhere" {
  container_name = mediastore_container.elsewhere.name

  rule {
    prefixes          = ["recordings/"]
    days_since_create = 30
  }
}

data "mediastore_lifecycle_policy" "shared" {
  container_name = mediastore_lifecycle_policy.elsewhere.container_name
}

output "rules" {
  value = jsondecode(data.mediastore_lifecycle_policy.shared.policy).rules
}
