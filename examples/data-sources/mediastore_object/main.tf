terraform {
  required_providers {
    mediastore = {
      source = "mediastore/mediastore"
    }
  }
}

# What the service knows of an object that something else writes, and a small text of it.

resource "mediastore_container" "elsewhere" {
  name = "acme-shared"
}

resource "mediastore_object" "elsewhere" {
  container_name = mediastore_container.elsewhere.name
  path           = "release.json"
  content        = jsonencode({ version = 7 })
}

data "mediastore_object" "release" {
  container_name = mediastore_object.elsewhere.container_name
  path           = mediastore_object.elsewhere.path
  with_content   = true
}

output "version" {
  value = jsondecode(data.mediastore_object.release.content).version
}
