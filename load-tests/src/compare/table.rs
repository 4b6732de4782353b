//! A comparison as a table for a terminal.

use crate::compare::goals::{Goal, goals};
use crate::compare::{Comparison, Entry, Group, Round};

/// All entries, each beside the ceiling of its size and delay, the goals, and how each was set up.
#[must_use]
pub fn table(comparison: &Comparison) -> String {
    let (in_flight, syncs) = (comparison.in_flight, comparison.syncs.told());
    let mut out = format!("{in_flight} in flight; the middle of the rounds; {syncs}\n");
    for group in Group::ALL {
        let entries = comparison.entries.iter().filter(|entry| entry.group == group);
        let mut entries = entries.peekable();
        if entries.peek().is_none() {
            continue;
        }
        let rows = entries.map(|entry| (row(comparison, entry), entry));
        out.push_str(&format!("\n{}\n{}", group.title(), line(&HEAD.map(str::to_owned))));
        for (row, entry) in rows {
            out.push_str(&line(&row));
            out.push_str(&words(entry));
        }
    }
    let goals = goals(comparison);
    if !goals.is_empty() {
        out.push_str("\nwhat is wanted\n");
        out.extend(goals.iter().map(|goal| format!("  {}\n", of_goal(goal))));
    }
    for entry in named_once(comparison) {
        out.push_str(&format!("\n{}\n", entry.name));
        for (name, value) in settings(entry) {
            out.push_str(&format!("  {name}: {value}\n"));
        }
    }
    for skipped in &comparison.skipped {
        out.push_str(&format!("\n{} skipped: {}\n", skipped.name, skipped.why));
    }
    out
}

/// What the columns of [`row`] are called.
pub(super) const HEAD: [&str; 13] = [
    "",
    "KiB",
    "sync+",
    "messages/s",
    "lowest",
    "highest",
    "of ceiling",
    "CPU us",
    "to files",
    "to disk",
    "p50 ms",
    "p99 ms",
    "generator",
];

/// One entry's figures.
pub(super) fn row(comparison: &Comparison, entry: &Entry) -> [String; 13] {
    let rates = || entry.rounds.iter().map(|round| round.per_second());
    let ceiling = comparison.beside(entry.ceiling(), entry);
    let share = ceiling.map(|top| format!("{:.2}", entry.ratio(top, |round| round.per_second())));
    let busy = entry.median(|round| round.generator_busy());
    [
        entry.name.clone(),
        entry.kib.to_string(),
        format!("{} ms", entry.sync_delay_ms),
        format!("{:.0}", entry.per_second()),
        format!("{:.0}", rates().fold(f64::INFINITY, f64::min)),
        format!("{:.0}", rates().fold(0.0, f64::max)),
        share.unwrap_or_default(),
        format!("{:.1}", entry.median(|round| round.each(round.cpu_seconds * 1e6))),
        format!("{:.0}", entry.median(|round| round.each(round.written_bytes as f64))),
        disk(entry),
        format!("{:.2}", entry.median(|round| round.p50_us as f64 / 1000.0)),
        format!("{:.2}", entry.median(|round| round.p99_us as f64 / 1000.0)),
        if busy > 0.0 { format!("{:.0} %", busy * 100.0) } else { String::new() },
    ]
}

/// Bytes sent to the disk for a message, if they are known.
fn disk(entry: &Entry) -> String {
    let known = entry.rounds.iter().all(|round| round.disk_bytes.is_some());
    if known { format!("{:.0}", entry.median(Round::disk_each)) } else { String::new() }
}

fn line(row: &[String; 13]) -> String {
    let mut out = String::new();
    for (number, (cell, width)) in row.iter().zip(WIDTHS).enumerate() {
        let cell = if number == 0 { format!("{cell:<width$}") } else { format!("{cell:>width$}") };
        out.push_str(&cell);
    }
    out.push('\n');
    out
}

fn words(entry: &Entry) -> String {
    let failed = entry.rounds.iter().flat_map(|round| &round.errors).take(3);
    let mut out: String = failed.map(|error| format!("    failed: {error}\n")).collect();
    if let Some(words) = limit(entry) {
        out.push_str(&format!("    {words}\n"));
    }
    out
}

/// In words, if a contender could have done more with another generator.
pub(super) fn limit(entry: &Entry) -> Option<String> {
    let busy = entry.median(|round| round.generator_busy());
    (busy > BUSY).then(|| {
        format!(
            "{}: the generator's one thread was busy for {:.0} % of the time",
            entry.name,
            busy * 100.0
        )
    })
}

/// A goal in words.
pub(super) fn of_goal(goal: &Goal) -> String {
    let verdict = if goal.is_reached() { "reached" } else { "missed" };
    format!("{}: {:.2}, wanted {} ({verdict})", goal.what, goal.reached, goal.wanted)
}

/// The first entry of each contender.
pub(super) fn named_once(comparison: &Comparison) -> Vec<&Entry> {
    let mut once: Vec<&Entry> = Vec::new();
    for entry in &comparison.entries {
        if once.iter().all(|other| other.name != entry.name) {
            once.push(entry);
        }
    }
    once
}

/// Settings that are the same for all sizes and delays.
pub(super) fn settings(entry: &Entry) -> impl Iterator<Item = &(String, String)> {
    entry.settings.iter().filter(|(name, _)| name != "disk")
}

const WIDTHS: [usize; 13] = [20, 4, 7, 11, 9, 9, 11, 9, 9, 9, 9, 9, 10];
/// Above this a figure may be the generator's.
const BUSY: f64 = 0.9;
