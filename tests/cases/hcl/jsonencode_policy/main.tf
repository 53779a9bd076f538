locals {
  actions = ["mediastore:GetObject", "mediastore:DescribeObject"]
  tls     = { Bool = { "aws:SecureTransport" = "true" } }
  public  = true
}
output "value" {
  value = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [{
        Sid       = "Own"
        Effect    = "Allow"
        Principal = { AWS = "arn:aws:iam::111122223333:root" }
        Action    = "mediastore:*"
        Resource  = "*"
        Condition = local.tls
      }],
      local.public ? [{ Effect = "Allow", Principal = "*", Action = local.actions, Resource = "*", Condition = merge(local.tls, {}) }] : [],
      [for i, a in local.actions : { Sid = "S${i}", Effect = "Deny", Principal = "*", Action = a, Resource = "*" }],
    )
  })
}
