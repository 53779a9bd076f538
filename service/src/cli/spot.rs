//! How places are written on the command line: in a container, or on this machine.

use std::path::PathBuf;
use std::str::FromStr;

use mediastore_policy::limits;

/// A container and a path in it, as `live:hls/main.m3u8`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Spot {
    pub(super) container: String,
    /// Without slashes at either end; empty for the container itself.
    pub(super) path: String,
    /// Whether it was written with a slash at the end: a folder.
    pub(super) folder: bool,
}

impl FromStr for Spot {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (container, path) = text.split_once(':').unwrap_or((text, ""));
        limits::CONTAINER_NAME.check(container).map_err(|violation| {
            format!("{violation}; a place in a container is written `CONTAINER:PATH`, such as `live:hls/main.m3u8`")
        })?;
        let folder = path.is_empty() || path.ends_with('/');
        Ok(Self { container: container.to_owned(), path: path.trim_matches('/').to_owned(), folder })
    }
}

/// Either side of a transfer: a place in a container, if a colon comes before any slash, or else a path on this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Side {
    Remote(Spot),
    Local(PathBuf),
}

impl FromStr for Side {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once(':') {
            Some((container, _)) if !container.contains('/') => Ok(Self::Remote(text.parse()?)),
            _ => Ok(Self::Local(text.into())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_colon_before_any_slash_names_a_container() {
        let remote = |container: &str, path: &str, folder: bool| {
            Ok(Side::Remote(Spot { container: container.to_owned(), path: path.to_owned(), folder }))
        };
        let local = |path: &str| Ok(Side::Local(path.into()));
        let cases = [
            ("live:hls/a.ts", remote("live", "hls/a.ts", false)),
            ("live:/hls/", remote("live", "hls", true)),
            ("live:", remote("live", "", true)),
            ("live", local("live")),
            ("./live:x", local("./live:x")),
            ("/tmp/a:b", local("/tmp/a:b")),
            (".", local(".")),
        ];
        for (text, expected) in cases {
            assert_eq!(text.parse::<Side>(), expected, "{text}");
        }
        assert!("bad name:x".parse::<Side>().is_err());
        assert_eq!(
            "live".parse::<Spot>(),
            Ok(Spot { container: "live".to_owned(), path: String::new(), folder: true })
        );
    }
}
