output "value" {
  value = [concat(["a"], ["b"], []), distinct(["a", "b", "a"]), flatten([["a"], ["b", ["c"]], []]), element(["a", "b"], 3), index(["a", "b"], "b"), contains(["a"], "a"), contains([1, 2], 3), length({ a = 1 }), slice(["a", "b", "c"], 1, 3), chunklist([1, 2, 3], 2), coalesce("", "b"), coalesce(null, "c"), coalescelist([], ["d"]), one(["x"]), one([]), range(3), range(1, 7, 2), range(3, 0), sum([1, 2.5]), max(1, 3, 2), min(4, 2), alltrue([true, true]), anytrue([false]), alltrue([])]
}
