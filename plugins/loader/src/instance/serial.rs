//! One hook at a time, for plugins that say `HUB_ENTRY_SERIAL`.

use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

use phytohub_plugin_api::HUB_DEADLINE;

use super::{CallContext, CallFailure, monotonic_ns};
use crate::services::Refusal;

/// Whether a hook runs.
#[derive(Debug, Default)]
pub(super) struct Serial {
    busy: Mutex<bool>,
    free: Condvar,
}

/// The right to be the one hook that runs.
#[derive(Debug)]
pub(super) struct Alone<'a>(&'a Serial);

impl Serial {
    /// Waits until no hook runs, or until the call's deadline: a hook that never returns must not
    /// keep others for ever.
    pub(super) fn wait(&self, call: &CallContext) -> Result<Alone<'_>, CallFailure> {
        let mut busy = self.busy.lock().unwrap_or_else(PoisonError::into_inner);
        while *busy {
            if call.deadline_ns == 0 {
                busy = self.free.wait(busy).unwrap_or_else(PoisonError::into_inner);
                continue;
            }
            let left = call.deadline_ns.saturating_sub(monotonic_ns());
            if left == 0 {
                let text = "another hook of the plugin, which runs one at a time, did not return";
                return Err(CallFailure::of(Refusal::new(HUB_DEADLINE, text)));
            }
            let waited = self.free.wait_timeout(busy, Duration::from_nanos(left));
            (busy, _) = waited.unwrap_or_else(PoisonError::into_inner);
        }
        *busy = true;
        drop(busy);
        Ok(Alone(self))
    }
}

impl Drop for Alone<'_> {
    fn drop(&mut self) {
        *self.0.busy.lock().unwrap_or_else(PoisonError::into_inner) = false;
        self.0.free.notify_one();
    }
}
