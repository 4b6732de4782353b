//! The hub's tables live as long as the instance; values that hold them may live longer.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Condvar, Mutex, PoisonError};

/// Counts the calls under way, and lets none begin once it is closed.
#[derive(Default)]
pub(super) struct Gate {
    /// The highest bit: closed. The others: how many are within.
    state: AtomicU64,
    changed: Mutex<()>,
    left: Condvar,
}

/// A call is under way.
pub(super) struct Entered<'a>(&'a Gate);

const CLOSED: u64 = 1 << 63;

impl Gate {
    pub(super) fn enter(&self) -> Option<Entered<'_>> {
        let before = self.state.fetch_add(1, Ordering::Acquire);
        let entered = Entered(self);
        if before & CLOSED == 0 { Some(entered) } else { None }
    }

    /// Waits for those within, who may not include the caller.
    pub(super) fn close(&self) {
        self.state.fetch_or(CLOSED, Ordering::AcqRel);
        let mut guard = self.changed.lock().unwrap_or_else(PoisonError::into_inner);
        while self.state.load(Ordering::Acquire) & !CLOSED != 0 {
            guard = self.left.wait(guard).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

impl Drop for Entered<'_> {
    fn drop(&mut self) {
        if self.0.state.fetch_sub(1, Ordering::Release) & CLOSED != 0 {
            let _guard = self.0.changed.lock().unwrap_or_else(PoisonError::into_inner);
            self.0.left.notify_all();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn closing_waits_for_those_within_and_lets_nobody_in() {
        let gate = Gate::default();
        let first = gate.enter().expect("an open gate lets in");
        std::thread::scope(|scope| {
            let closing = scope.spawn(|| gate.close());
            while gate.enter().is_some() {
                std::thread::yield_now();
            }
            assert!(!closing.is_finished());
            drop(first);
        });
        assert!(gate.enter().is_none());
    }
}
