//! The disk reserve: deliveries stop while pulls and acknowledgements still have room to go on.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use crate::StoreConfig;
use crate::error::CommitError;

/// Watches the free bytes of the store's disk.
#[derive(Debug)]
pub struct Reserve {
    path: PathBuf,
    percent: u8,
    bytes: u64,
    breached: AtomicBool,
}

impl Reserve {
    pub(crate) fn new(config: &StoreConfig) -> Self {
        Self {
            path: config.path.clone(),
            percent: config.disk_reserve_percent,
            bytes: config.disk_reserve_bytes,
            breached: AtomicBool::new(false),
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
        let Some((free, total)) = space(&self.path) else {
            // A disk that does not tell its size is not a reason to refuse a certificate.
            return Ok(());
        };
        let reserve = self.bytes.max(total / 100 * u64::from(self.percent));
        let fits = free >= reserve.saturating_add(wanted);
        self.breached.store(!fits, Ordering::Relaxed);
        if fits { Ok(()) } else { Err(CommitError::ReserveBreached { free, reserve }) }
    }
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
}
