//! What the hub knows and this database does not: after a start, which may be one on an older copy.
//!
//! The hub tells of envelopes by certificate number alone. So numbers are asked about that this
//! system would give next, those that it gave last, and those that follow what partners sent last.

use phytohub_plugin_sdk::State;
use phytohub_plugin_sdk::host::Envelope;

use crate::service::number::LOOK_AHEAD;
use crate::service::{Gens, ServiceError, issue};
use crate::store::differences::NewDifference;
use crate::store::{Scope, TenantRow};

impl Gens {
    /// Lists what differs, for the administrator; answers how much was new.
    pub(super) fn compare(&self, tenant: &TenantRow) -> Result<usize, ServiceError> {
        let mut found = self.numbers_seen(tenant)?;
        found += self.issued_seen(tenant)?;
        found += self.imports_seen(tenant)?;
        if found > 0 {
            tracing::warn!(
                tenant = tenant.code,
                found,
                "the hub knows what this database does not"
            );
        }
        Ok(found)
    }

    /// Certificates of ours that are not here.
    fn numbers_seen(&self, tenant: &TenantRow) -> Result<usize, ServiceError> {
        let this_year = issue::year(self.now_ms());
        let mut count = 0;
        // Around New Year the lost ones may be of the year before.
        for year in [this_year - 1, this_year] {
            for envelope in self.secure_series(tenant.reach(), year, LOOK_AHEAD)? {
                count += usize::from(self.differs(tenant, &envelope)?);
            }
        }
        Ok(count)
    }

    /// Later messages about certificates that are here: withdrawals, and what was answered to them.
    fn issued_seen(&self, tenant: &TenantRow) -> Result<usize, ServiceError> {
        let last =
            self.0.store.read(|db| Scope::new(db, tenant.reach()).last_issued(ISSUED_MAX))?;
        let mut count = 0;
        for (id, number) in last {
            let Ok(ours) = self.0.hub.find(&tenant.code, None, &number, ENVELOPES_MAX) else {
                break;
            };
            let recipient =
                self.0.store.read(|db| Scope::new(db, tenant.reach()).recipient_of(id))?;
            let answers = recipient.map_or_else(Vec::new, |from| {
                let to = Some(&*tenant.code);
                self.0.hub.find(&from, to, &number, ENVELOPES_MAX).unwrap_or_default()
            });
            for envelope in ours.iter().rev().chain(answers.iter().rev()) {
                count += usize::from(self.differs(tenant, envelope)?);
            }
        }
        Ok(count)
    }

    /// What partners sent since.
    fn imports_seen(&self, tenant: &TenantRow) -> Result<usize, ServiceError> {
        let latest = self.0.store.read(|db| Scope::new(db, tenant.reach()).latest_numbers())?;
        let mut count = 0;
        for (sender, number) in latest {
            let (mut number, mut left) = (Some(number), FOLLOWING_MAX);
            while let (Some(asked), 1..) = (&number, left) {
                let to = Some(&*tenant.code);
                let Ok(found) = self.0.hub.find(&sender, to, asked, ENVELOPES_MAX) else { break };
                left = if found.is_empty() { left - 1 } else { FOLLOWING_MAX };
                for envelope in found.iter().rev() {
                    count += usize::from(self.differs(tenant, envelope)?);
                }
                number = following(asked);
            }
        }
        Ok(count)
    }

    /// Keeps an envelope in the list if this database does not know it.
    fn differs(&self, tenant: &TenantRow, envelope: &Envelope) -> Result<bool, ServiceError> {
        let ours = envelope.from == tenant.code;
        let known = |scope: &Scope<'_>| {
            let number = &*envelope.hub_delivery_number;
            Ok::<_, ServiceError>(match ours {
                true => scope.sent_as(number)?.is_some() || waits(scope, envelope)?,
                // What waits in the inbox comes by itself.
                false => envelope.state == State::PendingDelivery || scope.has_import(number)?,
            })
        };
        // Most are known, and reading hinders nobody.
        if self.0.store.read(|db| known(&Scope::new(db, tenant.reach())))? {
            return Ok(false);
        }
        let now_ms = self.now_ms();
        self.0.store.write(|db| {
            let scope = Scope::new(db, tenant.reach());
            match known(&scope)? {
                true => Ok(false),
                false => keep(&scope, envelope, ours, now_ms),
            }
        })
    }
}

fn keep(
    scope: &Scope<'_>,
    envelope: &Envelope,
    ours: bool,
    now_ms: i64,
) -> Result<bool, ServiceError> {
    let certificate = match ours {
        true => scope.certificate_of(&envelope.nppo_certificate_number)?,
        false => None,
    };
    let kind = match (ours, certificate) {
        (true, None) => "export",
        (true, Some(_)) => "step",
        (false, _) => "import",
    };
    let row = certificate.map(|id| scope.certificate(id)).transpose()?;
    let here = row.flatten().map_or("", |row| row.state.as_str());
    Ok(scope.insert_difference(&NewDifference {
        kind,
        certificate,
        hub_number: &envelope.hub_delivery_number,
        sender: &envelope.from,
        recipient: &envelope.to,
        number: &envelope.nppo_certificate_number,
        certificate_status: envelope.certificate_status,
        there: state_name(envelope.state),
        here,
        now_ms,
    })?)
}

/// Whether it lies here to be sent: the hub will know it again by its key.
fn waits(scope: &Scope<'_>, envelope: &Envelope) -> Result<bool, ServiceError> {
    let waiting = scope.waiting_as(
        &envelope.to,
        &envelope.nppo_certificate_number,
        envelope.certificate_status,
        envelope.is_response,
    )?;
    Ok(waiting.is_some())
}

/// A state of the hub as it is kept.
pub(crate) const fn state_name(state: State) -> &'static str {
    match state {
        State::PendingDelivery => "sent",
        State::Delivered => "delivered",
        State::DeliveredWithWarnings => "delivered-with-warnings",
        State::DeliveredNotReadable => "not-readable",
        State::FailedDelivery => "failed",
        _ => "unknown",
    }
}

/// The number that a sender who counts gives next: the digits at the end, one more.
fn following(number: &str) -> Option<String> {
    let stem = number.trim_end_matches(|c: char| c.is_ascii_digit());
    let digits = number.strip_prefix(stem)?;
    let next = digits.parse::<u64>().ok()?.checked_add(1)?;
    Some(format!("{stem}{next:0width$}", width = digits.len()))
}

/// Certificates of ours that are asked about: those of the last days in a large country.
const ISSUED_MAX: u32 = 1_000;
/// Envelopes about one certificate.
const ENVELOPES_MAX: u32 = 16;
/// Numbers that are asked about after one that a partner used.
const FOLLOWING_MAX: u32 = 20;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn number_is_followed_by_the_next_of_its_series() {
        assert_eq!(following("NL-2026-0000009").as_deref(), Some("NL-2026-0000010"));
        assert_eq!(following("99").as_deref(), Some("100"));
        assert_eq!(following("A/7").as_deref(), Some("A/8"));
        assert_eq!(following("no digits"), None);
        assert_eq!(following(""), None);
        assert_eq!(following("99999999999999999999"), None);
    }
}
