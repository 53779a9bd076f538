locals {
  lists = [["a"], ["b"]]
  nums  = [3, 9, 4]
}
output "value" { value = [concat(local.lists...), max(local.nums...), max(1, local.nums...), format("%s%s", ["a", "b"]...), merge([for k in ["x", "y"] : { (k) = upper(k) }]...)] }
