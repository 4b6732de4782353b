//! From what was read to what can be written: what the profile or the WSDL's own schema knows is
//! kept, what neither knows (classes of other systems' making, further signatories) is not.
//!
//! What is written by itself where nothing is said becomes nothing again.

use super::line::decimal;
use super::{
    Acknowledgement, Attachment, Certificate, Code, Country, Item, Location, Measure, Note, Party,
    Reference, Statement, Subdivision, Text, Transport,
};
use crate::certificate::{AcknowledgementView, CertificateView};
use crate::document::Element;
use crate::name::Name;
use crate::rules::value;

mod line;

impl From<&CertificateView<'_>> for Certificate {
    fn from(view: &CertificateView<'_>) -> Self {
        let root = view.element();
        let head = Part(root.child(Name::SPSExchangedDocument));
        let body = Part(root.child(Name::SPSConsignment));
        let signatory = head.child(Name::SignatorySPSAuthentication);
        let provider = signatory.child(Name::ProviderSPSParty);
        let examined = [Name::ExaminationSPSEvent, Name::OccurrenceSPSLocation, Name::Name];
        Self {
            title: head.text(Name::Name),
            number: head.text(Name::ID),
            certificate_type: head.text(Name::TypeCode),
            status: head.text(Name::StatusCode),
            issued: head.date(Name::IssueDateTime).unwrap_or_default(),
            issuer: head.child(Name::IssuerSPSParty).text(Name::Name),
            notes: head.all(Name::IncludedSPSNote, note),
            references: head.all(Name::ReferenceSPSReferencedDocument, reference),
            place_of_issue: signatory.child(Name::IssueSPSLocation).text(Name::Name),
            authority: provider.text(Name::Name),
            officer: provider.child(Name::SpecifiedSPSPerson).text(Name::Name),
            signed: signatory.date(Name::ActualDateTime).unwrap_or_default(),
            statements: statements(signatory),
            consignor: body.first(Name::ConsignorSPSParty, party).unwrap_or_default(),
            consignee: body.first(Name::ConsigneeSPSParty, party).unwrap_or_default(),
            export_country: body.first(Name::ExportSPSCountry, country).unwrap_or_default(),
            import_country: body.first(Name::ImportSPSCountry, country).unwrap_or_default(),
            transit_countries: body.all(Name::TransitSPSCountry, country),
            point_of_entry: body.first(Name::UnloadingBaseportSPSLocation, location),
            place_of_examination: body
                .0
                .and_then(|body| body.descend(&examined))
                .map_or_else(String::new, owned),
            transports: body.all(Name::MainCarriageSPSTransportMovement, transport),
            containers: view
                .containers()
                .map(|(number, seals)| {
                    (number.into_owned(), seals.into_iter().map(|seal| seal.into_owned()).collect())
                })
                .collect(),
            items: items(body),
        }
    }
}

impl From<&AcknowledgementView<'_>> for Acknowledgement {
    fn from(view: &AcknowledgementView<'_>) -> Self {
        let head = Part(view.element().child(Name::SPSAcknowledgementDocument));
        Self {
            issued: head.date(Name::IssueDateTime).unwrap_or_default(),
            status: head.text(Name::StatusCode),
            reasons: head.texts(Name::ReasonInformation),
            references: head.all(Name::ReferenceSPSReferencedDocument, reference),
        }
    }
}

/// An element that may not be there, and what is in it.
#[derive(Clone, Copy)]
struct Part<'d>(Option<Element<'d>>);

impl<'d> Part<'d> {
    fn child(self, name: Name) -> Self {
        Self(self.0.and_then(|element| element.child(name)))
    }

    fn text(self, name: Name) -> String {
        self.child(name).0.map_or_else(String::new, owned)
    }

    fn filled(self, name: Name) -> Option<String> {
        Some(self.text(name)).filter(|text| !text.is_empty())
    }

    /// What is said, if it is not what would be written anyway.
    fn other_than(self, name: Name, usual: &str) -> Option<String> {
        self.filled(name).filter(|text| text != usual)
    }

    /// A date in whichever element or text it stands.
    fn date(self, name: Name) -> Option<String> {
        let date = self.child(name).0.map(|element| value(element).into_owned());
        date.filter(|text| !text.is_empty())
    }

    fn all<T>(self, name: Name, of: fn(Element<'d>) -> T) -> Vec<T> {
        self.0.into_iter().flat_map(|element| element.children_named(name).map(of)).collect()
    }

    fn first<T>(self, name: Name, of: fn(Element<'d>) -> T) -> Option<T> {
        self.child(name).0.map(of)
    }

    fn texts(self, name: Name) -> Vec<Text> {
        self.all(name, text)
    }

    /// The texts that say something.
    fn filled_texts(self, name: Name) -> Vec<Text> {
        let mut texts = self.texts(name);
        texts.retain(|text| !text.text.is_empty());
        texts
    }
}

impl<'d> From<Element<'d>> for Part<'d> {
    fn from(element: Element<'d>) -> Self {
        Self(Some(element))
    }
}

fn owned(element: Element<'_>) -> String {
    element.text().into_owned()
}

fn attribute(element: Element<'_>, name: &str) -> Option<String> {
    element.attribute(name).map(std::borrow::Cow::into_owned)
}

fn text(element: Element<'_>) -> Text {
    Text { text: owned(element), language: attribute(element, "languageID") }
}

fn statements(signatory: Part<'_>) -> Vec<Statement> {
    let mut all = signatory.all(Name::IncludedSPSClause, |clause| {
        let clause = Part::from(clause);
        Statement { id: clause.text(Name::ID), contents: clause.filled_texts(Name::Content) }
    });
    // One that says nothing is what the schema asks of a re-export.
    all.retain(|statement| *statement != Statement::default());
    all
}

fn party(element: Element<'_>) -> Party {
    let party = Part::from(element);
    Party {
        name: party.text(Name::Name),
        type_codes: party.all(Name::TypeCode, |code| Code {
            value: owned(code),
            list_name: attribute(code, "listName"),
        }),
        address: address(party.child(Name::SpecifiedSPSAddress)),
        person: party.child(Name::SpecifiedSPSPerson).filled(Name::Name),
    }
}

/// The five lines in their places, then what stands in elements of its own.
fn address(address: Part<'_>) -> Vec<String> {
    let lines = [Name::LineOne, Name::LineTwo, Name::LineThree, Name::LineFour, Name::LineFive];
    let mut lines: Vec<String> = lines.iter().map(|name| address.text(*name)).collect();
    while lines.last().is_some_and(String::is_empty) {
        lines.pop();
    }
    let others = [Name::PostcodeCode, Name::CityName, Name::CountryName];
    lines.extend(others.iter().filter_map(|name| address.filled(*name)));
    lines
}

fn country(element: Element<'_>) -> Country {
    let country = Part::from(element);
    Country {
        id: country.text(Name::ID),
        name: country.text(Name::Name),
        subdivisions: country.all(Name::SubordinateSPSCountrySubDivision, |part| {
            let part = Part::from(part);
            Subdivision {
                name: part.text(Name::Name),
                level: part.other_than(Name::HierarchicalLevelCode, "0"),
            }
        }),
    }
}

fn location(element: Element<'_>) -> Location {
    let place = Part::from(element);
    Location { id: place.filled(Name::ID), name: place.text(Name::Name) }
}

fn note(element: Element<'_>) -> Note {
    let note = Part::from(element);
    let subject = note.filled(Name::Subject).unwrap_or_else(|| note.text(Name::SubjectCode));
    Note { subject, contents: note.texts(Name::Content) }
}

fn reference(element: Element<'_>) -> Reference {
    let reference = Part::from(element);
    Reference {
        issued: reference.date(Name::IssueDateTime),
        document_type: reference.filled(Name::TypeCode),
        relationship: reference.text(Name::RelationshipTypeCode),
        number: reference.text(Name::ID),
        attachments: reference.all(Name::AttachmentBinaryObject, |file| Attachment {
            filename: attribute(file, "filename"),
            mime_code: attribute(file, "mimeCode"),
            // Whether it is Base64 is for a rule to say; it is passed on as it is.
            base64: file.text().split_ascii_whitespace().collect(),
        }),
        information: reference
            .first(Name::Information, text)
            .filter(|information| !information.text.is_empty()),
    }
}

fn transport(element: Element<'_>) -> Transport {
    let transport = Part::from(element);
    Transport {
        number: transport.filled(Name::ID),
        mode: transport.text(Name::ModeCode),
        means: transport.child(Name::UsedSPSTransportMeans).filled(Name::Name),
    }
}

fn items(body: Part<'_>) -> Vec<Item> {
    let mut items = body.all(Name::IncludedSPSConsignmentItem, |item| {
        let natures = Part::from(item).all(Name::NatureIdentificationSPSCargo, |cargo| {
            Part::from(cargo).filled(Name::TypeCode)
        });
        Item {
            cargo_natures: natures.into_iter().flatten().collect(),
            lines: Part::from(item).all(Name::IncludedSPSTradeLineItem, line::line),
        }
    });
    let lines = items.iter_mut().flat_map(|item| &mut item.lines);
    for (place, line) in (1_u32..).zip(lines) {
        line.sequence = line.sequence.take().filter(|said| *said != place.to_string());
    }
    items
}

fn measure(element: Element<'_>) -> Measure {
    Measure {
        value: decimal(&element.text()).into_owned(),
        unit: attribute(element, "unitCode").unwrap_or_default(),
    }
}
