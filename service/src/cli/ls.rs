//! `mediastored ls`.

use std::io::{self, Write};

use aws_sdk_mediastoredata::types::ItemType;
use clap::Args;
use indicatif::HumanBytes;

use super::remote::{Remote, Where};
use super::spot::Spot;

/// Arguments of `ls`.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  mediastored ls                       containers
  mediastored ls live                  what is right in the container
  mediastored ls -r live:hls           all objects below a folder, with their sizes

Objects under a lifecycle rule in seconds are never listed.")]
pub(super) struct Ls {
    /// A folder, as CONTAINER:PATH; without one, the containers.
    #[arg(value_name = "CONTAINER[:PATH]")]
    folder: Option<Spot>,

    /// All objects below the folder, by their whole paths.
    #[arg(short, long, requires = "folder")]
    recursive: bool,

    #[command(flatten)]
    place: Where,
}

impl Ls {
    pub(super) async fn run(self) -> Result<(), String> {
        let remote = self.place.open().await?;
        let lines = lines(&remote, self.folder.as_ref(), self.recursive).await;
        remote.close().await;
        let mut text = lines?.join("\n");
        if !text.is_empty() {
            text.push('\n');
        }
        io::stdout().write_all(text.as_bytes()).map_err(|error| format!("the list cannot be written: {error}"))
    }
}

async fn lines(remote: &Remote, folder: Option<&Spot>, recursive: bool) -> Result<Vec<String>, String> {
    let Some(Spot { container, path, .. }) = folder else {
        return remote.containers().await;
    };
    let container = remote.container(container).await?;
    let line = |size: u64, name: &str| format!("{:>12}  {name}", HumanBytes(size).to_string());
    if recursive {
        let found = container.walk(path).await?;
        return Ok(found.iter().map(|found| line(found.size, &found.path)).collect());
    }
    let items = container.list(path).await?.into_iter().map(|item| {
        let name = item.name.unwrap_or_default();
        match item.r#type {
            Some(ItemType::Folder) => format!("{:>12}  {name}/", "-"),
            _ => line(item.content_length.unwrap_or_default().cast_unsigned(), &name),
        }
    });
    Ok(items.collect())
}
