//! The disk reserve: deliveries stop while pulls and acknowledgements still have room to go on.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use crate::StoreConfig;
use crate::error::CommitError;

/// Watches the free bytes of the store's disk.
#[derive(Debug)]
pub struct Reserve {
    path: PathBuf,
    percent: u8,
    bytes: u64,
    breached: AtomicBool,
    /// Bytes above the reserve when the disk was last looked at.
    room: AtomicU64,
}

impl Reserve {
    pub(crate) fn new(config: &StoreConfig) -> Self {
        Self {
            path: config.path.clone(),
            percent: config.disk_reserve_percent,
            bytes: config.disk_reserve_bytes,
            breached: AtomicBool::new(false),
            room: AtomicU64::new(0),
        }
    }

    /// Whether the last look found the reserve breached.
    #[must_use]
    pub fn is_breached(&self) -> bool {
        self.breached.load(Ordering::Relaxed)
    }

    /// Looks at the disk: is there room for this many bytes above the reserve?
    ///
    /// # Errors
    /// [`CommitError::ReserveBreached`] if not.
    pub fn check(&self, wanted: u64) -> Result<(), CommitError> {
        self.take(&mut self.look(), wanted)
    }

    /// Whether there was room for this many bytes when the disk was last looked at, or is now. For
    /// what is looked at once more before it is written.
    ///
    /// # Errors
    /// As [`Reserve::check`].
    pub fn check_roughly(&self, wanted: u64) -> Result<(), CommitError> {
        if wanted < self.room.load(Ordering::Relaxed) { Ok(()) } else { self.check(wanted) }
    }

    /// Looks at the disk, for all deliveries of a batch.
    pub(crate) fn look(&self) -> Room {
        let Some((free, total)) = space(&self.path) else {
            // A disk that does not tell its size is not a reason to refuse a certificate.
            return Room { free: u64::MAX, reserve: 0 };
        };
        let reserve = self.bytes.max(total / 100 * u64::from(self.percent));
        self.room.store(free.saturating_sub(reserve), Ordering::Relaxed);
        Room { free, reserve }
    }

    /// Takes room for a delivery of this many bytes.
    pub(crate) fn take(&self, room: &mut Room, wanted: u64) -> Result<(), CommitError> {
        let Room { free, reserve } = *room;
        let fits = free >= reserve.saturating_add(wanted);
        self.breached.store(!fits, Ordering::Relaxed);
        if !fits {
            return Err(CommitError::ReserveBreached { free, reserve });
        }
        room.free -= wanted;
        Ok(())
    }
}

/// What is free on the disk, and how much of it must stay so.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Room {
    free: u64,
    reserve: u64,
}

/// Free and total bytes for an ordinary user of the disk that holds this path.
fn space(path: &Path) -> Option<(u64, u64)> {
    let stat = rustix::fs::statvfs(path).ok()?;
    Some((stat.f_bavail.saturating_mul(stat.f_frsize), stat.f_blocks.saturating_mul(stat.f_frsize)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reserve_larger_than_the_disk_is_breached() {
        let directory = tempfile::tempdir().expect("a directory");
        let mut config = StoreConfig::new(directory.path());
        (config.disk_reserve_bytes, config.disk_reserve_percent) = (0, 0);
        assert!(Reserve::new(&config).check(1).is_ok());
        config.disk_reserve_bytes = u64::MAX / 2;
        let reserve = Reserve::new(&config);
        assert!(matches!(reserve.check(1), Err(CommitError::ReserveBreached { .. })));
        assert!(reserve.is_breached());
    }

    #[test]
    fn deliveries_of_a_batch_share_the_room_that_was_seen() {
        let directory = tempfile::tempdir().expect("a directory");
        let reserve = Reserve::new(&StoreConfig::new(directory.path()));
        let mut room = Room { free: 100, reserve: 60 };
        assert!(reserve.take(&mut room, 30).is_ok());
        assert!(reserve.take(&mut room, 11).is_err());
        assert!(reserve.is_breached());
        assert!(reserve.take(&mut room, 10).is_ok());
        assert!(!reserve.is_breached());
    }
}
