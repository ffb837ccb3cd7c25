//! Fetching data that is a URL, so that a task gets a local file.
//!
//! A URL is fetched once: what is there is not asked for again, workers that want the same share one transfer and its
//! end, and one that failed is not tried again in the same run. Bytes go to a temporary name in the same folder, which gets
//! the final one when it is complete: under that name there is never a part of a file.
//!
//! Each transfer has a thread of its own, which the workers that wait for it leave behind when the run is stopped. It
//! may hang in a call that nothing can interrupt, as resolving a host is; its file is taken from it at once.

mod address;
mod client;
mod partial;
mod proxies;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use crossbeam_channel::{Receiver, bounded, select};

use crate::Cancel;
use client::Client;
use partial::Partial;

/// How long a server may say nothing, and how long finding and reaching it may take. A transfer may take any time.
const PATIENCE: Duration = Duration::from_secs(30);

/// Why there is no file: one line for people.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum FetchError {
    /// The run was stopped meanwhile.
    #[error("the run was stopped")]
    Stopped,
    /// It cannot be had.
    #[error("cannot fetch {url}: {reason}")]
    Failed {
        /// The URL, without a password.
        url: String,
        /// What went wrong, and how to go on.
        reason: String,
    },
}

/// What all workers of a run fetch with.
#[derive(Debug)]
pub(crate) struct Fetcher {
    client: Arc<Client>,
    /// By the file they make. Those that failed stay, so that nothing is tried twice.
    transfers: Mutex<HashMap<PathBuf, Arc<Transfer>>>,
}

impl Fetcher {
    /// Proxies and certificates are those that this environment names.
    pub(crate) fn new(environment: &HashMap<OsString, OsString>) -> Self {
        Self::with_patience(environment, PATIENCE)
    }

    fn with_patience(environment: &HashMap<OsString, OsString>, patience: Duration) -> Self {
        Self { client: Arc::new(Client::new(environment, patience)), transfers: Mutex::default() }
    }

    /// Makes this file from this URL, unless there is one. Returns when the file is there, when it cannot be had, or when
    /// the run is stopped; after that no file appears, and nothing is left of the part that was there. Where only the unit
    /// that asks is to end, the transfer goes on, since others may wait for it.
    pub(crate) fn fetch(&self, unit: &str, url: &str, to: &Path, cancel: &Cancel) -> Result<(), FetchError> {
        let transfer = {
            let mut transfers = self.transfers.lock().unwrap_or_else(PoisonError::into_inner);
            // Looked at under the lock: whoever comes after the end of a transfer finds its file.
            if to.exists() {
                return Ok(());
            }
            match transfers.get(to) {
                // A file that was removed since is fetched again.
                Some(transfer) if transfer.result() != Some(Ok(())) => Arc::clone(transfer),
                _ => {
                    let transfer = Transfer::begin(&self.client, url, to, cancel);
                    transfers.insert(to.to_path_buf(), Arc::clone(&transfer));
                    transfer
                }
            }
        };
        transfer.wait(unit, url, cancel)
    }
}

/// One URL on its way, or its end.
#[derive(Debug)]
struct Transfer {
    partial: Partial,
    result: OnceLock<Result<(), FetchError>>,
    /// Ends the connections that the transfer waits at.
    hang_up: OnceLock<client::HangUp>,
    /// Closed at the end, however it comes about.
    done: Receiver<()>,
}

impl Transfer {
    fn begin(client: &Arc<Client>, url: &str, to: &Path, cancel: &Cancel) -> Arc<Self> {
        let (open, done) = bounded(0);
        let (result, hang_up) = (OnceLock::new(), OnceLock::new());
        let transfer = Arc::new(Self { partial: Partial::of(to), result, hang_up, done });
        let thread = std::thread::Builder::new().name("loom-fetch".to_owned());
        let spawned = thread.spawn({
            let (transfer, client) = (Arc::clone(&transfer), Arc::clone(client));
            let (url, cancel) = (url.to_owned(), cancel.clone());
            move || {
                let _open = open;
                let result = transfer.run(&client, &url, &cancel);
                // To hang up makes it fail, which is not what those who wait for it are to hear.
                let stopped = result.is_err() && cancel.is_stopped();
                let _ = transfer.result.set(if stopped { Err(FetchError::Stopped) } else { result });
            }
        });
        if let Err(error) = spawned {
            let _ = transfer.result.set(Err(failed(url, format!("cannot start a thread: {error}"))));
        }
        transfer
    }

    fn run(&self, client: &Client, url: &str, cancel: &Cancel) -> Result<(), FetchError> {
        let to = self.partial.to();
        let local = |what: &str, error: std::io::Error| failed(url, format!("cannot {what} {}: {error}", to.display()));
        let remote = |reason: String| failed(url, format!("{reason}; or save the file yourself as {}", to.display()));

        let agent = client.agent();
        // Whoever stops the run either finds this, or is seen by the next line.
        let _ = self.hang_up.set(client::HangUp::of(&agent));
        if cancel.is_stopped() {
            return Err(FetchError::Stopped);
        }
        let mut answer = client.get(&agent, url).map_err(remote)?;
        let Some(mut file) = self.partial.create().map_err(|error| local("write", error))? else {
            return Err(FetchError::Stopped);
        };
        while let Some(bytes) = answer.next().map_err(remote)? {
            if cancel.is_stopped() {
                return Err(FetchError::Stopped);
            }
            std::io::Write::write_all(&mut file, bytes).map_err(|error| local("write", error))?;
        }
        match self.partial.publish(file, cancel) {
            Ok(true) => Ok(()),
            Ok(false) => Err(FetchError::Stopped),
            Err(error) => Err(local("make", error)),
        }
    }

    fn result(&self) -> Option<Result<(), FetchError>> {
        self.result.get().cloned()
    }

    fn wait(&self, unit: &str, url: &str, cancel: &Cancel) -> Result<(), FetchError> {
        loop {
            let bell = cancel.bell();
            if cancel.ends_unit(unit) && !cancel.is_stopped() {
                return self.result().unwrap_or(Err(FetchError::Stopped));
            }
            select! {
                recv(self.done) -> _ => break,
                recv(cancel.stopped()) -> _ => break,
                recv(bell.closed()) -> _ => {}
            }
        }
        if let Some(result) = self.result() {
            return result;
        }
        if cancel.is_stopped() {
            self.partial.give_up();
            if let Some(hang_up) = self.hang_up.get() {
                hang_up.now();
            }
            return Err(FetchError::Stopped);
        }
        Err(failed(url, "its thread panicked: this is a bug in loom".to_owned()))
    }
}

fn failed(url: &str, reason: String) -> FetchError {
    FetchError::Failed { url: address::without_password(url), reason }
}
