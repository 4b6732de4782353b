//! What a book has to tell: sums, and what went wrong.

use serde::{Deserialize, Serialize};

use crate::ledger::{Broken, Finding};

/// Sums over one run. Bytes are those of contents.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize)]
#[non_exhaustive]
pub struct Counts {
    /// Deliveries answered with a number.
    pub accepted: u64,
    /// Bytes of their contents.
    pub accepted_bytes: u64,
    /// Deliveries refused (503, or `FailedDelivery`).
    pub refused: u64,
    /// Deliveries without an answer.
    pub unanswered: u64,
    /// Contents that came to their recipients and were compared.
    pub pulled: u64,
    /// Acknowledgements that were answered.
    pub acknowledged: u64,
    /// What was offered and is not of this run.
    pub foreign: u64,
    /// Accepted, and not seen again.
    pub unaccounted: u64,
    /// Promises that the hub broke, those told in words and those beyond.
    pub findings: u64,
}

/// Sums and findings.
#[derive(Debug, Default)]
pub(crate) struct Told {
    pub(crate) counts: Counts,
    /// The first of them, in words.
    pub(crate) findings: Vec<Finding>,
}

impl Told {
    pub(crate) fn finding(&mut self, kind: Broken, text: String) {
        self.counts.findings += 1;
        if self.findings.len() < FINDINGS_MOST {
            self.findings.push(Finding { kind, text });
        }
    }
}

/// Told in words; a hub that loses everything needs no longer list.
const FINDINGS_MOST: usize = 1000;
