//! The end of a history: all is made good, and every number is accounted for.

use std::time::Duration;

use phytohub_domain::{ConnectionId, TrackingInfo};
use phytohub_store::Queue;

use super::client::CODES;
use super::ledger::Ledger;
use super::world::World;

impl World {
    /// Makes all good, and holds what the hub says against what it promised.
    pub(crate) fn account(&mut self) {
        self.make_good();
        self.bring_all();
        if self.dice.chance(50) {
            self.crash();
        } else {
            self.rest();
            self.stop();
        }
        self.start();
        self.rest();
        self.take_stock();
        self.check_store("in the end");
        self.check_updates();
        self.finish();
    }

    fn make_good(&mut self) {
        self.ledger().note("all is made good".into());
        self.endpoints.behave();
        if self.is_broken() || self.disk.is_gone() {
            self.crash();
            self.start();
        }
        self.disk.mend();
        self.rest();
        if self.store().clock_status().suspicion.is_some() {
            self.accept_clock();
            self.rest();
        }
    }

    /// Lets time pass until the endpoints have been brought everything.
    fn bring_all(&mut self) {
        let behind = {
            let ledger = self.ledger();
            ledger.wall_max - ledger.wall
        };
        if behind > 0 {
            // What was put off while the clock was ahead waits until it is there again.
            self.pass(Duration::from_millis(behind));
        }
        for _ in 0..ROUNDS_MAX {
            self.pass(Duration::from_secs(601));
            self.rest();
            let ledger = self.ledger();
            let left = ledger.pending_for("AR");
            let owed = |number: &&String| {
                ledger
                    .known
                    .get(*number)
                    .is_some_and(|known| known.brought == 0 && !known.may_have_failed(ledger.age))
            };
            if !left.iter().any(|number| owed(&number)) {
                return;
            }
        }
        let left = self.ledger().pending_for("AR");
        for number in left {
            let known = self.ledger().known.get(&number).cloned().unwrap_or_default();
            if known.brought == 0 && known.asked.is_empty() {
                let state = self.store().envelope(number.parse().expect("a number"));
                self.ledger().finding(format!("{number} was never brought: {state:?}"));
            }
        }
    }

    /// Everybody takes all, and asks for all.
    fn take_stock(&mut self) {
        for code in CODES {
            let id = connection(code);
            let waiting = self.store().queue_len(id, Queue::Inbox);
            // Three at a time, wrapping: one round more than needed.
            for _ in 0..=waiting / 3 {
                self.ask(self.client(code).pull(false));
                self.rest();
            }
            for _ in 0..=waiting / 5 {
                self.ask(self.client(code).headers());
                self.rest();
            }
        }
        let numbers: Vec<_> = self.ledger().known.keys().cloned().collect();
        for number in &numbers {
            let (from, to) = self.parties(number);
            self.ask(self.client(from).track(number.clone()));
            self.ask(self.client(to).pull_single(number.clone()));
        }
        self.rest();
    }

    fn parties(&self, number: &str) -> (&'static str, &'static str) {
        let ledger = self.ledger();
        let known = ledger.known.get(number).expect("it is known");
        let sent = ledger.sent(known.sent);
        (sent.from, sent.to)
    }

    /// The store knows the numbers that were given, and no others, and offers what is not settled.
    fn check_store(&self, when: &str) {
        let mut ledger = self.ledger();
        let store = self.store();
        let envelopes = store.envelopes_after(None, 100_000).expect("readable");
        let numbers: Vec<String> = envelopes.iter().map(|(number, _)| number.to_string()).collect();
        let given: Vec<String> = ledger.known.keys().cloned().collect();
        if numbers != given {
            let odd = |some: &[String], others: &[String]| -> Vec<String> {
                some.iter().filter(|number| !others.contains(number)).cloned().collect()
            };
            let (lost, strange) = (odd(&given, &numbers), odd(&numbers, &given));
            ledger.finding(format!("{when}: lost {lost:?}, given to nobody {strange:?}"));
        }
        for (number, tracked) in &envelopes {
            if let Err(error) = tracked {
                ledger.finding(format!("{when}: {number}: {error}"));
            }
            let first = store.history(*number).ok().and_then(|events| events.first().cloned());
            if first.is_none() {
                ledger.finding(format!("{when}: {number} has no history"));
            }
        }
        for code in CODES {
            check_inbox(&mut ledger, store, code, when);
        }
        match store.broken_chain() {
            Ok(None) => {}
            other => ledger.finding(format!("{when}: the chain of events: {other:?}")),
        }
    }

    /// NO was told every last word, and nothing that is not so.
    fn check_updates(&self) {
        let mut ledger = self.ledger();
        let numbers: Vec<_> = ledger.known.keys().cloned().collect();
        for number in numbers {
            let known = ledger.known.get(&number).expect("it is known").clone();
            let Some((info, _)) = known.settled else { continue };
            let told = ledger.told.get(&number).cloned().unwrap_or_default();
            if ledger.sent(known.sent).from == "NO" && told.last() != Some(&info) {
                ledger.finding(format!("{number} stands as {info}, its sender was told {told:?}"));
            }
        }
    }

    /// Everything is acknowledged: then nothing waits anywhere, and that stays so.
    fn finish(&mut self) {
        for code in CODES {
            let pending = self.ledger().pending_for(code);
            for number in pending {
                self.ask(self.client(code).acknowledge(number, TrackingInfo::Delivered));
            }
        }
        self.rest();
        self.pass(Duration::from_secs(601));
        self.rest();
        self.crash();
        self.start();
        self.rest();
        for code in CODES {
            let asked = self.ledger().pending_for(code);
            for queue in [Queue::Inbox, Queue::Outbox, Queue::Updates] {
                let left = self.store().queue_len(connection(code), queue);
                if left > 0 {
                    self.ledger().finding(format!(
                        "all is acknowledged, and {left} wait in {queue:?} of {code}; {asked:?}"
                    ));
                }
            }
        }
        self.take_stock();
        self.check_store("after everything");
        self.check_updates();
    }
}

fn check_inbox(ledger: &mut Ledger, store: &phytohub_store::Store, code: &str, when: &str) {
    let rows = store.waiting(connection(code), Queue::Inbox, 0, 100_000).expect("readable");
    let there: Vec<String> = rows
        .iter()
        .filter_map(|(_, tracked)| tracked.as_ref().ok())
        .map(|(envelope, _)| envelope.number.to_string())
        .collect();
    let due = ledger.pending_for(code);
    if there != due {
        ledger.finding(format!("{when}: the inbox of {code} holds {there:?}, and should {due:?}"));
    }
}

/// Connections are numbered as they were registered.
fn connection(code: &str) -> ConnectionId {
    let place = CODES.iter().position(|known| *known == code).expect("it takes part");
    ConnectionId(u32::try_from(place).expect("few") + 1)
}

/// Far more than the longest wait between two tries.
const ROUNDS_MAX: u32 = 30;
