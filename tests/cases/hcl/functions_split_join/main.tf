output "value" {
  value = [split(",", "a,b,,c"), split("", "abc"), join("-", ["a", "b"]), join(",", []), join("", ["a"], ["b", "c"]), join(",", [1, true]), split("::", "a::b"), sort(["c", "a", "B"]), reverse([1, 2, 3]), compact(["a", "", "b"])]
}
