terraform {
  required_providers {
    mediastore = {
      source = "mediastore/mediastore"
    }
  }
}

# Nothing that lets outsiders write can be applied, by whoever runs Terraform: public-write is an error in mediastore-lint.toml
# beside this file, and errors fail the plan.

provider "mediastore" {
  guardrails {
    config  = "${path.module}/mediastore-lint.toml"
    fail_on = "error"
  }
}

resource "mediastore_container" "live" {
  name = "acme-live"
}

resource "mediastore_container_policy" "live" {
  container_name = mediastore_container.live.name

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "Read"
      Effect    = "Allow"
      Principal = "*"
      Action    = ["mediastore:GetObject", "mediastore:DescribeObject"]
      Resource  = "${mediastore_container.live.arn}/*"
      Condition = { Bool = { "aws:SecureTransport" = "true" } }
    }]
  })
}
