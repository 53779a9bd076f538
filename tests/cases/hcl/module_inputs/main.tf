module "plain" {
  source = "./child"
  name   = "a"
}
module "given" {
  source = "./child"
  name   = upper("b")
  tags   = { Env = "prod", Count = 1 }
  suffix = module.plain.full
}
output "value" { value = [module.plain.full, module.given.full, module.given.tags, module.plain] }
