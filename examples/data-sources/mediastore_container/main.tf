terraform {
  required_providers {
    mediastore = {
      source = "mediastore/mediastore"
    }
  }
}

# A container that something else manages, by its name. Here it is made beside it, so that the example runs alone.

resource "mediastore_container" "elsewhere" {
  name = "acme-shared"
}

data "mediastore_container" "shared" {
  name = mediastore_container.elsewhere.name
}

output "shared" {
  value = {
    endpoint = data.mediastore_container.shared.endpoint
    status   = data.mediastore_container.shared.status
    tags     = data.mediastore_container.shared.tags
  }
}
