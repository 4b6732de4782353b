//! Copies of the hub with the national system in it, brought back.

use std::fs;

use super::country::{PASSWORD, demonstration, person, row, rows, state, take, until, until_state};
use crate::support::{argument, told};

#[test]
fn national_system_comes_back_with_the_hub() {
    let (trial, hub) = demonstration();
    let mut auditor = person(&hub, "KE", "auditor");
    let ready =
        row(&mut auditor, "certificates", "state", "approved").expect("one is")["id"].clone();
    let sent = row(&mut auditor, "certificates", "destination", "AR").expect("one goes to AR");
    until_state(&mut auditor, &sent["id"], "sent");
    until("the first import is there", || {
        rows(&mut person(&hub, "EG", "importer"), "imports").pop()
    });
    let backups = argument(&trial.path("backups"));
    let made = trial.json(&["backup", "create", &backups]);
    // After the copy: a certificate that will not be known here, though its recipient has it.
    take(&mut person(&hub, "KE", "issuer"), &ready, "issue", &[("password", PASSWORD)]);
    until_state(&mut auditor, &ready, "delivered");
    assert_eq!(hub.stop().code, Some(0));

    for name in ["data", "plugin-data"] {
        fs::rename(trial.path(name), trial.path(&format!("lost-{name}"))).expect("renamed");
    }
    let backup = argument(&trial.path("backups").join(made["name"].as_str().expect("a name")));
    let place = argument(&trial.path("data"));
    let restored = trial.run(&["backup", "restore", &backup, "--to", &place]);
    assert!(restored.status.success(), "{}", told(&restored));
    assert!(trial.path("plugin-data/gens/gens.sqlite").exists(), "{}", told(&restored));

    let hub = trial.serve();
    assert_eq!(state(&trial), "started");
    let mut auditor = person(&hub, "KE", "auditor");
    let again = row(&mut auditor, "certificates", "id", &ready).expect("it is there");
    assert_eq!(again["state"], "approved", "it was issued after the copy: {again:?}");
    let kept = row(&mut auditor, "certificates", "id", &sent["id"]).expect("it is there");
    assert_eq!((&kept["number"], &*kept["state"]), (&sent["number"], "sent"));
    assert_eq!(rows(&mut person(&hub, "EG", "importer"), "imports").len(), 1);
    trial.json(&["restore", "resume"]);
    assert_eq!(hub.stop().code, Some(0));
}

#[test]
fn what_was_issued_after_the_copy_is_taken_over_from_the_hub() {
    let (trial, hub) = demonstration();
    let mut auditor = person(&hub, "KE", "auditor");
    let ready =
        row(&mut auditor, "certificates", "state", "approved").expect("one is")["id"].clone();
    let backups = argument(&trial.path("backups"));
    let made = trial.json(&["backup", "create", &backups]);
    let mut issuer = person(&hub, "KE", "issuer");
    take(&mut issuer, &ready, "issue", &[("password", PASSWORD)]);
    until_state(&mut auditor, &ready, "delivered");
    let issued = row(&mut auditor, "certificates", "id", &ready).expect("it is there");
    assert_eq!(hub.stop().code, Some(0));

    // The hub's store is whole; the national system's files are those of the copy.
    let backup = argument(&trial.path("backups").join(made["name"].as_str().expect("a name")));
    let restored =
        trial.run(&["backup", "restore", &backup, "--to", &argument(&trial.path("old"))]);
    assert!(restored.status.success(), "{}", told(&restored));
    fs::rename(trial.path("plugin-data"), trial.path("lost")).expect("renamed");
    fs::rename(trial.path("old.plugins"), trial.path("plugin-data")).expect("renamed");

    let hub = trial.serve();
    assert_eq!(state(&trial), "started");
    let number = &*issued["number"];
    let mut auditor = person(&hub, "KE", "auditor");
    assert!(row(&mut auditor, "certificates", "number", number).is_none(), "it is not known here");
    let mut admin = person(&hub, "KE", "admin");
    let difference = until("what differs from the hub is listed", || {
        let page = admin.get("differences").body;
        let (_, rest) = page.contains(number).then(|| page.split_once("/gens/differences/"))??;
        let id: String = rest.chars().take_while(char::is_ascii_digit).collect();
        (!id.is_empty()).then_some(id)
    });
    let taken = admin.post(&format!("differences/{difference}/take-over"), &[]);
    assert_eq!(taken.status, 303, "{taken:?}");
    until("it is known again, and was delivered", || {
        let known = row(&mut auditor, "certificates", "number", number);
        known.filter(|row| row["state"] == "delivered")
    });
    // What is still to be issued here gets a number that the hub has not seen.
    take(&mut person(&hub, "KE", "issuer"), &ready, "issue", &[("password", PASSWORD)]);
    let again = row(&mut auditor, "certificates", "id", &ready).expect("it is there");
    assert_ne!(again["number"], issued["number"]);
    assert_eq!(hub.stop().code, Some(0));
}
