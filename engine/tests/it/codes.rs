//! Code lists, with a running hub, without one, and from another hub.

use std::fs;

use serde_json::Value;

use crate::support::{Serving, Trial, argument, refused, told};

fn stdout(trial: &Trial, arguments: &[&str]) -> String {
    let output = trial.run(arguments);
    assert!(output.status.success(), "{}", told(&output));
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// The conditions as a file, with one name changed and one code gone.
fn changed_conditions(trial: &Trial) -> (String, String) {
    let text = stdout(trial, &["codes", "export", "conditions"]);
    let mut list: Value = serde_json::from_str(&text).expect("JSON");
    let rows = list["rows"].as_array_mut().expect("rows");
    let gone = rows.remove(0)["code"].as_str().expect("a code").to_owned();
    rows.retain(|row| row["code"] != gone.as_str());
    rows[0]["name"] = "another name".into();
    let file = trial.path("conditions.json");
    fs::write(&file, list.to_string()).expect("written");
    (argument(&file), gone)
}

fn lists_are_looked_at_and_changed(trial: &Trial) {
    let listed = trial.json(&["codes", "list"]);
    assert!(listed.as_array().expect("a list").len() >= 20);
    assert!(stdout(trial, &["codes", "list"]).contains("treatment-types"));
    let shown = stdout(trial, &["codes", "show", "statements", "--lang", "en"]);
    assert!(shown.contains("practically free") && !shown.contains(" fr "), "{shown}");
    let rows = trial.json(&["codes", "show", "statements", "--lang", "en"])["rows"].clone();
    assert!(rows.as_array().expect("rows").iter().all(|row| row["lang"] == "en"));

    let (file, gone) = changed_conditions(trial);
    let differs = trial.run(&["codes", "diff", "conditions", &file]);
    assert_eq!(differs.status.code(), Some(1), "{}", told(&differs));
    assert!(told(&differs).contains(&format!("- {gone} ")), "{}", told(&differs));
    assert!(told(&differs).contains("another name"), "{}", told(&differs));
    assert!(differs.stderr.is_empty(), "{}", told(&differs));

    // From a later day on: announced, and not yet in force.
    let later = trial.json(&["codes", "import", &file, "--from", "2099-01-01"]);
    assert_eq!((&later["revision"], &later["in_force"]), (&2.into(), &false.into()));
    assert!(stdout(trial, &["codes", "diff", "conditions", "conditions@1"]).contains("no diff"));
    let now = trial.json(&["codes", "import", &file]);
    assert_eq!((&now["revision"], &now["in_force"]), (&3.into(), &true.into()));
    assert!(trial.run(&["codes", "diff", "conditions", &file]).status.success());
    let back = trial.run(&["codes", "diff", "conditions@3", "conditions@1", "--json"]);
    let back: Value = serde_json::from_slice(&back.stdout).expect("JSON");
    assert_eq!(back["added"][0]["code"], gone.as_str());
    let old = stdout(trial, &["codes", "export", "conditions", "--revision", "1"]);
    assert!(old.contains(&gone));
}

#[test]
fn lists_are_changed_over_the_socket() {
    let trial = Trial::new();
    let hub = trial.serve();
    lists_are_looked_at_and_changed(&trial);
    assert_eq!(hub.stop().code, Some(0));
}

#[test]
fn lists_are_changed_in_the_store_when_no_hub_runs() {
    lists_are_looked_at_and_changed(&Trial::new());
}

#[test]
fn what_is_no_list_is_told() {
    let trial = Trial::new();
    refused(&trial.run(&["codes", "show", "nothing"]), 1, &["nothing"]);
    refused(&trial.run(&["codes", "show", "conditions@9"]), 1, &["conditions"]);
    refused(&trial.run(&["codes", "show", "./missing.json"]), 66, &["missing.json"]);
    let junk = trial.path("junk.json");
    fs::write(&junk, "{\"kind\": \"condition\"}").expect("written");
    refused(&trial.run(&["codes", "show", &argument(&junk)]), 64, &["junk.json", "missing field"]);
    refused(&trial.run(&["codes", "import", &argument(&junk)]), 64, &["missing field"]);
    assert_eq!(trial.run(&["codes", "show", "conditions@x"]).status.code(), Some(64));
}

/// Pulls from a hub as its connection NO, trusting its authority.
fn pull(trial: &Trial, other: &Trial, hub: &Serving, more: &[&str]) -> std::process::Output {
    let url = format!("https://{}/hub/DeliveryService", hub.https());
    let file = |name: &str| argument(&other.path(name));
    let (cert, key, ca) = (file("pki/NO.pem"), file("pki/NO.key"), file("pki/ca.pem"));
    let head = ["codes", "pull", &url, "--cert", &cert, "--key", &key, "--ca", &ca];
    trial.run(&head.iter().chain(more).copied().collect::<Vec<_>>())
}

#[test]
fn lists_are_pulled_from_another_hub() {
    let (trial, other) = (Trial::new(), Trial::new());
    let (file, gone) = changed_conditions(&other);
    other.json(&["codes", "import", &file]);
    let hub = other.serve();

    let dry = pull(&trial, &other, &hub, &["--only", "conditions", "--dry-run"]);
    let text = told(&dry);
    assert!(dry.status.success(), "{text}");
    assert!(text.contains(&format!("- {gone} ")) && text.contains("another name"), "{text}");
    assert!(!text.contains("imported"), "{text}");

    let wet = pull(&trial, &other, &hub, &["--json"]);
    assert!(wet.status.success(), "{}", told(&wet));
    let told_lists = String::from_utf8(wet.stdout).expect("UTF-8");
    let objects: Vec<Value> =
        told_lists.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(objects.len(), 10);
    let conditions = objects.iter().find(|one| one["name"] == "conditions").expect("told");
    assert_eq!(conditions["imported"]["revision"], 2, "{conditions}");
    // The same rows again are no new revision.
    let pesticides = objects.iter().find(|one| one["name"] == "pesticides").expect("told");
    assert!(pesticides["imported"].is_null(), "{pesticides}");
    let again = told(&pull(&trial, &other, &hub, &["--only", "conditions"]));
    assert!(again.contains("conditions: no difference"), "{again}");
    let shown = stdout(&trial, &["codes", "show", "conditions"]);
    let has_gone = shown.lines().any(|line| line.starts_with(&format!("{gone} ")));
    assert!(shown.contains("another name") && !has_gone, "{shown}");

    refused(&pull(&trial, &other, &hub, &["--only", "countries"]), 1, &["countries"]);
    // A certificate that the other hub does not know, and a hub that we do not trust.
    let url = format!("https://{}/hub/DeliveryService", hub.https());
    let own = |name: &str| argument(&trial.path(name));
    let (cert, key) = (own("pki/NO.pem"), own("pki/NO.key"));
    let theirs = argument(&other.path("pki/ca.pem"));
    for (ca, expected) in [(theirs, "not found"), (own("pki/ca.pem"), "not trusted")] {
        let stranger = ["codes", "pull", &url, "--cert", &cert, "--key", &key, "--ca", &ca];
        refused(&trial.run(&stranger), 69, &[expected]);
    }
    assert_eq!(hub.stop().code, Some(0));
}
