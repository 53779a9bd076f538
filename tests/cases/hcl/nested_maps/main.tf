locals {
  environments = {
    dev  = { accounts = ["1", "2"], public = true }
    prod = { accounts = ["3"], public = false }
  }
  pairs = flatten([for e, c in local.environments : [for a in c.accounts : { env = e, account = a, public = c.public }]])
}
output "value" { value = { pairs = local.pairs, keyed = { for p in local.pairs : "${p.env}/${p.account}" => p }, public = [for e, c in local.environments : e if c.public] } }
