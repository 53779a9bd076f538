terraform {
  required_providers {
    mediastore = { source = "mediastore/mediastore" }
  }
}
locals {
  arn = provider::mediastore::container_arn("eu-west-1", "111122223333", "live")
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Sid = "Read", Effect = "Allow", Principal = { AWS = ["111122223333"] }, Action = ["mediastore:GetObject"], Resource = "${local.arn}/*" }]
  })
}
output "value" {
  value = [
    local.arn,
    provider::mediastore::parse_arn(local.arn),
    provider::mediastore::parse_arn("${local.arn}/a/b:c/d"),
    provider::mediastore::normalize_policy(local.policy),
    can(provider::mediastore::parse_arn("arn:aws:s3:::bucket")),
    can(provider::mediastore::container_arn("eu-west-1", "1", "live")),
    can(provider::mediastore::normalize_policy("{")),
  ]
}
