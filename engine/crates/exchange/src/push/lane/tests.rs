use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;

fn at(millis: u64) -> Timestamp {
    Timestamp::from_millis(millis)
}

/// What the store would know of one thing.
#[derive(Clone, Copy, Debug)]
struct Stored {
    key: u64,
    attempts: u32,
    due: u64,
    parked: bool,
    /// Handed over or settled.
    ended: bool,
}

/// A queue on disk, a lane over it, and what is being brought.
#[derive(Default)]
struct World {
    store: BTreeMap<u64, Stored>,
    lane: Lane,
    flying: Vec<u64>,
    now: u64,
    brought: Vec<u64>,
}

#[derive(Clone, Debug)]
enum Step {
    Come { key: u64 },
    Bring { at_most: usize },
    End { which: usize, succeeds: bool, wait: u64 },
    Settle { which: usize },
    Park { which: usize, parked: bool },
    Pass { millis: u64 },
    Restart,
}

impl World {
    fn candidate(&self, sequence: u64) -> Option<Candidate> {
        let stored = self.store.get(&sequence).filter(|stored| !stored.ended && !stored.parked)?;
        let Stored { key, attempts, due, .. } = *stored;
        Some(Candidate { sequence, key, attempts, due: at(due), blocks: true })
    }

    /// Asks the lane until it brings something or waits.
    fn ask(&mut self) -> Want {
        loop {
            match self.lane.next(at(self.now)) {
                Want::Read { after, count } => {
                    let page: Vec<u64> =
                        self.store.range(after + 1..).take(count.min(3)).map(|(s, _)| *s).collect();
                    let candidates: Vec<_> =
                        page.iter().filter_map(|sequence| self.candidate(*sequence)).collect();
                    self.lane.read(page.last().copied(), &candidates, at(self.now));
                }
                Want::Look { sequence } => {
                    let candidate = self.candidate(sequence);
                    self.lane.looked(sequence, candidate, at(self.now));
                }
                other => return other,
            }
        }
    }

    fn bring(&mut self) -> Option<Option<Timestamp>> {
        match self.ask() {
            Want::Bring { sequence, attempts } => {
                let stored = self.store[&sequence];
                assert!(!stored.ended && !stored.parked, "{sequence} is not to be brought");
                assert!(stored.due <= self.now, "{sequence} is brought too early");
                assert_eq!(stored.attempts, attempts);
                let earlier = self
                    .store
                    .range(..sequence)
                    .find(|(_, other)| other.key == stored.key && !other.ended && !other.parked);
                assert!(earlier.is_none(), "{sequence} overtakes {earlier:?}");
                let twin = self.flying.iter().find(|flying| self.store[*flying].key == stored.key);
                assert!(twin.is_none(), "{sequence} is brought beside {twin:?}");
                self.flying.push(sequence);
                self.brought.push(sequence);
                None
            }
            Want::Wait(until) => Some(until),
            other => panic!("{other:?}"),
        }
    }

    fn end(&mut self, index: usize, succeeds: bool, wait: u64) {
        let sequence = self.flying.swap_remove(index);
        let due = self.now + wait;
        let stored = self.store.get_mut(&sequence).expect("it is stored");
        let outcome = if succeeds || stored.ended || stored.parked {
            stored.ended |= !stored.parked;
            Outcome::Done
        } else {
            (stored.attempts, stored.due) = (stored.attempts + 1, due);
            Outcome::Again { attempts: stored.attempts, due: at(due) }
        };
        self.lane.outcome(sequence, outcome);
    }

    fn step(&mut self, step: Step) {
        let nth = |which: usize, count: usize| (count > 0).then(|| which % count);
        let sequence_of = |world: &Self, which: usize| {
            nth(which, world.store.len()).and_then(|index| world.store.keys().nth(index).copied())
        };
        match step {
            Step::Come { key } => {
                let sequence = self.store.len() as u64 + 1;
                let (attempts, due) = (0, 0);
                self.store
                    .insert(sequence, Stored { key, attempts, due, parked: false, ended: false });
                self.lane.came();
            }
            Step::Bring { at_most } => {
                for _ in 0..at_most {
                    if self.bring().is_some() {
                        break;
                    }
                }
            }
            Step::End { which, succeeds, wait } => {
                if let Some(index) = nth(which, self.flying.len()) {
                    self.end(index, succeeds, wait);
                }
            }
            Step::Settle { which } => {
                if let Some(sequence) = sequence_of(self, which) {
                    self.store.get_mut(&sequence).expect("it is stored").ended = true;
                    self.lane.settle(sequence);
                }
            }
            Step::Park { which, parked } => {
                if let Some(sequence) = sequence_of(self, which) {
                    self.store.get_mut(&sequence).expect("it is stored").parked = parked;
                    if parked { self.lane.settle(sequence) } else { self.lane.again(sequence) }
                }
            }
            Step::Pass { millis } => self.now += millis,
            Step::Restart => {
                self.lane = Lane::default();
                self.flying.clear();
            }
        }
    }

    /// Everything that is left is brought in the end, the lane saying when to ask again.
    fn finish(&mut self) {
        self.flying.clone().iter().for_each(|_| self.end(0, true, 0));
        loop {
            match self.bring() {
                None => self.end(0, true, 0),
                Some(Some(until)) => {
                    assert!(until > at(self.now), "it waits for what has come");
                    self.now = until.as_millis();
                }
                Some(None) => break,
            }
        }
        let forgotten = self.store.iter().find(|(_, stored)| !stored.ended && !stored.parked);
        assert!(forgotten.is_none(), "forgotten: {forgotten:?}");
        assert_eq!(self.lane.held(), 0, "nothing is held for nothing");
    }
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (0_u64..4).prop_map(|key| Step::Come { key }),
        4 => (1_usize..4).prop_map(|at_most| Step::Bring { at_most }),
        4 => (any::<usize>(), any::<bool>(), 1_u64..500)
            .prop_map(|(which, succeeds, wait)| Step::End { which, succeeds, wait }),
        1 => any::<usize>().prop_map(|which| Step::Settle { which }),
        1 => (any::<usize>(), any::<bool>()).prop_map(|(which, parked)| Step::Park { which, parked }),
        2 => (0_u64..300).prop_map(|millis| Step::Pass { millis }),
        1 => Just(Step::Restart),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    /// Never too early, never beside or before an earlier one with its key, never forgotten:
    /// whatever fails, is settled or set aside meanwhile, and across restarts.
    #[test]
    fn a_lane_keeps_order_and_time_and_forgets_nothing(
        steps in prop::collection::vec(step(), 0..120),
    ) {
        let mut world = World::default();
        steps.into_iter().for_each(|step| world.step(step));
        world.finish();
    }
}

#[test]
fn other_keys_overtake_one_that_waits() {
    let mut world = World::default();
    [7, 7, 8].into_iter().for_each(|key| world.step(Step::Come { key }));
    assert_eq!(world.bring(), None);
    world.end(0, false, 1000);
    assert_eq!(world.bring(), None);
    assert_eq!(world.brought, [1, 3], "2 waits for 1");
    world.end(0, true, 0);
    assert_eq!(world.bring(), Some(Some(at(1000))));
    world.step(Step::Settle { which: 0 });
    assert_eq!(world.bring(), None);
    assert_eq!(world.brought, [1, 3, 2]);
}

#[test]
fn what_was_handed_over_once_holds_up_nothing() {
    let mut lane = Lane::default();
    let candidate =
        |sequence, due, blocks| Candidate { sequence, key: 1, attempts: 0, due: at(due), blocks };
    lane.read(Some(2), &[candidate(1, 50, false), candidate(2, 0, true)], at(0));
    lane.read(None, &[], at(0));
    assert_eq!(lane.next(at(0)), Want::Bring { sequence: 2, attempts: 0 });
    assert_eq!(lane.next(at(60)), Want::Wait(None), "one of a key at a time");
    lane.outcome(2, Outcome::Done);
    assert_eq!(lane.next(at(60)), Want::Bring { sequence: 1, attempts: 0 });
}

#[test]
fn a_backlog_is_held_in_a_window() {
    let mut lane = Lane::default();
    let mut sequence = 0;
    let mut brought = 0_u32;
    for now in 0..100_000 {
        match lane.next(at(now)) {
            Want::Read { after, count } => {
                assert_eq!(after, sequence);
                let page: Vec<_> = (after + 1..=after + count as u64)
                    .map(|sequence| Candidate {
                        sequence,
                        key: sequence,
                        attempts: 0,
                        due: at(0),
                        blocks: true,
                    })
                    .collect();
                sequence = after + count as u64;
                lane.read(Some(sequence), &page, at(now));
            }
            Want::Bring { sequence, .. } => {
                brought += 1;
                lane.outcome(sequence, Outcome::Again { attempts: 1, due: at(u64::MAX) });
            }
            Want::Look { .. } | Want::Wait(_) => {}
        }
        assert!(lane.held() <= ITEMS_MAX + PAGE);
    }
    assert!(brought as usize >= ITEMS_MAX);
}

#[test]
fn too_much_to_look_at_begins_anew() {
    let mut lane = Lane::default();
    lane.read(Some(100_000), &[], at(0));
    lane.read(None, &[], at(0));
    assert_eq!(lane.next(at(0)), Want::Wait(None));
    (1..=LOOK_MAX as u64 + 1).for_each(|sequence| lane.again(sequence));
    assert_eq!(lane.next(at(0)), Want::Read { after: 0, count: PAGE });
}
