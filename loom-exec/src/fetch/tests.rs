//! Fetching from a web server on this machine.

mod server;

use std::io::Write;
use std::net::{Shutdown, TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::sync::{Barrier, mpsc};

use super::*;
use server::{Server, say};

/// A folder to fetch to, and what to fetch with.
struct Bench {
    folder: tempfile::TempDir,
    fetcher: Fetcher,
    cancel: Cancel,
}

impl Bench {
    fn new() -> Self {
        Self::in_environment(&[])
    }

    fn in_environment(environment: &[(&str, &str)]) -> Self {
        Self::with(environment, PATIENCE)
    }

    fn with(environment: &[(&str, &str)], patience: Duration) -> Self {
        let environment = environment.iter().map(|(name, value)| (name.into(), value.into())).collect();
        Self {
            folder: tempfile::tempdir().unwrap(),
            fetcher: Fetcher::with_patience(&environment, patience),
            cancel: Cancel::new().unwrap(),
        }
    }

    fn cache(&self) -> PathBuf {
        self.folder.path().join("cache")
    }

    fn file(&self) -> PathBuf {
        self.cache().join("data.csv")
    }

    fn fetch(&self, url: &str) -> Result<(), FetchError> {
        self.fetcher.fetch("unit", url, &self.file(), &self.cancel)
    }

    /// What is in the file.
    fn fetched(&self, url: &str) -> String {
        self.fetch(url).unwrap();
        assert_eq!(self.names(), ["data.csv"]);
        std::fs::read_to_string(self.file()).unwrap()
    }

    /// What went wrong, with which nothing is left behind.
    fn reason(&self, url: &str) -> String {
        let error = self.fetch(url).unwrap_err();
        assert_eq!(self.names(), [""; 0]);
        let line = error.to_string();
        assert!(!line.contains('\n'), "{line:?}");
        let reason = line.strip_prefix(&format!("cannot fetch {url}: ")).unwrap();
        let help = format!("; or save the file yourself as {}", self.file().display());
        reason.strip_suffix(&help).unwrap().to_owned()
    }

    /// What is in the folder.
    fn names(&self) -> Vec<String> {
        let Ok(entries) = std::fs::read_dir(self.cache()) else { return Vec::new() };
        let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    /// Waits for the thread of the transfer, which whoever wanted its file may have left behind.
    fn wait_for_thread(&self) {
        let transfer = Arc::clone(&self.fetcher.transfers.lock().unwrap()[&self.file()]);
        assert!(transfer.done.recv().is_err());
    }
}

const HELLO: &str = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nhello\n";

#[test]
fn a_file_is_fetched_once() {
    let server = Server::new(|request, stream| {
        assert!(request.head.contains(concat!("user-agent: loom/", env!("CARGO_PKG_VERSION"), "\r\n")));
        say(stream, HELLO);
    });
    let bench = Bench::new();
    let url = server.url("/data.csv");
    assert_eq!(bench.fetched(&url), "hello\n");
    assert_eq!(bench.fetched(&url), "hello\n");
    // Another run finds it, too.
    let later = Fetcher::new(&HashMap::new());
    later.fetch("unit", &url, &bench.file(), &bench.cancel).unwrap();
    assert_eq!(server.requests(), ["/data.csv"]);

    // What was removed is fetched again, and nothing else tells that it was there.
    std::fs::remove_file(bench.file()).unwrap();
    assert_eq!(bench.fetched(&url), "hello\n");
    assert_eq!(server.requests().len(), 2);
}

#[test]
fn a_fetched_file_can_be_read_by_whoever_can_read_other_files() {
    let server = Server::saying(HELLO);
    let bench = Bench::new();
    bench.fetched(&server.url("/"));
    let other = bench.folder.path().join("other");
    std::fs::write(&other, "").unwrap();
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode();
    assert_eq!(mode(&bench.file()), mode(&other));
}

#[test]
fn chunks_and_what_ends_with_the_connection() {
    let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhell\r\n2\r\no\n\r\n0\r\n\r\n";
    assert_eq!(Bench::new().fetched(&Server::saying(chunked).url("/")), "hello\n");
    let to_the_end = "HTTP/1.0 200 OK\r\n\r\nhello\n";
    assert_eq!(Bench::new().fetched(&Server::saying(to_the_end).url("/")), "hello\n");
    let empty = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
    assert_eq!(Bench::new().fetched(&Server::saying(empty).url("/")), "");
}

#[test]
fn a_large_file_comes_whole() {
    // More than goes in one piece, and not a multiple of it.
    let body: Arc<Vec<u8>> = Arc::new((0..1_000_003_u32).map(|number| number.to_le_bytes()[0] ^ 0x5a).collect());
    let server = Server::new({
        let body = Arc::clone(&body);
        move |_, stream| {
            say(stream, &format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", body.len()));
            let _ = stream.write_all(&body);
        }
    });
    let bench = Bench::new();
    bench.fetch(&server.url("/")).unwrap();
    assert!(std::fs::read(bench.file()).unwrap() == *body);
}

#[test]
fn what_trickles_in_has_its_name_only_when_it_is_complete() {
    let (told, next) = mpsc::channel();
    let (go_on, may_go_on) = mpsc::channel();
    let (told, may_go_on) = (Mutex::new(told), Mutex::new(may_go_on));
    let server = Server::new(move |_, stream| {
        say(stream, "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n");
        for byte in ["h", "e", "l", "l", "o", "\n"] {
            told.lock().unwrap().send(()).unwrap();
            may_go_on.lock().unwrap().recv().unwrap();
            say(stream, byte);
        }
    });
    let bench = Bench::new();
    std::thread::scope(|scope| {
        let worker = scope.spawn(|| bench.fetch(&server.url("/")));
        for _ in 0..6 {
            next.recv().unwrap();
            assert!(!bench.file().exists());
            go_on.send(()).unwrap();
        }
        worker.join().unwrap().unwrap();
    });
    assert_eq!(bench.fetched(&server.url("/")), "hello\n");
    assert_eq!(server.requests().len(), 1);
}

#[test]
fn what_a_killed_process_left_is_not_taken_for_the_file() {
    let server = Server::saying(HELLO);
    let bench = Bench::new();
    std::fs::create_dir(bench.cache()).unwrap();
    // What stands there in the middle of a transfer.
    let partial = Partial::of(&bench.file());
    let (_, left) = partial.create().unwrap().unwrap().keep().unwrap();
    std::fs::write(&left, "hel").unwrap();
    bench.fetch(&server.url("/")).unwrap();
    assert_eq!(std::fs::read_to_string(bench.file()).unwrap(), "hello\n");
    assert_eq!(std::fs::read_to_string(left).unwrap(), "hel");
}

#[test]
fn a_transfer_that_breaks_off_leaves_nothing() {
    for (answer, reason) in [
        ("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nfour", "the transfer broke off after 4 of 10 bytes"),
        ("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n", "the transfer broke off after 0 of 10 bytes"),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nfour\r\n", "the transfer broke off after 4 bytes"),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nf", "the transfer broke off after 1 byte"),
        ("", "`127.0.0.1` closed the connection without an answer"),
        ("HTTP/1.1 200 OK\r\nContent-Le", "`127.0.0.1` closed the connection without an answer"),
    ] {
        assert_eq!(Bench::new().reason(&Server::saying(answer).url("/data.csv")), reason, "{answer:?}");
    }
    let reason = Bench::new().reason(&Server::saying("SSH-2.0-OpenSSH_9.9\r\n").url("/"));
    assert!(reason.starts_with("what `127.0.0.1` answers is not HTTP: "), "{reason}");
}

#[test]
fn what_is_compressed_though_it_was_not_asked_for() {
    let compressed = [
        0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 3, 0xcb, 0x48, 0xcd, 0xc9, 0xc9, 0xe7, 2, 0, 0x20, 0x30, 0x3a, 0x36, 6, 0, 0,
        0,
    ];
    let sending = |bytes: &[u8]| {
        let bytes = bytes.to_vec();
        Server::new(move |request, stream| {
            assert!(request.head.contains("accept-encoding: identity\r\n"));
            let length = bytes.len();
            say(stream, &format!("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {length}\r\n\r\n"));
            let _ = stream.write_all(&bytes);
        })
    };
    assert_eq!(Bench::new().fetched(&sending(&compressed).url("/")), "hello\n");
    let reason = Bench::new().reason(&sending(&compressed[..15]).url("/"));
    assert!(reason.starts_with("the transfer broke off after "), "{reason}");
    let other = "HTTP/1.1 200 OK\r\nContent-Encoding: br\r\nContent-Length: 4\r\n\r\nfour";
    let reason = Bench::new().reason(&Server::saying(other).url("/"));
    assert_eq!(reason, "the server sends it in the encoding \"br\", which loom does not read");
}

/// Redirects `/N` to `/N-1`, and `/0` is the file.
fn countdown() -> Server {
    Server::new(|request, stream| match request.target[1..].parse::<u32>().unwrap() {
        0 => say(stream, HELLO),
        left => {
            // All the kinds there are, with and without a body.
            let status = [301, 302, 303, 307, 308][left as usize % 5];
            let location = if left % 2 == 0 { format!("/{}", left - 1) } else { format!("./{}#part", left - 1) };
            say(stream, &format!("HTTP/1.1 {status} Moved\r\nLocation: {location}\r\nContent-Length: 4\r\n\r\nbody"));
        }
    })
}

#[test]
fn redirects_are_followed_ten_times() {
    let server = countdown();
    assert_eq!(Bench::new().fetched(&server.url("/10")), "hello\n");
    assert_eq!(server.requests(), ["/10", "/9", "/8", "/7", "/6", "/5", "/4", "/3", "/2", "/1", "/0"]);
    let server = countdown();
    let reason = Bench::new().reason(&server.url("/11"));
    assert_eq!(reason, format!("it redirects more than 10 times, at last to {}", server.url("/0")));
}

#[test]
fn a_circle_of_redirects_comes_to_an_end() {
    let server = Server::saying("HTTP/1.1 302 Found\r\nLocation: /here\r\nContent-Length: 0\r\n\r\n");
    let reason = Bench::new().reason(&server.url("/here"));
    assert_eq!(reason, format!("it redirects more than 10 times, at last to {}", server.url("/here")));
    assert_eq!(server.requests().len(), 11);
}

#[test]
fn no_redirect_leads_out_of_the_web() {
    for (answer, reason) in [
        (
            "HTTP/1.1 302 Found\r\nLocation: file:///etc/passwd\r\nContent-Length: 0\r\n\r\n",
            "it redirects to file:///etc/passwd, and only http and https are fetched, not file",
        ),
        (
            "HTTP/1.1 302 Found\r\nLocation: http:\r\nContent-Length: 0\r\n\r\n",
            "it redirects to http:, and it names no host",
        ),
        ("HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n", "HTTP status 302 (found)"),
        ("HTTP/1.1 304 Not Modified\r\nLocation: /x\r\n\r\n", "HTTP status 304 (not modified)"),
    ] {
        assert_eq!(Bench::new().reason(&Server::saying(answer).url("/")), reason);
    }
    let reason = Bench::new().reason("file:///etc/passwd");
    assert_eq!(reason, "only http and https are fetched, not file");
}

#[test]
fn a_status_is_told_in_words() {
    for (answer, reason) in [
        ("HTTP/1.1 404 Nope\r\nContent-Length: 4\r\n\r\nbody", "HTTP status 404 (not found)"),
        ("HTTP/1.1 500 x\r\nContent-Length: 0\r\n\r\n", "HTTP status 500 (internal server error): try again later"),
        ("HTTP/1.1 403 x\r\nContent-Length: 0\r\n\r\n", "HTTP status 403 (forbidden): the server wants a login"),
        ("HTTP/1.1 202 x\r\nContent-Length: 0\r\n\r\n", "HTTP status 202 (accepted): try again later"),
        ("HTTP/1.1 206 x\r\nContent-Length: 4\r\n\r\npart", "HTTP status 206 (partial content)"),
        ("HTTP/1.1 799 x\r\nContent-Length: 0\r\n\r\n", "HTTP status 799 (no name)"),
    ] {
        assert_eq!(Bench::new().reason(&Server::saying(answer).url("/")), reason);
    }
    // After a redirect it is told where it was.
    let server = Server::new(|request, stream| match &*request.target {
        "/old" => say(stream, "HTTP/1.1 301 Moved\r\nLocation: new\r\nContent-Length: 0\r\n\r\n"),
        _ => say(stream, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"),
    });
    let reason = Bench::new().reason(&server.url("/old"));
    assert_eq!(reason, format!("HTTP status 404 (not found) (it redirects to {})", server.url("/new")));
}

#[test]
fn servers_that_are_not_there() {
    // A port that is taken, so that no other test can listen there, by someone who does not listen either.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let address = taken.local_addr().unwrap();
    let reason = Bench::new().reason(&format!("http://{address}/data.csv"));
    assert_eq!(reason, format!("connection refused by `127.0.0.1`, port {}", address.port()));
    // A name that no host ever has (RFC 6761).
    assert_eq!(Bench::new().reason("http://data.invalid/data.csv"), "cannot resolve host `data.invalid`");
}

#[test]
fn a_secure_server_is_one_that_the_environment_trusts() {
    let server = Server::secure(HELLO);
    let url = format!("https://{}/data.csv", server.address());
    let reason = Bench::new().reason(&url);
    assert!(reason.starts_with("no secure connection to `127.0.0.1`: "), "{reason}");
    assert!(reason.contains("UnknownIssuer"), "{reason}");
    assert_eq!(server.requests(), [""; 0]);

    let folder = tempfile::tempdir().unwrap();
    let trusted = folder.path().join("trusted.pem");
    std::fs::write(&trusted, server::CERTIFICATE).unwrap();
    let environment = [("SSL_CERT_FILE", trusted.to_str().unwrap())];
    assert_eq!(Bench::in_environment(&environment).fetched(&url), "hello\n");
    let open = proxy(false);
    let plain = Server::new(move |_, stream| {
        say(stream, &format!("HTTP/1.1 302 Found\r\nLocation: {url}\r\nContent-Length: 0\r\n\r\n"));
    });
    assert_eq!(Bench::in_environment(&environment).fetched(&plain.url("/")), "hello\n");
    assert_eq!(server.requests(), ["/data.csv", "/data.csv"]);

    // Each redirect has the proxy of its own scheme.
    let environment = [environment[0], ("https_proxy", &open.url(""))];
    assert_eq!(Bench::in_environment(&environment).fetched(&plain.url("/")), "hello\n");
    assert_eq!(open.requests(), [server.address().to_string()]);
}

#[test]
fn certificates_are_looked_up_only_where_they_matter() {
    for (file, reason) in [("/dev/null", "there are none"), ("/nowhere/ca.pem", "No such file")] {
        let environment = [("SSL_CERT_FILE", file)];
        let plain = Server::saying(HELLO);
        assert_eq!(Bench::in_environment(&environment).fetched(&plain.url("/")), "hello\n");
        let told = Bench::in_environment(&environment).reason(&format!("https://{}/", plain.address()));
        let expected = format!("cannot read the certificates in {file}, which the variable `SSL_CERT_FILE` names: ");
        assert!(told.starts_with(&expected) && told.contains(reason), "{told}");
    }
    // A server that speaks no TLS.
    let plain = Server::saying(HELLO);
    let reason = Bench::new().reason(&format!("https://{}/", plain.address()));
    assert!(reason.contains("`127.0.0.1`"), "{reason}");
}

#[test]
fn a_server_that_says_nothing_is_not_waited_for_forever() {
    let (end, ended) = mpsc::channel::<()>();
    let ended = Mutex::new(ended);
    let server = Server::new(move |_, _| {
        let _ = ended.lock().unwrap().recv();
    });
    let bench = Bench::with(&[], Duration::from_millis(300));
    assert_eq!(bench.reason(&server.url("/")), "`127.0.0.1` sent nothing for 300ms");
    drop(end);
}

#[test]
fn ten_workers_share_one_transfer() {
    for (answer, is_there) in [(HELLO, true), ("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", false)] {
        let server = Server::saying(answer);
        let bench = Bench::new();
        let all = Barrier::new(10);
        let results: Vec<_> = std::thread::scope(|scope| {
            let fetch = || {
                all.wait();
                bench.fetch(&server.url("/"))
            };
            let workers: Vec<_> = (0..10).map(|_| scope.spawn(fetch)).collect();
            workers.into_iter().map(|worker| worker.join().unwrap()).collect()
        });
        assert!(results.iter().all(|result| result.is_ok() == is_there), "{results:?}");
        assert!(results.iter().all(|result| *result == results[0]), "{results:?}");
        // Later ones, too.
        assert_eq!(bench.fetch(&server.url("/")), results[0]);
        assert_eq!(server.requests().len(), 1);
    }
}

/// Stops the run when the server has said this and then hangs.
fn stop_after(said: &'static str) {
    let (told, hangs) = mpsc::channel();
    let (end, ended) = mpsc::channel::<()>();
    let (told, ended) = (Mutex::new(told), Mutex::new(ended));
    let server = Server::new(move |_, stream| {
        say(stream, said);
        told.lock().unwrap().send(()).unwrap();
        let _ = ended.lock().unwrap().recv();
    });
    // Nothing but the stop ends the transfer.
    let bench = Bench::with(&[], Duration::from_secs(3600));
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..3).map(|_| scope.spawn(|| bench.fetch(&server.url("/")))).collect();
        hangs.recv().unwrap();
        bench.cancel.stop(crate::TERM);
        for worker in workers {
            assert_eq!(worker.join().unwrap(), Err(FetchError::Stopped));
        }
    });
    // Nothing is left though the server still hangs: a program may end right here.
    assert_eq!(bench.names(), [""; 0]);
    // The thread does not wait for the server either.
    bench.wait_for_thread();
    assert_eq!(bench.names(), [""; 0]);
    // A worker that is late hears the same as the others, and not that the connection ended.
    assert_eq!(bench.fetch(&server.url("/")), Err(FetchError::Stopped));
    drop(end);
}

#[test]
fn a_stopped_run_leaves_a_hanging_server_behind() {
    stop_after("");
    stop_after("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n");
    stop_after("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nhel");
    // To hang up must not pass for the end of a file that ends with its connection.
    stop_after("HTTP/1.0 200 OK\r\n\r\nhel");
}

#[test]
fn nothing_is_asked_for_when_the_run_is_stopped() {
    let server = Server::saying(HELLO);
    let bench = Bench::new();
    bench.cancel.stop(crate::TERM);
    assert_eq!(bench.fetch(&server.url("/")), Err(FetchError::Stopped));
    bench.wait_for_thread();
    assert_eq!(server.requests(), [""; 0]);
    assert_eq!(bench.names(), [""; 0]);
}

#[test]
fn what_was_given_up_gets_no_name() {
    let bench = Bench::new();
    let partial = Partial::of(&bench.file());
    let file = partial.create().unwrap().unwrap();
    assert_eq!(bench.names().len(), 1);
    partial.give_up();
    assert_eq!(bench.names(), [""; 0]);
    assert!(!partial.publish(file, &bench.cancel).unwrap());
    assert!(partial.create().unwrap().is_none());
    assert_eq!(bench.names(), [""; 0]);

    // Nor does what the run's end finds complete.
    let partial = Partial::of(&bench.file());
    let file = partial.create().unwrap().unwrap();
    bench.cancel.stop(crate::TERM);
    assert!(!partial.publish(file, &bench.cancel).unwrap());
    assert_eq!(bench.names(), [""; 0]);
}

#[test]
fn odd_characters_are_asked_for_as_a_browser_does() {
    let server = Server::saying(HELLO);
    let bench = Bench::new();
    let to = bench.cache().join("0123456789abcdef_a b%20'\"ü;*?.csv");
    bench.fetcher.fetch("unit", &server.url("/a b%20'\"ü;*.csv?q=ß#part"), &to, &bench.cancel).unwrap();
    assert_eq!(std::fs::read_to_string(&to).unwrap(), "hello\n");
    assert_eq!(server.requests(), ["/a%20b%20'%22%C3%BC;*.csv?q=%C3%9F"]);
}

#[test]
fn a_login_is_sent_and_not_shown() {
    let server = Server::new(|request, stream| {
        assert!(request.head.to_lowercase().contains("authorization: basic bwu6d29yza=="), "{}", request.head);
        say(stream, "HTTP/1.1 401 x\r\nContent-Length: 0\r\n\r\n");
    });
    let url = format!("http://me:word@{}/", server.address());
    let line = Bench::new().fetch(&url).unwrap_err().to_string();
    let expected = format!(
        "cannot fetch http://me:***@{}/: HTTP status 401 (unauthorized): the server wants a login",
        server.address()
    );
    assert!(line.starts_with(&expected), "{line}");
}

/// A proxy that leads wherever it is told to, or refuses.
fn proxy(refuses: bool) -> Server {
    Server::new(move |request, stream| {
        if refuses {
            return say(stream, "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n");
        }
        let mut far = TcpStream::connect(&request.target).unwrap();
        say(stream, "HTTP/1.1 200 OK\r\n\r\n");
        let (mut near, mut back) = (stream.try_clone().unwrap(), far.try_clone().unwrap());
        std::thread::spawn(move || {
            let _ = std::io::copy(&mut near, &mut back);
            let _ = back.shutdown(Shutdown::Write);
        });
        let _ = std::io::copy(&mut far, stream);
        let _ = stream.shutdown(Shutdown::Write);
    })
}

#[test]
fn proxies_are_those_of_the_environment_given() {
    let server = Server::saying(HELLO);
    let open = proxy(false);
    let bench = Bench::in_environment(&[("http_proxy", &open.url(""))]);
    assert_eq!(bench.fetched(&server.url("/")), "hello\n");
    assert_eq!(open.requests(), [server.address().to_string()]);

    let bench = Bench::in_environment(&[("http_proxy", &open.url("")), ("no_proxy", "127.0.0.0/8")]);
    assert_eq!(bench.fetched(&server.url("/")), "hello\n");
    assert_eq!(open.requests().len(), 1);

    let closed = proxy(true);
    let reason = Bench::in_environment(&[("HTTP_PROXY", &closed.url(""))]).reason(&server.url("/"));
    assert!(reason.starts_with("the proxy did not connect: "), "{reason}");
    assert!(reason.ends_with(" (through the proxy of `HTTP_PROXY`)"), "{reason}");
    assert_eq!(server.requests().len(), 2);
}

#[test]
fn a_folder_that_cannot_be_made_is_told() {
    let server = Server::saying(HELLO);
    let bench = Bench::new();
    std::fs::write(bench.cache(), "").unwrap();
    let line = bench.fetch(&server.url("/")).unwrap_err().to_string();
    assert!(line.contains(&format!(": cannot write {}: ", bench.file().display())), "{line}");
}
