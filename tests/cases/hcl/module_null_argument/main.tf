module "m" {
  source = "./child"
  a      = null
  b      = null
}
output "value" { value = module.m }
