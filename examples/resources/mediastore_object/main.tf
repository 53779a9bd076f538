terraform {
  required_providers {
    mediastore = {
      source = "mediastore/mediastore"
    }
  }
}

# A page and its player from files and text. The content type goes by the extension, and a change of the bytes is a change of the
# object.

resource "mediastore_container" "pages" {
  name = "acme-pages"
}

resource "mediastore_object" "player" {
  container_name = mediastore_container.pages.name
  path           = "player/index.html"
  source         = "${path.module}/files/index.html"
  cache_control  = "max-age=60"
}

resource "mediastore_object" "config" {
  container_name = mediastore_container.pages.name
  path           = "player/config.json"
  content        = jsonencode({ manifest = "${mediastore_container.pages.endpoint}/live/index.m3u8" })
}

output "sha256" {
  value = mediastore_object.player.content_sha256
}
