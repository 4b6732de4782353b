//! Certificates on paper: each original once, copies as often as one likes.

use phytohub_gens_paper::{PrintError, Sheet};

use super::certificate::{object, seen};
use super::view::{DuplicateView, PrintView};
use super::{Gens, Reauthentication, ServiceError, Work, may, workflow};
use crate::auth::Session;
use crate::domain::{Action, CertificateId, State, Step, StepRefused, Subject};
use crate::store::prints::DuplicateRow;
use crate::store::{CertificateRow, Scope};

impl Gens {
    /// A sheet as PDF.
    ///
    /// # Errors
    ///
    /// As of [`phytohub_gens_paper::Press::print`]: an answer comes within seconds.
    pub fn print(&self, sheet: Sheet) -> Result<Vec<u8>, PrintError> {
        self.0.press.print(sheet)
    }

    /// Keeps that an original of a certificate is printed now: number 1, or of a duplicate its number.
    /// Answers whether it is: no, if it was before, or there is to be none of this number.
    ///
    /// # Errors
    ///
    /// [`ServiceError::NotFound`], [`ServiceError::Denied`]; [`ServiceError::Step`]: it is not issued,
    /// or withdrawn.
    pub fn take_original(
        &self,
        session: &Session,
        id: CertificateId,
        original: i64,
    ) -> Result<bool, ServiceError> {
        self.write(session, |work| {
            let row = of_paper(work, id)?;
            let (user, number) = (session.user(), row.number.unwrap_or_default());
            match original {
                1 if work.scope.insert_print(id, user, work.now_ms)? => {
                    work.audit("print", &object(id), &number)?;
                }
                2.. if work.scope.print_duplicate(id, original, user, work.now_ms)? => {
                    let detail = format!("{number} ({original})");
                    work.audit("print-duplicate", &object(id), &detail)?;
                }
                _ => return Ok(false),
            }
            Ok(true)
        })
    }

    /// Keeps that the original of a certificate was lost or spoilt, so that a duplicate can be printed,
    /// once. Answers the number of the duplicate: 2, and so on.
    ///
    /// # Errors
    ///
    /// [`ServiceError::ReasonMissing`]; [`ServiceError::Credentials`], [`ServiceError::Limited`];
    /// [`ServiceError::Busy`]: the last original has not been printed yet; and as of
    /// [`Self::take_original`].
    pub fn declare_lost(
        &self,
        session: &Session,
        id: CertificateId,
        reason: &str,
        proof: &Reauthentication,
    ) -> Result<i64, ServiceError> {
        let reason = workflow::reason(reason)?;
        self.read(session, |scope| seen(scope, session, id))?;
        self.reauthenticate(session, proof)?;
        self.write(session, |work| {
            of_paper(work, id)?;
            let duplicates = work.scope.duplicates(id)?;
            if work.scope.print(id)?.is_none() || duplicates.iter().any(is_due) {
                return Err(ServiceError::Busy);
            }
            let number = duplicates.last().map_or(2, |last| last.number + 1);
            work.scope.insert_duplicate(id, number, &reason, session.user(), work.now_ms)?;
            work.audit("lose-original", &object(id), &reason)?;
            Ok(number)
        })
    }
}

/// A certificate that has originals, if this user may print them.
fn of_paper(work: &Work<'_>, id: CertificateId) -> Result<CertificateRow, ServiceError> {
    let session = work.session;
    let row = seen(&work.scope, session, id)?;
    may(session, Action::Issue, Subject::of(row.organization))?;
    if !has_original(row.state) {
        return Err(StepRefused { step: Step::Issue, state: row.state }.into());
    }
    Ok(row)
}

const fn is_due(duplicate: &DuplicateRow) -> bool {
    duplicate.printed.is_none()
}

/// The originals of a certificate after the first.
pub(super) fn duplicates(
    scope: &Scope<'_>,
    id: CertificateId,
) -> Result<Vec<DuplicateView>, ServiceError> {
    let view = |row: DuplicateRow| DuplicateView {
        number: row.number,
        lost_ms: row.at_ms,
        user: row.user,
        reason: row.reason,
        printed: row.printed.map(|(at_ms, user)| PrintView { at_ms, user }),
    };
    Ok(scope.duplicates(id)?.into_iter().map(view).collect())
}

/// Whether somebody may print the original.
pub(super) fn is_printable(session: &Session, row: &CertificateRow) -> bool {
    let issues = may(session, Action::Issue, Subject::of(row.organization));
    has_original(row.state) && issues.is_ok()
}

const fn has_original(state: State) -> bool {
    state.is_issued() && !matches!(state, State::Withdrawn)
}
