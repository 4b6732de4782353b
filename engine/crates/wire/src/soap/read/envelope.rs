//! `hub:Envelope` and `hub:EnvelopeHeader`, by name, in any order.

use super::super::{Content, Envelope, Forwardings, Header, IntField, ReadError, Text};
use super::Reader;
use crate::xml::{Element, Space};

/// What an envelope may hold. The bit of each says whether it was seen.
#[derive(Clone, Copy)]
pub(super) enum Part {
    From,
    To,
    CertificateType,
    CertificateStatus,
    NppoCertificateNumber,
    HubDeliveryNumber,
    HubTrackingInfo,
    HubDeliveryErrorMessage,
    Forwardings,
    Content,
}

/// The parts of one envelope that were seen.
#[derive(Default)]
pub(super) struct Seen(u16);

impl Part {
    fn of(element: Element, input: &[u8]) -> Option<(Self, &'static str)> {
        if !is_field_space(element.space) {
            return None;
        }
        Some(match element.local.of(input) {
            b"From" => (Self::From, "From"),
            b"To" => (Self::To, "To"),
            b"CertificateType" => (Self::CertificateType, "CertificateType"),
            b"CertificateStatus" => (Self::CertificateStatus, "CertificateStatus"),
            b"NPPOCertificateNumber" => (Self::NppoCertificateNumber, "NPPOCertificateNumber"),
            b"hubDeliveryNumber" => (Self::HubDeliveryNumber, "hubDeliveryNumber"),
            b"HUBTrackingInfo" => (Self::HubTrackingInfo, "HUBTrackingInfo"),
            b"hubDeliveryErrorMessage" => {
                (Self::HubDeliveryErrorMessage, "hubDeliveryErrorMessage")
            }
            b"Forwardings" => (Self::Forwardings, "Forwardings"),
            b"Content" => (Self::Content, "Content"),
            _ => return None,
        })
    }
}

impl Reader<'_> {
    /// The envelope under the name `wrapper` in the operation just begun.
    pub(super) fn wrapped(
        &mut self,
        wrapper: &'static str,
        inside: &'static str,
    ) -> Result<Envelope, ReadError> {
        self.only_child(wrapper, inside, Self::envelope)
    }

    fn envelope(&mut self, envelope: &mut Envelope) -> Result<(), ReadError> {
        let mut seen = Seen::default();
        while let Some(child) = self.child()? {
            match self.part(child, &mut seen)? {
                None => self.skip()?,
                Some((Part::Content, name)) => envelope.content = self.content(name)?,
                Some(field) => self.header_field(field, &mut envelope.header)?,
            }
        }
        Ok(())
    }

    /// Which part of an envelope an element is; nothing if it is none, and refused if it is one
    /// that was seen.
    #[inline(always)]
    pub(super) fn part(
        &self,
        element: Element,
        seen: &mut Seen,
    ) -> Result<Option<(Part, &'static str)>, ReadError> {
        let Some((part, name)) = Part::of(element, self.body) else {
            return Ok(None);
        };
        let bit = 1 << part as u16;
        if seen.0 & bit != 0 {
            return Err(ReadError::PeerSentTwice { name, place: self.place() });
        }
        seen.0 |= bit;
        Ok(Some((part, name)))
    }

    /// The field of a header that has just begun.
    #[inline(always)]
    pub(super) fn header_field(
        &mut self,
        (part, name): (Part, &'static str),
        header: &mut Header,
    ) -> Result<(), ReadError> {
        match part {
            Part::From => header.from = self.field(name)?,
            Part::To => header.to = self.field(name)?,
            Part::CertificateType => {
                header.certificate_type = self.int(name)?;
            }
            Part::CertificateStatus => {
                header.certificate_status = self.int(name)?;
            }
            Part::NppoCertificateNumber => header.nppo_certificate_number = self.field(name)?,
            Part::HubDeliveryNumber => header.hub_delivery_number = self.field(name)?,
            Part::HubTrackingInfo => header.hub_tracking_info = self.field(name)?,
            Part::HubDeliveryErrorMessage => {
                header.hub_delivery_error_message = self.text(name, self.limits.message_bytes)?;
            }
            Part::Forwardings => self.forwardings(header)?,
            // Not of a header.
            Part::Content => self.skip()?,
        }
        Ok(())
    }

    fn field(&mut self, name: &'static str) -> Result<Text, ReadError> {
        self.text(name, self.limits.header_field_bytes)
    }

    fn int(&mut self, name: &'static str) -> Result<IntField, ReadError> {
        let limit = self.limits.header_field_bytes;
        let characters = self.characters(name, "header_field_bytes", limit)?;
        // Nearly all are a few digits, for which no range of the request need be kept.
        Ok(IntField::of_digits(characters.span.of(self.body))
            .unwrap_or_else(|| IntField::read(Text::new(self.bytes(characters), characters.form))))
    }

    /// The content that the element just begun holds.
    pub(super) fn content(&mut self, name: &'static str) -> Result<Content, ReadError> {
        let limit = self.limits.content_bytes;
        let characters = self.characters(name, "content_bytes", limit)?;
        Ok(Content { raw: self.bytes(characters), form: characters.form })
    }

    fn forwardings(&mut self, header: &mut Header) -> Result<(), ReadError> {
        let mut forwardings = Forwardings::default();
        while let Some(child) = self.child()? {
            if !self.is_field(child, b"EnvelopeForwarding") {
                self.skip()?;
                continue;
            }
            if forwardings.len() == self.limits.forwardings {
                return Err(ReadError::PeerSentOverLimit {
                    what: "channels in Forwardings",
                    setting: "forwardings",
                    limit: self.limits.forwardings,
                    place: self.place(),
                });
            }
            if let Some(code) = self.forwarding()? {
                forwardings.push(code);
            }
        }
        header.forwardings = forwardings;
        Ok(())
    }

    /// The code of one forwarding; nothing if it names none.
    fn forwarding(&mut self) -> Result<Option<Text>, ReadError> {
        let mut code = None;
        while let Some(child) = self.child()? {
            if !self.is_field(child, b"Code") {
                self.skip()?;
            } else if code.is_some() {
                return Err(ReadError::PeerSentTwice { name: "Code", place: self.place() });
            } else {
                code = Some(self.field("Code")?);
            }
        }
        Ok(code.filter(|code| !code.is_empty()))
    }

    fn is_field(&self, element: Element, name: &[u8]) -> bool {
        is_field_space(element.space) && element.local.of(self.body) == name
    }
}

/// The namespaces that clients put header fields in. That of the operations is wrong, and some
/// generated clients write it all the same; no name is in both.
const fn is_field_space(space: Space) -> bool {
    matches!(space, Space::Hub | Space::None | Space::Eph)
}
