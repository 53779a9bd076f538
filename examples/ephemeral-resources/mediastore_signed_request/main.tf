terraform {
  required_providers {
    mediastore = {
      source = "mediastore/mediastore"
    }
  }
}

# A URL that is good for a quarter of an hour, handed to whatever needs it without ever being in state: here to another provider's
# write-only argument, which our own object stands for.

resource "mediastore_container" "live" {
  name = "acme-live"
}

ephemeral "mediastore_signed_request" "manifest" {
  container_name = mediastore_container.live.name
  endpoint       = mediastore_container.live.endpoint
  path           = "live/index.m3u8"
  valid_for      = "15m"
}

resource "mediastore_object" "handover" {
  container_name     = mediastore_container.live.name
  path               = "handover/manifest.url"
  content_wo         = ephemeral.mediastore_signed_request.manifest.url
  content_wo_version = 1
}
