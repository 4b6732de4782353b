//! What is looked at in quiet, beside what each connection is told.

use std::thread;
use std::time::Duration;

use rand::seq::IteratorRandom;
use serde_json::Value;

use super::Rig;
use crate::Failure;
use crate::clock::Stopwatch;
use crate::hub::Hub;
use crate::ledger::{Broken, EntryId, Kept, Ledger, State, States};
use crate::load::{PUSHED, TOLD};
use crate::verify::{self, Depth};

impl Rig {
    /// Asks for the histories of a few envelopes.
    ///
    /// # Errors
    /// Never; what is wrong is a finding.
    pub fn check_histories(&mut self, count: usize) {
        let numbers: Vec<String> = {
            let ledger = self.field.ledger();
            let known = ledger.iter().filter_map(|(_, entry)| entry.number.clone());
            known.sample(&mut self.rng, count)
        };
        for number in numbers {
            self.check_history(&number);
        }
    }

    /// Looks which envelopes that came to the partner's service the hub knows to have handed over.
    pub(super) fn check_hand_overs(&mut self) {
        let brought: Vec<(EntryId, String)> = {
            let ledger = self.field.ledger();
            let brought = ledger.iter().filter(|(_, entry)| {
                !entry.brought.is_empty()
                    && entry.handed_over.is_none()
                    && entry.possible == States::only(State::Pending)
            });
            let brought = brought.filter_map(|(id, entry)| Some((id, entry.number.clone()?)));
            brought.sample(&mut self.rng, HAND_OVERS_PER_ROUND)
        };
        for (id, number) in brought {
            let told = self.check_history(&number);
            let kind = |event: &Value| event["kind"] == "EnvelopeHandedOver";
            if told.as_array().is_some_and(|events| events.iter().any(kind)) {
                self.field.ledger().handed_over(id);
            }
        }
    }

    /// Has the hub walk the whole chain of its events.
    pub(super) fn check_chain(&self) {
        if let Err(error) = self.site.ask(&["audit", "verify"]) {
            self.field.ledger().find(Broken::Misbehaved, format!("the chain of events: {error}"));
        }
    }

    fn check_history(&mut self, number: &str) -> Value {
        let told = self.site.ask(&["envelope", "history", number]);
        let mut ledger = self.field.ledger();
        match told {
            Ok(told) => {
                self.histories.told(number, &told, &mut ledger);
                return told;
            }
            Err(error) => {
                if let Some(id) = ledger.by_number(number) {
                    ledger.gone(id, Kept::Nothing, &error.to_string());
                }
            }
        }
        Value::Null
    }

    /// Everything is checked, taken, acknowledged and checked again.
    ///
    /// # Errors
    /// When the hub does not answer; that is noted as a finding too.
    pub fn settle(&mut self, hub: &Hub) -> Result<(), Failure> {
        verify::verify(&self.field, hub.address(), Depth::All, &mut self.rng)?;
        self.partner.be_good(true);
        self.partner.acknowledge_at(Some(hub.address()));
        self.wait_for("was never brought", |ledger| ledger.never_brought(PUSHED));
        self.partner.acknowledge_at(None);
        verify::drain(&self.field, hub.address())?;
        verify::verify(&self.field, hub.address(), Depth::All, &mut self.rng)?;
        self.check_histories(HISTORIES_AT_END);
        self.check_chain();
        self.wait_for("was never told to its sender", |ledger| ledger.never_told(TOLD));
        self.partner.be_good(false);
        Ok(())
    }

    /// Waits until nothing is missing, as long as it becomes less.
    fn wait_for(&self, what: &str, missing: impl Fn(&Ledger) -> Vec<EntryId>) {
        let (mut least, mut watch) = (usize::MAX, Stopwatch::start());
        loop {
            let ids = missing(&self.field.ledger());
            if ids.is_empty() {
                return;
            }
            if ids.len() < least {
                (least, watch) = (ids.len(), Stopwatch::start());
            }
            if watch.elapsed() > PARTNER_TIME_MAX {
                return self.field.ledger().not_in_time(&ids, what);
            }
            thread::park_timeout(Duration::from_millis(20));
        }
    }
}

/// The longest wait for a partner's service to hear of one thing more: retries take two seconds.
const PARTNER_TIME_MAX: Duration = Duration::from_secs(30);

const HAND_OVERS_PER_ROUND: usize = 3;
const HISTORIES_AT_END: usize = 10;
