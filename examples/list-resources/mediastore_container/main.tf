terraform {
  required_providers {
    mediastore = {
      source = "mediastore/mediastore"
    }
  }
}

provider "mediastore" {}

resource "mediastore_container" "news" {
  name = "acme-live-news"
}
