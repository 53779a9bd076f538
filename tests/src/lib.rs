//! Launchers and helpers for the end-to-end tests; the tests themselves are in `tests/e2e/`.
