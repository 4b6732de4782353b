//! What the hub answered.

use phytohub_domain::{EnvelopeForwarding, EnvelopeHeader};
use thiserror::Error;

use super::super::{
    AllowedDocumentRow, Channel, ChannelRule, ChannelRuleType, Direction, Nppo, ReadError,
    Signature, ValidationArea, ValidationLevel, ValidationResult,
};
use super::codes::{self, ClientCodeList};
use super::tree::{self, Tree};
use crate::xml::Space;

/// A reply, read.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum ClientReply {
    /// An acknowledgement was taken, with the text that came back.
    Acknowledged(String),
    /// `GetAvailableChannels`.
    Channels(Vec<Channel>),
    /// One of the ten operations that read a code list.
    CodeList(ClientCodeList),
    /// `PULLSingleImportEnvelope`.
    Envelope(ClientEnvelope),
    /// `PULLImportEnvelope`.
    Envelopes(Vec<ClientEnvelope>),
    /// A fault.
    Fault {
        /// `faultcode`, as written.
        code: String,
        /// The message of `HubWebException`, else `faultstring`.
        message: String,
    },
    /// `DeliverEnvelope`, `ValidateAndDeliverEnvelope`, `DeliverPhytoEnvelope`,
    /// `DeliverCountryResponseEnvelope`, `GetEnvelopeTrackingInfo`.
    Header(EnvelopeHeader),
    /// `GetImportEnvelopeHeaders`, `GetUnderDeliveryEnvelope`.
    Headers(Vec<EnvelopeHeader>),
    /// `GetActiveNppos`.
    Nppos(Vec<Nppo>),
    /// `GetProfile`.
    Profile(Nppo),
    /// `DeliverEnvelope`, by a partner's service that has nothing to tell.
    Taken,
    /// `ValidatePhytoXML`.
    ValidationResults(Vec<ValidationResult>),
}

/// An envelope that was pulled.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "the WSDL's Envelope has these two parts")]
pub struct ClientEnvelope {
    /// Its outside.
    pub header: EnvelopeHeader,
    /// Its inside, decoded.
    pub content: String,
}

/// Why a reply cannot be read.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum ReplyError {
    /// Not XML.
    #[error("the reply is no XML")]
    Xml(#[from] ReadError),
    /// No reply of the hub, or a reply that lacks something.
    #[error("not a reply of the hub: {what}")]
    Unexpected {
        /// What is missing or wrong.
        what: &'static str,
    },
}

/// Reads a reply of any operation, told apart by the body's first element.
///
/// # Errors
/// When the reply is no XML, or not of the form that the WSDL gives it.
pub fn read_reply(body: &[u8]) -> Result<ClientReply, ReplyError> {
    let root = tree::read(body)?.ok_or(missing("a root element"))?;
    if (root.space, root.local.as_str()) != (Space::Soap11, "Envelope") {
        return Err(missing("soap:Envelope"));
    }
    let body = root.child(Space::Soap11, "Body").ok_or(missing("soap:Body"))?;
    let response = body.children.first().ok_or(missing("something in the body"))?;
    if (response.space, response.local.as_str()) == (Space::Soap11, "Fault") {
        return Ok(fault(response));
    }
    if response.space != Space::Eph {
        return Err(missing("an element of the hub in the body"));
    }
    operation_reply(response)
}

fn operation_reply(response: &Tree) -> Result<ClientReply, ReplyError> {
    let result = |name| response.child(Space::Eph, name).ok_or_else(|| missing(name));

    Ok(match response.local.as_str() {
        "DeliverEnvelopeResponse" => match result("DeliverEnvelopeResult").map(told_header) {
            Ok(Some(header)) => ClientReply::Header(header),
            Ok(None) | Err(_) => ClientReply::Taken,
        },
        "ValidateAndDeliverEnvelopeResponse" => {
            ClientReply::Header(header(result("ValidateAndDeliverEnvelopeResult")?)?)
        }
        "DeliverPhytoEnvelopeResponse" => {
            ClientReply::Header(header(result("DeliverPhytoEnvelopeResult")?)?)
        }
        "DeliverCountryResponseEnvelopeResponse" => {
            ClientReply::Header(header(result("DeliverCountryResponseEnvelopeResult")?)?)
        }
        "ValidatePhytoXMLResponse" => {
            let results = response.children_named(Space::Eph, "ValidationResult");
            let results = results.map(validation_result).collect::<Result<_, _>>()?;
            ClientReply::ValidationResults(results)
        }
        "GetEnvelopeTrackingInfoResponse" => {
            ClientReply::Header(header(result("GetEnvelopeTrackingInfoResult")?)?)
        }
        "GetUnderDeliveryEnvelopeResponse" => {
            ClientReply::Headers(headers(result("GetUnderDeliveryEnvelopeResult")?)?)
        }
        "GetImportEnvelopeHeadersResponse" => {
            ClientReply::Headers(headers(result("GetImportEnvelopeHeadersResult")?)?)
        }
        "PULLImportEnvelopeResponse" => {
            let list = result("PULLImportEnvelopesResult")?;
            let envelopes = list.children_named(Space::Hub, "Envelope").map(envelope);
            ClientReply::Envelopes(envelopes.collect::<Result<_, _>>()?)
        }
        "PULLSingleImportEnvelopeResponse" => {
            ClientReply::Envelope(envelope(result("PULLSingleImportEnvelopeResult")?)?)
        }
        "AcknowledgeEnvelopeReceiptResponse"
        | "AdvancedAcknowledgeEnvelopeReceiptResponse"
        | "AcknowledgeFailedEnvelopeReceiptResponse"
        | "SetTrackingInfoUpdateResponse" => {
            let text = response.text_of(Space::Eph, "return").unwrap_or_default();
            ClientReply::Acknowledged(text.to_owned())
        }
        "GetActiveNpposResponse" => {
            let list = result("GetActiveNpposResult")?;
            let nppos = list.children_named(Space::Hub, "Nppo").map(nppo);
            ClientReply::Nppos(nppos.collect::<Result<_, _>>()?)
        }
        "GetProfileResponse" => ClientReply::Profile(nppo(result("GetProfileResult")?)?),
        "GetAvailableChannelsResponse" => {
            let list = result("GetAvailableChannelsResult")?;
            ClientReply::Channels(list.children_named(Space::Hub, "Channel").map(channel).collect())
        }
        _ => match codes::read(response) {
            Some(list) => ClientReply::CodeList(list),
            None => return Err(missing("a response that this client knows")),
        },
    })
}

fn headers(list: &Tree) -> Result<Vec<EnvelopeHeader>, ReplyError> {
    list.children_named(Space::Hub, "EnvelopeHeader").map(header).collect()
}

fn fault(fault: &Tree) -> ClientReply {
    let text = |name| fault.text_of(Space::None, name).unwrap_or_default().to_owned();
    let message = fault
        .child(Space::None, "detail")
        .and_then(|detail| detail.child(Space::Eph, "HubWebException"))
        .and_then(|exception| exception.text_of(Space::Eph, "message"));
    let message = message.map_or_else(|| text("faultstring"), str::to_owned);
    ClientReply::Fault { code: text("faultcode"), message }
}

fn header(tree: &Tree) -> Result<EnvelopeHeader, ReplyError> {
    let text = |name| tree.text_of(Space::Hub, name).map(str::to_owned);
    let info = tree.text_of(Space::Hub, "HUBTrackingInfo").filter(|info| !info.is_empty());
    let forwardings = tree.child(Space::Hub, "Forwardings").map(|list| {
        let rows = list.children_named(Space::Hub, "EnvelopeForwarding");
        rows.map(|row| EnvelopeForwarding {
            code: row.text_of(Space::Hub, "Code").unwrap_or_default().to_owned(),
            hub_delivery_number: row.text_of(Space::Hub, "HubDeliveryNumber").map(str::to_owned),
        })
        .collect()
    });
    Ok(EnvelopeHeader {
        from: text("From").ok_or(missing("From"))?,
        to: text("To").ok_or(missing("To"))?,
        certificate_type: number(tree.text_of(Space::Hub, "CertificateType"))?,
        certificate_status: number(tree.text_of(Space::Hub, "CertificateStatus"))?,
        nppo_certificate_number: text("NPPOCertificateNumber")
            .ok_or(missing("NPPOCertificateNumber"))?,
        hub_delivery_number: text("hubDeliveryNumber"),
        tracking_info: info.map(str::parse).transpose().map_err(|_| missing("HUBTrackingInfo"))?,
        error_message: text("hubDeliveryErrorMessage"),
        forwardings: forwardings.unwrap_or_default(),
    })
}

/// The header of a result that the hub itself does not write: partners leave out what they know
/// that we know. Nothing if it tells nothing.
fn told_header(tree: &Tree) -> Option<EnvelopeHeader> {
    if tree.children.is_empty() {
        return None;
    }
    let text = |name| tree.text_of(Space::Hub, name).map(str::to_owned);
    let code = |name| number(tree.text_of(Space::Hub, name)).unwrap_or_default();
    let whole = header(tree).ok();
    Some(whole.unwrap_or_else(|| EnvelopeHeader {
        from: text("From").unwrap_or_default(),
        to: text("To").unwrap_or_default(),
        certificate_type: code("CertificateType"),
        certificate_status: code("CertificateStatus"),
        nppo_certificate_number: text("NPPOCertificateNumber").unwrap_or_default(),
        hub_delivery_number: text("hubDeliveryNumber"),
        tracking_info: text("HUBTrackingInfo").and_then(|info| info.parse().ok()),
        error_message: text("hubDeliveryErrorMessage"),
        forwardings: Vec::new(),
    }))
}

fn envelope(tree: &Tree) -> Result<ClientEnvelope, ReplyError> {
    let content = tree.text_of(Space::Hub, "Content").unwrap_or_default().to_owned();
    Ok(ClientEnvelope { header: header(tree)?, content })
}

fn nppo(tree: &Tree) -> Result<Nppo, ReplyError> {
    let text = |name| tree.text_of(Space::Hub, name).unwrap_or_default();
    let documents = tree.children_named(Space::Hub, "AllowedDocument").map(allowed_document);
    let rules = tree.child(Space::Hub, "ChannelRules");
    let rules = rules.iter().flat_map(|list| list.children_named(Space::Hub, "ChannelRule"));
    Ok(Nppo {
        country: text("Country").to_owned(),
        receive: text("Receive") == "True",
        send: text("Send") == "True",
        allowed_documents: documents.collect::<Result<_, _>>()?,
        signature: tree.child(Space::Hub, "Signature").map(|signature| Signature {
            dn: signature.text_of(Space::None, "dn").unwrap_or_default().to_owned(),
            certificate: signature
                .text_of(Space::None, "certificate")
                .unwrap_or_default()
                .to_owned(),
        }),
        channel_rules: rules.map(channel_rule).collect::<Result<_, _>>()?,
    })
}

fn allowed_document(tree: &Tree) -> Result<AllowedDocumentRow, ReplyError> {
    let part = |name| tree.child(Space::None, name).ok_or_else(|| missing(name));
    let (kind, status) = (part("certificateType")?, part("certificateStatus")?);
    let value = |part: &Tree| part.attribute("value").unwrap_or_default().to_owned();
    Ok(AllowedDocumentRow {
        certificate_type: number(kind.attribute("number"))?,
        type_value: value(kind),
        certificate_status: number(status.attribute("number"))?,
        status_value: value(status),
        active: tree.attribute("active") == Some("true"),
    })
}

fn channel_rule(tree: &Tree) -> Result<ChannelRule, ReplyError> {
    let rule_type = match tree.attribute("ruleType") {
        Some("FORWARD") => ChannelRuleType::Forward,
        Some("DELEGATE") => ChannelRuleType::Delegate,
        _ => return Err(missing("ruleType")),
    };
    let direction = match tree.attribute("direction") {
        Some("OUT") => Direction::Out,
        Some("INC") => Direction::Inc,
        _ => return Err(missing("direction")),
    };
    Ok(ChannelRule {
        id: number(tree.attribute("id"))?,
        active: tree.attribute("active") == Some("true"),
        rule_type,
        certificate_type: number(tree.attribute("certificateType"))?,
        certificate_status: number(tree.attribute("certificateStatus"))?,
        country_code: tree.attribute("countryCode").unwrap_or_default().to_owned(),
        direction,
    })
}

fn validation_result(tree: &Tree) -> Result<ValidationResult, ReplyError> {
    let text = |name| tree.text_of(Space::None, name).unwrap_or_default();
    let area = ValidationArea::ALL.into_iter().find(|area| area.as_str() == text("area").trim());
    let level =
        ValidationLevel::ALL.into_iter().find(|level| level.as_str() == text("level").trim());
    Ok(ValidationResult {
        area: area.ok_or(missing("area"))?,
        field: text("field").to_owned(),
        level: level.ok_or(missing("level"))?,
        msg: text("msg").to_owned(),
    })
}

fn channel(tree: &Tree) -> Channel {
    Channel {
        code: tree.text_of(Space::Hub, "Code").unwrap_or_default().to_owned(),
        name: tree.text_of(Space::Hub, "Name").unwrap_or_default().to_owned(),
        receive: tree.attribute("Receive") == Some("true"),
        send: tree.attribute("Send") == Some("true"),
    }
}

fn number(text: Option<&str>) -> Result<i32, ReplyError> {
    text.and_then(|text| text.trim().parse().ok()).ok_or(missing("a number"))
}

pub(super) const fn missing(what: &'static str) -> ReplyError {
    ReplyError::Unexpected { what }
}
