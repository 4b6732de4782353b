//! A committer that works when it is told to, so that a simulation decides what waits together.

use std::fmt;

use super::{Committer, Line};

/// The committer of a store without a thread of its own.
pub struct ByHand {
    /// Nothing after a commit has failed.
    committer: Option<Box<Committer>>,
}

impl Committer {
    pub(crate) fn by_hand(self) -> ByHand {
        let committer = Self { line: Line::Later(None), ..self };
        ByHand { committer: Some(Box::new(committer)) }
    }
}

impl fmt::Debug for ByHand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ByHand").field("waiting", &self.waiting()).finish_non_exhaustive()
    }
}

impl ByHand {
    /// Commands that wait, contents of which pieces are left, and a batch that is not written yet.
    #[must_use]
    pub fn waiting(&self) -> usize {
        let waiting = |committer: &Committer| {
            let carried = usize::from(committer.carried.is_some());
            let made = usize::from(!committer.line.is_idle());
            committer.commands.len() + committer.large.len() + carried + made
        };
        self.committer.as_deref().map_or(0, waiting)
    }

    /// Makes one batch of what waits and writes the one before, or that alone if nothing waits.
    /// Whether there was anything.
    pub fn turn(&mut self) -> bool {
        let Some(mut committer) = self.committer.take() else { return false };
        let first = committer.carried.take().or_else(|| committer.commands.try_recv().ok());
        let nothing_waits = first.is_none() && committer.large.is_empty();
        if nothing_waits && committer.line.is_idle() {
            self.committer = Some(committer);
            return false;
        }
        let done = if nothing_waits {
            committer.line.wait(&committer.writer)
        } else {
            let mut open = true;
            let gathered = committer.gather(first, &mut open);
            committer.commit(gathered, &mut open)
        };
        if done.is_ok() {
            self.committer = Some(committer);
        } else {
            committer.finish();
        }
        true
    }

    /// Finishes what waits and closes the store, as a hub that is stopped does.
    pub fn close(mut self) {
        while self.turn() {}
        if let Some(committer) = self.committer.take() {
            committer.finish();
        }
    }
}
