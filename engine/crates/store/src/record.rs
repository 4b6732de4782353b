//! Records as they lie on disk: one version byte, then an rkyv archive.
//!
//! An archive is checked before it is trusted, and never leaves this crate. A record's old forms
//! are kept when it gets a new one; the version byte says which to read.

#![deny(clippy::indexing_slicing)]

mod connection;
mod envelope;
mod rule;
mod segment;
mod state;

use phytohub_domain::{ConnectionMode, Timestamp};
use rkyv::api::high::{HighDeserializer, HighSerializer, HighValidator, to_bytes_in};
use rkyv::bytecheck::CheckBytes;
use rkyv::rancor::Error as ArchiveError;
use rkyv::ser::allocator::ArenaHandle;
use rkyv::{Archive, Deserialize, Serialize};

use crate::error::ReadError;

pub(crate) use connection::{decode_connection, encode_connection};
pub use envelope::StoredEnvelope;
pub(crate) use envelope::{decode_envelope, encode_envelope};
pub(crate) use rule::{decode_rule, encode_rule};
pub(crate) use segment::{decode_prune, decode_segment, encode_prune, encode_segment};
pub(crate) use state::{decode_state, decode_update, encode_state, encode_update};

/// A revision of a code list. Its text is the list's file, which only its readers understand.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "built by whoever imports a list, field by field")]
pub struct StoredCodeList {
    /// Name of the list.
    pub name: String,
    /// Counted from 1 for each list.
    pub revision: u32,
    /// From when on it holds.
    pub valid_from: Timestamp,
    /// When it was imported.
    pub imported: Timestamp,
    /// The list's file.
    pub text: String,
}

#[derive(Archive, Deserialize, Serialize)]
struct CodeListRecord {
    name: String,
    revision: u32,
    valid_from: u64,
    imported: u64,
    text: String,
}

/// Writes a revision of a code list.
pub(crate) fn encode_code_list(list: &StoredCodeList) -> Vec<u8> {
    encode(&CodeListRecord {
        name: list.name.clone(),
        revision: list.revision,
        valid_from: list.valid_from.as_millis(),
        imported: list.imported.as_millis(),
        text: list.text.clone(),
    })
}

/// Reads a revision of a code list.
pub(crate) fn decode_code_list(bytes: &[u8]) -> Option<StoredCodeList> {
    let record = decode::<CodeListRecord>(bytes)?;
    Some(StoredCodeList {
        name: record.name,
        revision: record.revision,
        valid_from: Timestamp::from_millis(record.valid_from),
        imported: Timestamp::from_millis(record.imported),
        text: record.text,
    })
}

fn mode(stored: u8) -> Option<ConnectionMode> {
    [ConnectionMode::Test, ConnectionMode::Live].into_iter().find(|mode| *mode as u8 == stored)
}

/// The error for a record that does not pass its checks.
pub(crate) fn corrupt(what: &'static str, key: &[u8]) -> ReadError {
    let key = key.iter().map(|byte| format!("{byte:02x}")).collect();
    ReadError::Corrupt { what, key }
}

/// Most records are smaller.
const RECORD_BYTES: usize = 512;
/// Version byte of every record of the first format.
pub(crate) const VERSION: u8 = 1;
/// Version byte of envelopes and connections of which more is to be said than in the first format.
pub(crate) const VERSION_2: u8 = 2;
/// Version byte of envelopes that another hub handed over.
pub(crate) const VERSION_3: u8 = 3;

/// Writes a record behind its version byte.
pub(crate) fn encode<T>(record: &T) -> Vec<u8>
where
    T: for<'a> Serialize<HighSerializer<Vec<u8>, ArenaHandle<'a>, ArchiveError>>,
{
    encode_as(VERSION, record)
}

/// Writes a record behind another version byte.
pub(crate) fn encode_as<T>(version: u8, record: &T) -> Vec<u8>
where
    T: for<'a> Serialize<HighSerializer<Vec<u8>, ArenaHandle<'a>, ArchiveError>>,
{
    encode_behind(&[version], record)
}

/// Writes a record behind other bytes. What lies before an archive is no part of it: its places
/// are relative, and nothing in it is aligned.
pub(crate) fn encode_behind<T>(before: &[u8], record: &T) -> Vec<u8>
where
    T: for<'a> Serialize<HighSerializer<Vec<u8>, ArenaHandle<'a>, ArchiveError>>,
{
    let mut bytes = Vec::with_capacity(RECORD_BYTES);
    bytes.extend_from_slice(before);
    to_bytes_in::<_, ArchiveError>(record, bytes).expect("plain data archives into memory")
}

/// Reads a record behind its version byte, checking all of it.
pub(crate) fn decode<T>(bytes: &[u8]) -> Option<T>
where
    T: Archive,
    T::Archived: for<'a> CheckBytes<HighValidator<'a, ArchiveError>>
        + Deserialize<T, HighDeserializer<ArchiveError>>,
{
    decode_as(VERSION, bytes)
}

/// Reads a record behind another version byte.
pub(crate) fn decode_as<T>(expected: u8, bytes: &[u8]) -> Option<T>
where
    T: Archive,
    T::Archived: for<'a> CheckBytes<HighValidator<'a, ArchiveError>>
        + Deserialize<T, HighDeserializer<ArchiveError>>,
{
    let (version, archive) = bytes.split_first()?;
    (*version == expected).then(|| rkyv::from_bytes::<T, ArchiveError>(archive).ok()).flatten()
}

#[cfg(test)]
mod tests;
