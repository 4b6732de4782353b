//! The database, and the only module that names its library.
//!
//! One connection writes, others read; a write is one transaction, on disk when it returns. Whatever
//! belongs to a tenant is reached through a [`Scope`] alone, which is made from a session.

use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use rusqlite::{Connection, OpenFlags, TransactionBehavior};

pub(crate) mod accounts;
mod certificates;
mod counts;
pub(crate) mod differences;
pub(crate) mod exchange;
mod import_lists;
mod imports;
mod lists;
mod marks;
mod organizations;
pub(crate) mod packages;
pub(crate) mod prints;
pub(crate) mod records;
mod schema;
mod scope;
mod search;
pub(crate) mod sessions;
mod span;
mod taking;
pub(crate) mod tenants;
pub(crate) mod versions;
mod work;
mod work_list;

pub(crate) use accounts::{NewUser, UserRow};
pub(crate) use certificates::{CertificateRow, NewStep};
pub(crate) use import_lists::ImportFilter;
pub(crate) use imports::{ImportRow, NewImport};
pub(crate) use lists::ListFilter;
pub(crate) use organizations::OrganizationRow;
pub(crate) use scope::{Bound, Reach, Scope};
pub(crate) use sessions::KnownSession;
pub(crate) use tenants::TenantRow;
pub(crate) use work_list::WorkFilter;

/// The database within one step.
pub(crate) type Db = Connection;

/// The database could not do it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The database said so.
    #[error("the database refused")]
    Database(#[from] rusqlite::Error),
    /// Something kept cannot be understood.
    #[error("a record cannot be read kind={0}")]
    Corrupt(&'static str),
}

impl StoreError {
    /// Whether what was to be kept is there already.
    pub(crate) fn is_taken(&self) -> bool {
        let Self::Database(error) = self else { return false };
        error.sqlite_error_code() == Some(rusqlite::ErrorCode::ConstraintViolation)
    }
}

/// The database of all tenants.
#[derive(Debug)]
pub(crate) struct Store {
    writer: Mutex<Connection>,
    readers: Mutex<Vec<Connection>>,
    path: std::path::PathBuf,
}

impl Store {
    /// Opens the database in a directory, or makes it.
    pub(crate) fn open(directory: &Path) -> Result<Self, StoreError> {
        let path = directory.join("gens.sqlite");
        let mut writer = Connection::open(&path)?;
        writer.pragma_update(None, "journal_mode", "WAL")?;
        writer.pragma_update(None, "synchronous", "FULL")?;
        writer.pragma_update(None, "foreign_keys", true)?;
        writer.pragma_update(None, "trusted_schema", false)?;
        writer.set_prepared_statement_cache_capacity(STATEMENTS);
        schema::migrate(&mut writer)?;
        Ok(Self { writer: Mutex::new(writer), readers: Mutex::default(), path })
    }

    /// Reads, from one state of the database.
    pub(crate) fn read<R, E: From<StoreError>>(
        &self,
        read: impl FnOnce(&Connection) -> Result<R, E>,
    ) -> Result<R, E> {
        let spare = lock(&self.readers).pop();
        let reader = match spare {
            Some(reader) => reader,
            None => self.reader().map_err(E::from)?,
        };
        let outcome = reader
            .unchecked_transaction()
            .map_err(|error| E::from(error.into()))
            .and_then(|snapshot| {
                // Dropped without commit: there is nothing to keep.
                read(&snapshot)
            });
        let mut readers = lock(&self.readers);
        if readers.len() < READERS {
            readers.push(reader);
        }
        outcome
    }

    /// Writes all or nothing; on disk when it returns.
    pub(crate) fn write<R, E: From<StoreError>>(
        &self,
        write: impl FnOnce(&Connection) -> Result<R, E>,
    ) -> Result<R, E> {
        let mut writer = lock(&self.writer);
        let step = writer
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(|error| E::from(error.into()))?;
        let outcome = write(&step)?;
        step.commit().map_err(|error| E::from(error.into()))?;
        Ok(outcome)
    }

    /// Writes a consistent copy into a directory.
    pub(crate) fn snapshot(&self, directory: &Path) -> Result<(), StoreError> {
        let target = directory.join("gens.sqlite");
        let reader = self.reader()?;
        reader.execute("VACUUM INTO ?1", [target.to_string_lossy()])?;
        Ok(())
    }

    fn reader(&self) -> Result<Connection, StoreError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let reader = Connection::open_with_flags(&self.path, flags)?;
        reader.busy_timeout(BUSY)?;
        reader.set_prepared_statement_cache_capacity(STATEMENTS);
        Ok(reader)
    }
}

/// What a panic left is a transaction that was rolled back: there is nothing to fear from it.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Readers kept open: as many as pages are made at once on a small server.
const READERS: usize = 8;
/// Statements kept prepared, more than there are in this crate.
const STATEMENTS: usize = 256;
/// How long a reader waits for the moment in which the log is reset.
const BUSY: std::time::Duration = std::time::Duration::from_secs(5);
