//! A web server that says what a test tells it to.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// Of 127.0.0.1, by nobody but itself. It runs out when nobody runs these tests any more.
pub(super) const CERTIFICATE: &str = include_str!("certificate.pem");

/// A request, of which only the head is read.
pub(super) struct Request {
    /// As in `/data.csv?x=1`; with CONNECT it is a host and a port.
    pub(super) target: String,
    /// The whole head.
    pub(super) head: String,
}

/// Listens until it is dropped.
pub(super) struct Server {
    address: SocketAddr,
    requests: Arc<Mutex<Vec<String>>>,
    over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// Answers each connection on a thread of its own. What is left unwritten when the answer returns is never sent.
    pub(super) fn new(answer: impl Fn(&Request, &mut TcpStream) + Send + Sync + 'static) -> Self {
        Self::listening(move |mut stream, requests| {
            if let Some(request) = read_request(&mut stream) {
                requests.lock().unwrap().push(request.target.clone());
                answer(&request, &mut stream);
            }
        })
    }

    fn listening(serve: impl Fn(TcpStream, &Mutex<Vec<String>>) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (requests, over) = (Arc::new(Mutex::new(Vec::new())), Arc::new(AtomicBool::new(false)));
        let thread = std::thread::spawn({
            let (requests, over, serve) = (Arc::clone(&requests), Arc::clone(&over), Arc::new(serve));
            move || {
                for stream in listener.incoming() {
                    if over.load(Ordering::SeqCst) {
                        break;
                    }
                    let (requests, serve) = (Arc::clone(&requests), Arc::clone(&serve));
                    std::thread::spawn(move || serve(stream.unwrap(), &requests));
                }
            }
        });
        Self { address, requests, over, thread: Some(thread) }
    }

    /// Always answers this, on secure connections, with the certificate in `certificate.pem`.
    pub(super) fn secure(answer: &'static str) -> Self {
        let certificate = CertificateDer::from_pem_slice(CERTIFICATE.as_bytes()).unwrap();
        let key = PrivateKeyDer::from_pem_slice(include_bytes!("key.pem")).unwrap();
        let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate], key);
        let config = Arc::new(config.unwrap());
        Self::listening(move |stream, requests| {
            let connection = ServerConnection::new(Arc::clone(&config)).unwrap();
            let mut stream = StreamOwned::new(connection, stream);
            if let Some(request) = read_request(&mut stream) {
                requests.lock().unwrap().push(request.target);
                say(&mut stream, answer);
                stream.conn.send_close_notify();
                let _ = stream.flush();
            }
        })
    }

    /// Always answers this.
    pub(super) fn saying(answer: &'static str) -> Self {
        Self::new(move |_, stream| say(stream, answer))
    }

    pub(super) fn url(&self, target: &str) -> String {
        format!("http://{}{target}", self.address)
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// What was asked for, in this order.
    pub(super) fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.over.store(true, Ordering::SeqCst);
        let _ = TcpStream::connect(self.address);
        let _ = self.thread.take().unwrap().join();
    }
}

/// Reads byte by byte, so that what comes after the head is left to whoever wants it.
pub(super) fn read_request(stream: &mut impl Read) -> Option<Request> {
    let mut reader = BufReader::with_capacity(1, stream);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if reader.read_line(&mut head).ok()? == 0 {
            return None;
        }
    }
    let target = head.split(' ').nth(1)?.to_owned();
    Some(Request { target, head })
}

/// Whoever is told may be gone.
pub(super) fn say(stream: &mut impl Write, text: &str) {
    let _ = stream.write_all(text.as_bytes());
}
