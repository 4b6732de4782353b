//! Channels, standing orders and settings, by the operator's commands.

use crate::support::{Trial, argument, deliver, refused, told};

fn rule<'a>(owner: &'a str, channel: &'a str, rule_type: &'a str) -> Vec<&'a str> {
    vec![
        "rule",
        "add",
        owner,
        channel,
        "--type",
        rule_type,
        "--direction",
        "INC",
        "--consent-by",
        "Director",
        "--consent-reference",
        "letter 7/2026",
        "--consent-date",
        "2026-01-31",
    ]
}

fn numbers(list: &serde_json::Value) -> Vec<String> {
    let all = list.as_array().expect("a list").iter();
    all.map(|row| row["number"].as_str().expect("a number").to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_standing_order_is_written_followed_and_ended() {
    let trial = Trial::new();
    let other = Trial::new();
    let certificate = argument(&other.path("pki/NO.pem"));
    let add = ["channel", "add", "ASW", "--name", "Window", "--certificate", &certificate];
    assert_eq!(trial.json(&add)["kind"], "channel");
    let hub = trial.serve();
    assert_eq!(trial.json(&["channel", "list"]).as_array().expect("a list").len(), 1);
    let forward = trial.json(&rule("NO", "ASW", "FORWARD"));
    assert_eq!(forward["rule"]["consent_at"], "2026-01-31T00:00:00.000Z");
    let delegate = trial.json(&rule("NO", "AR", "DELEGATE"));
    assert_eq!(delegate["rule"]["id"], 2);

    let mut sender = hub.client("LK").await;
    let number = deliver(&mut sender, "LK", "NO").await;
    assert_eq!(numbers(&trial.json(&["envelope", "list", "--to", "AR"])), [number.as_str()]);
    let copies = trial.json(&["envelope", "list", "--to", "ASW"]);
    assert_eq!(copies[0]["copy_of"], number.as_str());
    let shown = told(&trial.run(&["envelope", "show", &number]));
    assert!(shown.contains("inbox of") && shown.contains("for ASW"), "{shown}");

    let ended = trial.run(&["rule", "disable", "2"]);
    assert!(told(&ended).contains("1 envelopes that waited for NO with AR"), "{}", told(&ended));
    assert_eq!(numbers(&trial.json(&["envelope", "list", "--to", "NO"])), [number.as_str()]);
    assert_eq!(hub.stop().code, Some(0));
    let rules = trial.json(&["rule", "list", "NO"]);
    let active: Vec<_> = rules.as_array().expect("a list").iter().map(|r| &r["active"]).collect();
    assert_eq!(active, [true, false]);
    assert!(trial.json(&["rule", "list", "LK"]).as_array().expect("a list").is_empty());
}

#[test]
fn an_order_that_makes_no_sense_is_refused_and_why() {
    let trial = Trial::new();
    refused(&trial.run(&rule("NO", "NO", "DELEGATE")), 64, &["to itself"]);
    refused(&trial.run(&rule("NO", "LK", "FORWARD")), 64, &["no channel"]);
    refused(&trial.run(&rule("NO", "XX", "DELEGATE")), 1, &["XX"]);
    refused(&trial.run(&["rule", "disable", "7"]), 1, &["rule list"]);
}

#[test]
fn settings_are_changed_and_shown() {
    let trial = Trial::new();
    let certificate = argument(&trial.path("pki/NO.pem"));
    let (key, accepts) = ("ab".repeat(32), ["851/70", "851/40"]);
    let set = [
        "connection",
        "set",
        "NO",
        "--sends",
        "no",
        "--accepts",
        accepts[0],
        accepts[1],
        "--signing",
        &certificate,
        "--push",
        "https://nppo.example.no/hub",
        "--push-key",
        &key,
        "--tracking-updates",
        "yes",
        "--requests-per-minute",
        "60",
        "--legal-hold",
        "yes",
        "--responses",
        "yes",
    ];
    let view = trial.json(&set);
    assert_eq!(view["sends"], false);
    assert_eq!(view["accepts"], serde_json::json!([[851, 70], [851, 40]]));
    assert!(view["signing"].as_str().expect("a name").contains("CN="), "{view}");
    assert_eq!(view["push"]["tracking_updates"], true);
    assert_eq!((&view["requests_per_minute"], &view["legal_hold"]), (&60.into(), &true.into()));
    let announce = [
        "connection",
        "maintenance",
        "NO",
        "--from",
        "2099-01-01",
        "--until",
        "2099-01-02",
        "--reason",
        "new database",
    ];
    let shown = told(&trial.run(&announce));
    for expected in ["new database", "https://nppo.example.no/hub", "key abab", "legal hold"] {
        assert!(shown.contains(expected), "{expected}: {shown}");
    }
    let clear = trial.json(&["connection", "maintenance", "NO", "--clear"]);
    assert!(clear["maintenance"].as_array().expect("a list").is_empty());
    let none = trial.json(&[
        "connection",
        "set",
        "NO",
        "--push",
        "none",
        "--signing",
        "none",
        "--requests-per-minute",
        "default",
    ]);
    assert!(none["push"].is_null() && none["signing"].is_null(), "{none}");
    assert!(none["requests_per_minute"].is_null(), "{none}");
    let http = trial.run(&["connection", "set", "NO", "--push", "http://nppo.example.no/"]);
    refused(&http, 64, &["https://HOST"]);
}
