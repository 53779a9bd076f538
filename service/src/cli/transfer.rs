//! Many transfers at once, with one bar, and the first failure at the end of all.

use std::future::Future;

use indicatif::ProgressBar;
use tokio::task::JoinSet;

/// Transfers at once: enough to keep a disk or a network busy.
const AT_ONCE: usize = 8;

/// Runs a transfer for each item, and moves the bar on by what each gives back. What fails does not keep the others from being done; the
/// error then tells the first failure, and how many there were.
pub(super) async fn all<T, F>(
    bar: &ProgressBar,
    items: impl IntoIterator<Item = T>,
    transfer: impl Fn(T) -> F,
) -> Result<(), String>
where
    F: Future<Output = Result<u64, String>> + Send + 'static,
{
    let mut running = JoinSet::new();
    let mut failures = Vec::new();
    let mut take = |done: Result<Result<u64, String>, tokio::task::JoinError>| match done {
        Ok(Ok(moved)) => bar.inc(moved),
        Ok(Err(failure)) => failures.push(failure),
        Err(error) => failures.push(error.to_string()),
    };
    for item in items {
        if running.len() >= AT_ONCE
            && let Some(done) = running.join_next().await
        {
            take(done);
        }
        running.spawn(transfer(item));
    }
    while let Some(done) = running.join_next().await {
        take(done);
    }
    bar.finish_and_clear();
    match failures.as_slice() {
        [] => Ok(()),
        [failure] => Err(failure.clone()),
        [failure, others @ ..] => Err(format!("{failure}; and {} more failed", others.len())),
    }
}
