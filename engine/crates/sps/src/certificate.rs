//! Views of what matters in a document: nothing is copied, everything is looked up when asked for.

use std::borrow::Cow;

use crate::date::{self, DateTime};
use crate::document::{Element, SpsDocument};
use crate::name::Name;
use crate::namespace::{DocumentKind, Versions};
use crate::schema::Kind;

mod line;
mod party;

pub use line::{Classification, Line, Measure, Package, Treatment, TreatmentCharacteristic};
pub use party::{Country, Location, Party, Signatory};

/// A date as it is written and as it was understood.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct WrittenDate<'d> {
    /// As it stands in the document.
    pub written: Cow<'d, str>,
    /// What it means; nothing if it is no date.
    pub parsed: Option<DateTime>,
}

/// A note: a subject and what is said under it.
#[derive(Clone, Copy, Debug)]
pub struct Note<'d>(Element<'d>);

/// Another document that this one names, with its attachments.
#[derive(Clone, Copy, Debug)]
pub struct Reference<'d>(Element<'d>);

/// A file in a document.
#[derive(Clone, Copy, Debug)]
pub struct Attachment<'d>(Element<'d>);

/// A means of conveyance.
#[derive(Clone, Copy, Debug)]
pub struct Transport<'d>(Element<'d>);

/// A certificate.
#[derive(Clone, Copy, Debug)]
pub struct CertificateView<'d> {
    root: Element<'d>,
    versions: Versions,
}

/// A country's answer to a certificate.
#[derive(Clone, Copy, Debug)]
pub struct AcknowledgementView<'d> {
    root: Element<'d>,
}

impl SpsDocument<'_> {
    /// The certificate, if the document is one.
    #[must_use]
    pub fn certificate(&self) -> Option<CertificateView<'_>> {
        let root = self.root().filter(|_| self.kind == Some(DocumentKind::Certificate))?;
        Some(CertificateView { root, versions: self.versions })
    }

    /// The acknowledgement, if the document is one.
    #[must_use]
    pub fn acknowledgement(&self) -> Option<AcknowledgementView<'_>> {
        let root = self.root().filter(|_| self.kind == Some(DocumentKind::Acknowledgement))?;
        Some(AcknowledgementView { root })
    }
}

impl<'d> CertificateView<'d> {
    /// The versions of its namespaces.
    #[must_use]
    pub const fn versions(&self) -> Versions {
        self.versions
    }

    /// The NPPO's number.
    #[must_use]
    pub fn number(&self) -> Cow<'d, str> {
        text(self.number_field())
    }

    /// The type as UNCL 1001 has it, such as 851; empty if it is missing.
    #[must_use]
    pub fn certificate_type(&self) -> Cow<'d, str> {
        text(self.type_field())
    }

    /// The status as UNCL 4405 has it, such as 70; empty if it is missing.
    #[must_use]
    pub fn status(&self) -> Cow<'d, str> {
        text(self.status_field())
    }

    /// When it was issued.
    #[must_use]
    pub fn issue_date(&self) -> Option<WrittenDate<'d>> {
        written(self.head(Name::IssueDateTime))
    }

    /// The plant protection organization.
    #[must_use]
    pub fn issuer(&self) -> Option<Party<'d>> {
        self.head(Name::IssuerSPSParty).map(Party)
    }

    /// The exporter.
    #[must_use]
    pub fn consignor(&self) -> Option<Party<'d>> {
        self.body(Name::ConsignorSPSParty).map(Party)
    }

    /// Whom it is declared to go to.
    #[must_use]
    pub fn consignee(&self) -> Option<Party<'d>> {
        self.body(Name::ConsigneeSPSParty).map(Party)
    }

    /// The country that issued it.
    #[must_use]
    pub fn export_country(&self) -> Option<Country<'d>> {
        self.body(Name::ExportSPSCountry).map(Country)
    }

    /// The country that it goes to.
    #[must_use]
    pub fn import_country(&self) -> Option<Country<'d>> {
        self.body(Name::ImportSPSCountry).map(Country)
    }

    /// The countries that it passes.
    pub fn transit_countries(&self) -> impl Iterator<Item = Country<'d>> {
        self.bodies(Name::TransitSPSCountry).map(Country)
    }

    /// The declared point of entry.
    #[must_use]
    pub fn point_of_entry(&self) -> Option<Location<'d>> {
        self.body(Name::UnloadingBaseportSPSLocation).map(Location)
    }

    /// The means of conveyance.
    pub fn transports(&self) -> impl Iterator<Item = Transport<'d>> {
        self.bodies(Name::MainCarriageSPSTransportMovement).map(Transport)
    }

    /// Containers by their numbers, each with the numbers of its seals.
    pub fn containers(&self) -> impl Iterator<Item = (Cow<'d, str>, Vec<Cow<'d, str>>)> {
        self.bodies(Name::UtilizedSPSTransportEquipment).map(|one| {
            let seals = one.children_named(Name::AffixedSPSSeal);
            (text(one.child(Name::ID)), seals.map(|seal| text(seal.child(Name::ID))).collect())
        })
    }

    /// The notes on the whole certificate.
    pub fn notes(&self) -> impl Iterator<Item = Note<'d>> {
        self.heads(Name::IncludedSPSNote).map(Note)
    }

    /// What the note of a subject says, if there is one.
    #[must_use]
    pub fn note(&self, subject: &str) -> Option<Cow<'d, str>> {
        self.notes().find(|note| note.subject() == subject).map(|note| note.content())
    }

    /// The documents that it names.
    pub fn references(&self) -> impl Iterator<Item = Reference<'d>> {
        self.heads(Name::ReferenceSPSReferencedDocument).map(Reference)
    }

    /// The files in it.
    pub fn attachments(&self) -> impl Iterator<Item = Attachment<'d>> {
        self.references().flat_map(|reference| reference.attachments())
    }

    /// Who signed it.
    pub fn signatories(&self) -> impl Iterator<Item = Signatory<'d>> {
        self.heads(Name::SignatorySPSAuthentication).map(Signatory)
    }

    /// The lines of all items.
    pub fn lines(&self) -> impl Iterator<Item = Line<'d>> {
        self.bodies(Name::IncludedSPSConsignmentItem)
            .flat_map(|item| item.children_named(Name::IncludedSPSTradeLineItem).map(Line))
    }

    /// The root element, for what has no word of its own here.
    #[must_use]
    pub const fn element(&self) -> Element<'d> {
        self.root
    }

    pub(crate) fn number_field(&self) -> Option<Element<'d>> {
        self.head(Name::ID)
    }

    pub(crate) fn type_field(&self) -> Option<Element<'d>> {
        self.head(Name::TypeCode)
    }

    pub(crate) fn status_field(&self) -> Option<Element<'d>> {
        self.head(Name::StatusCode)
    }

    pub(crate) fn export_country_field(&self) -> Option<Element<'d>> {
        self.body(Name::ExportSPSCountry)?.child(Name::ID)
    }

    pub(crate) fn import_country_field(&self) -> Option<Element<'d>> {
        self.body(Name::ImportSPSCountry)?.child(Name::ID)
    }

    fn head(&self, name: Name) -> Option<Element<'d>> {
        self.root.descend(&[Name::SPSExchangedDocument, name])
    }

    fn heads(&self, name: Name) -> impl Iterator<Item = Element<'d>> {
        let head = self.root.child(Name::SPSExchangedDocument);
        head.into_iter().flat_map(move |head| head.children_named(name))
    }

    fn body(&self, name: Name) -> Option<Element<'d>> {
        self.root.descend(&[Name::SPSConsignment, name])
    }

    fn bodies(&self, name: Name) -> impl Iterator<Item = Element<'d>> {
        let body = self.root.child(Name::SPSConsignment);
        body.into_iter().flat_map(move |body| body.children_named(name))
    }
}

impl<'d> AcknowledgementView<'d> {
    /// The status as UNCL 4405 has it, such as 39 for accepted; empty if it is missing.
    #[must_use]
    pub fn status(&self) -> Cow<'d, str> {
        text(self.head(Name::StatusCode))
    }

    /// When it was issued.
    #[must_use]
    pub fn issue_date(&self) -> Option<WrittenDate<'d>> {
        written(self.head(Name::IssueDateTime))
    }

    /// Why.
    pub fn reasons(&self) -> impl Iterator<Item = Cow<'d, str>> {
        self.heads(Name::ReasonInformation).map(Element::text)
    }

    /// The certificates that it answers.
    pub fn references(&self) -> impl Iterator<Item = Reference<'d>> {
        self.heads(Name::ReferenceSPSReferencedDocument).map(Reference)
    }

    /// The root element, for what has no word of its own here.
    #[must_use]
    pub const fn element(&self) -> Element<'d> {
        self.root
    }

    fn head(&self, name: Name) -> Option<Element<'d>> {
        self.root.descend(&[Name::SPSAcknowledgementDocument, name])
    }

    fn heads(&self, name: Name) -> impl Iterator<Item = Element<'d>> {
        let head = self.root.child(Name::SPSAcknowledgementDocument);
        head.into_iter().flat_map(move |head| head.children_named(name))
    }
}

impl<'d> Note<'d> {
    /// Its tag, such as ADEDL; of documents without tags the subject code.
    #[must_use]
    pub fn subject(self) -> Cow<'d, str> {
        text(self.0.child(Name::Subject).or_else(|| self.0.child(Name::SubjectCode)))
    }

    /// What it says: its first content, else its first content code.
    #[must_use]
    pub fn content(self) -> Cow<'d, str> {
        text(self.0.child(Name::Content).or_else(|| self.0.child(Name::ContentCode)))
    }

    /// All contents with their languages.
    pub fn contents(self) -> impl Iterator<Item = (Cow<'d, str>, Option<Cow<'d, str>>)> {
        let all = self.0.children_named(Name::Content);
        all.map(|content| (content.text(), content.attribute("languageID")))
    }
}

impl<'d> Reference<'d> {
    /// Its number.
    #[must_use]
    pub fn number(self) -> Cow<'d, str> {
        text(self.0.child(Name::ID))
    }

    /// Its type as UNCL 1001 has it; empty if it is missing.
    #[must_use]
    pub fn document_type(self) -> Cow<'d, str> {
        text(self.0.child(Name::TypeCode))
    }

    /// What it is to this document: AWR for the original, ZZZ for anything else.
    #[must_use]
    pub fn relationship(self) -> Cow<'d, str> {
        text(self.0.child(Name::RelationshipTypeCode))
    }

    /// When it was issued.
    #[must_use]
    pub fn issue_date(self) -> Option<WrittenDate<'d>> {
        written(self.0.child(Name::IssueDateTime))
    }

    /// What is said of it.
    #[must_use]
    pub fn information(self) -> Cow<'d, str> {
        text(self.0.child(Name::Information))
    }

    /// Its files.
    pub fn attachments(self) -> impl Iterator<Item = Attachment<'d>> {
        self.0.children_named(Name::AttachmentBinaryObject).map(Attachment)
    }
}

impl<'d> Attachment<'d> {
    /// The file's name.
    #[must_use]
    pub fn filename(self) -> Option<Cow<'d, str>> {
        self.0.attribute("filename")
    }

    /// The media type.
    #[must_use]
    pub fn mime_code(self) -> Option<Cow<'d, str>> {
        self.0.attribute("mimeCode")
    }

    /// Bytes after decoding, told from the length of the Base64 without decoding it.
    #[must_use]
    pub fn bytes(self) -> usize {
        self.0.attachment_bytes()
    }

    /// The Base64 as it lies in the document.
    #[must_use]
    pub fn base64(self) -> Cow<'d, str> {
        self.0.text()
    }
}

impl<'d> Transport<'d> {
    /// The mode as Recommendation 19 has it.
    #[must_use]
    pub fn mode(self) -> Cow<'d, str> {
        text(self.0.child(Name::ModeCode))
    }

    /// The number of the voyage or flight.
    #[must_use]
    pub fn number(self) -> Cow<'d, str> {
        text(self.0.child(Name::ID))
    }

    /// The vessel, aircraft or vehicle.
    #[must_use]
    pub fn means(self) -> Cow<'d, str> {
        text(self.0.descend(&[Name::UsedSPSTransportMeans, Name::Name]))
    }
}

fn text(element: Option<Element<'_>>) -> Cow<'_, str> {
    element.map_or(Cow::Borrowed(""), Element::text)
}

/// A date that is there and not empty.
fn written(element: Option<Element<'_>>) -> Option<WrittenDate<'_>> {
    let element = element?;
    debug_assert!(element.node.kind == Kind::DateTime, "a date is asked of a date's element");
    let inner = element.children().next().unwrap_or(element);
    let written = inner.text();
    let parsed = date::parse(&written);
    (!written.is_empty()).then_some(WrittenDate { written, parsed })
}
