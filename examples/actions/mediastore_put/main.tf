terraform {
  required_providers {
    mediastore = {
      source = "mediastore/mediastore"
    }
  }
}

# A slate, written whenever the container is made. The encoder overwrites it, and Terraform does not mind.

resource "mediastore_container" "live" {
  name          = "acme-live"
  force_destroy = true

  lifecycle {
    action_trigger {
      events  = [after_create]
      actions = [action.mediastore_put.slate]
    }
  }
}

action "mediastore_put" "slate" {
  config {
    container_name = mediastore_container.live.name
    path           = "live/index.m3u8"
    content        = "#EXTM3U\n"
    cache_control  = "max-age=1"
  }
}
