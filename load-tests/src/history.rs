//! Histories of envelopes, as an operator is told them: they only ever grow.

use std::collections::HashMap;

use serde_json::Value;

use crate::ledger::{Broken, Ledger};

/// What histories said so far.
#[derive(Debug, Default)]
pub(crate) struct Histories {
    by_number: HashMap<String, Vec<Event>>,
    /// No place in the chain of all events is given twice.
    by_sequence: HashMap<u64, String>,
}

#[derive(Clone, Debug, Eq, PartialEq)]
struct Event {
    sequence: u64,
    hash: String,
}

impl Histories {
    /// Compares a history with what it was before.
    pub(crate) fn told(&mut self, number: &str, told: &Value, ledger: &mut Ledger) {
        let Some(events) = read(told) else {
            let text = format!("the history of {number} cannot be read: {told}");
            return ledger.find(Broken::Misbehaved, text);
        };
        let mut find = |text: &str| {
            ledger.find(Broken::Misbehaved, format!("the history of {number} {text}: {told}"));
        };
        if events.is_empty() {
            find("is empty");
        }
        if !events.is_sorted_by(|a, b| a.sequence < b.sequence) {
            find("is not in order");
        }
        let before = self.by_number.get(number).map(Vec::as_slice).unwrap_or_default();
        if !events.starts_with(before) {
            find(&format!("does not begin as it did: {before:?}"));
        }
        for event in &events {
            let known = self.by_sequence.insert(event.sequence, event.hash.clone());
            if known.is_some_and(|known| known != event.hash) {
                find("has a place in the chain that another event had");
            }
        }
        self.by_number.insert(number.into(), events);
    }
}

fn read(told: &Value) -> Option<Vec<Event>> {
    let read_event = |event: &Value| {
        let sequence = event.get("sequence")?.as_u64()?;
        let hash = event.get("hash")?.as_str()?.to_owned();
        Some(Event { sequence, hash })
    };
    told.as_array()?.iter().map(read_event).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_history_may_grow_and_nothing_else() {
        let check = |told: Value| {
            let (mut histories, mut ledger) = (Histories::default(), Ledger::default());
            let first = json!([{"sequence": 1, "hash": "a"}, {"sequence": 5, "hash": "b"}]);
            histories.told("N1", &first, &mut ledger);
            assert_eq!(ledger.findings(), []);
            histories.told("N1", &told, &mut ledger);
            ledger.findings().len()
        };
        let event = |sequence: u64, hash: &str| json!({"sequence": sequence, "hash": hash});
        assert_eq!(check(json!([event(1, "a"), event(5, "b"), event(9, "c")])), 0);
        assert_eq!(check(json!([event(1, "a")])), 1, "shorter");
        assert_eq!(check(json!([event(1, "a"), event(5, "x")])), 2, "changed");
        assert_eq!(check(json!([event(5, "b"), event(1, "a")])), 2, "out of order");
        assert_eq!(check(json!({"no": "array"})), 1);
    }
}
