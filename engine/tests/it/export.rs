//! Envelopes that leave the hub as files, and those that must stay in it.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use phytohub_wire::soap::client as soap;

use crate::support::{CONTENT, Trial, argument, deliver, refused, told};

fn text(directory: &Path, name: &str) -> String {
    fs::read_to_string(directory.join(name)).expect("readable")
}

fn names(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).expect("a directory");
    let mut names: Vec<_> = entries
        .map(|entry| entry.expect("an entry").file_name().into_string().expect("UTF-8"))
        .collect();
    names.sort();
    names
}

#[tokio::test(flavor = "multi_thread")]
async fn an_envelope_is_written_as_its_recipient_would_get_it_and_never_over_another() {
    let trial = Trial::new();
    let hub = trial.serve();
    let mut sender = hub.client("NO").await;
    let number = deliver(&mut sender, "NO", "LK").await;
    let into = trial.path("out");
    let export = ["envelope", "export", &number, "--into", &argument(&into)];
    let done = trial.run(&export);
    assert_eq!(told(&done).trim(), number, "{}", told(&done));
    let files = ["content", "header.json", "history.json"].map(|kind| format!("{number}.{kind}"));
    assert_eq!(names(&into), files);
    for file in &files {
        let mode = fs::metadata(into.join(file)).expect("there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{file}");
    }
    assert_eq!(text(&into, &files[0]), CONTENT);
    let header: serde_json::Value = serde_json::from_str(&text(&into, &files[1])).expect("JSON");
    assert_eq!((&header["from"], &header["to"]), (&"NO".into(), &"LK".into()));
    let history = text(&into, &files[2]);
    assert!(history.contains("EnvelopeAccepted") && history.contains("ContentExported"));
    refused(&trial.run(&export), 73, &["cannot write a new file", ".header.json", "exists"]);
    refused(
        &trial.run(&["envelope", "export", "--to", "XX", "--into", &argument(&into)]),
        1,
        &["no connection has the code XX"],
    );
    assert_eq!(hub.stop().code, Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn all_envelopes_of_a_connection_are_written_whatever_became_of_them() {
    let trial = Trial::new();
    let hub = trial.serve();
    let (mut sender, mut recipient) = (hub.client("NO").await, hub.client("LK").await);
    let first = deliver(&mut sender, "NO", "LK").await;
    let second = deliver(&mut sender, "NO", "AR").await;
    let third = deliver(&mut recipient, "LK", "NO").await;
    let refused = deliver(&mut sender, "NO", "XX").await;
    recipient.call(soap::acknowledge_envelope_receipt(&first)).await.expect("a reply");
    assert_eq!(hub.stop().code, Some(0));
    let export = |name: &str, which: &[&str]| {
        let into = argument(&trial.path(name));
        let mut arguments = vec!["envelope", "export", "--into", &into];
        arguments.extend(which);
        told(&trial.run(&arguments)).split_whitespace().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(export("to", &["--to", "LK"]), std::slice::from_ref(&first));
    let from = export("from", &["--from", "NO"]);
    assert_eq!(from, [first.clone(), second.clone(), refused.clone()]);
    assert!(!names(&trial.path("from")).contains(&format!("{refused}.content")), "none was kept");
    assert_eq!(export("both", &["--from", "LK", "--to", "NO"]), [third]);
    assert!(export("since", &["--from", "NO", "--since", "2999-01-01"]).is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_legal_hold_is_set_told_and_lifted_with_a_reason() {
    let trial = Trial::new();
    let hub = trial.serve();
    let number = deliver(&mut hub.client("NO").await, "NO", "LK").await;
    let decide =
        |word: &str| trial.run(&["envelope", word, &number, "--reason", "court order 12/2026"]);
    assert!(told(&decide("hold")).contains("legal hold"));
    refused(&decide("hold"), 1, &["nothing to do", "under legal hold"]);
    assert_eq!(trial.json(&["envelope", "show", &number])["held"], true);
    assert!(!told(&decide("unhold")).contains("legal hold"));
    let history = told(&trial.run(&["envelope", "history", &number]));
    for word in ["EnvelopeHeld", "EnvelopeUnheld", "court order 12/2026"] {
        assert!(history.contains(word), "{history}");
    }
    assert_eq!(hub.stop().code, Some(0));
}
