output "value" { value = [tolist(["a", 1, true]), tolist([1, 2]), toset(["a", 1]), tomap({ a = "x", b = 1, c = true }), [for v in tolist([1, "2"]) : v], concat(["a"], [1])] }
