//! The hub's disk: envelopes, their states and contents, inboxes, events and the registry in
//! RocksDB, written by one committer in batches that are synced before anything is answered.
//!
//! Nothing outside this crate names RocksDB, and no archived record leaves it. Reading blocks,
//! but within [`Reach::Memory`]: callers keep it off the reactor. Writing is asynchronous: see
//! [`Store::accept`].
//!
//! Start from [`Store`].

#![forbid(unsafe_code)]

mod apply;
mod backup;
mod clock;
mod command;
mod committer;
mod config;
mod counters;
mod database;
mod delivery;
mod due;
mod error;
mod event;
mod held;
mod keys;
mod known;
mod mailbox;
#[cfg(feature = "simulation")]
mod memory;
mod near;
mod open;
mod options;
mod plugin;
mod read;
mod recent;
mod record;
mod reserve;
mod scrub;
mod segment;
mod staging;
mod store;
mod wal;

pub use apply::HELD_DETAIL;
pub use backup::{BackupError, BackupPoint, Inspection, inspect, revive};
pub use clock::ClockStatus;
pub use command::{
    Accepted, Change, ChangeOutcome, Disposition, DueOutcome, HeldOutcome, NewContent, NewCopy,
    NewEnvelope, Replay, Settled, Submission,
};
#[cfg(feature = "simulation")]
pub use committer::ByHand;
pub use config::{Retention, StoreConfig};
pub use delivery::Update;
pub use error::{CommitError, OpenError, ReadError, StoreFailure};
pub use event::StoredEvent;
pub use held::HeldEnvelope;
pub use mailbox::Queue;
#[cfg(feature = "simulation")]
pub use memory::{Broken, MemoryDisk};
pub use near::Reach;
pub use open::OpenReport;
pub use plugin::{
    KvAction, KvExpectation, KvOperation, KvRow, PluginId, PluginMeta, PluginWrite, PluginWritten,
    StoredPlugin,
};
pub use record::{StoredCodeList, StoredEnvelope};
pub use reserve::Reserve;
pub use scrub::{ScrubReport, StoreHealth};
pub use segment::{ChainHead, ChainLink, PruneRecord, Segment};
pub use staging::{Staged, Staging};
pub use store::Store;

/// Bytes of one stored piece of content: larger contents are split, so that none stalls the rest.
pub const CHUNK_BYTES: usize = 1 << 20;
