//! From what was read to what can be written: what the profile knows is kept, what it does not know
//! (other languages' addresses, classes of other systems' making) is not.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::{
    Attachment, Certificate, Classification, Country, Line, Location, Measure, Note, Package,
    Party, Reference, Text, Transport, Treatment, TreatmentDatum,
};
use crate::certificate as view;
use crate::document::Element;
use crate::name::Name;

impl From<&view::CertificateView<'_>> for Certificate {
    fn from(view: &view::CertificateView<'_>) -> Self {
        let signatory = view.signatories().next();
        let date = |date: Option<view::WrittenDate<'_>>| {
            date.map_or_else(String::new, |date| date.written.into_owned())
        };
        let name = |party: Option<view::Party<'_>>| party.map(|party| party.name().into_owned());
        Self {
            number: view.number().into_owned(),
            certificate_type: view.certificate_type().into_owned(),
            status: view.status().into_owned(),
            issued: date(view.issue_date()),
            issuer: name(view.issuer()).unwrap_or_default(),
            notes: view.notes().map(Into::into).collect(),
            references: view.references().map(Into::into).collect(),
            place_of_issue: signatory
                .and_then(|one| one.place())
                .map(|place| place.name().into_owned())
                .unwrap_or_default(),
            officer: signatory
                .and_then(|one| one.provider())
                .map(|provider| provider.person().into_owned())
                .unwrap_or_default(),
            signed: date(signatory.and_then(|one| one.date())),
            statements: signatory
                .into_iter()
                .flat_map(|one| one.statements().collect::<Vec<_>>())
                .filter(|statement| !statement.is_empty())
                .map(std::borrow::Cow::into_owned)
                .collect(),
            consignor: view.consignor().map(Into::into).unwrap_or_default(),
            consignee: view.consignee().map(Into::into).unwrap_or_default(),
            export_country: view.export_country().map(Into::into).unwrap_or_default(),
            import_country: view.import_country().map(Into::into).unwrap_or_default(),
            transit_countries: view.transit_countries().map(Into::into).collect(),
            point_of_entry: view.point_of_entry().map(Into::into),
            transports: view.transports().map(Into::into).collect(),
            containers: view
                .containers()
                .map(|(number, seals)| {
                    (number.into_owned(), seals.into_iter().map(|seal| seal.into_owned()).collect())
                })
                .collect(),
            lines: view.lines().map(Into::into).collect(),
        }
    }
}

fn filled(text: std::borrow::Cow<'_, str>) -> Option<String> {
    (!text.is_empty()).then(|| text.into_owned())
}

fn text(element: Element<'_>) -> Text {
    let language = element.attribute("languageID").map(std::borrow::Cow::into_owned);
    Text { text: element.text().into_owned(), language }
}

fn texts(element: Element<'_>, name: Name) -> Vec<Text> {
    element.children_named(name).map(text).collect()
}

impl From<view::Party<'_>> for Party {
    fn from(party: view::Party<'_>) -> Self {
        Self {
            name: party.name().into_owned(),
            address: party.address_lines().map(std::borrow::Cow::into_owned).collect(),
            person: filled(party.person()),
        }
    }
}

impl From<view::Country<'_>> for Country {
    fn from(country: view::Country<'_>) -> Self {
        Self {
            id: country.id().into_owned(),
            name: country.name().into_owned(),
            subdivisions: country.subdivisions().map(std::borrow::Cow::into_owned).collect(),
        }
    }
}

impl From<view::Location<'_>> for Location {
    fn from(place: view::Location<'_>) -> Self {
        Self { id: filled(place.id()), name: place.name().into_owned() }
    }
}

impl From<view::Note<'_>> for Note {
    fn from(note: view::Note<'_>) -> Self {
        let contents = note.contents().map(|(text, language)| Text {
            text: text.into_owned(),
            language: language.map(std::borrow::Cow::into_owned),
        });
        Self { subject: note.subject().into_owned(), contents: contents.collect() }
    }
}

impl From<view::Reference<'_>> for Reference {
    fn from(reference: view::Reference<'_>) -> Self {
        Self {
            issued: reference.issue_date().map(|date| date.written.into_owned()),
            document_type: filled(reference.document_type()),
            relationship: reference.relationship().into_owned(),
            number: reference.number().into_owned(),
            attachments: reference.attachments().map(Into::into).collect(),
            information: filled(reference.information()),
        }
    }
}

impl From<view::Attachment<'_>> for Attachment {
    fn from(file: view::Attachment<'_>) -> Self {
        let dense: Vec<u8> =
            file.base64().bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
        Self {
            filename: file.filename().unwrap_or_default().into_owned(),
            mime_code: file.mime_code().unwrap_or_default().into_owned(),
            bytes: STANDARD.decode(dense).unwrap_or_default(),
        }
    }
}

impl From<view::Transport<'_>> for Transport {
    fn from(transport: view::Transport<'_>) -> Self {
        Self {
            number: filled(transport.number()),
            mode: transport.mode().into_owned(),
            means: filled(transport.means()),
        }
    }
}

impl From<view::Measure<'_>> for Measure {
    fn from(measure: view::Measure<'_>) -> Self {
        Self {
            value: measure.value().into_owned(),
            unit: measure.unit().unwrap_or_default().into_owned(),
        }
    }
}

impl From<view::Line<'_>> for Line {
    fn from(line: view::Line<'_>) -> Self {
        let element = line.element();
        let classes = element.children_named(Name::ApplicableSPSClassification);
        Self {
            descriptions: texts(element, Name::Description),
            common_names: texts(element, Name::CommonName),
            scientific_names: line.scientific_names().map(|name| name.into_owned()).collect(),
            intended_uses: texts(element, Name::IntendedUse),
            net_weight: line.net_weight().map(Into::into),
            gross_weight: line.gross_weight().map(Into::into),
            net_volume: line.net_volume().map(Into::into),
            gross_volume: line.gross_volume().map(Into::into),
            notes: line.notes().map(Into::into).collect(),
            classifications: classes.map(classification).collect(),
            packages: line
                .packages()
                .map(|package| Package {
                    packaging: package.packaging().into_owned(),
                    quantity: package.quantity().into_owned(),
                })
                .collect(),
            origins: line.origins().map(Into::into).collect(),
            treatments: line.treatments().map(Into::into).collect(),
        }
    }
}

fn classification(element: Element<'_>) -> Classification {
    let named = |name| element.child(name).map(text).unwrap_or_default();
    Classification {
        system: named(Name::SystemName).text,
        code: element.child(Name::ClassCode).map(|code| code.text().into_owned()),
        name: named(Name::ClassName),
    }
}

impl From<view::Treatment<'_>> for Treatment {
    fn from(treatment: view::Treatment<'_>) -> Self {
        Self {
            start: treatment.start().map(|date| date.written.into_owned()),
            end: treatment.end().map(|date| date.written.into_owned()),
            duration: treatment.duration().map(Into::into),
            data: treatment
                .characteristics()
                .map(|datum| TreatmentDatum {
                    tag: datum.tag().into_owned(),
                    text: filled(datum.text()).map(|text| Text { text, language: None }),
                    measure: datum.measure().map(Into::into),
                })
                .collect(),
        }
    }
}
