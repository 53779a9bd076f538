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

resource "mediastore_container_policy" "live" {
  container_name = mediastore_container.live.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = "*"
      Action    = ["mediastore:GetObject", "mediastore:DescribeObject"]
      Resource  = "${mediastore_container.live.arn}/*"
      Condition = { Bool = { "aws:SecureTransport" = "true" } }
    }]
  })
}
