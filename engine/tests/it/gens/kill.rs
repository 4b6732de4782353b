//! The hub killed at random moments while certificates are issued: each is sent exactly once.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::mpsc::{Receiver, sync_channel};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use phytohub_wire::soap::client::{self as soap, ClientReply};
use rustix::process::Signal;
use tokio::runtime::Runtime;

use super::country::{
    copies, demonstration, door, issue, officer, operator, person, row, rows, state, until,
};
use super::export::pulled;
use crate::support::{Serving, Trial};

/// `PHYTOHUB_KILL_ROUNDS` for more than one round, `PHYTOHUB_SEED` for other moments.
#[test]
fn what_is_issued_while_the_hub_is_killed_is_sent_exactly_once() {
    let seed: u64 = number_of("PHYTOHUB_SEED").unwrap_or(6);
    for round in 0..number_of("PHYTOHUB_KILL_ROUNDS").unwrap_or(1) {
        killed(seed + round);
    }
}

fn killed(seed: u64) {
    let (trial, mut hub) = demonstration();
    let abroad = prepared(&hub);
    let ids: Vec<String> = abroad.values().flatten().cloned().collect();
    assert_eq!(ids.len(), IN_FLIGHT);

    let address = Mutex::new(door(&hub));
    let (told, heard) = sync_channel(IN_FLIGHT);
    let mut chance = seed;
    thread::scope(|scope| {
        for part in ids.chunks(IN_FLIGHT / OFFICERS) {
            let issuer = person(&hub, "KE", "issuer");
            let (address, told) = (&address, told.clone());
            scope.spawn(move || issue(issuer, part, address, 1, || _ = told.send(())));
        }
        drop(told);
        for _ in 0..KILLS {
            let moment = wait(&heard, &mut chance, IN_FLIGHT / (KILLS + 1));
            hub.signal(Signal::KILL);
            hub.wait();
            hub = trial.serve();
            if state(&trial).starts_with("quarantined") {
                // Two ends of the hub within an hour, in the midst of the plugin's work: as after
                // two power cuts, the operator says that it was not its fault.
                operator(&trial, &["plugin", "quarantine", "gens", "--release"]);
            }
            *address.lock().unwrap_or_else(PoisonError::into_inner) = door(&hub);
            assert!(moment, "seed {seed}: all was over before the last kill");
        }
        while heard.recv().is_ok() {}
    });
    arrived(&trial, &hub, &abroad);
    assert_eq!(hub.stop().code, Some(0));
}

/// Lets some certificates be issued, and then a random moment pass; whether there is more to come.
fn wait(heard: &Receiver<()>, chance: &mut u64, some: usize) -> bool {
    // A linear congruential generator: the same moments for the same seed, as far as it lies in us.
    *chance =
        chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    let count = some / 2 + (*chance >> 33) as usize % (some / 2);
    let more = (0..count).all(|_| heard.recv().is_ok());
    let moment = Duration::from_micros((*chance >> 40) % 50_000);
    more && heard.recv_timeout(moment) != Err(std::sync::mpsc::RecvTimeoutError::Disconnected)
}

/// Certificates ready to be issued, by where they go: to another system, and to one as this.
fn prepared(hub: &Serving) -> BTreeMap<&'static str, Vec<String>> {
    let mut officer = officer(hub, "KE", "Plant Health Service of Kenya");
    let mut copies = |destination, count| copies(&mut officer, destination, count);
    BTreeMap::from([("AR", copies("AR", 40)), ("EG", copies("EG", IN_FLIGHT - 40))])
}

/// Each was sent, and received once.
fn arrived(trial: &Trial, hub: &Serving, abroad: &BTreeMap<&str, Vec<String>>) {
    let mut auditor = person(hub, "KE", "auditor");
    let mut numbers = BTreeMap::new();
    for (country, ids) in abroad {
        // What goes to a system as this one is fetched by itself.
        let last = if *country == "EG" { "delivered" } else { "sent" };
        for id in ids {
            let row = until(&format!("{id} is {last}"), || {
                let found = row(&mut auditor, "certificates", "id", id);
                found.filter(|row| row["state"] == last)
            });
            numbers.insert(row["number"].clone(), *country);
        }
    }
    assert_eq!(numbers.len(), IN_FLIGHT, "each has a number of its own");
    let to = |country: &str| -> BTreeSet<String> {
        let of = numbers.iter().filter(|(_, to)| **to == country);
        of.map(|(number, _)| number.clone()).collect()
    };

    let mut importer = person(hub, "EG", "importer");
    let received: Vec<String> =
        rows(&mut importer, "imports").into_iter().map(|row| row["number"].clone()).collect();
    once(&received, &to("EG"));

    let runtime = Runtime::new().expect("a runtime");
    let fetched = runtime.block_on(async {
        let (mut client, mut fetched) = (hub.client("AR").await, Vec::new());
        loop {
            let envelopes = pulled(&mut client).await;
            if envelopes.is_empty() {
                return fetched;
            }
            for envelope in envelopes {
                let number = envelope.header.hub_delivery_number.expect("a number");
                let reply = client.call(soap::acknowledge_envelope_receipt(&number)).await;
                assert!(matches!(reply, Ok(ClientReply::Acknowledged(_))), "{reply:?}");
                fetched.push(envelope.header.nppo_certificate_number);
            }
        }
    });
    once(&fetched, &to("AR"));
    for id in abroad.values().flatten() {
        until(&format!("{id} is delivered"), || {
            let found = row(&mut auditor, "certificates", "id", id);
            found.filter(|row| row["state"] == "delivered")
        });
    }
    assert_eq!(state(trial), "started");
}

/// Each of these is there, once; besides them, what the demonstration began with.
fn once(received: &[String], expected: &BTreeSet<String>) {
    let distinct: BTreeSet<String> = received.iter().cloned().collect();
    assert_eq!(distinct.len(), received.len(), "something came twice: {received:?}");
    let missing: Vec<_> = expected.difference(&distinct).collect();
    assert!(missing.is_empty(), "never came: {missing:?}");
    assert_eq!(distinct.len(), expected.len() + 1);
}

fn number_of<T: std::str::FromStr>(variable: &str) -> Option<T> {
    std::env::var(variable).ok()?.parse().ok()
}

/// Certificates.
const IN_FLIGHT: usize = 50;
/// A kill may leave a try of each officer's password that counts as a wrong one: after ten in a
/// quarter of an hour nobody believes them any more.
const KILLS: usize = 3;
/// Who issue at the same time.
const OFFICERS: usize = 2;
