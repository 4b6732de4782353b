//! How many instructions the readers of requests and of documents need, counted by callgrind, and
//! how many quick-xml's event loop needs for the same bytes in the same run: counts do not depend
//! on what else the machine does, and the ratio hardly on which machine it is.
//!
//! The bench starts itself under `valgrind --tool=callgrind` for each count. One reading is the
//! difference of a process that reads many times and one that reads once: tables that are made when
//! they are first looked at are in both. The run fails if a ratio is above what is said at the end.

#![forbid(unsafe_code)]

use std::hint::black_box;
use std::process::{Command, Stdio};

use bytes::Bytes;
use phytohub_benches::fixtures::{self, Form};
use phytohub_domain::Limits;
use phytohub_sps::{EmbeddedCodes, SpsDocument};
use phytohub_wire::soap;
use quick_xml::NsReader;
use quick_xml::events::Event;

fn main() {
    let words: Vec<String> = std::env::args().collect();
    match words.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        [_, COUNTED, reader, input, times] => {
            run(reader, input, times.parse().expect("a number"));
        }
        [_, .., "--list"] => {}
        _ => compare(),
    }
}

#[expect(clippy::print_stdout, reason = "the ratios are what the run is for")]
fn compare() {
    let mut above = Vec::new();
    for (reader, form, ratio_max) in READERS {
        for input in fixtures::SIZES.map(|size| format!("{form}_{}", size >> 10)) {
            let (ours, theirs) = (count(reader, &input), count(QUICK_XML, &input));
            let ratio = ours / theirs;
            let bytes = bytes_of(&input).len() as f64;
            println!(
                "instructions/{reader}/{input}: {ours:.0} ({:.2} a byte), quick-xml {theirs:.0}, \
                 ratio {ratio:.3} (at most {ratio_max})",
                ours / bytes
            );
            if ratio > ratio_max {
                above.push(format!("{reader}/{input} ratio={ratio:.3} most={ratio_max}"));
            }
        }
    }
    assert!(above.is_empty(), "too many instructions: {}", above.join(", "));
}

/// Instructions of one reading.
fn count(reader: &str, input: &str) -> f64 {
    let once = collected(reader, input, 1);
    (collected(reader, input, 1 + TIMES) - once) as f64 / TIMES as f64
}

/// Instructions of a process that reads so many times.
fn collected(reader: &str, input: &str, times: u64) -> u64 {
    let own = std::env::current_exe().expect("this program has a path");
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(own)
        .args([COUNTED, reader, input, &times.to_string()])
        .stdin(Stdio::null())
        .output()
        .expect("valgrind is there: .ci/setup installs it");
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{told}");
    let total = told.lines().find_map(|line| line.split_once("Collected :"));
    total.and_then(|(_, count)| count.trim().parse().ok()).expect("callgrind tells the total")
}

/// What is counted, in a process of its own.
fn run(reader: &str, input: &str, times: u64) {
    let bytes = Bytes::from(bytes_of(input));
    for _ in 0..times {
        let bytes = black_box(&bytes);
        match reader {
            "request" => {
                let read = soap::read_request(bytes.clone(), Some("utf-8"), &Limits::default());
                drop(black_box(read.expect("the fixture is a request")));
            }
            "document" => {
                let limits = phytohub_sps::Limits::default();
                drop(black_box(SpsDocument::read(bytes, &limits)));
            }
            "validation" => {
                let limits = phytohub_sps::Limits::default();
                drop(black_box(SpsDocument::validate(bytes, &EmbeddedCodes, &limits)));
            }
            _ => event_loop(bytes),
        }
    }
}

/// All events of a document with their namespaces, and nothing done about them.
fn event_loop(bytes: &[u8]) {
    let mut reader = NsReader::from_reader(bytes);
    loop {
        match reader.read_resolved_event().expect("the fixture is well-formed") {
            (_, Event::Eof) => return,
            event => drop(black_box(event)),
        }
    }
}

/// A request with its content in one of the forms, or a document.
fn bytes_of(input: &str) -> Vec<u8> {
    let (form, kib) = input.split_once('_').expect("a form and a size");
    let bytes = kib.parse::<usize>().expect("a size") << 10;
    match Form::ALL.into_iter().find(|known| known.as_str() == form) {
        Some(form) => fixtures::deliver_envelope(bytes, form),
        None => fixtures::document(bytes).into_bytes(),
    }
}

/// First word of a process whose instructions are counted.
const COUNTED: &str = "counted";
const QUICK_XML: &str = "quick-xml";
/// Enough that what differs between two starts of a process does not show.
const TIMES: u64 = 20;
/// What reads which form, and the most that it may need of quick-xml's instructions: a tenth more
/// than it needed of any size when this was written. Validation reads, and applies all rules.
const READERS: [(&str, &str, f64); 4] = [
    ("request", "escaped", 0.33),
    ("request", "cdata", 0.89),
    ("document", "plain", 0.62),
    ("validation", "plain", 0.85),
];
