//! From a body that arrived to the hub's answer.

use std::sync::Arc;

use bytes::Bytes;
use http::Response;
use phytohub_domain::{Acknowledgement, AcknowledgementKind, EnvelopeHeader, Limits};
use phytohub_exchange::{Caller, Hub, PulledEnvelope, typed_envelope_memory};
use phytohub_telemetry::Outcome;
use phytohub_wire::soap::{self, Operation, ReadError, Request, Text};

use super::Door;
use super::body::ReplyBody;
use super::refusal::Refusal;
use super::request::InFlight;
use super::response::{self, Answer};
use crate::budget::{Place, Share};
use crate::buffer::Upload;

/// Reads the request, has the hub work on it, and makes the reply.
pub(super) async fn call(
    door: &Arc<Door>,
    in_flight: &Arc<InFlight>,
    limits: &Arc<Limits>,
    caller: &Caller,
    place: Place,
    upload: Upload,
    charset: Option<&str>,
) -> Result<Response<ReplyBody>, Refusal> {
    let Upload { body, share } = upload;
    let mut hold = door.admission.hold();
    if may_be_utf16(&body, charset) {
        // As UTF-8 it is at most half as long again, beside the bytes that arrived.
        hold.grow(limits, share, body.len() + body.len() / 2)?;
    }
    let request = read(body, charset, limits).await??;
    let operation = request.operation();
    in_flight.set_operation(operation.as_str());
    tracing::Span::current().record("operation", operation.as_str());
    // Now it is known who it is that fills the budgets.
    let share = share_of(operation).min(share);
    place.check(limits, share)?;
    hold.check(limits, share)?;
    hold.grow(limits, share, working_bytes(&request))?;
    in_flight.keep_place(place);
    let answer = match request {
        Request::PullImportEnvelope => pull_all(door, in_flight, limits, caller).await?,
        request => operate(&door.hub, caller, request).await?,
    };
    drop(hold);
    let response = response::answered(door, in_flight, limits, share, answer)?;
    in_flight.set_outcome(Outcome::Answered);
    Ok(response)
}

/// Who is shed first: big bodies, then deliveries and pulls of many, and everything else last. So
/// slow uploads that fill their share leave room for the small certificates that most are.
fn share_of(operation: Operation) -> Share {
    match operation {
        Operation::DeliverEnvelope
        | Operation::ValidateAndDeliverEnvelope
        | Operation::DeliverPhytoEnvelope
        | Operation::DeliverCountryResponseEnvelope
        | Operation::ValidatePhytoXml
        | Operation::PullImportEnvelope => Share::Batch,
        _ => Share::Last,
    }
}

/// Memory beside the request while it is worked on.
fn working_bytes(request: &Request) -> usize {
    match request {
        Request::DeliverPhytoEnvelope(envelope)
        | Request::DeliverCountryResponseEnvelope(envelope) => typed_envelope_memory(envelope),
        _ => 0,
    }
}

/// Small requests are read at once, big ones where they keep no socket waiting.
async fn read(
    body: Bytes,
    charset: Option<&str>,
    limits: &Arc<Limits>,
) -> Result<Result<Request, ReadError>, Refusal> {
    if body.len() <= READ_AT_ONCE_BYTES {
        return Ok(soap::read_request(body, charset, limits));
    }
    let (charset, limits) = (charset.map(str::to_owned), Arc::clone(limits));
    let read = move || soap::read_request(body, charset.as_deref(), &limits);
    tokio::task::spawn_blocking(read).await.map_err(|_| Refusal::Internal)
}

async fn operate(hub: &Hub, caller: &Caller, request: Request) -> Result<Answer, Refusal> {
    use AcknowledgementKind as Kind;
    Ok(match request {
        Request::ValidatePhytoXml { e_phyto_xml } => {
            let results = hub.validate_phyto_xml(caller, &e_phyto_xml).await?;
            Answer::plain(soap::validate_phyto_xml(&results))
        }
        Request::GetEnvelopeTrackingInfo { hub_tracking_number } => {
            let header = hub.get_envelope_tracking_info(caller, &hub_tracking_number).await?;
            Answer::plain(soap::get_envelope_tracking_info(&header))
        }
        Request::GetUnderDeliveryEnvelope => {
            let headers = hub.get_under_delivery_envelope(caller).await?;
            Answer::plain(soap::get_under_delivery_envelope(&headers))
        }
        Request::GetImportEnvelopeHeaders { country_code } => {
            let headers = hub.get_import_envelope_headers(caller, country_code.as_ref()).await?;
            Answer::plain(soap::get_import_envelope_headers(&headers))
        }
        Request::PullSingleImportEnvelope { hub_tracking_number } => {
            let envelope = hub.pull_single_import_envelope(caller, &hub_tracking_number).await?;
            let reply = soap::pull_single_import_envelope(&envelope.header);
            Answer::with_contents(reply, vec![envelope], caller)
        }
        Request::AcknowledgeEnvelopeReceipt { hub_tracking_number: number } => {
            acknowledge(hub, caller, &number, Kind::Received, None).await?;
            Answer::plain(soap::acknowledge_envelope_receipt())
        }
        Request::AdvancedAcknowledgeEnvelopeReceipt {
            hub_tracking_number: number,
            warning_message: message,
        } => {
            let text =
                acknowledge(hub, caller, &number, Kind::WithWarnings, Some(&message)).await?;
            Answer::plain(soap::advanced_acknowledge_envelope_receipt(text))
        }
        Request::AcknowledgeFailedEnvelopeReceipt { hub_tracking_number: number, message } => {
            let text = acknowledge(hub, caller, &number, Kind::NotReadable, Some(&message)).await?;
            Answer::plain(soap::acknowledge_failed_envelope_receipt(text))
        }
        Request::SetTrackingInfoUpdate(header) => {
            hub.set_tracking_info_update(caller, &header).await?;
            Answer::plain(soap::set_tracking_info_update())
        }
        Request::GetActiveNppos => {
            Answer::plain(soap::get_active_nppos(&hub.get_active_nppos(caller).await?))
        }
        Request::GetProfile => Answer::plain(soap::get_profile(&hub.get_profile(caller).await?)),
        Request::GetAvailableChannels => {
            Answer::plain(soap::get_available_channels(&hub.get_available_channels(caller).await?))
        }
        Request::CodeList(operation) => {
            let list = hub.code_list(caller, operation.list()).await?;
            // A list of that name with rows of another kind cannot be imported.
            Answer::plain(soap::code_list(operation, list.rows()).ok_or(Refusal::Internal)?)
        }
        other => return deliver(hub, caller, other).await,
    })
}

/// The four operations that deliver.
async fn deliver(hub: &Hub, caller: &Caller, request: Request) -> Result<Answer, Refusal> {
    Ok(match request {
        Request::DeliverEnvelope(envelope) => {
            let header = hub.deliver_envelope(caller, envelope).await?;
            Answer::plain(soap::deliver_envelope(&header))
        }
        Request::ValidateAndDeliverEnvelope(envelope) => {
            let header = hub.validate_and_deliver_envelope(caller, envelope).await?;
            Answer::plain(soap::validate_and_deliver_envelope(&header))
        }
        Request::DeliverPhytoEnvelope(envelope) => {
            let header = hub.deliver_phyto_envelope(caller, envelope).await?;
            Answer::plain(soap::deliver_phyto_envelope(&header))
        }
        Request::DeliverCountryResponseEnvelope(envelope) => {
            let header = hub.deliver_country_response_envelope(caller, envelope).await?;
            Answer::plain(soap::deliver_country_response_envelope(&header))
        }
        // The reader knows an operation that this door was not told of.
        _ => return Err(Refusal::Internal),
    })
}

/// Many contents are loaded at once: they get their room in the budget before they are read.
async fn pull_all(
    door: &Arc<Door>,
    in_flight: &Arc<InFlight>,
    limits: &Arc<Limits>,
    caller: &Caller,
) -> Result<Answer, Refusal> {
    let mut hold = door.admission.hold();
    let (keeper, limits) = (Arc::clone(in_flight), Arc::clone(limits));
    let admit = move |bytes| {
        let fits = hold.grow(&limits, Share::Batch, bytes).is_ok();
        keeper.keep_hold(hold);
        fits
    };
    let mut envelopes = door.hub.pull_import_envelope(caller, admit).await?;
    let reply = soap::pull_import_envelope(&take_headers(&mut envelopes));
    Ok(Answer::with_contents(reply, envelopes, caller).admitted())
}

async fn acknowledge(
    hub: &Hub,
    caller: &Caller,
    number: &Text,
    kind: AcknowledgementKind,
    message: Option<&Text>,
) -> Result<&'static str, Refusal> {
    let message = message.map(|text| text.decode().into_owned()).unwrap_or_default();
    let acknowledgement = Acknowledgement { kind, message };
    Ok(hub.acknowledge(caller, number, acknowledgement).await?.tracking_info.as_str())
}

/// The headers of pulled envelopes, which the reply's writer wants in a row.
fn take_headers(envelopes: &mut [PulledEnvelope]) -> Vec<EnvelopeHeader> {
    envelopes.iter_mut().map(|envelope| std::mem::take(&mut envelope.header)).collect()
}

/// Whether a body will be transcoded, which takes memory beside it.
fn may_be_utf16(body: &[u8], charset: Option<&str>) -> bool {
    let said = charset.and_then(|name| name.get(..6));
    said.is_some_and(|name| name.eq_ignore_ascii_case("utf-16"))
        || body.get(..2).is_some_and(|start| {
            matches!(start, [0xfe, 0xff] | [0xff, 0xfe] | [0, b'<'] | [b'<', 0])
        })
}

/// About a millisecond of reading; a plain certificate is under it.
const READ_AT_ONCE_BYTES: usize = 256 << 10;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deliveries_are_shed_first_and_single_pulls_last() {
        assert_eq!(share_of(Operation::DeliverEnvelope).min(Share::Bulk), Share::Bulk);
        assert_eq!(share_of(Operation::DeliverEnvelope), Share::Batch);
        assert_eq!(share_of(Operation::PullImportEnvelope), Share::Batch);
        assert_eq!(share_of(Operation::PullSingleImportEnvelope), Share::Last);
        assert_eq!(share_of(Operation::AcknowledgeEnvelopeReceipt), Share::Last);
    }

    #[test]
    fn utf_16_is_expected_by_name_and_by_sight() {
        assert!(may_be_utf16(b"<?xml", Some("UTF-16LE")));
        assert!(may_be_utf16(&[0xff, 0xfe, b'<', 0], None));
        assert!(may_be_utf16(&[0, b'<'], Some("x")));
        assert!(!may_be_utf16(b"<?xml", Some("utf-8")));
        assert!(!may_be_utf16(b"", None));
    }
}
