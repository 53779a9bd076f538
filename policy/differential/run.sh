#!/bin/sh
# Compares `decide` with another evaluator, the npm package @cloud-copilot/iam-simulate, on generated policies and requests.
#
#   policy/differential/run.sh [PAIRS] [SEED]
#
# The package is AGPL-3.0: it is installed into a temporary folder, run as a program of its own, and nothing of it is kept.
# Every disagreement must belong to a class that docs/policy-semantics.md explains; any other makes this fail.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cargo build --quiet --manifest-path "$here/../Cargo.toml" --example decide
(cd "$work" && npm install --silent --no-audit --no-fund @cloud-copilot/iam-simulate@0.1.173 >/dev/null)
cp "$here/compare.mjs" "$work/"
DECIDE="cargo run --quiet --manifest-path $here/../Cargo.toml --example decide" node "$work/compare.mjs" "${1:-3000}" "${2:-1}"
