//! Issue, sending once more, withdrawal: what goes out.

use super::certificate::seen;
use super::check::{PREVIEW, findings};
use super::workflow::{self, Taken};
use super::{Gens, ServiceError, Work, number, setting};
use crate::auth::{self, Session};
use crate::domain::{CertificateId, Step, certificate};
use crate::store::exchange::Sending;

/// Proof, once more, of who works.
#[derive(Clone, Default)]
#[expect(clippy::exhaustive_structs, reason = "there are two factors")]
pub struct Reauthentication {
    /// The password.
    pub password: String,
    /// A code of the second factor, where the user has one.
    pub code: String,
}

impl std::fmt::Debug for Reauthentication {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Reauthentication")
    }
}

impl Gens {
    /// Issues a certificate: gives it its number, makes the document, and puts it on its way to the
    /// hub in the same step, or leaves it to paper where nobody takes it electronically. Answers its
    /// number.
    ///
    /// # Errors
    ///
    /// [`ServiceError::Credentials`], [`ServiceError::Limited`]; [`ServiceError::Findings`]: what is
    /// entered may not be issued; [`ServiceError::Changed`]: it was saved since `revision`; and as of
    /// [`Self::submit`].
    pub fn issue(
        &self,
        session: &Session,
        id: CertificateId,
        revision: i64,
        proof: &Reauthentication,
    ) -> Result<String, ServiceError> {
        self.read(session, |scope| seen(scope, session, id))?;
        self.reauthenticate(session, proof)?;
        let random = &*self.0.random;
        let (token, paper_code) = (auth::random_text(random)?, auth::code(random)?);
        let country = self.read(session, |scope| Ok(scope.draft(id)?.destination))?;
        let recipient = self.destination(session, &country)?;
        let turn = self.turn();
        self.secure_series(session.reach(), year(self.now_ms()), 1)?;
        let number = self.write(session, |work| {
            let mut taken = Taken::begin(work, id, Step::Issue)?;
            if taken.row.revision != revision {
                return Err(ServiceError::Changed);
            }
            taken.row.token = Some(token);
            taken.row.paper_code = Some(paper_code);
            self.issue_in(work, taken, recipient.as_deref())
        })?;
        drop(turn);
        self.0.bell.ring();
        Ok(number)
    }

    fn issue_in(
        &self,
        work: &Work<'_>,
        mut taken: Taken,
        recipient: Option<&str>,
    ) -> Result<String, ServiceError> {
        let (id, session) = (taken.row.id, work.session);
        let settings = setting::settings(&work.scope)?;
        let draft = work.scope.draft(id)?;
        let files = work.scope.attachments(id, None)?;
        let number = number::take(work, &settings)?;
        let facts = self.facts(session, &settings, &number, 70);
        let found: Vec<_> = findings(&draft, &facts, &files)
            .into_iter()
            .filter(super::Finding::hinders_issue)
            .collect();
        if !found.is_empty() {
            // Nothing was written: the number goes back to its series.
            return Err(ServiceError::Findings(found));
        }
        let xml = certificate(&draft, &facts, &files).to_xml();
        let row = &mut taken.row;
        row.number = Some(number.clone());
        row.issuer = Some(session.user());
        row.issued_ms = Some(work.now_ms);
        row.version += 1;
        row.paper_only = recipient.is_none();
        row.message.clear();
        let user = session.user();
        work.scope.insert_version(row, user, Step::Issue, &draft, Some(&xml), work.now_ms)?;
        work.scope.index_draft(id, &number, &draft)?;
        if let Some(recipient) = recipient {
            send(work, &taken, recipient, 70, &xml)?;
        }
        taken.finish(work, "")?;
        Ok(number)
    }

    /// Sends once more what could not be delivered, for a reason: what was mended meanwhile.
    ///
    /// # Errors
    ///
    /// [`ServiceError::ReasonMissing`]; and as of [`Self::issue`].
    pub fn resend(
        &self,
        session: &Session,
        id: CertificateId,
        reason: &str,
        proof: &Reauthentication,
    ) -> Result<(), ServiceError> {
        let reason = workflow::reason(reason)?;
        self.reissue(session, id, Step::Resend, 70, &reason, proof)
    }

    /// Withdraws an issued certificate, for a reason; its recipient is told (status 40).
    ///
    /// # Errors
    ///
    /// As of [`Self::resend`].
    pub fn withdraw(
        &self,
        session: &Session,
        id: CertificateId,
        reason: &str,
        proof: &Reauthentication,
    ) -> Result<(), ServiceError> {
        let reason = workflow::reason(reason)?;
        self.reissue(session, id, Step::Withdraw, 40, &reason, proof)
    }

    fn reissue(
        &self,
        session: &Session,
        id: CertificateId,
        step: Step,
        status: u16,
        reason: &str,
        proof: &Reauthentication,
    ) -> Result<(), ServiceError> {
        self.read(session, |scope| seen(scope, session, id))?;
        self.reauthenticate(session, proof)?;
        let country = self.read(session, |scope| Ok(scope.draft(id)?.destination))?;
        let recipient = self.destination(session, &country)?;
        self.write(session, |work| {
            let mut taken = Taken::begin(work, id, step)?;
            let settings = setting::settings(&work.scope)?;
            let draft = work.scope.draft(id)?;
            let files = work.scope.attachments(id, None)?;
            let number = taken.row.number.clone().unwrap_or_default();
            let facts = self.facts(session, &settings, &number, status);
            // What is sent again is what was issued, to the letter; a withdrawal is a new document.
            let sent = work.scope.content(id)?.filter(|_| step == Step::Resend);
            let xml = sent.unwrap_or_else(|| certificate(&draft, &facts, &files).to_xml());
            taken.row.version += 1;
            taken.row.message.clear();
            let user = session.user();
            work.scope.insert_version(&taken.row, user, step, &draft, Some(&xml), work.now_ms)?;
            let known = work.scope.recipient_of(id)?;
            let recipient = known.or(recipient).filter(|_| !taken.row.paper_only);
            if let Some(recipient) = recipient {
                send(work, &taken, &recipient, i32::from(status), &xml)?;
            }
            taken.finish(work, reason)
        })?;
        self.0.bell.ring();
        Ok(())
    }

    /// The document of a certificate: the last that went out, or what would go out now.
    ///
    /// # Errors
    ///
    /// [`ServiceError::NotFound`], [`ServiceError::Denied`].
    pub fn xml(&self, session: &Session, id: CertificateId) -> Result<String, ServiceError> {
        self.read(session, |scope| {
            let row = seen(scope, session, id)?;
            if let Some(content) = scope.content(row.id)? {
                return Ok(content);
            }
            let settings = setting::settings(scope)?;
            let facts = self.facts(session, &settings, PREVIEW, 70);
            let draft = scope.draft(row.id)?;
            Ok(certificate(&draft, &facts, &scope.attachments(row.id, None)?).to_xml())
        })
    }

    /// What hinders the issue of a saved certificate, its files included.
    ///
    /// # Errors
    ///
    /// [`ServiceError::NotFound`], [`ServiceError::Denied`].
    pub fn check_saved(
        &self,
        session: &Session,
        id: CertificateId,
    ) -> Result<Vec<super::Finding>, ServiceError> {
        self.read(session, |scope| {
            let row = seen(scope, session, id)?;
            let settings = setting::settings(scope)?;
            let facts = self.facts(session, &settings, PREVIEW, 70);
            Ok(findings(&scope.draft(row.id)?, &facts, &scope.attachments(row.id, None)?))
        })
    }
}

/// Puts a document on its way, under a key of its own.
fn send(
    work: &Work<'_>,
    taken: &Taken,
    recipient: &str,
    status: i32,
    xml: &str,
) -> Result<(), ServiceError> {
    let row = &taken.row;
    // Certificate and version would do, but for a database that was put back to an earlier state:
    // the token tells apart what was made before and after.
    let mark: String = row.token.iter().flat_map(|token| token.chars().take(16)).collect();
    work.scope.insert_sending(&Sending {
        certificate: Some(row.id),
        decision: None,
        key: &format!("gens/{}/{}/{mark}", row.id, row.version),
        recipient,
        certificate_type: 851,
        certificate_status: status,
        number: row.number.as_deref().unwrap_or_default(),
        content: xml,
        now_ms: work.now_ms,
    })?;
    Ok(())
}

/// The year of a moment, in UTC.
pub(crate) fn year(at_ms: i64) -> i32 {
    at(at_ms).year()
}

/// A moment as documents have it: 2026-03-04T10:11:12Z.
pub(crate) fn moment(at_ms: i64) -> String {
    let at = at(at_ms);
    let (date, time) = (at.date(), at.time());
    format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z",
        date.year(),
        u8::from(date.month()),
        date.day(),
        time.hour(),
        time.minute(),
        time.second()
    )
}

fn at(at_ms: i64) -> time::OffsetDateTime {
    let at = time::OffsetDateTime::from_unix_timestamp(at_ms.div_euclid(1000));
    at.unwrap_or(time::OffsetDateTime::UNIX_EPOCH)
}
