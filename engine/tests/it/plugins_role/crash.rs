//! Either is killed while it works for the other: nothing is lost, and nothing comes twice.

use std::collections::BTreeSet;
use std::sync::mpsc::sync_channel;
use std::sync::{Mutex, PoisonError};
use std::thread;

use tokio::runtime::Runtime;

use super::pair::{Pair, fetched, prepared, sent};
use crate::gens::country::{PATIENCE, door, issue, patiently, person, row, rows};
use crate::support::deliver;

#[test]
fn a_hub_killed_while_certificates_are_handed_in_has_each_once() {
    let mut pair = Pair::start();
    let ids = prepared(&pair.host);
    let address = Mutex::new(door(&pair.host));
    let (told, heard) = sync_channel(ids.len());
    thread::scope(|scope| {
        let issuer = person(&pair.host, "LK", "issuer");
        let (address, ids) = (&address, &ids);
        scope.spawn(move || issue(issuer, ids, address, PATIENCE, || _ = told.send(())));
        // What was issued last is on its way to the hub.
        for some in [3, 4] {
            for _ in 0..some {
                heard.recv().expect("one is issued");
            }
            pair.kill_hub();
            heard.recv().expect("the host goes on");
            pair.start_hub();
        }
        while heard.recv().is_ok() {}
    });
    let mut auditor = person(&pair.host, "LK", "auditor");
    let numbers = sent(&mut auditor, &ids);
    let all = Runtime::new().expect("a runtime").block_on(async {
        let mut abroad = pair.hub.client("AR").await;
        fetched(&mut abroad).await
    });
    let distinct: BTreeSet<_> = all.iter().cloned().collect();
    assert_eq!(distinct.len(), all.len(), "something came twice: {all:?}");
    assert!(numbers.is_subset(&distinct), "{numbers:?} in {distinct:?}");
    pair.ends();
}

#[test]
fn a_host_killed_while_events_come_hears_all_of_them() {
    let mut pair = Pair::start();
    let ids = prepared(&pair.host);
    let address = Mutex::new(door(&pair.host));
    issue(person(&pair.host, "LK", "issuer"), &ids, &address, PATIENCE, || {});
    let mut auditor = person(&pair.host, "LK", "auditor");
    for id in &ids {
        patiently(&format!("{id} is sent"), || {
            row(&mut auditor, "certificates", "id", id).filter(|row| row["state"] == "sent")
        });
    }
    let runtime = Runtime::new().expect("a runtime");
    let (told, heard) = sync_channel(IMPORTS);
    let count = thread::scope(|scope| {
        let hub = &pair.hub;
        // States of what was sent, and envelopes from abroad.
        let abroad = scope.spawn(move || {
            runtime.block_on(async {
                let mut abroad = hub.client("AR").await;
                for _ in 0..IMPORTS {
                    deliver(&mut abroad, "AR", "LK").await;
                    let _ = told.send(());
                }
                fetched(&mut abroad).await.len()
            })
        });
        for _ in 0..2 {
            for _ in 0..IMPORTS / 4 {
                heard.recv().expect("something came");
            }
            pair.host.signal(rustix::process::Signal::KILL);
            pair.host.wait();
            pair.host = pair.host_again();
            *address.lock().unwrap_or_else(PoisonError::into_inner) = door(&pair.host);
        }
        drop(heard);
        abroad.join().expect("it ends")
    });
    assert!(count >= ids.len());
    let mut auditor = person(&pair.host, "LK", "auditor");
    for id in &ids {
        patiently(&format!("{id} is delivered"), || {
            row(&mut auditor, "certificates", "id", id).filter(|row| row["state"] == "delivered")
        });
    }
    let mut importer = person(&pair.host, "LK", "importer");
    let came = patiently("all have come", || {
        let all = rows(&mut importer, "imports").into_iter();
        let all: Vec<_> = all.filter(|row| row["sender"] == "AR").collect();
        (all.len() >= IMPORTS).then_some(all)
    });
    let distinct: BTreeSet<_> = came.iter().map(|row| &row["number"]).collect();
    assert_eq!((came.len(), distinct.len()), (IMPORTS, IMPORTS), "each once");
    patiently("each is acknowledged", || (pair.line()["waiting"] == 0).then_some(()));
    assert_eq!(pair.line()["under_way"], 0, "and nothing is under way");
    pair.ends();
}

/// Envelopes from abroad.
const IMPORTS: usize = 12;
