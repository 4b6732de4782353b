//! The hub's messages as a client writes and reads them. Shares nothing with the hub's own code.

use std::fmt::Write;

use quick_xml::Reader;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesRef, Event};

use crate::Failure;
use crate::content::escape;

/// A request.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Request<'a> {
    /// `DeliverEnvelope`.
    Deliver {
        /// Sender's code.
        from: &'a str,
        /// Recipient's code.
        to: &'a str,
        /// `NPPOCertificateNumber`.
        certificate: &'a str,
        /// The channel named in `Forwardings`; empty for none.
        channel: &'a str,
        /// As it stands between the tags.
        content: &'a str,
    },
    /// `GetEnvelopeTrackingInfo`.
    Track(&'a str),
    /// `GetUnderDeliveryEnvelope`.
    UnderDelivery,
    /// `GetImportEnvelopeHeaders`, unfiltered.
    Headers,
    /// `PULLImportEnvelope`.
    Pull,
    /// `PULLSingleImportEnvelope`.
    PullSingle(&'a str),
    /// `AcknowledgeEnvelopeReceipt`.
    Acknowledge(&'a str),
    /// `AdvancedAcknowledgeEnvelopeReceipt`.
    AcknowledgeWithWarnings(&'a str, &'a str),
    /// `AcknowledgeFailedEnvelopeReceipt`.
    AcknowledgeFailed(&'a str, &'a str),
}

impl Request<'_> {
    /// The name of the operation.
    #[must_use]
    pub fn operation(&self) -> &'static str {
        match self {
            Self::Deliver { .. } => "DeliverEnvelope",
            Self::Track(_) => "GetEnvelopeTrackingInfo",
            Self::UnderDelivery => "GetUnderDeliveryEnvelope",
            Self::Headers => "GetImportEnvelopeHeaders",
            Self::Pull => "PULLImportEnvelope",
            Self::PullSingle(_) => "PULLSingleImportEnvelope",
            Self::Acknowledge(_) => "AcknowledgeEnvelopeReceipt",
            Self::AcknowledgeWithWarnings(..) => "AdvancedAcknowledgeEnvelopeReceipt",
            Self::AcknowledgeFailed(..) => "AcknowledgeFailedEnvelopeReceipt",
        }
    }

    /// The SOAP message.
    #[must_use]
    pub fn to_xml(&self) -> String {
        let operation = self.operation();
        let mut body = String::new();
        let number = |number: &str| format!("<e:hubTrackingNumber>{number}</e:hubTrackingNumber>");
        match self {
            Self::Deliver { from, to, certificate, channel, content } => {
                let certificate = escape(certificate);
                let forwardings = forwardings(channel);
                let written = write!(
                    body,
                    "<e:env><h:From>{from}</h:From><h:To>{to}</h:To>\
                     <h:CertificateType>851</h:CertificateType>\
                     <h:CertificateStatus>70</h:CertificateStatus>\
                     <h:NPPOCertificateNumber>{certificate}</h:NPPOCertificateNumber>\
                     {forwardings}<h:Content>{content}</h:Content></e:env>"
                );
                debug_assert!(written.is_ok(), "a string takes everything");
            }
            Self::Track(text) | Self::PullSingle(text) | Self::Acknowledge(text) => {
                body = number(text);
            }
            Self::AcknowledgeWithWarnings(text, words) => {
                let words = escape(words);
                body = format!("{}<e:warningMessage>{words}</e:warningMessage>", number(text));
            }
            Self::AcknowledgeFailed(text, words) => {
                body = format!("{}<e:message>{}</e:message>", number(text), escape(words));
            }
            Self::UnderDelivery | Self::Headers | Self::Pull => {}
        }
        format!(
            "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\" \
             xmlns:e=\"http://ephyto.ippc.int/\" \
             xmlns:h=\"http://ephyto.ippc.int/HUB.Entities\"><s:Body><e:{operation}>{body}\
             </e:{operation}></s:Body></s:Envelope>"
        )
    }
}

/// An envelope, or its header alone, in a reply.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct Envelope {
    /// `From`.
    pub from: String,
    /// `To`.
    pub to: String,
    /// `NPPOCertificateNumber`.
    pub certificate: String,
    /// `hubDeliveryNumber`.
    pub number: String,
    /// `HUBTrackingInfo`.
    pub state: String,
    /// `hubDeliveryErrorMessage`.
    pub message: String,
    /// `Forwardings`: each channel with the number of its copy, if one is told.
    pub forwardings: Vec<(String, String)>,
    /// `Content`, decoded.
    pub content: Option<String>,
}

/// What a hub answered.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Answer {
    /// The envelopes or headers of a reply; none for a plain acknowledgement.
    Envelopes(Vec<Envelope>),
    /// A SOAP fault, with its `faultstring`.
    Fault(String),
}

impl Answer {
    /// Reads a reply.
    ///
    /// # Errors
    /// When it is no XML, or neither an answer of a hub nor a fault.
    pub fn read(body: &[u8]) -> Result<Self, Failure> {
        let mut envelopes: Vec<Envelope> = Vec::new();
        let (mut fault, mut text, mut is_soap) = (None, String::new(), false);
        let mut reader = Reader::from_str(std::str::from_utf8(body)?);
        loop {
            match reader.read_event()? {
                Event::Start(tag) => {
                    text.clear();
                    match tag.local_name().as_ref() {
                        "Body" => is_soap = true,
                        "From" => envelopes.push(Envelope::default()),
                        _ => {}
                    }
                }
                Event::End(tag) => {
                    let name = tag.local_name();
                    if name.as_ref() == "faultstring" {
                        fault = Some(std::mem::take(&mut text));
                    } else if let Some(envelope) = envelopes.last_mut() {
                        envelope.fill(name.as_ref(), &mut text);
                    }
                }
                Event::Empty(tag) => match tag.local_name().as_ref() {
                    "From" => envelopes.push(Envelope::default()),
                    "Content" => {
                        if let Some(envelope) = envelopes.last_mut() {
                            envelope.content = Some(String::new());
                        }
                    }
                    _ => {}
                },
                Event::Text(part) => text.push_str(&part),
                Event::CData(part) => text.push_str(&part),
                Event::GeneralRef(reference) => push_reference(&reference, &mut text)?,
                Event::Eof => break,
                _ => {}
            }
        }
        match fault {
            Some(fault) => Ok(Self::Fault(fault)),
            None if is_soap => Ok(Self::Envelopes(envelopes)),
            None => Err("the reply is no SOAP message".into()),
        }
    }
}

impl Envelope {
    fn fill(&mut self, element: &str, text: &mut String) {
        let field = match element {
            "From" => &mut self.from,
            "To" => &mut self.to,
            "NPPOCertificateNumber" => &mut self.certificate,
            "hubDeliveryNumber" => &mut self.number,
            "HUBTrackingInfo" => &mut self.state,
            "hubDeliveryErrorMessage" => &mut self.message,
            "Content" => self.content.insert(String::new()),
            "Code" => {
                self.forwardings.push((std::mem::take(text), String::new()));
                return;
            }
            // Of a copy: a capital letter here, unlike in the header.
            "HubDeliveryNumber" => match self.forwardings.last_mut() {
                Some((_, number)) => number,
                None => return,
            },
            _ => return,
        };
        *field = std::mem::take(text);
    }
}

fn forwardings(channel: &str) -> String {
    if channel.is_empty() {
        return String::new();
    }
    format!(
        "<h:Forwardings><h:EnvelopeForwarding><h:Code>{channel}</h:Code></h:EnvelopeForwarding>\
         </h:Forwardings>"
    )
}

fn push_reference(reference: &BytesRef<'_>, text: &mut String) -> Result<(), Failure> {
    if let Some(character) = reference.resolve_char_ref()? {
        text.push(character);
        return Ok(());
    }
    let name: &str = reference;
    let known = resolve_predefined_entity(name);
    text.push_str(known.ok_or_else(|| format!("unknown entity &{name};"))?);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::content::{Content, hash_of};

    #[test]
    fn an_envelope_is_read_from_a_reply_with_its_content_decoded() {
        let reply = "<soap:Envelope xmlns:soap='s' xmlns:ns2='e' xmlns:ns3='h'><soap:Body>\
            <ns2:PULLImportEnvelopeResponse><ns2:PULLImportEnvelopesResult><ns3:Envelope>\
            <ns3:From>NO</ns3:From><ns3:To>LK</ns3:To><ns3:CertificateType>851</ns3:CertificateType>\
            <ns3:NPPOCertificateNumber>A &amp; B</ns3:NPPOCertificateNumber>\
            <ns3:hubDeliveryNumber>N1</ns3:hubDeliveryNumber>\
            <ns3:HUBTrackingInfo>PendingDelivery</ns3:HUBTrackingInfo>\
            <ns3:Forwardings><ns3:EnvelopeForwarding><ns3:Code>ASW</ns3:Code>\
            <ns3:HubDeliveryNumber>N2</ns3:HubDeliveryNumber></ns3:EnvelopeForwarding>\
            </ns3:Forwardings><ns3:Content>&lt;a&#13;<![CDATA[<&]]>&#x6f22;</ns3:Content></ns3:Envelope>\
            <ns3:Envelope><ns3:From>AR</ns3:From><ns3:Content/></ns3:Envelope>\
            </ns2:PULLImportEnvelopesResult></ns2:PULLImportEnvelopeResponse></soap:Body>\
            </soap:Envelope>";
        let Answer::Envelopes(envelopes) = Answer::read(reply.as_bytes()).expect("a reply") else {
            panic!("no fault");
        };
        assert_eq!(envelopes.len(), 2);
        assert_eq!((envelopes[0].from.as_str(), envelopes[0].number.as_str()), ("NO", "N1"));
        assert_eq!(envelopes[0].certificate, "A & B");
        assert_eq!(envelopes[0].forwardings, [("ASW".to_owned(), "N2".to_owned())]);
        assert_eq!(envelopes[0].content.as_deref(), Some("<a\r<&\u{6f22}"));
        assert_eq!(envelopes[1].content.as_deref(), Some(""));
    }

    #[test]
    fn a_fault_and_what_is_no_soap_are_told_apart() {
        let fault = b"<s:Envelope><s:Body><s:Fault><faultcode>s:Server</faultcode>\
            <faultstring>no &lt;x&gt;</faultstring></s:Fault></s:Body></s:Envelope>";
        assert_eq!(Answer::read(fault).expect("a fault"), Answer::Fault("no <x>".into()));
        let empty =
            b"<s:Envelope><s:Body><AcknowledgeEnvelopeReceiptResponse/></s:Body></s:Envelope>";
        assert_eq!(Answer::read(empty).expect("an answer"), Answer::Envelopes(Vec::new()));
        assert!(Answer::read(b"<html></html>").is_err());
        assert!(Answer::read(b"<a><b></a>").is_err());
    }

    #[test]
    fn a_written_content_is_read_back_with_the_same_hash() {
        for seed in 0..50 {
            let content = Content::new(seed, 2000);
            let request = Request::Deliver {
                from: "NO",
                to: "LK",
                certificate: "C<1>",
                channel: "ASW",
                content: &content.xml,
            };
            let read = Answer::read(request.to_xml().as_bytes()).expect("it is well formed");
            let Answer::Envelopes(envelopes) = read else { panic!("no fault") };
            assert_eq!(envelopes[0].certificate, "C<1>");
            assert_eq!(envelopes[0].forwardings, [("ASW".to_owned(), String::new())]);
            let decoded = envelopes[0].content.as_deref().expect("a content");
            assert_eq!(hash_of(decoded), content.hash);
        }
    }
}
