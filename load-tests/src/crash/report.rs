//! What a crash test tells: a line for each round, and a sum of all.

use serde::Serialize;

use crate::ledger::{Broken, Finding, Ledger};

/// One round.
#[derive(Clone, Debug, Default, Serialize)]
#[non_exhaustive]
pub struct RoundReport {
    /// Which, from 1.
    pub round: u32,
    /// Deliveries answered with a number.
    pub accepted: u64,
    /// Acknowledgements answered.
    pub acknowledged: u64,
    /// Requests that died unanswered.
    pub in_doubt: u64,
    /// Envelopes that came whole to the partner's service.
    pub brought: u64,
    /// From starting the process after the kill to `ready`, in milliseconds.
    pub restart_ms: u64,
    /// Bytes that the power cut put at risk.
    pub unsynced_bytes: u64,
    /// Findings so far.
    pub findings: usize,
}

/// All rounds.
#[derive(Clone, Debug, Default, Serialize)]
#[non_exhaustive]
pub struct Summary {
    /// Kills.
    pub rounds: u32,
    /// Deliveries answered with a number.
    pub accepted: u64,
    /// Acknowledgements answered.
    pub acknowledged: u64,
    /// Requests that died unanswered.
    pub in_doubt: u64,
    /// Copies for the channel.
    pub copied: u64,
    /// Envelopes that came whole to the partner's service.
    pub brought: u64,
    /// State changes that came to a sender's service.
    pub updates: u64,
    /// Times that the delegation was ended or begun, with an answer.
    pub switched: u64,
    /// Contents and envelopes that were seen to be dropped when their time had come.
    pub dropped: u64,
    /// Deliveries that were sent again over a new socket.
    pub resent: u64,
    /// Times that a hub ended by itself, as it must when its disk failed.
    pub disk_failures: u64,
    /// Accepted and not there, or not the same.
    pub lost: usize,
    /// Acknowledged and pending again.
    pub undone: usize,
    /// There twice, or a number given twice.
    pub duplicated: usize,
    /// Out of order.
    pub disordered: usize,
    /// Anything else that a hub must not do.
    pub misbehaved: usize,
    /// The slowest restart, in milliseconds.
    pub restart_ms_max: u64,
    /// Each finding in words.
    pub findings: Vec<String>,
}

impl Summary {
    /// The one line for people.
    #[must_use]
    pub fn line(&self) -> String {
        format!(
            "rounds={} accepted={} acknowledged={} in_doubt={} copied={} brought={} updates={} \
             switched={} dropped={} resent={} disk_failures={} restart_ms_max={} lost={} undone={} \
             duplicated={} disordered={} misbehaved={}",
            self.rounds,
            self.accepted,
            self.acknowledged,
            self.in_doubt,
            self.copied,
            self.brought,
            self.updates,
            self.switched,
            self.dropped,
            self.resent,
            self.disk_failures,
            self.restart_ms_max,
            self.lost,
            self.undone,
            self.duplicated,
            self.disordered,
            self.misbehaved
        )
    }

    /// Whether durability was broken: what the sabotaged runs must show.
    #[must_use]
    pub fn shows_loss(&self) -> bool {
        self.lost + self.undone > 0
    }

    /// Adds what one hub's ledger counted, and how often its delegation was switched.
    pub(super) fn count(&mut self, ledger: &Ledger, switched: u64) {
        self.copied += ledger.copied;
        self.brought += ledger.brought;
        self.updates += ledger.updates;
        self.dropped += ledger.dropped;
        self.resent += ledger.resent;
        self.switched += switched;
    }

    pub(super) fn add(&mut self, finding: &Finding) {
        let count = match finding.kind {
            Broken::Lost => &mut self.lost,
            Broken::Undone => &mut self.undone,
            Broken::Duplicated => &mut self.duplicated,
            Broken::Disordered => &mut self.disordered,
            Broken::Misbehaved => &mut self.misbehaved,
        };
        *count += 1;
        if self.findings.len() < FINDINGS_TOLD_MAX {
            self.findings.push(finding.to_string());
        }
    }
}

/// A hub that breaks its promises breaks them by the thousand.
const FINDINGS_TOLD_MAX: usize = 20;
