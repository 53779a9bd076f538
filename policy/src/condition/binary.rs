//! Base64 text, compared as text.

/// Whether a text is base64: the standard alphabet, padded to a multiple of four.
pub(super) fn is_base64(text: &str) -> bool {
    let body = text.strip_suffix("==").or_else(|| text.strip_suffix('=')).unwrap_or(text);
    text.len().is_multiple_of(4)
        && body.len() % 4 != 1
        && body.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'+' || byte == b'/')
}

#[cfg(test)]
mod tests {
    use super::is_base64;

    #[test]
    fn base64_is_recognised() {
        for (text, expected) in [
            ("", true),
            ("QQ==", true),
            ("QUI=", true),
            ("QUJD", true),
            ("+/+/", true),
            ("QQ", false),
            ("QQ=", false),
            ("Q===", false),
            ("QUJDR===", false),
            ("no-binary!", false),
            ("Q-_=", false),
        ] {
            assert_eq!(is_base64(text), expected, "{text}");
        }
    }
}
