//! `mediastored purge`.

use std::io::{self, IsTerminal, Write};

use clap::Args;

use super::remote::{Remote, Where};
use super::spot::Spot;
use super::{progress, transfer};

/// Arguments of `purge`.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  mediastored purge live:hls/2025 --dry-run       names what would go
  mediastored purge live --yes                    empties the container, which can then be deleted

Objects under a lifecycle rule in seconds are never listed, so they are not deleted: they go by themselves within five minutes.")]
pub(super) struct Purge {
    /// The container, or a folder of it as CONTAINER:PATH.
    #[arg(value_name = "CONTAINER[:PATH]")]
    folder: Spot,

    /// Only name what would be deleted.
    #[arg(long)]
    dry_run: bool,

    /// Do not ask.
    #[arg(long, short, conflicts_with = "dry_run")]
    yes: bool,

    #[command(flatten)]
    place: Where,
}

impl Purge {
    pub(super) async fn run(self) -> Result<(), String> {
        let remote = self.place.open().await?;
        let result = self.purge(&remote).await;
        remote.close().await;
        result
    }

    async fn purge(&self, remote: &Remote) -> Result<(), String> {
        let container = remote.container(&self.folder.container).await?;
        let found = container.walk(&self.folder.path).await?;
        if self.dry_run {
            let lines: String = found.iter().map(|found| format!("{}\n", found.path)).collect();
            return io::stdout()
                .write_all(lines.as_bytes())
                .map_err(|error| format!("the list cannot be written: {error}"));
        }
        if !found.is_empty() && !self.yes {
            agreed(found.len(), &container.at(&self.folder.path))?;
        }
        let count = found.len();
        let bar = progress::items("deleting", count);
        transfer::all(&bar, found, |found| {
            let container = container.clone();
            async move { container.delete(&found.path).await.map(|()| 1) }
        })
        .await?;
        let _ = writeln!(io::stdout(), "{count} objects deleted");
        Ok(())
    }
}

/// Asks on the terminal.
fn agreed(count: usize, place: &str) -> Result<(), String> {
    if !io::stdin().is_terminal() {
        return Err(format!("{count} objects of {place} would be deleted; say --yes if that is what you want"));
    }
    let _ = write!(io::stderr(), "Delete {count} objects of {place}? [y/N] ");
    let mut answer = String::new();
    io::stdin().read_line(&mut answer).map_err(|error| format!("no answer: {error}"))?;
    if matches!(answer.trim(), "y" | "Y" | "yes") { Ok(()) } else { Err("nothing was deleted".to_owned()) }
}
