output "value" { value = [core::upper("a"), core::join("-", ["a", "b"])] }
