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
    let issued = row(&mut auditor, "certificates", "id", &ready).expect("it is there");
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
    drop(issued);
    trial.json(&["restore", "resume"]);
    assert_eq!(hub.stop().code, Some(0));
}
