//! Disks that fail at a moment of chance: EIO and ENOSPC while the hub is loaded.

use rand::RngExt;

use crate::Failure;
use crate::crash::Rig;
use crate::shim::Slot;

impl Rig {
    /// In most rounds of a test with such disks, orders a fault for some moment of the load.
    pub(super) fn order_a_fault(&mut self) -> Result<(), Failure> {
        let Some(shim) = self.shim.as_ref().filter(|_| self.disk_faults) else { return Ok(()) };
        // Counted in what a load of this length makes of each; soon as often as late, so that one
        // on a slow machine comes to some of them.
        let mut moment = |doublings| {
            let most = 2 << self.rng.random_range(0..doublings);
            self.rng.random_range(1..most)
        };
        let (syncs, writes) = (moment(7), moment(8));
        match self.rng.random_range(0..5) {
            0 => shim.set(Slot::SyncFailsIn, syncs)?,
            1 => {
                shim.set(Slot::SyncFailsOn, 1)?;
                shim.set(Slot::SyncFailsIn, syncs)?;
            }
            2 => shim.set(Slot::WriteFailsIn, writes)?,
            3 => shim.set(Slot::WriteRoom, self.rng.random_range(1_000..3_000_000))?,
            _ => {}
        }
        Ok(())
    }
}

/// sysexits(3), EX_IOERR: how a hub ends whose disk failed.
pub(super) const DISK_FAILED: i32 = 74;
