//! The hub with the plugin in it, as an operator runs it, and a browser's kept line to its pages.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Output, Stdio};

use phytohub_plugin_loader::package::{
    LIBRARY_FILE, ManifestDraft, TrustedKey, keygen, sign, write_manifest,
};
use phytohub_plugin_testkit::build;

/// A hub's directory with the plugin installed.
pub(crate) struct Trial {
    binary: PathBuf,
    directory: tempfile::TempDir,
}

impl Trial {
    pub(crate) fn new(secret: &[u8]) -> Self {
        let binary = build::program("phytohub", "phytohub");
        let trial = Self { binary, directory: tempfile::tempdir().expect("a directory") };
        trial.run(&[
            "init".as_ref(),
            trial.directory.path(),
            "--connections".as_ref(),
            "NO".as_ref(),
        ]);
        let (package, key) = (tempfile::tempdir().expect("a directory"), keygen().expect("a key"));
        let library = build::cdylib("phytohub-gens-module");
        fs::copy(library, package.path().join(LIBRARY_FILE)).expect("copied");
        write_manifest(&ManifestDraft::new("gens", "0.1.0"), package.path()).expect("a manifest");
        sign(package.path(), &key).expect("signed");
        fs::write(trial.path("seal"), secret).expect("written");
        trial.configure(&TrustedKey::unlimited(key.public()).key.to_string());
        let config = trial.path("hub.toml");
        let install = ["plugin", "install"].map(Path::new);
        trial.run(&[install[0], install[1], package.path(), "--config".as_ref(), &config]);
        trial
    }

    /// Where the plugin keeps its files.
    pub(crate) fn data(&self) -> PathBuf {
        let data = self.path("plugin-data/gens");
        fs::create_dir_all(&data).expect("a directory");
        data
    }

    /// Starts the hub.
    pub(crate) fn serve(&self) -> Serving {
        let mut command = Command::new(&self.binary);
        command.args(["serve", "--https", "127.0.0.1:0", "--config"]).arg(self.path("hub.toml"));
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().expect("the hub starts");
        let mut lines = BufReader::new(child.stdout.take().expect("its output"));
        let mut pages = None;
        loop {
            let mut line = String::new();
            assert!(lines.read_line(&mut line).expect("a line") > 0, "the hub did not start");
            if let Some(address) = line.strip_prefix("pages http://") {
                pages = Some(address.trim_end().trim_end_matches('/').to_owned());
            }
            if line == "ready\n" {
                break;
            }
        }
        Serving { child, pages: pages.expect("a door for pages"), _lines: lines }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn configure(&self, key: &str) {
        let text = fs::read_to_string(self.path("hub.toml")).expect("a configuration");
        let trust = format!(
            "dev = true\ntrusted_keys = [{{ key = \"{key}\", plugins = [\"*\"], grants = [\"*\"] }}]"
        );
        let text = text.replace("[plugins]\n", &format!("[plugins]\n{trust}\n"));
        let text = text.replace("[web]\n", "[web]\nenabled = true\nlisten = \"127.0.0.1:0\"\n");
        fs::write(self.path("hub.toml"), text + SECTION).expect("written");
    }

    fn run(&self, arguments: &[&Path]) {
        let Output { status, stderr, .. } =
            Command::new(&self.binary).args(arguments).output().expect("the binary runs");
        assert!(status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&stderr));
    }
}

/// A hub that runs, until this is dropped.
pub(crate) struct Serving {
    child: Child,
    pages: String,
    _lines: BufReader<ChildStdout>,
}

impl Serving {
    /// A line of somebody's browser, which stays open.
    pub(crate) fn line(&self, cookie: &str) -> Wire {
        let stream = TcpStream::connect(&self.pages).expect("the door is open");
        stream.set_nodelay(true).expect("a socket");
        let head = format!("Host: {}\r\nCookie: {cookie}\r\n\r\n", self.pages);
        Wire { stream: BufReader::new(stream), head }
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // Nothing is kept that this could lose; one that has ended cannot be killed.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub(crate) struct Wire {
    stream: BufReader<TcpStream>,
    head: String,
}

impl Wire {
    /// Asks for a page and reads all of it; answers its size.
    pub(crate) fn get(&mut self, path: &str) -> usize {
        let request = format!("GET /gens/{path} HTTP/1.1\r\n{}", self.head);
        self.stream.get_mut().write_all(request.as_bytes()).expect("the hub reads");
        let mut size = None;
        let mut line = String::new();
        for place in 0.. {
            line.clear();
            self.stream.read_line(&mut line).expect("the hub answers");
            assert!(place > 0 || line.starts_with("HTTP/1.1 200"), "{path}: {line}");
            if line == "\r\n" {
                break;
            }
            let lower = line.to_ascii_lowercase();
            if let Some(length) = lower.strip_prefix("content-length:") {
                size = length.trim().parse().ok();
            }
        }
        let Some(size) = size else { return self.chunks() };
        self.read(size);
        size
    }

    /// What took the plugin long comes in chunks; answers the size of all.
    fn chunks(&mut self) -> usize {
        let mut all = 0;
        loop {
            let mut line = String::new();
            self.stream.read_line(&mut line).expect("the hub answers");
            let size = usize::from_str_radix(line.trim(), 16).expect("chunks say their length");
            self.read(size + "\r\n".len());
            if size == 0 {
                return all;
            }
            all += size;
        }
    }

    fn read(&mut self, size: usize) {
        let mut page = vec![0; size];
        self.stream.read_exact(&mut page).expect("the page is whole");
    }
}

const SECTION: &str = r#"
[plugin.gens]
version = "0.1.0"
grants = ["hub.data/1", "hub.envelopes/1", "hub.registry/1", "hub.audit/1", "hub.secrets/1"]
registers = ["GH"]
[plugin.gens.secrets]
gens-seal = "seal"
[plugin.gens.config]
[[plugin.gens.config.tenants]]
code = "GH"
country = "GH"
name = "Plant Health of Ghana"
training = false
"#;
