//! A comparison as a table for a terminal.

use std::fmt::Write;

use crate::compare::{Comparison, Entry};

/// All entries, each beside the ceiling of its size and delay, then how each was set up.
#[must_use]
pub fn table(comparison: &Comparison) -> String {
    let mut out = format!(
        "{} in flight; the middle of the rounds\n{:<10} {:>4} {:>6} {:>10} {:>8} {:>10} {:>10} {:>9} {:>9}\n",
        comparison.in_flight,
        "",
        "KiB",
        "sync+",
        "messages/s",
        "ceiling",
        "CPU us",
        "written",
        "p50 ms",
        "p99 ms",
    );
    for entry in &comparison.entries {
        line(&mut out, comparison, entry);
    }
    let mut named: Vec<&str> = Vec::new();
    for entry in &comparison.entries {
        if named.contains(&entry.name.as_str()) {
            continue;
        }
        named.push(&entry.name);
        out.push_str(&format!("\n{}\n", entry.name));
        for (name, value) in &entry.settings {
            out.push_str(&format!("  {name}: {value}\n"));
        }
    }
    for skipped in &comparison.skipped {
        out.push_str(&format!("\n{} skipped: {}\n", skipped.name, skipped.why));
    }
    out
}

fn line(out: &mut String, comparison: &Comparison, entry: &Entry) {
    let same = |other: &&Entry| {
        other.name == "ceiling"
            && other.kib == entry.kib
            && other.sync_delay_ms == entry.sync_delay_ms
    };
    let ceiling = comparison.entries.iter().find(same).map(Entry::per_second);
    let share = ceiling.map_or_else(String::new, |top| format!("{:.2}", entry.per_second() / top));
    let each = |of: fn(&crate::compare::Round) -> f64| {
        entry.median(|round| of(round) / round.messages.max(1) as f64)
    };
    let written = writeln!(
        out,
        "{:<10} {:>4} {:>4}ms {:>10.0} {share:>8} {:>10.1} {:>10.0} {:>9.2} {:>9.2}",
        entry.name,
        entry.kib,
        entry.sync_delay_ms,
        entry.per_second(),
        each(|round| round.cpu_seconds * 1e6),
        each(|round| round.written_bytes as f64),
        entry.median(|round| round.p50_us as f64 / 1000.0),
        entry.median(|round| round.p99_us as f64 / 1000.0),
    );
    debug_assert!(written.is_ok(), "a string takes everything");
    let failed = entry.rounds.iter().flat_map(|round| &round.errors).take(3);
    for error in failed {
        out.push_str(&format!("    failed: {error}\n"));
    }
}
