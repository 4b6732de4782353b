//! The host loses its own store, and the plugin's data stay: it hears what comes from then on.

use std::fs;
use std::sync::Mutex;

use tokio::runtime::Runtime;

use super::pair::{Pair, fetched, prepared};
use crate::gens::country::{PATIENCE, door, issue, patiently, person, row};

#[test]
fn a_host_that_lost_its_store_hears_what_becomes_of_old_and_new() {
    let mut pair = Pair::start();
    let ids = prepared(&pair.host);
    let (old, new) = ids.split_at(ids.len() / 2);
    let (first, old) = old.split_at(old.len() / 2);
    // Events are heard, so that the plugin has a place in the stream.
    send(&pair, first);
    fetch(&pair);
    stand(&pair, first, "delivered");
    send(&pair, old);

    pair.kill_host();
    lose(&pair);
    pair.start_host();
    // What the lost store knew to be under way, and what is sent now.
    send(&pair, new);
    patiently("what is under way is known again", || {
        (pair.line()["under_way"].as_u64()? >= ids.len() as u64 - first.len() as u64).then_some(())
    });
    let numbers = fetch(&pair);
    assert!(numbers.len() >= old.len() + new.len());
    stand(&pair, old, "delivered");
    stand(&pair, new, "delivered");
    patiently("nothing is under way", || (pair.line()["under_way"] == 0).then_some(()));
    pair.ends();
}

#[test]
fn a_host_that_lost_its_store_asks_until_the_hub_is_there() {
    let mut pair = Pair::start();
    let ids = prepared(&pair.host);
    send(&pair, &ids);
    pair.kill_host();
    assert!(fetch(&pair).len() >= ids.len());
    lose(&pair);
    pair.kill_hub();
    pair.start_host();
    pair.start_hub();
    stand(&pair, &ids, "delivered");
    pair.ends();
}

/// Takes the store of the host away.
fn lose(pair: &Pair) {
    let store = pair.host_at.path("data");
    assert!(store.join("CURRENT").exists(), "the store of the host lies in {}", store.display());
    fs::remove_dir_all(store).expect("removed");
}

/// Fetches and acknowledges what waits for AR.
fn fetch(pair: &Pair) -> Vec<String> {
    Runtime::new().expect("a runtime").block_on(async {
        let mut abroad = pair.hub.client("AR").await;
        fetched(&mut abroad).await
    })
}

fn send(pair: &Pair, ids: &[String]) {
    let address = Mutex::new(door(&pair.host));
    issue(person(&pair.host, "LK", "issuer"), ids, &address, PATIENCE, || {});
    stand(pair, ids, "sent");
}

fn stand(pair: &Pair, ids: &[String], state: &str) {
    let mut auditor = person(&pair.host, "LK", "auditor");
    for id in ids {
        patiently(&format!("{id} is {state}"), || {
            row(&mut auditor, "certificates", "id", id).filter(|row| row["state"] == state)
        });
    }
}
