
variable "a" { default = "default" }
variable "b" {
  default  = "default"
  nullable = false
}
output "a" { value = var.a == null ? "null" : var.a }
output "b" { value = var.b }
