//! Histories of a hub, thousands a minute, each decided by its seed: requests, partners, commits
//! that fail, processes that die, and clocks that are wrong, in any order.
//!
//! The store is the real one over a disk in memory that passes the store's own tests; hub, lanes
//! and housekeeping are the real ones. Clock, partners and the order of everything are the
//! simulation's. A seed that failed is repeated with `PHYTOHUB_SIMULATION_SEED`, and belongs into
//! `simulation/seeds.txt`: those come first, always. Without settings the same histories are tried
//! every time, so that a change that fails is at fault itself; `PHYTOHUB_HISTORIES` says how many
//! others are tried, new ones every time.

mod account;
mod client;
mod dice;
mod executor;
mod ledger;
mod partner;
mod world;

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use phytohub_domain::TrackingInfo;

use client::CODES;
use ledger::Counts;
use world::{Spoilt, World};

/// What a history came to.
struct End {
    findings: Vec<String>,
    trace: Vec<String>,
    counts: Counts,
}

fn history(seed: u64, spoilt: Spoilt) -> End {
    let mut world = World::new(seed, spoilt);
    let length = 20 + world.dice.roll(100);
    for _ in 0..length {
        if world.is_broken() {
            // The process must end, and is started again.
            world.crash();
            world.start();
        }
        act(&mut world);
        for _ in 0..world.dice.roll(40) {
            world.step();
        }
        if !world.ledger().findings.is_empty() {
            break;
        }
    }
    if world.ledger().findings.is_empty() {
        world.account();
    }
    let ledger = std::mem::take(&mut *world.ledger());
    End { findings: ledger.findings, trace: ledger.trace, counts: ledger.counts }
}

/// One thing that somebody does, or that happens.
fn act(world: &mut World) {
    match world.dice.roll(100) {
        0..25 => deliver(world),
        25..32 => deliver_again(world),
        32..46 => {
            let code = world.dice.pick(&CODES);
            let acknowledges = world.dice.chance(50);
            world.ask(world.client(code).pull(acknowledges));
        }
        46..54 => {
            let code = world.dice.pick(&CODES);
            world.ask(world.client(code).headers());
        }
        54..64 => acknowledge(world),
        64..72 => about_one(world),
        72..80 => pass(world),
        80..84 => world.rest(),
        84..88 => clock(world),
        88..92 => world.break_disk(),
        92..96 => {
            world.crash();
            again(world);
        }
        96..98 => {
            world.rest();
            world.stop();
            again(world);
        }
        _ => give_up(world),
    }
}

fn deliver(world: &mut World) {
    let (from, to) = (world.dice.pick(&CODES), world.dice.pick(&CODES));
    let certificate = format!("C-{}", world.dice.roll(4));
    let bytes = match world.dice.roll(200) {
        0 => 2_500_000,
        1..20 => 5_000,
        _ => 0,
    };
    let place = world.ledger().draft((from, to), certificate, bytes);
    world.ask(world.client(from).deliver(place));
}

/// What was sent is sent once more, as if its answer had never come.
fn deliver_again(world: &mut World) {
    let drafted = world.ledger().sent.len();
    if drafted == 0 {
        return deliver(world);
    }
    let recent = drafted.saturating_sub(6);
    let place = recent + world.dice.index(drafted - recent);
    let from = world.ledger().sent(place).from;
    world.ask(world.client(from).deliver(place));
}

/// One of the numbers that are known, with who sent it and for whom it is.
fn one(world: &mut World) -> Option<(String, &'static str, &'static str)> {
    let known = world.ledger().known.len();
    let place = world.dice.index(known);
    let ledger = world.ledger();
    let (number, known) = ledger.known.iter().nth(place)?;
    let sent = ledger.sent(known.sent);
    Some((number.clone(), sent.from, sent.to))
}

fn acknowledge(world: &mut World) {
    let Some((number, _, to)) = one(world) else { return };
    let words = [
        TrackingInfo::Delivered,
        TrackingInfo::DeliveredWithWarnings,
        TrackingInfo::DeliveredNotReadable,
    ];
    let word = world.dice.pick(&words);
    world.ask(world.client(to).acknowledge(number, word));
}

fn about_one(world: &mut World) {
    let Some((number, from, to)) = one(world) else { return };
    match world.dice.roll(3) {
        0 => world.ask(world.client(from).track(number)),
        1 => world.ask(world.client(to).track(number)),
        _ => world.ask(world.client(to).pull_single(number)),
    }
}

fn give_up(world: &mut World) {
    if let Some((number, from, _)) = one(world) {
        world.ask(world.client(from).give_up(number));
    }
}

fn pass(world: &mut World) {
    let times = [1, 1_000, 30_000, 61_000, 660_000, 3_601_000, 86_400_000, 3 * 86_400_000];
    let time = Duration::from_millis(world.dice.pick(&times));
    world.pass(time);
}

fn clock(world: &mut World) {
    let suspected = world.store().clock_status().suspicion.is_some();
    if suspected && world.dice.chance(30) {
        return world.accept_clock();
    }
    let seconds = world.dice.pick(&[1, 300, 3_600, 86_400, 40 * 86_400]);
    let forward = world.dice.chance(60);
    // A day back at most: the connections' certificates are older than that.
    let seconds = if forward { seconds } else { seconds.min(86_400) };
    world.step_clock(forward, Duration::from_secs(seconds));
}

/// The process starts again, at once or after a while.
fn again(world: &mut World) {
    if world.dice.chance(30) {
        let hours = world.dice.pick(&[1, 24, 200]);
        world.stay_off(Duration::from_secs(hours * 3_600));
    }
    if world.dice.chance(10) {
        world.break_disk();
    }
    world.start();
}

/// Runs a history; what it came to, or why it could not go on.
fn run(seed: u64, spoilt: Spoilt) -> Result<Counts, String> {
    let end = catch_unwind(AssertUnwindSafe(|| history(seed, spoilt)));
    let end = end.map_err(|panic| {
        let words = panic.downcast_ref::<String>().cloned();
        let words = words.or_else(|| panic.downcast_ref::<&str>().map(|words| (*words).to_owned()));
        format!("seed {seed}: panicked: {}", words.unwrap_or_default())
    })?;
    if end.findings.is_empty() {
        return Ok(end.counts);
    }
    let last = end.trace.len().saturating_sub(TRACED);
    let trace = end.trace.get(last..).unwrap_or_default().join("\n");
    Err(format!("seed {seed}: {}\n{trace}", end.findings.join("\n")))
}

/// Seeds that once failed.
fn past() -> impl Iterator<Item = u64> {
    let lines = include_str!("simulation/seeds.txt").lines();
    let seeds = lines.map(|line| line.split('#').next().unwrap_or_default().trim());
    seeds.filter(|seed| !seed.is_empty()).map(|seed| seed.parse().expect("a seed"))
}

fn setting(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

#[test]
fn no_history_breaks_a_promise() {
    if let Some(seed) = setting("PHYTOHUB_SIMULATION_SEED") {
        let end = history(seed, Spoilt::Not);
        let trace = end.trace.join("\n");
        assert!(end.findings.is_empty(), "{trace}\n{}", end.findings.join("\n"));
        return;
    }
    let (first, count) = match setting("PHYTOHUB_HISTORIES") {
        Some(count) => (RandomState::new().hash_one(0_u8), count),
        None => (0, HISTORIES),
    };
    let mut total = Counts::default();
    for seed in past().chain((0..count).map(|n| first ^ n)) {
        match run(seed, Spoilt::Not) {
            Ok(counts) => total.add(counts),
            Err(what) => panic!("{what}\nadd the seed to simulation/seeds.txt"),
        }
    }
    // What is promised must have been asked for, or nothing was tried.
    assert!(total.is_everything(), "{total:?}");
}

/// The simulation sees what it is for.
#[test]
fn a_hub_that_breaks_its_promises_is_found_out() {
    for spoilt in [Spoilt::AnswersEarly, Spoilt::ForgetsACommit] {
        let found = (0..50).filter(|seed| run(*seed, spoilt).is_err()).count();
        assert!(found > 0, "{spoilt:?} was never noticed");
    }
}

/// What a seed says, it says again; nearly always, for what is ready at once in a `select!` of the
/// hub's own is taken in any order.
#[test]
fn a_seed_makes_the_same_history_again() {
    let words = |seed| -> Vec<String> {
        // Numbers hold random bits.
        let end = history(seed, Spoilt::Not);
        end.trace.iter().map(|line| line.split(' ').take(2).collect()).collect()
    };
    let same = (0..SEEDS_REPEATED).filter(|seed| words(*seed) == words(*seed)).count();
    assert!(same as u64 >= SEEDS_REPEATED * 3 / 4, "{same} of {SEEDS_REPEATED}");
}

/// A quarter of a minute on two cores that do nothing else.
const HISTORIES: u64 = 2_000;
const SEEDS_REPEATED: u64 = 40;
/// Lines of a failing history that are shown.
const TRACED: usize = 120;
