//! Logs that end wrongly, or are damaged anywhere: what the store answers to each.
//!
//! What a torn write leaves is cut off, and never more than what was not synced could be. Damage
//! with readable batches behind it refuses to open: what was answered is never dropped in silence.

use std::path::{Path, PathBuf};

use phytohub_domain::HubDeliveryNumber;
use phytohub_store::{OpenError, OpenReport, Store};

use super::fixture::{accept, config, open, waiting, with_connections};
use super::recovery::{newest_log, try_open_with_report};

/// A store whose log holds a batch for each envelope, and where each batch ends.
struct Log {
    _home: tempfile::TempDir,
    /// The files of the store as a crash leaves them.
    files: PathBuf,
    name: PathBuf,
    bytes: Vec<u8>,
    numbers: Vec<HubDeliveryNumber>,
    /// Where the first of these batches begins.
    begins: usize,
    ends: Vec<usize>,
}

/// What became of a damaged log.
enum Opened {
    With(Vec<HubDeliveryNumber>, OpenReport),
    Refused,
}

impl Log {
    /// With contents from nothing to more than a block of the log.
    async fn new() -> Self {
        let home = tempfile::tempdir().expect("a directory");
        let live = home.path().join("live");
        std::fs::create_dir(&live).expect("a directory");
        let store = with_connections(&live).await;
        let name = newest_log(&live);
        let begins = std::fs::read(&name).expect("readable").len();
        let (mut numbers, mut ends) = (Vec::new(), Vec::new());
        for (index, bytes) in [10, 700, 40_000, 0, 90_000, 300].into_iter().enumerate() {
            let content = vec![b'a' + u8::try_from(index).expect("few"); bytes];
            numbers.push(accept(&store, &format!("A-{index}"), &content).await.number);
            ends.push(std::fs::read(&name).expect("readable").len());
        }
        let files = home.path().join("files");
        copy(&live, &files);
        drop(store);
        let bytes = std::fs::read(files.join(name.file_name().expect("a name"))).expect("readable");
        let name = name.file_name().expect("a name").into();
        Self { _home: home, files, name, bytes, numbers, begins, ends }
    }

    /// Opens the store with other bytes in its log.
    fn open_with(&self, bytes: &[u8]) -> Opened {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("store");
        copy(&self.files, &path);
        std::fs::write(path.join(&self.name), bytes).expect("writable");
        match try_open_with_report(&path) {
            Ok((store, report)) => {
                assert_eq!(store.broken_chain().expect("readable"), None);
                Opened::With(waiting(&store), report)
            }
            Err(OpenError::WalDamaged { file, .. }) => {
                assert!(file.ends_with(&self.name), "{}", file.display());
                let after = std::fs::read(path.join(&self.name)).expect("readable");
                assert_eq!(after, bytes, "what is refused is not changed");
                Opened::Refused
            }
            Err(other) => panic!("another error: {other}"),
        }
    }

    /// Envelopes whose batches, and all before them, are in these bytes as they were written.
    fn whole_in(&self, bytes: &[u8]) -> &[HubDeliveryNumber] {
        let whole = |end: &&usize| bytes.get(..**end) == self.bytes.get(..**end);
        let count = self.ends.iter().filter(whole).count();
        self.numbers.get(..count).expect("as many")
    }

    /// Offsets all over the batches of envelopes, and close to every edge.
    fn offsets(&self) -> Vec<usize> {
        let edges = self.ends.iter().flat_map(|end| [end - 1, *end, end + 8]);
        let blocks = (1..3).flat_map(|block: usize| [block * BLOCK - 3, block * BLOCK + 9]);
        let spread = (0..6).map(|step| self.begins + (self.bytes.len() - self.begins) * step / 6);
        let mut offsets: Vec<_> = edges.chain(blocks).chain(spread).collect();
        offsets.retain(|offset| *offset >= self.begins && *offset < self.bytes.len());
        offsets.sort_unstable();
        offsets.dedup();
        offsets
    }
}

#[tokio::test]
async fn a_truncated_log_holds_what_was_whole() {
    let log = Log::new().await;
    for offset in log.offsets() {
        let Opened::With(there, _) = log.open_with(&log.bytes[..offset]) else {
            panic!("cut at {offset}: refused");
        };
        assert_eq!(there, log.whole_in(&log.bytes[..offset]), "cut at {offset}");
    }
}

/// A file that grew and was never filled: nothing behind the zeros can be read.
#[tokio::test]
async fn a_zeroed_end_holds_what_was_whole() {
    let log = Log::new().await;
    for offset in log.offsets() {
        let mut bytes = log.bytes.clone();
        bytes[offset..].fill(0);
        let Opened::With(there, _) = log.open_with(&bytes) else {
            panic!("zeros from {offset}: refused");
        };
        assert_eq!(there, log.whole_in(&bytes), "zeros from {offset}");
    }
}

/// Zeros in the middle: what is behind them was answered.
#[tokio::test]
async fn a_zeroed_page_before_the_end_refuses_to_open() {
    let log = Log::new().await;
    let last_begins = log.ends[log.ends.len() - 2];
    for offset in log.offsets().into_iter().filter(|offset| offset + 4096 < last_begins) {
        let mut bytes = log.bytes.clone();
        bytes[offset..offset + 4096].fill(0);
        assert!(matches!(log.open_with(&bytes), Opened::Refused), "zeros at {offset}");
    }
}

#[tokio::test]
async fn a_flipped_bit_is_told_of_or_refused_and_never_passed_over() {
    let log = Log::new().await;
    let last_begins = log.ends[log.ends.len() - 2];
    for (place, offset) in log.offsets().into_iter().enumerate() {
        let mut bytes = log.bytes.clone();
        bytes[offset] ^= 1 << (place % 8);
        match log.open_with(&bytes) {
            Opened::Refused => assert!(offset < last_begins, "bit at {offset}: refused"),
            Opened::With(there, report) => {
                // In the last batch it cannot be told from a torn write; in padding it says nothing.
                let whole = there == log.numbers;
                let torn =
                    there == log.numbers[..log.numbers.len() - 1] && report.torn_tail.is_some();
                assert!(whole || torn && offset >= last_begins, "bit at {offset}: {there:?}");
            }
        }
    }
}

#[tokio::test]
async fn what_is_left_of_a_torn_log_is_written_on() {
    let log = Log::new().await;
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("store");
    copy(&log.files, &path);
    let cut = log.ends[3] + 100;
    std::fs::write(path.join(&log.name), &log.bytes[..cut]).expect("writable");
    let (store, _) = open(&path);
    let later = accept(&store, "B-1", b"later").await.number;
    drop(store);
    let (store, report): (Store, _) = open(&path);
    assert_eq!(report.torn_tail, None, "told once");
    assert_eq!(waiting(&store), [log.whole_in(&log.bytes[..cut]), &[later]].concat());
    assert!(config(&path).sync);
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir(to).expect("a directory");
    for entry in std::fs::read_dir(from).expect("readable") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().expect("a name");
        std::fs::copy(&path, to.join(name)).expect("copied");
    }
}

/// The log's own blocks.
const BLOCK: usize = 32 << 10;
