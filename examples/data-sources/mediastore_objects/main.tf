terraform {
  required_providers {
    mediastore = {
      source = "mediastore/mediastore"
    }
  }
}

# Recordings of a container that encoders fill.

resource "mediastore_container" "elsewhere" {
  name = "acme-shared"
}

resource "mediastore_object" "recording" {
  for_each = toset(["recordings/a.mp4", "recordings/2026/b.mp4", "live/index.m3u8"])

  container_name = mediastore_container.elsewhere.name
  path           = each.key
  content        = "bytes of ${each.key}"
}

data "mediastore_objects" "recordings" {
  container_name = mediastore_container.elsewhere.name
  path_prefix    = "recordings/"
  depends_on     = [mediastore_object.recording]
}

output "recordings" {
  value = data.mediastore_objects.recordings.paths
}
