//! The numbers of certificates: a series for each year, none of which is issued twice, not even
//! after an older copy of the database was put back: the hub knows what went out.

use std::sync::PoisonError;

use phytohub_plugin_sdk::host::Envelope;

use super::{Gens, ServiceError, Settings, Work, issue, setting};
use crate::store::{Reach, Scope};

/// Only who holds this issues: between the look at the hub and the issue no other number is taken.
pub(super) type Turn<'a> = std::sync::MutexGuard<'a, ()>;

impl Gens {
    /// One's turn to issue.
    pub(super) fn turn(&self) -> Turn<'_> {
        self.0.numbering.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets the series of a year go on after the last number that the hub has seen, and answers what
    /// it has seen that this database has not: looks at the next number, and `ahead` numbers after
    /// each that was seen.
    ///
    /// A hub that does not answer is no hindrance: what is issued now is sent later.
    pub(crate) fn secure_series(
        &self,
        reach: Reach,
        year: i32,
        ahead: u32,
    ) -> Result<Vec<Envelope>, ServiceError> {
        let (tenant, prefix, first) = self.0.store.read(|db| {
            let scope = Scope::new(db, reach);
            let (tenant, settings) = (scope.tenant()?, setting::settings(&scope)?);
            let prefix = prefix(&settings, &tenant.country).to_owned();
            Ok::<_, ServiceError>((tenant.code, prefix, scope.next_number(year)?))
        })?;
        let (mut seen, mut last) = (Vec::new(), None);
        let (mut number, mut end) = (first, first.saturating_add(ahead.max(1)));
        while number < end {
            let text = written(&prefix, year, number);
            let Ok(found) = self.0.hub.find(&tenant, None, &text, ENVELOPES_MAX) else { break };
            if !found.is_empty() {
                last = Some(number);
                end = number.saturating_add(LOOK_AHEAD);
                // In the order in which they came.
                seen.extend(found.into_iter().rev());
            }
            number = number.saturating_add(1);
        }
        if let Some(last) = last {
            let next = last.saturating_add(1);
            tracing::warn!(
                tenant,
                first,
                next,
                "the hub has seen numbers that were not issued here"
            );
            let now_ms = self.now_ms();
            self.0.store.write(|db| {
                let scope = Scope::new(db, reach);
                scope.skip_numbers(year, next)?;
                let detail = format!("{first} to {last}: the hub has seen them");
                let object = format!("numbers {year}");
                scope.insert_audit(None, "", "skip-numbers", &object, &detail, now_ms)?;
                Ok::<_, ServiceError>(())
            })?;
        }
        Ok(seen)
    }
}

/// The next number.
pub(super) fn take(work: &Work<'_>, settings: &Settings) -> Result<String, ServiceError> {
    let year = issue::year(work.now_ms);
    let number = work.scope.take_number(year)?;
    Ok(written(prefix(settings, work.session.country()), year, number))
}

/// Prefix, year, and seven digits.
fn written(prefix: &str, year: i32, number: u32) -> String {
    format!("{prefix}-{year}-{number:07}")
}

fn prefix<'a>(settings: &'a Settings, country: &'a str) -> &'a str {
    if settings.number_prefix.is_empty() { country } else { &settings.number_prefix }
}

/// Numbers that are looked at after one that was seen: those between went on paper alone, or were
/// not sent yet when the copy was put back.
pub(crate) const LOOK_AHEAD: u32 = 100;
/// Envelopes about one certificate: it is sent, sent again, withdrawn.
const ENVELOPES_MAX: u32 = 16;
