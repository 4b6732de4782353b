//! Which plugin a thread was in when the process died.
//!
//! Each worker has a slot of 64 bytes in a file, written before and after every call. A plugin
//! that ends the process (a segmentation fault, an abort, `exit`, a stack overflow) leaves its slot
//! as it is: what the kernel was given outlives the process. At the next start every slot that
//! names a plugin is a crash of it, kept in a second file for as long as it counts.
//!
//! What the file cannot tell is who else was to blame: an operator's SIGKILL looks the same. So
//! one crash is none, and a power cut may leave none.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use phytohub_domain::Timestamp;
use serde::{Deserialize, Serialize};

use crate::hook::Hook;

/// The slots of all workers of this process, and the crashes of those before it.
#[derive(Debug)]
pub(crate) struct Breadcrumbs {
    slots: File,
    history: PathBuf,
    free: Mutex<FreeSlots>,
    crashes: Mutex<Vec<Crash>>,
}

#[derive(Debug, Default)]
struct FreeSlots {
    returned: Vec<u64>,
    next: u64,
}

/// A crash of the hub while a thread was in a plugin.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub(crate) struct Crash {
    pub(crate) plugin: String,
    /// What it was asked.
    pub(crate) hook: String,
    /// When it was noticed, milliseconds since 1970.
    pub(crate) at_ms: u64,
}

impl Breadcrumbs {
    /// Reads what the process before left behind, and makes the slots ready for this one. Only one
    /// process at a time may have them: whoever holds the store's lock.
    ///
    /// # Errors
    /// If the files cannot be read or written.
    pub(crate) fn open(path: &Path, now: Timestamp, window: Duration) -> io::Result<Arc<Self>> {
        let history = path.with_extension("crashes");
        let mut crashes = read_history(&history)?;
        let known = crashes.len();
        let found = read_slots(path)?;
        for (plugin, hook) in found {
            tracing::error!(plugin, hook, "the hub ended while it was in this plugin");
            // Several threads in one plugin are one crash.
            if crashes.get(known..).is_some_and(|new| new.iter().all(|one| one.plugin != plugin)) {
                crashes.push(Crash { plugin, hook, at_ms: now.as_millis() });
            }
        }
        let counts = |crash: &Crash| now.since(Timestamp::from_millis(crash.at_ms)) <= window;
        crashes.retain(counts);
        // Kept before the slots are cleared: between the two a crash is counted twice, not never.
        write_history(&history, &crashes)?;
        let mut options = OpenOptions::new();
        let slots = options.write(true).create(true).truncate(true).mode(0o600).open(path)?;
        let (free, crashes) = (Mutex::default(), Mutex::new(crashes));
        Ok(Arc::new(Self { slots, history, free, crashes }))
    }

    /// How often the hub crashed in a plugin, within the window.
    pub(crate) fn crashes(&self, plugin: &str) -> usize {
        let crashes = self.crashes.lock().unwrap_or_else(PoisonError::into_inner);
        crashes.iter().filter(|crash| crash.plugin == plugin).count()
    }

    /// The operator believes in the plugin again.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub(crate) fn forgive(&self, plugin: &str) -> io::Result<()> {
        let mut crashes = self.crashes.lock().unwrap_or_else(PoisonError::into_inner);
        crashes.retain(|crash| crash.plugin != plugin);
        write_history(&self.history, &crashes)
    }

    /// A slot for one thread.
    pub(crate) fn slot(self: &Arc<Self>, plugin: &str) -> Slot {
        let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        let index = free.returned.pop().unwrap_or_else(|| {
            free.next += 1;
            free.next - 1
        });
        drop(free);
        Slot { breadcrumbs: Arc::clone(self), index, plugin: plugin.to_owned() }
    }

    fn write(&self, index: u64, bytes: &[u8; SLOT_BYTES]) {
        // Told once by the start that the file cannot be written; a full disk must not hinder.
        let _ = self.slots.write_all_at(bytes, index * SLOT_BYTES as u64);
    }
}

/// One thread's place in the file.
#[derive(Debug)]
pub(crate) struct Slot {
    breadcrumbs: Arc<Breadcrumbs>,
    index: u64,
    plugin: String,
}

impl Slot {
    /// The thread goes into the plugin.
    pub(crate) fn enter(&self, hook: Hook) {
        let mut bytes = EMPTY;
        let words = [self.plugin.as_bytes(), b" ", hook.as_str().as_bytes()].concat();
        // An id has at most 32 bytes and a hook's name 8.
        for (byte, word) in bytes.iter_mut().take(SLOT_BYTES - 1).zip(words) {
            *byte = word;
        }
        self.breadcrumbs.write(self.index, &bytes);
    }

    /// The thread is back.
    pub(crate) fn leave(&self) {
        self.breadcrumbs.write(self.index, &EMPTY);
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        let mut free = self.breadcrumbs.free.lock().unwrap_or_else(PoisonError::into_inner);
        free.returned.push(self.index);
    }
}

/// Plugins and hooks of the slots that name one.
fn read_slots(path: &Path) -> io::Result<Vec<(String, String)>> {
    let Some(text) = read_if_there(path)? else { return Ok(Vec::new()) };
    let named = text.lines().filter_map(|line| {
        let (plugin, hook) = line.trim_end().split_once(' ')?;
        Some((plugin.to_owned(), hook.to_owned()))
    });
    Ok(named.collect())
}

fn read_history(path: &Path) -> io::Result<Vec<Crash>> {
    let Some(text) = read_if_there(path)? else { return Ok(Vec::new()) };
    Ok(text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect())
}

fn read_if_there(path: &Path) -> io::Result<Option<String>> {
    match std::fs::read(path) {
        Ok(bytes) => Ok(Some(String::from_utf8_lossy(&bytes).into_owned())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn write_history(path: &Path, crashes: &[Crash]) -> io::Result<()> {
    let mut text = String::new();
    for crash in crashes {
        text.push_str(&serde_json::to_string(crash)?);
        text.push('\n');
    }
    let new = path.with_extension("crashes.new");
    std::fs::write(&new, text)?;
    File::open(&new)?.sync_all()?;
    std::fs::rename(&new, path)
}

const SLOT_BYTES: usize = 64;

/// A slot of a thread that is in no plugin: a line of blanks, so that the file can be read.
const EMPTY: [u8; SLOT_BYTES] = {
    let mut bytes = [b' '; SLOT_BYTES];
    bytes[SLOT_BYTES - 1] = b'\n';
    bytes
};

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_secs(3600);

    fn at(minutes: u64) -> Timestamp {
        Timestamp::from_millis(1_795_255_872_000 + minutes * 60_000)
    }

    #[test]
    fn a_thread_that_did_not_come_back_is_a_crash_for_an_hour() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("breadcrumbs");
        let open = |minutes| Breadcrumbs::open(&path, at(minutes), HOUR).expect("opens");
        let first = open(0);
        let (good, bad, again) = (first.slot("good"), first.slot("bad"), first.slot("bad"));
        for slot in [&good, &bad, &again] {
            slot.enter(Hook::Validate);
        }
        good.leave();
        drop(first);
        let second = open(1);
        assert_eq!((second.crashes("good"), second.crashes("bad")), (0, 1));
        second.slot("bad").enter(Hook::Events);
        assert_eq!(open(2).crashes("bad"), 2);
        assert_eq!(open(61).crashes("bad"), 2, "the first is an hour old");
        assert_eq!(open(62).crashes("bad"), 1);
        let last = open(62);
        last.forgive("bad").expect("is written");
        assert_eq!(last.crashes("bad"), 0);
        assert_eq!(open(62).crashes("bad"), 0);
    }

    #[test]
    fn slots_are_used_again() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("breadcrumbs");
        let crumbs = Breadcrumbs::open(&path, at(0), HOUR).expect("opens");
        for _ in 0..100 {
            let slot = crumbs.slot("p");
            slot.enter(Hook::Route);
            slot.leave();
        }
        assert_eq!(std::fs::metadata(&path).expect("is there").len(), SLOT_BYTES as u64);
    }
}
