output "value" {
  value = [toset(["b", "a", "b"]), setunion(["a"], ["c", "b"]), setintersection(["a", "b"], ["b", "c"]), setsubtract(["a", "b"], ["b"]), setproduct(["a", "b"], ["x", "y"]), toset([3, 1, 10, 2]), tolist(toset(["z", "y"])), setunion([], ["q"]), toset([true, false]), toset([for i in range(3) : { v = 2 - i }])]
}
