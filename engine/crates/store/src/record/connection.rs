//! Connections on disk.

use phytohub_domain::{
    AllowedDocument, CertificateScope, Connection, ConnectionCode, ConnectionId, ConnectionKind,
    FairUse, Fingerprint, Link, MaintenanceWindow, PushEndpoint, RegisteredCertificate,
    ServerTrust, SigningCertificate, Timestamp,
};
use rkyv::{Archive, Deserialize, Serialize};

use super::{VERSION_2, corrupt, decode, decode_as, encode, encode_as, mode};
use crate::error::ReadError;

#[derive(Archive, Deserialize, Serialize)]
struct ConnectionRecord {
    code: String,
    name: String,
    kind: u8,
    mode: u8,
    serves: Vec<String>,
    enabled: bool,
    sends: bool,
    receives: bool,
    allowed_documents: Vec<(i32, i32)>,
    responses: bool,
    signing: Option<SigningRecord>,
    push: Option<PushRecord>,
    maintenance: Vec<WindowRecord>,
    fair_use: FairUseRecord,
    legal_hold: bool,
    certificates: Vec<CertificateRecord>,
    added: u64,
}

/// A hub. Other connections keep the first format.
#[derive(Archive, Deserialize, Serialize)]
struct HubRecord {
    connection: ConnectionRecord,
    ours: Vec<String>,
    theirs: Vec<String>,
}

#[derive(Archive, Deserialize, Serialize)]
struct SigningRecord {
    dn: String,
    der: Vec<u8>,
}

#[derive(Archive, Deserialize, Serialize)]
struct PushRecord {
    url: String,
    trust: TrustRecord,
    allow_private: bool,
    envelopes: bool,
    tracking_updates: bool,
}

#[derive(Archive, Deserialize, Serialize)]
enum TrustRecord {
    Public,
    Authorities(Vec<Vec<u8>>),
    Key([u8; 32]),
}

#[derive(Archive, Deserialize, Serialize)]
struct WindowRecord {
    from: u64,
    until: u64,
    reason: String,
}

#[derive(Archive, Deserialize, Serialize)]
struct FairUseRecord {
    requests_per_minute: Option<u32>,
    bytes_per_minute: Option<u64>,
    pending_per_recipient: Option<u64>,
}

#[derive(Archive, Deserialize, Serialize)]
struct CertificateRecord {
    fingerprint: [u8; 32],
    label: String,
    scope: u8,
    not_before: u64,
    not_after: u64,
    added: u64,
    removed: Option<u64>,
}

/// Writes a connection.
pub(crate) fn encode_connection(connection: &Connection) -> Vec<u8> {
    let documents = connection.allowed_documents.iter();
    let fair_use = &connection.fair_use;
    let record = ConnectionRecord {
        code: connection.code.as_str().to_owned(),
        name: connection.name.clone(),
        kind: connection.kind as u8,
        mode: connection.mode as u8,
        serves: connection.serves.clone(),
        enabled: connection.enabled,
        sends: connection.sends,
        receives: connection.receives,
        allowed_documents: documents
            .map(|pair| (pair.certificate_type, pair.certificate_status))
            .collect(),
        responses: connection.responses,
        signing: connection
            .signing
            .as_ref()
            .map(|signing| SigningRecord { dn: signing.dn.clone(), der: signing.der.clone() }),
        push: connection.push.as_ref().map(push_record),
        maintenance: connection.maintenance.iter().map(window_record).collect(),
        fair_use: FairUseRecord {
            requests_per_minute: fair_use.requests_per_minute,
            bytes_per_minute: fair_use.bytes_per_minute,
            pending_per_recipient: fair_use.pending_per_recipient,
        },
        legal_hold: connection.legal_hold,
        certificates: connection.certificates.iter().map(certificate_record).collect(),
        added: connection.added.as_millis(),
    };
    if connection.kind != ConnectionKind::Hub {
        return encode(&record);
    }
    let texts = |codes: &[ConnectionCode]| codes.iter().map(ToString::to_string).collect();
    let (ours, theirs) = (texts(&connection.link.ours), texts(&connection.link.theirs));
    encode_as(VERSION_2, &HubRecord { connection: record, ours, theirs })
}

/// Reads a connection.
pub(crate) fn decode_connection(id: ConnectionId, bytes: &[u8]) -> Result<Connection, ReadError> {
    let corrupt = || corrupt("connection", &id.0.to_be_bytes());
    let (record, ours, theirs) = if bytes.first() == Some(&VERSION_2) {
        let hub = decode_as::<HubRecord>(VERSION_2, bytes).ok_or_else(corrupt)?;
        (hub.connection, hub.ours, hub.theirs)
    } else {
        (decode::<ConnectionRecord>(bytes).ok_or_else(corrupt)?, Vec::new(), Vec::new())
    };
    let codes = |texts: Vec<String>| {
        let codes = texts.into_iter().map(|text| text.parse().ok()).collect::<Option<Vec<_>>>();
        codes.ok_or_else(corrupt)
    };
    let code = record.code.parse().map_err(|_| corrupt())?;
    let mode = mode(record.mode).ok_or_else(corrupt)?;
    let kinds = [ConnectionKind::Nppo, ConnectionKind::Channel, ConnectionKind::Hub];
    let kind = kinds.into_iter().find(|kind| *kind as u8 == record.kind).ok_or_else(corrupt)?;
    let mut connection =
        Connection::new(id, code, record.name, mode, Timestamp::from_millis(record.added));
    connection.kind = kind;
    connection.link = Link { ours: codes(ours)?, theirs: codes(theirs)? };
    connection.serves = record.serves;
    connection.enabled = record.enabled;
    (connection.sends, connection.receives) = (record.sends, record.receives);
    let documents = record.allowed_documents.into_iter();
    connection.allowed_documents = documents
        .map(|(certificate_type, certificate_status)| AllowedDocument {
            certificate_type,
            certificate_status,
        })
        .collect();
    connection.responses = record.responses;
    let signing = record.signing;
    connection.signing =
        signing.map(|signing| SigningCertificate { dn: signing.dn, der: signing.der });
    connection.push = record.push.map(push);
    connection.maintenance = record.maintenance.into_iter().map(window).collect();
    connection.fair_use = FairUse {
        requests_per_minute: record.fair_use.requests_per_minute,
        bytes_per_minute: record.fair_use.bytes_per_minute,
        pending_per_recipient: record.fair_use.pending_per_recipient,
    };
    connection.legal_hold = record.legal_hold;
    connection.certificates = record.certificates.into_iter().map(certificate).collect();
    Ok(connection)
}

fn push_record(push: &PushEndpoint) -> PushRecord {
    PushRecord {
        url: push.url.clone(),
        trust: match &push.trust {
            ServerTrust::Authorities(authorities) => TrustRecord::Authorities(authorities.clone()),
            ServerTrust::Key(key) => TrustRecord::Key(key.0),
            _ => TrustRecord::Public,
        },
        allow_private: push.allow_private,
        envelopes: push.envelopes,
        tracking_updates: push.tracking_updates,
    }
}

fn push(record: PushRecord) -> PushEndpoint {
    let mut push = PushEndpoint::new(record.url);
    push.trust = match record.trust {
        TrustRecord::Public => ServerTrust::Public,
        TrustRecord::Authorities(authorities) => ServerTrust::Authorities(authorities),
        TrustRecord::Key(key) => ServerTrust::Key(Fingerprint(key)),
    };
    push.allow_private = record.allow_private;
    push.envelopes = record.envelopes;
    push.tracking_updates = record.tracking_updates;
    push
}

fn window_record(window: &MaintenanceWindow) -> WindowRecord {
    let MaintenanceWindow { from, until, reason } = window;
    WindowRecord { from: from.as_millis(), until: until.as_millis(), reason: reason.clone() }
}

fn window(record: WindowRecord) -> MaintenanceWindow {
    let (from, until) = (Timestamp::from_millis(record.from), Timestamp::from_millis(record.until));
    MaintenanceWindow { from, until, reason: record.reason }
}

fn certificate_record(certificate: &RegisteredCertificate) -> CertificateRecord {
    CertificateRecord {
        fingerprint: certificate.fingerprint.0,
        label: certificate.label.clone(),
        scope: certificate.scope.bits(),
        not_before: certificate.not_before.as_millis(),
        not_after: certificate.not_after.as_millis(),
        added: certificate.added.as_millis(),
        removed: certificate.removed.map(Timestamp::as_millis),
    }
}

fn certificate(record: CertificateRecord) -> RegisteredCertificate {
    let time = Timestamp::from_millis;
    let mut certificate = RegisteredCertificate::new(
        Fingerprint(record.fingerprint),
        record.label,
        (time(record.not_before), time(record.not_after)),
        time(record.added),
    );
    certificate.scope = CertificateScope::from_bits(record.scope);
    certificate.removed = record.removed.map(time);
    certificate
}
