//! Where an envelope goes: who calls, who is named, what their standing orders say. Without
//! orders, and with as many as the two owners may have.
//!
//! After the measurements the decision is timed beside the reading of the same request; the run
//! fails if it takes longer than the reading of the smallest one, or grows with the content.

#![forbid(unsafe_code)]

use std::hint::black_box;
use std::time::Instant;

use bytes::Bytes;
use criterion::{BenchmarkId, Criterion, Throughput};
use phytohub_benches::fixtures::{self, Form};
use phytohub_benches::office::Office;
use phytohub_domain::{Fingerprint, Limits};
use phytohub_store::StoreConfig;
use phytohub_wire::soap::{self, Header, Request};

fn main() {
    let directories =
        [tempfile::tempdir().expect("a place"), tempfile::tempdir().expect("another")];
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let [plain, ordered] = directories.each_ref().map(|directory| {
        let office = Office::open(StoreConfig::new(directory.path()));
        runtime.block_on(register(&office));
        office
    });
    runtime.block_on(order(&ordered));
    assert_eq!(decide(&plain, &header(fixtures::SIZES[0])), 0, "no copies");
    assert_eq!(decide(&ordered, &header(fixtures::SIZES[0])), COPIES, "one for each order of it");

    let mut criterion = Criterion::default().configure_from_args();
    measure(&mut criterion, [("plain", &plain), ("ordered", &ordered)]);
    criterion.final_summary();
    // A list of the benches, or a profile of one, is not a run.
    if !std::env::args().any(|argument| argument == "--list" || argument == "--profile-time") {
        compare([("plain", &plain), ("ordered", &ordered)]);
    }
    plain.close();
    ordered.close();
}

fn measure(criterion: &mut Criterion, offices: [(&str, &Office); 2]) {
    let mut group = criterion.benchmark_group("routing");
    for (name, office) in offices {
        for bytes in fixtures::SIZES {
            let (body, header) = (body(bytes), header(bytes));
            group.throughput(Throughput::Bytes(body.len() as u64));
            group.bench_function(BenchmarkId::new(name, bytes >> 10), |bencher| {
                bencher.iter(|| decide(office, black_box(&header)));
            });
            group.bench_function(
                BenchmarkId::new(format!("read_and_{name}"), bytes >> 10),
                |bencher| bencher.iter(|| decide(office, &read(black_box(&body)))),
            );
        }
    }
    group.finish();
}

/// Times all in turns and keeps the best of each: what the machine does besides cannot be in it.
#[expect(clippy::print_stdout, reason = "the ratios are what the run is for")]
fn compare(offices: [(&str, &Office); 2]) {
    let smallest = body(fixtures::SIZES[0]);
    let [least, most] = [0, fixtures::SIZES.len() - 1].map(|place| header(fixtures::SIZES[place]));
    for (name, office) in offices {
        let [mut reading, mut small, mut large] = [f64::INFINITY; 3];
        for _ in 0..ROUNDS {
            reading = reading.min(nanos(|| read(black_box(&smallest))));
            small = small.min(nanos(|| decide(office, black_box(&least))));
            large = large.min(nanos(|| decide(office, black_box(&most))));
        }
        let (ratio, growth) = (small / reading, large / small);
        println!(
            "routing/{name}: {small:.0} ns, reading 4 KiB {reading:.0} ns, ratio {ratio:.2}; \
             of 256 KiB {large:.0} ns, ratio {growth:.2}"
        );
        assert!(ratio <= RATIO_MAX, "deciding takes {ratio:.2} times as long as reading");
        assert!(growth <= GROWTH_MAX, "deciding grows with the content: {growth:.2} times");
    }
}

/// Everybody whom the world has, as far as the hub knows them, and channels.
async fn register(office: &Office) {
    office.register("NO", NO).await;
    office.register("NL", NO + 1).await;
    for byte in NO + 2..CONNECTIONS {
        office.register(&format!("QX-{byte}"), byte).await;
    }
    for byte in CONNECTIONS..CONNECTIONS + CHANNELS {
        office.channel(&format!("CH-{byte}"), byte).await;
    }
}

/// As many orders as owners may have: half of them about the other side, half about others.
async fn order(office: &Office) {
    for (owner, other, direction) in [("NO", "NL", "OUT"), ("NL", "NO", "INC")] {
        for place in 0..CHANNELS {
            let country = if place % 2 == 0 { other } else { "QX-9" };
            let channel = format!("CH-{}", CONNECTIONS + place);
            office.forward(owner, &channel, direction, country).await;
        }
    }
}

fn body(bytes: usize) -> Bytes {
    Bytes::from(fixtures::deliver_envelope(bytes, Form::Escaped))
}

fn header(bytes: usize) -> Header {
    read(&body(bytes))
}

fn read(body: &Bytes) -> Header {
    match soap::read_request(body.clone(), Some("utf-8"), &Limits::default()) {
        Ok(Request::DeliverEnvelope(envelope)) => envelope.header,
        other => unreachable!("another request: {other:?}"),
    }
}

/// What is done with each delivery before the store is asked. Gives the number of copies.
fn decide(office: &Office, header: &Header) -> usize {
    let address = std::net::Ipv4Addr::LOCALHOST.into();
    let caller = office.hub.identify(Some(Fingerprint([NO; 32])), address).expect("registered");
    office.hub.destination(&caller, header).expect("it may go").copies.len()
}

/// Nanoseconds that one `action` takes.
#[expect(clippy::disallowed_methods, reason = "a bench measures with the real clock")]
fn nanos<T>(mut action: impl FnMut() -> T) -> f64 {
    let start = Instant::now();
    for _ in 0..TIMES {
        black_box(action());
    }
    start.elapsed().as_nanos() as f64 / f64::from(TIMES)
}

/// Byte of the sender's certificate.
const NO: u8 = 1;
/// As many as the real hub had when it was last counted.
const CONNECTIONS: u8 = 136;
/// Half of the copies that an envelope may have, which is what an owner may order in a direction.
const CHANNELS: u8 = 8;
/// The two owners order the same four.
const COPIES: usize = 4;
/// Deciding is some look-ups in memory; reading 4 KiB is the least that a delivery costs besides.
const RATIO_MAX: f64 = 1.0;
/// The content is no part of it; what is left is noise.
const GROWTH_MAX: f64 = 1.5;
const ROUNDS: usize = 200;
/// A round of some hundred microseconds.
const TIMES: u32 = 200;
