//! The server: from the arguments to the last connection.

use std::convert::Infallible;
use std::ffi::OsStr;
use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use loom_exec::{Runner, Settings};
use serde::Serialize;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};

use crate::args::Args;
use crate::exit::{self, Failed};
use crate::hosts::Hosts;
use crate::hub::Hub;
use crate::listen::{Listening, listen};
use crate::opener::Opener;
use crate::token::{self, Token};
use crate::workspace::Workspace;
use crate::{guard, opener, routes, signals, watch as watcher};

/// How many connections there may be. Further ones wait.
const MAX_CONNECTIONS: usize = 256;
/// How many of them may be sockets.
pub(crate) const MAX_SOCKETS: usize = 16;
/// How long the head of a request may take to come.
const HEAD_TIMEOUT: Duration = Duration::from_secs(30);
/// How many threads wait for disks.
const MAX_WAITING_THREADS: usize = 32;
/// How long there is a file that leads the browser to the page, if the program does not end before: until it has surely been read.
const SHOWN_FOR: Duration = Duration::from_secs(60);
/// How long after the runs were told to end, and their grace was over, the server waits for them.
const AFTER_GRACE: Duration = Duration::from_secs(12);

/// What all requests share.
pub(crate) struct Server {
    pub(crate) hosts: Hosts,
    pub(crate) token: Token,
    pub(crate) workspace: Workspace,
    pub(crate) hub: Arc<Hub>,
    pub(crate) opener: Opener,
    pub(crate) sockets: Arc<Semaphore>,
}

/// Serves until a signal comes. Returns the code to exit with.
pub(crate) fn serve(args: &Args, runner: Runner) -> Result<u8, Failed> {
    let environment = || std::env::vars_os().filter(|(name, _)| name != OsStr::new(token::VARIABLE));
    let hub = Arc::new(Hub::default());
    let token = Token::new(std::env::var_os(token::VARIABLE).as_deref())?;
    let workspace = Workspace::find(args, Settings::with_environment(environment()), Arc::clone(&hub))?;
    let signal =
        signals::first(runner).map_err(|error| Failed::cannot(format!("cannot listen for signals: {error}")))?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .max_blocking_threads(MAX_WAITING_THREADS)
        .thread_name("loom-ui")
        .enable_io()
        .enable_time()
        .build()
        .map_err(|error| Failed::cannot(format!("cannot start the threads of the server: {error}")))?;
    let listening = listen(args)?;
    let address = token.address(&listening.base);
    let server = Arc::new(Server {
        hosts: Hosts::new(listening.port, args.host.as_deref(), &args.allow_host),
        token,
        workspace,
        hub,
        opener: Opener { is_allowed: listening.is_loopback && !args.no_open },
        sockets: Arc::new(Semaphore::new(MAX_SOCKETS)),
    });
    tell(args, &listening, &address);
    let code = runtime.block_on(async {
        accept_all(of_tokio(listening.sockets)?, &server);
        let is_shown = listening.is_loopback && !args.no_browser && !args.json;
        let leads_there = is_shown.then(|| opener::show(&address, server.workspace.root())).flatten();
        let leads_there = Arc::new(Mutex::new(leads_there));
        let goes = Arc::clone(&leads_there);
        tokio::spawn(async move {
            tokio::time::sleep(SHOWN_FOR).await;
            drop(taken(&goes));
        });
        watcher::watch(&server);
        let code = until_the_end(&server, signal).await;
        drop(taken(&leads_there));
        Ok(code)
    });
    // What still waits for a disk is not waited for.
    runtime.shutdown_background();
    code
}

fn taken<T>(place: &Mutex<Option<T>>) -> Option<T> {
    place.lock().unwrap_or_else(PoisonError::into_inner).take()
}

/// Says where the page is.
fn tell(args: &Args, listening: &Listening, address: &str) {
    #[derive(Serialize)]
    struct Started<'a> {
        url: &'a str,
        pid: u32,
    }
    let line = if args.json {
        serde_json::to_string(&Started { url: address, pid: std::process::id() }).unwrap_or_default()
    } else {
        address.to_owned()
    };
    if !listening.is_loopback {
        exit::say(
            "warning: others on the network can reach this, and whoever reads what is sent learns the token and can run anything as you",
        );
    }
    let mut out = std::io::stdout().lock();
    // Without a reader there is still whoever knows the address, by LOOM_UI_TOKEN.
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
    if !args.json {
        exit::say("Ctrl-C ends it, and the runs that it started");
    }
}

fn of_tokio(sockets: Vec<std::net::TcpListener>) -> Result<Vec<TcpListener>, Failed> {
    let sockets: std::io::Result<_> = sockets.into_iter().map(TcpListener::from_std).collect();
    sockets.map_err(|error| Failed::cannot(format!("cannot listen: {error}")))
}

/// Takes connections, as many as there is room for.
fn accept_all(sockets: Vec<TcpListener>, server: &Arc<Server>) {
    let routes = routes::all(server);
    let room = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    for socket in sockets {
        let (server, routes, room) = (Arc::clone(server), routes.clone(), Arc::clone(&room));
        tokio::spawn(async move {
            loop {
                let Ok((stream, _)) = socket.accept().await else {
                    // Nobody is there any more, or there are too many files open: some will be closed.
                    tokio::time::sleep(Duration::from_millis(20)).await;
                    continue;
                };
                let Ok(place) = Arc::clone(&room).acquire_owned().await else { return };
                let (server, routes) = (Arc::clone(&server), routes.clone());
                tokio::spawn(async move {
                    converse(stream, server, routes).await;
                    drop(place);
                });
            }
        });
    }
}

/// One connection, from its first request to its end. What is no HTTP ends it.
async fn converse(stream: TcpStream, server: Arc<Server>, routes: Router) {
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request| {
        let (server, routes) = (Arc::clone(&server), routes.clone());
        async move { Ok::<_, Infallible>(guard::answer(server, routes, request).await) }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT)
        .max_buf_size(guard::MAX_HEAD)
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades();
    let _ = connection.await;
}

/// Waits for a signal, ends the runs, and gives the code to exit with.
async fn until_the_end(server: &Arc<Server>, mut signal: watch::Receiver<Option<i32>>) -> u8 {
    let number = match signal.wait_for(Option::is_some).await {
        Ok(signal) => signal.unwrap_or_default(),
        Err(_) => return exit::BUG,
    };
    let ending = Arc::clone(server);
    let ended = tokio::task::spawn_blocking(move || ending.workspace.end_runs());
    let _ = tokio::time::timeout(AFTER_GRACE, ended).await;
    exit::by_signal(number)
}
