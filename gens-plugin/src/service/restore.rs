//! What differs from the hub after a restore, and what is done about it.

use phytohub_plugin_sdk::host::Envelope;
use phytohub_sps::write::Certificate;
use phytohub_sps::{Limits, SpsDocument};

use super::list::{Cursor, Page};
use super::{Gens, ServiceError, Work, may};
use crate::auth::{self, Session};
use crate::domain::{
    Action, CertificateId, DifferenceId, Draft, State, Step, Subject, draft_of, limit,
};
use crate::exchange::{Arrived, sent_before};
use crate::store::differences::DifferenceRow;
use crate::store::exchange::Sending;
use crate::store::{CertificateRow, NewStep};

/// What can be done about a difference.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Remedy {
    /// A certificate of ours that is not here: made anew from the document that the hub has.
    Export,
    /// A later message about a certificate that is here: kept with it.
    Step,
    /// A certificate that was received: read once more.
    Import,
}

/// Something that the hub knows and this system does not.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct HubDifference {
    /// Its id.
    pub id: DifferenceId,
    /// When it was found, in milliseconds since 1970.
    pub found_ms: i64,
    /// The hub's number.
    pub hub_number: String,
    /// The number of the certificate.
    pub number: String,
    /// The connection that sent it.
    pub sender: String,
    /// The connection that it went to.
    pub recipient: String,
    /// `CertificateStatus`: 70 issued, 40 withdrawn.
    pub certificate_status: i32,
    /// How it stands there.
    pub there: String,
    /// How the certificate stands here; nothing if it is not here.
    pub here: Option<State>,
    /// The certificate, if it is here.
    pub certificate: Option<CertificateId>,
    /// What can be done about it.
    pub remedy: Remedy,
}

impl Gens {
    /// What differs, the first found first.
    ///
    /// # Errors
    ///
    /// [`ServiceError::Denied`].
    pub fn hub_differences(
        &self,
        session: &Session,
        after: Option<Cursor>,
    ) -> Result<Page<HubDifference>, ServiceError> {
        may(session, Action::Restore, Subject::default())?;
        let wanted = limit::PAGE_ROWS_MAX;
        let after = after.map_or(0, Cursor::number);
        let rows = self.read(session, |scope| Ok(scope.differences(after, wanted + 1)?))?;
        Ok(Page::of(rows, wanted, |row| row.id.number(), view))
    }

    /// Takes over from the hub what it knows.
    ///
    /// # Errors
    ///
    /// [`ServiceError::NotFound`]: there is no such difference, or the hub no longer has the
    /// document. [`ServiceError::Denied`]; [`ServiceError::HubAway`].
    pub fn take_over(&self, session: &Session, id: DifferenceId) -> Result<(), ServiceError> {
        may(session, Action::Restore, Subject::default())?;
        let row = self.read(session, |scope| Ok(scope.difference(id)?))?;
        let row = row.ok_or(ServiceError::NotFound)?;
        let read = self.0.hub.read(session.tenant_code(), &row.hub_number);
        let (envelope, content) = match read {
            Ok((envelope, content)) if !envelope.content_dropped => (envelope, content),
            Ok(_) => return Err(ServiceError::NotFound),
            Err(error) => {
                let reason = error.reason();
                tracing::warn!(reason, envelope = row.hub_number, "it cannot be taken over");
                return Err(ServiceError::HubAway);
            }
        };
        let arrived =
            (row.kind == "import").then(|| Arrived::new(envelope.clone(), content.clone()));
        let token = auth::random_text(&*self.0.random)?;
        let code = auth::code(&*self.0.random)?;
        self.write(session, |work| {
            match arrived {
                Some(arrived) => {
                    arrived.keep(&work.scope, work.now_ms)?;
                }
                None => take_over_own(work, &envelope, &content, (token, code))?,
            }
            work.scope.settle_difference(id, session.user(), work.now_ms)?;
            let detail = format!("{} {}", row.number, row.hub_number);
            work.audit("take-over", &object(id), &detail)
        })?;
        self.0.bell.ring();
        Ok(())
    }

    /// A difference that nothing is done about, for a reason.
    ///
    /// # Errors
    ///
    /// [`ServiceError::NotFound`], [`ServiceError::Denied`], [`ServiceError::ReasonMissing`].
    pub fn settle_difference(
        &self,
        session: &Session,
        id: DifferenceId,
        reason: &str,
    ) -> Result<(), ServiceError> {
        may(session, Action::Restore, Subject::default())?;
        let reason = super::workflow::reason(reason)?;
        self.write(session, |work| {
            let row = work.scope.difference(id)?.ok_or(ServiceError::NotFound)?;
            work.scope.settle_difference(id, session.user(), work.now_ms)?;
            let detail = format!("{} {}: {reason}", row.number, row.hub_number);
            work.audit("settle-difference", &object(id), &detail)
        })
    }
}

fn view(row: DifferenceRow) -> HubDifference {
    HubDifference {
        id: row.id,
        found_ms: row.found_ms,
        remedy: match &*row.kind {
            "import" => Remedy::Import,
            "step" => Remedy::Step,
            _ => Remedy::Export,
        },
        hub_number: row.hub_number,
        number: row.number,
        sender: row.sender,
        recipient: row.recipient,
        certificate_status: row.certificate_status,
        there: row.there,
        here: State::from_name(&row.here),
        certificate: row.certificate,
    }
}

/// Keeps a message of ours that went out and is not here.
fn take_over_own(
    work: &Work<'_>,
    envelope: &Envelope,
    content: &[u8],
    secrets: (String, String),
) -> Result<(), ServiceError> {
    let text = String::from_utf8_lossy(content);
    let number = &*envelope.nppo_certificate_number;
    let mut row = match work.scope.certificate_of(number)? {
        Some(id) => work.scope.certificate(id)?.ok_or(ServiceError::NotFound)?,
        None => lost(work, envelope, content, secrets)?,
    };
    let withdraws = envelope.certificate_status == WITHDRAWN;
    let step = match row.version {
        0 => Step::Issue,
        _ if withdraws => Step::Withdraw,
        _ => Step::Resend,
    };
    row.version += 1;
    let draft = work.scope.draft(row.id)?;
    let user = work.session.user();
    work.scope.insert_version(&row, user, step, &draft, Some(&text), work.now_ms)?;
    if withdraws {
        row.state = State::Withdrawn;
    }
    row.changed_ms = work.now_ms;
    work.scope.update_certificate(&row)?;
    work.scope.insert_step(&NewStep {
        certificate: row.id,
        at_ms: work.now_ms,
        user: Some(user),
        step,
        state: row.state,
        version: row.version,
        reason: &format!(
            "{} {}",
            envelope.hub_delivery_number,
            super::issue::moment(envelope.accepted_ms)
        ),
    })?;
    work.scope.insert_sending(&Sending {
        certificate: Some(row.id),
        decision: None,
        // Sent it was; the key only tells it from all others.
        key: &format!("gens-h/{}", envelope.hub_delivery_number),
        recipient: &envelope.to,
        certificate_type: envelope.certificate_type,
        certificate_status: envelope.certificate_status,
        number,
        content: &text,
        now_ms: work.now_ms,
    })?;
    sent_before(&work.scope, envelope, work.now_ms)
}

/// A certificate as the hub's document tells of it.
fn lost(
    work: &Work<'_>,
    envelope: &Envelope,
    content: &[u8],
    (token, code): (String, String),
) -> Result<CertificateRow, ServiceError> {
    let reading = SpsDocument::read(content, &Limits::default());
    let document = reading.document.certificate();
    let draft = document.as_ref().map(Certificate::from).map_or_else(Draft::default, |one| {
        // What is too much to be kept stands in the document.
        let draft = draft_of(&one).tidied();
        if draft.check_shape().is_ok() { draft } else { Draft::default() }
    });
    let user = work.session.user();
    let id = work.scope.insert_certificate(None, user, &draft, work.now_ms)?;
    let mut row = work.scope.certificate(id)?.ok_or(ServiceError::NotFound)?;
    row.state = State::Issued;
    row.number = Some(envelope.nppo_certificate_number.clone());
    row.issuer = Some(user);
    row.issued_ms = Some(envelope.accepted_ms);
    row.token = Some(token);
    row.paper_code = Some(code);
    work.scope.update_certificate(&row)?;
    work.scope.index_draft(id, &envelope.nppo_certificate_number, &draft)?;
    Ok(row)
}

fn object(id: DifferenceId) -> String {
    format!("difference {id}")
}

/// `CertificateStatus` of a withdrawal.
const WITHDRAWN: i32 = 40;
