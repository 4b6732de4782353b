//! Where an envelope stands.

use phytohub_domain::{EnvelopeHeader, HubDeliveryNumber, Right, TrackingInfo, TrackingState};
use phytohub_store::StoredEnvelope;
use phytohub_wire::soap::Text;

use crate::{CallError, Caller, Hub, blocking};

impl Hub {
    /// `GetEnvelopeTrackingInfo`: sender and recipient may ask. A number that is unknown, or
    /// another's, is `EnvelopeNotExists`, with the number as it was asked.
    ///
    /// # Errors
    /// If the caller may not read, or the store cannot be read.
    pub async fn get_envelope_tracking_info(
        &self,
        caller: &Caller,
        number: &Text,
    ) -> Result<EnvelopeHeader, CallError> {
        caller.may(Right::Read)?;
        let asked = number.decode();
        let found = match asked.parse() {
            Ok(number) => self.envelope(number).await?,
            Err(_) => None,
        };
        let own = caller.connection.id;
        let visible =
            found.filter(|(envelope, _)| envelope.from_id == own || envelope.to_id == Some(own));
        Ok(match visible {
            Some((envelope, state)) => header(&envelope, &state),
            None => EnvelopeHeader {
                hub_delivery_number: Some(asked.into_owned()),
                tracking_info: Some(TrackingInfo::EnvelopeNotExists),
                ..EnvelopeHeader::default()
            },
        })
    }

    /// An envelope with its state.
    pub(crate) async fn envelope(
        &self,
        number: HubDeliveryNumber,
    ) -> Result<Option<(StoredEnvelope, TrackingState)>, CallError> {
        let store = self.inner.store.clone();
        blocking::read(move || store.envelope(number)).await
    }
}

/// The header that tells of an envelope.
pub(crate) fn header(envelope: &StoredEnvelope, state: &TrackingState) -> EnvelopeHeader {
    EnvelopeHeader {
        from: envelope.from.clone(),
        to: envelope.to.clone(),
        certificate_type: envelope.certificate_type,
        certificate_status: envelope.certificate_status,
        nppo_certificate_number: envelope.nppo_certificate_number.clone(),
        hub_delivery_number: Some(envelope.number.to_string()),
        tracking_info: Some(state.info),
        error_message: (!state.message.is_empty()).then(|| state.message.clone()),
        forwardings: Vec::new(),
    }
}
