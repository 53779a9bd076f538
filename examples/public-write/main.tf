# What the linter stops: `PutObject` has slipped into a statement that is for players.
terraform {
  required_providers {
    mediastore = { source = "mediastore/mediastore" }
  }
}

resource "mediastore_container" "live" {
  name = "acme-live-dev"
}

resource "mediastore_container_policy" "live" {
  container_name = mediastore_container.live.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "Players"
      Effect    = "Allow"
      Principal = "*"
      Action    = ["mediastore:GetObject", "mediastore:PutObject"]
      Resource  = "${mediastore_container.live.arn}/*"
      Condition = { Bool = { "aws:SecureTransport" = "true" } }
    }]
  })
}
