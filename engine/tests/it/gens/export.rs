//! A certificate's whole way, by its pages: to a country with the same system, and to one with
//! another.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use phytohub::client::SoapClient;
use phytohub_wire::soap::client::{self as soap, ClientEnvelope, ClientReply};
use tokio::runtime::Runtime;

use super::browser::Browser;
use super::country::{PASSWORD, demonstration, person, row, rows, step, take, until, until_state};
use crate::support::{argument, has, run, skip, told, top};

#[test]
fn certificate_is_applied_for_corrected_issued_accepted_and_withdrawn() {
    let (_trial, hub) = demonstration();
    let mut exporter = person(&hub, "KE", "exporter");
    let id = entered(&mut exporter, "EG", "Macadamia nuts");
    take(&mut exporter, &id, "submit", &[]);
    let mut officer = person(&hub, "KE", "officer");
    assert!(officer.get("").body.contains(&format!("certificates/{id}")), "it is to be done");
    let denied = step(&mut exporter, &id, "approve", &[]);
    assert_ne!(denied.status, 303, "nobody approves an application of their own");
    let unreasoned = step(&mut officer, &id, "return", &[]);
    assert_eq!(unreasoned.status, 422, "{unreasoned:?}");
    take(&mut officer, &id, "return", &[("reason", "Which region?")]);
    assert!(exporter.get("").body.contains("Which region?"));
    save(&mut exporter, &id, "EG", "Macadamia nuts, shelled");
    take(&mut exporter, &id, "submit", &[]);
    take(&mut person(&hub, "KE", "inspector"), &id, "inspect", &[("reason", "Clean")]);
    take(&mut officer, &id, "approve", &[]);
    let mut issuer = person(&hub, "KE", "issuer");
    let wrong = step(&mut issuer, &id, "issue", &[("password", "not this one")]);
    assert_eq!(wrong.status, 422, "{wrong:?}");
    take(&mut issuer, &id, "issue", &[("password", PASSWORD)]);
    until_state(&mut exporter, &id, "delivered");
    let number =
        row(&mut exporter, "certificates", "id", &id).expect("it is there")["number"].clone();

    let mut importer = person(&hub, "EG", "importer");
    let received = row(&mut importer, "imports", "number", &number).expect("it is there");
    assert_eq!((&*received["sender"], &*received["status"]), ("KE", "70"));
    assert_eq!(received["receipt"], "plain", "{received:?}");
    assert!(received["produce"].contains("shelled"), "{received:?}");
    let import = format!("imports/{}", received["id"]);
    assert!(importer.get(&import).body.contains("Macadamia nuts, shelled"));
    let decided = importer.post(&format!("{import}/decide"), &[("decision", "accepted")]);
    assert_eq!(decided.status, 303, "{decided:?}");
    let accepted = row(&mut importer, "imports", "number", &number).expect("it is there");
    assert_eq!(accepted["decision"], "accepted");
    let stranger = person(&hub, "KE", "importer").get(&import);
    assert_ne!(stranger.status, 200, "another country's import is not there");

    let proof = [("reason", "The ship did not sail"), ("password", PASSWORD)];
    take(&mut issuer, &id, "withdraw", &proof);
    until("the withdrawal arrives", || {
        let all = rows(&mut importer, "imports").into_iter();
        all.filter(|row| row["number"] == number).find(|row| row["status"] == "40")
    });
    until_state(&mut exporter, &id, "withdrawn");
    assert_eq!(hub.stop().code, Some(0));
}

#[test]
fn what_is_issued_is_good_for_other_systems_and_waits_for_them() {
    let (trial, hub) = demonstration();
    let mut auditor = person(&hub, "KE", "auditor");
    let roses = row(&mut auditor, "certificates", "destination", "AR").expect("one goes to AR");
    until_state(&mut auditor, &roses["id"], "sent");
    assert_eq!(hub.stop().code, Some(0));
    // It lies there until its recipient comes, over a stop of the hub.
    let hub = trial.serve();
    let runtime = Runtime::new().expect("a runtime");
    let (mut client, envelope) = runtime.block_on(async {
        let mut client = hub.client("AR").await;
        let envelope = pulled(&mut client).await.pop().expect("it waits");
        (client, envelope)
    });
    assert_eq!(envelope.header.nppo_certificate_number, roses["number"]);
    assert_eq!((&*envelope.header.from, envelope.header.certificate_type), ("KE", 851));
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("certificate.xml");
    fs::write(&file, &envelope.content).expect("written");
    let judged = run(&["validate", "--json", &argument(&file)]);
    assert_eq!(judged.status.code(), Some(0), "{}", told(&judged));
    let judged: serde_json::Value = serde_json::from_slice(&judged.stdout).expect("JSON");
    assert_eq!((&judged["severe"], &judged["warning"]), (&0.into(), &0.into()), "{judged}");
    schema_valid(&file);

    let number = envelope.header.hub_delivery_number.expect("a number");
    let reply = runtime.block_on(client.call(soap::acknowledge_envelope_receipt(&number)));
    assert!(matches!(reply, Ok(ClientReply::Acknowledged(_))), "{reply:?}");
    until_state(&mut person(&hub, "KE", "auditor"), &roses["id"], "delivered");
    assert_eq!(hub.stop().code, Some(0));
}

/// All that waits for a system of another's.
pub(super) async fn pulled(client: &mut SoapClient) -> Vec<ClientEnvelope> {
    match client.call(soap::pull_import_envelope()).await.expect("a reply") {
        ClientReply::Envelopes(envelopes) => envelopes,
        other => panic!("no envelopes: {other:?}"),
    }
}

/// Held against the official schema, with libxml2 as the judge. The schema lies outside the project.
fn schema_valid(file: &Path) {
    let folder = std::env::var_os("PHYTOHUB_REFERENCE")
        .map_or_else(|| top().join("../shared/reference"), PathBuf::from);
    let schema = folder.join("xsd-17A/data/standard/SPSCertificate_17p0.xsd");
    if !schema.exists() {
        return skip(&format!("no reference schema at {}", schema.display()));
    }
    if !has("xmllint") {
        return;
    }
    let mut judge = Command::new("xmllint");
    judge.args(["--noout", "--nonet", "--schema"]).arg(&schema);
    let judged = judge.arg(file).output().expect("xmllint runs");
    assert!(judged.status.success(), "{}", told(&judged));
}

/// A new certificate with everything that it needs; its id.
fn entered(exporter: &mut Browser, destination: &str, produce: &str) -> String {
    let begun = exporter.post("certificates/new", &[]);
    let id =
        begun.location.trim_start_matches("certificates/").trim_end_matches("/edit").to_owned();
    assert_eq!(begun.status, 303, "{begun:?}");
    save(exporter, &id, destination, produce);
    id
}

/// Fills in the form, and goes on.
fn save(exporter: &mut Browser, id: &str, destination: &str, produce: &str) {
    let edit = exporter.get(&format!("certificates/{id}/edit"));
    let revision = super::browser::field(&edit.body, "revision").expect("the form carries one");
    let fields = [
        ("revision", &*revision),
        ("exporter.name", "Green Valley Exports"),
        ("exporter.address", "12 Market Road\nNairobi"),
        ("consignee.name", "Nile Fresh Trading"),
        ("consignee.address", "7 Corniche Street\nAlexandria"),
        ("destination", destination),
        ("point_of_entry.name", "Alexandria"),
        ("transports.0.mode", "1"),
        ("transports.0.means", "Star of the Delta"),
        ("lines.0.produce", produce),
        ("lines.0.botanical_name", "Macadamia integrifolia"),
        ("lines.0.net_weight.value", "1200"),
        ("lines.0.net_weight.unit", "KGM"),
        ("lines.0.hs_code", "080262"),
        ("lines.0.packages.0.quantity", "48"),
        ("lines.0.packages.0.kind", "BX"),
        ("lines.0.origins.0.country", "KE"),
        ("lines.0.origins.0.region", "Meru"),
        ("do", "finish"),
    ];
    let saved = exporter.post(&format!("certificates/{id}/save"), &fields);
    assert_eq!((saved.status, &*saved.location), (303, &*format!("certificates/{id}")));
}
