//! Why a provider process ends, and how long its work may take then. A provider that outlives Terraform is a leak
//! nobody cleans up, and one that leaves in the middle of a change loses a remote object; both are decided here.

use std::fmt;
use std::time::Duration;

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::incoming::Clients;
use super::{Lifecycle, Options};

/// How often the parent is looked for. Nothing announces its death.
const GLANCE: Duration = Duration::from_millis(500);

/// Why a process ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    /// The client called the controller's `Shutdown`.
    Asked,
    /// A signal told the process to end.
    Signalled,
    /// The client went away without a farewell.
    Orphaned,
}

impl fmt::Display for Ending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Asked => "the client said goodbye",
            Self::Signalled => "told by a signal",
            Self::Orphaned => "the client is gone",
        })
    }
}

/// Waits until there is a reason to end.
pub(super) async fn wait(
    options: &Options,
    parent: Parent,
    asked: &CancellationToken,
    signals: &mut Signals,
    clients: watch::Receiver<Clients>,
) -> Ending {
    tokio::select! {
        () = asked.cancelled() => Ending::Asked,
        () = signals.end() => Ending::Signalled,
        // In debug mode clients come and go, and the parent is the user's shell.
        () = orphaned(clients, options.orphaned_after, parent.gone()), if !options.debug => Ending::Orphaned,
    }
}

/// Waits for the work in flight, but not for ever. A second signal means now.
pub(super) async fn finish(lifecycle: &Lifecycle, within: Duration, signals: &mut Signals) {
    lifecycle.in_flight.close();
    tokio::select! {
        biased; // work that is finished already is never called abandoned
        () = lifecycle.in_flight.wait() => return,
        () = signals.end() => {}
        () = tokio::time::sleep(within) => {}
    }
    tracing::error!(in_flight = lifecycle.in_flight.len(), "the process ends before its work is finished");
}

/// Returns once no client is left: at once when the parent is gone too, or after `patience` without one. A process
/// that never had a client has a parent that is still about to connect.
async fn orphaned(mut clients: watch::Receiver<Clients>, patience: Duration, parent_gone: impl Future<Output = ()>) {
    tokio::pin!(parent_gone);
    loop {
        let Clients { open, ever } = *clients.borrow_and_update();
        tokio::select! {
            changed = clients.changed() => if changed.is_err() {
                return; // the accept loop has ended, so nobody can come back
            },
            () = &mut parent_gone, if open == 0 => return,
            () = tokio::time::sleep(patience), if open == 0 && ever => return,
        }
    }
}

/// The process that launched this one.
#[derive(Debug, Clone, Copy)]
pub(super) struct Parent {
    #[cfg(unix)]
    id: Option<rustix::process::Pid>,
}

impl Parent {
    /// Read early: an orphan is given another parent.
    pub(super) fn now() -> Self {
        Self {
            #[cfg(unix)]
            id: rustix::process::getppid(),
        }
    }

    #[cfg(unix)]
    async fn gone(self) {
        while rustix::process::getppid() == self.id {
            tokio::time::sleep(GLANCE).await;
        }
    }

    /// Elsewhere a process is not given another parent, and the lost connection has to tell.
    #[cfg(not(unix))]
    async fn gone(self) {
        std::future::pending().await
    }
}

/// The signals that concern the process. Ctrl-C reaches the whole process group; core coordinates then, so it is caught
/// and ignored, except in debug mode, where it is how the user ends the process.
#[cfg(unix)]
pub(super) struct Signals {
    terminate: tokio::signal::unix::Signal,
    interrupt: tokio::signal::unix::Signal, // held in any mode: once dropped it is still caught, but never again heard
    debug: bool,
}

#[cfg(unix)]
impl Signals {
    pub(super) fn install(debug: bool) -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())?, debug })
    }

    /// Waits for a signal that tells the process to end.
    async fn end(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv(), if self.debug => {}
        }
    }
}

/// As on unix, where the system has only Ctrl-C.
#[cfg(not(unix))]
pub(super) struct Signals {
    interrupt: tokio::signal::windows::CtrlC,
    debug: bool,
}

#[cfg(not(unix))]
impl Signals {
    pub(super) fn install(debug: bool) -> std::io::Result<Self> {
        Ok(Self { interrupt: tokio::signal::windows::ctrl_c()?, debug })
    }

    async fn end(&mut self) {
        loop {
            let heard = self.interrupt.recv().await;
            if self.debug && heard.is_some() {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::{pending, ready};

    use super::*;

    const PATIENCE: Duration = Duration::from_secs(5);
    const ENOUGH: Duration = Duration::from_secs(3600);

    fn clients(open: usize, ever: bool) -> (watch::Sender<Clients>, watch::Receiver<Clients>) {
        watch::channel(Clients { open, ever })
    }

    /// Whether a process with these clients and no change ends by itself, and when. The clock is not the real one.
    async fn assert_ends(open: usize, ever: bool, parent_gone: bool, after: Option<Duration>) {
        let (_sender, receiver) = clients(open, ever);
        let begin = tokio::time::Instant::now();
        let ended = if parent_gone {
            tokio::time::timeout(ENOUGH, orphaned(receiver, PATIENCE, ready(()))).await
        } else {
            tokio::time::timeout(ENOUGH, orphaned(receiver, PATIENCE, pending())).await
        };
        assert_eq!(ended.ok().map(|()| begin.elapsed()), after, "open {open}, ever {ever}, parent gone {parent_gone}");
    }

    #[tokio::test(start_paused = true)]
    async fn only_a_process_without_clients_is_orphaned() {
        assert_ends(0, false, false, None).await;
        assert_ends(0, false, true, Some(Duration::ZERO)).await;
        assert_ends(1, true, false, None).await;
        assert_ends(1, true, true, None).await;
        assert_ends(0, true, true, Some(Duration::ZERO)).await;
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_comes_back_in_time_finds_its_provider() {
        let (sender, receiver) = clients(0, true);
        let watching = tokio::spawn(orphaned(receiver, PATIENCE, pending()));
        tokio::time::sleep(PATIENCE / 2).await;
        sender.send_modify(|clients| clients.open = 1);
        tokio::time::sleep(ENOUGH).await;
        assert!(!watching.is_finished());
        sender.send_modify(|clients| clients.open = 0);
        let begin = tokio::time::Instant::now();
        watching.await.unwrap();
        assert!(begin.elapsed() >= PATIENCE && begin.elapsed() < 2 * PATIENCE, "{:?}", begin.elapsed());
    }

    #[tokio::test(start_paused = true)]
    async fn work_in_flight_is_waited_for_and_not_for_ever() {
        let mut signals = Signals::install(false).unwrap();
        for (work, waited) in [(PATIENCE, PATIENCE), (ENOUGH, Duration::from_secs(60))] {
            let lifecycle = Lifecycle::default();
            lifecycle.in_flight.spawn(tokio::time::sleep(work));
            let begin = tokio::time::Instant::now();
            finish(&lifecycle, Duration::from_secs(60), &mut signals).await;
            // Timers of the runtime have a resolution of one millisecond.
            assert_eq!(begin.elapsed().as_secs(), waited.as_secs());
        }
    }
}
