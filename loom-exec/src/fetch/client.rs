//! Asking servers: redirects, certificates, limits, and what went wrong in plain words.

use std::collections::HashMap;
use std::ffi::OsString;
use std::io::{self, Read};
use std::sync::OnceLock;
use std::time::Duration;

use ureq::config::Config;
use ureq::http::{Response, StatusCode, header};
use ureq::tls::{PemItem, RootCerts, TlsConfig, parse_pem};
use ureq::{Agent, Body, BodyReader, Error, Timeout};

use super::address::Address;
use super::proxies::{Proxies, Variable, first_set};

/// How many redirects are followed.
const MAX_REDIRECTS: usize = 10;

/// What comes at once, at most.
const PIECE: usize = 64 << 10;

/// How a run asks servers.
#[derive(Debug)]
pub(super) struct Client {
    config: Config,
    proxies: Proxies,
    /// Whom to trust in place of those whom everybody trusts: networks that look into their traffic need it.
    certificates: Option<Variable>,
    /// That, as read at the first secure connection.
    trust: OnceLock<Result<TlsConfig, String>>,
    patience: Duration,
}

/// Ends the connections of an agent, from another thread.
#[derive(Debug)]
pub(super) struct HangUp(Agent);

impl HangUp {
    pub(super) fn of(agent: &Agent) -> Self {
        Self(agent.clone())
    }

    pub(super) fn now(&self) {
        self.0.clone().shutdown();
    }
}

impl Client {
    pub(super) fn new(environment: &HashMap<OsString, OsString>, patience: Duration) -> Self {
        let config = Config::builder()
            // Otherwise it is that of this process's environment.
            .proxy(None)
            // Followed here, so that each has the proxy of its own scheme.
            .max_redirects(0)
            .http_status_as_error(false)
            .user_agent(concat!("loom/", env!("CARGO_PKG_VERSION")))
            // The file as it is, whose length then tells whether it is complete. Some servers compress all the same.
            .accept_encoding("identity")
            // A connection that is used again may be one that the server is just closing.
            .max_idle_connections(0)
            .timeout_resolve(Some(patience))
            .timeout_connect(Some(patience))
            .timeout_per_read(Some(patience))
            .timeout_per_write(Some(patience))
            .build();
        Self {
            config,
            proxies: Proxies::of(environment),
            certificates: first_set(environment, &["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"]),
            trust: OnceLock::new(),
            patience,
        }
    }

    /// What one URL is asked for with: ending its connections ends no others.
    pub(super) fn agent(&self) -> Agent {
        self.config.new_agent()
    }

    /// Asks for a URL until there is a file, or a reason why there is none.
    pub(super) fn get(&self, agent: &Agent, url: &str) -> Result<Answer, String> {
        let mut address = Address::parse(url)?;
        for redirects in 0..=MAX_REDIRECTS {
            let told = |reason: String| match redirects {
                0 => reason,
                _ => format!("{reason} (it redirects to {address})"),
            };
            let response = self.ask(agent, &address).map_err(told)?;
            match redirect(&response) {
                Some(location) => {
                    address = address
                        .join(&location)
                        .map_err(|reason| format!("it redirects to {location}, and {reason}"))?;
                }
                None => return self.answer(response).map_err(told),
            }
        }
        Err(format!("it redirects more than {MAX_REDIRECTS} times, at last to {address}"))
    }

    fn ask(&self, agent: &Agent, address: &Address) -> Result<Response<Body>, String> {
        let (variable, proxy) = self.proxies.toward(address)?.unzip();
        let mut request = agent.get(address.as_str()).config().proxy(proxy);
        if address.is_https() {
            request = request.tls_config(self.trust()?);
        }
        request.build().call().map_err(|error| {
            let reason = self.reason(&error, address);
            match variable {
                Some(Variable { name, .. }) => format!("{reason} (through the proxy of `{name}`)"),
                None => reason,
            }
        })
    }

    fn trust(&self) -> Result<TlsConfig, String> {
        let Some(Variable { name, value }) = &self.certificates else { return Ok(TlsConfig::default()) };
        let read = || {
            let told = |error: &dyn std::fmt::Display| {
                format!("cannot read the certificates in {value}, which the variable `{name}` names: {error}")
            };
            let text = std::fs::read(value).map_err(|error| told(&error))?;
            let mut certificates = Vec::new();
            for item in parse_pem(&text) {
                if let PemItem::Certificate(certificate) = item.map_err(|error| told(&error))? {
                    certificates.push(certificate);
                }
            }
            if certificates.is_empty() {
                return Err(told(&"there are none"));
            }
            Ok(TlsConfig::builder().root_certs(RootCerts::from(certificates)).build())
        };
        self.trust.get_or_init(read).clone()
    }

    /// What a response brings, if it is the file.
    fn answer(&self, response: Response<Body>) -> Result<Answer, String> {
        let status = response.status();
        // Success is also to say that the file is being made, or to send a part of it.
        if !status.is_success() || matches!(status, StatusCode::ACCEPTED | StatusCode::PARTIAL_CONTENT) {
            return Err(told_status(status));
        }
        if let Some(encoding) = response.headers().get(header::CONTENT_ENCODING)
            && !encoding.as_bytes().eq_ignore_ascii_case(b"identity")
        {
            return Err(format!("the server sends it in the encoding {encoding:?}, which loom does not read"));
        }
        let length = response.body().content_length();
        let body = response.into_body().into_reader();
        Ok(Answer { body, buffer: vec![0; PIECE].into(), received: 0, length, patience: self.patience })
    }

    fn reason(&self, error: &Error, address: &Address) -> String {
        let (host, port, patience) = (address.host(), address.port(), self.patience);
        match error {
            Error::HostNotFound => format!("cannot resolve host `{host}`"),
            // The kind of this error has no name, but its text does not change.
            Error::Io(error) if error.to_string().starts_with("failed to lookup address") => {
                format!("cannot resolve host `{host}`")
            }
            Error::Timeout(Timeout::Resolve) => format!("cannot resolve host `{host}` within {patience:?}"),
            Error::Timeout(Timeout::Connect) => format!("no connection to `{host}` within {patience:?}"),
            Error::Timeout(_) => format!("`{host}` sent nothing for {patience:?}"),
            Error::Io(error) => match error.kind() {
                io::ErrorKind::ConnectionRefused => format!("connection refused by `{host}`, port {port}"),
                _ if has_ended(error) => format!("`{host}` closed the connection without an answer"),
                _ if address.is_https() => format!("no secure connection to `{host}`: {error}"),
                _ => format!("no connection to `{host}`: {error}"),
            },
            Error::Tls(_) | Error::Rustls(_) | Error::TlsRequired => {
                format!("no secure connection to `{host}`: {error}")
            }
            // A proxy is asked to connect, as for https, and not to fetch.
            Error::ConnectProxyFailed(reason) if !address.is_https() => {
                format!(
                    "the proxy did not connect: {reason}; many connect for https only, so write https:// if you can"
                )
            }
            Error::ConnectProxyFailed(reason) => format!("the proxy did not connect: {reason}"),
            Error::Protocol(_) | Error::LargeResponseHeader(..) => {
                format!("what `{host}` answers is not HTTP: {error}")
            }
            error => error.to_string(),
        }
    }
}

/// A file on its way.
pub(super) struct Answer {
    body: BodyReader<'static>,
    buffer: Box<[u8]>,
    received: u64,
    length: Option<u64>,
    patience: Duration,
}

impl Answer {
    /// What comes next; none at the end of all that was promised.
    pub(super) fn next(&mut self) -> Result<Option<&[u8]>, String> {
        loop {
            match self.body.read(&mut self.buffer) {
                Ok(0) => return Ok(None),
                Ok(count) => {
                    self.received += count as u64;
                    return Ok(Some(&self.buffer[..count]));
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(self.broken_off(error)),
            }
        }
    }

    fn broken_off(&self, error: io::Error) -> String {
        let received = match (self.received, self.length) {
            (received, Some(length)) => format!("after {received} of {length} bytes"),
            (1, None) => "after 1 byte".to_owned(),
            (received, None) => format!("after {received} bytes"),
        };
        match Error::from(error) {
            Error::Timeout(_) => {
                format!("the transfer broke off {received}: the server sent nothing for {:?}", self.patience)
            }
            Error::Io(error) | Error::Decompress(_, error) if has_ended(&error) => {
                format!("the transfer broke off {received}")
            }
            error => format!("the transfer broke off {received}: {error}"),
        }
    }
}

/// Whether the other side is gone.
fn has_ended(error: &io::Error) -> bool {
    use io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset, UnexpectedEof};
    matches!(error.kind(), BrokenPipe | ConnectionAborted | ConnectionReset | UnexpectedEof)
}

/// Where a response leads on to.
fn redirect(response: &Response<Body>) -> Option<String> {
    let location = response.headers().get(header::LOCATION)?;
    matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308)
        .then(|| String::from_utf8_lossy(location.as_bytes()).into_owned())
}

fn told_status(status: StatusCode) -> String {
    let name = status.canonical_reason().unwrap_or("no name").to_lowercase();
    let advice = match status.as_u16() {
        401 | 403 => ": the server wants a login",
        202 | 429 | 500..=599 => ": try again later",
        _ => "",
    };
    format!("HTTP status {} ({name}){advice}", status.as_u16())
}
