//! Where a write-ahead log is damaged, and whether whole batches follow the damage.
//!
//! RocksDB refuses a log whose last record is torn in a way that is not a mere cut, as a power
//! cut leaves it. Such an end was never answered. The same damage with batches behind it lies in
//! what was answered: then the store must not open.
//!
//! The format is RocksDB's: blocks of 32 KiB; records of masked CRC-32C, length, type and payload;
//! a batch is one full record, or a first, middle and last ones.

#![deny(clippy::indexing_slicing)]

use std::io;
use std::path::{Path, PathBuf};

/// The first bad record of a store's logs.
#[derive(Debug)]
pub(crate) struct Damage {
    pub(crate) file: PathBuf,
    pub(crate) offset: u64,
    /// Whether the beginning of a batch can be read anywhere behind it.
    pub(crate) followed_by_a_batch: bool,
}

/// Looks through the logs of a store, oldest first.
pub(crate) fn first_damage(directory: &Path) -> io::Result<Option<Damage>> {
    let mut damage: Option<Damage> = None;
    for file in logs(directory)? {
        let bytes = std::fs::read(&file)?;
        if let Some(damage) = &mut damage {
            damage.followed_by_a_batch |= next_batch(&bytes, 0).is_some();
        } else if let Some(bad) = first_bad_record(&bytes) {
            damage = Some(Damage {
                file,
                offset: bad as u64,
                followed_by_a_batch: next_batch(&bytes, bad + 1).is_some(),
            });
        }
    }
    Ok(damage)
}

/// The log files by number.
fn logs(directory: &Path) -> io::Result<Vec<PathBuf>> {
    let mut logs = Vec::new();
    for entry in std::fs::read_dir(directory)? {
        let path = entry?.path();
        let number = path.file_stem().and_then(|stem| stem.to_str()?.parse::<u64>().ok());
        if let (Some(number), Some("log")) = (number, path.extension().and_then(|e| e.to_str())) {
            logs.push((number, path));
        }
    }
    logs.sort();
    Ok(logs.into_iter().map(|(_, path)| path).collect())
}

/// Offset of the first record that cannot be read; nothing if the log simply ends.
fn first_bad_record(log: &[u8]) -> Option<usize> {
    let mut offset = 0;
    while offset < log.len() {
        let left_in_block = BLOCK_BYTES - offset % BLOCK_BYTES;
        if left_in_block < HEADER_BYTES {
            offset += left_in_block;
            continue;
        }
        match record_at(log, offset) {
            Some(record) => offset += HEADER_BYTES + record.length,
            None => return Some(offset),
        }
    }
    None
}

/// Offset of the first whole record from `from` on that begins a batch. Lengths cannot be trusted
/// behind damage, so every place is tried.
fn next_batch(log: &[u8], from: usize) -> Option<usize> {
    (from..log.len()).find(|offset| {
        let left_in_block = BLOCK_BYTES - offset % BLOCK_BYTES;
        left_in_block >= HEADER_BYTES
            && record_at(log, *offset).is_some_and(|record| record.begins_batch)
    })
}

#[derive(Debug)]
struct Record {
    length: usize,
    begins_batch: bool,
}

/// The record at an offset, if its checksum is right.
fn record_at(log: &[u8], offset: usize) -> Option<Record> {
    let header = log.get(offset..)?.first_chunk::<HEADER_BYTES>()?;
    let [c0, c1, c2, c3, l0, l1, kind] = *header;
    let length = usize::from(u16::from_le_bytes([l0, l1]));
    if kind == 0 || length > BLOCK_BYTES - offset % BLOCK_BYTES - HEADER_BYTES {
        return None;
    }
    let payload = log.get(offset + HEADER_BYTES..)?.get(..length)?;
    let crc = crc32c::crc32c_append(crc32c::crc32c(&[kind]), payload);
    let masked = crc.rotate_right(15).wrapping_add(MASK_DELTA);
    (masked == u32::from_le_bytes([c0, c1, c2, c3])).then_some(Record {
        length,
        begins_batch: BATCH_BEGINNINGS.contains(&kind) && length >= BATCH_HEADER_BYTES,
    })
}

const BLOCK_BYTES: usize = 32 << 10;
const HEADER_BYTES: usize = 7;
/// RocksDB masks a stored CRC so that a CRC over bytes with CRCs in them stays good.
const MASK_DELTA: u32 = 0xa282_ead8;
/// Record types 1, full, and 2, first. Recycled logs, which have others, are not used.
const BATCH_BEGINNINGS: [u8; 2] = [1, 2];
/// Sequence number and count.
const BATCH_HEADER_BYTES: usize = 12;

#[cfg(test)]
mod tests {
    use super::*;

    fn record(kind: u8, payload: &[u8]) -> Vec<u8> {
        let crc = crc32c::crc32c_append(crc32c::crc32c(&[kind]), payload);
        let masked = crc.rotate_right(15).wrapping_add(MASK_DELTA);
        let length = u16::try_from(payload.len()).expect("a short payload");
        [&masked.to_le_bytes()[..], &length.to_le_bytes(), &[kind], payload].concat()
    }

    fn flipped(mut bytes: Vec<u8>, place: usize) -> Vec<u8> {
        *bytes.get_mut(place).expect("a place within") ^= 1;
        bytes
    }

    #[test]
    fn damage_is_found_and_told_from_a_torn_end() {
        let directory = tempfile::tempdir().expect("a directory");
        let write = |name: &str, bytes: &[u8]| {
            std::fs::write(directory.path().join(name), bytes).expect("writable");
        };
        let batch = record(1, &[7; 100]);
        write("000009.log", &[batch.clone(), batch.clone()].concat());
        assert!(first_damage(directory.path()).expect("readable").is_none());

        let torn = flipped([batch.clone(), batch.clone()].concat(), batch.len() + 50);
        write("000009.log", &torn);
        let damage = first_damage(directory.path()).expect("readable").expect("damage");
        assert_eq!((damage.offset, damage.followed_by_a_batch), (batch.len() as u64, false));

        write("000009.log", &[torn.clone(), batch.clone()].concat());
        let damage = first_damage(directory.path()).expect("readable").expect("damage");
        assert!(damage.followed_by_a_batch);

        write("000009.log", &torn);
        write("000010.log", &batch);
        let damage = first_damage(directory.path()).expect("readable").expect("damage");
        assert!(damage.followed_by_a_batch && damage.file.ends_with("000009.log"));
    }

    #[test]
    fn later_parts_of_the_torn_batch_are_no_batch() {
        let (first, last) = (record(2, &[1; 64]), record(4, &[2; 64]));
        let torn = flipped([first, last].concat(), 20);
        assert_eq!(first_bad_record(&torn), Some(0));
        assert_eq!(next_batch(&torn, 1), None);
    }
}
