//! The `Range` header: one range of bytes, or as good as none.

use std::ops::Range;

/// What a `Range` header asks for of a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Asked {
    /// The whole body: there is no header, or none that can be followed, which RFC 9110 lets a server ignore.
    Whole,
    /// These bytes; never none.
    Part(Range<u64>),
    /// Bytes that the body does not have.
    Unsatisfiable,
}

/// Reads a header against the size of the body in bytes. Several ranges in one header are not followed.
pub(super) fn asked(header: Option<&str>, size: u64) -> Asked {
    let Some(spec) = header.and_then(|header| header.strip_prefix("bytes=")) else {
        return Asked::Whole;
    };
    let Some((first, last)) = spec.split_once('-') else {
        return Asked::Whole;
    };
    let range = match (number(first), number(last)) {
        (Some(Some(first)), Some(Some(last))) if first <= last => first..last.saturating_add(1).min(size),
        (Some(Some(first)), Some(None)) => first..size,
        (Some(None), Some(Some(length))) => size.saturating_sub(length)..size,
        _ => return Asked::Whole,
    };
    if range.is_empty() { Asked::Unsatisfiable } else { Asked::Part(range) }
}

/// Digits as a number, nothing as nothing, anything else as no part of a range. What is too large is larger than any body.
fn number(text: &str) -> Option<Option<u64>> {
    if text.is_empty() {
        return Some(None);
    }
    text.bytes().all(|b| b.is_ascii_digit()).then(|| Some(text.parse().unwrap_or(u64::MAX)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_read_against_the_size() {
        let cases = [
            ("bytes=0-0", 10, Asked::Part(0..1)),
            ("bytes=0-9", 10, Asked::Part(0..10)),
            ("bytes=3-", 10, Asked::Part(3..10)),
            ("bytes=-3", 10, Asked::Part(7..10)),
            ("bytes=-30", 10, Asked::Part(0..10)),
            ("bytes=5-99999999999999999999999", 10, Asked::Part(5..10)),
            ("bytes=10-", 10, Asked::Unsatisfiable),
            ("bytes=10-20", 10, Asked::Unsatisfiable),
            ("bytes=-0", 10, Asked::Unsatisfiable),
            ("bytes=0-", 0, Asked::Unsatisfiable),
            ("bytes=-5", 0, Asked::Unsatisfiable),
            ("bytes=99999999999999999999999-", 10, Asked::Unsatisfiable),
            ("bytes=5-2", 10, Asked::Whole),
            ("bytes=-", 10, Asked::Whole),
            ("bytes=", 10, Asked::Whole),
            ("bytes=a-b", 10, Asked::Whole),
            ("bytes=+1-2", 10, Asked::Whole),
            ("bytes=0-1,3-4", 10, Asked::Whole),
            ("bytes= 0-1", 10, Asked::Whole),
            ("items=0-1", 10, Asked::Whole),
            ("0-1", 10, Asked::Whole),
        ];
        for (header, size, expected) in cases {
            assert_eq!(asked(Some(header), size), expected, "{header} of {size}");
        }
        assert_eq!(asked(None, 10), Asked::Whole);
    }
}
