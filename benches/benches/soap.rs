//! Finding the header and the content of a request and checking all of it, held against the least
//! that any reader must do: one search for `<` and `&`, and one check for UTF-8. And writing a
//! reply with a content in it, held against copying the content.
//!
//! After the measurements both are timed again side by side; the run fails if reading is slower
//! than half of the least, or if writing takes more than some microseconds beside the copy.

#![forbid(unsafe_code)]

use std::hint::black_box;
use std::time::{Duration, Instant};

use bytes::Bytes;
use criterion::{BenchmarkId, Criterion, Throughput};
use phytohub_benches::fixtures::{self, Form};
use phytohub_domain::{EnvelopeHeader, Limits, TrackingInfo};
use phytohub_wire::soap::{self, Request};

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
    let limits = Limits::default();
    let mut group = criterion.benchmark_group("soap/read");
    for (form, body) in inputs() {
        let kib = body.len().div_ceil(1024);
        group.throughput(Throughput::Bytes(body.len() as u64));
        group.bench_with_input(BenchmarkId::new(form.as_str(), kib), &body, |bencher, body| {
            bencher.iter(|| read(black_box(body), &limits));
        });
        let name = format!("{}_least", form.as_str());
        group.bench_with_input(BenchmarkId::new(name, kib), &body, |bencher, body| {
            bencher.iter(|| least(black_box(body)));
        });
    }
    group.finish();
    let mut group = criterion.benchmark_group("soap/write");
    for bytes in fixtures::SIZES {
        let (header, content) = (header(), vec![b'x'; bytes]);
        group.throughput(Throughput::Bytes(bytes as u64));
        group.bench_function(BenchmarkId::new("pulled", bytes >> 10), |bencher| {
            bencher.iter(|| write(black_box(&header), black_box(&content)));
        });
    }
    group.finish();
}

/// Times both in turns and keeps the best of each: what the machine does besides cannot be in it.
#[expect(clippy::print_stdout, reason = "the ratios are what the run is for")]
fn compare() {
    let limits = Limits::default();
    let mut slowest = f64::INFINITY;
    for (form, body) in inputs() {
        let (mut ours, mut floor) = (Duration::MAX, Duration::MAX);
        let times = (BYTES_A_ROUND / body.len()).max(1);
        for _ in 0..ROUNDS {
            ours = ours.min(time(times, || drop(read(black_box(&body), &limits))));
            floor = floor.min(time(times, || {
                black_box(least(black_box(&body)));
            }));
        }
        let ratio = floor.as_secs_f64() / ours.as_secs_f64();
        let rate = |spent: Duration| (body.len() * times) as f64 / spent.as_secs_f64() / 1e9;
        let (form, bytes) = (form.as_str(), body.len());
        let (ours, floor) = (rate(ours), rate(floor));
        println!(
            "soap/read/{form}/{bytes}: {ours:.2} GB/s, least {floor:.2} GB/s, ratio {ratio:.2}"
        );
        slowest = slowest.min(ratio);
    }
    assert!(slowest >= RATIO_MIN, "reading is too slow ratio={slowest:.2} least={RATIO_MIN}");
    let header = header();
    for bytes in fixtures::SIZES {
        let content = vec![b'x'; bytes];
        let (mut ours, mut copy) = (Duration::MAX, Duration::MAX);
        for _ in 0..ROUNDS {
            ours = ours.min(time(WRITES, || drop(write(black_box(&header), black_box(&content)))));
            copy = copy.min(time(WRITES, || drop(black_box(content.clone()))));
        }
        let beside = ours.saturating_sub(copy) / u32::try_from(WRITES).expect("few");
        println!("soap/write/{bytes}: {beside:.1?} beside the copy of the content");
        assert!(beside <= BESIDE_MAX, "writing takes too long beside the copy: {beside:?}");
    }
}

/// An envelope pulled: what a hub says of it.
fn header() -> EnvelopeHeader {
    EnvelopeHeader {
        from: "NO".into(),
        to: "NL".into(),
        certificate_type: 851,
        certificate_status: 70,
        nppo_certificate_number: "NO-2026-0001234".into(),
        hub_delivery_number: Some("06E8A1B2C3D4E5F6G7H8J9K0MN".into()),
        tracking_info: Some(TrackingInfo::PendingDelivery),
        ..EnvelopeHeader::default()
    }
}

fn write(header: &EnvelopeHeader, content: &[u8]) -> Vec<u8> {
    soap::pull_single_import_envelope(header).splice(&[content])
}

fn inputs() -> impl Iterator<Item = (Form, Bytes)> {
    Form::ALL.into_iter().flat_map(|form| {
        fixtures::SIZES.map(|size| {
            let body = Bytes::from(fixtures::deliver_envelope(size, form));
            // Shared now, so that the counter is not allocated while the clock runs.
            drop(body.clone());
            (form, body)
        })
    })
}

fn read(body: &Bytes, limits: &Limits) -> Request {
    soap::read_request(body.clone(), Some("utf-8"), limits).expect("the fixture is a request")
}

fn least(body: &[u8]) -> (usize, bool) {
    let marks = memchr::memchr2_iter(b'<', b'&', body).count();
    (marks, simdutf8::basic::from_utf8(body).is_ok())
}

#[expect(clippy::disallowed_methods, reason = "a bench measures with the real clock")]
fn time(times: usize, mut action: impl FnMut()) -> Duration {
    let start = Instant::now();
    for _ in 0..times {
        action();
    }
    start.elapsed()
}

/// Half the speed of the least that must be done.
const RATIO_MIN: f64 = 0.5;
/// A reply is 900 bytes of text around its content.
const BESIDE_MAX: Duration = Duration::from_micros(5);
const WRITES: usize = 20;
/// Many short rounds: some will pass without anything else running.
const ROUNDS: usize = 400;
/// A quarter of a millisecond of work: long against the clock's own cost.
const BYTES_A_ROUND: usize = 512 << 10;
