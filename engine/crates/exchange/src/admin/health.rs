//! The store's health, as JSON.

use phytohub_store::ScrubReport;
use serde::{Deserialize, Serialize};

use super::ClockView;
use crate::audit::AuditState;

/// What the store says of itself.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct HealthView {
    /// Errors of flushes and compactions since the store was opened.
    pub background_errors: u64,
    /// Whether writes are stopped because the disk does not keep up.
    pub write_stopped: bool,
    /// Bytes a second that writes are slowed down to; 0 if they are not.
    pub delayed_write_rate: u64,
    /// Bytes that compactions have still to rewrite.
    pub pending_compaction_bytes: u64,
    /// Files that no compaction has touched yet.
    pub level0_files: u64,
    /// Bytes of tables.
    pub table_bytes: u64,
    /// Bytes of contents in files of their own.
    pub blob_bytes: u64,
    /// Why deliveries are refused to keep the disk reserve, if they are.
    pub reserve: Option<String>,
    /// The clock.
    pub clock: ClockView,
    /// Whether push and callbacks pause since a restore.
    pub paused: bool,
    /// How far the account is closed and told.
    pub audit: AuditState,
    /// What was read of all records, if that was asked for.
    pub scrub: Option<ScrubView>,
}

/// What a scrub read.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ScrubView {
    /// Records read.
    pub records: u64,
    /// Their bytes.
    pub bytes: u64,
    /// What could not be read, and why.
    pub damaged: Vec<String>,
}

impl ScrubView {
    pub(super) fn new(report: ScrubReport) -> Self {
        let damaged = report.damaged.into_iter().map(|(what, why)| format!("{what}: {why}"));
        Self { records: report.records, bytes: report.bytes, damaged: damaged.collect() }
    }
}
