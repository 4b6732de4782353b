//! Sessions: who works, proven by a token that only the browser has.

use aws_lc_rs::{constant_time, digest};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::limit::{SECOND_FACTOR_MS, SESSION_IDLE_MS, SESSION_MS};
use super::random_text;
use crate::domain::{Actor, OrganizationId, Rights, Role, SessionId, UserId};
use crate::environment::Random;
use crate::store::{Db, KnownSession, Reach, StoreError, sessions};

/// What a browser proves itself with. It is in no log and no database.
#[derive(Clone, Eq, PartialEq)]
pub(crate) struct Token(pub(crate) String);

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token")
    }
}

/// Who works, and as what. There is no other way to have one than to log in.
#[derive(Clone, Debug)]
pub struct Session {
    known: KnownSession,
    rights: Rights,
    csrf: String,
    address: String,
}

impl Session {
    fn new(known: KnownSession, token: &str, address: &str) -> Self {
        // Whoever has to choose a password can do nothing else.
        let rights = match known.must_change {
            true => Rights::default(),
            false => Role::rights_of(&known.roles),
        };
        let csrf = URL_SAFE_NO_PAD.encode(hashed("csrf", token));
        Self { known, rights, csrf, address: address.to_owned() }
    }

    /// Who.
    #[must_use]
    pub const fn user(&self) -> UserId {
        self.known.user
    }

    /// The name with which the user logs in.
    #[must_use]
    pub fn user_name(&self) -> &str {
        &self.known.name
    }

    /// The user's name as it stands on certificates.
    #[must_use]
    pub fn full_name(&self) -> &str {
        &self.known.full_name
    }

    /// Where the user issues, if at a place of its own.
    #[must_use]
    pub fn place(&self) -> &str {
        &self.known.place
    }

    /// The applicant organization that the user is of.
    #[must_use]
    pub const fn organization(&self) -> Option<OrganizationId> {
        self.known.organization
    }

    /// What the user may do.
    #[must_use]
    pub const fn rights(&self) -> Rights {
        self.rights
    }

    /// What the user is.
    #[must_use]
    pub fn roles(&self) -> &[Role] {
        &self.known.roles
    }

    /// The tenant's code: that of its connection.
    #[must_use]
    pub fn tenant_code(&self) -> &str {
        &self.known.tenant_code
    }

    /// The tenant's name.
    #[must_use]
    pub fn tenant_name(&self) -> &str {
        &self.known.tenant_name
    }

    /// The tenant's country (ISO 3166-1).
    #[must_use]
    pub fn country(&self) -> &str {
        &self.known.country
    }

    /// The language of pages that the user chose (BCP 47); empty for none.
    #[must_use]
    pub fn language(&self) -> &str {
        &self.known.language
    }

    /// Whether nothing here is meant seriously.
    #[must_use]
    pub const fn is_training(&self) -> bool {
        self.known.training
    }

    /// Whether the user has to choose a password before anything else.
    #[must_use]
    pub const fn must_change_password(&self) -> bool {
        self.known.must_change
    }

    /// Whether the user has a second factor.
    #[must_use]
    pub const fn has_second_factor(&self) -> bool {
        self.known.has_second_factor
    }

    /// What every form of this session carries.
    #[must_use]
    pub fn csrf(&self) -> &str {
        &self.csrf
    }

    /// Whether a form is one of this session's.
    #[must_use]
    pub fn is_csrf(&self, sent: &str) -> bool {
        constant_time::verify_slices_are_equal(self.csrf.as_bytes(), sent.as_bytes()).is_ok()
    }

    /// Whether the user has this right.
    #[must_use]
    pub const fn has(&self, right: crate::domain::Right) -> bool {
        self.rights.has(right)
    }

    pub(crate) const fn id(&self) -> SessionId {
        self.known.id
    }

    pub(crate) const fn reach(&self) -> Reach {
        self.known.reach
    }

    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    pub(crate) const fn actor(&self) -> Actor {
        Actor { user: self.known.user, organization: self.known.organization, rights: self.rights }
    }
}

/// What a session is good for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Stage {
    /// The password was right; the second factor is waited for.
    SecondFactor,
    /// Everything was right.
    Working,
}

impl Stage {
    const fn as_str(self) -> &'static str {
        match self {
            Self::SecondFactor => "second-factor",
            Self::Working => "working",
        }
    }
}

/// Starts a session: always with a token that nobody had before.
pub(crate) fn start(
    db: &Db,
    user: UserId,
    stage: Stage,
    address: &str,
    now_ms: i64,
    random: &dyn Random,
) -> Result<Token, crate::service::ServiceError> {
    let token = random_text(random)?;
    let kept = hashed("session", &token);
    sessions::insert_session(db, &kept, user, stage.as_str(), address, now_ms)?;
    Ok(Token(token))
}

/// The session of a token, if it has not ended.
pub(crate) fn resume(
    db: &Db,
    token: &str,
    stage: Stage,
    address: &str,
    now_ms: i64,
) -> Result<Option<Session>, StoreError> {
    let Some(known) = sessions::session_of(db, &hashed("session", token))? else {
        return Ok(None);
    };
    let age = now_ms - known.created_ms;
    let idle = now_ms - known.seen_ms;
    let alive = match stage {
        Stage::SecondFactor => age < SECOND_FACTOR_MS,
        Stage::Working => age < SESSION_MS && idle < SESSION_IDLE_MS,
    };
    let session = Session::new(known, token, address);
    Ok(Some(session).filter(|session| alive && session.known.stage == stage.as_str()))
}

/// Whether a session's use is to be noted: not with each request.
pub(crate) const fn is_worth_noting(session: &Session, now_ms: i64) -> bool {
    now_ms - session.known.seen_ms >= SESSION_IDLE_MS / 20
}

fn hashed(purpose: &str, token: &str) -> Vec<u8> {
    let mut context = digest::Context::new(&digest::SHA256);
    context.update(b"gens/");
    context.update(purpose.as_bytes());
    context.update(b"\0");
    context.update(token.as_bytes());
    context.finish().as_ref().to_vec()
}
