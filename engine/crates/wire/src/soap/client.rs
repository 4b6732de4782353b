//! The caller's side, for the demonstration, load tests and tests: builds requests, reads replies.
//!
//! It is small and plain, not fast: a reply is read into a tree and every text is copied.

mod codes;
mod reply;
mod tree;

use phytohub_domain::EnvelopeHeader;

pub use codes::{ClientCodeList, ClientRow};
pub use reply::{ClientEnvelope, ClientReply, ReplyError, read_reply};

use super::write::{push_display, push_element, push_end, push_start, push_text};
use super::{CodeListOperation, Operation};
use crate::xml::Space;

/// Delivers an envelope whose content is written escaped.
#[must_use]
pub fn deliver_envelope(header: &EnvelopeHeader, content: &str) -> Vec<u8> {
    let mut escaped = String::with_capacity(content.len() + content.len() / 4);
    push_text(&mut escaped, content);
    deliver_raw(header, &escaped)
}

/// Delivers an envelope whose content is written in CDATA sections.
#[must_use]
pub fn deliver_envelope_cdata(header: &EnvelopeHeader, content: &str) -> Vec<u8> {
    // Neither the end of a section nor a carriage return can stand inside one.
    let inside = content.replace("]]>", "]]]]><![CDATA[>").replace('\r', "]]>&#13;<![CDATA[");
    deliver_raw(header, &format!("<![CDATA[{inside}]]>"))
}

/// Delivers an envelope whose content is written as given: it must be XML character data.
#[must_use]
pub fn deliver_raw(header: &EnvelopeHeader, raw: &str) -> Vec<u8> {
    request(Operation::DeliverEnvelope, |out| {
        push_start(out, "e:env");
        push_header(out, header);
        push_display(out, format_args!("<h:Content>{raw}</h:Content>"));
        push_end(out, "e:env");
    })
}

/// What stands before and behind the content when an envelope is delivered. The content goes
/// between them as it is written: it must be XML character data in UTF-8.
#[must_use]
pub fn deliver_envelope_frame(header: &EnvelopeHeader) -> (Vec<u8>, Vec<u8>) {
    let mut before = deliver_raw(header, "");
    let content = before.windows(CONTENT_END.len()).rposition(|bytes| bytes == CONTENT_END);
    let behind = before.split_off(content.expect("the request was just written with a content"));
    (before, behind)
}

/// Asks where an envelope stands.
#[must_use]
pub fn get_envelope_tracking_info(number: &str) -> Vec<u8> {
    request(Operation::GetEnvelopeTrackingInfo, |out| push_number(out, number))
}

/// Lists the caller's own envelopes that are still under delivery.
#[must_use]
pub fn get_under_delivery_envelope() -> Vec<u8> {
    request(Operation::GetUnderDeliveryEnvelope, |_| {})
}

/// Lists the envelopes that wait for the caller; `None` leaves the filter out.
#[must_use]
pub fn get_import_envelope_headers(country_code: Option<&str>) -> Vec<u8> {
    request(Operation::GetImportEnvelopeHeaders, |out| {
        if let Some(code) = country_code {
            push_element(out, "e:countryCode", code);
        }
    })
}

/// Pulls the envelopes that wait for the caller.
#[must_use]
pub fn pull_import_envelope() -> Vec<u8> {
    request(Operation::PullImportEnvelope, |_| {})
}

/// Pulls one envelope.
#[must_use]
pub fn pull_single_import_envelope(number: &str) -> Vec<u8> {
    request(Operation::PullSingleImportEnvelope, |out| push_number(out, number))
}

/// Acknowledges an envelope.
#[must_use]
pub fn acknowledge_envelope_receipt(number: &str) -> Vec<u8> {
    request(Operation::AcknowledgeEnvelopeReceipt, |out| push_number(out, number))
}

/// Acknowledges an envelope with a warning.
#[must_use]
pub fn advanced_acknowledge_envelope_receipt(number: &str, warning: &str) -> Vec<u8> {
    request(Operation::AdvancedAcknowledgeEnvelopeReceipt, |out| {
        push_number(out, number);
        push_element(out, "e:warningMessage", warning);
    })
}

/// Tells that an envelope could not be read.
#[must_use]
pub fn acknowledge_failed_envelope_receipt(number: &str, message: &str) -> Vec<u8> {
    request(Operation::AcknowledgeFailedEnvelopeReceipt, |out| {
        push_number(out, number);
        push_element(out, "e:message", message);
    })
}

/// Tells the state of an envelope.
#[must_use]
pub fn set_tracking_info_update(header: &EnvelopeHeader) -> Vec<u8> {
    request(Operation::SetTrackingInfoUpdate, |out| {
        push_start(out, "e:header");
        push_header(out, header);
        push_end(out, "e:header");
    })
}

/// Lists the connections.
#[must_use]
pub fn get_active_nppos() -> Vec<u8> {
    request(Operation::GetActiveNppos, |_| {})
}

/// Reads the caller's own profile.
#[must_use]
pub fn get_profile() -> Vec<u8> {
    request(Operation::GetProfile, |_| {})
}

/// Lists the channels.
#[must_use]
pub fn get_available_channels() -> Vec<u8> {
    request(Operation::GetAvailableChannels, |_| {})
}

/// Validates a certificate, which is written escaped.
#[must_use]
pub fn validate_phyto_xml(certificate: &str) -> Vec<u8> {
    request(Operation::ValidatePhytoXml, |out| push_element(out, "e:ePhytoXML", certificate))
}

/// Validates a certificate, which is written escaped, and delivers its envelope.
#[must_use]
pub fn validate_and_deliver_envelope(header: &EnvelopeHeader, content: &str) -> Vec<u8> {
    request(Operation::ValidateAndDeliverEnvelope, |out| {
        push_start(out, "e:envelope");
        push_header(out, header);
        push_element(out, "h:Content", content);
        push_end(out, "e:envelope");
    })
}

/// Delivers a certificate as an element of the message: `certificate` must be a well-formed
/// document in UTF-8 without a document type declaration.
#[must_use]
pub fn deliver_phyto_envelope(header: &EnvelopeHeader, certificate: &str) -> Vec<u8> {
    request(Operation::DeliverPhytoEnvelope, |out| {
        push_typed(out, "e:ePhytoEnvelope", header, certificate);
    })
}

/// Delivers an answer to a certificate as an element of the message: `acknowledgement` must be a
/// well-formed document in UTF-8 without a document type declaration.
#[must_use]
pub fn deliver_country_response_envelope(
    header: &EnvelopeHeader,
    acknowledgement: &str,
) -> Vec<u8> {
    request(Operation::DeliverCountryResponseEnvelope, |out| {
        push_typed(out, "e:CountryResponseEnvelope", header, acknowledgement);
    })
}

/// Reads a code list.
#[must_use]
pub fn code_list(list: CodeListOperation) -> Vec<u8> {
    request(list.operation(), |_| {})
}

fn push_typed(out: &mut String, wrapper: &str, header: &EnvelopeHeader, document: &str) {
    push_start(out, wrapper);
    push_header(out, header);
    out.push_str(without_declaration(document));
    push_end(out, wrapper);
}

/// A document as it may stand inside another: without byte order mark and XML declaration.
fn without_declaration(document: &str) -> &str {
    let document = document.strip_prefix('\u{feff}').unwrap_or(document);
    let blank = |rest: &&str| rest.starts_with([' ', '\t', '\r', '\n']);
    let declared = document.strip_prefix("<?xml").filter(blank);
    let after = declared.and_then(|rest| rest.split_once("?>"));
    after.map_or(document, |(_, rest)| rest)
}

fn request(operation: Operation, parameters: impl FnOnce(&mut String)) -> Vec<u8> {
    let (soap, eph, hub) = (Space::SOAP11, Space::EPH, Space::HUB);
    let mut out = String::with_capacity(1024);
    push_display(
        &mut out,
        format_args!(
            "<s:Envelope xmlns:s=\"{soap}\" xmlns:e=\"{eph}\" xmlns:h=\"{hub}\"><s:Body><e:{operation}>"
        ),
    );
    parameters(&mut out);
    push_display(&mut out, format_args!("</e:{operation}></s:Body></s:Envelope>"));
    out.into_bytes()
}

fn push_number(out: &mut String, number: &str) {
    push_element(out, "e:hubTrackingNumber", number);
}

fn push_header(out: &mut String, header: &EnvelopeHeader) {
    push_element(out, "h:From", &header.from);
    push_element(out, "h:To", &header.to);
    push_element(out, "h:CertificateType", &header.certificate_type.to_string());
    push_element(out, "h:CertificateStatus", &header.certificate_status.to_string());
    push_element(out, "h:NPPOCertificateNumber", &header.nppo_certificate_number);
    if let Some(number) = &header.hub_delivery_number {
        push_element(out, "h:hubDeliveryNumber", number);
    }
    if let Some(info) = header.tracking_info {
        push_element(out, "h:HUBTrackingInfo", info.as_str());
    }
    if let Some(message) = &header.error_message {
        push_element(out, "h:hubDeliveryErrorMessage", message);
    }
    if header.forwardings.is_empty() {
        return;
    }
    push_start(out, "h:Forwardings");
    for forwarding in &header.forwardings {
        push_start(out, "h:EnvelopeForwarding");
        push_element(out, "h:Code", &forwarding.code);
        if let Some(number) = &forwarding.hub_delivery_number {
            push_element(out, "h:HubDeliveryNumber", number);
        }
        push_end(out, "h:EnvelopeForwarding");
    }
    push_end(out, "h:Forwardings");
}

const CONTENT_END: &[u8] = b"</h:Content>";
