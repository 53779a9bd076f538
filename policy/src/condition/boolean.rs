//! Truth values. Any text is accepted; what is not `true` in some case is false.

/// The truth value of a text.
pub(super) fn truth(text: &str) -> bool {
    text.eq_ignore_ascii_case("true")
}
