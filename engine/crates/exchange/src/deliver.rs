//! Accepting envelopes.

use std::sync::Arc;

use phytohub_domain::{
    Connection, ConnectionCode, ContentHash, EnvelopeHeader, Right, TrackingInfo,
};
use phytohub_store::{Disposition, NewContent, NewEnvelope};
use phytohub_wire::soap::{Content, Envelope, Header, IntField};
use sha2::{Digest, Sha256};

use crate::registry::Registry;
use crate::validate::{self, Outside};
use crate::{CallError, Caller, Hub, blocking};

impl Hub {
    /// `DeliverEnvelope`. An error in the header is an answer, with a number by which it can be
    /// looked up: `FailedDelivery` and a message that names the field. Content is opaque.
    ///
    /// # Errors
    /// If the caller may not send, the disk is full, or the store fails.
    pub async fn deliver_envelope(
        &self,
        caller: &Caller,
        envelope: Envelope,
    ) -> Result<EnvelopeHeader, CallError> {
        let checked = self.check_delivery(caller, &envelope)?;
        self.accept(caller, envelope, checked).await
    }

    /// `ValidateAndDeliverEnvelope`: the same for a document without grave findings; one with them
    /// is answered like a header error, with the findings in the message.
    ///
    /// # Errors
    /// As for [`Hub::deliver_envelope`].
    pub async fn validate_and_deliver_envelope(
        &self,
        caller: &Caller,
        envelope: Envelope,
    ) -> Result<EnvelopeHeader, CallError> {
        let mut checked = self.check_delivery(caller, &envelope)?;
        if let Ok(recipient) = &checked {
            let header = &envelope.header;
            let outside = Outside {
                number: header.nppo_certificate_number.decode().into_owned(),
                certificate_type: header.certificate_type.value().unwrap_or_default(),
                certificate_status: header.certificate_status.value().unwrap_or_default(),
                from: Arc::clone(&caller.connection),
                to: Arc::clone(recipient),
            };
            let findings = self.findings(envelope.content.clone(), Some(outside)).await?;
            if let Some(objection) = validate::objection(&findings) {
                checked = Err(format!("Content: {objection}"));
            }
        }
        self.accept(caller, envelope, checked).await
    }

    /// The recipient, or why the delivery is refused. Looked at before any work is done for it.
    fn check_delivery(&self, caller: &Caller, envelope: &Envelope) -> Result<Checked, CallError> {
        caller.may(Right::Send)?;
        self.inner.store.reserve().check(envelope.content.raw.len() as u64)?;
        Ok(check_header(&self.inner.registry.load(), caller, &envelope.header))
    }

    async fn accept(
        &self,
        caller: &Caller,
        envelope: Envelope,
        checked: Checked,
    ) -> Result<EnvelopeHeader, CallError> {
        let Envelope { header, content } = envelope;
        let (to_id, disposition) = match checked {
            Ok(recipient) => (Some(recipient.id), Disposition::Deliver),
            Err(reason) => (None, Disposition::Reject(reason)),
        };
        let to = header.to.decode().trim().to_owned();
        let sender = &caller.connection;
        let mut new = NewEnvelope::new(
            (sender.code.clone(), sender.id),
            (to.clone(), to_id),
            sender.mode,
            caller.actor(),
            hashed(content).await?,
        );
        new.certificate_type = header.certificate_type.value().unwrap_or_default();
        new.certificate_status = header.certificate_status.value().unwrap_or_default();
        new.nppo_certificate_number = header.nppo_certificate_number.decode().into_owned();
        new.disposition = disposition.clone();
        let mut reply = EnvelopeHeader {
            from: header.from.decode().into_owned(),
            to,
            certificate_type: new.certificate_type,
            certificate_status: new.certificate_status,
            nppo_certificate_number: new.nppo_certificate_number.clone(),
            ..EnvelopeHeader::default()
        };
        let accepted = self.inner.store.accept(new).await?;
        reply.hub_delivery_number = Some(accepted.number.to_string());
        (reply.tracking_info, reply.error_message) = match disposition {
            Disposition::Deliver => (Some(TrackingInfo::PendingDelivery), None),
            Disposition::Reject(reason) => (Some(TrackingInfo::FailedDelivery), Some(reason)),
        };
        Ok(reply)
    }
}

/// The recipient, or what is wrong with the delivery.
type Checked = Result<Arc<Connection>, String>;

/// The recipient, or what is wrong with the header, in words that name the field.
fn check_header(registry: &Registry, caller: &Caller, header: &Header) -> Checked {
    let sender = &caller.connection;
    let from = header.from.decode();
    if from.trim() != sender.code.as_str() {
        return Err(format!(
            "From: must be {}, the connection of this client certificate; it is '{}'",
            sender.code,
            from.trim()
        ));
    }
    let to = header.to.decode();
    if to.trim().is_empty() {
        return Err("To: is empty; it must be the code of a connection (GetActiveNppos)".into());
    }
    let recipient = to.trim().parse::<ConnectionCode>().ok();
    let recipient = recipient.and_then(|code| registry.connection(&code));
    let recipient = recipient.ok_or_else(|| {
        format!("To: '{}' is no connection of this hub (GetActiveNppos lists them)", to.trim())
    })?;
    check_recipient(sender, recipient)?;
    let number = |name: &str, field: &IntField| match field {
        IntField::Value(value) => Ok(*value),
        IntField::Missing => Err(format!("{name}: is missing; it must be a number")),
        IntField::Invalid(text) => {
            Err(format!("{name}: must be a number of 32 bits; it is '{}'", text.decode()))
        }
    };
    let certificate_type = number("CertificateType", &header.certificate_type)?;
    let certificate_status = number("CertificateStatus", &header.certificate_status)?;
    if !recipient.allows(certificate_type, certificate_status) {
        return Err(format!(
            "CertificateType: {} does not accept type {certificate_type} with status \
             {certificate_status} (see its AllowedDocument)",
            recipient.code
        ));
    }
    if header.nppo_certificate_number.decode().trim().is_empty() {
        return Err("NPPOCertificateNumber: is empty; it must be the certificate's number".into());
    }
    match header.forwardings.codes().iter().find(|code| !code.is_empty()) {
        None => Ok(Arc::clone(recipient)),
        Some(code) => Err(format!(
            "Forwardings: '{}' is no channel of this hub (GetAvailableChannels lists them)",
            code.decode()
        )),
    }
}

fn check_recipient(sender: &Connection, recipient: &Connection) -> Result<(), String> {
    if !recipient.enabled {
        return Err(format!("To: {} is disabled at this hub at present", recipient.code));
    }
    if recipient.mode != sender.mode {
        return Err(format!(
            "To: {} is a {} connection and {} a {} one; the two never exchange",
            recipient.code, recipient.mode, sender.code, sender.mode
        ));
    }
    Ok(())
}

/// Content with its hash; a large one is hashed off the reactor.
async fn hashed(content: Content) -> Result<NewContent, CallError> {
    if content.raw.len() > HASH_INLINE_BYTES_MAX {
        return blocking::read(move || Ok::<_, CallError>(hash(content))).await;
    }
    Ok(hash(content))
}

fn hash(content: Content) -> NewContent {
    let mut hasher = Sha256::new();
    hasher.update(ContentHash::DOMAIN);
    content.decode(&mut |piece| hasher.update(piece));
    let hash = ContentHash(hasher.finalize().into());
    NewContent { raw: content.raw, form: content.form, hash }
}

/// Hashed in a fraction of a millisecond: less than handing it to another thread and back costs
/// the others on this one.
const HASH_INLINE_BYTES_MAX: usize = 128 << 10;
