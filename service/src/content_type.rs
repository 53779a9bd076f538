//! The content type that goes with a path: the same for the command line and for Terraform.

/// The type of an object whose path tells none.
pub(crate) const DEFAULT: &str = "application/octet-stream";

/// Content types by extension: what packagers write, and what lies beside it on a page. The registered or customary type where
/// there are several.
const TYPES: [(&str, &str); 38] = [
    ("aac", "audio/aac"),
    ("ac3", "audio/ac3"),
    ("avif", "image/avif"),
    ("cmfa", "audio/mp4"),
    ("cmft", "application/mp4"),
    ("cmfv", "video/mp4"),
    ("css", "text/css"),
    ("csv", "text/csv"),
    ("dash", "application/dash+xml"),
    ("ec3", "audio/eac3"),
    ("flac", "audio/flac"),
    ("gif", "image/gif"),
    ("htm", "text/html"),
    ("html", "text/html"),
    ("ico", "image/vnd.microsoft.icon"),
    ("jpeg", "image/jpeg"),
    ("jpg", "image/jpeg"),
    ("js", "text/javascript"),
    ("json", "application/json"),
    ("m3u8", "application/vnd.apple.mpegurl"),
    ("m4a", "audio/mp4"),
    ("m4s", "video/iso.segment"),
    ("m4v", "video/mp4"),
    ("mp3", "audio/mpeg"),
    ("mp4", "video/mp4"),
    ("mpd", "application/dash+xml"),
    ("opus", "audio/ogg"),
    ("pdf", "application/pdf"),
    ("png", "image/png"),
    ("svg", "image/svg+xml"),
    ("ts", "video/mp2t"),
    ("ttml", "application/ttml+xml"),
    ("txt", "text/plain"),
    ("vtt", "text/vtt"),
    ("webm", "video/webm"),
    ("webp", "image/webp"),
    ("webvtt", "text/vtt"),
    ("xml", "application/xml"),
];

/// The content type of an object that is put without one, by the extension of its path.
#[must_use]
pub fn content_type_of(path: &str) -> &'static str {
    let extension = path.rsplit('/').next().and_then(|name| name.rsplit_once('.')).map(|(_, extension)| extension);
    let found =
        TYPES.iter().find(|(known, _)| extension.is_some_and(|extension| extension.eq_ignore_ascii_case(known)));
    found.map_or(DEFAULT, |(_, content_type)| content_type)
}

#[cfg(test)]
mod tests {
    use mediastore_policy::limits;

    use super::*;

    #[test]
    fn types_go_by_the_last_extension_in_any_case() {
        for (path, expected) in [
            ("live/index.m3u8", "application/vnd.apple.mpegurl"),
            ("live/1.TS", "video/mp2t"),
            ("player/logo.svg", "image/svg+xml"),
            ("a.tar.mpd", "application/dash+xml"),
            ("a.ts/segment", DEFAULT),
            ("m3u8", DEFAULT),
            ("a.", DEFAULT),
        ] {
            assert_eq!(content_type_of(path), expected, "{path}");
        }
    }

    #[test]
    fn every_type_is_one_that_the_api_takes() {
        for (extension, content_type) in TYPES {
            assert_eq!(limits::CONTENT_TYPE.check(content_type), Ok(()), "{extension}");
        }
        assert!(TYPES.is_sorted(), "sorted, so that a second entry for one extension is seen");
    }
}
