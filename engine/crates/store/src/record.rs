//! Records as they lie on disk: one version byte, then an rkyv archive.
//!
//! An archive is checked before it is trusted, and never leaves this crate. A record's old forms
//! are kept when it gets a new one; the version byte says which to read.

#![deny(clippy::indexing_slicing)]

mod connection;
mod rule;

use phytohub_domain::{
    ConnectionId, ConnectionMode, ContentForm, ContentHash, Fingerprint, HubDeliveryNumber,
    Timestamp, TrackingInfo, TrackingState,
};
use rkyv::api::high::{HighDeserializer, HighSerializer, HighValidator};
use rkyv::bytecheck::CheckBytes;
use rkyv::rancor::Error as ArchiveError;
use rkyv::ser::allocator::ArenaHandle;
use rkyv::util::AlignedVec;
use rkyv::{Archive, Deserialize, Serialize};

use crate::error::ReadError;
use crate::keys::ContentId;

pub(crate) use connection::{decode_connection, encode_connection};
pub(crate) use rule::{decode_rule, encode_rule};

/// An envelope as it was accepted; never changes.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct StoredEnvelope {
    /// Its number.
    pub number: HubDeliveryNumber,
    /// `From`.
    pub from: String,
    /// `To`.
    pub to: String,
    /// The sender.
    pub from_id: ConnectionId,
    /// The recipient whose inbox holds it; none if it was refused.
    pub to_id: Option<ConnectionId>,
    /// UNCL 1001 code.
    pub certificate_type: i32,
    /// UNCL 4405 code.
    pub certificate_status: i32,
    /// The sender's own number.
    pub nppo_certificate_number: String,
    /// Live or test.
    pub mode: ConnectionMode,
    /// Position in the inbox and the outbox.
    pub sequence: u64,
    /// When it was accepted.
    pub accepted: Timestamp,
    /// Certificate that delivered it.
    pub certificate: Option<Fingerprint>,
    /// Bytes of the content as received.
    pub content_bytes: u64,
    /// How the content is written.
    pub content_form: ContentForm,
    /// Hash of the content's character data.
    pub content_hash: ContentHash,
    pub(crate) content_id: ContentId,
}

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

#[derive(Archive, Deserialize, Serialize)]
struct EnvelopeRecord {
    from: String,
    to: String,
    from_id: u32,
    to_id: Option<u32>,
    certificate_type: i32,
    certificate_status: i32,
    nppo_certificate_number: String,
    mode: u8,
    sequence: u64,
    accepted: u64,
    certificate: Option<[u8; 32]>,
    content_bytes: u64,
    content_form: u8,
    content_hash: [u8; 32],
    content_id: [u8; 16],
}

#[derive(Archive, Deserialize, Serialize)]
struct StateRecord {
    info: u8,
    message: String,
    content_released: bool,
    parked: bool,
}

/// Writes an envelope.
pub(crate) fn encode_envelope(envelope: &StoredEnvelope) -> Vec<u8> {
    encode(&EnvelopeRecord {
        from: envelope.from.clone(),
        to: envelope.to.clone(),
        from_id: envelope.from_id.0,
        to_id: envelope.to_id.map(|id| id.0),
        certificate_type: envelope.certificate_type,
        certificate_status: envelope.certificate_status,
        nppo_certificate_number: envelope.nppo_certificate_number.clone(),
        mode: envelope.mode as u8,
        sequence: envelope.sequence,
        accepted: envelope.accepted.as_millis(),
        certificate: envelope.certificate.map(|fingerprint| fingerprint.0),
        content_bytes: envelope.content_bytes,
        content_form: envelope.content_form as u8,
        content_hash: envelope.content_hash.0,
        content_id: envelope.content_id,
    })
}

/// Reads an envelope.
pub(crate) fn decode_envelope(
    number: HubDeliveryNumber,
    bytes: &[u8],
) -> Result<StoredEnvelope, ReadError> {
    let corrupt = || corrupt("envelope", &number.to_bytes());
    let record = decode::<EnvelopeRecord>(bytes).ok_or_else(corrupt)?;
    Ok(StoredEnvelope {
        number,
        from: record.from,
        to: record.to,
        from_id: ConnectionId(record.from_id),
        to_id: record.to_id.map(ConnectionId),
        certificate_type: record.certificate_type,
        certificate_status: record.certificate_status,
        nppo_certificate_number: record.nppo_certificate_number,
        mode: mode(record.mode).ok_or_else(corrupt)?,
        sequence: record.sequence,
        accepted: Timestamp::from_millis(record.accepted),
        certificate: record.certificate.map(Fingerprint),
        content_bytes: record.content_bytes,
        content_form: ContentForm::from_u8(record.content_form).ok_or_else(corrupt)?,
        content_hash: ContentHash(record.content_hash),
        content_id: record.content_id,
    })
}

/// Writes a state.
pub(crate) fn encode_state(state: &TrackingState) -> Vec<u8> {
    encode(&StateRecord {
        info: state.info as u8,
        message: state.message.clone(),
        content_released: state.content_released,
        parked: state.parked,
    })
}

/// Reads a state.
pub(crate) fn decode_state(
    number: HubDeliveryNumber,
    bytes: &[u8],
) -> Result<TrackingState, ReadError> {
    let corrupt = || corrupt("state", &number.to_bytes());
    let record = decode::<StateRecord>(bytes).ok_or_else(corrupt)?;
    let mut state = TrackingState::pending();
    state.info = TrackingInfo::from_u8(record.info).ok_or_else(corrupt)?;
    state.message = record.message;
    state.content_released = record.content_released;
    state.parked = record.parked;
    Ok(state)
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

/// Version byte of every record of the first format.
pub(crate) const VERSION: u8 = 1;

/// Writes a record behind its version byte.
pub(crate) fn encode<T>(record: &T) -> Vec<u8>
where
    T: for<'a> Serialize<HighSerializer<AlignedVec, ArenaHandle<'a>, ArchiveError>>,
{
    let archive = rkyv::to_bytes::<ArchiveError>(record).expect("plain data archives into memory");
    let mut bytes = Vec::with_capacity(archive.len() + 1);
    bytes.push(VERSION);
    bytes.extend_from_slice(&archive);
    bytes
}

/// Reads a record behind its version byte, checking all of it.
pub(crate) fn decode<T>(bytes: &[u8]) -> Option<T>
where
    T: Archive,
    T::Archived: for<'a> CheckBytes<HighValidator<'a, ArchiveError>>
        + Deserialize<T, HighDeserializer<ArchiveError>>,
{
    let (version, archive) = bytes.split_first()?;
    (*version == VERSION).then(|| rkyv::from_bytes::<T, ArchiveError>(archive).ok()).flatten()
}

#[cfg(test)]
mod tests;
