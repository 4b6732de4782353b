//! A slow, plain reader on another XML library: what the fast one must agree with.

use std::collections::BTreeMap;

use bytes::Bytes;
use phytohub_domain::Limits;
use phytohub_wire::soap::{self, Content, Header, IntField, ReadError, Request, Text};
use quick_xml::NsReader;
use quick_xml::events::{BytesStart, Event};
use quick_xml::name::{QName, ResolveResult};

const SOAP: &str = "http://schemas.xmlsoap.org/soap/envelope/";
const EPH: &str = "http://ephyto.ippc.int/";
const HUB: &str = "http://ephyto.ippc.int/HUB.Entities";
/// Where header fields may be.
const FIELD: &[&str] = &[HUB, "", EPH];

/// What a request comes to: its operation, and every text that is not empty, by name.
#[derive(Debug, Default, Eq, PartialEq)]
pub(crate) struct Model {
    pub(crate) operation: String,
    texts: BTreeMap<&'static str, String>,
    channels: Vec<String>,
    /// A document that is typed in the request.
    document: Option<Tree>,
}

impl Model {
    fn put(&mut self, name: &'static str, text: impl Into<String>) {
        let text = text.into();
        if !text.is_empty() {
            self.texts.insert(name, text);
        }
    }

    fn put_int(&mut self, name: &'static str, text: &str) {
        let digits = text.trim_matches([' ', '\t', '\n', '\r']);
        let value = digits.parse::<i32>().map(|value| value.to_string());
        let text = if digits.is_empty() { String::new() } else { text.to_owned() };
        self.put(name, value.unwrap_or(text));
    }
}

/// What the fast reader makes of a request.
pub(crate) fn fast(body: &[u8]) -> Result<Model, ReadError> {
    let body = Bytes::copy_from_slice(body);
    let request = soap::read_request(body, None, &Limits::default())?;
    let operation = request.operation().as_str().to_owned();
    let mut model = Model { operation, ..Model::default() };
    let text = |text: &Text| text.decode().into_owned();
    match &request {
        Request::DeliverEnvelope(envelope) | Request::ValidateAndDeliverEnvelope(envelope) => {
            put_header(&mut model, &envelope.header);
            model.put("Content", decoded(&envelope.content));
        }
        Request::SetTrackingInfoUpdate(header) => put_header(&mut model, header),
        Request::DeliverPhytoEnvelope(envelope)
        | Request::DeliverCountryResponseEnvelope(envelope) => {
            put_header(&mut model, &envelope.header);
            model.document = envelope.document.as_ref().map(|document| {
                let alone = String::from_utf8(document.to_document()).expect("UTF-8");
                tree(&alone).expect("a document that stands alone")
            });
        }
        Request::ValidatePhytoXml { e_phyto_xml } => model.put("ePhytoXML", decoded(e_phyto_xml)),
        Request::GetEnvelopeTrackingInfo { hub_tracking_number }
        | Request::PullSingleImportEnvelope { hub_tracking_number }
        | Request::AcknowledgeEnvelopeReceipt { hub_tracking_number } => {
            model.put("hubTrackingNumber", text(hub_tracking_number));
        }
        Request::AdvancedAcknowledgeEnvelopeReceipt { hub_tracking_number, warning_message } => {
            model.put("hubTrackingNumber", text(hub_tracking_number));
            model.put("warningMessage", text(warning_message));
        }
        Request::AcknowledgeFailedEnvelopeReceipt { hub_tracking_number, message } => {
            model.put("hubTrackingNumber", text(hub_tracking_number));
            model.put("message", text(message));
        }
        Request::GetImportEnvelopeHeaders { country_code } => {
            model.put("countryCode", country_code.as_ref().map(text).unwrap_or_default());
        }
        _ => {}
    }
    Ok(model)
}

fn put_header(model: &mut Model, header: &Header) {
    let int = |field: &IntField| match field {
        IntField::Value(value) => value.to_string(),
        IntField::Missing => String::new(),
        IntField::Invalid(text) => text.decode().into_owned(),
    };
    model.put("From", header.from.decode());
    model.put("To", header.to.decode());
    model.put("CertificateType", int(&header.certificate_type));
    model.put("CertificateStatus", int(&header.certificate_status));
    model.put("NPPOCertificateNumber", header.nppo_certificate_number.decode());
    model.put("hubDeliveryNumber", header.hub_delivery_number.decode());
    model.put("HUBTrackingInfo", header.hub_tracking_info.decode());
    model.put("hubDeliveryErrorMessage", header.hub_delivery_error_message.decode());
    let codes = header.forwardings.codes().iter();
    model.channels = codes.map(|code| code.decode().into_owned()).collect();
}

fn decoded(content: &Content) -> String {
    let mut decoded = Vec::new();
    content.decode(&mut |piece| decoded.extend_from_slice(piece));
    String::from_utf8(decoded).expect("accepted content is UTF-8")
}

/// What the slow reader makes of a request; nothing if it cannot be understood.
pub(crate) fn slow(body: &str) -> Option<Model> {
    let root = tree(body)?;
    if (root.space.as_str(), root.local.as_str()) != (SOAP, "Envelope") {
        return None;
    }
    let body = root.only(&[SOAP], "Body")?;
    let [operation] = body.children.as_slice() else { return None };
    let mut model = Model { operation: operation.local.clone(), ..Model::default() };
    let parameter = |name| operation.only(&[EPH, ""], name).map(|child| child.text.clone());
    match (operation.space.as_str(), operation.local.as_str()) {
        (EPH, "DeliverEnvelope") => {
            let envelope = operation.only(&[EPH, ""], "env")?;
            put_slow_header(&mut model, envelope);
            model.put("Content", envelope.text_of("Content"));
        }
        (EPH, "ValidateAndDeliverEnvelope") => {
            let envelope = operation.only(&[EPH, ""], "envelope")?;
            put_slow_header(&mut model, envelope);
            model.put("Content", envelope.text_of("Content"));
        }
        (EPH, "DeliverPhytoEnvelope") => {
            put_typed(&mut model, operation.only(&[EPH, ""], "ePhytoEnvelope")?, "SPSCertificate");
        }
        (EPH, "DeliverCountryResponseEnvelope") => {
            let envelope = operation.only(&[EPH, ""], "CountryResponseEnvelope")?;
            put_typed(&mut model, envelope, "SPSAcknowledgement");
        }
        (EPH, "ValidatePhytoXML") => model.put("ePhytoXML", parameter("ePhytoXML")?),
        (EPH, "SetTrackingInfoUpdate") => {
            put_slow_header(&mut model, operation.only(&[EPH, ""], "header")?);
        }
        (
            EPH,
            "GetEnvelopeTrackingInfo" | "PULLSingleImportEnvelope" | "AcknowledgeEnvelopeReceipt",
        ) => model.put("hubTrackingNumber", parameter("hubTrackingNumber")?),
        (EPH, "AdvancedAcknowledgeEnvelopeReceipt") => {
            model.put("hubTrackingNumber", parameter("hubTrackingNumber")?);
            model.put("warningMessage", parameter("warningMessage").unwrap_or_default());
        }
        (EPH, "AcknowledgeFailedEnvelopeReceipt") => {
            model.put("hubTrackingNumber", parameter("hubTrackingNumber")?);
            model.put("message", parameter("message").unwrap_or_default());
        }
        (EPH, "GetImportEnvelopeHeaders") => {
            model.put("countryCode", parameter("countryCode").unwrap_or_default());
        }
        (EPH, name) => {
            name.parse::<soap::Operation>().ok()?;
        }
        _ => return None,
    }
    Some(model)
}

fn put_typed(model: &mut Model, envelope: &Tree, document: &str) {
    put_slow_header(model, envelope);
    model.document = envelope.children.iter().find(|child| child.local == document).cloned();
}

fn put_slow_header(model: &mut Model, header: &Tree) {
    for name in ["From", "To", "NPPOCertificateNumber", "hubDeliveryNumber", "HUBTrackingInfo"] {
        model.put(name, header.text_of(name));
    }
    model.put("hubDeliveryErrorMessage", header.text_of("hubDeliveryErrorMessage"));
    model.put_int("CertificateType", &header.text_of("CertificateType"));
    model.put_int("CertificateStatus", &header.text_of("CertificateStatus"));
    let list = header.only(FIELD, "Forwardings");
    let rows = list.iter().flat_map(|list| list.children.iter());
    let codes = rows
        .filter(|row| row.is(FIELD, "EnvelopeForwarding"))
        .map(|row| row.text_of("Code"))
        .filter(|code| !code.is_empty());
    model.channels = codes.collect();
}

#[derive(Clone, Debug, Default, Eq, PartialEq)]
struct Tree {
    space: String,
    local: String,
    /// Namespaces and names, without namespace declarations.
    attributes: Vec<(String, String)>,
    children: Vec<Self>,
    text: String,
}

impl Tree {
    fn is(&self, spaces: &[&str], local: &str) -> bool {
        spaces.contains(&self.space.as_str()) && self.local == local
    }

    fn only(&self, spaces: &[&str], local: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.is(spaces, local))
    }

    fn text_of(&self, local: &str) -> String {
        self.only(FIELD, local).map(|child| child.text.clone()).unwrap_or_default()
    }
}

fn tree(body: &str) -> Option<Tree> {
    let mut reader = NsReader::from_str(body);
    reader.config_mut().check_comments = true;
    let mut open = vec![Tree::default()];
    let known = |space: ResolveResult<'_>| match space {
        ResolveResult::Unbound => Some(String::new()),
        ResolveResult::Bound(space) => Some(space.into_inner().to_owned()),
        ResolveResult::Unknown(_) => None,
    };
    loop {
        let event = reader.read_event().ok()?;
        let start = |start: &BytesStart<'_>| {
            let (space, local) = reader.resolver().resolve_element(start.name());
            let (space, local) = (known(space)?, local.into_inner().to_owned());
            let plain = |key: QName<'_>| key.as_namespace_binding().is_none();
            let attributes = start
                .attributes()
                .filter_map(|attribute| attribute.ok().filter(|attribute| plain(attribute.key)))
                .map(|attribute| {
                    let (space, local) = reader.resolver().resolve_attribute(attribute.key);
                    Some((known(space)?, local.into_inner().to_owned()))
                })
                .collect::<Option<_>>()?;
            Some(Tree { space, local, attributes, ..Tree::default() })
        };
        let here = open.last_mut()?;
        match &event {
            Event::Start(tag) => open.push(start(tag)?),
            Event::Empty(tag) => here.children.push(start(tag)?),
            Event::End(_) => {
                let closed = open.pop()?;
                open.last_mut()?.children.push(closed);
            }
            Event::Text(text) => here.text.push_str(&text.xml10_content()),
            Event::CData(text) => here.text.push_str(&text.xml10_content()),
            Event::GeneralRef(reference) => {
                let named = match &*reference.xml10_content() {
                    "lt" => Some('<'),
                    "gt" => Some('>'),
                    "amp" => Some('&'),
                    "quot" => Some('"'),
                    "apos" => Some('\''),
                    _ => None,
                };
                here.text.push(match named {
                    Some(character) => character,
                    None => reference.resolve_char_ref().ok()??,
                });
            }
            Event::DocType(_) => return None,
            Event::Eof => break,
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
        }
    }
    open.pop()?.children.pop()
}
