//! libxml2, the parser of most of the hub's callers, as a judge: one process for the whole run.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Mutex, OnceLock, PoisonError};

/// What libxml2 found in a document.
#[derive(Debug, Default)]
pub(crate) struct Reading {
    verdict: u8,
    events: Vec<(u8, Vec<u8>)>,
}

/// One element of this name: its text, and whether anything but text is inside.
#[derive(Debug, Default, Eq, PartialEq)]
pub(crate) struct Found {
    pub(crate) text: Vec<u8>,
    pub(crate) markup: bool,
}

impl Reading {
    /// Well-formed, with every prefix bound.
    pub(crate) fn is_good(&self) -> bool {
        self.verdict == b'+'
    }

    /// Not well-formed, or with a prefix that is not bound.
    pub(crate) fn is_bad(&self) -> bool {
        self.verdict == b'-'
    }

    /// All elements of this namespace and local name, in order.
    pub(crate) fn elements(&self, space: &str, local: &str) -> Vec<Found> {
        let name = format!("{space} {local}").into_bytes();
        let (mut found, mut depth, mut inside) = (Vec::new(), 0_usize, None);
        for (kind, value) in &self.events {
            match (kind, inside) {
                (b'E', None) if *value == name => {
                    inside = Some(depth);
                    found.push(Found::default());
                }
                (b'E' | b'M', Some(_)) => found.last_mut().expect("just pushed").markup = true,
                (b'T', Some(_)) => found.last_mut().expect("just pushed").text.extend(value),
                _ => {}
            }
            match kind {
                b'E' => depth += 1,
                b'X' => {
                    depth -= 1;
                    inside = inside.filter(|start| *start != depth);
                }
                _ => {}
            }
        }
        found
    }

    /// Whether there is a document type declaration, a comment or a processing instruction.
    pub(crate) fn has_markup(&self) -> bool {
        self.events.iter().any(|(kind, _)| *kind == b'M')
    }
}

/// Reads a document with libxml2; nothing if this machine has none, which is a failure in CI.
#[expect(clippy::print_stderr, reason = "a skipped comparison must be seen")]
pub(crate) fn read(document: &[u8]) -> Option<Reading> {
    static JUDGE: OnceLock<Option<Mutex<Judge>>> = OnceLock::new();
    let judge = JUDGE.get_or_init(|| {
        let judge = Judge::start().map(Mutex::new);
        if judge.is_none() {
            assert!(std::env::var_os("CI").is_none(), "python3 or libxml2.so.2 is missing");
            eprintln!("skipped: python3 or libxml2.so.2 is not installed");
        }
        judge
    });
    let judge = judge.as_ref()?;
    Some(judge.lock().unwrap_or_else(PoisonError::into_inner).read(document))
}

struct Judge {
    _child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Judge {
    fn start() -> Option<Self> {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/libxml2.py");
        let mut child = Command::new("python3")
            .arg(script)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .ok()?;
        let (input, output) = (child.stdin.take()?, BufReader::new(child.stdout.take()?));
        let mut judge = Self { _child: child, input, output };
        let mut line = String::new();
        judge.output.read_line(&mut line).ok()?;
        (line == "ready\n").then_some(judge)
    }

    fn read(&mut self, document: &[u8]) -> Reading {
        let length = u32::try_from(document.len()).expect("a small document").to_le_bytes();
        self.input.write_all(&length).expect("the judge listens");
        self.input.write_all(document).expect("the judge listens");
        let verdict = self.bytes(1).first().copied().unwrap_or_default();
        let mut reading = Reading { verdict, events: Vec::new() };
        loop {
            let kind = self.bytes(1).first().copied().unwrap_or(b'.');
            let length = self.bytes(4).try_into().map_or(0, u32::from_le_bytes);
            let value = self.bytes(length as usize);
            if kind == b'.' {
                return reading;
            }
            reading.events.push((kind, value));
        }
    }

    fn bytes(&mut self, count: usize) -> Vec<u8> {
        let mut bytes = vec![0; count];
        self.output.read_exact(&mut bytes).expect("the judge answers");
        bytes
    }
}
