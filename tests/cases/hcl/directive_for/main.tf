locals {
  l = ["a", "b"]
  m = { x = 1, y = 2 }
}
output "value" {
  value = [
    "%{ for v in local.l }${v},%{ endfor }",
    "%{ for i, v in local.l }${i}=${v};%{ endfor }",
    "%{ for k, v in local.m }${k}=${v};%{ endfor }",
    <<EOT
%{ for v in local.l ~}
item ${v}
%{ endfor ~}
done
EOT
    ,
    <<-EOT
    %{~ for v in local.l ~}
      - ${v}
    %{~ endfor ~}
    done
    EOT
    ,
    <<-EOT
      list:
      %{ for v in local.l }
        - ${v}
      %{ endfor }
    EOT
  ]
}
