//! The operator's commands, with a running hub and without.

use std::fs;

use phytohub_wire::soap::client as soap;

use crate::support::{Trial, argument, deliver, fault, refused, state, told};

/// Registers a connection with a certificate of another trial, removes it again, and looks.
fn registry_is_changed(trial: &Trial) {
    let other = Trial::new();
    let certificate = argument(&other.path("pki/NO.pem"));
    let added = trial.json(&[
        "connection",
        "add",
        "EU-TRACES",
        "--name",
        "TRACES NT",
        "--serves",
        "FR,DE",
        "--accepts",
        "851/70",
        "--certificate",
        &certificate,
    ]);
    assert_eq!(added["mode"], "test");
    assert_eq!(added["serves"], serde_json::json!(["FR", "DE"]));
    assert_eq!(added["accepts"], serde_json::json!([[851, 70]]));
    let fingerprint = added["certificates"][0]["fingerprint"].as_str().expect("a fingerprint");

    let taken = trial.run(&["connection", "certificate", "add", "NO", &certificate]);
    refused(&taken, 1, &["EU-TRACES", fingerprint]);
    let shown = trial.run(&["connection", "certificate", "remove", "EU-TRACES", fingerprint]);
    assert!(shown.status.success() && told(&shown).contains("removed"), "{}", told(&shown));
    let again = trial.run(&["connection", "certificate", "remove", "EU-TRACES", fingerprint]);
    refused(&again, 1, &["no such certificate"]);

    assert_eq!(trial.json(&["connection", "disable", "EU-TRACES"])["enabled"], false);
    assert_eq!(trial.json(&["connection", "enable", "EU-TRACES"])["enabled"], true);
    let twice = trial.run(&["connection", "add", "EU-TRACES", "--name", "another"]);
    refused(&twice, 1, &["EU-TRACES"]);
    refused(&trial.run(&["connection", "show", "XX"]), 1, &["XX"]);

    let listed = trial.json(&["connection", "list"]);
    let codes: Vec<&str> =
        listed.as_array().expect("a list").iter().filter_map(|c| c["code"].as_str()).collect();
    assert_eq!(codes, ["AR", "EU-TRACES", "LK", "NO"]);
}

#[test]
fn the_registry_is_changed_over_the_socket() {
    let trial = Trial::new();
    let hub = trial.serve();
    registry_is_changed(&trial);
    assert_eq!(hub.stop().code, Some(0));
}

#[test]
fn the_registry_is_changed_in_the_store_when_no_hub_runs() {
    registry_is_changed(&Trial::new());
}

#[test]
fn the_socket_of_a_killed_hub_does_not_stand_in_the_way() {
    let trial = Trial::new();
    let mut hub = trial.serve();
    hub.signal(rustix::process::Signal::KILL);
    hub.wait();
    assert!(trial.path("run/admin.sock").exists());
    assert!(trial.json(&["connection", "list"]).is_array());
    assert_eq!(trial.serve().stop().code, Some(0));
}

#[test]
fn a_file_without_a_certificate_is_told() {
    let trial = Trial::new();
    let key = argument(&trial.path("pki/NO.key"));
    let output = trial.run(&["connection", "certificate", "add", "NO", &key]);
    refused(&output, 64, &["no certificate", "NO.key"]);
    fs::write(trial.path("junk"), b"\x30\x03junk").expect("written");
    let junk = argument(&trial.path("junk"));
    let output = trial.run(&["connection", "add", "SE", "--name", "S", "--certificate", &junk]);
    refused(&output, 64, &["no X.509 certificate", "junk"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn changes_hold_for_the_next_request_on_an_open_socket() {
    let trial = Trial::new();
    let hub = trial.serve();
    let mut client = hub.client("LK").await;
    deliver(&mut client, "LK", "NO").await;
    let unknown = "NPPO from client certificate not found";

    trial.json(&["connection", "disable", "LK"]);
    assert_eq!(fault(&mut client, soap::get_profile()).await, unknown);
    trial.json(&["connection", "enable", "LK"]);
    // The hub reads nothing from strangers, so it closed that socket.
    let mut client = hub.client("LK").await;
    deliver(&mut client, "LK", "NO").await;

    let shown = trial.json(&["connection", "show", "LK"]);
    let fingerprint = shown["certificates"][0]["fingerprint"].as_str().expect("a fingerprint");
    trial.json(&["connection", "certificate", "remove", "LK", fingerprint]);
    assert_eq!(fault(&mut client, soap::get_profile()).await, unknown);

    let own = argument(&trial.path("pki/LK.pem"));
    trial.json(&["connection", "certificate", "add", "LK", &own, "--scope", "read"]);
    let mut client = hub.client("LK").await;
    let body = soap::deliver_envelope(&crate::support::header("LK", "NO"), "x");
    let message = fault(&mut client, body).await;
    assert!(message.contains("send"), "{message}");
}

#[tokio::test(flavor = "multi_thread")]
async fn envelopes_are_looked_at_and_decided_about() {
    let trial = Trial::new();
    let hub = trial.serve();
    let mut sender = hub.client("LK").await;
    let first = deliver(&mut sender, "LK", "NO").await;
    let second = deliver(&mut sender, "LK", "NO").await;

    let listed = trial.json(&["envelope", "list", "--to", "NO", "--limit", "1"]);
    assert_eq!(listed[0]["number"], first.as_str());
    let after = listed[0]["sequence"].to_string();
    let listed = trial.json(&["envelope", "list", "--to", "NO", "--after", &after]);
    assert_eq!(listed[0]["number"], second.as_str());

    let parked = trial.json(&["envelope", "park", &first, "--reason", "looks odd"]);
    assert_eq!(parked["parked"], true);
    assert_eq!(state(&mut sender, &first).await, "PendingDelivery");
    trial.json(&["envelope", "unpark", &first, "--reason", "is fine"]);
    let failed = trial.json(&["envelope", "fail", &second, "--reason", "withdrawn"]);
    assert_eq!(failed["tracking_info"], "FailedDelivery");
    assert_eq!(state(&mut sender, &second).await, "FailedDelivery");
    refused(&trial.run(&["envelope", "fail", &second, "--reason", "x"]), 1, &["FailedDelivery"]);

    assert_eq!(hub.stop().code, Some(0));
    let history = trial.json(&["envelope", "history", &first]);
    let kinds: Vec<&str> =
        history.as_array().expect("a list").iter().filter_map(|e| e["kind"].as_str()).collect();
    assert_eq!(kinds, ["EnvelopeAccepted", "EnvelopeParked", "EnvelopeUnparked"]);
    let shown = trial.run(&["envelope", "show", &first]);
    assert!(told(&shown).contains("PendingDelivery"), "{}", told(&shown));
    let unknown = "00000000000000000000000000";
    refused(&trial.run(&["envelope", "show", unknown]), 1, &[unknown]);
    refused(&trial.run(&["envelope", "history", unknown]), 1, &[unknown]);
}

#[test]
fn the_clock_is_shown_and_accepted() {
    let trial = Trial::new();
    assert!(trial.json(&["clock", "show"])["suspicion"].is_null());
    let hub = trial.serve();
    assert!(trial.json(&["clock", "accept"])["suspicion"].is_null());
    assert!(told(&trial.run(&["clock", "show"])).contains("believed"));
    assert_eq!(hub.stop().code, Some(0));
}

#[test]
fn a_closed_stdout_is_no_bug() {
    let trial = Trial::new();
    let mut child = crate::support::phytohub()
        .args(["connection", "list", "--config", &trial.config()])
        .stdout(std::process::Stdio::piped())
        .spawn()
        .expect("the binary runs");
    drop(child.stdout.take());
    assert_eq!(child.wait().expect("it ends").code(), Some(0));
}
