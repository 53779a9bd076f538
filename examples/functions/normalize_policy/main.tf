terraform {
  required_providers {
    mediastore = {
      source = "mediastore/mediastore"
    }
  }
}

# Whether two policies say the same, whatever their spelling.

locals {
  resource = "arn:aws:mediastore:us-west-2:111122223333:container/acme-live/*"

  one = jsonencode({
    Version   = "2012-10-17"
    Statement = { Effect = "Allow", Principal = "*", Action = "mediastore:GetObject", Resource = local.resource }
  })
  other = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = { AWS = ["*"] }, Action = ["MediaStore:getobject"], Resource = [local.resource] }]
  })
}

output "same" {
  value = provider::mediastore::normalize_policy(local.one) == provider::mediastore::normalize_policy(local.other)
}
