terraform {
  required_providers {
    mediastore = {
      source = "mediastore/mediastore"
    }
  }
}

# Anyone may read over HTTPS; only one account may write.

variable "encoder_account" {
  description = "Account that the encoders run in."
  type        = string
  default     = "111122223333"
}

resource "mediastore_container" "live" {
  name = "acme-live"
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
        Sid       = "EncodersWrite"
        Effect    = "Allow"
        Principal = { AWS = "arn:aws:iam::${var.encoder_account}:root" }
        Action    = ["mediastore:PutObject", "mediastore:DeleteObject"]
        Resource  = "${mediastore_container.live.arn}/live/*"
        Condition = { Bool = { "aws:SecureTransport" = "true" } }
      },
    ]
  })
}
