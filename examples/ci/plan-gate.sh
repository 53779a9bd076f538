#!/bin/sh
# Applies only what was judged: the plan knows every value, so nothing is left open.
set -eu
terraform plan -input=false -out=tfplan
terraform show -json tfplan > tfplan.json
mediastore-lint check --fail-on warning tfplan.json
terraform apply -input=false tfplan
