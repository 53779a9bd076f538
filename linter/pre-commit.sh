#!/bin/sh
# The linter of this checkout, built when it is first used. pre-commit keeps a checkout for each revision, and cargo builds only what is new.
# pre-commit's own `language: rust` installs the package at the root of a repository, and the root of this one is a workspace.
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
command -v cargo >/dev/null || {
    echo "mediastore-lint is built by cargo, which is not on PATH; with a binary of it, use the hook mediastore-lint-system" >&2
    exit 2
}
exec cargo run --quiet --locked --profile "${MEDIASTORE_LINT_PROFILE:-release}" \
    --manifest-path "$here/../Cargo.toml" --package mediastore-lint -- "$@"
