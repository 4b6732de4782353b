//! What another hub may say at this one: it hands envelopes of its side over, and reports on those
//! that were handed to it.

mod way;

pub(crate) use way::Rerouting;

use bytes::Bytes;
use phytohub_domain::{
    Acknowledgement, AcknowledgementKind, Connection, ConnectionKind, HubDeliveryNumber, Right,
    TrackingInfo, Transition,
};
use phytohub_store::Change;
use phytohub_wire::soap::Text;

use crate::{CallError, Caller, Hub};

impl Hub {
    /// Another hub tells what became of an envelope that was handed to it; the state that stands
    /// now. Its recipient's word there is the recipient's word here; a failure there can still be
    /// replaced by that.
    ///
    /// # Errors
    /// If the caller is no hub, the envelope was not handed to it, the state is none that ends a
    /// delivery, or the store fails.
    pub async fn report(
        &self,
        caller: &Caller,
        number: HubDeliveryNumber,
        info: TrackingInfo,
        message: String,
    ) -> Result<TrackingInfo, CallError> {
        caller.may(Right::Acknowledge)?;
        must_be_hub(caller)?;
        let number = Text::of(number.to_string());
        let (envelope, state) = self.envelope_to(caller, &number).await?;
        let mailbox = caller.connection.id;
        // What still waits for the line was not handed over: nobody there can know of it.
        if !(state.content_released || self.inner.lanes.was_sent(mailbox, envelope.sequence)) {
            return Err(CallError::NoSuchEnvelope);
        }
        if let Some(kind) = AcknowledgementKind::from_tracking_info(info) {
            let acknowledgement = Acknowledgement { kind, message };
            return Ok(self.acknowledge(caller, &number, acknowledgement).await?.tracking_info);
        }
        if info != TrackingInfo::FailedDelivery {
            return Err(CallError::NotARecipientsState);
        }
        self.note_sent(&envelope);
        let change = Change::Fail(failure(caller.connection.code.as_str(), &message));
        let actor = caller.actor_for(&envelope);
        let outcome = self.inner.store.change(envelope.clone(), change, actor).await?;
        if outcome.transition == Transition::Changed {
            self.tell_lanes(&envelope, &outcome.state);
        }
        Ok(outcome.state.info)
    }
}

/// What makes a delivery one that is taken once, however often it comes.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "there is no third kind of caller")]
pub enum DeliveryKey {
    /// The caller's own choice.
    Own(Bytes),
    /// Of another hub: the envelope's number there.
    Origin(HubDeliveryNumber),
}

impl DeliveryKey {
    pub(crate) const fn origin(&self) -> Option<HubDeliveryNumber> {
        match self {
            Self::Own(_) => None,
            Self::Origin(number) => Some(*number),
        }
    }

    /// As it is kept, beside the connection's stored number: whose number it is, nobody can forge.
    pub(crate) fn into_bytes(self) -> Bytes {
        match self {
            Self::Own(key) => key,
            Self::Origin(number) => Bytes::copy_from_slice(&number.to_bytes()),
        }
    }
}

/// Whether the caller is another hub.
pub(crate) fn must_be_hub(caller: &Caller) -> Result<(), CallError> {
    let is_hub = caller.connection.kind == ConnectionKind::Hub;
    if is_hub { Ok(()) } else { Err(CallError::NotAHub) }
}

/// Why an envelope failed that another hub had, in words for its sender.
pub(crate) fn failure(hub: &str, message: &str) -> String {
    let message = if message.is_empty() { "failed there" } else { message };
    format!("{hub}: {message}")
}

/// What was found of a delivery, unless a hub delivers as others do: nobody could tell later whose
/// envelope it was.
pub(crate) fn with_origin<T>(
    sender: &Connection,
    origin: Option<HubDeliveryNumber>,
    found: T,
) -> Result<T, String> {
    if sender.kind != ConnectionKind::Hub || origin.is_some() {
        return Ok(found);
    }
    Err("From: a hub hands over by the QUIC door, with the envelope's number at its own hub \
         (deliver, field 9)"
        .to_owned())
}
