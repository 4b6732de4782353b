//! From the body of an HTTP request to a [`Request`].

mod envelope;
mod typed;

use bytes::Bytes;
use phytohub_domain::Limits;

use super::{CodeListOperation, Operation, Place, ReadError, Request, Text, door};
use crate::xml::{Characters, Element, Event, Fault, Scanner, Space, Tables};

/// Reads one SOAP 1.1 request. `body` is the whole HTTP body; `http_charset` is the charset
/// parameter of its Content-Type, if there is one.
///
/// Every text of the result is a range of `body`. A request in UTF-8 is read without allocating,
/// but for the list of channels in `Forwardings` where one is named; [`Bytes`] made from a `Vec`
/// allocate a counter when they are first shared. UTF-16 is transcoded first.
///
/// # Errors
/// When the request is no well-formed XML 1.0 in UTF-8 or UTF-16, no SOAP 1.1 message, names no
/// operation of the hub or lacks an element without which it cannot be understood, or is over a
/// limit.
pub fn read_request(
    body: Bytes,
    http_charset: Option<&str>,
    limits: &Limits,
) -> Result<Request, ReadError> {
    let message = door::enter(body, http_charset, limits)?;
    let mut tables = Tables::NEW;
    let scanner = Scanner::new(&message.body, &mut tables, limits);
    let mut reader = Reader { scanner, body: &message.body, limits };
    door::check_encoding(&message, &mut reader.scanner)?;
    reader.document()
}

/// The operation that a request asks for, as far as can be told from its beginning: nothing is
/// checked but the tags up to the body's first element.
#[must_use]
pub fn operation_of(body: &[u8]) -> Option<Operation> {
    if u32::try_from(body.len()).is_err() {
        return None;
    }
    let mut tables = Tables::NEW;
    let mut scanner = Scanner::new(body, &mut tables, &Limits::default());
    scanner.declaration().ok()?;
    let mut inside = Inside::Document;
    loop {
        match scanner.next().ok()? {
            Event::Start => {}
            Event::Finished => return None,
            Event::Characters | Event::End => continue,
        }
        let element = scanner.element();
        let local = element.local.of(body);
        inside = match (inside, element.space, local) {
            (Inside::Document, Space::Soap11, b"Envelope") => Inside::Envelope,
            (Inside::Envelope, Space::Soap11, b"Body") => Inside::Body,
            (Inside::Envelope, _, _) => {
                scanner.skip().ok()?;
                Inside::Envelope
            }
            (Inside::Body, Space::Eph, name) => return Operation::from_local_name(name),
            _ => return None,
        };
    }
}

enum Inside {
    Document,
    Envelope,
    Body,
}

struct Reader<'a> {
    scanner: Scanner<'a>,
    body: &'a Bytes,
    limits: &'a Limits,
}

impl Reader<'_> {
    #[inline]
    fn document(&mut self) -> Result<Request, ReadError> {
        let root = self.child()?;
        match root.map(|root| (root.space, root.local.of(self.body))) {
            Some((Space::Soap11, b"Envelope")) => {}
            Some((Space::Soap12, _)) => {
                return Err(ReadError::PeerSentSoap12 { place: self.place() });
            }
            _ => return Err(self.no_soap(NOT_AN_ENVELOPE)),
        }
        let mut header_seen = false;
        let mut request = None;
        while let Some(part) = self.child()? {
            match (part.space, part.local.of(self.body)) {
                (Space::Soap11, b"Header") if !header_seen && request.is_none() => {
                    header_seen = true;
                    self.header_blocks()?;
                }
                (Space::Soap11, b"Body") if request.is_none() => request = Some(self.body()?),
                (Space::Soap11, _) => return Err(self.no_soap(NOT_THE_PARTS)),
                _ => self.skip()?,
            }
        }
        // What may follow the root is checked too.
        self.child()?;
        request.ok_or_else(|| self.no_soap("the envelope holds no Body"))
    }

    /// Blocks are passed over, unless they insist on being understood.
    fn header_blocks(&mut self) -> Result<(), ReadError> {
        while let Some(block) = self.child()? {
            let (mut must, mut ours) = (false, true);
            for attribute in self.scanner.attributes() {
                let value = attribute.value(self.body);
                match (attribute.space(), attribute.local(self.body)) {
                    (Space::Soap11, b"mustUnderstand") => {
                        must = matches!(value.trim_ascii(), b"1" | b"true");
                    }
                    (Space::Soap11, b"actor") => {
                        ours = value.is_empty() || *value == *NEXT_ACTOR.as_bytes();
                    }
                    _ => {}
                }
            }
            if must && ours {
                let block = name_of(block, self.body);
                return Err(ReadError::PeerSentMustUnderstand { block, place: self.place() });
            }
            self.skip()?;
        }
        Ok(())
    }

    #[inline]
    fn body(&mut self) -> Result<Request, ReadError> {
        let Some(element) = self.child()? else {
            return Err(self.no_soap("the Body is empty: it must hold an operation"));
        };
        let operation = match element.space {
            Space::Eph => Operation::from_local_name(element.local.of(self.body)),
            _ => None,
        };
        let Some(operation) = operation else {
            let name = name_of(element, self.body);
            return Err(ReadError::PeerSentUnknownOperation { name, place: self.place() });
        };
        let request = self.operation(operation)?;
        match self.child()? {
            None => Ok(request),
            Some(_) => Err(self.no_soap("the Body holds more than one element")),
        }
    }

    #[inline]
    fn operation(&mut self, operation: Operation) -> Result<Request, ReadError> {
        let inside = operation.as_str();
        Ok(match operation {
            Operation::DeliverEnvelope => Request::DeliverEnvelope(self.wrapped("env", inside)?),
            Operation::SetTrackingInfoUpdate => {
                Request::SetTrackingInfoUpdate(self.wrapped("header", inside)?.header)
            }
            Operation::GetEnvelopeTrackingInfo => {
                Request::GetEnvelopeTrackingInfo { hub_tracking_number: self.number(inside)? }
            }
            Operation::PullSingleImportEnvelope => {
                Request::PullSingleImportEnvelope { hub_tracking_number: self.number(inside)? }
            }
            Operation::AcknowledgeEnvelopeReceipt => {
                Request::AcknowledgeEnvelopeReceipt { hub_tracking_number: self.number(inside)? }
            }
            Operation::AdvancedAcknowledgeEnvelopeReceipt => {
                let (hub_tracking_number, warning_message) =
                    self.number_and("warningMessage", inside)?;
                Request::AdvancedAcknowledgeEnvelopeReceipt { hub_tracking_number, warning_message }
            }
            Operation::AcknowledgeFailedEnvelopeReceipt => {
                let (hub_tracking_number, message) = self.number_and("message", inside)?;
                Request::AcknowledgeFailedEnvelopeReceipt { hub_tracking_number, message }
            }
            Operation::GetImportEnvelopeHeaders => {
                let [country_code] =
                    self.parameters([("countryCode", self.limits.header_field_bytes)])?;
                let country_code = country_code.filter(|code| !code.is_empty());
                Request::GetImportEnvelopeHeaders { country_code }
            }
            Operation::GetUnderDeliveryEnvelope => self.bare(Request::GetUnderDeliveryEnvelope)?,
            Operation::PullImportEnvelope => self.bare(Request::PullImportEnvelope)?,
            Operation::GetActiveNppos => self.bare(Request::GetActiveNppos)?,
            Operation::GetProfile => self.bare(Request::GetProfile)?,
            Operation::GetAvailableChannels => self.bare(Request::GetAvailableChannels)?,
            rare => return self.rare_operation(rare),
        })
    }

    /// The other operations. Apart, so that the code that reads the common ones stays small, and
    /// with it their time.
    #[cold]
    #[inline(never)]
    fn rare_operation(&mut self, operation: Operation) -> Result<Request, ReadError> {
        let inside = operation.as_str();
        match operation {
            Operation::ValidateAndDeliverEnvelope => {
                Ok(Request::ValidateAndDeliverEnvelope(self.wrapped("envelope", inside)?))
            }
            Operation::ValidatePhytoXml => {
                let e_phyto_xml = self.only_child(E_PHYTO_XML, inside, |reader, content| {
                    *content = reader.content(E_PHYTO_XML)?;
                    Ok(())
                })?;
                Ok(Request::ValidatePhytoXml { e_phyto_xml })
            }
            Operation::DeliverPhytoEnvelope => {
                let envelope = self.typed("ePhytoEnvelope", "SPSCertificate", inside)?;
                Ok(Request::DeliverPhytoEnvelope(envelope))
            }
            Operation::DeliverCountryResponseEnvelope => {
                let envelope =
                    self.typed("CountryResponseEnvelope", "SPSAcknowledgement", inside)?;
                Ok(Request::DeliverCountryResponseEnvelope(envelope))
            }
            other => match CodeListOperation::of(other) {
                Some(list) => self.bare(Request::CodeList(list)),
                None => {
                    let name = inside.to_owned();
                    Err(ReadError::PeerSentUnknownOperation { name, place: self.place() })
                }
            },
        }
    }

    /// The one child of this name in the operation just begun, filled in by `read`.
    fn only_child<T: Default>(
        &mut self,
        name: &'static str,
        inside: &'static str,
        read: impl Fn(&mut Self, &mut T) -> Result<(), ReadError>,
    ) -> Result<T, ReadError> {
        let mut found = None;
        while let Some(child) = self.child()? {
            let ours = matches!(child.space, Space::Eph | Space::None)
                && child.local.of(self.body) == name.as_bytes();
            if !ours {
                self.skip()?;
            } else if found.is_some() {
                return Err(ReadError::PeerSentTwice { name, place: self.place() });
            } else {
                read(self, found.insert(T::default()))?;
            }
        }
        found.ok_or_else(|| self.missing(name, inside))
    }

    /// An operation without parameters; whatever it holds is checked and passed over.
    fn bare(&mut self, request: Request) -> Result<Request, ReadError> {
        self.skip()?;
        Ok(request)
    }

    fn number(&mut self, inside: &'static str) -> Result<Text, ReadError> {
        let [number] = self.parameters([(NUMBER, self.limits.header_field_bytes)])?;
        number.ok_or_else(|| self.missing(NUMBER, inside))
    }

    fn number_and(
        &mut self,
        message: &'static str,
        inside: &'static str,
    ) -> Result<(Text, Text), ReadError> {
        let [number, message] = self.parameters([
            (NUMBER, self.limits.header_field_bytes),
            (message, self.limits.message_bytes),
        ])?;
        Ok((number.ok_or_else(|| self.missing(NUMBER, inside))?, message.unwrap_or_default()))
    }

    /// The texts of these names, each with the bytes that it may have, in the element just begun.
    fn parameters<const N: usize>(
        &mut self,
        wanted: [(&'static str, usize); N],
    ) -> Result<[Option<Text>; N], ReadError> {
        let mut found = [const { None }; N];
        while let Some(child) = self.child()? {
            let local = child.local.of(self.body);
            let slots = wanted.iter().zip(&mut found);
            let slot = match child.space {
                Space::Eph | Space::None => {
                    slots.into_iter().find(|((name, _), _)| name.as_bytes() == local)
                }
                _ => None,
            };
            match slot {
                None => self.skip()?,
                Some(((name, _), Some(_))) => {
                    return Err(ReadError::PeerSentTwice { name, place: self.place() });
                }
                Some(((name, limit), empty)) => *empty = Some(self.text(name, *limit)?),
            }
        }
        Ok(found)
    }

    /// The text of the element just begun.
    fn text(&mut self, name: &'static str, limit: usize) -> Result<Text, ReadError> {
        let setting =
            if limit == self.limits.message_bytes { "message_bytes" } else { "header_field_bytes" };
        let characters = self.characters(name, setting, limit)?;
        Ok(Text::new(self.bytes(characters), characters.form))
    }

    fn characters(
        &mut self,
        name: &'static str,
        setting: &'static str,
        limit: usize,
    ) -> Result<Characters, ReadError> {
        self.scanner.text().map_err(|fault| self.fault(fault, name))?;
        let characters = self.scanner.characters();
        if characters.span.len() > limit {
            let place = Place::of(self.body, characters.span.start());
            return Err(ReadError::PeerSentOverLimit { what: name, setting, limit, place });
        }
        Ok(characters)
    }

    fn bytes(&self, characters: Characters) -> Bytes {
        let span = characters.span;
        if span.is_empty() { Bytes::new() } else { self.body.slice(span.start()..span.end()) }
    }

    /// The next element inside the one that is open; nothing at its end. Text between elements
    /// says nothing and is passed over.
    fn child(&mut self) -> Result<Option<Element>, ReadError> {
        loop {
            match self.scanner.next().map_err(|fault| self.fault(fault, ""))? {
                Event::Start => return Ok(Some(self.scanner.element())),
                Event::End | Event::Finished => return Ok(None),
                Event::Characters => {}
            }
        }
    }

    fn skip(&mut self) -> Result<(), ReadError> {
        self.scanner.skip().map_err(|fault| self.fault(fault, ""))
    }

    #[cold]
    fn fault(&self, fault: Fault, name: &'static str) -> ReadError {
        ReadError::from_fault(self.body, fault, name)
    }

    #[cold]
    fn missing(&self, name: &'static str, inside: &'static str) -> ReadError {
        ReadError::PeerSentNo { name, inside, place: self.place() }
    }

    #[cold]
    fn no_soap(&self, what: &'static str) -> ReadError {
        ReadError::PeerSentNoSoap { what, place: self.place() }
    }

    #[cold]
    fn place(&self) -> Place {
        Place::of(self.body, self.scanner.at())
    }
}

/// A name for an error's text: peers choose it, so it is cut.
fn name_of(element: Element, input: &[u8]) -> String {
    String::from_utf8_lossy(element.local.of(input)).chars().take(NAME_CHARACTERS_MAX).collect()
}

const E_PHYTO_XML: &str = "ePhytoXML";
const NUMBER: &str = "hubTrackingNumber";
const NEXT_ACTOR: &str = "http://schemas.xmlsoap.org/soap/actor/next";
const NOT_AN_ENVELOPE: &str =
    "the root must be Envelope in the namespace http://schemas.xmlsoap.org/soap/envelope/";
const NOT_THE_PARTS: &str = "an envelope holds one Header at most, then one Body";
/// The longest name of an operation has 34; an error's text should stay one line.
const NAME_CHARACTERS_MAX: usize = 64;
