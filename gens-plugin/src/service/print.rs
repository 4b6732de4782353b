//! Certificates on paper: the original once, copies as often as one likes.

use phytohub_gens_paper::{PrintError, Sheet};

use super::certificate::{object, seen};
use super::{Gens, ServiceError, may};
use crate::auth::Session;
use crate::domain::{Action, CertificateId, State, Step, StepRefused, Subject};
use crate::store::CertificateRow;

impl Gens {
    /// A sheet as PDF.
    ///
    /// # Errors
    ///
    /// As of [`phytohub_gens_paper::Press::print`]: an answer comes within seconds.
    pub fn print(&self, sheet: Sheet) -> Result<Vec<u8>, PrintError> {
        self.0.press.print(sheet)
    }

    /// Keeps that the original of a certificate is printed now. Answers whether it is: no, if it was
    /// before.
    ///
    /// # Errors
    ///
    /// [`ServiceError::NotFound`], [`ServiceError::Denied`]; [`ServiceError::Step`]: it is not issued,
    /// or withdrawn.
    pub fn take_original(
        &self,
        session: &Session,
        id: CertificateId,
    ) -> Result<bool, ServiceError> {
        self.write(session, |work| {
            let row = seen(&work.scope, session, id)?;
            may(session, Action::Issue, Subject::of(row.organization))?;
            if !has_original(row.state) {
                return Err(StepRefused { step: Step::Issue, state: row.state }.into());
            }
            let is_first = work.scope.insert_print(id, session.user(), work.now_ms)?;
            if is_first {
                work.audit("print", &object(id), row.number.as_deref().unwrap_or_default())?;
            }
            Ok(is_first)
        })
    }
}

/// Whether somebody may print the original.
pub(super) fn is_printable(session: &Session, row: &CertificateRow) -> bool {
    let issues = may(session, Action::Issue, Subject::of(row.organization));
    has_original(row.state) && issues.is_ok()
}

const fn has_original(state: State) -> bool {
    state.is_issued() && !matches!(state, State::Withdrawn)
}
