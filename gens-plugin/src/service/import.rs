//! What was received.

use phytohub_sps::write::{Acknowledgement, Reference};

use super::list::{Cursor, Page, page_rows};
use super::view::ImportCard;
use super::{Gens, ServiceError, Work, may, setting, workflow};
use crate::auth::Session;
use crate::domain::{Action, Decision, DecisionFlaw, ImportId, Receipt, Subject, limit};
use crate::store::exchange::Sending;
use crate::store::{ImportFilter, ImportRow, Scope};

/// What is looked for among received certificates; what is empty is not looked at.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "forms fill it in")]
pub struct ImportSearch {
    /// Words of number, parties, commodities and codes of countries; with an asterisk at its end, a
    /// beginning of one.
    pub words: String,
    /// Words of the number alone.
    pub number: String,
    /// Words of exporter or consignee.
    pub party: String,
    /// Words of produce or botanical name.
    pub commodity: String,
    /// Sender or country of origin (ISO 3166-1).
    pub country: String,
    /// Only what can be decided about and was not.
    pub undecided: bool,
    /// What was decided.
    pub decision: Option<Decision>,
    /// What was found when it came.
    pub receipt: Option<Receipt>,
    /// Received at this moment or later, in milliseconds since 1970.
    pub from_ms: Option<i64>,
    /// Received before this moment.
    pub until_ms: Option<i64>,
    /// Rows of a page, at most [`crate::domain::limit::PAGE_ROWS_MAX`]; 0 for as many.
    pub rows: u32,
}

/// A received certificate with all that there is to see.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct ImportView {
    /// What lists show.
    pub card: ImportCard,
    /// The hub's number of the message.
    pub hub_number: String,
    /// SHA-256 of the certificate with which the hub saw it delivered: who it is authentic by.
    pub sender_certificate: String,
    /// SHA-256 of its content, as the sender can compute it too.
    pub content_hash: String,
    /// The countries of origin, with spaces between.
    pub origin: String,
    /// What was found in it, as `LEVEL RULE: text`.
    pub findings: Vec<String>,
    /// What its sender was told.
    pub message: String,
    /// The document as it came.
    pub content: Vec<u8>,
    /// What was decided so far, the first first.
    pub decisions: Vec<DecisionView>,
    /// Whether this user may decide now.
    pub decidable: bool,
    /// Whether a decision is told to the partner.
    pub is_answered: bool,
    /// How the answer to the partner stands, with what was said of it: `waiting`, `sent`,
    /// `delivered`, `delivered-with-warnings`, `not-readable` or `failed`.
    pub answer: Option<(String, String)>,
}

/// A decision that was taken.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct DecisionView {
    /// When, in milliseconds since 1970.
    pub at_ms: i64,
    /// By whom.
    pub user: String,
    /// What.
    pub decision: Decision,
    /// Why.
    pub reason: String,
}

impl Gens {
    /// Received certificates, the newest first; the last received first where dates are asked for.
    ///
    /// # Errors
    ///
    /// [`ServiceError::Denied`].
    pub fn imports(
        &self,
        session: &Session,
        search: &ImportSearch,
        after: Option<Cursor>,
    ) -> Result<Page<ImportCard>, ServiceError> {
        may(session, Action::ReadImports, Subject::default())?;
        let wanted = page_rows(search.rows);
        self.read(session, |scope| {
            let rows = scope.imports(&ImportFilter {
                words: &search.words,
                number: &search.number,
                party: &search.party,
                commodity: &search.commodity,
                country: &search.country,
                undecided: search.undecided,
                decision: search.decision,
                receipt: search.receipt,
                from_ms: search.from_ms,
                until_ms: search.until_ms,
                before: after.map(|cursor| cursor.0),
                limit: wanted + 1,
            })?;
            Ok(Page::of(rows, wanted, |row| row.id.number(), |row| ImportCard::from(&row)))
        })
    }

    /// A received certificate.
    ///
    /// # Errors
    ///
    /// [`ServiceError::NotFound`], [`ServiceError::Denied`].
    pub fn import(&self, session: &Session, id: ImportId) -> Result<ImportView, ServiceError> {
        let view = self.read(session, |scope| {
            let row = received(scope, session, id)?;
            let policy = setting::settings(scope)?.policy;
            let decisions = scope.decisions(id)?.into_iter();
            let decides = may(session, Action::Decide, Subject::default()).is_ok();
            Ok(ImportView {
                card: ImportCard::from(&row),
                findings: serde_json::from_str(&row.findings).unwrap_or_default(),
                content: scope.import_content(id)?,
                decisions: decisions
                    .map(|(at_ms, user, decision, reason)| DecisionView {
                        at_ms,
                        user,
                        decision,
                        reason,
                    })
                    .collect(),
                decidable: decides && policy.import_decision && decide_flaw(&row).is_none(),
                is_answered: false,
                answer: scope.answer_under_way(id)?,
                hub_number: row.hub_number,
                sender_certificate: row.sender_certificate,
                content_hash: row.content_hash,
                origin: row.origin,
                message: row.message,
            })
        })?;
        let is_answered = self.takes_responses(&view.card.sender);
        Ok(ImportView { is_answered, ..view })
    }

    /// Decides about a received certificate. What is held can be decided again; the decision is sent
    /// back where the partner takes responses.
    ///
    /// # Errors
    ///
    /// [`ServiceError::Decision`], [`ServiceError::ReasonMissing`]; and as of [`Self::import`].
    pub fn decide(
        &self,
        session: &Session,
        id: ImportId,
        decision: Decision,
        reason: &str,
    ) -> Result<(), ServiceError> {
        let sender = self.read(session, |scope| Ok(received(scope, session, id)?.sender))?;
        let is_answered = self.takes_responses(&sender);
        self.write(session, |work| {
            let row = received(&work.scope, session, id)?;
            may(session, Action::Decide, Subject::default())?;
            if !setting::settings(&work.scope)?.policy.import_decision {
                return Err(DecisionFlaw::SwitchedOff.into());
            }
            if let Some(flaw) = decide_flaw(&row) {
                return Err(flaw.into());
            }
            if row.withdrawn && decision.lets_in() {
                return Err(DecisionFlaw::Withdrawn.into());
            }
            let reason = match decision.needs_reason() {
                true => workflow::reason(reason)?,
                false => workflow::reason(reason).unwrap_or_default(),
            };
            let user = session.user();
            let taken = work.scope.insert_decision(id, user, decision, &reason, work.now_ms)?;
            if let Some(status) = decision.response_status().filter(|_| is_answered) {
                respond(work, &row, taken, status, &reason)?;
            }
            // Whoever decides anew knows of the withdrawal.
            work.scope.clear_notice(id)?;
            work.audit("decide", &format!("import {id}"), &format!("{decision:?} {reason}"))
        })?;
        self.0.bell.ring();
        Ok(())
    }

    /// What was withdrawn after this user decided about it, the newest first.
    ///
    /// # Errors
    ///
    /// The database refused.
    pub fn withdrawal_notices(&self, session: &Session) -> Result<Vec<ImportCard>, ServiceError> {
        if may(session, Action::Decide, Subject::default()).is_err() {
            return Ok(Vec::new());
        }
        self.read(session, |scope| {
            let rows = scope.notices(session.user(), limit::PAGE_ROWS_MAX)?;
            Ok(rows.iter().map(ImportCard::from).collect())
        })
    }

    /// The withdrawal of a certificate that was decided about is known, and nothing is to be done.
    ///
    /// # Errors
    ///
    /// As of [`Self::import`].
    pub fn note_withdrawal(&self, session: &Session, id: ImportId) -> Result<(), ServiceError> {
        self.write(session, |work| {
            received(&work.scope, session, id)?;
            may(session, Action::Decide, Subject::default())?;
            if work.scope.clear_notice(id)? {
                work.audit("note-withdrawal", &format!("import {id}"), "")?;
            }
            Ok(())
        })
    }
}

/// Why nothing can be decided about it any more.
fn decide_flaw(row: &ImportRow) -> Option<DecisionFlaw> {
    if row.receipt == Receipt::Failed {
        return Some(DecisionFlaw::NotReadable);
    }
    if row.certificate_status == WITHDRAWAL {
        return Some(DecisionFlaw::Withdrawn);
    }
    match row.decision {
        None | Some(Decision::Held) => None,
        // What was let in is looked at anew when its certificate is withdrawn.
        Some(decision) if row.withdrawn && decision.lets_in() => None,
        Some(_) => Some(DecisionFlaw::Final),
    }
}

/// `CertificateStatus` of a withdrawal, about which there is nothing to decide.
const WITHDRAWAL: i32 = 40;

fn received(scope: &Scope<'_>, session: &Session, id: ImportId) -> Result<ImportRow, ServiceError> {
    if scope.organization().is_some() {
        // What is received is the NPPO's alone: to applicants there is nothing there.
        return Err(ServiceError::NotFound);
    }
    let row = scope.import(id)?.ok_or(ServiceError::NotFound)?;
    may(session, Action::ReadImports, Subject::default())?;
    Ok(row)
}

/// Puts the country's answer on its way.
fn respond(
    work: &Work<'_>,
    row: &ImportRow,
    decision: i64,
    status: &str,
    reason: &str,
) -> Result<(), ServiceError> {
    let reasons = Some(reason).filter(|reason| !reason.is_empty());
    let answer = Acknowledgement {
        issued: super::issue::moment(work.now_ms),
        status: status.to_owned(),
        reasons: reasons.into_iter().map(Into::into).collect(),
        references: vec![Reference {
            document_type: Some(row.certificate_type.to_string()),
            relationship: "AWR".to_owned(),
            number: row.number.clone(),
            ..Reference::default()
        }],
    };
    work.scope.insert_sending(&Sending {
        certificate: None,
        decision: Some(decision),
        // A number of the hub's is never issued twice; a decision's is after a restore.
        key: &format!("gens-r/{}/{decision}", row.hub_number),
        recipient: &row.sender,
        certificate_type: row.certificate_type,
        certificate_status: status.parse().unwrap_or_default(),
        number: &row.number,
        content: &answer.to_xml(),
        now_ms: work.now_ms,
    })?;
    Ok(())
}
