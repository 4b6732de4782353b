//! Sending.

use phytohub_plugin_sdk::host::{AllowedDocument, Connection, Draft, Envelope};
use phytohub_plugin_sdk::{Error, ErrorKind, State};

use super::effect::{self, Outcome};
use crate::service::{Gens, ServiceError};
use crate::store::exchange::{Answered, OutboxRow};
use crate::store::{Scope, TenantRow};

impl Gens {
    /// Registers the tenant's connection, whose transport is this plugin.
    pub(super) fn register_tenant(&self, tenant: &TenantRow) -> Result<(), Error> {
        let mut connection = Connection::new(&*tenant.code, &*tenant.name);
        connection.country.clone_from(&tenant.country);
        connection.test = tenant.training;
        connection.mine = true;
        connection.responses = true;
        connection.allowed = [(851, 70), (851, 40), (657, 70), (657, 40)]
            .into_iter()
            .map(|(certificate_type, certificate_status)| AllowedDocument {
                certificate_type,
                certificate_status,
            })
            .collect();
        self.0.hub.register(&connection)
    }

    /// Sends what is due.
    pub(super) fn send_due(&self, tenant: &TenantRow) -> Result<(), ServiceError> {
        loop {
            let now_ms = self.now_ms();
            let due = self.0.store.read(|db| Scope::new(db, tenant.reach()).due(now_ms, BATCH))?;
            if due.is_empty() {
                return Ok(());
            }
            for row in &due {
                if self.0.bell.is_closing() {
                    return Ok(());
                }
                let answer = self.hand_in(tenant, row);
                self.take_answer(tenant, row, answer)?;
            }
        }
    }

    fn hand_in(&self, tenant: &TenantRow, row: &OutboxRow) -> Result<Envelope, Error> {
        let mut draft = Draft::new(&*tenant.code, &*row.recipient, &*row.content).with_certificate(
            row.certificate_type,
            row.certificate_status,
            &*row.number,
        );
        draft.response = row.is_response;
        self.0.hub.submit(&row.key, &draft)
    }

    fn take_answer(
        &self,
        tenant: &TenantRow,
        row: &OutboxRow,
        answer: Result<Envelope, Error>,
    ) -> Result<(), ServiceError> {
        let now_ms = self.now_ms();
        let attempts = row.attempts.saturating_add(1);
        self.0.store.write(|db| {
            let scope = Scope::new(db, tenant.reach());
            match &answer {
                Ok(envelope) => {
                    let number = &*envelope.hub_delivery_number;
                    effect::apply(&scope, row, Outcome::Sent, Some(number), "", now_ms)?;
                    // The hub knew it already, and perhaps more than that it was accepted.
                    if let Some(outcome) = Outcome::of(envelope.state) {
                        let message = &envelope.message;
                        effect::apply(&scope, row, outcome, Some(number), message, now_ms)?;
                    }
                }
                Err(error) if is_final(error.kind()) => {
                    let reason = error.reason();
                    effect::apply(&scope, row, Outcome::Failed, None, reason, now_ms)?;
                }
                Err(error) => {
                    scope.answer(
                        row.id,
                        &Answered {
                            state: "waiting",
                            attempts,
                            due_ms: now_ms + pause_ms(attempts),
                            hub_number: None,
                            message: error.reason(),
                        },
                    )?;
                }
            }
            Ok(())
        })
    }

    /// Asks how that stands which was sent and not heard of: after a start, when the hub may know of
    /// events that this database, put back to an earlier state, does not.
    pub(super) fn ask_about_sent(
        &self,
        tenant: &TenantRow,
        anew: bool,
    ) -> Result<(), ServiceError> {
        if !anew {
            return Ok(());
        }
        let mut after = 0;
        loop {
            let sent =
                self.0.store.read(|db| Scope::new(db, tenant.reach()).under_way(after, BATCH))?;
            let Some(last) = sent.last() else { return Ok(()) };
            after = last.id;
            for row in &sent {
                let Some(number) = &row.hub_number else { continue };
                let envelope = match self.0.hub.status(&tenant.code, number) {
                    Ok(envelope) => envelope,
                    // All are asked about again in the next round.
                    Err(error) if is_away(error.kind()) => return Err(ServiceError::HubAway),
                    Err(_) => continue,
                };
                let Some(outcome) = Outcome::of(envelope.state) else { continue };
                self.0.store.write(|db| {
                    let scope = Scope::new(db, tenant.reach());
                    let now_ms = self.now_ms();
                    effect::apply(&scope, row, outcome, None, &envelope.message, now_ms)
                })?;
            }
        }
    }
}

/// Keeps that what lies here to be sent was sent before, and what became of it.
pub(crate) fn sent_before(
    scope: &Scope<'_>,
    envelope: &Envelope,
    now_ms: i64,
) -> Result<(), ServiceError> {
    let number = &*envelope.hub_delivery_number;
    let waiting = scope.waiting_with(&format!("gens-h/{number}"))?;
    let row = waiting.ok_or(ServiceError::NotFound)?;
    effect::apply(scope, &row, Outcome::Sent, Some(number), "", now_ms)?;
    if let Some(outcome) = Outcome::of(envelope.state) {
        effect::apply(scope, &row, outcome, Some(number), &envelope.message, now_ms)?;
    }
    Ok(())
}

impl Outcome {
    /// What a state of the hub means; nothing, while it is under way.
    pub(super) const fn of(state: State) -> Option<Self> {
        match state {
            State::Delivered => Some(Self::Delivered),
            State::DeliveredWithWarnings => Some(Self::DeliveredWithWarnings),
            State::DeliveredNotReadable => Some(Self::NotReadable),
            State::FailedDelivery => Some(Self::Failed),
            _ => None,
        }
    }
}

/// Whether sending the same again cannot succeed.
const fn is_final(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::Invalid | ErrorKind::Conflict | ErrorKind::Unsupported)
}

/// Whether the hub gave no answer that counts, and may give one later.
const fn is_away(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::Again | ErrorKind::Deadline | ErrorKind::Unavailable)
}

/// How long to wait after so many attempts: 5 seconds, doubled each time, up to 10 minutes. There is
/// no last attempt: what is issued is sent, or fails by the hub's word.
fn pause_ms(attempts: u32) -> i64 {
    let doubled = 5_000_i64 << attempts.saturating_sub(1).min(7);
    doubled.min(600_000)
}

/// Rows in one read; each may hold some megabytes.
const BATCH: u32 = 8;
