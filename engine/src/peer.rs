//! Calling other hubs: the exchange's [`PeerHub`] over the client's fast door, with this hub's own
//! certificate.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use arc_swap::ArcSwap;
use phytohub_client::{
    AddressPolicy, QuicAddress, QuicClient, QuicConfig, QuicError, RequestBody, ServerTrust,
};
use phytohub_domain::{EnvelopeHeader, HubDeliveryNumber, PushEndpoint, TrackingInfo};
use phytohub_exchange::Boxed;
use phytohub_exchange::push::{Message, Partner, PartnerError, PeerHub};
use phytohub_wire::quic::{AckOutcome, RefusalCode, Report};

use crate::failure::told;
use crate::push::{MessageBody, Shown, another_operation, trust, unreachable};

/// Another hub.
#[derive(Debug)]
pub(crate) struct HubCalls {
    shown: Arc<ArcSwap<Shown>>,
    address: QuicAddress,
    trust: ServerTrust,
    addresses: AddressPolicy,
    /// Made at the first call, and again when this hub's certificate changed.
    client: Mutex<Option<(u64, QuicClient)>>,
}

impl HubCalls {
    /// The hub at this endpoint. Connects to nothing yet.
    pub(crate) fn new(
        endpoint: &PushEndpoint,
        shown: Arc<ArcSwap<Shown>>,
    ) -> Result<Self, PartnerError> {
        let address = endpoint.url.parse().map_err(|error| unreachable(&error))?;
        let addresses =
            if endpoint.allow_private { AddressPolicy::any() } else { AddressPolicy::public() };
        let trust = trust(&endpoint.trust)?;
        Ok(Self { shown, address, trust, addresses, client: Mutex::default() })
    }

    fn client(&self) -> Result<QuicClient, PartnerError> {
        let shown = self.shown.load();
        let mut slot = self.client.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((generation, client)) = &*slot
            && *generation == shown.generation
        {
            return Ok(client.clone());
        }
        let identity = shown.identity.clone().ok_or_else(|| PartnerError::Unreachable {
            reason: "there is no certificate to show to another hub: [delivery] certificate".into(),
        })?;
        let mut config = QuicConfig::new(self.address.clone(), self.trust.clone(), identity);
        config.addresses = self.addresses.clone();
        // The lane tries again by itself.
        (config.times.connect, config.times.call) = (CONNECT_TIME, CALL_TIME);
        let client = QuicClient::new(config).map_err(|error| unreachable(&error))?;
        *slot = Some((shown.generation, client.clone()));
        Ok(client)
    }
}

impl Partner for HubCalls {
    fn deliver_envelope(&self, _: Message) -> Boxed<Result<Option<EnvelopeHeader>, PartnerError>> {
        Box::pin(std::future::ready(Err(another_operation())))
    }

    fn set_tracking_info_update(&self, _: Message) -> Boxed<Result<(), PartnerError>> {
        Box::pin(std::future::ready(Err(another_operation())))
    }

    fn as_hub(&self) -> Option<&dyn PeerHub> {
        Some(self)
    }
}

impl PeerHub for HubCalls {
    fn hand_over(
        &self,
        header: EnvelopeHeader,
        response: bool,
        content: Message,
    ) -> Boxed<Result<EnvelopeHeader, PartnerError>> {
        let client = self.client();
        Box::pin(async move {
            let origin = header.hub_delivery_number.as_deref().and_then(|text| text.parse().ok());
            let origin = origin.ok_or_else(|| PartnerError::Refused {
                reason: "the envelope has no number of this hub".into(),
            })?;
            let body = RequestBody::streamed(content.len(), MessageBody::Idle(Box::new(content)));
            let told = client?.hand_over((&header, origin), response, body).await;
            told.map_err(|error| classified(&error))
        })
    }

    fn report(
        &self,
        number: HubDeliveryNumber,
        info: TrackingInfo,
        message: String,
    ) -> Boxed<Result<(), PartnerError>> {
        let client = self.client();
        Box::pin(async move {
            let report = Report { number, state: info, message };
            match client?.report(report).await {
                Ok(AckOutcome::Stands(_)) => Ok(()),
                Ok(AckOutcome::Refused(code)) => {
                    let reason = format!("the report is refused: {code:?}");
                    Err(refusal(code, reason))
                }
                Err(error) => Err(classified(&error)),
            }
        })
    }
}

/// What a failed call says of the hub: what blames the request is about this one envelope.
fn classified(error: &QuicError) -> PartnerError {
    let reason = told(error);
    match error {
        QuicError::Refused { code, .. } => refusal(*code, reason),
        QuicError::Broken(_) => PartnerError::Refused { reason },
        _ => PartnerError::Unreachable { reason },
    }
}

/// What a refusal's code blames: the request, or else the caller, the load or the hub.
const fn refusal(code: RefusalCode, reason: String) -> PartnerError {
    match code {
        RefusalCode::Invalid
        | RefusalCode::NotFound
        | RefusalCode::Conflict
        | RefusalCode::TooLarge => PartnerError::Refused { reason },
        _ => PartnerError::Unreachable { reason },
    }
}

/// Some round trips of the worst line, with losses.
const CONNECT_TIME: Duration = Duration::from_secs(10);
/// A report is a small frame.
const CALL_TIME: Duration = Duration::from_secs(20);
