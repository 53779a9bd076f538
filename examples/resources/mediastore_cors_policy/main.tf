terraform {
  required_providers {
    mediastore = {
      source = "mediastore/mediastore"
    }
  }
}

# Players on our pages may read, also with ranges; a page of the studio may upload as well. The first rule that matches a
# request decides, so the narrow one stands first.

resource "mediastore_container" "vod" {
  name = "acme-vod"
}

resource "mediastore_cors_policy" "vod" {
  container_name = mediastore_container.vod.name

  rule {
    allowed_origins = ["https://studio.example.com"]
    allowed_methods = ["GET", "HEAD", "PUT"]
    allowed_headers = ["*"]
    max_age_seconds = 600
  }

  rule {
    allowed_origins = ["https://www.example.com", "https://*.players.example.com"]
    allowed_methods = ["GET", "HEAD"]
    allowed_headers = ["Range", "Origin"]
    expose_headers  = ["Content-Length", "Content-Range"]
    max_age_seconds = 3000
  }
}
