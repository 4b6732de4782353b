//! The disk that all contenders share: how long a sync takes, and what it was sent.

use std::fs::{self, File};
use std::io::Write;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::Failure;
use crate::clock::Stopwatch;
use crate::speed::histogram;

/// How long a disk takes to make 16 KiB durable behind the end of a file: every figure of a
/// durable queue is one of the disk, too.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct SyncTimes {
    /// The middle one, by fdatasync.
    pub p50_us: u64,
    /// One in a hundred is longer.
    pub p99_us: u64,
}

impl SyncTimes {
    /// Measures in a directory; what was written is removed.
    pub(super) fn measure(dir: &Path) -> Result<Self, Failure> {
        let path = dir.join("syncs");
        let mut file = File::create(&path)?;
        let mut times = histogram()?;
        for _ in 0..SYNCS {
            let watch = Stopwatch::start();
            file.write_all(&[b'x'; 16 << 10])?;
            file.sync_data()?;
            times.saturating_record(u64::try_from(watch.elapsed().as_micros())?);
        }
        fs::remove_file(&path)?;
        let at = |quantile| times.value_at_quantile(quantile);
        Ok(Self { p50_us: at(0.5), p99_us: at(0.99) })
    }

    /// In words.
    #[must_use]
    pub fn told(self) -> String {
        let millis = |us: u64| us as f64 / 1000.0;
        let (p50, p99) = (millis(self.p50_us), millis(self.p99_us));
        format!("fdatasync of 16 KiB: p50 {p50:.2} ms, p99 {p99:.2} ms")
    }
}

/// Bytes that the disk below a directory was sent since the machine started; nothing if it is none
/// of its own, such as a directory in memory.
pub(super) fn written_below(dir: &Path) -> Option<u64> {
    let device = fs::metadata(dir).ok()?.dev();
    written(&fs::read_to_string("/proc/diskstats").ok()?, device)
}

fn written(text: &str, device: u64) -> Option<u64> {
    // As Linux puts the two numbers of a device into one.
    let major = ((device >> 8) & 0xfff) | ((device >> 32) & !0xfff);
    let minor = (device & 0xff) | ((device >> 12) & !0xff);
    let line = text.lines().find_map(|line| {
        let mut words = line.split_whitespace();
        let number = |word: Option<&str>| word.and_then(|word| word.parse::<u64>().ok());
        let same = number(words.next()) == Some(major) && number(words.next()) == Some(minor);
        same.then_some(words)
    });
    // Behind the name: reads in requests, merges, sectors and time, then the same of writes.
    let sectors: u64 = line?.nth(7)?.parse().ok()?;
    Some(sectors * SECTOR_BYTES)
}

/// Enough for a hundredth to mean something, and soon done on a slow disk.
const SYNCS: usize = 500;
/// Whatever the disk has, the kernel counts in these.
const SECTOR_BYTES: u64 = 512;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_is_found_by_its_numbers() {
        let text =
            " 259 0 nvme0n1 9 9 9 9 9 9 8 9 0 0 0\n 259 1 nvme0n1p1 1 2 3 4 5 6 70 8 0 0 0\n";
        let device = (259 & 0xfff) << 8 | 1;
        assert_eq!(written(text, device), Some(70 * 512));
        assert_eq!(written(text, 0x801), None);
        assert_eq!(written("nonsense", 0), None);
    }
}
