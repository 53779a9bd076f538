terraform {
  required_providers {
    mediastore = {
      source = "mediastore/mediastore"
    }
  }
}

# Empties the live folder on request:
#
#     terraform apply -invoke action.mediastore_purge.live

resource "mediastore_container" "live" {
  name = "acme-live"
}

action "mediastore_purge" "live" {
  config {
    container_name = mediastore_container.live.name
    path_prefix    = "live/"
  }
}
