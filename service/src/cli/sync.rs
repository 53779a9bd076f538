//! `mediastored sync`.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::Args;

use super::remote::{Container, PutOptions, Remote, Where};
use super::spot::{Side, Spot};
use super::{progress, transfer};
use crate::etag_of_file;

/// Arguments of `sync`.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Examples:
  mediastored sync out live:hls                   a folder of this machine into a container
  mediastored sync live:hls copy                  and back
  mediastored sync out live:hls --delete          and nothing else stays there

A place in a container is written CONTAINER:PATH; a name with a colon on this machine needs a `./` before it. What is there already with the
same bytes is left alone. Links and other special files of a folder are passed over.")]
pub(super) struct Sync {
    /// The folder to copy.
    #[arg(value_name = "FROM")]
    from: Side,

    /// The folder that becomes like it.
    #[arg(value_name = "TO")]
    to: Side,

    /// Delete what is in the second folder and not in the first.
    #[arg(long)]
    delete: bool,

    /// Only say what would be done.
    #[arg(long)]
    dry_run: bool,

    #[command(flatten)]
    options: PutOptions,

    #[command(flatten)]
    place: Where,
}

/// One file or object that differs.
#[derive(Debug)]
struct Change {
    /// Its path below either folder.
    path: String,
    /// Bytes to move; `None` to delete it.
    size: Option<u64>,
}

impl Sync {
    pub(super) async fn run(self) -> Result<(), String> {
        let remote = self.place.open().await?;
        let result = self.sync(&remote).await;
        remote.close().await;
        result
    }

    async fn sync(&self, remote: &Remote) -> Result<(), String> {
        let (local, spot, up) = match (&self.from, &self.to) {
            (Side::Local(local), Side::Remote(spot)) => (local, spot, true),
            (Side::Remote(spot), Side::Local(local)) => (local, spot, false),
            (Side::Local(_), Side::Local(_)) => {
                return Err("one of the two has to be in a container, such as `live:hls`".to_owned());
            }
            (Side::Remote(_), Side::Remote(_)) => {
                return Err("one of the two has to be a folder of this machine".to_owned());
            }
        };
        if up && !local.is_dir() {
            return Err(format!("`{}` is no folder", local.display()));
        }
        let container = remote.container(&spot.container).await?;
        let changes = self.changes(&container, local, spot, up).await?;
        if self.dry_run {
            let lines: String = changes.iter().map(|change| describe(change, up)).collect();
            return io::stdout()
                .write_all(lines.as_bytes())
                .map_err(|error| format!("the list cannot be written: {error}"));
        }
        let (moved, deleted): (Vec<_>, Vec<_>) = changes.iter().partition(|change| change.size.is_some());
        let summary = format!("{} {}, {} deleted", moved.len(), if up { "put" } else { "got" }, deleted.len());
        let bar = progress::bytes("syncing");
        bar.set_length(changes.iter().filter_map(|change| change.size).sum());
        transfer::all(&bar, changes, |change| {
            let (container, options) = (container.clone(), self.options.clone());
            let (file, path) = (local.join(&change.path), within(spot, &change.path));
            async move {
                match (change.size, up) {
                    (Some(size), true) => container.put(&file, &path, &options).await.map(|()| size),
                    (Some(_), false) => container.get(&path, &file).await,
                    (None, true) => container.delete(&path).await.map(|()| 0),
                    (None, false) => {
                        let removed = tokio::fs::remove_file(&file).await;
                        removed.map(|()| 0).map_err(|error| format!("`{}` cannot be deleted: {error}", file.display()))
                    }
                }
            }
        })
        .await?;
        let _ = writeln!(io::stdout(), "{summary}");
        Ok(())
    }

    /// What has to be done to make the one like the other.
    async fn changes(&self, container: &Container, local: &Path, spot: &Spot, up: bool) -> Result<Vec<Change>, String> {
        let start = within(spot, "");
        let found = container.walk(&spot.path).await?.into_iter();
        let objects: BTreeMap<String, (u64, String)> = found
            .map(|found| (found.path.strip_prefix(&start).unwrap_or(&found.path).to_owned(), (found.size, found.etag)))
            .collect();
        // A path that leads out of the folder is none that a service gives, and would write where nobody expects it.
        if let Some(path) = objects.keys().find(|path| path.split('/').any(|name| matches!(name, "" | "." | ".."))) {
            return Err(format!("{} is no path of a file below a folder", container.at(&within(spot, path))));
        }
        let folder = local.to_owned();
        let files = tokio::task::spawn_blocking(move || files(&folder)).await.map_err(|error| error.to_string())??;
        let mut changes = Vec::new();
        for (path, &size) in &files {
            match objects.get(path) {
                Some((there, etag)) if *there == size && same(&local.join(path), etag).await? => {}
                Some((there, _)) => {
                    changes.push(Change { path: path.clone(), size: Some(if up { size } else { *there }) })
                }
                None if up => changes.push(Change { path: path.clone(), size: Some(size) }),
                None if self.delete => changes.push(Change { path: path.clone(), size: None }),
                None => {}
            }
        }
        for (path, (size, _)) in &objects {
            match files.contains_key(path) {
                true => {}
                false if !up => changes.push(Change { path: path.clone(), size: Some(*size) }),
                false if self.delete => changes.push(Change { path: path.clone(), size: None }),
                false => {}
            }
        }
        Ok(changes)
    }
}

/// A path below the folder of a container.
fn within(spot: &Spot, path: &str) -> String {
    if spot.path.is_empty() { path.to_owned() } else { format!("{}/{path}", spot.path) }
}

fn describe(change: &Change, up: bool) -> String {
    let what = match (change.size, up) {
        (Some(_), true) => "put",
        (Some(_), false) => "get",
        (None, _) => "delete",
    };
    format!("{what} {}\n", change.path)
}

/// Whether a file has the bytes that an ETag stands for. An ETag of another service than ours never fits, so that the file is moved.
async fn same(file: &Path, etag: &str) -> Result<bool, String> {
    let path = file.to_owned();
    let found = tokio::task::spawn_blocking(move || etag_of_file(&path)).await.map_err(|error| error.to_string())?;
    found.map(|found| found == etag).map_err(|error| format!("`{}` cannot be read: {error}", file.display()))
}

/// All files below a folder with their sizes, by their paths in it. A folder that is not there has none.
fn files(folder: &Path) -> Result<BTreeMap<String, u64>, String> {
    let mut found = BTreeMap::new();
    let mut folders = vec![PathBuf::new()];
    while let Some(inner) = folders.pop() {
        let whole = folder.join(&inner);
        let wrong = |error: io::Error| format!("`{}` cannot be read: {error}", whole.display());
        let entries = match std::fs::read_dir(&whole) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            entries => entries.map_err(wrong)?,
        };
        for entry in entries {
            let entry = entry.map_err(wrong)?;
            let kind = entry.file_type().map_err(wrong)?;
            let path = inner.join(entry.file_name());
            if kind.is_dir() {
                folders.push(path);
            } else if kind.is_file() {
                let Some(name) = path.to_str() else {
                    return Err(format!("`{}` has no name that a path could have", folder.join(&path).display()));
                };
                let size = entry.metadata().map_err(wrong)?.len();
                found.insert(name.to_owned(), size);
            }
        }
    }
    Ok(found)
}
