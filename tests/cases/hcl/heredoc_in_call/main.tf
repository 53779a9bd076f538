output "value" {
  value = [upper(<<A
a
A
  ), trimspace(<<-B
    b
      c
  B
  )]
}
