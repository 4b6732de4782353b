//! What the project wants of itself in a comparison, and what came of it.

use serde::Serialize;

use crate::compare::{Comparison, Entry, Group, OURS, Round};

/// A ratio that is wanted, measured in one run.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Goal {
    /// In words.
    pub what: String,
    /// At least this.
    pub wanted: f64,
    /// The middle one of the rounds' ratios.
    pub reached: f64,
}

impl Goal {
    /// Whether it was reached.
    #[must_use]
    pub fn is_reached(&self) -> bool {
        self.reached >= self.wanted
    }
}

/// Each goal for which the run has both sides, with syncs as the disk makes them.
#[must_use]
pub fn goals(comparison: &Comparison) -> Vec<Goal> {
    let own = comparison.entries.iter().filter(|entry| entry.sync_delay_ms == 0);
    own.flat_map(|entry| match entry.name.as_str() {
        "hub" => of_hub(comparison, entry),
        "quic" => of_quic(comparison, entry),
        "store" => of_store(comparison, entry),
        _ => Vec::new(),
    })
    .collect()
}

fn of_hub(comparison: &Comparison, hub: &Entry) -> Vec<Goal> {
    let kib = hub.kib;
    let mut goals = Vec::new();
    if let Some(ceiling) = comparison.beside("ceiling", hub) {
        let what = format!("{kib} KiB: hub's messages by those of the ceiling of the protocol");
        let reached = hub.ratio(ceiling, Round::per_second);
        goals.push(Goal { what, wanted: OF_PROTOCOL, reached });
    }
    if let Some(best) = best(peers(comparison, hub), Round::per_cpu_second) {
        let what = format!("{kib} KiB: messages for a CPU second, hub by {}, the best", best.name);
        goals.push(Goal { what, wanted: 1.0, reached: hub.ratio(best, Round::per_cpu_second) });
    }
    goals
}

/// A figure of one turn.
type Figure = fn(&Round) -> f64;

fn of_quic(comparison: &Comparison, quic: &Entry) -> Vec<Goal> {
    let kib = quic.kib;
    let mut goals = Vec::new();
    if let Some(ceiling) = comparison.beside("quic-ceiling", quic) {
        let what = format!("{kib} KiB: messages by QUIC by those of bare quinn");
        let reached = quic.ratio(ceiling, Round::per_second);
        goals.push(Goal { what, wanted: OF_PROTOCOL, reached });
    }
    // The other door is one to be ahead of, too.
    let others = || peers(comparison, quic).chain(comparison.beside("hub", quic));
    let figures: [(&str, Figure); 2] =
        [("messages", Round::per_second), ("messages for a CPU second", Round::per_cpu_second)];
    for (figure, of) in figures {
        if let Some(best) = best(others(), of) {
            let what = format!("{kib} KiB: {figure}, QUIC by {}, the best", best.name);
            goals.push(Goal { what, wanted: 1.0, reached: quic.ratio(best, of) });
        }
    }
    goals
}

/// What people would take instead, over TLS.
fn peers<'a>(comparison: &'a Comparison, entry: &'a Entry) -> impl Iterator<Item = &'a Entry> {
    let names = Group::Tls.names().iter().filter(|name| !OURS.contains(name));
    names.filter_map(move |name| comparison.beside(name, entry))
}

/// Who has the highest middle of a figure.
fn best<'a>(entries: impl Iterator<Item = &'a Entry>, of: Figure) -> Option<&'a Entry> {
    entries.max_by(|one, two| one.median(of).total_cmp(&two.median(of)))
}

fn of_store(comparison: &Comparison, store: &Entry) -> Vec<Goal> {
    let kib = store.kib;
    let mut goals = Vec::new();
    if let Some(ceiling) = comparison.beside("rocksdb", store) {
        let what = format!("{kib} KiB: store's messages by those of the bare RocksDB loop");
        let reached = store.ratio(ceiling, Round::per_second);
        goals.push(Goal { what, wanted: OF_STORE, reached });
    }
    let peers = ["postgres-plain", "postgres-plain-batch"].into_iter();
    let peers = peers.filter_map(|name| comparison.beside(name, store)).filter(|_| kib == 4);
    goals.extend(peers.map(|peer| Goal {
        what: format!("{kib} KiB: store's messages by those of {}", peer.name),
        wanted: OF_POSTGRES,
        reached: store.ratio(peer, Round::per_second),
    }));
    goals
}

/// Of what hyper or quinn, and rustls, answer when they do nothing else.
const OF_PROTOCOL: f64 = 0.6;
/// Of what a loop does that writes the same rows and knows nothing.
const OF_STORE: f64 = 0.7;
/// A queue in a table.
const OF_POSTGRES: f64 = 10.0;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::speed::report::Machine;

    fn entry(name: &str, kib: usize, sync_delay_ms: u64, rounds: &[(u64, f64)]) -> Entry {
        let group = if Group::Tls.names().contains(&name) { Group::Tls } else { Group::Plain };
        let round = |(messages, cpu_seconds): &(u64, f64)| Round {
            messages: *messages,
            seconds: 1.0,
            cpu_seconds: *cpu_seconds,
            ..Round::default()
        };
        let rounds = rounds.iter().map(round).collect();
        Entry { name: name.to_owned(), group, settings: Vec::new(), kib, sync_delay_ms, rounds }
    }

    #[test]
    fn a_goal_is_the_middle_of_ratios_of_turns_that_stood_side_by_side() {
        let comparison = Comparison {
            machine: Machine::this(),
            syncs: crate::compare::SyncTimes::default(),
            in_flight: 64,
            round_seconds: 1.0,
            entries: vec![
                entry("hub", 4, 0, &[(500, 1.0), (90, 0.2), (600, 1.0)]),
                entry("ceiling", 4, 0, &[(1000, 1.0), (100, 1.0), (1000, 1.0)]),
                entry("nats", 4, 0, &[(100, 1.0), (10, 0.1), (100, 1.0)]),
                entry("postgres", 4, 0, &[(900, 3.0), (900, 3.0), (900, 3.0)]),
                entry("store", 4, 0, &[(900, 1.0)]),
                entry("rocksdb", 4, 0, &[(1000, 1.0)]),
                entry("postgres-plain", 4, 0, &[(100, 1.0)]),
                entry("quic", 4, 0, &[(700, 1.0), (90, 0.1), (700, 1.0)]),
                entry("quic-ceiling", 4, 0, &[(1000, 1.0), (180, 0.1), (1000, 1.0)]),
                entry("store", 4, 4, &[(1, 1.0)]),
                entry("rocksdb", 4, 4, &[(1000, 1.0)]),
            ],
            skipped: Vec::new(),
        };
        let goals = goals(&comparison);
        let reached: Vec<(f64, f64)> = goals.iter().map(|g| (g.wanted, g.reached)).collect();
        let wanted = [
            (0.6, 0.6),
            (1.0, 1.6666666666666667),
            (0.7, 0.9),
            (10.0, 9.0),
            (0.6, 0.7),
            (1.0, 0.7777777777777778),
            (1.0, 1.4),
        ];
        assert_eq!(reached.len(), wanted.len(), "{goals:?}");
        for (one, two) in reached.iter().zip(wanted) {
            assert!((one.0 - two.0).abs() < 1e-9 && (one.1 - two.1).abs() < 1e-9, "{goals:?}");
        }
        assert!(goals[0].is_reached() && !goals[3].is_reached());
        assert!(goals[1].what.contains("postgres"), "{goals:?}");
        assert!(goals[5].what.contains("postgres"), "{goals:?}");
        assert!(goals[6].what.contains("by hub, the best"), "{goals:?}");
    }
}
