//! What a disk was sent, as the kernel counts it.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

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
