variable "containers" {
  type = map(object({
    name    = string
    public  = optional(bool, false)
    origins = optional(list(string), ["https://a.example"])
    note    = optional(string)
    cors = optional(object({
      age  = optional(number, 300)
      verb = optional(string, "GET")
    }), {})
  }))
  default = {
    a = { name = "a", extra = "dropped" }
    b = { name = "b", public = "true", origins = null, cors = { age = "5" } }
  }
}
output "value" { value = var.containers }
