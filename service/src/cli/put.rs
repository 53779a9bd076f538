//! `mediastored put`.

use std::path::{Path, PathBuf};

use clap::Args;

use super::remote::{PutOptions, Where};
use super::spot::Spot;
use super::{progress, transfer};

/// Arguments of `put`.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  mediastored put main.m3u8 live:hls/main.m3u8
  mediastored put out/*.ts live:hls/ --cache-control max-age=60

A path that ends in `/`, or is left out, is a folder: each file keeps its name there. Whole folders are the business of `sync`.")]
pub(super) struct Put {
    /// Files to put.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,

    /// Where to put them, as CONTAINER:PATH.
    #[arg(value_name = "CONTAINER:PATH")]
    to: Spot,

    #[command(flatten)]
    options: PutOptions,

    #[command(flatten)]
    place: Where,
}

impl Put {
    pub(super) async fn run(self) -> Result<(), String> {
        if self.files.len() > 1 && !self.to.folder {
            return Err(format!("several files need a folder: `{}:{}/`", self.to.container, self.to.path));
        }
        let mut files = Vec::new();
        let mut bytes = 0;
        for file in self.files {
            let metadata = std::fs::metadata(&file).map_err(|error| format!("`{}`: {error}", file.display()))?;
            if metadata.is_dir() {
                return Err(format!("`{}` is a folder; `mediastored sync` copies folders", file.display()));
            }
            bytes += metadata.len();
            let path = if self.to.folder { below(&self.to.path, &file)? } else { self.to.path.clone() };
            files.push((file, path, metadata.len()));
        }
        let remote = self.place.open().await?;
        let put = async {
            let container = remote.container(&self.to.container).await?;
            let bar = progress::bytes("putting");
            bar.set_length(bytes);
            transfer::all(&bar, files, |(file, path, size)| {
                let (container, options) = (container.clone(), self.options.clone());
                async move { container.put(&file, &path, &options).await.map(|()| size) }
            })
            .await
        };
        let result = put.await;
        remote.close().await;
        result
    }
}

/// The path of a file that keeps its name in a folder.
fn below(folder: &str, file: &Path) -> Result<String, String> {
    let name = file.file_name().and_then(|name| name.to_str());
    let name = name.ok_or_else(|| format!("`{}` has no name that a path could have", file.display()))?;
    Ok(if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") })
}
