//! Logging in and out.

use std::net::IpAddr;

use super::{Gens, ServiceError};
use crate::auth::{self, Session, Stage, limit};
use crate::domain::UserId;
use crate::store::{Scope, accounts, sessions};

/// A token for the browser's cookie. It is shown once and kept nowhere.
#[derive(Clone, Eq, PartialEq)]
pub struct NewSession {
    token: String,
}

impl NewSession {
    /// What the cookie is to hold.
    #[must_use]
    pub fn token(&self) -> &str {
        &self.token
    }
}

impl std::fmt::Debug for NewSession {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("NewSession")
    }
}

/// How far a log-in came.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "there are two factors")]
pub enum LogIn {
    /// All the way.
    Done(NewSession),
    /// The password was right; this token waits for the second factor and is good for nothing else.
    SecondFactor(NewSession),
}

impl Gens {
    /// Looks at name and password.
    ///
    /// # Errors
    ///
    /// [`ServiceError::Credentials`], [`ServiceError::Limited`].
    pub fn log_in(
        &self,
        tenant: &str,
        name: &str,
        password: &str,
        address: &str,
    ) -> Result<LogIn, ServiceError> {
        let name = account_name(name);
        let tried = self.reserve_try(tenant, &name, address)?;
        let found = self.0.store.read(|db| accounts::credential_for_log_in(db, tenant, &name))?;
        let Some(credential) = found else {
            // An account that does not exist takes as long as one that does.
            auth::verify_nobody(password, &*self.0.random);
            return Err(ServiceError::Credentials);
        };
        if !auth::verify(password, &credential.password) {
            return Err(ServiceError::Credentials);
        }
        let waits = credential.totp.is_some();
        let stage = if waits { Stage::SecondFactor } else { Stage::Working };
        let session = self.enter(credential.user, stage, address, tried)?;
        Ok(if waits { LogIn::SecondFactor(session) } else { LogIn::Done(session) })
    }

    /// Looks at the second factor of a log-in that waits for it.
    ///
    /// # Errors
    ///
    /// [`ServiceError::SessionEnded`], [`ServiceError::Credentials`], [`ServiceError::Limited`].
    pub fn second_factor(
        &self,
        token: &str,
        code: &str,
        address: &str,
    ) -> Result<NewSession, ServiceError> {
        let now_ms = self.now_ms();
        let waiting = self
            .0
            .store
            .read(|db| auth::resume(db, token, Stage::SecondFactor, address, now_ms))?;
        let session = waiting.ok_or(ServiceError::SessionEnded)?;
        let tried = self.reserve_try(session.tenant_code(), session.user_name(), address)?;
        let step = self.totp_step(session.user(), code)?;
        self.use_step(session.user(), step)?;
        let started = self.enter(session.user(), Stage::Working, address, tried)?;
        self.0.store.write(|db| sessions::delete_session(db, session.id()))?;
        Ok(started)
    }

    /// The session of a cookie, if it has not ended.
    ///
    /// # Errors
    ///
    /// The database refused.
    pub fn session(&self, token: &str, address: &str) -> Result<Option<Session>, ServiceError> {
        let now_ms = self.now_ms();
        let found =
            self.0.store.read(|db| auth::resume(db, token, Stage::Working, address, now_ms))?;
        let Some(session) = found else { return Ok(None) };
        if auth::is_worth_noting(&session, now_ms) {
            self.0.store.write(|db| sessions::touch_session(db, session.id(), now_ms))?;
        }
        Ok(Some(session))
    }

    /// Ends the session.
    ///
    /// # Errors
    ///
    /// The database refused.
    pub fn log_out(&self, session: &Session) -> Result<(), ServiceError> {
        self.write(session, |work| {
            sessions::delete_session(work.db, session.id())?;
            work.audit("log-out", session.user_name(), "")
        })
    }

    /// Starts a session, forgets the try that led to it, and what is long over.
    fn enter(
        &self,
        user: UserId,
        stage: Stage,
        address: &str,
        tried: i64,
    ) -> Result<NewSession, ServiceError> {
        let now_ms = self.now_ms();
        self.0.store.write(|db| {
            sessions::forget_attempt(db, tried)?;
            sessions::sweep(
                db,
                now_ms - limit::SESSION_MS,
                now_ms - limit::SESSION_IDLE_MS,
                now_ms - limit::TRIES_WINDOW_MS,
            )?;
            let token = auth::start(db, user, stage, address, now_ms, &*self.0.random)?;
            if stage == Stage::Working
                && let Some(session) = auth::resume(db, &token.0, stage, address, now_ms)?
            {
                let scope = Scope::new(db, session.reach());
                let name = session.user_name();
                scope.insert_audit(Some(user), address, "log-in", name, "", now_ms)?;
            }
            Ok(NewSession { token: token.0 })
        })
    }

    /// A token for a browser whose user is not known yet, to tie its forms to.
    ///
    /// # Errors
    ///
    /// There is no randomness to be had.
    pub fn visitor_token(&self) -> Result<String, ServiceError> {
        Ok(auth::random_text(&*self.0.random)?)
    }

    /// Counts a try before it is made, so that tries at once are counted too.
    pub(super) fn reserve_try(
        &self,
        tenant: &str,
        name: &str,
        address: &str,
    ) -> Result<i64, ServiceError> {
        let now_ms = self.now_ms();
        let since = now_ms - limit::TRIES_WINDOW_MS;
        let [tenant, name] = [tenant, name].map(counted_by);
        let (tenant, name, address) = (&*tenant, &*name, &*network(address));
        self.0.store.write(|db| {
            let (of_account, of_address) = sessions::attempts(db, tenant, name, address, since)?;
            if of_account >= limit::TRIES_OF_ACCOUNT_MAX
                || of_address >= limit::TRIES_OF_ADDRESS_MAX
            {
                let retry_after_seconds = limit::TRIES_WINDOW_MS / 1000;
                return Err(ServiceError::Limited { retry_after_seconds });
            }
            Ok(sessions::insert_attempt(db, tenant, name, address, now_ms)?)
        })
    }

    /// The time step of a user's code.
    pub(super) fn totp_step(&self, user: UserId, code: &str) -> Result<i64, ServiceError> {
        let credential = self.0.store.read(|db| accounts::credential_of(db, user))?;
        let sealed = credential.totp.ok_or(ServiceError::Credentials)?;
        let seed = self.sealer()?.open(user, &sealed).ok_or(ServiceError::NoSeal)?;
        auth::step_of(&seed, code, self.now_ms()).ok_or(ServiceError::Credentials)
    }

    /// Uses a code up.
    pub(super) fn use_step(&self, user: UserId, step: i64) -> Result<(), ServiceError> {
        let fresh = self.0.store.write(|db| accounts::use_step(db, user, step))?;
        if fresh { Ok(()) } else { Err(ServiceError::Credentials) }
    }
}

/// What tries are counted by has an end, whatever somebody sends.
fn counted_by(text: &str) -> String {
    text.chars().take(2 * NAME_CHARS_MAX).collect()
}

/// The network that an address stands for: whoever has one address of IPv6 has 2^64 of them.
pub(super) fn network(address: &str) -> String {
    match address.parse::<IpAddr>().map(|address| address.to_canonical()) {
        Ok(IpAddr::V6(address)) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
        Ok(address) => address.to_string(),
        Err(_) => counted_by(address),
    }
}

/// Names are the same however they are typed.
pub(super) fn account_name(name: &str) -> String {
    name.trim().chars().take(NAME_CHARS_MAX).collect::<String>().to_lowercase()
}

/// Characters of a name to log in with.
pub(super) const NAME_CHARS_MAX: usize = 64;
