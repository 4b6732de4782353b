//! How a certificate came to say what it says.

use super::certificate::seen;
use super::view::StepView;
use super::{Gens, ServiceError};
use crate::auth::Session;
use crate::domain::{CertificateId, Difference, Draft, Step, differences};
use crate::store::versions::VersionRow;
use crate::store::{CertificateRow, Scope};

/// A version in the list of them.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct VersionCard {
    /// Its number, counted from 1; [`PRESENT`] for the text as it stands now.
    pub number: i64,
    /// When it was made, in milliseconds since 1970.
    pub at_ms: i64,
    /// By whom.
    pub user: String,
    /// The step that made it; none has made the present text.
    pub step: Option<Step>,
    /// Why, where a reason was given.
    pub reason: String,
    /// The steps that were taken with it since, the first first.
    pub later: Vec<StepView>,
}

/// A version with its text.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct VersionView {
    /// What the list shows.
    pub card: VersionCard,
    /// The text.
    pub draft: Draft,
    /// The document, to the letter, where one was made.
    pub content: Option<String>,
}

/// The number of the text as it stands now, in a certificate that can still be changed.
pub const PRESENT: i64 = 0;

impl Gens {
    /// The versions of a certificate, the last first; before them the present text, where it may
    /// differ from the last version.
    ///
    /// # Errors
    ///
    /// [`ServiceError::NotFound`], [`ServiceError::Denied`].
    pub fn versions(
        &self,
        session: &Session,
        id: CertificateId,
    ) -> Result<Vec<VersionCard>, ServiceError> {
        self.read(session, |scope| {
            let row = seen(scope, session, id)?;
            cards(scope, &row)
        })
    }

    /// One of them with its text.
    ///
    /// # Errors
    ///
    /// As of [`Self::versions`].
    pub fn version(
        &self,
        session: &Session,
        id: CertificateId,
        number: i64,
    ) -> Result<VersionView, ServiceError> {
        self.read(session, |scope| {
            let row = seen(scope, session, id)?;
            version(scope, &row, number)
        })
    }

    /// What differs between two of them, field by field.
    ///
    /// # Errors
    ///
    /// As of [`Self::versions`].
    pub fn version_changes(
        &self,
        session: &Session,
        id: CertificateId,
        (before, after): (i64, i64),
    ) -> Result<Vec<Difference>, ServiceError> {
        self.read(session, |scope| {
            let row = seen(scope, session, id)?;
            let draft = |number| Ok::<_, ServiceError>(version(scope, &row, number)?.draft);
            Ok(differences(&draft(before)?, &draft(after)?))
        })
    }
}

fn cards(scope: &Scope<'_>, row: &CertificateRow) -> Result<Vec<VersionCard>, ServiceError> {
    let steps = scope.steps(row.id)?;
    let versions = scope.versions(row.id)?;
    let card = |version: VersionRow| {
        let (mut reason, mut later) = (String::new(), Vec::new());
        let taken = steps.iter().filter(|step| step.version == version.number);
        for (place, step) in taken.enumerate() {
            // The first step with a version is the one that made it.
            if place == 0 && step.step == version.step {
                reason.clone_from(&step.reason);
            } else {
                later.push(StepView::from(step.clone()));
            }
        }
        let VersionRow { number, at_ms, user, step } = version;
        VersionCard { number, at_ms, user, step: Some(step), reason, later }
    };
    let mut cards: Vec<VersionCard> = versions.into_iter().map(card).collect();
    if row.state.is_open() || cards.is_empty() {
        cards.insert(0, present(scope, row)?);
    }
    Ok(cards)
}

fn present(scope: &Scope<'_>, row: &CertificateRow) -> Result<VersionCard, ServiceError> {
    Ok(VersionCard {
        number: PRESENT,
        at_ms: row.changed_ms,
        user: scope.user_name(row.author)?.unwrap_or_default(),
        step: None,
        reason: String::new(),
        later: Vec::new(),
    })
}

fn version(
    scope: &Scope<'_>,
    row: &CertificateRow,
    number: i64,
) -> Result<VersionView, ServiceError> {
    let card = cards(scope, row)?.into_iter().find(|card| card.number == number);
    let card = card.ok_or(ServiceError::NotFound)?;
    if number == PRESENT {
        return Ok(VersionView { card, draft: scope.draft(row.id)?, content: None });
    }
    let full = scope.version(row.id, number)?.ok_or(ServiceError::NotFound)?;
    Ok(VersionView { card, draft: full.draft, content: full.content })
}
