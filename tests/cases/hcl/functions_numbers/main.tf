output "value" {
  value = [abs(-1.5), ceil(1.2), ceil(-1.2), floor(1.8), floor(-1.2), signum(-3), signum(0), parseint("ff", 16), parseint("-101", 2), pow(2, 10), pow(3, 0), log(16, 2), tonumber("1.50"), 5 / 2 * 2]
}
