//! Envelopes on disk.

use phytohub_domain::{
    ConnectionCode, ConnectionId, ConnectionMode, ContentForm, ContentHash, Fingerprint,
    HubDeliveryNumber, Timestamp,
};
use rkyv::{Archive, Deserialize, Serialize};

use super::{VERSION, VERSION_2, VERSION_3, corrupt, decode, decode_as, encode_as, mode};
use crate::error::ReadError;
use crate::keys::ContentId;

/// An envelope as it was accepted. Only its mailbox may change, while it is pending.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct StoredEnvelope {
    /// Its number.
    pub number: HubDeliveryNumber,
    /// `From`.
    pub from: String,
    /// `To`.
    pub to: String,
    /// The connection named in `From`.
    pub from_id: ConnectionId,
    /// The connection that delivered it, the same or its delegate: its outbox holds it, unless
    /// it is a copy.
    pub actor_id: ConnectionId,
    /// The connection named in `To`; none if it was refused.
    pub to_id: Option<ConnectionId>,
    /// The connection whose inbox holds it: the one named in `To`, its delegate, or, of a copy,
    /// a channel. None if it was refused.
    pub mailbox_id: Option<ConnectionId>,
    /// The envelope of which this is a copy.
    pub copy_of: Option<HubDeliveryNumber>,
    /// Its copies: code of the channel and number of the copy.
    pub forwardings: Vec<(ConnectionCode, HubDeliveryNumber)>,
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
    /// Whether the content is a country's response.
    pub response: bool,
    /// Its number at the hub that handed it over, which is the connection that delivered it.
    pub origin: Option<HubDeliveryNumber>,
    pub(crate) content_id: ContentId,
}

impl StoredEnvelope {
    /// The connections that have to do with it: each may be under legal hold.
    pub(crate) fn parties(&self) -> impl Iterator<Item = ConnectionId> {
        [Some(self.from_id), Some(self.actor_id), self.to_id, self.mailbox_id].into_iter().flatten()
    }
}

#[derive(Archive, Deserialize, Serialize)]
struct EnvelopeRecord {
    from: String,
    to: String,
    from_id: u32,
    actor_id: u32,
    to_id: Option<u32>,
    mailbox_id: Option<u32>,
    copy_of: Option<[u8; 16]>,
    forwardings: Vec<(String, [u8; 16])>,
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

/// An envelope that is marked. Others keep the first format.
#[derive(Archive, Deserialize, Serialize)]
struct MarkedRecord {
    envelope: EnvelopeRecord,
    /// Bits: see the constants.
    marks: u32,
}

/// An envelope that another hub handed over. Others keep the formats before.
#[derive(Archive, Deserialize, Serialize)]
struct HandedRecord {
    envelope: EnvelopeRecord,
    /// Bits: see the constants.
    marks: u32,
    /// Its number there.
    origin: [u8; 16],
}

/// Mark of an envelope: the content is a country's response.
const RESPONSE: u32 = 1;

/// Writes an envelope.
pub(crate) fn encode_envelope(envelope: &StoredEnvelope) -> Vec<u8> {
    let forwardings = envelope.forwardings.iter();
    let record = EnvelopeRecord {
        from: envelope.from.clone(),
        to: envelope.to.clone(),
        from_id: envelope.from_id.0,
        actor_id: envelope.actor_id.0,
        to_id: envelope.to_id.map(|id| id.0),
        mailbox_id: envelope.mailbox_id.map(|id| id.0),
        copy_of: envelope.copy_of.map(HubDeliveryNumber::to_bytes),
        forwardings: forwardings
            .map(|(code, number)| (code.as_str().to_owned(), number.to_bytes()))
            .collect(),
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
    };
    let marks = if envelope.response { RESPONSE } else { 0 };
    match envelope.origin {
        Some(origin) => {
            let origin = origin.to_bytes();
            encode_as(VERSION_3, &HandedRecord { envelope: record, marks, origin })
        }
        None if marks != 0 => encode_as(VERSION_2, &MarkedRecord { envelope: record, marks }),
        None => encode_as(VERSION, &record),
    }
}

/// Reads an envelope.
pub(crate) fn decode_envelope(
    number: HubDeliveryNumber,
    bytes: &[u8],
) -> Result<StoredEnvelope, ReadError> {
    let corrupt = || corrupt("envelope", &number.to_bytes());
    let (record, marks, origin) = match bytes.first() {
        Some(&VERSION_3) => {
            let handed = decode_as::<HandedRecord>(VERSION_3, bytes).ok_or_else(corrupt)?;
            (handed.envelope, handed.marks, Some(HubDeliveryNumber::from_bytes(handed.origin)))
        }
        Some(&VERSION_2) => {
            let marked = decode_as::<MarkedRecord>(VERSION_2, bytes).ok_or_else(corrupt)?;
            (marked.envelope, marked.marks, None)
        }
        _ => (decode::<EnvelopeRecord>(bytes).ok_or_else(corrupt)?, 0, None),
    };
    let forwarding = |(code, number): (String, [u8; 16])| {
        code.parse().ok().map(|code| (code, HubDeliveryNumber::from_bytes(number)))
    };
    let forwardings = record.forwardings.into_iter().map(forwarding).collect::<Option<_>>();
    Ok(StoredEnvelope {
        number,
        from: record.from,
        to: record.to,
        from_id: ConnectionId(record.from_id),
        actor_id: ConnectionId(record.actor_id),
        to_id: record.to_id.map(ConnectionId),
        mailbox_id: record.mailbox_id.map(ConnectionId),
        copy_of: record.copy_of.map(HubDeliveryNumber::from_bytes),
        forwardings: forwardings.ok_or_else(corrupt)?,
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
        response: marks & RESPONSE != 0,
        origin,
        content_id: record.content_id,
    })
}
