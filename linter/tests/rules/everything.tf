# A configuration with nearly every fault there is. What it does not show is listed in everything.rs.

variable "reader" {
  type = string
}

variable "everything" {
  type = string
}

module "elsewhere" {
  source = "./nowhere"
}

resource "mediastore_container" "live" {
  name          = "acme_live!production"
  force_destroy = true

  tags = {
    Environment    = "dev"
    environment    = "dev"
    "aws:mine"     = "x"
    Classification = "confidential"
    Team           = "a#b"
    CostCenter     = "4711"
  }
}

# nolint(public-delete)
resource "mediastore_container_policy" "live" {
  container_name = mediastore_container.live.name

  policy = jsonencode({
    Statement = [
      {
        Sid       = "Public"
        Effect    = "Allow"
        Principal = "*"
        Action    = "mediastore:*"
        Resource  = "*"
      },
      {
        Sid       = "Public"
        Effect    = "Allow"
        Principal = "*"
        Action    = ["mediastore:GetObject", "mediastore:ListObjects"]
        Resource  = "arn:aws:mediastore:eu-west-1:111122223333:container/other/*"
        Condition = { StringNotEquals = { "aws:SourceVpc" = "vpc-1" } }
      },
    ]
  })
}

resource "mediastore_container" "vod" {
  name = "acme_vod_production"
}

resource "mediastore_container_policy" "vod" {
  container_name = mediastore_container.vod.name

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "Secret"
        Effect    = "Allow"
        Principal = "*"
        Action    = "mediastore:GetObject"
        Resource  = "${mediastore_container.vod.arn}/secret/*"
        Condition = { StringEquals = { "aws:Referer" = "s3cr3t" } }
      },
      {
        Sid       = "Plain"
        Effect    = "Allow"
        Principal = "*"
        Action    = "mediastore:GetObject"
        Resource  = "${mediastore_container.vod.arn}/open/*"
        Condition = { Bool = { "aws:SecureTransport" = ["true", "false"] } }
      },
      {
        Sid       = "PlainAgain"
        Effect    = "Allow"
        Principal = "*"
        Action    = "mediastore:GetObject"
        Resource  = "${mediastore_container.vod.arn}/open/a/*"
      },
      {
        Sid       = "AnyDistribution"
        Effect    = "Allow"
        Principal = { Service = "cloudfront.amazonaws.com" }
        Action    = "mediastore:GetObject"
        Resource  = "${mediastore_container.vod.arn}/cdn/*"
      },
      {
        Sid          = "NotThem"
        Effect       = "Allow"
        NotPrincipal = { AWS = "444455556666" }
        NotAction    = ["mediastore:PutObject", "mediastore:GetObject"]
        Resource     = "${mediastore_container.vod.arn}/*"
      },
      {
        Sid       = "Never"
        Effect    = "Allow"
        Principal = "*"
        Action    = "mediastore:GetObject"
        Resource  = "${mediastore_container.vod.arn}/*"
        Condition = { DateLessThan = { "aws:CurrentTime" = "2020-01-01T00:00:00Z" } }
      },
    ]
  })
}

resource "mediastore_container_policy" "unknown" {
  container_name = "acme_unknown"

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = {
      Effect    = "Allow"
      Principal = { AWS = var.reader }
      Action    = "mediastore:PutObject"
      Resource  = "arn:aws:mediastore:eu-west-1:111122223333:container/acme_unknown/*"
      Condition = { Bool = { "aws:SecureTransport" = "true" } }
    }
  })
}

resource "mediastore_container_policy" "open" {
  container_name = "acme_open"

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Principal = "*"
        Action    = "mediastore:GetObject"
        Resource  = "arn:aws:mediastore:eu-west-1:111122223333:container/acme_open/*"
        Condition = {
          StringLike   = { "aws:SourceIp" = "198.51.*" }
          NotIpAddress = { "aws:SourceIp" = "198.51.0.0/16" }
        }
      },
      {
        Sid       = "Partner"
        Effect    = "Allow"
        Principal = { AWS = "444455556666" }
        Action    = "mediastore:DescribeObject"
        Resource  = "arn:aws:mediastore:eu-west-1:111122223333:container/acme_open/*"
      },
    ]
  })
}

resource "mediastore_container_policy" "malformed" {
  container_name = "acme_malformed"

  policy = <<EOF
{
  "Version": "2012-10-17",
  "Statement": [{
    "Effect": "Permit",
    "Principal": {"AWS": "arn:aws:iam::11112222333:root"},
    "Action": "mediastore:GetObject",
    "Resource": "container/acme_malformed/*",
    "Condition": {"StringEqual": {"aws:UserAgent": "x"}}
  }]
}
EOF
}

resource "mediastore_cors_policy" "live" {
  container_name = mediastore_container.live.name

  rule {
    allowed_origins = ["*"]
    allowed_methods = ["GET", "PUT", "OPTIONS"]
    allowed_headers = ["Content-Type"]
  }

  rule {
    allowed_origins = ["*"]
    allowed_methods = ["GET"]
    allowed_headers = ["Content-Type"]
  }

  rule {
    allowed_origins = ["http://www.example.com", "null", "https://*example.com", "https://www.example.com/", "https://*.*.com"]
    allowed_methods = ["HEAD"]
    allowed_headers = ["*"]
  }
}

resource "mediastore_lifecycle_policy" "live" {
  container_name = mediastore_container.live.name

  rule {
    wildcards            = ["*"]
    seconds_since_create = 3600
    action               = "EXPIRE"
  }
}

resource "mediastore_metric_policy" "live" {
  container_name          = mediastore_container.live.name
  container_level_metrics = "on"
}

resource "aws_media_store_container" "old" {
  name = "acme_old"
}

resource "aws_mediastore_container" "invented" {
  name = "acme_invented"
}

# nolint(public-read): nothing is public here
resource "mediastore_container" "quiet" {
  name          = "acme_quiet_prod"
  force_destroy = true

  tags = {
    Owner       = "nobody"
    Environment = "prod"
  }
}

resource "mediastore_container" "mismatch" {
  name = "acme_prod"

  tags = {
    Owner       = "nobody"
    Environment = "staging"
  }
}

resource "mediastore_lifecycle_policy" "unknown" {
  container_name = "acme_unknown"
  policy         = var.everything
}
