//! A server of its own for each test, and a client that sends exactly what it is told.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;

pub(crate) const PIPELINE: &str = "\
data:
  table: {type: csv, path: data/table.csv}
pipeline:
  - {name: make, command: 'echo 1 > data/table.csv', outputs: {out: $table}}
";

/// How long to wait for what is sure to come. Only a test that fails waits so long.
const PATIENCE: Duration = Duration::from_secs(120);

pub(crate) struct Server {
    pub(crate) folder: TempDir,
    pub(crate) port: u16,
    pub(crate) token: String,
    pub(crate) pid: i32,
    pub(crate) child: Child,
    stderr: PathBuf,
}

/// A folder with a pipeline in it.
pub(crate) fn folder() -> TempDir {
    let folder = tempfile::Builder::new().prefix("loom-ui-test-").tempdir().unwrap();
    std::fs::create_dir_all(folder.path().join("work/data")).unwrap();
    std::fs::write(folder.path().join("work/pipeline.yml"), PIPELINE).unwrap();
    folder
}

/// The program, as a test calls it.
pub(crate) fn program(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_loom-ui"));
    command.current_dir(folder.join("work")).stdin(Stdio::null());
    for name in ["LOOM_UI_TOKEN", "DISPLAY", "WAYLAND_DISPLAY", "SSH_CONNECTION", "SSH_TTY", "RUST_BACKTRACE"] {
        command.env_remove(name);
    }
    command
}

impl Server {
    pub(crate) fn new(args: &[&str]) -> Self {
        Self::of(folder(), args)
    }

    pub(crate) fn of(folder: TempDir, args: &[&str]) -> Self {
        let mut command = program(folder.path());
        command.args(["--json", "--port", "0"]).args(args);
        Self::start(folder, command)
    }

    pub(crate) fn start(folder: TempDir, mut command: Command) -> Self {
        let stderr = folder.path().join("stderr");
        let file = std::fs::File::create(&stderr).unwrap();
        let mut child = command.stdout(Stdio::piped()).stderr(file).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let told = || std::fs::read_to_string(&stderr).unwrap();
        let started: Value = serde_json::from_str(&line).unwrap_or_else(|_| panic!("`{line}` {}", told()));
        let (base, token) = started["url"].as_str().unwrap().split_once("/#token=").unwrap();
        let port = base.strip_prefix("http://127.0.0.1:").unwrap().parse().unwrap();
        let pid = started["pid"].as_i64().unwrap().try_into().unwrap();
        Self { folder, port, token: token.to_owned(), pid, child, stderr }
    }

    pub(crate) fn work(&self) -> PathBuf {
        self.folder.path().join("work")
    }

    pub(crate) fn stderr(&self) -> String {
        std::fs::read_to_string(&self.stderr).unwrap()
    }

    pub(crate) fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.set_write_timeout(Some(PATIENCE)).unwrap();
        stream
    }

    pub(crate) fn host(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// Sends these bytes and reads one answer.
    pub(crate) fn send(&self, bytes: impl AsRef<[u8]>) -> Answer {
        let mut stream = self.connect();
        // Whoever refuses before all has come may close before all is sent.
        let _ = stream.write_all(bytes.as_ref());
        Answer::read(&mut stream)
    }

    /// Asks with these headers and nothing else but the host.
    pub(crate) fn bare(&self, method: &str, path: &str, headers: &[&str], body: &str) -> Answer {
        self.send(request(method, path, &[&[&*format!("Host: {}", self.host())], headers].concat(), body))
    }

    /// Asks as a program with the token does.
    pub(crate) fn ask(&self, method: &str, path: &str, headers: &[&str], body: &str) -> Answer {
        let token = format!("Authorization: Bearer {}", self.token);
        self.bare(method, path, &[&[&*token], headers].concat(), body)
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, &[], "")
    }

    pub(crate) fn post(&self, path: &str, body: &Value) -> Answer {
        self.ask("POST", path, &["Content-Type: application/json"], &body.to_string())
    }

    /// The path of the first document.
    pub(crate) fn doc(&self) -> String {
        let session = self.get("/api/v1/session").json();
        format!("/api/v1/docs/{}", session["first"].as_str().unwrap())
    }

    /// Whether it still does its work, and has not complained.
    pub(crate) fn is_well(&self) -> bool {
        self.get("/").status == 200 && self.get("/api/v1/session").status == 200 && !self.stderr().contains("bug")
    }

    /// Opens a socket with these headers, beside those that make it one.
    pub(crate) fn upgrade(&self, headers: &[&str]) -> (TcpStream, Answer) {
        let always = [
            &*format!("Host: {}", self.host()),
            "Connection: Upgrade",
            "Upgrade: websocket",
            "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
        ];
        let mut stream = self.connect();
        stream.write_all(request("GET", "/api/v1/ws", &[&always, headers].concat(), "").as_bytes()).unwrap();
        let answer = Answer::read(&mut stream);
        (stream, answer)
    }

    /// Opens a socket as the page does.
    pub(crate) fn socket(&self) -> Socket {
        let (origin, token) = (self.origin(), self.protocols());
        let (stream, answer) = self.upgrade(&[&origin, &token]);
        assert_eq!(answer.status, 101, "{answer:?}");
        Socket { stream }
    }

    pub(crate) fn origin(&self) -> String {
        format!("Origin: http://{}", self.host())
    }

    pub(crate) fn protocols(&self) -> String {
        format!("Sec-WebSocket-Protocol: loom, token.{}", self.token)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub(crate) fn request(method: &str, path: &str, headers: &[&str], body: &str) -> String {
    let mut text = format!("{method} {path} HTTP/1.1\r\n");
    for header in headers {
        text.push_str(header);
        text.push_str("\r\n");
    }
    if !body.is_empty() {
        text.push_str(&format!("Content-Length: {}\r\n", body.len()));
    }
    text + "\r\n" + body
}

#[derive(Debug)]
pub(crate) struct Answer {
    /// 0 if the connection was closed without one.
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn read(stream: &mut TcpStream) -> Self {
        // One byte at a time, so that what comes behind the answer stays where it is.
        let mut head = Vec::new();
        let mut byte = [0];
        while !head.ends_with(b"\r\n\r\n") && matches!(stream.read(&mut byte), Ok(1)) {
            head.push(byte[0]);
        }
        let head = String::from_utf8(head).unwrap();
        let mut lines = head.split("\r\n");
        let status = lines.next().unwrap().split(' ').nth(1).map_or(0, |status| status.parse().unwrap());
        let pair = |line: &str| line.split_once(": ").map(|(name, value)| (name.to_owned(), value.to_owned()));
        let mut answer = Self { status, headers: lines.filter_map(pair).collect(), body: String::new() };
        let length = answer.header("content-length").map_or(0, |length| length.parse().unwrap());
        let mut body = vec![0; length];
        if stream.read_exact(&mut body).is_ok() {
            answer.body = String::from_utf8_lossy(&body).into_owned();
        }
        answer
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| &**value)
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("{self:?}"))
    }

    /// The code of the problem that it tells of.
    pub(crate) fn code(&self) -> String {
        let json = self.json();
        assert!(json["error"]["message"].is_string(), "{json}");
        json["error"]["code"].as_str().unwrap().to_owned()
    }
}

/// A socket, frame by frame.
pub(crate) struct Socket {
    pub(crate) stream: TcpStream,
}

impl Socket {
    pub(crate) fn say(&mut self, message: &Value) {
        self.frame(0x81, message.to_string().as_bytes());
    }

    /// Sends a frame with this first byte.
    pub(crate) fn frame(&mut self, first: u8, payload: &[u8]) {
        let mut frame = vec![first];
        match payload.len() {
            short @ 0..126 => frame.push(0x80 | short as u8),
            longer @ 126..65536 => {
                frame.push(0x80 | 126);
                frame.extend((longer as u16).to_be_bytes());
            }
            long => {
                frame.push(0x80 | 127);
                frame.extend((long as u64).to_be_bytes());
            }
        }
        // A mask of zeros leaves the payload as it is.
        frame.extend([0; 4]);
        frame.extend(payload);
        let _ = self.stream.write_all(&frame);
    }

    /// The next message; none if the connection was closed.
    pub(crate) fn next(&mut self) -> Option<Value> {
        loop {
            let mut head = [0; 2];
            self.stream.read_exact(&mut head).ok()?;
            let length = match head[1] {
                126 => u64::from(u16::from_be_bytes(self.exactly()?)),
                127 => u64::from_be_bytes(self.exactly()?),
                short => u64::from(short),
            };
            let mut payload = vec![0; usize::try_from(length).unwrap()];
            self.stream.read_exact(&mut payload).ok()?;
            match head[0] & 0x0f {
                1 => return Some(serde_json::from_slice(&payload).unwrap()),
                8 => return None,
                _ => {}
            }
        }
    }

    /// Waits for a message of this kind.
    pub(crate) fn wait_for(&mut self, kind: &str) -> Value {
        loop {
            let message = self.next().unwrap_or_else(|| panic!("the socket was closed before `{kind}` came"));
            if message["t"] == kind {
                return message;
            }
        }
    }

    fn exactly<const N: usize>(&mut self) -> Option<[u8; N]> {
        let mut bytes = [0; N];
        self.stream.read_exact(&mut bytes).ok()?;
        Some(bytes)
    }
}
