//! Lists, paged by key.

use super::view::{CertificateCard, ImportCard, MonthlyCount};
use super::{Gens, ImportSearch, ServiceError, may, setting};
use crate::auth::Session;
use crate::domain::{Action, OrganizationId, Policy, State, Step, Subject, limit, next};
use crate::store::{ListFilter, WorkFilter};

/// Where the next page begins.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Cursor(pub(super) i64);

impl Cursor {
    /// The cursor as it stands in addresses of pages.
    #[must_use]
    pub const fn number(self) -> i64 {
        self.0
    }

    /// The cursor of an address; any number is one.
    #[must_use]
    pub const fn from_number(number: i64) -> Self {
        Self(number)
    }
}

/// One page of a list.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Page<T> {
    /// Its rows.
    pub rows: Vec<T>,
    /// Where the next one begins, if there is one.
    pub next: Option<Cursor>,
}

impl<T> Page<T> {
    /// A page of at most [`limit::PAGE_ROWS_MAX`] rows, of which one more was asked for.
    pub(super) fn of<R>(
        mut rows: Vec<R>,
        wanted: u32,
        key: impl Fn(&R) -> i64,
        view: impl Fn(R) -> T,
    ) -> Self {
        let wanted = wanted as usize;
        let more = rows.len() > wanted;
        rows.truncate(wanted);
        let next = rows.last().map(&key).filter(|_| more).map(Cursor);
        Self { rows: rows.into_iter().map(view).collect(), next }
    }
}

/// What is looked for among certificates; what is empty is not looked at.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "forms fill it in")]
pub struct CertificateSearch {
    /// Words of number, parties, commodities and codes of countries; with an asterisk at its end, a
    /// beginning of one.
    pub words: String,
    /// Words of the number alone.
    pub number: String,
    /// Words of exporter or consignee.
    pub party: String,
    /// Words of produce, common or botanical name, or HS code.
    pub commodity: String,
    /// The country that it goes to (ISO 3166-1).
    pub destination: String,
    /// The organization that applied.
    pub organization: Option<OrganizationId>,
    /// Where they stand.
    pub state: Option<State>,
    /// Issued at this moment or later, in milliseconds since 1970. With this or the next, the list
    /// is in the order of issue.
    pub from_ms: Option<i64>,
    /// Issued before this moment.
    pub until_ms: Option<i64>,
    /// Rows of a page, at most [`limit::PAGE_ROWS_MAX`]; 0 for as many.
    pub rows: u32,
}

impl Gens {
    /// What this user has to do, the newest first.
    ///
    /// # Errors
    ///
    /// The database refused.
    pub fn work_list(
        &self,
        session: &Session,
        after: Option<Cursor>,
    ) -> Result<Page<CertificateCard>, ServiceError> {
        let wanted = limit::PAGE_ROWS_MAX;
        self.read(session, |scope| {
            let policy = setting::settings(scope)?.policy;
            let rows = scope.work(&WorkFilter {
                states: &states_to_work_on(session, &policy),
                own_states: &[State::Draft, State::Recalled, State::Returned],
                user: session.user(),
                before: after.map(|cursor| cursor.0),
                limit: wanted + 1,
            })?;
            Ok(Page::of(rows, wanted, |row| row.id.number(), CertificateCard::from))
        })
    }

    /// What was received and waits for a decision; nothing for those who do not decide.
    ///
    /// # Errors
    ///
    /// The database refused.
    pub fn import_work_list(
        &self,
        session: &Session,
        after: Option<Cursor>,
    ) -> Result<Page<ImportCard>, ServiceError> {
        let settings = self.settings(session)?;
        let decides = may(session, Action::Decide, Subject::default()).is_ok();
        if !decides || !settings.policy.import_decision {
            return Ok(Page { rows: Vec::new(), next: None });
        }
        let search = ImportSearch { undecided: true, ..ImportSearch::default() };
        self.imports(session, &search, after)
    }

    /// Certificates, the newest first; the last issued first where dates are asked for.
    ///
    /// # Errors
    ///
    /// [`ServiceError::Denied`].
    pub fn certificates(
        &self,
        session: &Session,
        search: &CertificateSearch,
        after: Option<Cursor>,
    ) -> Result<Page<CertificateCard>, ServiceError> {
        may(session, Action::Read, Subject::of(session.organization()))?;
        let wanted = page_rows(search.rows);
        self.read(session, |scope| {
            let rows = scope.certificates(&ListFilter {
                words: &search.words,
                number: &search.number,
                party: &search.party,
                commodity: &search.commodity,
                destination: &search.destination,
                organization: search.organization,
                state: search.state,
                from_ms: search.from_ms,
                until_ms: search.until_ms,
                before: after.map(|cursor| cursor.0),
                limit: wanted + 1,
            })?;
            Ok(Page::of(rows, wanted, |row| row.id.number(), CertificateCard::from))
        })
    }

    /// How many certificates were issued, by month, partner and commodity.
    ///
    /// # Errors
    ///
    /// [`ServiceError::Denied`].
    pub fn monthly_counts(
        &self,
        session: &Session,
        from_ms: i64,
        until_ms: i64,
    ) -> Result<Vec<MonthlyCount>, ServiceError> {
        may(session, Action::Export, Subject::of(session.organization()))?;
        self.read(session, |scope| {
            let counts = scope.issued_counts(from_ms, until_ms)?.into_iter();
            Ok(counts
                .map(|(month, destination, produce, count)| MonthlyCount {
                    month,
                    destination,
                    produce,
                    count,
                })
                .collect())
        })
    }
}

pub(super) fn page_rows(asked: u32) -> u32 {
    if asked == 0 { limit::PAGE_ROWS_MAX } else { asked.min(limit::PAGE_ROWS_MAX) }
}

/// The states in which certificates, whoever's, wait for something that this user may do.
fn states_to_work_on(session: &Session, policy: &Policy) -> Vec<State> {
    let forward = [Step::Inspect, Step::Approve, Step::Issue];
    let waits = |state: &State| {
        if state.is_open() || state.is_issued() {
            return false;
        }
        let can = |step: Step| {
            let action = super::workflow::action(step);
            next(policy, *state, step).is_ok() && may(session, action, Subject::default()).is_ok()
        };
        forward.into_iter().any(can) || *state == State::Submitted && can(Step::Return)
    };
    State::ALL.into_iter().filter(waits).collect()
}
