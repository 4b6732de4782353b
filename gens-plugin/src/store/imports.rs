//! What was received, and what was decided about it.

use rusqlite::Row;

use super::search::Words;
use super::{Scope, StoreError};
use crate::domain::{Decision, ImportId, Receipt, UserId};

/// A received certificate without its content.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct ImportRow {
    pub(crate) id: ImportId,
    pub(crate) hub_number: String,
    pub(crate) sender: String,
    pub(crate) certificate_type: i32,
    pub(crate) certificate_status: i32,
    pub(crate) number: String,
    pub(crate) accepted_ms: i64,
    pub(crate) received_ms: i64,
    pub(crate) sender_certificate: String,
    pub(crate) content_hash: String,
    pub(crate) receipt: Receipt,
    pub(crate) message: String,
    pub(crate) findings: String,
    pub(crate) acknowledged: bool,
    pub(crate) exporter: String,
    pub(crate) consignee: String,
    pub(crate) produce: String,
    pub(crate) origin: String,
    pub(crate) decision: Option<Decision>,
    pub(crate) withdrawn: bool,
    /// It was withdrawn after it was decided about, and who did has not said that this is known.
    pub(crate) notice: bool,
}

/// A received certificate to be kept.
#[derive(Clone, Debug)]
pub(crate) struct NewImport<'a> {
    pub(crate) hub_number: &'a str,
    pub(crate) sender: &'a str,
    pub(crate) certificate_type: i32,
    pub(crate) certificate_status: i32,
    pub(crate) number: &'a str,
    pub(crate) response: bool,
    pub(crate) accepted_ms: i64,
    pub(crate) received_ms: i64,
    pub(crate) sender_certificate: &'a str,
    pub(crate) content_hash: &'a str,
    pub(crate) content: &'a [u8],
    pub(crate) receipt: Receipt,
    pub(crate) message: &'a str,
    pub(crate) findings: &'a str,
    pub(crate) exporter: &'a str,
    pub(crate) consignee: &'a str,
    pub(crate) produce: &'a str,
    pub(crate) origin: &'a str,
    /// The status of a country's response, and its reason.
    pub(crate) answer: (&'a str, &'a str),
}

pub(super) const COLUMNS: &str =
    "i.id, i.hub_number, i.sender, i.certificate_type, i.certificate_status,
 i.number, i.accepted_ms, i.received_ms, i.sender_certificate, i.content_hash, i.receipt, i.message,
 i.findings, i.acknowledged, i.exporter, i.consignee, i.produce, i.origin, i.decision, i.withdrawn,
 i.notice";

impl Scope<'_> {
    /// Keeps what was received; `false` if it is there already.
    pub(crate) fn insert_import(&self, new: &NewImport<'_>) -> Result<bool, StoreError> {
        let added = self.execute(
            "INSERT INTO inbox (tenant, hub_number, sender, certificate_type, certificate_status,
               number, response, accepted_ms, received_ms, sender_certificate, content_hash,
               content, receipt, message, findings, exporter, consignee, produce, origin, answer,
               answer_reason)
             VALUES ({tenant}, :hub_number, :sender, :type, :status, :number, :response, :accepted,
               :received, :sender_certificate, :content_hash, :content, :receipt, :message,
               :findings, :exporter, :consignee, :produce, :origin, :answer, :answer_reason)
             ON CONFLICT (tenant, hub_number) DO NOTHING",
            &[
                (":hub_number", &new.hub_number),
                (":sender", &new.sender),
                (":type", &new.certificate_type),
                (":status", &new.certificate_status),
                (":number", &new.number),
                (":response", &new.response),
                (":accepted", &new.accepted_ms),
                (":received", &new.received_ms),
                (":sender_certificate", &new.sender_certificate),
                (":content_hash", &new.content_hash),
                (":content", &new.content),
                (":receipt", &new.receipt.as_str()),
                (":message", &new.message),
                (":findings", &new.findings),
                (":exporter", &new.exporter),
                (":consignee", &new.consignee),
                (":produce", &new.produce),
                (":origin", &new.origin),
                (":answer", &new.answer.0),
                (":answer_reason", &new.answer.1),
            ],
        )?;
        if added == 1 {
            self.index_import(new)?;
        }
        Ok(added == 1)
    }

    fn index_import(&self, new: &NewImport<'_>) -> Result<(), StoreError> {
        let id = self.one(
            "SELECT id FROM inbox WHERE tenant = {tenant} AND hub_number = :hub_number",
            &[(":hub_number", &new.hub_number)],
            |row| Ok(row.get(0)?),
        )?;
        let words = Words {
            number: new.number.to_owned(),
            parties: format!("{} {}", new.exporter, new.consignee),
            commodities: new.produce.to_owned(),
            countries: format!("{} {}", new.sender, new.origin),
        };
        self.index("inbox_text", id.ok_or(StoreError::Corrupt("inbox"))?, &words)?;
        if new.certificate_status == WITHDRAWN && !new.response {
            // At once with its arrival; who let the consignment in, or holds it, is told.
            self.execute(
                "UPDATE inbox SET withdrawn = 1,
                   notice = decision IS NOT NULL AND decision <> 'rejected'
                 WHERE tenant = {tenant} AND sender = :sender AND number = :number
                 AND response = 0",
                &[(":sender", &new.sender), (":number", &new.number)],
            )?;
        }
        Ok(())
    }

    /// What importing countries answered to a certificate: when, who, status, reason.
    pub(crate) fn answers(
        &self,
        number: &str,
    ) -> Result<Vec<(i64, String, String, String)>, StoreError> {
        self.all(
            "SELECT received_ms, sender, answer, answer_reason FROM inbox
             WHERE tenant = {tenant} AND number = :number AND response = 1 ORDER BY id",
            &[(":number", &number)],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)),
        )
    }

    /// The number that each of the latest senders used last.
    pub(crate) fn latest_numbers(&self) -> Result<Vec<(String, String)>, StoreError> {
        let mut all: Vec<(String, String)> = self.all(
            "SELECT sender, number FROM inbox WHERE tenant = {tenant} AND response = 0
             ORDER BY id DESC LIMIT 500",
            &[],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )?;
        let mut seen = std::collections::BTreeSet::new();
        all.retain(|(sender, _)| seen.insert(sender.clone()));
        Ok(all)
    }

    /// Numbers of the hub with how each is acknowledged, where the hub was not told yet.
    pub(crate) fn unacknowledged(
        &self,
        limit: u32,
    ) -> Result<Vec<(ImportId, String, Receipt, String)>, StoreError> {
        self.all(
            "SELECT id, hub_number, receipt, message FROM inbox
             WHERE tenant = {tenant} AND acknowledged = 0 ORDER BY id LIMIT :limit",
            &[(":limit", &limit)],
            |row| Ok((ImportId::of(row.get(0)?), row.get(1)?, receipt(row, 2)?, row.get(3)?)),
        )
    }

    pub(crate) fn set_acknowledged(&self, id: ImportId) -> Result<(), StoreError> {
        self.execute(
            "UPDATE inbox SET acknowledged = 1 WHERE tenant = {tenant} AND id = :id",
            &[(":id", &id.number())],
        )?;
        Ok(())
    }

    /// Whether an envelope is kept already.
    pub(crate) fn has_import(&self, hub_number: &str) -> Result<bool, StoreError> {
        let found = self.one(
            "SELECT 1 FROM inbox WHERE tenant = {tenant} AND hub_number = :hub_number",
            &[(":hub_number", &hub_number)],
            |_| Ok(()),
        )?;
        Ok(found.is_some())
    }

    /// A received certificate. Those of an organization see none.
    pub(crate) fn import(&self, id: ImportId) -> Result<Option<ImportRow>, StoreError> {
        self.one(
            &format!(
                "SELECT {COLUMNS} FROM inbox i
                 WHERE i.tenant = {{tenant}} AND i.response = 0 AND i.id = :id"
            ),
            &[(":id", &id.number())],
            row,
        )
    }

    /// What a received envelope holds.
    pub(crate) fn import_content(&self, id: ImportId) -> Result<Vec<u8>, StoreError> {
        let found = self.one(
            "SELECT content FROM inbox WHERE tenant = {tenant} AND id = :id",
            &[(":id", &id.number())],
            |row| Ok(row.get(0)?),
        )?;
        found.ok_or(StoreError::Corrupt("inbox"))
    }

    /// Keeps a decision; answers its id.
    pub(crate) fn insert_decision(
        &self,
        import: ImportId,
        user: UserId,
        decision: Decision,
        reason: &str,
        now_ms: i64,
    ) -> Result<i64, StoreError> {
        let id = self.insert(
            "INSERT INTO decision (tenant, import, user, at_ms, decision, reason)
             VALUES ({tenant}, :import, :user, :at, :decision, :reason)",
            &[
                (":import", &import.number()),
                (":user", &user.number()),
                (":at", &now_ms),
                (":decision", &decision.as_str()),
                (":reason", &reason),
            ],
        )?;
        self.execute(
            "UPDATE inbox SET decision = :decision WHERE tenant = {tenant} AND id = :import",
            &[(":import", &import.number()), (":decision", &decision.as_str())],
        )?;
        Ok(id)
    }

    /// The decisions about a received certificate: when, by whom, what, why.
    pub(crate) fn decisions(
        &self,
        import: ImportId,
    ) -> Result<Vec<(i64, String, Decision, String)>, StoreError> {
        self.all(
            "SELECT d.at_ms, u.full_name, d.decision, d.reason FROM decision d
             JOIN user u ON u.id = d.user
             WHERE d.tenant = {tenant} AND d.import = :import ORDER BY d.id",
            &[(":import", &import.number())],
            |row| Ok((row.get(0)?, row.get(1)?, decision(row, 2)?, row.get(3)?)),
        )
    }
}

fn receipt(row: &Row<'_>, column: usize) -> Result<Receipt, StoreError> {
    let name: String = row.get(column)?;
    Receipt::from_name(&name).ok_or(StoreError::Corrupt("receipt"))
}

fn decision(row: &Row<'_>, column: usize) -> Result<Decision, StoreError> {
    let name: String = row.get(column)?;
    Decision::from_name(&name).ok_or(StoreError::Corrupt("decision"))
}

pub(super) fn row(row: &Row<'_>) -> Result<ImportRow, StoreError> {
    let (receipt, decision): (String, Option<String>) = (row.get("receipt")?, row.get("decision")?);
    Ok(ImportRow {
        id: ImportId::of(row.get("id")?),
        hub_number: row.get("hub_number")?,
        sender: row.get("sender")?,
        certificate_type: row.get("certificate_type")?,
        certificate_status: row.get("certificate_status")?,
        number: row.get("number")?,
        accepted_ms: row.get("accepted_ms")?,
        received_ms: row.get("received_ms")?,
        sender_certificate: row.get("sender_certificate")?,
        content_hash: row.get("content_hash")?,
        receipt: Receipt::from_name(&receipt).ok_or(StoreError::Corrupt("receipt"))?,
        message: row.get("message")?,
        findings: row.get("findings")?,
        acknowledged: row.get("acknowledged")?,
        exporter: row.get("exporter")?,
        consignee: row.get("consignee")?,
        produce: row.get("produce")?,
        origin: row.get("origin")?,
        decision: decision
            .map(|name| Decision::from_name(&name).ok_or(StoreError::Corrupt("decision")))
            .transpose()?,
        withdrawn: row.get("withdrawn")?,
        notice: row.get("notice")?,
    })
}

/// `CertificateStatus` of a withdrawal.
const WITHDRAWN: i32 = 40;
