locals { issuer = "oidc.example" }
output "value" { value = { StringEquals = { "${local.issuer}:sub" = "s", "${local.issuer}:aud" = ["a"], (local.issuer) = 1, "plain:key" = 2 } } }
