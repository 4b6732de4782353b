//! What processes cost, as `/proc` tells it: CPU, memory, bytes written to disk.

use std::collections::HashMap;
use std::fs;
use std::time::Duration;

/// Cost of a process and of all that it started. CPU and bytes grow from its start.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct Cost {
    pub(crate) cpu: Duration,
    pub(crate) memory_bytes: u64,
    /// Bytes that it caused to be written to the disk (`write_bytes`), page cache included.
    pub(crate) written_bytes: u64,
}

impl Cost {
    /// Of one process; nothing if it has ended.
    pub(crate) fn of(id: u32) -> Self {
        let mut cost = Self::default();
        cost.add(id);
        cost
    }

    /// Of a process and its descendants.
    pub(crate) fn of_tree(root: u32) -> Self {
        let mut cost = Self::default();
        for id in tree(root) {
            cost.add(id);
        }
        cost
    }

    fn add(&mut self, id: u32) {
        let read =
            |name: &str| fs::read_to_string(format!("/proc/{id}/{name}")).unwrap_or_default();
        let stat = Stat::read(&read("stat")).unwrap_or_default();
        // Children that ended and were waited for are in their parent's sums alone.
        self.cpu += Duration::from_millis(stat.ticks * MILLIS_PER_TICK);
        self.memory_bytes += field(&read("status"), "VmRSS:") << 10;
        self.written_bytes += field(&read("io"), "write_bytes:");
    }

    /// What came since.
    pub(crate) fn since(self, before: Self) -> Self {
        Self {
            cpu: self.cpu.saturating_sub(before.cpu),
            memory_bytes: self.memory_bytes,
            written_bytes: self.written_bytes.saturating_sub(before.written_bytes),
        }
    }
}

/// A process and its descendants.
fn tree(root: u32) -> Vec<u32> {
    let mut children: HashMap<u32, Vec<u32>> = HashMap::new();
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    for id in entries.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok()) {
        let stat = fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
        if let Some(stat) = Stat::read(&stat) {
            children.entry(stat.parent).or_default().push(id);
        }
    }
    let mut all = vec![root];
    let mut next = 0;
    while let Some(id) = all.get(next) {
        all.extend(children.remove(id).unwrap_or_default());
        next += 1;
    }
    all
}

/// Of `/proc/PID/stat`.
#[derive(Debug, Default, Eq, PartialEq)]
struct Stat {
    parent: u32,
    /// In user and in kernel, with those of ended children.
    ticks: u64,
}

impl Stat {
    fn read(text: &str) -> Option<Self> {
        // The name stands in parentheses and may hold anything.
        let (_, rest) = text.rsplit_once(')')?;
        let words: Vec<&str> = rest.split_whitespace().collect();
        let number = |place: usize| words.get(place)?.parse::<u64>().ok();
        let ticks = number(11)? + number(12)? + number(13)? + number(14)?;
        Some(Self { parent: u32::try_from(number(1)?).ok()?, ticks })
    }
}

/// A number in a file of lines `name: number`.
fn field(text: &str, name: &str) -> u64 {
    let line = text.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
    line.split_whitespace().next().and_then(|word| word.parse().ok()).unwrap_or_default()
}

/// `USER_HZ` of Linux is 100 on every machine that the harness runs on.
const MILLIS_PER_TICK: u64 = 10;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stat_line_is_read_whatever_the_process_is_called() {
        let line = "42 (a b) c) S 7 42 42 0 -1 4 1 2 3 4 10 20 30 40 20 0 1 0 5 6 7";
        assert_eq!(Stat::read(line), Some(Stat { parent: 7, ticks: 100 }));
        assert_eq!(Stat::read("nothing"), None);
    }

    #[test]
    fn this_process_costs_something_and_is_its_own_tree() {
        let own = std::process::id();
        assert!(Cost::of(own).memory_bytes > 1 << 20);
        assert!(tree(own).contains(&own));
        assert_eq!(Cost::of(u32::MAX), Cost::default());
    }
}
