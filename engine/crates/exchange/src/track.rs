//! Where an envelope stands.

use std::sync::Arc;

use phytohub_domain::{
    ConnectionCode, ConnectionId, EnvelopeForwarding, EnvelopeHeader, HubDeliveryNumber, Right,
    TrackingInfo, TrackingState,
};
use phytohub_store::StoredEnvelope;
use phytohub_wire::soap::Text;

use crate::{CallError, Caller, Hub, blocking};

impl Hub {
    /// `GetEnvelopeTrackingInfo`: sender and recipient may ask, and who acts for them; of a copy,
    /// its channel too. A number that is unknown, or another's, is `EnvelopeNotExists`, with the
    /// number as it was asked.
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
            Ok(number) => self.looked_up(number).await?,
            Err(_) => None,
        };
        let own = caller.connection.id;
        let visible = found.as_deref().filter(|(envelope, _)| {
            is_visible(envelope, own, self.inner.store.is_awaited(envelope.number))
        });
        Ok(match visible {
            Some((envelope, state)) => header(envelope, state),
            None => EnvelopeHeader {
                hub_delivery_number: Some(asked.into_owned()),
                tracking_info: Some(TrackingInfo::EnvelopeNotExists),
                ..EnvelopeHeader::default()
            },
        })
    }

    /// An envelope with its state, from memory if it was lately asked for: most requests of all
    /// ask where an envelope stands, and mostly it stands where it stood.
    async fn looked_up(
        &self,
        number: HubDeliveryNumber,
    ) -> Result<Option<Arc<(StoredEnvelope, TrackingState)>>, CallError> {
        if let Some(tracked) = self.inner.store.recent(number) {
            return Ok(Some(tracked));
        }
        let store = self.inner.store.clone();
        blocking::look(move |reach| store.look_up(number, reach)).await
    }

    /// An envelope with its state.
    pub(crate) async fn envelope(
        &self,
        number: HubDeliveryNumber,
    ) -> Result<Option<(StoredEnvelope, TrackingState)>, CallError> {
        let store = self.inner.store.clone();
        blocking::look(move |reach| store.envelope_within(number, reach)).await
    }
}

/// Whether a connection may know of an envelope: senders see what they sent, recipients what was let
/// go to them.
pub(crate) fn is_visible(envelope: &StoredEnvelope, own: ConnectionId, awaited: bool) -> bool {
    [envelope.from_id, envelope.actor_id].contains(&own)
        || [envelope.to_id, envelope.mailbox_id].contains(&Some(own)) && !awaited
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
        // A copy has none, so a channel does not learn who else got one.
        forwardings: forwardings(&envelope.forwardings),
    }
}

/// The copies of an envelope, as its header tells them.
pub(crate) fn forwardings(
    copies: &[(ConnectionCode, HubDeliveryNumber)],
) -> Vec<EnvelopeForwarding> {
    let told = |(code, number): &(ConnectionCode, HubDeliveryNumber)| EnvelopeForwarding {
        code: code.to_string(),
        hub_delivery_number: Some(number.to_string()),
    };
    copies.iter().map(told).collect()
}
