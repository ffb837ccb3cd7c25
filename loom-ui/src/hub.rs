//! Who listens: the tabs that are open, and what they are told.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::extract::ws::Utf8Bytes;
use loom_ui_core::api::ServerMessage;
use tokio::sync::mpsc;

/// How many messages may wait for a tab. One that is further behind is told to fetch all anew.
const QUEUE: usize = 64;

/// All tabs. Telling them something never waits for one.
#[derive(Default)]
pub(crate) struct Hub {
    tabs: Mutex<Tabs>,
}

#[derive(Default)]
struct Tabs {
    next: u64,
    open: HashMap<u64, Tab>,
}

struct Tab {
    /// The document that it shows.
    doc: Option<String>,
    queue: mpsc::Sender<Utf8Bytes>,
    is_behind: Arc<AtomicBool>,
}

/// A tab's end of the queue. The tab is there as long as this is.
pub(crate) struct Seat {
    hub: Arc<Hub>,
    id: u64,
    queue: mpsc::Receiver<Utf8Bytes>,
    is_behind: Arc<AtomicBool>,
}

impl Hub {
    /// A tab more.
    pub(crate) fn enter(self: &Arc<Self>) -> Seat {
        let (sender, queue) = mpsc::channel(QUEUE);
        let is_behind = Arc::new(AtomicBool::new(false));
        let mut tabs = self.tabs();
        tabs.next += 1;
        let id = tabs.next;
        tabs.open.insert(id, Tab { doc: None, queue: sender, is_behind: Arc::clone(&is_behind) });
        tabs.tell_presence();
        Seat { hub: Arc::clone(self), id, queue, is_behind }
    }

    /// Tells those whom it concerns. Whoever cannot keep up gets nothing of it, and is told that later.
    pub(crate) fn tell(&self, message: &ServerMessage) {
        self.tabs().tell(message);
    }

    fn tabs(&self) -> MutexGuard<'_, Tabs> {
        self.tabs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Tabs {
    fn tell(&self, message: &ServerMessage) {
        let doc = doc_of(message);
        let mut text = None;
        for tab in self.open.values().filter(|tab| doc.is_none() || tab.doc.as_deref() == doc) {
            // Once for all of them, and not at all if there are none.
            let text = text.get_or_insert_with(|| encode(message));
            if tab.queue.try_send(text.clone()).is_err() {
                tab.is_behind.store(true, Ordering::Release);
            }
        }
    }

    fn tell_presence(&self) {
        self.tell(&ServerMessage::Presence { tabs: self.open.len() });
    }
}

impl Seat {
    /// Lets the tab hear of this document from now on.
    pub(crate) fn sit_before(&self, doc: String) {
        if let Some(tab) = self.hub.tabs().open.get_mut(&self.id) {
            tab.doc = Some(doc);
        }
    }

    /// The next message. Nothing is lost if this is not waited for to its end.
    pub(crate) async fn next(&mut self) -> Option<Utf8Bytes> {
        let next = self.queue.recv().await?;
        if !self.is_behind.swap(false, Ordering::AcqRel) {
            return Some(next);
        }
        while self.queue.try_recv().is_ok() {}
        // This is not fetched, so it must be told again.
        self.hub.tabs().tell_presence();
        Some(encode(&ServerMessage::Resync))
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut tabs = self.hub.tabs();
        tabs.open.remove(&self.id);
        tabs.tell_presence();
    }
}

/// A message as it is sent.
pub(crate) fn encode(message: &ServerMessage) -> Utf8Bytes {
    serde_json::to_string(message).unwrap_or_default().into()
}

/// The document that a message is about; none if it is about no single one.
fn doc_of(message: &ServerMessage) -> Option<&str> {
    match message {
        ServerMessage::Doc { doc, .. }
        | ServerMessage::States { doc, .. }
        | ServerMessage::Run { doc, .. }
        | ServerMessage::Compare { doc }
        | ServerMessage::Tasks { doc } => Some(doc),
        ServerMessage::Hello { .. }
        | ServerMessage::Log { .. }
        | ServerMessage::Presence { .. }
        | ServerMessage::Resync
        | ServerMessage::Pong => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compare(doc: &str) -> ServerMessage {
        ServerMessage::Compare { doc: doc.to_owned() }
    }

    #[tokio::test]
    async fn a_tab_hears_of_its_own_document() {
        let hub = Arc::new(Hub::default());
        let mut seat = hub.enter();
        assert_eq!(seat.next().await.unwrap().as_str(), r#"{"t":"presence","tabs":1}"#);
        seat.sit_before("a".to_owned());
        hub.tell(&compare("b"));
        hub.tell(&compare("a"));
        assert_eq!(seat.next().await.unwrap().as_str(), r#"{"t":"compare","doc":"a"}"#);
    }

    #[tokio::test]
    async fn a_tab_that_cannot_keep_up_is_told_to_fetch_all_anew_and_holds_up_nobody() {
        let hub = Arc::new(Hub::default());
        let (mut slow, mut quick) = (hub.enter(), hub.enter());
        quick.next().await;
        slow.sit_before("a".to_owned());
        for _ in 0..10 * QUEUE {
            hub.tell(&compare("a"));
        }
        drop(quick);
        assert_eq!(slow.next().await.unwrap().as_str(), r#"{"t":"resync"}"#);
        assert_eq!(slow.next().await.unwrap().as_str(), r#"{"t":"presence","tabs":1}"#);
        hub.tell(&compare("a"));
        assert_eq!(slow.next().await.unwrap().as_str(), r#"{"t":"compare","doc":"a"}"#);
    }
}
