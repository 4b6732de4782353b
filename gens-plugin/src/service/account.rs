//! What users do about their own accounts.

use super::{Gens, Reauthentication, ServiceError};
use crate::auth::{self, Session, TotpEnrolment};
use crate::store::{accounts, sessions};

/// The longest tag of a language: what RFC 5646, section 4.4.1, asks implementations to bear.
const LANGUAGE_CHARS_MAX: usize = 35;

/// Whether a text can be the tag of a language.
pub(super) fn is_language(tag: &str) -> bool {
    (1..=LANGUAGE_CHARS_MAX).contains(&tag.len())
        && tag.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
}

impl Gens {
    /// Changes one's own password. All other sessions of the user end.
    ///
    /// # Errors
    ///
    /// [`ServiceError::Credentials`]: the present one is wrong. [`ServiceError::Password`].
    pub fn change_password(
        &self,
        session: &Session,
        present: &str,
        new: &str,
    ) -> Result<(), ServiceError> {
        auth::check(new, session.user_name())?;
        self.prove_password(session, present)?;
        if new == present {
            return Err(auth::PasswordFlaw::TooEasy.into());
        }
        let hash = auth::hash(new, &*self.0.random)?;
        self.write(session, |work| {
            accounts::set_password(work.db, session.user(), &hash, false, work.now_ms)?;
            sessions::delete_sessions_of(work.db, session.user(), Some(session.id()))?;
            work.audit("change-password", session.user_name(), "")
        })
    }

    /// Chooses the language of one's own pages (BCP 47), wherever one logs in.
    ///
    /// # Errors
    ///
    /// [`ServiceError::Field`]: that is no tag of a language.
    pub fn choose_language(&self, session: &Session, tag: &str) -> Result<(), ServiceError> {
        if !is_language(tag) {
            return Err(ServiceError::Field("language"));
        }
        self.write(session, |work| {
            work.scope.put_setting(&accounts::language_setting(session.user()), tag)?;
            work.audit("choose-language", session.user_name(), tag)
        })
    }

    /// Begins to set up a second factor; it counts when [`Self::confirm_second_factor`] has seen a
    /// code of it.
    ///
    /// # Errors
    ///
    /// [`ServiceError::Credentials`], [`ServiceError::NoSeal`].
    pub fn begin_second_factor(
        &self,
        session: &Session,
        proof: &Reauthentication,
    ) -> Result<TotpEnrolment, ServiceError> {
        let sealer = self.sealer()?;
        self.reauthenticate(session, proof)?;
        let seed = auth::new_seed(&*self.0.random)?;
        let sealed = sealer.seal(session.user(), &seed, &*self.0.random)?;
        self.write(session, |work| {
            accounts::set_pending_factor(work.db, session.user(), &sealed)?;
            work.audit("begin-second-factor", session.user_name(), "")
        })?;
        Ok(TotpEnrolment::new(&seed, session.user_name(), session.tenant_code()))
    }

    /// Takes the second factor into use. All other sessions of the user end.
    ///
    /// # Errors
    ///
    /// [`ServiceError::Credentials`]: the code is none of it. [`ServiceError::NotFound`]: it was not
    /// begun.
    pub fn confirm_second_factor(&self, session: &Session, code: &str) -> Result<(), ServiceError> {
        let user = session.user();
        let tried =
            self.reserve_try(session.tenant_code(), session.user_name(), session.address())?;
        let credential = self.0.store.read(|db| accounts::credential_of(db, user))?;
        let sealed = credential.totp_pending.ok_or(ServiceError::NotFound)?;
        let seed = self.sealer()?.open(user, &sealed).ok_or(ServiceError::NoSeal)?;
        let step = auth::step_of(&seed, code, self.now_ms()).ok_or(ServiceError::Credentials)?;
        self.write(session, |work| {
            accounts::set_second_factor(work.db, user, Some(&sealed), work.now_ms)?;
            accounts::use_step(work.db, user, step)?;
            sessions::forget_attempt(work.db, tried)?;
            sessions::delete_sessions_of(work.db, user, Some(session.id()))?;
            work.audit("confirm-second-factor", session.user_name(), "")
        })
    }

    /// Proves once more who works, as for whatever has grave effects.
    pub(super) fn reauthenticate(
        &self,
        session: &Session,
        proof: &Reauthentication,
    ) -> Result<(), ServiceError> {
        self.prove_password(session, &proof.password)?;
        if session.has_second_factor() {
            let tried =
                self.reserve_try(session.tenant_code(), session.user_name(), session.address())?;
            let step = self.totp_step(session.user(), &proof.code)?;
            self.use_step(session.user(), step)?;
            self.0.store.write(|db| sessions::forget_attempt(db, tried))?;
        }
        Ok(())
    }

    fn prove_password(&self, session: &Session, password: &str) -> Result<(), ServiceError> {
        let tried =
            self.reserve_try(session.tenant_code(), session.user_name(), session.address())?;
        let credential = self.0.store.read(|db| accounts::credential_of(db, session.user()))?;
        if !auth::verify(password, &credential.password) {
            return Err(ServiceError::Credentials);
        }
        self.0.store.write(|db| sessions::forget_attempt(db, tried))?;
        Ok(())
    }
}
