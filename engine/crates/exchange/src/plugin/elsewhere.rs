//! What another hub tells of envelopes, in the words in which plugins are told of this one's.

use phytohub_domain::{ContentHash, EnvelopeHeader, HubDeliveryNumber, Timestamp, TrackingInfo};

use super::message::{PluginEnvelope, PluginEvent, PluginEventKind, Submitted};

impl PluginEnvelope {
    /// An envelope by its header, of which another hub tells. When it was accepted stands in its
    /// number; of its content, its sender's certificate and its mode nothing is known by that.
    #[must_use]
    pub fn elsewhere(number: HubDeliveryNumber, header: &EnvelopeHeader) -> Self {
        let accepted = number.time();
        Self {
            number,
            from: header.from.clone(),
            to: header.to.clone(),
            certificate_type: header.certificate_type,
            certificate_status: header.certificate_status,
            nppo_certificate_number: header.nppo_certificate_number.clone(),
            state: header.tracking_info.unwrap_or(TrackingInfo::PendingDelivery),
            message: header.error_message.clone().unwrap_or_default(),
            position: 0,
            accepted,
            changed: accepted,
            content_bytes: 0,
            content_hash: ContentHash([0; 32]),
            sender_certificate: None,
            copy: false,
            test: false,
            response: false,
            content_dropped: false,
        }
    }
}

impl Submitted {
    /// What another hub answered.
    #[must_use]
    pub const fn elsewhere(envelope: PluginEnvelope, repeated: bool) -> Self {
        Self { envelope, repeated }
    }
}

impl PluginEvent {
    /// Something that happened to an envelope of another hub; heard at this time.
    #[must_use]
    pub fn elsewhere(
        kind: PluginEventKind,
        sequence: u64,
        at: Timestamp,
        envelope: PluginEnvelope,
    ) -> Self {
        Self {
            kind,
            sequence,
            at,
            state: envelope.state,
            certificate_type: envelope.certificate_type,
            certificate_status: envelope.certificate_status,
            number: envelope.number,
            from: envelope.from,
            to: envelope.to,
            nppo_certificate_number: envelope.nppo_certificate_number,
            message: envelope.message,
            response: envelope.response,
            test: envelope.test,
            copy: envelope.copy,
        }
    }
}

impl PluginEventKind {
    /// The kind of this number in the contract.
    #[must_use]
    pub const fn from_u32(number: u32) -> Option<Self> {
        match number {
            1 => Some(Self::Accepted),
            2 => Some(Self::Acknowledged),
            3 => Some(Self::Failed),
            4 => Some(Self::Expired),
            5 => Some(Self::Released),
            6 => Some(Self::Refused),
            _ => None,
        }
    }
}
