//! Hexadecimal, as signatures, hashes and the names of bodies have it: in small digits, and in no other.

/// Small hexadecimal digits of bytes.
pub(crate) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]).map(|nibble| char::from(DIGITS[usize::from(nibble)])).collect()
}

/// 32 bytes from 64 small hexadecimal digits.
pub(crate) fn hex32(text: &str) -> Option<[u8; 32]> {
    let digit = |byte: u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    };
    let bytes = text.as_bytes();
    if bytes.len() != 64 {
        return None;
    }
    let mut found = [0; 32];
    for (place, pair) in found.iter_mut().zip(bytes.chunks_exact(2)) {
        *place = digit(pair[0])? << 4 | digit(pair[1])?;
    }
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_small_digits_are_read_and_they_are_written() {
        let text = "0123456789abcdef".repeat(4);
        assert_eq!(hex32(&text).map(|bytes| hex(&bytes)), Some(text.clone()));
        // `u8::from_str_radix` would take the first three of them.
        for other in [text.replace("ab", "AB"), text.replace("01", "+1"), text.replace('f', "F"), text[..63].to_owned()]
        {
            assert_eq!(hex32(&other), None, "{other}");
        }
    }
}
