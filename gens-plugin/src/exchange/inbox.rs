//! Receiving: kept first, acknowledged then.

use phytohub_plugin_sdk::ErrorKind;
use phytohub_plugin_sdk::host::{Acknowledgement, Envelope};

use super::reading;
use crate::domain::Receipt;
use crate::service::{Gens, ServiceError};
use crate::store::{NewImport, Scope, TenantRow};

impl Gens {
    /// Takes in what waits for a tenant, and acknowledges it by what was found in it.
    pub(super) fn receive(&self, tenant: &TenantRow) -> Result<(), ServiceError> {
        // What was kept before a crash and not acknowledged.
        self.acknowledge_kept(tenant)?;
        let mut after = 0;
        loop {
            let waiting = match self.0.hub.inbox(&tenant.code, after, BATCH) {
                Ok(waiting) => waiting,
                Err(error) => {
                    let (tenant, reason) = (&*tenant.code, error.reason());
                    tracing::warn!(tenant, reason, "the inbox cannot be read");
                    return Ok(());
                }
            };
            let Some(last) = waiting.last() else { return Ok(()) };
            after = last.position;
            for envelope in &waiting {
                if self.0.bell.is_closing() {
                    return Ok(());
                }
                self.take_in(tenant, envelope)?;
            }
            self.acknowledge_kept(tenant)?;
        }
    }

    fn take_in(&self, tenant: &TenantRow, envelope: &Envelope) -> Result<(), ServiceError> {
        let number = &*envelope.hub_delivery_number;
        let known = self.0.store.read(|db| Scope::new(db, tenant.reach()).has_import(number))?;
        if known {
            return Ok(());
        }
        let (envelope, content) = match self.0.hub.read(&tenant.code, number) {
            Ok(read) => read,
            Err(error) => {
                // It stays in the inbox for the next round.
                let (tenant, reason) = (&*tenant.code, error.reason());
                tracing::warn!(tenant, envelope = number, reason, "an envelope cannot be read");
                return Ok(());
            }
        };
        let arrived = Arrived::new(envelope, content);
        self.0.store.write(|db| {
            let scope = Scope::new(db, tenant.reach());
            arrived.keep(&scope, self.now_ms()).map(drop)
        })
    }

    /// Tells the hub of what was kept; what it knows by now does no harm.
    fn acknowledge_kept(&self, tenant: &TenantRow) -> Result<(), ServiceError> {
        loop {
            let kept =
                self.0.store.read(|db| Scope::new(db, tenant.reach()).unacknowledged(BATCH))?;
            if kept.is_empty() {
                return Ok(());
            }
            for (id, number, receipt, message) in kept {
                let how = match receipt {
                    Receipt::Plain => Acknowledgement::Receipt,
                    Receipt::WithWarning => Acknowledgement::WithWarning,
                    Receipt::Failed => Acknowledgement::Failed,
                };
                match self.0.hub.acknowledge(&tenant.code, &number, how, &message) {
                    Ok(()) => {}
                    // The first acknowledgement counts, and what the hub has forgotten needs none.
                    Err(error)
                        if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::Conflict) => {}
                    Err(error) => {
                        let (tenant, reason) = (&*tenant.code, error.reason());
                        tracing::warn!(tenant, reason, "an envelope cannot be acknowledged");
                        return Ok(());
                    }
                }
                self.0.store.write(|db| {
                    Scope::new(db, tenant.reach()).set_acknowledged(id).map_err(ServiceError::from)
                })?;
            }
        }
    }
}

/// An envelope that came, read.
pub(crate) struct Arrived {
    envelope: Envelope,
    content: Vec<u8>,
    read: reading::Read,
}

impl Arrived {
    /// Reads it: before anything is written, because it may be large.
    pub(crate) fn new(envelope: Envelope, content: Vec<u8>) -> Self {
        let read = reading::read(&content, &envelope);
        Self { envelope, content, read }
    }

    /// Keeps it; answers whether it was not there.
    pub(crate) fn keep(&self, scope: &Scope<'_>, now_ms: i64) -> Result<bool, ServiceError> {
        let (envelope, read) = (&self.envelope, &self.read);
        let findings = serde_json::to_string(&read.findings).unwrap_or_else(|_| "[]".to_owned());
        let number = &*envelope.hub_delivery_number;
        let added = scope.insert_import(&NewImport {
            hub_number: number,
            sender: &envelope.from,
            certificate_type: envelope.certificate_type,
            certificate_status: envelope.certificate_status,
            number: &envelope.nppo_certificate_number,
            response: envelope.is_response,
            accepted_ms: envelope.accepted_ms,
            received_ms: now_ms,
            sender_certificate: &envelope.sender_certificate,
            content_hash: &envelope.content_hash,
            content: &self.content,
            receipt: read.receipt,
            message: &read.message,
            findings: &findings,
            exporter: &read.exporter,
            consignee: &read.consignee,
            produce: &read.produce,
            origin: &read.origin,
            answer: (&read.answer.0, &read.answer.1),
        })?;
        if added {
            let action = read.receipt.as_str();
            scope.insert_audit(None, "", "receive", number, action, now_ms)?;
            if envelope.is_response {
                self.answer(scope)?;
            }
        }
        Ok(added)
    }

    /// A rejection by the country that the certificate went to is something to look after.
    fn answer(&self, scope: &Scope<'_>) -> Result<(), ServiceError> {
        let (status, reason) = &self.read.answer;
        let found = scope.certificate_of(&self.envelope.nppo_certificate_number)?;
        let (Some(id), REJECTED) = (found, &**status) else { return Ok(()) };
        if scope.recipient_of(id)?.as_deref() != Some(&*self.envelope.from) {
            return Ok(());
        }
        if let Some(mut row) = scope.certificate(id)? {
            row.message = if reason.is_empty() { status.clone() } else { reason.clone() };
            scope.update_certificate(&row)?;
        }
        Ok(())
    }
}

/// The status of a rejection (UNCL 4405).
const REJECTED: &str = "41";

/// Envelopes in one answer.
const BATCH: u32 = 32;
