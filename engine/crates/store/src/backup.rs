//! Copies of a store: taken while it serves, looked at without changing them, brought back.
//!
//! What lies around a copy (its list of files with their hashes, the configuration) is the
//! business of whoever calls; this is about the database alone.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use phytohub_domain::{Clock, Timestamp};
use phytohub_telemetry::{Actor, Event, EventKind};
use rocksdb::checkpoint::Checkpoint;
use rocksdb::{DB, DBRecoveryMode};
use thiserror::Error;

use crate::counters::Counters;
use crate::database::{Database, WriteBatch, WriteError};
use crate::error::{OpenError, ReadError};
use crate::event::encode_event;
use crate::open;
use crate::record::corrupt;
use crate::segment::{chain, chain_head};
use crate::{Store, StoreConfig, keys, options};

/// What a copy holds: everything up to one commit, and nothing after it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct BackupPoint {
    /// Place of the last event in it.
    pub event: u64,
    /// Hash of that event.
    pub event_hash: [u8; 32],
    /// Random number of the store that it was taken of.
    pub incarnation: u32,
    /// The latest time that this store had trusted.
    pub high_water: Timestamp,
    /// Format of its records.
    pub format: u32,
}

/// What a look at a copy found.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Inspection {
    /// The point that it holds.
    pub point: BackupPoint,
    /// Place of the first event in it; 0 if it has none.
    pub first_event: u64,
    /// The first place where its chain of events does not hold.
    pub broken_at: Option<u64>,
    /// Envelopes in it that wait for their recipients.
    pub pending: u64,
}

/// Why a copy was not taken, looked at or brought back.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum BackupError {
    /// RocksDB fails.
    #[error("the store's files cannot be copied or read path={}", path.display())]
    Database {
        /// Directory of the copy.
        path: PathBuf,
        /// What RocksDB said.
        #[source]
        source: rocksdb::Error,
    },
    /// The file system refuses.
    #[error("cannot read or write path={}", path.display())]
    File {
        /// File or directory.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The copy does not open as a store.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// A record of the copy cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
}

impl Store {
    /// Copies the store as it is at one commit into a directory that does not exist yet. Tables and
    /// blobs are hard links where the file system can make them; they are never changed once they
    /// are written. Blocks.
    ///
    /// # Errors
    /// When the copy cannot be written; what is there is of no use then.
    pub fn checkpoint(&self, path: &Path) -> Result<(), BackupError> {
        let failed = |source| BackupError::Database { path: path.to_owned(), source };
        let Some(db) = self.database().db() else {
            let source = std::io::ErrorKind::Unsupported.into();
            return Err(BackupError::File { path: path.to_owned(), source });
        };
        let checkpoint = Checkpoint::new(db).map_err(failed)?;
        checkpoint.create_checkpoint(path).map_err(failed)
    }
}

/// Looks at a copy without changing anything in it, and follows its chain of events. Blocks.
///
/// # Errors
/// When it is no store, or one of a newer format.
pub fn inspect(path: &Path) -> Result<Inspection, BackupError> {
    let (database, _diary) = open_read_only(path)?;
    let point = point(&database)?;
    let (first_event, broken_at) = follow(&database, &point)?;
    let mut pending = 0;
    let rows = database.rows(database.family(keys::INBOX), rocksdb::IteratorMode::Start);
    for row in rows {
        row.map_err(ReadError::Database)?;
        pending += 1;
    }
    Ok(Inspection { point, first_event, broken_at, pending })
}

/// Makes a store of a copy that lies where it is to stay: it gets a new incarnation, so that it
/// never gives a number twice, and delivery pauses until the operator has looked around. Blocks.
///
/// # Errors
/// When it is no store, or cannot be written.
pub fn revive(path: &Path, clock: &dyn Clock, why: &str) -> Result<BackupPoint, BackupError> {
    let config = StoreConfig::new(path);
    let failed = |source| BackupError::Database { path: path.to_owned(), source };
    let recovery = DBRecoveryMode::AbsoluteConsistency;
    let families = options::families(&config);
    let db = DB::open_cf_descriptors(&options::database(&config, recovery), path, families);
    let database = Database::rocks(db.map_err(failed)?);
    let reached = point(&database)?;
    let counters = database.get(keys::META, keys::COUNTERS)?;
    let counters = counters.as_deref().and_then(Counters::decode);
    let mut counters = counters.ok_or_else(|| corrupt("counters", keys::COUNTERS))?;
    while counters.incarnation == reached.incarnation {
        counters.incarnation = rand::random();
    }
    let mut event = Event::new(EventKind::StoreRestored, Actor::hub());
    why.clone_into(&mut event.detail);
    counters.event += 1;
    let (bytes, hash) = encode_event(counters.event, clock.now(), &mut event, &counters.event_hash);
    counters.event_hash = hash;
    let meta = database.family(keys::META);
    let mut batch = WriteBatch::default();
    batch.put_cf(database.family(keys::EVENT), counters.event.to_be_bytes(), bytes);
    batch.put_cf(meta, keys::COUNTERS, counters.encode());
    batch.put_cf(meta, keys::PAUSED, why);
    match database.write(batch, &options::write(&config)) {
        Ok(()) => Ok(reached),
        Err(WriteError::Rocks(source)) => Err(failed(source)),
        #[cfg(feature = "simulation")]
        Err(WriteError::Gone) => unreachable!("copies lie in files"),
    }
}

fn point(database: &Database) -> Result<BackupPoint, BackupError> {
    let format = database.get(keys::META, keys::FORMAT)?;
    let format = format.as_deref().and_then(|bytes| bytes.try_into().ok());
    let format = u32::from_be_bytes(format.ok_or_else(|| corrupt("format", keys::FORMAT))?);
    if format > open::FORMAT_VERSION {
        return Err(OpenError::Newer { found: format, known: open::FORMAT_VERSION }.into());
    }
    let head = chain_head(database)?;
    Ok(BackupPoint {
        event: head.sequence,
        event_hash: head.hash,
        incarnation: head.incarnation,
        high_water: head.high_water,
        format,
    })
}

/// The first event, and the first place where the chain does not hold up to the point.
fn follow(database: &Database, point: &BackupPoint) -> Result<(u64, Option<u64>), BackupError> {
    let (mut first, mut before, mut next) = (0, None, 1);
    loop {
        let links = chain(database, next, LINKS_PER_READ)?;
        if links.is_empty() {
            break;
        }
        for link in links {
            let holds = before.is_none_or(|hash| link.sequence == next && link.previous == hash);
            if !holds || link.at.is_none() {
                let place = if holds { link.sequence } else { next };
                return Ok((first, Some(place)));
            }
            if first == 0 {
                first = link.sequence;
            }
            (next, before) = (link.sequence + 1, Some(link.hash));
        }
    }
    let whole = next == point.event + 1 && before.is_none_or(|hash| hash == point.event_hash);
    let whole = whole || point.event == 0;
    Ok((first, (!whole).then_some(next)))
}

/// Opens a copy read-only. RocksDB keeps its diary elsewhere, for as long as the second value
/// lives, so that the copy stays as it is.
fn open_read_only(path: &Path) -> Result<(Database, tempfile::TempDir), BackupError> {
    let failed = |source| BackupError::Database { path: path.to_owned(), source };
    let diary = tempfile::tempdir();
    let diary = diary.map_err(|source| BackupError::File { path: std::env::temp_dir(), source })?;
    let config = StoreConfig::new(path);
    let mut database_options = options::database(&config, DBRecoveryMode::AbsoluteConsistency);
    database_options.create_if_missing(false);
    database_options.create_missing_column_families(false);
    database_options.set_db_log_dir(diary.path());
    let there: BTreeSet<String> =
        DB::list_cf(&database_options, path).map_err(failed)?.into_iter().collect();
    // A copy of an older hub may lack families that came later.
    let families = options::families(&config);
    let families = families.into_iter().filter(|family| there.contains(family.name()));
    let db = DB::open_cf_descriptors_read_only(&database_options, path, families, false);
    Ok((Database::rocks(db.map_err(failed)?), diary))
}

/// Few enough to hold, many enough that seeking does not matter.
const LINKS_PER_READ: usize = 1000;
