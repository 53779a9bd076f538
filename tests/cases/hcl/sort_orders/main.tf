output "value" { value = [sort(["b10", "b9", "B", "a", "é", "_", "-"]), keys({ b = 1, B = 2, _ = 3, a1 = 4, a-1 = 5 }), toset(["10", "9", "a", "B"]), jsonencode({ z = 1, A = 2, a = 3 })] }
