//! Opening a store: format, recovery, orphans, what waits.

mod plugins;

use std::path::PathBuf;
use std::sync::Arc;

use phytohub_domain::{ChannelRule, Clock, Connection, ConnectionId};
use roaring::RoaringTreemap;
use rocksdb::{DB, DBRecoveryMode, Direction, IteratorMode};

use crate::clock::ClockGuard;
use crate::counters::Counters;
use crate::database::{Database, WriteBatch, WriteError};
use crate::due::{self, DueCursor, DueKey};
use crate::error::OpenError;
use crate::known::Known;
use crate::mailbox::{Mailboxes, Queue};
use crate::plugin::StoredPlugin;
use crate::record::StoredCodeList;
use crate::{StoreConfig, keys, options, record, wal};

/// What was found and done while opening.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct OpenReport {
    /// Whether the store was made just now.
    pub created: bool,
    /// Where the log's torn, unanswered end was cut off: file and offset.
    pub torn_tail: Option<(PathBuf, u64)>,
    /// Contents whose pieces were written without their record, and are gone now.
    pub orphans_removed: usize,
    /// Envelopes that wait for their recipients.
    pub pending: u64,
}

/// Everything that opening brings up.
#[derive(Debug)]
pub(crate) struct Opened {
    pub(crate) database: Arc<Database>,
    pub(crate) counters: Counters,
    pub(crate) connections: Vec<Connection>,
    pub(crate) code_lists: Vec<StoredCodeList>,
    pub(crate) rules: Vec<ChannelRule>,
    pub(crate) plugins: Vec<StoredPlugin>,
    pub(crate) mailboxes: Mailboxes,
    pub(crate) clock_guard: ClockGuard,
    pub(crate) known: Known,
    pub(crate) report: OpenReport,
}

pub(crate) fn open(config: &StoreConfig, clock: &dyn Clock) -> Result<Opened, OpenError> {
    let mut report = OpenReport::default();
    let database = open_database(config, &mut report)?;
    let counters = match read_meta(&database, config, keys::COUNTERS)? {
        Some(bytes) => {
            check_format(&database, config)?;
            Counters::decode(&bytes).ok_or(OpenError::Corrupt { what: "counters" })?
        }
        None => create(&database, config, clock, &mut report)?,
    };
    let suspicion = read_meta(&database, config, keys::CLOCK)?
        .map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    let high_water = phytohub_domain::Timestamp::from_millis(counters.high_water);
    let stepped = match read_meta(&database, config, keys::CLOCK_STEPPED)? {
        Some(bytes) => bytes.as_slice().try_into().map(i64::from_be_bytes),
        None => Ok(0),
    };
    let stepped = stepped.map_err(|_| OpenError::Corrupt { what: "clock" })?;
    let clock_guard = ClockGuard::new(clock, (high_water, stepped), suspicion);
    report.orphans_removed = remove_orphans(&database, config)?;
    let connections = read_connections(&database, config)?;
    let code_lists = read_code_lists(&database, config)?;
    let rules = read_rules(&database, config)?;
    let mailboxes = read_mailboxes(&database, config, &connections)?;
    report.pending = mailboxes.pending();
    let due = read_due(&database, config)?;
    let paused = read_meta(&database, config, keys::PAUSED)?.is_some();
    let (plugins, known_plugins) = plugins::read(&database, config)?;
    let known = Known::new(&connections, due, config.retention, paused, known_plugins);
    let database = Arc::new(database);
    Ok(Opened {
        database,
        counters,
        connections,
        code_lists,
        rules,
        plugins,
        mailboxes,
        clock_guard,
        known,
        report,
    })
}

fn open_database(config: &StoreConfig, report: &mut OpenReport) -> Result<Database, OpenError> {
    #[cfg(feature = "simulation")]
    if let Some(disk) = &config.memory {
        let locked = || OpenError::Locked { path: config.path.clone() };
        return disk.attach().map(Database::memory).ok_or_else(locked);
    }
    std::fs::create_dir_all(&config.path)
        .map_err(|source| OpenError::Directory { path: config.path.clone(), source })?;
    let db = open_rocksdb(config, report)?;
    options::after_open(&db).map_err(|source| failed(config, source))?;
    Ok(Database::rocks(db))
}

fn open_rocksdb(config: &StoreConfig, report: &mut OpenReport) -> Result<DB, OpenError> {
    let open = |recovery| {
        let database_options = options::database(config, recovery);
        let families = options::families(config);
        DB::open_cf_descriptors(&database_options, &config.path, families)
    };
    let error = match open(DBRecoveryMode::TolerateCorruptedTailRecords) {
        Ok(db) => return Ok(db),
        Err(error) => error,
    };
    let words = error.to_string();
    if LOCKED.iter().any(|locked| words.contains(locked)) {
        return Err(OpenError::Locked { path: config.path.clone() });
    }
    if error.kind() != rocksdb::ErrorKind::Corruption {
        return Err(failed(config, error));
    }
    // The log's last batch may be torn: it was not synced, so nobody was answered. What comes
    // before the end was, and must not be dropped silently.
    match wal::first_damage(&config.path) {
        Ok(Some(damage)) if damage.followed_by_a_batch => {
            Err(OpenError::WalDamaged { file: damage.file, offset: damage.offset })
        }
        Ok(Some(damage)) => {
            let db = open(DBRecoveryMode::PointInTime).map_err(|error| failed(config, error))?;
            report.torn_tail = Some((damage.file, damage.offset));
            Ok(db)
        }
        Ok(None) | Err(_) => Err(failed(config, error)),
    }
}

/// Writes the first records of a new store, so that it has a format and an incarnation.
fn create(
    database: &Database,
    config: &StoreConfig,
    clock: &dyn Clock,
    report: &mut OpenReport,
) -> Result<Counters, OpenError> {
    report.created = true;
    let counters = Counters::new(rand::random(), clock.now());
    let meta = database.family(keys::META);
    let mut batch = WriteBatch::default();
    batch.put_cf(meta, keys::FORMAT, FORMAT_VERSION.to_be_bytes());
    batch.put_cf(meta, keys::COUNTERS, counters.encode());
    write(database, config, batch)?;
    Ok(counters)
}

fn check_format(database: &Database, config: &StoreConfig) -> Result<(), OpenError> {
    let bytes = read_meta(database, config, keys::FORMAT)?;
    let found = bytes.as_deref().and_then(|bytes| bytes.try_into().ok()).map(u32::from_be_bytes);
    match found {
        Some(FORMAT_VERSION) => Ok(()),
        Some(found) if found < FORMAT_VERSION => {
            // From now on it may hold what an older hub would not know.
            let mut batch = WriteBatch::default();
            let meta = database.family(keys::META);
            batch.put_cf(meta, keys::FORMAT, FORMAT_VERSION.to_be_bytes());
            write(database, config, batch)
        }
        Some(found) => Err(OpenError::Newer { found, known: FORMAT_VERSION }),
        None => Err(OpenError::Corrupt { what: "format" }),
    }
}

/// Removes the pieces of contents whose record was never committed.
fn remove_orphans(database: &Database, config: &StoreConfig) -> Result<usize, OpenError> {
    let stagings = scan(database, config, keys::META, keys::STAGING)?;
    for (key, value) in &stagings {
        let id = key.get(keys::STAGING.len()..).and_then(|id| id.try_into().ok());
        let chunks = value.as_slice().try_into().ok().map(u32::from_be_bytes);
        let (Some(id), Some(chunks)) = (id, chunks) else {
            return Err(OpenError::Corrupt { what: "staging" });
        };
        let mut batch = WriteBatch::default();
        let content = database.family(keys::CONTENT);
        for chunk in 0..chunks {
            let key = keys::content(id, chunk);
            // Only what was put may be single-deleted.
            let there = database.get_pinned_cf(content, key);
            if there.map_err(|source| failed(config, source))?.is_some() {
                batch.single_delete_cf(content, key);
            }
        }
        batch.delete_cf(database.family(keys::META), key);
        write(database, config, batch)?;
    }
    Ok(stagings.len())
}

fn read_connections(
    database: &Database,
    config: &StoreConfig,
) -> Result<Vec<Connection>, OpenError> {
    let rows = scan(database, config, keys::REGISTRY, &[keys::REGISTRY_CONNECTION])?;
    let corrupt = OpenError::Corrupt { what: "connection" };
    let read = |(key, value): &Row| {
        let id = key.get(1..).and_then(|id| id.try_into().ok()).map(u32::from_be_bytes)?;
        record::decode_connection(ConnectionId(id), value).ok()
    };
    rows.iter().map(read).collect::<Option<Vec<_>>>().ok_or(corrupt)
}

fn read_code_lists(
    database: &Database,
    config: &StoreConfig,
) -> Result<Vec<StoredCodeList>, OpenError> {
    let rows = scan(database, config, keys::REGISTRY, &[keys::REGISTRY_CODE_LIST])?;
    let lists = rows.iter().map(|(_, value)| record::decode_code_list(value));
    lists.collect::<Option<Vec<_>>>().ok_or(OpenError::Corrupt { what: "code list" })
}

fn read_rules(database: &Database, config: &StoreConfig) -> Result<Vec<ChannelRule>, OpenError> {
    let rows = scan(database, config, keys::REGISTRY, &[keys::REGISTRY_RULE])?;
    let rules = rows.iter().map(|(_, value)| record::decode_rule(value));
    rules.collect::<Option<Vec<_>>>().ok_or(OpenError::Corrupt { what: "channel rule" })
}

fn read_mailboxes(
    database: &Database,
    config: &StoreConfig,
    connections: &[Connection],
) -> Result<Mailboxes, OpenError> {
    let mailboxes = Mailboxes::default();
    for connection in connections {
        for queue in Queue::ALL {
            let lower_key = lower_bound_key(connection.id, queue);
            let lower = read_meta(database, config, &lower_key)?
                .and_then(|bytes| bytes.as_slice().try_into().ok())
                .map_or(0, u64::from_be_bytes);
            let bounds = (
                keys::queue(connection.id, lower).to_vec(),
                keys::queue(connection.id, u64::MAX).to_vec(),
            );
            let family = database.family(queue.family());
            let (mut taken, mut sound) = (RoaringTreemap::new(), true);
            let scanned = database.each_key(family, bounds, |key| {
                // They come in order: each is put behind the others.
                let position = keys::split_queue(key);
                sound &= position.is_some_and(|(_, sequence)| taken.try_push(sequence).is_ok());
            });
            scanned.map_err(|source| failed(config, source))?;
            if !sound {
                return Err(OpenError::Corrupt { what: "queue" });
            }
            mailboxes.fill(connection.id, queue, taken);
        }
    }
    for (key, _) in scan(database, config, keys::META, keys::PARKED)? {
        let position = key.get(keys::PARKED.len()..).and_then(keys::split_queue);
        let (connection, sequence) = position.ok_or(OpenError::Corrupt { what: "parked" })?;
        mailboxes.park(connection, sequence, true);
    }
    Ok(mailboxes)
}

/// What is due first, found without a scan over what was worked off.
fn read_due(database: &Database, config: &StoreConfig) -> Result<DueCursor, OpenError> {
    let from = read_meta(database, config, keys::DUE_FROM)?;
    let from = from.map_or(Some([0; 25]), |bytes| DueKey::try_from(bytes).ok());
    let from = from.ok_or(OpenError::Corrupt { what: "due" })?;
    let bounds = (from.to_vec(), vec![u8::MAX; 25]);
    let mut rows = database.range(database.family(keys::DUE), bounds, Direction::Forward);
    let first = rows.next().transpose().map_err(|source| failed(config, source))?;
    Ok(DueCursor::opened(from, first.map(|(key, _)| due::time_of(&key))))
}

/// `meta`: below which position a queue holds nothing.
pub(crate) fn lower_bound_key(connection: ConnectionId, queue: Queue) -> Vec<u8> {
    let tag = match queue {
        Queue::Inbox => b'i',
        Queue::Outbox => b'o',
        Queue::Updates => b'u',
    };
    let mut key = keys::under(keys::LOWER_BOUND, &connection.0.to_be_bytes());
    key.push(tag);
    key
}

/// A key and its value.
type Row = (Vec<u8>, Vec<u8>);

/// All rows under a prefix. For small families only.
fn scan(
    database: &Database,
    config: &StoreConfig,
    family: &str,
    prefix: &[u8],
) -> Result<Vec<Row>, OpenError> {
    let mode = IteratorMode::From(prefix, Direction::Forward);
    let mut rows = Vec::new();
    for row in database.rows(database.family(family), mode) {
        let (key, value) = row.map_err(|source| failed(config, source))?;
        if !key.starts_with(prefix) {
            break;
        }
        rows.push((key.into_vec(), value.into_vec()));
    }
    Ok(rows)
}

fn read_meta(
    database: &Database,
    config: &StoreConfig,
    key: &[u8],
) -> Result<Option<Vec<u8>>, OpenError> {
    let value = database.get_cf(database.family(keys::META), key);
    value.map_err(|source| failed(config, source))
}

fn write(database: &Database, config: &StoreConfig, batch: WriteBatch) -> Result<(), OpenError> {
    match database.write(batch, &options::write(config)) {
        Ok(()) => Ok(()),
        Err(WriteError::Rocks(source)) => Err(failed(config, source)),
        #[cfg(feature = "simulation")]
        Err(error @ WriteError::Gone) => {
            let source = std::io::Error::other(error.to_string());
            Err(OpenError::Directory { path: config.path.clone(), source })
        }
    }
}

fn failed(config: &StoreConfig, source: rocksdb::Error) -> OpenError {
    OpenError::Database { path: config.path.clone(), source }
}

/// What RocksDB says when another process, or another store of this one, holds the lock file.
const LOCKED: [&str; 2] = ["While lock file", "lock hold by current process"];

/// Format that this binary writes: 16 bits of version, 16 bits of feature flags.
pub(crate) const FORMAT_VERSION: u32 = 1 << 16 | FEATURE_PLUGINS | FEATURE_LINKS;
/// The family of plugins, envelopes that are held, and marked ones.
const FEATURE_PLUGINS: u32 = 1;
/// Connections that are hubs, and envelopes that came from one.
const FEATURE_LINKS: u32 = 1 << 1;
