terraform {
  required_providers { mediastore = { source = "mediastore/mediastore" } }
}

locals {
  read = ["mediastore:GetObject", "mediastore:DescribeObject"]
}
resource "mediastore_container" "a" { name = "policy_a" }
resource "mediastore_container" "b" { name = "policy_b" }
resource "mediastore_container" "c" { name = "policy_c" }
resource "mediastore_container_policy" "a" {
  container_name = mediastore_container.a.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = "*"
      Action    = local.read
      Resource  = "${mediastore_container.a.arn}/*"
      Condition = { Bool = { "aws:SecureTransport" = "true" } }
    }]
  })
}
resource "mediastore_container_policy" "b" {
  container_name = mediastore_container.b.name
  policy         = <<-EOF
    {
      "Version": "2012-10-17",
      "Statement": [{
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::111122223333:root"},
        "Action": ${jsonencode(local.read)},
        "Resource": "arn:aws:mediastore:us-west-2:000000000000:container/policy_b/*"
      }]
    }
  EOF
}
resource "mediastore_container_policy" "c" {
  container_name = mediastore_container.c.name
  policy         = file("${path.module}/policy.json")
}
