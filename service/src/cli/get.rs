//! `mediastored get`.

use std::path::PathBuf;

use clap::Args;

use super::remote::Where;
use super::spot::Spot;

/// Arguments of `get`.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  mediastored get live:hls/main.m3u8              into ./main.m3u8
  mediastored get live:hls/main.m3u8 copy.m3u8
  mediastored get live:hls/main.m3u8 -            to standard output

The file is there only once it is whole. Whole folders are the business of `sync`.")]
pub(super) struct Get {
    /// The object, as CONTAINER:PATH.
    #[arg(value_name = "CONTAINER:PATH")]
    object: Spot,

    /// File to write, a folder to write it in, or `-` for standard output [default: its name, here]
    #[arg(value_name = "FILE")]
    to: Option<PathBuf>,

    #[command(flatten)]
    place: Where,
}

impl Get {
    pub(super) async fn run(self) -> Result<(), String> {
        let Spot { container, path, folder } = self.object;
        if folder {
            return Err(format!("`{container}:{path}` is a folder; `mediastored sync` copies folders"));
        }
        let name = path.rsplit('/').next().unwrap_or_default();
        let file = match self.to {
            None => PathBuf::from(name),
            Some(to) if to.is_dir() => to.join(name),
            Some(to) => to,
        };
        let remote = self.place.open().await?;
        let got = async {
            let container = remote.container(&container).await?;
            if file.as_os_str() == "-" { container.print(&path).await } else { container.get(&path, &file).await }
        };
        let result = got.await;
        remote.close().await;
        result.map(drop)
    }
}
