//! The socket of a tab: what it says, what it is told, and the lines of the log that it watches.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use loom_ui_core::api::{ClientMessage, LogLine, LogPage, ServerMessage};
use tokio::time::{Instant, MissedTickBehavior, interval, timeout};

use crate::hub::encode;
use crate::refusal::Refusal;
use crate::serve::{MAX_SOCKETS, Server};

/// The protocol that is spoken, as the two sides name it to each other.
const PROTOCOL: &str = "loom";
/// The longest message of a tab, in bytes.
const MAX_MESSAGE: usize = 64 << 10;
/// How often a log is looked at for new lines.
const LOG_PAUSE: Duration = Duration::from_millis(60);
/// How many lines go into a message.
const LOG_LINES: usize = 1000;
/// How long a tab may take to take a message.
const PATIENCE: Duration = Duration::from_secs(30);
/// How often a tab that says nothing is asked whether it is still there.
const ASK: Duration = Duration::from_secs(30);
/// How long it may say nothing.
const SILENCE: Duration = Duration::from_secs(75);

/// Opens a socket, if there are not too many.
pub(crate) async fn open(State(server): State<Arc<Server>>, upgrade: WebSocketUpgrade) -> Response {
    let Ok(place) = Arc::clone(&server.sockets).try_acquire_owned() else {
        let message =
            format!("{MAX_SOCKETS} tabs are open, and no more can be kept up to date; close one, and reload this one");
        return Refusal::new(StatusCode::SERVICE_UNAVAILABLE, "too_many", message).into_response();
    };
    upgrade.protocols([PROTOCOL]).max_message_size(MAX_MESSAGE).max_frame_size(MAX_MESSAGE).on_upgrade(
        async move |socket| {
            let _ = converse(socket, server).await;
            drop(place);
        },
    )
}

/// The other side is gone, or no longer listens.
struct Gone;

async fn converse(mut socket: WebSocket, server: Arc<Server>) -> Result<(), Gone> {
    let hello = ServerMessage::Hello { version: env!("CARGO_PKG_VERSION").to_owned() };
    send(&mut socket, Message::Text(encode(&hello))).await?;
    let mut seat = server.hub.enter();
    let mut watched = None;
    let mut log_due = interval(LOG_PAUSE);
    log_due.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut ask_due = interval(ASK);
    let mut heard = Instant::now();
    loop {
        tokio::select! {
            text = seat.next() => {
                let text = text.ok_or(Gone)?;
                send(&mut socket, Message::Text(text)).await?;
            }
            said = socket.recv() => {
                heard = Instant::now();
                let text = match said {
                    Some(Ok(Message::Text(text))) => text,
                    Some(Ok(Message::Ping(_) | Message::Pong(_))) => continue,
                    // What is no message ends the conversation.
                    _ => return Err(Gone),
                };
                let Ok(message) = serde_json::from_str(&text) else { return Err(Gone) };
                match message {
                    ClientMessage::Sub { doc } => seat.sit_before(doc),
                    ClientMessage::WatchLog { doc, run, unit, from } => watched = Some(Watched::new(doc, run, unit, from)),
                    ClientMessage::UnwatchLog => watched = None,
                    ClientMessage::Ping => send(&mut socket, Message::Text(encode(&ServerMessage::Pong))).await?,
                }
            }
            _ = log_due.tick(), if watched.is_some() => {
                let Some(log) = watched.take() else { continue };
                let (log, page) = log.look(&server).await;
                if let (Some(log), Some(page)) = (&log, page) {
                    let message = ServerMessage::Log { run: log.run.clone(), unit: log.unit.clone(), page };
                    send(&mut socket, Message::Text(encode(&message))).await?;
                }
                watched = log.filter(|log| !log.is_over);
            }
            _ = ask_due.tick() => {
                if heard.elapsed() > SILENCE {
                    return Err(Gone);
                }
                send(&mut socket, Message::Ping(Vec::new().into())).await?;
            }
        }
    }
}

async fn send(socket: &mut WebSocket, message: Message) -> Result<(), Gone> {
    match timeout(PATIENCE, socket.send(message)).await {
        Ok(Ok(())) => Ok(()),
        _ => Err(Gone),
    }
}

/// A log that a tab watches.
struct Watched {
    doc: String,
    run: String,
    unit: String,
    /// The number of the next line.
    next: usize,
    /// The line before that, which may still be written.
    last: Option<LogLine>,
    /// What was said of the log last: how many lines it has, and whether there will be more.
    told: Option<(usize, bool)>,
    is_over: bool,
}

impl Watched {
    fn new(doc: String, run: String, unit: String, from: usize) -> Self {
        Self { doc, run, unit, next: from, last: None, told: None, is_over: false }
    }

    /// The lines that are new since the last look; the last of those that were told is told again if it has changed. None if nothing is
    /// new, or the log has not begun. There is no further look if there is no such pipeline.
    async fn look(mut self, server: &Arc<Server>) -> (Option<Self>, Option<LogPage>) {
        let server = Arc::clone(server);
        let looked = tokio::task::spawn_blocking(move || {
            let again = usize::from(self.last.is_some());
            let editor = server.workspace.editor(&self.doc).ok()?;
            let page = editor.log(&self.run, &self.unit, self.next - again, LOG_LINES + again, None);
            let page = page.and_then(|page| self.take(page));
            Some((self, page))
        });
        match looked.await {
            Ok(Some((watched, page))) => (Some(watched), page),
            _ => (None, None),
        }
    }

    fn take(&mut self, mut page: LogPage) -> Option<LogPage> {
        if self.last.is_some() && page.lines.first() == self.last.as_ref() {
            page.lines.remove(0);
            page.from += 1;
        }
        let now = (page.total, page.open);
        if page.lines.is_empty() && self.told == Some(now) {
            return None;
        }
        self.told = Some(now);
        if let Some(last) = page.lines.last() {
            self.last = Some(last.clone());
            self.next = page.from + page.lines.len();
        }
        self.is_over = !page.open && self.next >= page.total;
        Some(page)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(from: usize, lines: &[&str], total: usize, open: bool) -> LogPage {
        let line = |text: &&str| LogLine {
            spans: vec![loom_ui_core::api::LogSpan { text: (*text).to_owned(), style: String::new() }],
            error: false,
        };
        LogPage { from, lines: lines.iter().map(line).collect(), total, open, ..LogPage::default() }
    }

    #[test]
    fn only_what_is_new_is_told_and_a_line_that_goes_on_is_told_again() {
        let mut watched = Watched::new("doc".to_owned(), "run".to_owned(), "unit".to_owned(), 0);
        let first = page(0, &["one", "10 %"], 2, true);
        assert_eq!(watched.take(first.clone()), Some(first));
        assert_eq!(watched.next, 2);
        assert_eq!(watched.take(page(1, &["10 %"], 2, true)), None);
        assert_eq!(watched.take(page(1, &["20 %"], 2, true)), Some(page(1, &["20 %"], 2, true)));
        assert_eq!(watched.take(page(1, &["20 %", "two"], 3, true)), Some(page(2, &["two"], 3, true)));
        assert!(!watched.is_over);
        assert_eq!(watched.take(page(2, &["two"], 3, false)), Some(page(3, &[], 3, false)));
        assert!(watched.is_over);
    }
}
