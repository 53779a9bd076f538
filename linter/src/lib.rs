//! Inputs, rules and reports of `mediastore-lint`.
