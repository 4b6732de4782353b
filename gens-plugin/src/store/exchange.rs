//! What is on its way to the hub, and how far the hub's events were heard.

use rusqlite::{Connection, Row};

use super::scope::global;
use super::{Scope, StoreError};
use crate::domain::{CertificateId, ImportId};

/// Something to be sent.
#[derive(Clone, Debug)]
pub(crate) struct Sending<'a> {
    pub(crate) certificate: Option<CertificateId>,
    pub(crate) decision: Option<i64>,
    pub(crate) key: &'a str,
    pub(crate) recipient: &'a str,
    pub(crate) certificate_type: i32,
    pub(crate) certificate_status: i32,
    pub(crate) number: &'a str,
    pub(crate) content: &'a str,
    pub(crate) now_ms: i64,
}

/// Something on its way.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct OutboxRow {
    pub(crate) id: i64,
    pub(crate) certificate: Option<CertificateId>,
    pub(crate) is_response: bool,
    pub(crate) key: String,
    pub(crate) recipient: String,
    pub(crate) certificate_type: i32,
    pub(crate) certificate_status: i32,
    pub(crate) number: String,
    pub(crate) content: Vec<u8>,
    pub(crate) attempts: u32,
    pub(crate) due_ms: i64,
    pub(crate) hub_number: Option<String>,
}

/// What became of something that was sent.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Answered<'a> {
    pub(crate) state: &'a str,
    pub(crate) attempts: u32,
    pub(crate) due_ms: i64,
    pub(crate) hub_number: Option<&'a str>,
    pub(crate) message: &'a str,
}

/// The last event whose effects are kept.
pub(crate) fn event_cursor(db: &Connection) -> Result<u64, StoreError> {
    let sequence: i64 =
        db.query_row("SELECT sequence FROM event_cursor WHERE id = 1", [], |row| row.get(0))?;
    Ok(u64::try_from(sequence).unwrap_or_default())
}

/// The effects of the events of this one's stream up to it are kept.
pub(crate) fn set_event_cursor(db: &Connection, sequence: u64) -> Result<(), StoreError> {
    let sequence = i64::try_from(sequence).unwrap_or(i64::MAX);
    db.execute("UPDATE event_cursor SET sequence = ?1 WHERE id = 1", [sequence])?;
    Ok(())
}

/// The public facts about an issued certificate, by the token on its paper.
pub(crate) fn by_token(
    db: &Connection,
    token: &str,
) -> Result<Option<(super::Reach, CertificateId)>, StoreError> {
    global(
        db,
        "SELECT tenant, id FROM certificate WHERE token = :token",
        &[(":token", &token)],
        |row| {
            let tenant = crate::domain::TenantId::of(row.get(0)?);
            Ok((super::Reach::new(tenant, None), CertificateId::of(row.get(1)?)))
        },
    )
}

const COLUMNS: &str = "o.id, o.certificate, o.decision, o.key, o.recipient, o.certificate_type,
 o.certificate_status, o.number, o.content, o.attempts, o.due_ms, o.hub_number";

impl Scope<'_> {
    /// Puts something on its way, in the transaction in which it came to be.
    pub(crate) fn insert_sending(&self, new: &Sending<'_>) -> Result<(), StoreError> {
        self.insert(
            "INSERT INTO outbox (tenant, certificate, decision, key, recipient, certificate_type,
               certificate_status, number, content, state, due_ms)
             VALUES ({tenant}, :certificate, :decision, :key, :recipient, :type, :status, :number,
               :content, 'waiting', :now)",
            &[
                (":certificate", &new.certificate.map(CertificateId::number)),
                (":decision", &new.decision),
                (":key", &new.key),
                (":recipient", &new.recipient),
                (":type", &new.certificate_type),
                (":status", &new.certificate_status),
                (":number", &new.number),
                (":content", &new.content.as_bytes()),
                (":now", &new.now_ms),
            ],
        )?;
        Ok(())
    }

    /// What is to be sent now, the oldest first. What is about the same certificate keeps its
    /// order: a withdrawal never overtakes its certificate.
    pub(crate) fn due(&self, now_ms: i64, limit: u32) -> Result<Vec<OutboxRow>, StoreError> {
        self.all(
            &format!(
                "SELECT {COLUMNS} FROM outbox o
                 WHERE o.tenant = {{tenant}} AND o.state = 'waiting' AND o.due_ms <= :now
                 AND NOT EXISTS (
                   SELECT 1 FROM outbox e WHERE e.certificate = o.certificate AND e.id < o.id
                   AND e.state = 'waiting')
                 ORDER BY o.id LIMIT :limit"
            ),
            &[(":now", &now_ms), (":limit", &limit)],
            row,
        )
    }

    /// To whom a certificate was sent first.
    pub(crate) fn recipient_of(&self, id: CertificateId) -> Result<Option<String>, StoreError> {
        self.one(
            "SELECT recipient FROM outbox WHERE tenant = {tenant} AND certificate = :id
             ORDER BY id LIMIT 1",
            &[(":id", &id.number())],
            |row| Ok(row.get(0)?),
        )
    }

    /// How the answer to a received certificate is on its way: state and message.
    pub(crate) fn answer_under_way(
        &self,
        import: ImportId,
    ) -> Result<Option<(String, String)>, StoreError> {
        self.one(
            "SELECT o.state, o.message FROM decision d JOIN outbox o ON o.decision = d.id
             WHERE d.tenant = {tenant} AND d.import = :import ORDER BY d.id DESC LIMIT 1",
            &[(":import", &import.number())],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
    }

    /// What was sent under that number of the hub.
    pub(crate) fn sent_as(&self, hub_number: &str) -> Result<Option<OutboxRow>, StoreError> {
        self.one(
            &format!(
                "SELECT {COLUMNS} FROM outbox o
                 WHERE o.tenant = {{tenant}} AND o.hub_number = :hub_number"
            ),
            &[(":hub_number", &hub_number)],
            row,
        )
    }

    /// What waits and would be sent with this header; there is one at most that may be sent now.
    pub(crate) fn waiting_as(
        &self,
        recipient: &str,
        number: &str,
        status: i32,
        response: bool,
    ) -> Result<Option<OutboxRow>, StoreError> {
        self.one(
            &format!(
                "SELECT {COLUMNS} FROM outbox o
                 WHERE o.tenant = {{tenant}} AND o.state = 'waiting' AND o.recipient = :recipient
                 AND o.number = :number AND o.certificate_status = :status
                 AND (o.decision IS NOT NULL) = :response ORDER BY o.id LIMIT 1"
            ),
            &[
                (":recipient", &recipient),
                (":number", &number),
                (":status", &status),
                (":response", &response),
            ],
            row,
        )
    }

    /// What waits under a key.
    pub(crate) fn waiting_with(&self, key: &str) -> Result<Option<OutboxRow>, StoreError> {
        self.one(
            &format!(
                "SELECT {COLUMNS} FROM outbox o
                 WHERE o.tenant = {{tenant}} AND o.key = :key AND o.state = 'waiting'"
            ),
            &[(":key", &key)],
            row,
        )
    }

    /// What was sent and has not been heard of since, after an id.
    pub(crate) fn under_way(&self, after: i64, limit: u32) -> Result<Vec<OutboxRow>, StoreError> {
        self.all(
            &format!(
                "SELECT {COLUMNS} FROM outbox o
                 WHERE o.tenant = {{tenant}} AND o.state = 'sent' AND o.id > :after
                 ORDER BY o.id LIMIT :limit"
            ),
            &[(":after", &after), (":limit", &limit)],
            row,
        )
    }

    /// Keeps what became of it; `false` if that was known.
    pub(crate) fn answer(&self, id: i64, answered: &Answered<'_>) -> Result<bool, StoreError> {
        let changed = self.execute(
            "UPDATE outbox SET state = :state, attempts = :attempts, due_ms = :due,
               hub_number = coalesce(:hub_number, hub_number), message = :message
             WHERE tenant = {tenant} AND id = :id
             AND (state = 'waiting' OR state = 'sent' AND :state <> 'sent')",
            &[
                (":id", &id),
                (":state", &answered.state),
                (":attempts", &answered.attempts),
                (":due", &answered.due_ms),
                (":hub_number", &answered.hub_number),
                (":message", &answered.message),
            ],
        )?;
        Ok(changed == 1)
    }
}

fn row(row: &Row<'_>) -> Result<OutboxRow, StoreError> {
    Ok(OutboxRow {
        id: row.get("id")?,
        certificate: row.get::<_, Option<i64>>("certificate")?.map(CertificateId::of),
        is_response: row.get::<_, Option<i64>>("decision")?.is_some(),
        key: row.get("key")?,
        recipient: row.get("recipient")?,
        certificate_type: row.get("certificate_type")?,
        certificate_status: row.get("certificate_status")?,
        number: row.get("number")?,
        content: row.get("content")?,
        attempts: row.get("attempts")?,
        due_ms: row.get("due_ms")?,
        hub_number: row.get("hub_number")?,
    })
}
