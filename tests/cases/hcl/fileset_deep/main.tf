locals {
  policies = fileset("${path.module}/policies", "**/*.json")
}
output "value" {
  value = {
    all      = fileset(path.module, "**")
    deep     = local.policies
    some     = fileset(path.module, "policies/*/*.json")
    one      = fileset(path.module, "policies/*.json")
    braces   = fileset(path.module, "policies/**/{live,vod}.json")
    below    = fileset("${path.module}/policies/eu", "**")
    none     = fileset(path.module, "nothing/**")
    question = fileset(path.module, "policies/eu/?od.json")
    content  = { for name in local.policies : trimsuffix(name, ".json") => jsondecode(file("${path.module}/policies/${name}")).n }
  }
}
