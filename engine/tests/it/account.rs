//! The account of what happened, receipts, backups and the doctor, as an operator has them.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Output};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use phytohub_wire::soap::client as soap;

use crate::support::{Trial, argument, deliver, has, phytohub, refused, state, told};

/// A trial whose heads are told in a file beside it.
fn trial_with_sink() -> Trial {
    let trial = Trial::new();
    trial.configure("audit", "sink = \"heads.jsonl\"");
    trial
}

fn copy(from: &Path, to: &Path) {
    let _ = fs::remove_dir_all(to);
    fs::create_dir(to).expect("made");
    for entry in fs::read_dir(from).expect("readable") {
        let entry = entry.expect("an entry");
        fs::copy(entry.path(), to.join(entry.file_name())).expect("copied");
    }
}

/// Changes a stopped store behind its back.
fn tamper(data: &Path, change: impl Fn(&rocksdb::DB)) {
    let options = rocksdb::Options::default();
    let families = rocksdb::DB::list_cf(&options, data).expect("a store");
    change(&rocksdb::DB::open_cf(&options, data, families).expect("opens"));
}

fn value(db: &rocksdb::DB, family: &str, key: &[u8]) -> Vec<u8> {
    let family = db.cf_handle(family).expect("a family");
    db.get_cf(family, key).expect("readable").expect("there")
}

fn put(db: &rocksdb::DB, family: &str, key: &[u8], value: &[u8]) {
    db.put_cf(db.cf_handle(family).expect("a family"), key, value).expect("written");
}

/// The report of a verification that must find something, with the kinds of what it finds.
fn broken(trial: &Trial) -> (serde_json::Value, Vec<String>) {
    let output = trial.run(&["audit", "verify", "--json"]);
    assert_eq!(output.status.code(), Some(1), "{}", told(&output));
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let findings = report["findings"].as_array().expect("a list");
    let kinds = findings.iter().filter_map(|finding| finding["kind"].as_str());
    let kinds = kinds.map(ToOwned::to_owned).collect();
    (report, kinds)
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_changed_in_the_account_is_found() {
    let trial = trial_with_sink();
    let (data, kept) = (trial.path("data"), trial.path("kept"));
    let hub = trial.serve();
    let mut sender = hub.client("LK").await;
    for _ in 0..3 {
        deliver(&mut sender, "LK", "NO").await;
    }
    let head = trial.json(&["audit", "close"]);
    let last = head["last"].as_u64().expect("a place");
    deliver(&mut sender, "LK", "NO").await;
    assert_eq!(hub.stop().code, Some(0));
    let sink = fs::read_to_string(trial.path("heads.jsonl")).expect("told outside");
    assert_eq!(sink.lines().count(), 1);
    let whole = trial.json(&["audit", "verify"]);
    assert_eq!((&whole["holds"], &whole["anchors"]), (&true.into(), &1.into()));
    assert_eq!(whole["unanchored"]["first"], last + 1);
    copy(&data, &kept);
    let event = |place: u64| place.to_be_bytes();
    let changed = |change: &dyn Fn(&rocksdb::DB)| {
        copy(&kept, &data);
        tamper(&data, change);
        broken(&trial)
    };

    let (report, kinds) = changed(&|db| {
        let mut bytes = value(db, "event", &event(last - 1));
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        put(db, "event", &event(last - 1), &bytes);
    });
    assert!(kinds.contains(&"changed".to_owned()), "{report}");
    assert_eq!(report["findings"][0]["place"], last - 1);

    let (report, kinds) = changed(&|db| {
        db.delete_cf(db.cf_handle("event").expect("a family"), event(last - 1)).expect("deleted");
    });
    assert_eq!(kinds[0], "gap", "{report}");
    assert_eq!(report["findings"][0]["place"], last - 1);

    let (report, kinds) = changed(&|db| {
        let family = db.cf_handle("event").expect("a family");
        db.delete_range_cf(family, event(last), event(u64::MAX)).expect("deleted");
    });
    assert!(kinds.contains(&"truncated".to_owned()), "{report}");

    let signature = STANDARD.decode(head["signature"].as_str().expect("text")).expect("Base64");
    let (report, kinds) = changed(&|db| {
        let key = [&[4_u8][..], &1_u64.to_be_bytes()].concat();
        let mut row = value(db, "registry", &key);
        let place = row.windows(64).position(|window| window == signature).expect("in its row");
        row[place] ^= 1;
        put(db, "registry", &key, &row);
    });
    assert!(kinds.contains(&"forged".to_owned()), "{report}");
    copy(&kept, &data);
    assert_eq!(trial.run(&["audit", "verify"]).status.code(), Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_put_back_to_an_earlier_day_is_found_by_the_heads_outside() {
    let trial = trial_with_sink();
    let hub = trial.serve();
    trial.json(&["audit", "close"]);
    assert_eq!(hub.stop().code, Some(0));
    copy(&trial.path("data"), &trial.path("earlier"));
    let hub = trial.serve();
    let mut sender = hub.client("LK").await;
    deliver(&mut sender, "LK", "NO").await;
    trial.json(&["audit", "close"]);
    let running = trial.json(&["audit", "verify", "--since", "2"]);
    assert_eq!((&running["holds"], &running["segments"]), (&true.into(), &2.into()));
    assert_eq!(hub.stop().code, Some(0));
    assert_eq!(trial.json(&["audit", "list"]).as_array().map(Vec::len), Some(2));
    assert_eq!(trial.json(&["audit", "verify"])["anchors"], 2);

    copy(&trial.path("earlier"), &trial.path("data"));
    let (report, kinds) = broken(&trial);
    assert_eq!(kinds, ["truncated"], "{report}");
    refused(&trial.run(&["audit", "verify", "--since", "soon"]), 64, &["since", "date"]);
}

/// GET of a receipt with a system's certificate: status and body.
fn get(trial: &Trial, address: &str, code: &str, number: &str) -> (String, String) {
    let output = Command::new("curl")
        .args(["--silent", "--noproxy", "*", "--write-out", "\n%{http_code}"])
        .arg("--cacert")
        .arg(trial.path("pki/ca.pem"))
        .arg("--cert")
        .arg(trial.path(&format!("pki/{code}.pem")))
        .arg("--key")
        .arg(trial.path(&format!("pki/{code}.key")))
        .arg(format!("https://{address}/hub/receipt/{number}"))
        .output()
        .expect("curl runs");
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    let (body, status) = text.rsplit_once('\n').expect("a status");
    (status.to_owned(), body.to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_third_party_checks_a_receipt_with_openssl_alone() {
    if !has("curl") || !has("openssl") {
        return;
    }
    let trial = Trial::new();
    let hub = trial.serve();
    let mut sender = hub.client("LK").await;
    let number = deliver(&mut sender, "LK", "NO").await;
    let address = hub.https().to_string();
    let (status, body) = get(&trial, &address, "LK", &number);
    assert_eq!(status, "200", "{body}");
    assert_eq!(get(&trial, &address, "NO", &number).1, body, "the recipient's is the same");
    assert_eq!(get(&trial, &address, "AR", &number).0, "404");
    assert_eq!(get(&trial, &address, "LK", "00000000000000000000000000").0, "404");
    let got = trial.run(&["receipt", "get", &number]);
    assert_eq!(String::from_utf8_lossy(&got.stdout).trim_end(), body.trim_end());
    assert_eq!(hub.stop().code, Some(0));

    fs::write(trial.path("receipt.json"), &body).expect("written");
    let file = argument(&trial.path("receipt.json"));
    let public = argument(&trial.path("pki/receipt.pub"));
    let verify = |file: &str, key: &str| {
        phytohub().args(["receipt", "verify", file, "--key", key]).output().expect("it runs")
    };
    let held = verify(&file, &public);
    assert!(held.status.success(), "{}", told(&held));
    refused(&verify(&file, &argument(&trial.path("pki/audit.pub"))), 1, &["did not sign"]);
    let forged = body.replace("\"to\": \"NO\"", "\"to\": \"AR\"");
    assert_ne!(forged, body);
    fs::write(trial.path("forged.json"), forged).expect("written");
    refused(&verify(&argument(&trial.path("forged.json")), &public), 1, &["was signed"]);

    let receipt: serde_json::Value = serde_json::from_str(&body).expect("JSON");
    let signature = STANDARD.decode(receipt["signature"].as_str().expect("text")).expect("Base64");
    fs::write(trial.path("text"), receipt["signed"].as_str().expect("text")).expect("written");
    fs::write(trial.path("signature"), signature).expect("written");
    assert!(openssl_verifies(&trial).status.success());
    fs::write(trial.path("text"), "phytohub receipt 1\n").expect("written");
    assert!(!openssl_verifies(&trial).status.success());
    let id = Command::new("sh")
        .arg("-c")
        .arg("openssl pkey -pubin -in pki/receipt.pub -outform DER | sha256sum | cut -c1-16")
        .current_dir(trial.path(""))
        .output()
        .expect("a shell");
    assert_eq!(String::from_utf8_lossy(&id.stdout).trim(), receipt["key_id"]);
}

fn openssl_verifies(trial: &Trial) -> Output {
    Command::new("openssl")
        .args(["pkeyutl", "-verify", "-pubin", "-inkey", "pki/receipt.pub", "-rawin"])
        .args(["-in", "text", "-sigfile", "signature"])
        .current_dir(trial.path(""))
        .output()
        .expect("openssl runs")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_under_load_is_restored_up_to_its_point() {
    let trial = trial_with_sink();
    let hub = trial.serve();
    let (mut sender, mut recipient) = (hub.client("LK").await, hub.client("NO").await);
    let acknowledged = deliver(&mut sender, "LK", "NO").await;
    recipient.call(soap::acknowledge_envelope_receipt(&acknowledged)).await.expect("a reply");
    let pending = deliver(&mut sender, "LK", "NO").await;

    let (stop, mut stopped) = tokio::sync::oneshot::channel::<()>();
    let mut load = tokio::task::JoinSet::new();
    load.spawn(async move {
        let mut numbers = Vec::new();
        while stopped.try_recv().is_err() {
            numbers.push(deliver(&mut sender, "LK", "NO").await);
        }
        (sender, numbers)
    });
    let backups = argument(&trial.path("backups"));
    let made = trial.json(&["backup", "create", &backups]);
    let _ = stop.send(());
    let (mut sender, mut given) = load.join_next().await.expect("a load").expect("no panic");
    let after = deliver(&mut sender, "LK", "NO").await;
    given.extend([acknowledged.clone(), pending.clone(), after.clone()]);
    let left_behind = trial.json(&["audit", "close"]);
    assert_eq!(hub.stop().code, Some(0));

    let backup = argument(&trial.path("backups").join(made["name"].as_str().expect("a name")));
    assert_eq!(trial.json(&["backup", "verify", &backup])["holds"], true);
    assert_eq!(trial.json(&["backup", "list", &backups]).as_array().map(Vec::len), Some(1));
    let keys = Command::new("grep").args(["-rl", "PRIVATE KEY", &backups]).output();
    assert!(keys.expect("grep runs").stdout.is_empty(), "no private key in a backup");
    let target = argument(&trial.path("elsewhere"));
    refused(&trial.run(&["backup", "restore", &backup, "--to", &backups]), 64, &["not empty"]);
    let restored = trial.run(&["backup", "restore", &backup, "--to", &target]);
    let said = told(&restored);
    assert!(restored.status.success(), "{said}");
    let event = made["point"]["event"].to_string();
    for part in [event.as_str(), "unknown", "EnvelopeNotExists", "restore resume"] {
        assert!(said.contains(part), "{said} lacks {part}");
    }

    fs::rename(trial.path("data"), trial.path("lost")).expect("renamed");
    fs::rename(trial.path("elsewhere"), trial.path("data")).expect("renamed");
    let hub = trial.serve();
    let mut sender = hub.client("LK").await;
    assert_eq!(state(&mut sender, &acknowledged).await, "Delivered");
    assert_eq!(state(&mut sender, &pending).await, "PendingDelivery");
    assert_eq!(state(&mut sender, &after).await, "EnvelopeNotExists");
    for _ in 0..20 {
        let number = deliver(&mut sender, "LK", "NO").await;
        assert!(!given.contains(&number), "{number} was given twice");
    }
    let ill = trial.run(&["doctor"]);
    assert_eq!(ill.status.code(), Some(1), "{}", told(&ill));
    assert!(told(&ill).contains("restore resume"), "{}", told(&ill));
    assert_eq!(trial.json(&["restore", "resume"])["paused"], false);
    refused(&trial.run(&["restore", "resume"]), 1, &["does not pause"]);
    trial.json(&["audit", "close"]);
    assert_eq!(hub.stop().code, Some(0));
    let report = trial.json(&["audit", "verify"]);
    assert_eq!(report["holds"], true, "{report}");
    assert_eq!(report["lost_by_restore"]["last"], left_behind["last"], "{report}");
}

#[test]
fn the_doctor_says_what_is_wrong_and_what_to_do() {
    let trial = trial_with_sink();
    let well = trial.run(&["doctor", "--scrub"]);
    assert_eq!(well.status.code(), Some(0), "{}", told(&well));
    let hub = trial.serve();
    let found = trial.json(&["doctor"]);
    let areas: Vec<_> =
        found.as_array().expect("a list").iter().filter_map(|f| f["area"].as_str()).collect();
    for area in ["configuration", "tls", "permissions", "audit key", "disk", "store", "clock"] {
        assert!(areas.contains(&area), "{areas:?} lacks {area}");
    }
    assert_eq!(hub.stop().code, Some(0));

    let key = trial.path("pki/server.key");
    fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).expect("changed");
    fs::copy(trial.path("pki/receipt.pub"), trial.path("pki/audit.pub")).expect("copied");
    fs::write(trial.path("pki/server.pem"), "no certificate").expect("written");
    let ill = trial.run(&["doctor"]);
    let said = told(&ill);
    assert_eq!(ill.status.code(), Some(1), "{said}");
    for part in ["chmod 600", "that of another key", "[https] and [trust]"] {
        assert!(said.contains(part), "{said} lacks {part}");
    }
    fs::write(trial.path("hub.toml"), "[htps]\n").expect("written");
    let ill = trial.run(&["doctor"]);
    assert_eq!(ill.status.code(), Some(1), "{}", told(&ill));
    assert!(told(&ill).contains("htps"), "{}", told(&ill));
}

#[test]
fn keys_that_are_missing_are_told_and_made() {
    let trial = Trial::new();
    fs::remove_file(trial.path("pki/audit.key")).expect("removed");
    fs::remove_file(trial.path("pki/audit.pub")).expect("removed");
    refused(&trial.run(&["audit", "close"]), 64, &["no audit key", "audit keys --make"]);
    let warned = trial.run(&["doctor"]);
    assert!(told(&warned).contains("audit keys --make"), "{}", told(&warned));
    let made = trial.json(&["audit", "keys", "--make"]);
    assert_eq!((&made[0]["made"], &made[1]["made"]), (&true.into(), &false.into()));
    assert!(trial.json(&["audit", "close"])["signature"].is_string());
}
