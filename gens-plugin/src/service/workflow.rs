//! The steps that people take with a certificate, but for issue.

use super::certificate::{object, seen};
use super::{Gens, ServiceError, Work, may, setting};
use crate::auth::Session;
use crate::domain::{
    Action, CertificateId, Policy, State, Step, StepRefused, Subject, limit, next,
};
use crate::store::{CertificateRow, NewStep};

impl Gens {
    /// Hands an application in.
    ///
    /// # Errors
    ///
    /// [`ServiceError::NotFound`], [`ServiceError::Denied`], [`ServiceError::Step`];
    /// [`ServiceError::Changed`]: it was saved since `revision`.
    pub fn submit(
        &self,
        session: &Session,
        id: CertificateId,
        revision: i64,
    ) -> Result<(), ServiceError> {
        self.write(session, |work| {
            let mut taken = Taken::begin(work, id, Step::Submit)?;
            if taken.row.revision != revision {
                return Err(ServiceError::Changed);
            }
            taken.row.opened = false;
            taken.row.message.clear();
            taken.row.version += 1;
            let draft = work.scope.draft(id)?;
            let user = session.user();
            work.scope.insert_version(&taken.row, user, Step::Submit, &draft, None, work.now_ms)?;
            taken.finish(work, "")
        })
    }

    /// Takes an application back that nobody has looked at.
    ///
    /// # Errors
    ///
    /// As of [`Self::submit`].
    pub fn recall(&self, session: &Session, id: CertificateId) -> Result<(), ServiceError> {
        self.write(session, |work| Taken::begin(work, id, Step::Recall)?.finish(work, ""))
    }

    /// Gives an application back for correction.
    ///
    /// # Errors
    ///
    /// [`ServiceError::ReasonMissing`]; and as of [`Self::submit`].
    pub fn return_for_correction(
        &self,
        session: &Session,
        id: CertificateId,
        reason: &str,
    ) -> Result<(), ServiceError> {
        let reason = self::reason(reason)?;
        self.write(session, |work| Taken::begin(work, id, Step::Return)?.finish(work, &reason))
    }

    /// Records that the consignment was inspected and found in order; `remark` may be empty.
    ///
    /// # Errors
    ///
    /// As of [`Self::submit`].
    pub fn inspect(
        &self,
        session: &Session,
        id: CertificateId,
        remark: &str,
    ) -> Result<(), ServiceError> {
        let remark: String = remark.trim().chars().take(limit::REASON_CHARS_MAX).collect();
        self.write(session, |work| Taken::begin(work, id, Step::Inspect)?.finish(work, &remark))
    }

    /// Approves.
    ///
    /// # Errors
    ///
    /// As of [`Self::submit`].
    pub fn approve(&self, session: &Session, id: CertificateId) -> Result<(), ServiceError> {
        self.write(session, |work| Taken::begin(work, id, Step::Approve)?.finish(work, ""))
    }

    /// What the recipient or the hub said was read, and there is nothing to do about it.
    ///
    /// # Errors
    ///
    /// [`ServiceError::NotFound`], [`ServiceError::Denied`].
    pub fn settle(&self, session: &Session, id: CertificateId) -> Result<(), ServiceError> {
        self.write(session, |work| {
            let mut row = seen(&work.scope, session, id)?;
            may(session, Action::Issue, Subject::of(row.organization))?;
            let message = std::mem::take(&mut row.message);
            work.scope.update_certificate(&row)?;
            work.audit("settle", &object(id), &message)
        })
    }
}

/// A step that may be taken, and is taken when it is finished.
pub(super) struct Taken {
    pub(super) row: CertificateRow,
    step: Step,
    state: State,
}

impl Taken {
    pub(super) fn begin(
        work: &Work<'_>,
        id: CertificateId,
        step: Step,
    ) -> Result<Self, ServiceError> {
        let row = seen(&work.scope, work.session, id)?;
        let policy = setting::settings(&work.scope)?.policy;
        may(work.session, action(step), Subject::of(row.organization))?;
        if step == Step::Recall && row.opened {
            return Err(StepRefused { step, state: row.state }.into());
        }
        let state = next(&policy, row.state, step)?;
        Ok(Self { row, step, state })
    }

    /// Keeps where it stands now, the step and the line of the audit trail.
    pub(super) fn finish(mut self, work: &Work<'_>, reason: &str) -> Result<(), ServiceError> {
        self.row.state = self.state;
        self.row.changed_ms = work.now_ms;
        if self.step == Step::Return {
            self.row.message = reason.to_owned();
        }
        work.scope.update_certificate(&self.row)?;
        work.scope.insert_step(&NewStep {
            certificate: self.row.id,
            at_ms: work.now_ms,
            user: Some(work.session.user()),
            step: self.step,
            state: self.state,
            version: self.row.version,
            reason,
        })?;
        work.audit(self.step.as_str(), &object(self.row.id), reason)
    }
}

/// A reason that says something.
pub(super) fn reason(reason: &str) -> Result<String, ServiceError> {
    let reason: String = reason.trim().chars().take(limit::REASON_CHARS_MAX).collect();
    if reason.is_empty() { Err(ServiceError::ReasonMissing) } else { Ok(reason) }
}

/// What somebody may do with a certificate now.
pub(super) fn permitted(session: &Session, policy: &Policy, row: &CertificateRow) -> Vec<Step> {
    let subject = Subject::of(row.organization);
    let can = |step: &Step| {
        step.is_of_people()
            && next(policy, row.state, *step).is_ok()
            && may(session, action(*step), subject).is_ok()
            && !(*step == Step::Recall && row.opened)
    };
    Step::ALL.into_iter().filter(can).collect()
}

/// What a step is in the words of permissions. The hub's steps are nobody's.
pub(super) const fn action(step: Step) -> Action {
    match step {
        Step::Submit => Action::Edit,
        Step::Recall => Action::Recall,
        Step::Return => Action::Return,
        Step::Inspect => Action::Inspect,
        Step::Approve => Action::Approve,
        Step::Withdraw => Action::Withdraw,
        Step::Issue
        | Step::Resend
        | Step::Send
        | Step::Deliver
        | Step::DeliverWithWarnings
        | Step::FailToRead
        | Step::Fail => Action::Issue,
    }
}
