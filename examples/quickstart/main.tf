# A live-streaming origin: a container, who may read and write it, and which web pages may play it.
# It runs on the embedded service: no account, no network, data in .mediastore/ beside this file.

terraform {
  required_providers {
    mediastore = {
      source = "mediastore/mediastore"
    }
  }
}

provider "mediastore" {
  default_tags {
    tags = {
      environment = var.environment
      managed-by  = "terraform"
    }
  }
}

variable "environment" {
  description = "Name of the environment, part of the container's name."
  type        = string
  default     = "dev"
}

variable "player_origins" {
  description = "Web pages that may play from the container."
  type        = set(string)
  default     = ["https://player.example.com"]
}

resource "mediastore_container" "live" {
  name = "acme-live-${var.environment}"
  tags = {
    purpose = "live"
  }
}

resource "mediastore_container_policy" "live" {
  container_name = mediastore_container.live.name

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "PublicReadOverHttps"
        Effect    = "Allow"
        Principal = "*"
        Action    = ["mediastore:GetObject", "mediastore:DescribeObject"]
        Resource  = "${mediastore_container.live.arn}/*"
        Condition = { Bool = { "aws:SecureTransport" = "true" } }
      },
      {
        Sid       = "EncoderWrites"
        Effect    = "Allow"
        Principal = { AWS = "arn:aws:iam::000000000000:root" }
        Action    = "mediastore:*"
        Resource  = "${mediastore_container.live.arn}/*"
        Condition = { Bool = { "aws:SecureTransport" = "true" } }
      },
    ]
  })
}

resource "mediastore_cors_policy" "live" {
  container_name = mediastore_container.live.name

  rule {
    allowed_origins = var.player_origins
    allowed_methods = ["GET", "HEAD"]
    allowed_headers = ["*"]
    expose_headers  = ["Content-Length", "Content-Range"]
    max_age_seconds = 3000
  }
}

output "endpoint" {
  description = "Where encoders push and players read."
  value       = mediastore_container.live.endpoint
}
