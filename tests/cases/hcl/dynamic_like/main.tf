variable "rules" {
  type = list(object({ origins = list(string), age = optional(number) }))
  default = [{ origins = ["*"] }, { origins = ["https://a.example", "https://b.example"], age = 60 }]
}
output "value" { value = [for i, r in var.rules : { n = i, o = join(" ", r.origins), a = coalesce(r.age, 3000) }] }
