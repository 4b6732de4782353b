//! A committer that works when it is told to, so that a simulation decides what waits together.

use std::fmt;

use super::Committer;

/// The committer of a store without a thread of its own.
pub struct ByHand {
    /// Nothing after a commit has failed.
    committer: Option<Box<Committer>>,
}

impl Committer {
    pub(crate) fn by_hand(self) -> ByHand {
        ByHand { committer: Some(Box::new(self)) }
    }
}

impl fmt::Debug for ByHand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ByHand").field("waiting", &self.waiting()).finish_non_exhaustive()
    }
}

impl ByHand {
    /// Commands that wait, and contents of which pieces are left.
    #[must_use]
    pub fn waiting(&self) -> usize {
        let waiting = |committer: &Committer| {
            let carried = usize::from(committer.carried.is_some());
            committer.commands.len() + committer.large.len() + carried
        };
        self.committer.as_deref().map_or(0, waiting)
    }

    /// Makes one batch of what waits. Whether there was anything.
    pub fn turn(&mut self) -> bool {
        let Some(mut committer) = self.committer.take() else { return false };
        let first = committer.carried.take().or_else(|| committer.commands.try_recv().ok());
        if first.is_none() && committer.large.is_empty() {
            self.committer = Some(committer);
            return false;
        }
        let mut open = true;
        let gathered = committer.gather(first, &mut open);
        if committer.commit(gathered).is_ok() {
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
