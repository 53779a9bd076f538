locals { env = "prod" }
output "value" {
  value = [local.env == "prod" ? "p" : "d", local.env == "dev" ? 1 : "two", local.env == "prod" ? 1 : "two", true ? null : "x", false ? ["a"] : ["b", "c"], local.env == "a" ? "1" : local.env == "prod" ? "2" : "3", true ? true : "no"]
}
