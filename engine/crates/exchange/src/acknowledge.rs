//! What recipients say about envelopes.

use phytohub_domain::{
    Acknowledgement, AcknowledgementKind, ConnectionId, HubDeliveryNumber, Right, TrackingInfo,
    TrackingState, Transition,
};
use phytohub_store::{Change, StoredEnvelope};
use phytohub_telemetry::Actor;
use phytohub_wire::soap::{Header, Text};

use crate::{CallError, Caller, Hub, blocking};

/// What an acknowledgement is answered with.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct AcknowledgeAnswer {
    /// The state in which the envelope now stands; the text of `return`.
    pub tracking_info: TrackingInfo,
}

impl Hub {
    /// The three acknowledging operations. The first acknowledgement stands; a later one is
    /// answered with what stands.
    ///
    /// # Errors
    /// If the envelope is not the caller's, or the store fails.
    pub async fn acknowledge(
        &self,
        caller: &Caller,
        number: &Text,
        acknowledgement: Acknowledgement,
    ) -> Result<AcknowledgeAnswer, CallError> {
        caller.may(Right::Acknowledge)?;
        let number = number.decode().parse().map_err(|_| CallError::NoSuchEnvelope)?;
        self.acknowledge_numbered(caller, number, acknowledgement).await
    }

    /// The same, of an envelope whose number is known to be one.
    ///
    /// # Errors
    /// As for [`Hub::acknowledge`].
    pub async fn acknowledge_numbered(
        &self,
        caller: &Caller,
        number: HubDeliveryNumber,
        acknowledgement: Acknowledgement,
    ) -> Result<AcknowledgeAnswer, CallError> {
        caller.may(Right::Acknowledge)?;
        let envelope = self.record_to(caller, number).await?;
        self.note_sent(&envelope);
        let change = Change::Acknowledge(acknowledgement);
        let actor = caller.actor_for(&envelope);
        let outcome = self.inner.store.change(envelope.clone(), change, actor).await?;
        if outcome.transition == Transition::Changed {
            self.tell_lanes(&envelope, &outcome.state);
        }
        Ok(AcknowledgeAnswer { tracking_info: outcome.state.info })
    }

    /// `SetTrackingInfoUpdate`, inbound: the recipient tells one of the three states.
    ///
    /// # Errors
    /// If the state is not the recipient's to tell, the envelope not the caller's, or the store
    /// fails.
    pub async fn set_tracking_info_update(
        &self,
        caller: &Caller,
        header: &Header,
    ) -> Result<(), CallError> {
        let info = header.hub_tracking_info.decode().parse::<TrackingInfo>().ok();
        let kind = info.and_then(AcknowledgementKind::from_tracking_info);
        let kind = kind.ok_or(CallError::NotARecipientsState)?;
        let message = match kind {
            AcknowledgementKind::Received => String::new(),
            _ => header.hub_delivery_error_message.decode().into_owned(),
        };
        let acknowledgement = Acknowledgement { kind, message };
        self.acknowledge(caller, &header.hub_delivery_number, acknowledgement).await?;
        Ok(())
    }

    /// A recipient may speak of an envelope while the call that brought it is still open: by then
    /// it has the content, though nothing of that call is on disk.
    pub(crate) fn note_sent(&self, envelope: &StoredEnvelope) {
        let sent = envelope
            .mailbox_id
            .is_some_and(|mailbox| self.inner.lanes.was_sent(mailbox, envelope.sequence));
        let soon = || self.inner.store.change_soon(envelope.clone(), Change::Release, Actor::hub());
        if sent && !soon() {
            tracing::warn!(number = %envelope.number, "a release found no room in the queue");
        }
    }

    /// The record of an envelope that lies in the caller's inbox, or lay there. Its state is the
    /// committer's to look at.
    async fn record_to(
        &self,
        caller: &Caller,
        number: HubDeliveryNumber,
    ) -> Result<StoredEnvelope, CallError> {
        let store = self.inner.store.clone();
        let found =
            blocking::look(move |reach| store.envelope_record_within(number, reach)).await?;
        let own = found.filter(|envelope| self.has(caller.connection.id, envelope));
        own.ok_or(CallError::NoSuchEnvelope)
    }

    /// An envelope that lies in the caller's inbox, or lay there.
    pub(crate) async fn envelope_to(
        &self,
        caller: &Caller,
        number: &Text,
    ) -> Result<(StoredEnvelope, TrackingState), CallError> {
        let number = number.decode().parse().map_err(|_| CallError::NoSuchEnvelope)?;
        let found = self.envelope(number).await?;
        let own = found.filter(|(envelope, _)| self.has(caller.connection.id, envelope));
        own.ok_or(CallError::NoSuchEnvelope)
    }

    /// Whether an envelope lies in a connection's inbox, or lay there: not before the plugins for
    /// which it is held let it go.
    pub(crate) fn has(&self, connection: ConnectionId, envelope: &StoredEnvelope) -> bool {
        envelope.mailbox_id == Some(connection) && !self.inner.store.is_awaited(envelope.number)
    }
}
