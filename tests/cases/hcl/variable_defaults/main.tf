variable "s" { default = "text" }
variable "n" {
  type    = number
  default = "5"
}
variable "b" {
  type    = bool
  default = "true"
}
variable "text" {
  type    = string
  default = 12
}
variable "list" {
  type    = list(string)
  default = [1, true, "x"]
}
variable "set" {
  type    = set(string)
  default = ["b", "a", "b"]
}
variable "map" {
  type    = map(number)
  default = { a = "1", b = 2 }
}
variable "any_list" {
  type    = list(any)
  default = ["a", 1, true]
}
variable "nothing" {
  type    = string
  default = null
}
variable "tuple" {
  type    = tuple([string, number])
  default = [1, "2"]
}
output "value" {
  value = [var.s, var.n, var.b, var.text, var.list, var.set, var.map, var.any_list, var.nothing, var.tuple]
}
