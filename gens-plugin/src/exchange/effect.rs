//! What becomes of a certificate by what the hub says of it.

use crate::domain::{Step, next};
use crate::service::ServiceError;
use crate::store::exchange::{Answered, OutboxRow};
use crate::store::{NewStep, Scope};

/// What the hub says.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Outcome {
    Sent,
    Delivered,
    DeliveredWithWarnings,
    NotReadable,
    Failed,
}

impl Outcome {
    const fn step(self) -> Step {
        match self {
            Self::Sent => Step::Send,
            Self::Delivered => Step::Deliver,
            Self::DeliveredWithWarnings => Step::DeliverWithWarnings,
            Self::NotReadable => Step::FailToRead,
            Self::Failed => Step::Fail,
        }
    }

    const fn as_str(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Delivered => "delivered",
            Self::DeliveredWithWarnings => "delivered-with-warnings",
            Self::NotReadable => "not-readable",
            Self::Failed => "failed",
        }
    }

    const fn is_good(self) -> bool {
        matches!(self, Self::Sent | Self::Delivered)
    }
}

/// Keeps what the hub says of something that was sent. The same twice changes nothing, and what was
/// delivered is not under way any more.
pub(super) fn apply(
    scope: &Scope<'_>,
    sent: &OutboxRow,
    outcome: Outcome,
    hub_number: Option<&str>,
    message: &str,
    now_ms: i64,
) -> Result<(), ServiceError> {
    let answered = Answered {
        state: outcome.as_str(),
        attempts: sent.attempts.saturating_add(1),
        due_ms: now_ms,
        hub_number,
        message,
    };
    if !scope.answer(sent.id, &answered)? {
        return Ok(());
    }
    let Some(id) = sent.certificate else { return Ok(()) };
    let Some(mut row) = scope.certificate(id)? else { return Ok(()) };
    let policy = crate::service::policy(scope)?;
    row.delivery = outcome.as_str().to_owned();
    if let Some(number) = hub_number {
        row.hub_number = number.to_owned();
    }
    row.changed_ms = now_ms;
    if !outcome.is_good() {
        // In the issuer's work list, with what was said, or at least what it is about.
        row.message = if message.is_empty() { outcome.as_str() } else { message }.to_owned();
    }
    // A withdrawn certificate stays withdrawn, whatever becomes of the message about it.
    if let Ok(state) = next(&policy, row.state, outcome.step()) {
        row.state = state;
    }
    scope.update_certificate(&row)?;
    scope.insert_step(&NewStep {
        certificate: id,
        at_ms: now_ms,
        user: None,
        step: outcome.step(),
        state: row.state,
        version: row.version,
        reason: message,
    })?;
    Ok(())
}
