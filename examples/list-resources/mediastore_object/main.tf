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

resource "mediastore_object" "home" {
  container_name = mediastore_container.live.name
  path           = "pages/index.html"
  content        = "<!doctype html><title>Live</title>"
}
