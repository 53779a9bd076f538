terraform {
  required_providers {
    mediastore = {
      source = "mediastore/mediastore"
    }
  }
}

# A container with tags. Everything else follows from its name.

resource "mediastore_container" "live" {
  name = "acme-live"

  tags = {
    purpose = "live"
    team    = "video"
  }

  timeouts {
    create = "5m"
    delete = "5m"
  }
}

# One container per channel.

resource "mediastore_container" "channel" {
  for_each = toset(["news", "sport"])

  name = "acme-live-${each.key}"
  tags = {
    channel = each.key
  }
}

output "push_to" {
  description = "Where encoders push."
  value       = mediastore_container.live.endpoint
}
