//! What is told when something cannot be done.

use super::answer::Answer;
use super::ask::Ask;
use super::form::FormError;
use super::view::ErrorPage;
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
            Self::Service(S::Changed | S::Step(_)) => {
                (409, "error-conflict-title", "error-conflict")
            }
            Self::Service(S::Findings(_)) => (409, "error-conflict-title", "cannot-issue"),
            Self::Service(S::NoChance(_) | S::Store(_) | S::NoSeal) | Self::Page(_) => {
                (500, "error-title", "error-internal")
            }
            Self::Service(_) => (422, "error-title", "user-refused"),
        }
    }

    /// The page that says so.
    pub(super) fn answer(&self, ask: &Ask<'_>) -> Answer {
        let (status, title, text) = self.told();
        if status >= 500 {
            tracing::error!(error = %self, "a page could not be shown");
        }
        let p = ask.chrome();
        let (title, text) = (p.t(title), p.t(text));
        let page = ErrorPage { p: &p, status, title, text };
        // A page that cannot even be excused is empty.
        let answer = ask.page_with(status, &page).unwrap_or_else(|_| Answer::empty(500));
        match self {
            Self::Service(ServiceError::Limited { retry_after_seconds }) => {
                answer.header("retry-after", &retry_after_seconds.to_string())
            }
            _ => answer,
        }
    }
}
