terraform {
  required_providers {
    mediastore = {
      source = "mediastore/mediastore"
    }
  }
}

provider "mediastore" {}
