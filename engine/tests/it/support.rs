//! Hubs as an operator has them: the real binary, in a directory of its own.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, ChildStdout, Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{self, Receiver};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};

use phytohub::client::{ClientFiles, SoapClient};
use phytohub_domain::EnvelopeHeader;
use phytohub_server::Tasks;
use phytohub_wire::soap::client::{self as soap, ClientReply};
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

/// The binary under test.
pub(crate) fn phytohub() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_phytohub"));
    command.stdin(Stdio::null());
    command
}

/// Held while a demonstration starts: of two that look at once whether the usual ports are free, one
/// would find them taken when its hub comes to listen.
pub(crate) fn start_of_a_demonstration() -> MutexGuard<'static, ()> {
    static STARTS: Mutex<()> = Mutex::new(());
    STARTS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Runs a command to its end.
pub(crate) fn run(arguments: &[&str]) -> Output {
    phytohub().args(arguments).output().expect("the binary runs")
}

/// What a command wrote, for messages and for looking into.
pub(crate) fn told(output: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    text(&output.stdout) + &text(&output.stderr)
}

/// Checks that a command ended with this code and one line on stderr that says all this.
pub(crate) fn refused(output: &Output, code: i32, expected: &[&str]) {
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{said}");
    assert_eq!(said.trim_end().lines().count(), 1, "one line: {said}");
    for part in expected {
        assert!(said.contains(part), "{said:?} lacks {part:?}");
    }
}

/// A path as an argument.
pub(crate) fn argument(path: &Path) -> String {
    path.to_str().expect("UTF-8").to_owned()
}

/// A trial hub's directory, removed at the end.
pub(crate) struct Trial {
    directory: TempDir,
}

impl Trial {
    /// A hub with test connections NO, LK and AR.
    pub(crate) fn new() -> Self {
        let trial = Self { directory: tempfile::tempdir().expect("a directory") };
        let made = run(&["init", &argument(&trial.path("")), "--connections", "NO,LK,AR"]);
        assert!(made.status.success(), "{}", told(&made));
        trial
    }

    /// A path in the directory.
    pub(crate) fn path(&self, relative: &str) -> PathBuf {
        self.directory.path().join(relative)
    }

    /// The configuration, as an argument.
    pub(crate) fn config(&self) -> String {
        argument(&self.path("hub.toml"))
    }

    /// Adds a line to a section of the configuration.
    pub(crate) fn configure(&self, section: &str, line: &str) {
        let file = self.path("hub.toml");
        let text = fs::read_to_string(&file).expect("a configuration");
        let head = format!("[{section}]\n");
        assert!(text.contains(&head), "no section {section}");
        fs::write(&file, text.replace(&head, &format!("{head}{line}\n"))).expect("written");
    }

    /// Has the hub listen on QUIC too.
    pub(crate) fn open_quic(&self) {
        let file = self.path("hub.toml");
        let text = fs::read_to_string(&file).expect("a configuration");
        // Before all sections: this setting belongs to none.
        fs::write(&file, format!("quic = \"127.0.0.1:0\"\n{text}")).expect("written");
    }

    /// Runs a command with this hub's configuration.
    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        let config = self.config();
        let arguments = arguments.iter().copied().chain(["--config", &config]);
        run(&arguments.collect::<Vec<_>>())
    }

    /// Runs a command, which must succeed, and reads the JSON that it prints.
    pub(crate) fn json(&self, arguments: &[&str]) -> serde_json::Value {
        let arguments = arguments.iter().copied().chain(["--json"]);
        let output = self.run(&arguments.collect::<Vec<_>>());
        assert!(output.status.success(), "{}", told(&output));
        serde_json::from_slice(&output.stdout).expect("JSON")
    }

    /// Tries to start the hub, which must not work.
    pub(crate) fn serve_refused(&self, code: i32, expected: &[&str]) {
        refused(&self.run(&["serve", "--https", "127.0.0.1:0"]), code, expected);
    }

    /// Starts the hub.
    pub(crate) fn serve(&self) -> Serving {
        self.serve_with(&["--https", "127.0.0.1:0"])
    }

    /// Starts what `serve` runs with these options.
    pub(crate) fn serve_with(&self, options: &[&str]) -> Serving {
        Serving::start(self, options)
    }
}

/// A hub that runs.
pub(crate) struct Serving {
    child: Child,
    directory: PathBuf,
    doors: Vec<String>,
    stdout: BufReader<ChildStdout>,
    /// Its log, taken from it as it comes: a hub whose log nobody reads waits for room to write.
    log: Mutex<Receiver<String>>,
    reader: Option<JoinHandle<()>>,
    tasks: Tasks,
}

impl Serving {
    fn start(trial: &Trial, options: &[&str]) -> Self {
        let mut command = phytohub();
        command.args(["serve", "--config", &trial.config()]).args(options);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the binary runs");
        let stdout = BufReader::new(child.stdout.take().expect("its stdout"));
        let (log, reader) = read_log(child.stderr.take().expect("its stderr"));
        let (directory, tasks) = (trial.path(""), Tasks::new());
        let (log, reader) = (Mutex::new(log), Some(reader));
        let mut serving = Self { child, directory, doors: Vec::new(), stdout, log, reader, tasks };
        loop {
            let mut line = String::new();
            if serving.stdout.read_line(&mut line).expect("a line") == 0 {
                panic!("the hub did not start: {}", serving.wait().errors);
            }
            if line == "ready\n" {
                return serving;
            }
            serving.doors.push(line.trim_end().to_owned());
        }
    }

    /// What it listens on, as it said.
    pub(crate) fn doors(&self) -> &[String] {
        &self.doors
    }

    /// Where national systems connect.
    pub(crate) fn https(&self) -> SocketAddr {
        self.address("https://")
    }

    /// Where they connect over QUIC.
    pub(crate) fn quic(&self) -> SocketAddr {
        self.address("quic://")
    }

    fn address(&self, scheme: &str) -> SocketAddr {
        let mut urls = self.doors.iter().filter_map(|line| line.strip_prefix("listening "));
        let rest = urls.find_map(|url| url.strip_prefix(scheme)).expect("a door");
        rest.split('/').next().and_then(|address| address.parse().ok()).expect("an address")
    }

    /// Reads a page of the door for metrics and health: status line, header and body.
    pub(crate) fn page(&self, path: &str) -> String {
        let mut stream = TcpStream::connect(self.address("http://")).expect("the door is open");
        write!(stream, "GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            .expect("a request");
        let mut reply = String::new();
        stream.read_to_string(&mut reply).expect("a reply");
        reply
    }

    /// A national system with the certificate that `init` made for it.
    pub(crate) async fn client(&self, code: &str) -> SoapClient {
        let files = ClientFiles::of_trial(&self.directory, code);
        SoapClient::connect(&files, self.https(), &self.tasks).await.expect("a connection")
    }

    /// Sends it a signal.
    pub(crate) fn signal(&self, signal: Signal) {
        let pid = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw).expect("a process");
        kill_process(pid, signal).expect("its own child");
    }

    /// Waits until it logs this.
    pub(crate) fn wait_for_log(&mut self, expected: &str) -> String {
        loop {
            let log = self.log.get_mut().unwrap_or_else(PoisonError::into_inner);
            let Ok(line) = log.recv() else {
                panic!("the hub ended without saying {expected:?}");
            };
            if line.contains(expected) {
                return line;
            }
        }
    }

    /// Tells it to stop, and waits until it has.
    pub(crate) fn stop(mut self) -> Stopped {
        self.signal(Signal::TERM);
        self.wait()
    }

    /// Waits until it ends by itself.
    pub(crate) fn wait(&mut self) -> Stopped {
        let mut output = String::new();
        self.stdout.read_to_string(&mut output).expect("UTF-8");
        let status = self.child.wait().expect("it ends");
        if let Some(reader) = self.reader.take() {
            reader.join().expect("the log was read");
        }
        let log = self.log.get_mut().unwrap_or_else(PoisonError::into_inner);
        let errors = log.try_iter().collect();
        Stopped { code: status.code(), errors, output }
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // A test that failed leaves no hub behind; one that has ended cannot be killed.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Reads what a hub logs, line by line, until it ends.
#[expect(clippy::disallowed_methods, reason = "a hub must never wait for who reads its log")]
fn read_log(stderr: ChildStderr) -> (Receiver<String>, JoinHandle<()>) {
    let (tell, log) = mpsc::channel();
    let read = move || {
        let mut stderr = BufReader::new(stderr);
        let mut line = Vec::new();
        while stderr.read_until(b'\n', &mut line).is_ok_and(|read| read > 0) {
            // Nobody may want to know any more; it is read all the same.
            let _ = tell.send(String::from_utf8_lossy(&line).into_owned());
            line.clear();
        }
    };
    let reader = thread::Builder::new().name("log of the hub".to_owned()).spawn(read);
    (log, reader.expect("a thread"))
}

/// How a hub ended.
pub(crate) struct Stopped {
    pub(crate) code: Option<i32>,
    pub(crate) errors: String,
    pub(crate) output: String,
}

/// The header of a small certificate, of which there is no other: sent again, it would be taken for
/// the same.
pub(crate) fn header(from: &str, to: &str) -> EnvelopeHeader {
    static LAST: AtomicU32 = AtomicU32::new(0);
    let number = LAST.fetch_add(1, Ordering::Relaxed) + 1;
    EnvelopeHeader {
        from: from.to_owned(),
        to: to.to_owned(),
        certificate_type: 851,
        certificate_status: 70,
        nppo_certificate_number: format!("{from}-2026-{number}"),
        ..EnvelopeHeader::default()
    }
}

/// Delivers a small certificate and returns its number.
pub(crate) async fn deliver(sender: &mut SoapClient, from: &str, to: &str) -> String {
    let body = soap::deliver_envelope(&header(from, to), CONTENT);
    match sender.call(body).await.expect("a reply") {
        ClientReply::Header(header) => header.hub_delivery_number.expect("a number"),
        other => panic!("no header: {other:?}"),
    }
}

/// The state that the hub tells of a number.
pub(crate) async fn state(client: &mut SoapClient, number: &str) -> String {
    match client.call(soap::get_envelope_tracking_info(number)).await.expect("a reply") {
        ClientReply::Header(header) => header.tracking_info.expect("a state").to_string(),
        other => panic!("no header: {other:?}"),
    }
}

/// The message of the fault that this request must be answered with.
pub(crate) async fn fault(client: &mut SoapClient, body: Vec<u8>) -> String {
    match client.call(body).await.expect("a reply") {
        ClientReply::Fault { message, .. } => message,
        other => panic!("no fault: {other:?}"),
    }
}

/// A content that nobody may touch: markup, an ampersand, a line end, letters beyond ASCII.
pub(crate) const CONTENT: &str = "<a b=\"1\">bl\u{e5}b\u{e6}r &amp; \u{8607}\u{679c}</a>\r\n";

/// Whether a tool is there; without it a test is skipped by name, and fails in CI.
pub(crate) fn has(tool: &str) -> bool {
    let found = std::env::var_os("PATH").is_some_and(|path| {
        std::env::split_paths(&path).any(|directory| directory.join(tool).is_file())
    });
    if !found {
        skip(&format!("no {tool} here"));
    }
    found
}

/// Says that a test was skipped, which CI does not allow.
#[expect(clippy::print_stderr, reason = "a skipped test must be seen")]
pub(crate) fn skip(why: &str) {
    assert!(std::env::var("CI").as_deref() != Ok("true"), "CI must not skip: {why}");
    eprintln!("skipped: {why}");
}

/// The project's top folder.
pub(crate) fn top() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the engine has a parent")
}
