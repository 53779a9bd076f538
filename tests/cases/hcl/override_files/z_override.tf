
variable "v" { default = "later" }
