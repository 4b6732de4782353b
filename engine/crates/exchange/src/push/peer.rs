//! What is said to another hub, and what its answers mean.

use phytohub_domain::{
    Acknowledgement, AcknowledgementKind, EnvelopeHeader, HubDeliveryNumber, TrackingInfo,
};
use phytohub_store::{Change, Update};

use super::partner::PartnerError;
use crate::link;

/// What came of bringing an envelope without a fault.
#[derive(Debug, Default)]
pub(super) struct Handed {
    /// What the partner said of that, for the history: of another hub, the number there.
    pub(super) receipt: String,
    /// What the other hub said of it beyond that: its delivery has ended there already.
    pub(super) word: Option<Change>,
}

/// What the other hub hears of an envelope: copies were made here, for channels of this hub.
pub(super) fn outside(mut header: EnvelopeHeader) -> EnvelopeHeader {
    header.forwardings.clear();
    header
}

/// What an answer to a hand-over means. Without a number, custody did not pass.
pub(super) fn handed(hub: &str, told: EnvelopeHeader) -> Result<Handed, PartnerError> {
    let number: Option<HubDeliveryNumber> =
        told.hub_delivery_number.as_deref().and_then(|number| number.parse().ok());
    let number = number.ok_or_else(|| PartnerError::Unreachable {
        reason: "the other hub answers without a number".to_owned(),
    })?;
    let message = told.error_message.unwrap_or_default();
    let word = match told.tracking_info {
        Some(TrackingInfo::FailedDelivery) => Some(Change::Fail(link::failure(hub, &message))),
        info => info
            .and_then(AcknowledgementKind::from_tracking_info)
            .map(|kind| Change::Acknowledge(Acknowledgement { kind, message })),
    };
    Ok(Handed { receipt: format!("{hub} {number}"), word })
}

/// What a hub is told of an envelope that it handed over: its number there, and how it ended. Of
/// copies, which went to channels of this hub, it is told nothing.
pub(super) fn reported(update: &Update) -> Option<(HubDeliveryNumber, TrackingInfo)> {
    let ended = update.info == TrackingInfo::FailedDelivery || update.info.is_acknowledged();
    update.envelope.origin.filter(|_| ended).map(|number| (number, update.info))
}
