//! Reading and validating certificates, held against the least that any reader must do, quick-xml's
//! bare event loop with namespaces, and against libxml2's validation by the schema.
//!
//! After the measurements all are timed again side by side; the run fails if validation is slower
//! than half the event loop, or less than twice as fast as libxml2.

#![forbid(unsafe_code)]

use std::hint::black_box;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use criterion::{BenchmarkId, Criterion, Throughput};
use libxml::parser::Parser;
use libxml::schemas::{SchemaParserContext, SchemaValidationContext};
use phytohub_sps::sample::Shape;
use phytohub_sps::{EmbeddedCodes, Limits, SpsDocument};
use quick_xml::NsReader;
use quick_xml::events::Event;

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    measure(&mut criterion);
    criterion.final_summary();
    // A list of the benches, or a profile of one, is not a run.
    if !std::env::args().any(|argument| argument == "--list" || argument == "--profile-time") {
        compare();
    }
}

fn measure(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("sps");
    for (name, xml) in inputs() {
        group.throughput(Throughput::Bytes(xml.len() as u64));
        group.bench_with_input(BenchmarkId::new("validate", name), &xml, |bencher, xml| {
            bencher.iter(|| validate(black_box(xml)));
        });
        group.bench_with_input(BenchmarkId::new("read", name), &xml, |bencher, xml| {
            let limits = Limits::default();
            bencher.iter(|| SpsDocument::read(black_box(xml.as_bytes()), &limits).findings.len());
        });
        group.bench_with_input(BenchmarkId::new("event_loop", name), &xml, |bencher, xml| {
            bencher.iter(|| event_loop(black_box(xml)));
        });
    }
    group.finish();
}

/// Times all in turns and keeps the best of each: what the machine does besides cannot be in it.
#[expect(clippy::print_stdout, reason = "the ratios are what the run is for")]
fn compare() {
    let mut schema = schema();
    let (mut slowest, mut closest) = (f64::INFINITY, f64::INFINITY);
    for (name, xml) in inputs() {
        let [mut ours, mut floor, mut libxml2] = [Duration::MAX; 3];
        let times = (BYTES_A_ROUND / xml.len()).max(1);
        for _ in 0..ROUNDS {
            ours = ours.min(time(times, || {
                black_box(validate(black_box(&xml)));
            }));
            floor = floor.min(time(times, || {
                black_box(event_loop(black_box(&xml)));
            }));
            if let Some(schema) = &mut schema {
                libxml2 = libxml2.min(time(1, || validate_with_libxml2(schema, black_box(&xml))));
            }
        }
        let micros = |spent: Duration, times: usize| spent.as_secs_f64() * 1e6 / times as f64;
        let (ours, floor) = (micros(ours, times), micros(floor, times));
        let ratio = floor / ours;
        print!("sps/validate/{name}: {ours:.1} us, event loop {floor:.1} us, ratio {ratio:.2}");
        slowest = slowest.min(ratio);
        if schema.is_some() {
            let libxml2 = micros(libxml2, 1);
            print!("; libxml2 {libxml2:.0} us, {:.0} times as fast", libxml2 / ours);
            closest = closest.min(libxml2 / ours);
        }
        println!();
    }
    assert!(slowest >= RATIO_MIN, "validation is too slow ratio={slowest:.2} least={RATIO_MIN}");
    assert!(closest >= LIBXML2_MIN, "too close to libxml2 times={closest:.1} least={LIBXML2_MIN}");
}

/// A small certificate, one with every field, one with a hundred namespaces in scope, and one with
/// attachments: the sizes of real messages.
fn inputs() -> [(&'static str, String); 4] {
    let full = Shape { full: true, ..Shape::default() };
    let small = Shape { bytes: Some(5 << 10), ..Shape::default() };
    let two = Shape { lines: 2, ..full.clone() };
    let many = Shape { lines: 3, bytes: Some(31 << 10), ..full.clone() };
    let large = Shape { lines: 2, attachments: 6, bytes: Some(221 << 10), ..full };
    let declared: String = (0..97).map(|n| format!(" xmlns:ns{n}=\"urn:example:{n}\"")).collect();
    let mut namespaces = many.certificate().to_xml();
    namespaces = namespaces.replacen(" xmlns:rsm=", &format!("{declared} xmlns:rsm="), 1);
    [
        ("5kib", small.certificate().to_xml()),
        ("12kib", two.certificate().to_xml()),
        ("31kib_100_namespaces", namespaces),
        ("221kib_attachments", large.certificate().to_xml()),
    ]
}

fn validate(xml: &str) -> usize {
    let reading = SpsDocument::validate(xml.as_bytes(), &EmbeddedCodes, &Limits::default());
    assert!(reading.is_well_formed() && !reading.is_severe(), "the fixture is sound");
    reading.findings.len()
}

fn event_loop(xml: &str) -> usize {
    let mut reader = NsReader::from_str(xml);
    let mut events = 0;
    loop {
        match reader.read_resolved_event().expect("the fixture is well-formed") {
            (_, Event::Eof) => return events,
            event => {
                black_box(&event);
                events += 1;
            }
        }
    }
}

fn validate_with_libxml2(schema: &mut SchemaValidationContext, xml: &str) {
    let document = Parser::default().parse_string(xml).expect("the fixture is well-formed");
    let _ = black_box(schema.validate_document(&document));
}

/// The official schema, which lies outside the project; without it there is nothing to compare.
#[expect(clippy::print_stderr, reason = "a skipped comparison must be seen")]
fn schema() -> Option<SchemaValidationContext> {
    let path = std::env::var_os("PHYTOHUB_REFERENCE")
        .map_or_else(
            || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/reference"),
            PathBuf::from,
        )
        .join("xsd-17A/data/standard/SPSCertificate_17p0.xsd");
    if !path.exists() {
        eprintln!("skipped: reference schema not found at {}", path.display());
        return None;
    }
    let mut parser = SchemaParserContext::from_file(path.to_str().expect("a path in UTF-8"));
    SchemaValidationContext::from_parser(&mut parser).ok()
}

#[expect(clippy::disallowed_methods, reason = "a bench measures with the real clock")]
fn time(times: usize, mut action: impl FnMut()) -> Duration {
    let start = Instant::now();
    for _ in 0..times {
        action();
    }
    start.elapsed()
}

/// Half the speed of the bare event loop.
const RATIO_MIN: f64 = 0.5;
/// Against parsing and validating with the compiled schema. Not reached: the bare event loop itself
/// is three to seven times as fast as libxml2 on these inputs.
const LIBXML2_MIN: f64 = 20.0;
const ROUNDS: usize = 60;
/// About a millisecond of work, so that a round is long against the clock's own cost.
const BYTES_A_ROUND: usize = 512 << 10;
