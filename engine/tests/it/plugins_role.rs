//! The national system of a country in a process of its own, and the hub in another: either may be
//! killed, and the other goes on.

#[path = "plugins_role/crash.rs"]
mod crash;
#[path = "plugins_role/line.rs"]
mod line;
#[path = "plugins_role/lost.rs"]
mod lost;
#[path = "plugins_role/pair.rs"]
mod pair;

use std::collections::BTreeSet;
use std::sync::mpsc::sync_channel;
use std::sync::{Mutex, PoisonError};
use std::thread;

use phytohub_wire::soap::client::{self as soap, ClientReply};
use rustix::process::Signal;
use tokio::runtime::Runtime;

use crate::gens::country::{PATIENCE, door, issue, patiently, person, row, rows, until_state};
use crate::support::{Trial, deliver, header, refused, state};
use pair::{Pair, fetched, prepared, pulled, sent};

#[test]
fn a_country_elsewhere_sends_and_receives_through_its_line_to_the_hub() {
    let pair = Pair::start();
    let runtime = Runtime::new().expect("a runtime");
    let mut auditor = person(&pair.host, "LK", "auditor");
    let roses = row(&mut auditor, "certificates", "destination", "AR").expect("one goes to AR");
    until_state(&mut auditor, &roses["id"], "sent");
    let mut abroad = runtime.block_on(pair.hub.client("AR"));
    let fetched = runtime.block_on(fetched(&mut abroad));
    assert_eq!(fetched.iter().collect::<Vec<_>>(), [&roses["number"]]);
    until_state(&mut auditor, &roses["id"], "delivered");

    let number = runtime.block_on(deliver(&mut abroad, "AR", "LK"));
    let mut importer = person(&pair.host, "LK", "importer");
    let came =
        patiently("the envelope is received", || row(&mut importer, "imports", "sender", "AR"));
    assert_eq!(came["receipt"], "failed", "what is no certificate cannot be read: {came:?}");
    patiently("the receipt is with the hub", || {
        let state = runtime.block_on(state(&mut abroad, &number));
        (state == "DeliveredNotReadable").then_some(())
    });
    assert_eq!(rows(&mut importer, "imports").len(), 1, "it came once");
    pair.ends();
}

#[test]
fn a_country_elsewhere_answers_certificates_where_that_is_wanted() {
    let pair = Pair::start();
    // Down to: certificates of others are decided about.
    prepared(&pair.host);
    let runtime = Runtime::new().expect("a runtime");
    let mut abroad = runtime.block_on(pair.hub.client("AR"));
    let certificate = patiently("a certificate arrives", || {
        runtime.block_on(pulled(&mut abroad)).into_iter().next()
    });
    let header = header("AR", "LK");
    let delivered =
        runtime.block_on(abroad.call(soap::deliver_envelope(&header, &certificate.content)));
    assert!(matches!(delivered, Ok(ClientReply::Header(_))), "{delivered:?}");
    let mut importer = person(&pair.host, "LK", "importer");
    let came = patiently("it is received", || row(&mut importer, "imports", "sender", "AR"));
    assert_ne!(came["receipt"], "failed", "{came:?}");
    let path = format!("imports/{}/decide", came["id"]);
    let decided = importer.post(&path, &[("decision", "accepted")]);
    assert_eq!(decided.status, 303, "{decided:?}");
    let answer = patiently("the answer arrives", || {
        let all = runtime.block_on(pulled(&mut abroad));
        all.into_iter().find(|envelope| envelope.content.contains("SPSAcknowledgement"))
    });
    assert_eq!((&*answer.header.from, &*answer.header.to), ("LK", "AR"));
    assert_eq!(answer.header.nppo_certificate_number, header.nppo_certificate_number);
    pair.ends();
}

#[test]
fn either_may_be_killed_and_each_certificate_is_sent_once() {
    let mut pair = Pair::start();
    let runtime = Runtime::new().expect("a runtime");
    let ids = prepared(&pair.host);
    let (first, second) = ids.split_at(ids.len() / 2);

    // The host ends while certificates are issued: the hub serves the others.
    let address = Mutex::new(door(&pair.host));
    let (told, heard) = sync_channel(ids.len());
    thread::scope(|scope| {
        let issuer = person(&pair.host, "LK", "issuer");
        let address = &address;
        scope.spawn(move || issue(issuer, first, address, PATIENCE, || _ = told.send(())));
        for _ in 0..first.len() / 2 {
            heard.recv().expect("one is issued");
        }
        pair.kill_host();
        runtime.block_on(async {
            let mut sender = pair.hub.client("NO").await;
            let number = deliver(&mut sender, "NO", "AR").await;
            assert_eq!(state(&mut sender, &number).await, "PendingDelivery");
        });
        pair.start_host();
        *address.lock().unwrap_or_else(PoisonError::into_inner) = door(&pair.host);
        while heard.recv().is_ok() {}
    });

    // The hub ends: the pages answer, and what is issued is sent when it is back.
    pair.hub.signal(Signal::KILL);
    pair.hub.wait();
    let issuer = person(&pair.host, "LK", "issuer");
    issue(issuer, second, &address, PATIENCE, || {});
    // Even a host that begins without it.
    pair.kill_host();
    pair.start_host();
    let mut importer = person(&pair.host, "LK", "importer");
    assert_eq!(importer.get("imports").status, 200);
    pair.hub = pair.hub_at.serve();
    let mut auditor = person(&pair.host, "LK", "auditor");
    let numbers = sent(&mut auditor, &ids);

    let all = runtime.block_on(async {
        let mut abroad = pair.hub.client("AR").await;
        fetched(&mut abroad).await
    });
    let distinct: BTreeSet<_> = all.iter().cloned().collect();
    assert_eq!(distinct.len(), all.len(), "something came twice: {all:?}");
    assert!(numbers.is_subset(&distinct), "{numbers:?} in {distinct:?}");
    // Besides them one that the demonstration began with, and the one from NO.
    assert_eq!(distinct.len(), ids.len() + 2);
    for id in &ids {
        patiently(&format!("{id} is delivered"), || {
            row(&mut auditor, "certificates", "id", id).filter(|row| row["state"] == "delivered")
        });
    }
    pair.ends();
}

#[test]
fn a_host_of_plugins_says_what_it_lacks() {
    let trial = Trial::new();
    let plugins = |more: &[&str]| {
        let options = ["serve", "--role", "plugins"].iter().chain(more).copied();
        trial.run(&options.collect::<Vec<_>>())
    };
    refused(&plugins(&[]), 64, &["--hub quic://HOST:PORT"]);
    let hub = ["--hub", "quic://localhost:1"];
    refused(&plugins(&hub), 64, &["no connection has a certificate", "remote_hub.connection"]);
    refused(&trial.run(&["serve", "--hub", "quic://localhost:1"]), 64, &["--role plugins"]);
}
