//! Comparisons: all contenders do the same work, and those that are not there are named.

use std::path::Path;
use std::process::Output;

use phytohub_load_tests::compare::{Comparison, Group, Round};
use tempfile::TempDir;

use crate::load::{assert_needs_nothing, load_program};

const JSON: &str = "compared.json";

fn directory() -> TempDir {
    TempDir::new_in(Path::new(env!("CARGO_TARGET_TMPDIR"))).expect("a directory")
}

/// What a comparison that went well wrote down.
fn compared(output: &Output, dir: &TempDir) -> Comparison {
    let told = |bytes| String::from_utf8_lossy(bytes).into_owned();
    assert!(output.status.success(), "{}{}", told(&output.stdout), told(&output.stderr));
    let text = std::fs::read_to_string(dir.path().join(JSON)).expect("written");
    serde_json::from_str(&text).expect("it can be read")
}

#[test]
fn the_hub_is_compared_with_its_ceiling() {
    let dir = directory();
    let output = load_program()
        .args(["compare", "--only", "hub,ceiling", "--seconds", "1", "--rounds", "2"])
        .args(["--kib", "4", "--in-flight", "8", "--json"])
        .arg(dir.path().join(JSON))
        .output()
        .expect("it runs");
    let compared = compared(&output, &dir);
    let names: Vec<&str> = compared.entries.iter().map(|entry| entry.name.as_str()).collect();
    assert_eq!(names, ["hub", "ceiling"]);
    assert_measured(&compared, 2);
    // What a hub takes for a repetition it does not store.
    let stored = |round: &Round| round.written_bytes >= round.messages * (4 << 10);
    assert!(compared.entries[0].rounds.iter().all(stored), "{:?}", compared.entries[0].rounds);
}

#[test]
fn the_door_over_quic_is_compared_with_bare_quinn() {
    let dir = directory();
    let output = load_program()
        .args(["compare", "--only", "quic,quic-ceiling", "--seconds", "1", "--rounds", "2"])
        .args(["--kib", "4,100", "--in-flight", "8", "--json"])
        .arg(dir.path().join(JSON))
        .output()
        .expect("it runs");
    let compared = compared(&output, &dir);
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(told.contains("messages by QUIC by those of bare quinn"), "{told}");
    assert_eq!(compared.entries.len(), 4);
    assert_measured(&compared, 2);
    for kib in [4, 100] {
        let quic = compared.at("quic", kib, 0).expect("measured");
        let stored = |round: &Round| round.written_bytes >= round.messages * ((kib as u64) << 10);
        assert!(quic.rounds.iter().all(stored), "{:?}", quic.rounds);
    }
}

#[test]
fn the_store_is_compared_with_its_ceiling_at_a_disk_that_is_slower_too() {
    let dir = directory();
    let html = dir.path().join("compared.html");
    let output = load_program()
        .args(["compare", "--only", "store,rocksdb", "--seconds", "0.5", "--rounds", "1"])
        .args(["--kib", "4", "--in-flight", "8", "--sync-delays-ms", "0,20", "--json"])
        .arg(dir.path().join(JSON))
        .arg("--html")
        .arg(&html)
        .output()
        .expect("it runs");
    let compared = compared(&output, &dir);
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(told.contains("store's messages by those of the bare RocksDB loop"), "{told}");
    assert_measured(&compared, 1);
    assert_eq!(compared.entries.len(), 4);
    for entry in &compared.entries {
        assert_eq!(entry.group, Group::Plain);
        let round = &entry.rounds[0];
        assert!(round.written_bytes >= round.messages * (4 << 10), "{}: {round:?}", entry.name);
        // A message is accepted by one sync and acknowledged by another.
        let shortest_us = entry.sync_delay_ms * 2 * 1000;
        assert!(round.p50_us >= shortest_us, "{}: {round:?}", entry.name);
    }
    assert_needs_nothing(&std::fs::read_to_string(html).expect("written"));
}

/// Each of them is asked for alone and together with none of ours: what is not there is named, and
/// no reason to fail; what is there works.
#[test]
fn peers_are_measured_or_skipped_by_name_with_what_to_install() {
    let dir = directory();
    let names = ["nats", "rabbitmq", "postgres", "postgres-plain-batch"];
    let output = load_program()
        .args(["compare", "--only", &names.join(","), "--seconds", "0.5", "--rounds", "1"])
        .args(["--kib", "4", "--in-flight", "8", "--json"])
        .arg(dir.path().join(JSON))
        .output()
        .expect("it runs");
    let compared = compared(&output, &dir);
    assert_measured(&compared, 1);
    for name in names {
        let measured = compared.at(name, 4, 0).is_some();
        let skipped = compared.skipped.iter().find(|skipped| skipped.name == name);
        assert!(measured != skipped.is_some(), "{name}: {:?}", compared.skipped);
        if let Some(skipped) = skipped {
            assert!(skipped.why.contains("install"), "{name}: {}", skipped.why);
        }
    }
}

#[test]
fn a_peer_that_is_not_there_is_skipped_and_the_rest_is_measured() {
    let dir = directory();
    let html = dir.path().join("compared.html");
    let output = load_program()
        .env("NATS_SERVER", dir.path().join("nowhere"))
        .args(["compare", "--only", "ceiling,nats", "--seconds", "0.3", "--rounds", "1"])
        .args(["--kib", "1", "--in-flight", "4", "--json"])
        .arg(dir.path().join(JSON))
        .arg("--html")
        .arg(&html)
        .output()
        .expect("it runs");
    let compared = compared(&output, &dir);
    assert_measured(&compared, 1);
    assert_eq!(compared.entries.len(), 1);
    assert_eq!(compared.skipped[0].name, "nats");
    let page = std::fs::read_to_string(html).expect("written");
    assert!(page.contains("nats was skipped") && page.contains("hyper 1 and rustls"), "{page}");
    assert_needs_nothing(&page);
}

#[test]
fn a_contender_that_nobody_knows_is_refused() {
    let output = load_program().args(["compare", "--only", "hub,postfix"]).output();
    let output = output.expect("it runs");
    assert!(!output.status.success());
    let words = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(words.contains("postfix") && words.contains("rabbitmq"), "{words}");
}

fn assert_measured(compared: &Comparison, rounds: usize) {
    for entry in &compared.entries {
        assert_eq!(entry.rounds.len(), rounds, "{}", entry.name);
        assert!(!entry.settings.is_empty(), "{}", entry.name);
        for round in &entry.rounds {
            let worked = round.messages > 0 && round.errors.is_empty();
            // It is told in hundredths of a second: little work may take none.
            let told = round.cpu_seconds > 0.0 || round.messages < 1_000;
            assert!(worked && told, "{}: {round:?}", entry.name);
        }
    }
}
