//! What is told when something cannot be done.

use phytohub_gens_paper::PrintError;

use super::answer::Answer;
use super::ask::Ask;
use super::form::FormError;
use super::text::Locale;
use super::view::ErrorPage;
use crate::domain::{DecisionFlaw, DraftFlaw, FlawKind};
use crate::service::ServiceError;

/// Why there is no answer but a page that says so.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failure {
    /// There is no such page.
    #[error("there is no such page")]
    NotFound,
    /// Nobody is logged in.
    #[error("nobody is logged in")]
    NoSession,
    /// The roles of who asks do not include it.
    #[error("the roles do not include it")]
    Denied,
    /// The form is of another session, or of nobody.
    #[error("the form carries no token of the session")]
    Csrf,
    /// The form cannot be read.
    #[error(transparent)]
    Form(#[from] FormError),
    /// The service refused.
    #[error(transparent)]
    Service(#[from] ServiceError),
    /// A certificate was not printed.
    #[error(transparent)]
    Print(#[from] PrintError),
    /// A template could not be written.
    #[error("a page could not be written")]
    Page(#[from] askama::Error),
}

impl Failure {
    /// Status, and the keys of title and text.
    const fn told(&self) -> (u16, &'static str, &'static str) {
        use ServiceError as S;
        match self {
            Self::NotFound | Self::Service(S::NotFound) => {
                (404, "error-missing-title", "error-missing")
            }
            Self::Denied | Self::Service(S::Denied(_)) => {
                (403, "error-denied-title", "error-denied")
            }
            Self::Csrf => (403, "error-form-title", "error-form"),
            Self::NoSession | Self::Service(S::SessionEnded) => {
                (401, "log-in-title", "log-in-ended")
            }
            Self::Form(FormError::TooLarge) => (413, "error-large-title", "error-large"),
            Self::Form(FormError::Unreadable) => (400, "error-bad-title", "error-bad"),
            Self::Service(S::Limited { .. }) => (429, "error-limited-title", "error-limited"),
            Self::Service(S::Changed | S::Step(_) | S::Busy | S::HubAway) => {
                (409, "error-conflict-title", "error-conflict")
            }
            Self::Service(S::Findings(_)) => (409, "error-conflict-title", "cannot-issue"),
            Self::Service(S::Decision(flaw)) => (409, "error-conflict-title", decision_flaw(*flaw)),
            Self::Service(S::ReasonMissing) => (422, "error-title", "confirm-reason-needed"),
            Self::Service(S::Credentials) => (422, "error-title", "confirm-wrong"),
            Self::Service(S::Password(_)) => (422, "error-title", "register-password"),
            Self::Service(S::Taken) => (422, "error-title", "user-taken"),
            Self::Service(S::Shape(_) | S::Field(_)) => (422, "error-title", "user-refused"),
            Self::Service(S::NoSeal) => (503, "error-title", "second-factor-impossible"),
            Self::Print(PrintError::Busy) => (503, "error-busy-title", "error-busy"),
            Self::Print(PrintError::TooLarge { .. }) => {
                (422, "error-large-title", "error-large-paper")
            }
            Self::Service(S::NoChance(_) | S::Store(_)) | Self::Print(_) | Self::Page(_) => {
                (500, "error-title", "error-internal")
            }
        }
    }

    /// What is told: of a draft that cannot be kept, which field it is.
    fn text(&self, key: &'static str, locale: &Locale) -> String {
        match self {
            Self::Service(ServiceError::Shape(flaw)) => not_kept(flaw, locale),
            Self::Service(ServiceError::Limited { retry_after_seconds }) => {
                let minutes = usize::try_from(*retry_after_seconds).unwrap_or(0).div_ceil(60);
                locale.count(key, minutes.max(1))
            }
            _ => locale.text(key),
        }
    }

    /// The page that says so.
    pub(super) fn answer(&self, ask: &Ask<'_>) -> Answer {
        let (status, title, text) = self.told();
        if status >= 500 {
            tracing::error!(error = %self, "a page could not be shown");
        }
        let p = ask.chrome();
        let (title, text) = (p.t(title), self.text(text, ask.locale));
        let page = ErrorPage { p: &p, status, title, text };
        // A page that cannot even be excused is empty.
        let answer = ask.page_with(status, &page).unwrap_or_else(|_| Answer::empty(500));
        match self {
            Self::Print(PrintError::Busy) => answer.header("retry-after", "10"),
            Self::Service(ServiceError::Limited { retry_after_seconds }) => {
                answer.header("retry-after", &retry_after_seconds.to_string())
            }
            _ => answer,
        }
    }
}

/// Why a decision is not taken.
pub(super) const fn decision_flaw(flaw: DecisionFlaw) -> &'static str {
    match flaw {
        DecisionFlaw::ReasonMissing => "decision-reason-needed",
        DecisionFlaw::Final => "decision-final",
        DecisionFlaw::NotReadable => "not-readable",
        DecisionFlaw::Withdrawn => "decision-withdrawn",
        DecisionFlaw::SwitchedOff => "decision-off",
    }
}

/// Why a draft is not kept, and which field it is.
pub(super) fn not_kept(flaw: &DraftFlaw, locale: &Locale) -> String {
    let key = match flaw.kind {
        FlawKind::TooLong => "flaw-too-long",
        FlawKind::TooMany => "flaw-too-many",
        FlawKind::TooLarge if flaw.field == "attachment" => {
            return locale.text("attachments-wrong");
        }
        FlawKind::TooLarge => return locale.text("flaw-too-large"),
        FlawKind::Type => return locale.text("attachments-wrong"),
    };
    locale.fill(key, "name", super::draft::place(&flaw.field, locale))
}
