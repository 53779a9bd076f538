output "value" { value = [tomap({ a = "b" }), tolist(["x"]), element(split(",", "a,b"), 1), length(keys({ a = 1 })), join(",", formatlist("%s", ["z"]))] }
