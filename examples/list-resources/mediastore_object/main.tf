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
