//! Drafts: made, changed, copied, looked at.

use super::view::{AttachmentView, CertificateView, PrintView, StepView};
use super::{AnswerView, Gens, ServiceError, Work, may, reassign, setting, workflow};
use crate::auth::Session;
use crate::domain::{
    Action, Attachment, AttachmentId, CertificateId, Draft, DraftFlaw, FlawKind, OrganizationId,
    State, StepRefused, Subject, limit,
};
use crate::store::{CertificateRow, Scope};

impl Gens {
    /// Begins a certificate, empty, for an organization or for none. Of an organization, one begins
    /// for one's own whatever is said.
    ///
    /// # Errors
    ///
    /// [`ServiceError::Denied`]; [`ServiceError::NotFound`]: no such organization.
    pub fn create_draft(
        &self,
        session: &Session,
        organization: Option<OrganizationId>,
    ) -> Result<CertificateId, ServiceError> {
        let organization = session.organization().or(organization);
        may(session, Action::Create, Subject::of(organization))?;
        self.write(session, |work| {
            let language = setting::settings(&work.scope)?.language;
            let mut draft = Draft { language, ..Draft::default() };
            if let Some(id) = organization {
                let row = work.scope.organization_row(id)?.ok_or(ServiceError::NotFound)?;
                draft.exporter.name = row.name;
                draft.exporter.address = row.address.lines().map(str::to_owned).collect();
            }
            draft.check_shape()?;
            create(work, organization, &draft)
        })
    }

    /// Begins a certificate with what another says, but for what is true of that one alone.
    ///
    /// # Errors
    ///
    /// [`ServiceError::NotFound`], [`ServiceError::Denied`].
    pub fn copy(
        &self,
        session: &Session,
        id: CertificateId,
    ) -> Result<CertificateId, ServiceError> {
        self.write(session, |work| {
            let row = seen(&work.scope, session, id)?;
            may(session, Action::Create, Subject::of(row.organization))?;
            let mut draft = work.scope.draft(id)?;
            draft.inspected_on.clear();
            draft.import_permit.clear();
            draft.containers.clear();
            create(work, row.organization, &draft)
        })
    }

    /// A certificate with all that there is to see.
    ///
    /// # Errors
    ///
    /// [`ServiceError::NotFound`], [`ServiceError::Denied`].
    pub fn certificate(
        &self,
        session: &Session,
        id: CertificateId,
    ) -> Result<CertificateView, ServiceError> {
        let (row, opens) = self.read(session, |scope| {
            let row = seen(scope, session, id)?;
            let opens = opens(session, &row);
            Ok((row, opens))
        })?;
        if opens {
            // From now on the applicant cannot take it back: somebody is at it.
            self.write(session, |work| {
                let mut row = seen(&work.scope, session, row.id)?;
                row.opened = true;
                work.scope.update_certificate(&row)?;
                Ok(())
            })?;
        }
        self.read(session, |scope| view(scope, session, id))
    }

    /// Saves what was entered; answers the new revision. What says nothing is left out.
    ///
    /// # Errors
    ///
    /// [`ServiceError::NotFound`], [`ServiceError::Denied`]; [`ServiceError::Changed`]: somebody
    /// saved since `revision`; [`ServiceError::Step`]: it is no draft any more;
    /// [`ServiceError::Shape`].
    pub fn save_draft(
        &self,
        session: &Session,
        id: CertificateId,
        revision: i64,
        draft: Draft,
    ) -> Result<i64, ServiceError> {
        let draft = draft.tidied();
        draft.check_shape()?;
        self.write(session, |work| {
            let row = editable(work, id)?;
            if !work.scope.update_draft(&row, revision, &draft, work.now_ms)? {
                return Err(ServiceError::Changed);
            }
            // As one types it is saved every few seconds: one line for each spell of work.
            let since = work.now_ms - SPELL_MS;
            let name = object(id);
            if !work.scope.is_noted_since(session.user(), "save", &name, since)? {
                work.audit("save", &name, &format!("revision {}", revision + 1))?;
            }
            Ok(revision + 1)
        })
    }

    /// Adds a file.
    ///
    /// # Errors
    ///
    /// [`ServiceError::Shape`]: the file is of another kind, too large or one too many; and as of
    /// [`Self::save_draft`].
    pub fn attach(
        &self,
        session: &Session,
        id: CertificateId,
        name: &str,
        bytes: Vec<u8>,
    ) -> Result<AttachmentId, ServiceError> {
        let file = Attachment::new(name, bytes)?;
        self.write(session, |work| {
            let row = editable(work, id)?;
            let others = work.scope.attachment_list(id)?;
            let length = u64::try_from(file.bytes.len()).unwrap_or(u64::MAX);
            let sum = others.iter().map(|(.., bytes)| *bytes).sum::<u64>().saturating_add(length);
            if others.len() >= limit::ATTACHMENTS_MAX {
                return Err(DraftFlaw::new("attachments", FlawKind::TooMany).into());
            }
            if sum > limit::ATTACHMENTS_BYTES_MAX as u64 {
                return Err(DraftFlaw::new("attachments", FlawKind::TooLarge).into());
            }
            let user = session.user();
            let added = work.scope.insert_attachment(row.id, &file, user, work.now_ms)?;
            work.audit("attach", &object(id), &file.name)?;
            Ok(added)
        })
    }

    /// Takes a file away.
    ///
    /// # Errors
    ///
    /// As of [`Self::save_draft`].
    pub fn detach(
        &self,
        session: &Session,
        id: CertificateId,
        file: AttachmentId,
    ) -> Result<(), ServiceError> {
        self.write(session, |work| {
            let row = editable(work, id)?;
            if !work.scope.delete_attachment(row.id, file)? {
                return Err(ServiceError::NotFound);
            }
            work.audit("detach", &object(id), &file.to_string())
        })
    }

    /// A file with its bytes.
    ///
    /// # Errors
    ///
    /// [`ServiceError::NotFound`], [`ServiceError::Denied`].
    pub fn attachment(
        &self,
        session: &Session,
        id: CertificateId,
        file: AttachmentId,
    ) -> Result<Attachment, ServiceError> {
        self.read(session, |scope| {
            let row = seen(scope, session, id)?;
            let found = scope.attachments(row.id, Some(file))?;
            found.into_iter().next().ok_or(ServiceError::NotFound)
        })
    }
}

fn create(
    work: &Work<'_>,
    organization: Option<OrganizationId>,
    draft: &Draft,
) -> Result<CertificateId, ServiceError> {
    let author = work.session.user();
    let id = work.scope.insert_certificate(organization, author, draft, work.now_ms)?;
    work.audit("create", &object(id), "")?;
    Ok(id)
}

/// A certificate that may be looked at.
pub(super) fn seen(
    scope: &Scope<'_>,
    session: &Session,
    id: CertificateId,
) -> Result<CertificateRow, ServiceError> {
    let row = scope.certificate(id)?.ok_or(ServiceError::NotFound)?;
    may(session, Action::Read, Subject::of(row.organization))?;
    Ok(row)
}

/// A certificate whose text may be changed now.
fn editable(work: &Work<'_>, id: CertificateId) -> Result<CertificateRow, ServiceError> {
    let row = seen(&work.scope, work.session, id)?;
    may(work.session, Action::Edit, Subject::of(row.organization))?;
    if !row.state.is_open() {
        let refused = StepRefused { step: crate::domain::Step::Submit, state: row.state };
        return Err(refused.into());
    }
    Ok(row)
}

/// Whether looking at it means that the NPPO has begun to work on it.
fn opens(session: &Session, row: &CertificateRow) -> bool {
    let works = [Action::Return, Action::Inspect, Action::Approve, Action::Issue];
    row.state == State::Submitted
        && !row.opened
        && row.author != session.user()
        && works.iter().any(|action| may(session, *action, Subject::of(row.organization)).is_ok())
}

fn view(
    scope: &Scope<'_>,
    session: &Session,
    id: CertificateId,
) -> Result<CertificateView, ServiceError> {
    let row = seen(scope, session, id)?;
    let settings = setting::settings(scope)?;
    let attachments = scope.attachment_list(id)?.into_iter();
    let edit = may(session, Action::Edit, Subject::of(row.organization));
    Ok(CertificateView {
        organization: row.organization,
        author: scope.user_name(row.author)?.unwrap_or_default(),
        issuer: scope.issued_by(id)?,
        handler: row.issuer.map(|user| scope.user_name(user)).transpose()?.flatten(),
        revision: row.revision,
        version: row.version,
        draft: scope.draft(id)?,
        attachments: attachments
            .map(|(id, name, kind, bytes)| AttachmentView { id, name, kind, bytes })
            .collect(),
        steps: scope.steps(id)?.into_iter().map(StepView::from).collect(),
        permitted: workflow::permitted(session, &settings.policy, &row),
        editable: row.state.is_open() && edit.is_ok(),
        delivery: row.delivery.clone(),
        hub_number: row.hub_number.clone(),
        token: row.token.clone(),
        paper_code: row.paper_code.clone(),
        printed: scope.print(id)?.map(|(at_ms, user)| PrintView { at_ms, user }),
        duplicates: super::print::duplicates(scope, id)?,
        printable: super::print::is_printable(session, &row),
        answers: answers(scope, &row)?,
        reassignable: reassign::holders(session, &row),
        card: row.into(),
    })
}

/// What importing countries answered.
fn answers(scope: &Scope<'_>, row: &CertificateRow) -> Result<Vec<AnswerView>, ServiceError> {
    let Some(number) = &row.number else { return Ok(Vec::new()) };
    // Of others than its recipient nobody has asked anything.
    let recipient = scope.recipient_of(row.id)?;
    let all = scope.answers(number)?.into_iter();
    Ok(all
        .filter(|(_, sender, ..)| recipient.as_ref() == Some(sender))
        .map(|(at_ms, sender, status, reason)| AnswerView { at_ms, sender, status, reason })
        .collect())
}

/// How the audit trail names a certificate.
pub(super) fn object(id: CertificateId) -> String {
    format!("certificate {id}")
}

/// How long saving the same certificate again is the same spell of work: ten minutes.
const SPELL_MS: i64 = 600_000;
