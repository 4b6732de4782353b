//! What the hub answers: text of ours, with the places where stored contents are spliced in.
//!
//! Three prefixes, declared on the root; never a default namespace, which would catch the
//! children that have none, and never `xsi:type`, whose names older stubs spell otherwise.

mod code_lists;
mod lists;

use bytes::Bytes;
use phytohub_domain::EnvelopeHeader;

pub use code_lists::code_list;
pub use lists::{get_active_nppos, get_available_channels, get_profile};

use super::write::{push_display, push_element, push_end, push_start};
use super::{FaultCode, ValidationResult};
use crate::xml::Space;

/// One piece of a reply.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "callers must write every piece")]
pub enum Part {
    /// Bytes of ours.
    Text(Bytes),
    /// The raw bytes of a stored content: its place in the list of envelopes that was given.
    Content(usize),
}

/// A reply, whose parts are to be written one after the other, in UTF-8.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Reply {
    parts: Vec<Part>,
}

impl Reply {
    /// The parts in order.
    #[must_use]
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// The parts in order.
    #[must_use]
    pub fn into_parts(self) -> Vec<Part> {
        self.parts
    }

    /// The whole reply, with these contents in their places; one that is not given is empty.
    #[must_use]
    pub fn splice(&self, contents: &[&[u8]]) -> Vec<u8> {
        let contents_len: usize = contents.iter().map(|content| content.len()).sum();
        let mut whole = Vec::with_capacity(self.text_len() + contents_len);
        for part in &self.parts {
            whole.extend_from_slice(match part {
                Part::Text(text) => text,
                Part::Content(index) => contents.get(*index).copied().unwrap_or_default(),
            });
        }
        whole
    }

    /// Bytes of all parts of ours: the reply's length less that of the contents.
    #[must_use]
    pub fn text_len(&self) -> usize {
        let texts = self.parts.iter().map(|part| match part {
            Part::Text(text) => text.len(),
            Part::Content(_) => 0,
        });
        texts.sum()
    }
}

/// A fault: `faultstring` for those who read that, `HubWebException` for those who map that.
#[must_use]
pub fn fault(code: FaultCode, message: &str) -> Reply {
    let message = if message.is_empty() { "the hub gave no reason" } else { message };
    let mut writer = Writer::new();
    writer.start("soap:Fault");
    writer.element("faultcode", &format!("soap:{}", code.as_str()));
    writer.element("faultstring", message);
    writer.start("detail");
    writer.start("ns2:HubWebException");
    writer.element("ns2:message", message);
    writer.end("ns2:HubWebException");
    writer.end("detail");
    writer.end("soap:Fault");
    writer.finish()
}

/// `DeliverEnvelopeResponse`.
#[must_use]
pub fn deliver_envelope(header: &EnvelopeHeader) -> Reply {
    one_header("ns2:DeliverEnvelopeResponse", "ns2:DeliverEnvelopeResult", header)
}

/// `ValidateAndDeliverEnvelopeResponse`.
#[must_use]
pub fn validate_and_deliver_envelope(header: &EnvelopeHeader) -> Reply {
    one_header(
        "ns2:ValidateAndDeliverEnvelopeResponse",
        "ns2:ValidateAndDeliverEnvelopeResult",
        header,
    )
}

/// `DeliverPhytoEnvelopeResponse`.
#[must_use]
pub fn deliver_phyto_envelope(header: &EnvelopeHeader) -> Reply {
    one_header("ns2:DeliverPhytoEnvelopeResponse", "ns2:DeliverPhytoEnvelopeResult", header)
}

/// `DeliverCountryResponseEnvelopeResponse`.
#[must_use]
pub fn deliver_country_response_envelope(header: &EnvelopeHeader) -> Reply {
    one_header(
        "ns2:DeliverCountryResponseEnvelopeResponse",
        "ns2:DeliverCountryResponseEnvelopeResult",
        header,
    )
}

/// `ValidatePhytoXMLResponse`; without results it says that nothing was found.
#[must_use]
pub fn validate_phyto_xml(results: &[ValidationResult]) -> Reply {
    let mut writer = Writer::new();
    writer.start("ns2:ValidatePhytoXMLResponse");
    for result in results {
        writer.start("ns2:ValidationResult");
        writer.element("area", result.area.as_str());
        writer.element("field", &result.field);
        writer.element("level", result.level.as_str());
        writer.element("msg", &result.msg);
        writer.end("ns2:ValidationResult");
    }
    writer.end("ns2:ValidatePhytoXMLResponse");
    writer.finish()
}

/// `GetEnvelopeTrackingInfoResponse`.
#[must_use]
pub fn get_envelope_tracking_info(header: &EnvelopeHeader) -> Reply {
    one_header("ns2:GetEnvelopeTrackingInfoResponse", "ns2:GetEnvelopeTrackingInfoResult", header)
}

/// `GetUnderDeliveryEnvelopeResponse`; the wrapper is there even without headers.
#[must_use]
pub fn get_under_delivery_envelope(headers: &[EnvelopeHeader]) -> Reply {
    header_list(
        "ns2:GetUnderDeliveryEnvelopeResponse",
        "ns2:GetUnderDeliveryEnvelopeResult",
        headers,
    )
}

/// `GetImportEnvelopeHeadersResponse`; the wrapper is there even without headers.
#[must_use]
pub fn get_import_envelope_headers(headers: &[EnvelopeHeader]) -> Reply {
    header_list(
        "ns2:GetImportEnvelopeHeadersResponse",
        "ns2:GetImportEnvelopeHeadersResult",
        headers,
    )
}

/// `PULLImportEnvelopeResponse`; each header is followed by the place of its content.
#[must_use]
pub fn pull_import_envelope(headers: &[EnvelopeHeader]) -> Reply {
    let mut writer = Writer::new();
    writer.start("ns2:PULLImportEnvelopeResponse");
    // Plural in the WSDL, unlike the operation.
    writer.start("ns2:PULLImportEnvelopesResult");
    for (index, header) in headers.iter().enumerate() {
        writer.start("ns3:Envelope");
        writer.envelope(header, index);
        writer.end("ns3:Envelope");
    }
    writer.end("ns2:PULLImportEnvelopesResult");
    writer.end("ns2:PULLImportEnvelopeResponse");
    writer.finish()
}

/// `PULLSingleImportEnvelopeResponse`, with one content.
#[must_use]
pub fn pull_single_import_envelope(header: &EnvelopeHeader) -> Reply {
    let mut writer = Writer::new();
    writer.start("ns2:PULLSingleImportEnvelopeResponse");
    writer.start("ns2:PULLSingleImportEnvelopeResult");
    writer.envelope(header, 0);
    writer.end("ns2:PULLSingleImportEnvelopeResult");
    writer.end("ns2:PULLSingleImportEnvelopeResponse");
    writer.finish()
}

/// `AcknowledgeEnvelopeReceiptResponse`, which says nothing.
#[must_use]
pub fn acknowledge_envelope_receipt() -> Reply {
    empty("ns2:AcknowledgeEnvelopeReceiptResponse")
}

/// `AdvancedAcknowledgeEnvelopeReceiptResponse`.
#[must_use]
pub fn advanced_acknowledge_envelope_receipt(text: &str) -> Reply {
    returned("ns2:AdvancedAcknowledgeEnvelopeReceiptResponse", text)
}

/// `AcknowledgeFailedEnvelopeReceiptResponse`.
#[must_use]
pub fn acknowledge_failed_envelope_receipt(text: &str) -> Reply {
    returned("ns2:AcknowledgeFailedEnvelopeReceiptResponse", text)
}

/// `SetTrackingInfoUpdateResponse`, which says nothing.
#[must_use]
pub fn set_tracking_info_update() -> Reply {
    empty("ns2:SetTrackingInfoUpdateResponse")
}

fn one_header(response: &str, result: &str, header: &EnvelopeHeader) -> Reply {
    let mut writer = Writer::new();
    writer.start(response);
    writer.start(result);
    writer.header(header);
    writer.end(result);
    writer.end(response);
    writer.finish()
}

fn header_list(response: &str, result: &str, headers: &[EnvelopeHeader]) -> Reply {
    let mut writer = Writer::new();
    writer.start(response);
    writer.start(result);
    for header in headers {
        writer.start("ns3:EnvelopeHeader");
        writer.header(header);
        writer.end("ns3:EnvelopeHeader");
    }
    writer.end(result);
    writer.end(response);
    writer.finish()
}

fn returned(response: &str, text: &str) -> Reply {
    let mut writer = Writer::new();
    writer.start(response);
    writer.element("ns2:return", text);
    writer.end(response);
    writer.finish()
}

fn empty(response: &str) -> Reply {
    let mut writer = Writer::new();
    writer.start(response);
    writer.end(response);
    writer.finish()
}

/// A reply in the making: the envelope around it is written when it begins and ends.
struct Writer {
    parts: Vec<Part>,
    text: String,
}

impl Writer {
    fn new() -> Self {
        let mut text = String::with_capacity(1024);
        text.push_str("<?xml version=\"1.0\" encoding=\"UTF-8\"?>");
        for (before, uri) in [
            ("<soap:Envelope xmlns:soap=\"", Space::SOAP11),
            ("\" xmlns:ns2=\"", Space::EPH),
            ("\" xmlns:ns3=\"", Space::HUB),
        ] {
            text.push_str(before);
            text.push_str(uri);
        }
        text.push_str("\"><soap:Body>");
        Self { parts: Vec::new(), text }
    }

    fn finish(mut self) -> Reply {
        self.text.push_str("</soap:Body></soap:Envelope>");
        self.parts.push(Part::Text(Bytes::from(self.text)));
        Reply { parts: self.parts }
    }

    fn start(&mut self, name: &str) {
        push_start(&mut self.text, name);
    }

    fn end(&mut self, name: &str) {
        push_end(&mut self.text, name);
    }

    fn element(&mut self, name: &str, text: &str) {
        push_element(&mut self.text, name, text);
    }

    fn number(&mut self, name: &str, value: i32) {
        self.start(name);
        push_display(&mut self.text, value);
        self.end(name);
    }

    /// The fields of a header, in the order of the WSDL's sequence.
    fn header(&mut self, header: &EnvelopeHeader) {
        self.element("ns3:From", &header.from);
        self.element("ns3:To", &header.to);
        self.number("ns3:CertificateType", header.certificate_type);
        self.number("ns3:CertificateStatus", header.certificate_status);
        self.element("ns3:NPPOCertificateNumber", &header.nppo_certificate_number);
        if let Some(number) = &header.hub_delivery_number {
            self.element("ns3:hubDeliveryNumber", number);
        }
        if let Some(info) = header.tracking_info {
            self.element("ns3:HUBTrackingInfo", info.as_str());
        }
        if let Some(message) = &header.error_message {
            self.element("ns3:hubDeliveryErrorMessage", message);
        }
        if header.forwardings.is_empty() {
            return;
        }
        self.start("ns3:Forwardings");
        for forwarding in &header.forwardings {
            self.start("ns3:EnvelopeForwarding");
            self.element("ns3:Code", &forwarding.code);
            if let Some(number) = &forwarding.hub_delivery_number {
                // A capital letter here, unlike in the header.
                self.element("ns3:HubDeliveryNumber", number);
            }
            self.end("ns3:EnvelopeForwarding");
        }
        self.end("ns3:Forwardings");
    }

    fn envelope(&mut self, header: &EnvelopeHeader, index: usize) {
        self.header(header);
        self.start("ns3:Content");
        self.parts.push(Part::Text(Bytes::from(std::mem::take(&mut self.text))));
        self.parts.push(Part::Content(index));
        self.end("ns3:Content");
    }
}
