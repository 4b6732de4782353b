//! Certificates for export: the current text, its versions, steps and attachments.

use rusqlite::Row;

use super::{Scope, StoreError};
use crate::domain::{
    Attachment, AttachmentId, AttachmentKind, CertificateId, Draft, OrganizationId, State, Step,
    UserId,
};

/// A certificate without its text.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct CertificateRow {
    pub(crate) id: CertificateId,
    pub(crate) organization: Option<OrganizationId>,
    pub(crate) author: UserId,
    pub(crate) issuer: Option<UserId>,
    pub(crate) state: State,
    pub(crate) opened: bool,
    pub(crate) revision: i64,
    pub(crate) version: i64,
    pub(crate) number: Option<String>,
    pub(crate) destination: String,
    pub(crate) exporter: String,
    pub(crate) consignee: String,
    pub(crate) produce: String,
    pub(crate) paper_only: bool,
    pub(crate) message: String,
    pub(crate) delivery: String,
    pub(crate) hub_number: String,
    pub(crate) token: Option<String>,
    pub(crate) paper_code: Option<String>,
    pub(crate) created_ms: i64,
    pub(crate) changed_ms: i64,
    pub(crate) issued_ms: Option<i64>,
}

/// A step to be kept.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NewStep<'a> {
    pub(crate) certificate: CertificateId,
    pub(crate) at_ms: i64,
    pub(crate) user: Option<UserId>,
    pub(crate) step: Step,
    pub(crate) state: State,
    pub(crate) version: i64,
    pub(crate) reason: &'a str,
}

impl Scope<'_> {
    pub(crate) fn insert_certificate(
        &self,
        organization: Option<OrganizationId>,
        author: UserId,
        draft: &Draft,
        now_ms: i64,
    ) -> Result<CertificateId, StoreError> {
        let id = self.insert(
            "INSERT INTO certificate
               (tenant, organization, author, state, open, draft, created_ms, changed_ms)
             VALUES ({tenant}, :organization, :author, 'draft', 1, :draft, :now, :now)",
            &[
                (":organization", &organization.map(OrganizationId::number)),
                (":author", &author.number()),
                (":draft", &json(draft)?),
                (":now", &now_ms),
            ],
        )?;
        let id = CertificateId::of(id);
        self.index_draft(id, "", draft)?;
        self.summarize(id, draft)?;
        Ok(id)
    }

    /// A certificate that the scope sees.
    pub(crate) fn certificate(
        &self,
        id: CertificateId,
    ) -> Result<Option<CertificateRow>, StoreError> {
        self.one(
            "SELECT c.* FROM certificate c WHERE {visible c} AND c.id = :id",
            &[(":id", &id.number())],
            row,
        )
    }

    /// What was entered.
    pub(crate) fn draft(&self, id: CertificateId) -> Result<Draft, StoreError> {
        let text = self.one(
            "SELECT c.draft FROM certificate c WHERE {visible c} AND c.id = :id",
            &[(":id", &id.number())],
            |row| Ok(row.get::<_, String>(0)?),
        )?;
        read_draft(text.as_deref())
    }

    /// Keeps what was entered, if nobody did since that revision.
    pub(crate) fn update_draft(
        &self,
        row: &CertificateRow,
        revision: i64,
        draft: &Draft,
        now_ms: i64,
    ) -> Result<bool, StoreError> {
        let changed = self.execute(
            "UPDATE certificate AS c SET draft = :draft, revision = c.revision + 1,
               changed_ms = :now
             WHERE {visible c} AND c.id = :id AND c.revision = :revision",
            &[
                (":id", &row.id.number()),
                (":revision", &revision),
                (":draft", &json(draft)?),
                (":now", &now_ms),
            ],
        )?;
        if changed == 1 {
            self.summarize(row.id, draft)?;
            self.index_draft(row.id, row.number.as_deref().unwrap_or_default(), draft)?;
        }
        Ok(changed == 1)
    }

    fn summarize(&self, id: CertificateId, draft: &Draft) -> Result<(), StoreError> {
        let produce: Vec<&str> = draft.lines.iter().take(3).map(|line| &*line.produce).collect();
        self.execute(
            "UPDATE certificate AS c SET destination = :destination, exporter = :exporter,
               consignee = :consignee, produce = :produce
             WHERE {visible c} AND c.id = :id",
            &[
                (":id", &id.number()),
                (":destination", &draft.destination),
                (":exporter", &draft.exporter.name),
                (":consignee", &draft.consignee.name),
                (":produce", &produce.join(", ")),
            ],
        )?;
        Ok(())
    }

    /// Keeps where the certificate stands; its text is not touched.
    pub(crate) fn update_certificate(&self, row: &CertificateRow) -> Result<(), StoreError> {
        let in_work = !row.state.is_issued() || row.state.needs_attention();
        let open = in_work || !row.message.is_empty();
        self.execute(
            "UPDATE certificate AS c SET author = :author, issuer = :issuer, state = :state,
               open = :open, opened = :opened, revision = :revision, version = :version,
               number = :number, paper_only = :paper_only, message = :message,
               delivery = :delivery, hub_number = :hub_number, token = :token,
               paper_code = :paper_code, changed_ms = :changed_ms, issued_ms = :issued_ms
             WHERE {visible c} AND c.id = :id",
            &[
                (":id", &row.id.number()),
                (":author", &row.author.number()),
                (":issuer", &row.issuer.map(UserId::number)),
                (":state", &row.state.as_str()),
                (":open", &open),
                (":opened", &row.opened),
                (":revision", &row.revision),
                (":version", &row.version),
                (":number", &row.number),
                (":paper_only", &row.paper_only),
                (":message", &row.message),
                (":delivery", &row.delivery),
                (":hub_number", &row.hub_number),
                (":token", &row.token),
                (":paper_code", &row.paper_code),
                (":changed_ms", &row.changed_ms),
                (":issued_ms", &row.issued_ms),
            ],
        )?;
        Ok(())
    }

    /// Keeps a step.
    pub(crate) fn insert_step(&self, step: &NewStep<'_>) -> Result<(), StoreError> {
        self.insert(
            "INSERT INTO step (tenant, certificate, at_ms, user, step, state, version, reason)
             VALUES ({tenant}, :certificate, :at, :user, :step, :state, :version, :reason)",
            &[
                (":certificate", &step.certificate.number()),
                (":at", &step.at_ms),
                (":user", &step.user.map(UserId::number)),
                (":step", &step.step.as_str()),
                (":state", &step.state.as_str()),
                (":version", &step.version),
                (":reason", &step.reason),
            ],
        )?;
        Ok(())
    }

    pub(crate) fn insert_attachment(
        &self,
        certificate: CertificateId,
        file: &Attachment,
        user: UserId,
        now_ms: i64,
    ) -> Result<AttachmentId, StoreError> {
        let id = self.insert(
            "INSERT INTO attachment
               (tenant, certificate, name, media_type, length, bytes, user, added_ms)
             VALUES ({tenant}, :certificate, :name, :media_type, :length, :bytes, :user, :now)",
            &[
                (":certificate", &certificate.number()),
                (":name", &file.name),
                (":media_type", &file.kind.media_type()),
                (":length", &i64::try_from(file.bytes.len()).unwrap_or(i64::MAX)),
                (":bytes", &file.bytes),
                (":user", &user.number()),
                (":now", &now_ms),
            ],
        )?;
        Ok(AttachmentId::of(id))
    }

    pub(crate) fn delete_attachment(
        &self,
        certificate: CertificateId,
        id: AttachmentId,
    ) -> Result<bool, StoreError> {
        let gone = self.execute(
            "DELETE FROM attachment
             WHERE tenant = {tenant} AND certificate = :certificate AND id = :id",
            &[(":certificate", &certificate.number()), (":id", &id.number())],
        )?;
        Ok(gone == 1)
    }

    /// Id, name, media type and length of each attachment.
    pub(crate) fn attachment_list(
        &self,
        certificate: CertificateId,
    ) -> Result<Vec<(AttachmentId, String, AttachmentKind, u64)>, StoreError> {
        self.all(
            "SELECT id, name, media_type, length FROM attachment
             WHERE tenant = {tenant} AND certificate = :certificate ORDER BY id",
            &[(":certificate", &certificate.number())],
            |row| {
                let length = u64::try_from(row.get::<_, i64>(3)?).unwrap_or_default();
                Ok((AttachmentId::of(row.get(0)?), row.get(1)?, kind(row, 2)?, length))
            },
        )
    }

    /// One attachment, or all of a certificate.
    pub(crate) fn attachments(
        &self,
        certificate: CertificateId,
        only: Option<AttachmentId>,
    ) -> Result<Vec<Attachment>, StoreError> {
        self.all(
            "SELECT name, media_type, bytes FROM attachment
             WHERE tenant = {tenant} AND certificate = :certificate
             AND id = coalesce(:only, id) ORDER BY id",
            &[(":certificate", &certificate.number()), (":only", &only.map(AttachmentId::number))],
            |row| Ok(Attachment { name: row.get(0)?, kind: kind(row, 1)?, bytes: row.get(2)? }),
        )
    }
}

fn kind(row: &Row<'_>, column: usize) -> Result<AttachmentKind, StoreError> {
    let name: String = row.get(column)?;
    AttachmentKind::from_media_type(&name).ok_or(StoreError::Corrupt("attachment"))
}

pub(super) fn json(draft: &Draft) -> Result<String, StoreError> {
    serde_json::to_string(draft).map_err(|_| StoreError::Corrupt("draft"))
}

pub(super) fn read_draft(text: Option<&str>) -> Result<Draft, StoreError> {
    let text = text.ok_or(StoreError::Corrupt("draft"))?;
    serde_json::from_str(text).map_err(|_| StoreError::Corrupt("draft"))
}

pub(super) fn row(row: &Row<'_>) -> Result<CertificateRow, StoreError> {
    let state: String = row.get("state")?;
    Ok(CertificateRow {
        id: CertificateId::of(row.get("id")?),
        organization: row.get::<_, Option<i64>>("organization")?.map(OrganizationId::of),
        author: UserId::of(row.get("author")?),
        issuer: row.get::<_, Option<i64>>("issuer")?.map(UserId::of),
        state: State::from_name(&state).ok_or(StoreError::Corrupt("state"))?,
        opened: row.get("opened")?,
        revision: row.get("revision")?,
        version: row.get("version")?,
        number: row.get("number")?,
        destination: row.get("destination")?,
        exporter: row.get("exporter")?,
        consignee: row.get("consignee")?,
        produce: row.get("produce")?,
        paper_only: row.get("paper_only")?,
        message: row.get("message")?,
        delivery: row.get("delivery")?,
        hub_number: row.get("hub_number")?,
        token: row.get("token")?,
        paper_code: row.get("paper_code")?,
        created_ms: row.get("created_ms")?,
        changed_ms: row.get("changed_ms")?,
        issued_ms: row.get("issued_ms")?,
    })
}
