//! Receipts: what the hub has taken from whom and for whom, signed.
//!
//! A receipt is a JSON object. `signed` is the text under the signature: a first line
//! [`RECEIPT_FORMAT`], then one line `name:value` for each field from `hub` to `key_id` in the order
//! of [`Receipt`], where backslash, line feed and carriage return are written `\\`, `\n` and `\r`.
//! `signature` is the Ed25519 signature over the bytes of `signed`, in Base64. So `openssl` checks it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use phytohub_domain::{HubDeliveryNumber, Right};
use phytohub_store::StoredEnvelope;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::signing::{SigningKey, Statement, VerifyingKey};
use crate::{CallError, Caller, Hub};

/// What every receipt's text begins with.
pub const RECEIPT_FORMAT: &str = "phytohub receipt 1";

/// A signed receipt.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Receipt {
    /// [`RECEIPT_FORMAT`].
    pub format: String,
    /// Name of the hub.
    pub hub: String,
    /// Hub delivery number.
    pub number: String,
    /// `From`.
    pub from: String,
    /// `To`.
    pub to: String,
    /// `CertificateType`.
    pub certificate_type: i32,
    /// `CertificateStatus`.
    pub certificate_status: i32,
    /// `NPPOCertificateNumber`.
    pub nppo_certificate_number: String,
    /// SHA-256 over the content's character data, in hexadecimal digits.
    pub content_hash: String,
    /// SHA-256 of the certificate that delivered it, in hexadecimal digits; empty if there was none.
    pub sender_certificate: String,
    /// `accepted`, or `refused` for what was refused at the door.
    pub outcome: String,
    /// When, UTC.
    pub accepted: String,
    /// Which key signed it.
    pub key_id: String,
    /// The text that is signed.
    pub signed: String,
    /// The signature over it, in Base64.
    pub signature: String,
}

/// Why a receipt proves nothing.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum ReceiptError {
    /// It is not JSON with a receipt's fields.
    #[error("this is no receipt of a hub: {problem}")]
    Form {
        /// What is wrong.
        problem: String,
    },
    /// Another key signed it.
    #[error("key {given} did not sign this receipt: it says that key {said} did")]
    OtherKey {
        /// The key that was given.
        given: String,
        /// The key that the receipt names.
        said: String,
    },
    /// The fields say something else than the text that is signed.
    #[error("the fields of this receipt say something else than the text that was signed")]
    OtherText,
    /// The signature does not hold.
    #[error("the signature of this receipt does not hold: it was changed, or the key is another")]
    Signature,
}

impl Receipt {
    pub(crate) fn new(hub: &str, envelope: &StoredEnvelope, key: &SigningKey) -> Self {
        let certificate = envelope.certificate.map(|fingerprint| fingerprint.to_string());
        let outcome = if envelope.to_id.is_some() { "accepted" } else { "refused" };
        let mut receipt = Self {
            format: RECEIPT_FORMAT.to_owned(),
            hub: hub.to_owned(),
            number: envelope.number.to_string(),
            from: envelope.from.clone(),
            to: envelope.to.clone(),
            certificate_type: envelope.certificate_type,
            certificate_status: envelope.certificate_status,
            nppo_certificate_number: envelope.nppo_certificate_number.clone(),
            content_hash: envelope.content_hash.to_string(),
            sender_certificate: certificate.unwrap_or_default(),
            outcome: outcome.to_owned(),
            accepted: envelope.accepted.to_string(),
            key_id: key.public().id().to_string(),
            signed: String::new(),
            signature: String::new(),
        };
        receipt.signed = receipt.text();
        receipt.signature = STANDARD.encode(key.sign(&receipt.signed));
        receipt
    }

    /// Reads a receipt from its JSON. Says nothing about whether it is true.
    ///
    /// # Errors
    /// If it is none.
    pub fn read(json: &[u8]) -> Result<Self, ReceiptError> {
        let form = |problem: String| ReceiptError::Form { problem };
        let receipt: Self = serde_json::from_slice(json).map_err(|e| form(e.to_string()))?;
        if receipt.format != RECEIPT_FORMAT {
            return Err(form(format!(
                "its format is {:?}, not {RECEIPT_FORMAT:?}",
                receipt.format
            )));
        }
        Ok(receipt)
    }

    /// Its JSON.
    #[must_use]
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).expect("plain fields are JSON") + "\n"
    }

    /// Whether this key has signed exactly what the fields say.
    ///
    /// # Errors
    /// Why not.
    pub fn verify(&self, key: &VerifyingKey) -> Result<(), ReceiptError> {
        let given = key.id().to_string();
        if given != self.key_id {
            return Err(ReceiptError::OtherKey { given, said: self.key_id.clone() });
        }
        if self.text() != self.signed {
            return Err(ReceiptError::OtherText);
        }
        let signature = STANDARD.decode(&self.signature).map_err(|_| ReceiptError::Signature)?;
        key.verify(&self.signed, &signature).then_some(()).ok_or(ReceiptError::Signature)
    }

    fn text(&self) -> String {
        Statement::new(RECEIPT_FORMAT)
            .line("hub", &self.hub)
            .line("number", &self.number)
            .line("from", &self.from)
            .line("to", &self.to)
            .line("certificate_type", self.certificate_type)
            .line("certificate_status", self.certificate_status)
            .line("nppo_certificate_number", &self.nppo_certificate_number)
            .line("content_hash", &self.content_hash)
            .line("sender_certificate", &self.sender_certificate)
            .line("outcome", &self.outcome)
            .line("accepted", &self.accepted)
            .line("key_id", &self.key_id)
            .text()
    }
}

impl Hub {
    /// The receipt of an envelope that this caller sent or that is addressed to it; nothing if
    /// there is no such envelope, or if this hub signs no receipts.
    ///
    /// # Errors
    /// If the caller may not read, or the store cannot be read.
    pub async fn receipt_for(
        &self,
        caller: &Caller,
        number: &str,
    ) -> Result<Option<Receipt>, CallError> {
        caller.may(Right::Read)?;
        let Ok(number) = number.parse() else { return Ok(None) };
        let own = caller.connection.id;
        let found = self.envelope(number).await?.map(|(envelope, _)| envelope);
        let visible = found.filter(|envelope| {
            [envelope.from_id, envelope.actor_id].contains(&own)
                || [envelope.to_id, envelope.mailbox_id].contains(&Some(own))
        });
        Ok(visible.and_then(|envelope| self.receipt_of(&envelope)))
    }

    /// The receipt of any envelope; nothing if there is no such envelope.
    pub(crate) async fn receipt(
        &self,
        number: HubDeliveryNumber,
    ) -> Result<Option<Receipt>, CallError> {
        let found = self.envelope(number).await?;
        Ok(found.and_then(|(envelope, _)| self.receipt_of(&envelope)))
    }

    fn receipt_of(&self, envelope: &StoredEnvelope) -> Option<Receipt> {
        let desk = self.inner.audit.get()?;
        let key = desk.settings.receipt_key.as_ref()?;
        Some(Receipt::new(&desk.settings.hub, envelope, key))
    }
}

#[cfg(test)]
mod tests;
