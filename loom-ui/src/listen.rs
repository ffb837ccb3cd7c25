//! Where the server listens: on this machine alone, unless it was told otherwise twice.

use std::io::{self, ErrorKind};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, ToSocketAddrs};

use crate::args::Args;
use crate::exit::Failed;

/// The port without `--port`, if nobody else has it.
const USUAL_PORT: u16 = 8765;
/// How often another port is tried, where the system gave one that is free at one address only.
const TRIES: usize = 8;

/// The sockets, bound and listening.
pub(crate) struct Listening {
    pub(crate) sockets: Vec<TcpListener>,
    pub(crate) port: u16,
    /// The address for people, without a path.
    pub(crate) base: String,
    /// Whether others on the network cannot reach it.
    pub(crate) is_loopback: bool,
}

/// Listens as the arguments say.
pub(crate) fn listen(args: &Args) -> Result<Listening, Failed> {
    let (addresses, shown) = addresses(args.host.as_deref())?;
    let is_loopback = addresses.iter().all(IpAddr::is_loopback);
    if !is_loopback && !args.no_tls {
        let host = args.host.as_deref().unwrap_or_default();
        return Err(Failed::wrong(format!(
            "`--host {host}` lets others on the network reach a program that runs what it is asked to, and read the token on its way"
        ))
        .help(
            "forward the port instead: `ssh -L 8765:localhost:8765 THIS_MACHINE`, and here `loom-ui --port 8765`; or add `--no-tls` if the \
             network is yours alone",
        ));
    }
    let bound = match args.port {
        Some(port) => bind(&addresses, port),
        None => bind(&addresses, USUAL_PORT).or_else(|error| match error.kind() {
            ErrorKind::AddrInUse | ErrorKind::PermissionDenied => bind(&addresses, 0),
            _ => Err(error),
        }),
    };
    let (sockets, port) = bound.map_err(|error| refused(&error, args))?;
    Ok(Listening { sockets, port, base: format!("http://{shown}:{port}"), is_loopback })
}

/// The addresses, and how the first is written in an address for people.
fn addresses(host: Option<&str>) -> Result<(Vec<IpAddr>, String), Failed> {
    let Some(host) = host.filter(|host| !["localhost", "127.0.0.1", "::1"].contains(host)) else {
        return Ok((vec![Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()], "127.0.0.1".to_owned()));
    };
    let found = (host, 0).to_socket_addrs().map(|found| found.map(|address| address.ip()).collect::<Vec<_>>());
    let mut addresses = found.map_err(|error| {
        Failed::wrong(format!("`--host {host}` is no address of this machine: {error}"))
            .help("leave it out to listen on this machine alone")
    })?;
    addresses.dedup();
    // Whoever listens at all addresses is reached at this one as well.
    let shown = match addresses.first() {
        Some(address) if address.is_unspecified() => "127.0.0.1".to_owned(),
        _ if host.contains(':') => format!("[{host}]"),
        _ => host.to_owned(),
    };
    Ok((addresses, shown))
}

/// Binds all addresses to one port.
fn bind(addresses: &[IpAddr], port: u16) -> io::Result<(Vec<TcpListener>, u16)> {
    let mut last = None;
    for _ in 0..TRIES {
        match bind_once(addresses, port) {
            Err(error) if error.kind() == ErrorKind::AddrInUse && port == 0 => last = Some(error),
            bound => return bound,
        }
    }
    Err(last.unwrap_or_else(|| ErrorKind::AddrInUse.into()))
}

fn bind_once(addresses: &[IpAddr], port: u16) -> io::Result<(Vec<TcpListener>, u16)> {
    let mut sockets: Vec<TcpListener> = Vec::new();
    let mut bound = port;
    for address in addresses {
        match TcpListener::bind(SocketAddr::new(*address, bound)) {
            Ok(socket) => {
                bound = socket.local_addr()?.port();
                socket.set_nonblocking(true)?;
                sockets.push(socket);
            }
            // A machine without IPv6.
            Err(error) if !sockets.is_empty() && error.kind() != ErrorKind::AddrInUse => {}
            Err(error) => return Err(error),
        }
    }
    Ok((sockets, bound))
}

fn refused(error: &io::Error, args: &Args) -> Failed {
    let port = args.port.unwrap_or(USUAL_PORT);
    match error.kind() {
        ErrorKind::AddrInUse => Failed::cannot(format!("port {port} is in use, perhaps by another `loom-ui`"))
            .help("give another one, or `--port 0` for any that is free"),
        ErrorKind::PermissionDenied => Failed::cannot(format!("port {port} is not for everybody: {error}"))
            .help("give one above 1023, or `--port 0` for any that is free"),
        ErrorKind::AddrNotAvailable => {
            let host = args.host.as_deref().unwrap_or("localhost");
            Failed::wrong(format!("`--host {host}` is no address of this machine"))
                .help("leave it out to listen on this machine alone")
        }
        _ => Failed::cannot(format!("cannot listen at port {port}: {error}")),
    }
}
