//! `hub.bytes/1`: documents that a plugin keeps beyond the call that gave them.

use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use phytohub_plugin_api as api;
use phytohub_plugin_loader::{Answer, Sink};

use super::answer::refused;
use crate::ticket::Tickets;

/// Documents behind tickets.
#[derive(Debug)]
pub(crate) struct KeptBytes {
    tickets: Tickets<Kept>,
    kept: AtomicU64,
    most: u64,
}

#[derive(Debug)]
struct Kept {
    bytes: Bytes,
    retained: bool,
}

impl KeptBytes {
    pub(crate) fn new(most: u64) -> Self {
        Self { tickets: Tickets::new(TICKETS_MAX), kept: AtomicU64::new(0), most }
    }

    /// A ticket for the length of a call; 0 if there are none left.
    pub(crate) fn lend(&self, bytes: Bytes) -> u64 {
        self.tickets.issue(Kept { bytes, retained: false }).unwrap_or(api::HUB_NO_TICKET)
    }

    /// The call is over: what was not kept is gone.
    pub(crate) fn call_over(&self, ticket: u64) {
        if self.tickets.with(ticket, |kept| kept.retained) == Some(false) {
            self.tickets.take(ticket);
        }
    }

    pub(crate) fn retain(&self, ticket: u64) -> Answer {
        let all = &self.kept;
        let outcome = self.tickets.with(ticket, |kept| {
            let more = kept.bytes.len() as u64;
            if kept.retained {
                return true;
            }
            let fits = |all: u64| all.checked_add(more).filter(|sum| *sum <= self.most);
            kept.retained = all.fetch_update(Ordering::AcqRel, Ordering::Acquire, fits).is_ok();
            kept.retained
        });
        match outcome {
            Some(true) => Ok(()),
            Some(false) => {
                Err(refused(api::HUB_EXHAUSTED, "the plugin keeps as many bytes as it may"))
            }
            None => Err(refused(api::HUB_NOT_FOUND, "the call that gave it is over")),
        }
    }

    pub(crate) fn slice(&self, ticket: u64, offset: u64, len: u64, out: Sink<'_>) -> Answer {
        // Cloned out, so that the plugin's sink is not called under the lock.
        let bytes = self.tickets.with(ticket, |kept| kept.bytes.clone());
        let bytes = bytes.ok_or_else(|| refused(api::HUB_NOT_FOUND, "nothing is kept by it"))?;
        let whole = bytes.len();
        let from = usize::try_from(offset).unwrap_or(usize::MAX).min(whole);
        let most = usize::try_from(len).unwrap_or(usize::MAX);
        out(&bytes.slice(from..from.saturating_add(most).min(whole)));
        Ok(())
    }

    pub(crate) fn release(&self, ticket: u64) -> Answer {
        let retained = self.tickets.with(ticket, |kept| kept.retained) == Some(true);
        let kept = if retained { self.tickets.take(ticket) } else { None };
        let kept = kept.ok_or_else(|| refused(api::HUB_NOT_FOUND, "it was not kept"))?;
        self.kept.fetch_sub(kept.bytes.len() as u64, Ordering::AcqRel);
        Ok(())
    }

    /// The instance is gone, and what it kept.
    pub(crate) fn end(&self) {
        self.tickets.clear();
        self.kept.store(0, Ordering::Release);
    }
}

/// Documents that one plugin has at once: more than calls and what it keeps of them.
const TICKETS_MAX: usize = 4096;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_is_kept_only_if_asked_for_and_within_the_bound() {
        let kept = KeptBytes::new(6);
        let (first, second) = (kept.lend("abcd".into()), kept.lend("efgh".into()));
        assert!(kept.retain(first).is_ok());
        assert_eq!(kept.retain(second).map_err(|r| r.status), Err(api::HUB_EXHAUSTED));
        kept.call_over(first);
        kept.call_over(second);
        assert_eq!(kept.retain(second).map_err(|r| r.status), Err(api::HUB_NOT_FOUND));
        let mut read = Vec::new();
        let mut out = |piece: &[u8]| {
            read.extend_from_slice(piece);
            true
        };
        assert!(kept.slice(first, 1, 2, &mut out).is_ok());
        assert!(kept.slice(first, 9, u64::MAX, &mut out).is_ok());
        assert_eq!(read, b"bc");
        assert!(kept.release(first).is_ok() && kept.release(first).is_err());
    }
}
