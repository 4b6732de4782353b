//! The way to the hub and from it.
//!
//! What is to be sent lies in the database since the step that caused it. The post takes it from
//! there, under a key by which the hub knows it again, so that after a crash between the hub's
//! answer and its record nothing is sent twice. What is received is kept, then acknowledged, in that
//! order, and both can be repeated.

use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

mod compare;
mod effect;
mod events;
mod inbox;
mod outbox;
mod post;
mod reading;

pub(crate) use inbox::Arrived;
pub(crate) use outbox::sent_before;
pub(crate) use post::Post;

/// Tells the post that there is something to do.
#[derive(Debug, Default)]
pub(crate) struct Bell {
    state: Mutex<Rung>,
    changed: Condvar,
}

#[derive(Clone, Copy, Debug, Default)]
struct Rung {
    rung: bool,
    closing: bool,
}

impl Bell {
    /// There is something to do.
    pub(crate) fn ring(&self) {
        self.lock().rung = true;
        self.changed.notify_all();
    }

    /// No more is to be done.
    pub(crate) fn close(&self) {
        self.lock().closing = true;
        self.changed.notify_all();
    }

    /// Begins anew after [`Self::close`].
    pub(crate) fn open(&self) {
        *self.lock() = Rung::default();
    }

    /// Whether no more is to be done.
    pub(crate) fn is_closing(&self) -> bool {
        self.lock().closing
    }

    /// Waits until it rings, but not longer than that; answers whether to go on.
    pub(crate) fn wait(&self, at_most: Duration) -> bool {
        let state = self.lock();
        let waiting = |state: &mut Rung| !state.rung && !state.closing;
        let waited = self.changed.wait_timeout_while(state, at_most, waiting);
        let (mut state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        state.rung = false;
        !state.closing
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Rung> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
