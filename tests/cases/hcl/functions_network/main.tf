output "value" {
  value = [cidrsubnet("10.0.0.0/8", 8, 5), cidrhost("10.1.0.0/16", 5), cidrhost("10.1.0.0/16", -2), cidrnetmask("172.16.0.0/12"), cidrsubnets("10.1.0.0/16", 4, 4, 8, 4), cidrsubnet("fd00:fd12:3456:7890::/56", 16, 162), cidrhost("fd00::/64", 34)]
}
