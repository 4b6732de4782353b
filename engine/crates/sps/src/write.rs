//! Documents to be written: owned, in plain words, one canonical form.
//!
//! What is written is well-formed whatever the texts hold, in the order of the schema, in the
//! versions that the hub was built for, and valid against the schema if codes and numbers are.

mod acknowledgement;
mod certificate;
mod convert;
mod line;
mod out;

pub use acknowledgement::Acknowledgement;
pub use certificate::{Certificate, Item, Statement, Transport};
pub use line::{Classification, Line, Measure, Package, Treatment, TreatmentDatum};
pub use out::Out;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// A text with the language that it is in, if that matters.
#[derive(Clone, Debug, Default, Eq, Hash, PartialEq)]
pub struct Text {
    /// The text.
    pub text: String,
    /// Its language as ISO 639-1 has it.
    pub language: Option<String>,
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self { text: text.to_owned(), language: None }
    }
}

/// A person or an organization.
#[derive(Clone, Debug, Default, Eq, Hash, PartialEq)]
pub struct Party {
    /// Its name.
    pub name: String,
    /// What it is registered as.
    pub type_codes: Vec<Code>,
    /// Up to five lines, each in its place though others be empty; what is beyond is joined to the
    /// fifth.
    pub address: Vec<String>,
    /// The person in it.
    pub person: Option<String>,
}

/// A code, with the list that it is from where the element does not tell.
#[derive(Clone, Debug, Default, Eq, Hash, PartialEq)]
pub struct Code {
    /// The code.
    pub value: String,
    /// The list's name, such as `NationalRegistrationNumber`.
    pub list_name: Option<String>,
}

/// A country and those of its parts that are meant.
#[derive(Clone, Debug, Default, Eq, Hash, PartialEq)]
pub struct Country {
    /// Two letters of ISO 3166-1.
    pub id: String,
    /// Its name, which may be empty.
    pub name: String,
    /// Its parts.
    pub subdivisions: Vec<Subdivision>,
}

/// A part of a country.
#[derive(Clone, Debug, Default, Eq, Hash, PartialEq)]
pub struct Subdivision {
    /// Its name.
    pub name: String,
    /// How far below the country, 0 for right below, which is written if nothing is said.
    pub level: Option<String>,
}

/// A place.
#[derive(Clone, Debug, Default, Eq, Hash, PartialEq)]
pub struct Location {
    /// Its UN/LOCODE.
    pub id: Option<String>,
    /// Its name.
    pub name: String,
}

/// A note: a tag of the profile and what is said under it.
#[derive(Clone, Debug, Default, Eq, Hash, PartialEq)]
pub struct Note {
    /// The tag, such as ADEDL.
    pub subject: String,
    /// One text for each language.
    pub contents: Vec<Text>,
}

impl Note {
    /// A note of one text.
    #[must_use]
    pub fn new(subject: &str, content: &str) -> Self {
        Self { subject: subject.to_owned(), contents: vec![content.into()] }
    }
}

/// Another document.
#[derive(Clone, Debug, Default, Eq, Hash, PartialEq)]
pub struct Reference {
    /// When it was issued, as 2026-03-04T10:11:12+01:00.
    pub issued: Option<String>,
    /// Its type as UNCL 1001 has it.
    pub document_type: Option<String>,
    /// AWR for the original, ZZZ for anything else, which is written if nothing is said.
    pub relationship: String,
    /// Its number.
    pub number: String,
    /// Its files.
    pub attachments: Vec<Attachment>,
    /// What it is.
    pub information: Option<Text>,
}

/// A file.
#[derive(Clone, Debug, Default, Eq, Hash, PartialEq)]
pub struct Attachment {
    /// Its name with its extension.
    pub filename: Option<String>,
    /// Its media type, such as `application/pdf`.
    pub mime_code: Option<String>,
    /// Its bytes in Base64, without white space.
    pub base64: String,
}

impl Attachment {
    /// A file of that name, type and those bytes.
    #[must_use]
    pub fn new(filename: &str, mime_code: &str, bytes: &[u8]) -> Self {
        Self {
            filename: Some(filename.to_owned()),
            mime_code: Some(mime_code.to_owned()),
            base64: STANDARD.encode(bytes),
        }
    }
}

impl Party {
    /// Writes it as an element of that name.
    pub fn write(&self, out: &mut Out, name: &str) {
        out.element(name, |out| {
            out.text("ram:Name", &self.name);
            for Code { value, list_name } in &self.type_codes {
                let list_name = list_name.as_deref().map(|name| ("listName", name));
                out.text_with("ram:TypeCode", list_name.as_slice(), value);
            }
            if !self.address.is_empty() {
                out.element("ram:SpecifiedSPSAddress", |out| self.write_lines(out));
            }
            if let Some(person) = &self.person {
                out.element("ram:SpecifiedSPSPerson", |out| out.text("ram:Name", person));
            }
        });
    }

    fn write_lines(&self, out: &mut Out) {
        let names = ["ram:LineOne", "ram:LineTwo", "ram:LineThree", "ram:LineFour", "ram:LineFive"];
        for (place, name) in names.iter().enumerate() {
            let rest = self.address.get(place..).unwrap_or_default();
            match rest {
                [] => break,
                all if place + 1 == names.len() => out.text(name, &all.join(", ")),
                [line, ..] if line.is_empty() => {}
                [line, ..] => out.text(name, line),
            }
        }
    }
}

impl Country {
    /// Writes it as an element of that name.
    pub fn write(&self, out: &mut Out, name: &str) {
        out.element(name, |out| {
            out.text("ram:ID", &self.id);
            out.text("ram:Name", &self.name);
            for part in &self.subdivisions {
                out.element("ram:SubordinateSPSCountrySubDivision", |out| {
                    out.text("ram:Name", &part.name);
                    let level = part.level.as_deref().unwrap_or("0");
                    out.text("ram:HierarchicalLevelCode", level);
                });
            }
        });
    }
}

impl Location {
    /// Writes it as an element of that name.
    pub fn write(&self, out: &mut Out, name: &str) {
        out.element(name, |out| {
            out.optional("ram:ID", self.id.as_deref());
            out.text("ram:Name", &self.name);
        });
    }
}

impl Note {
    /// Writes it as an element of that name.
    pub fn write(&self, out: &mut Out, name: &str) {
        out.element(name, |out| {
            if !self.subject.is_empty() {
                out.text("ram:Subject", &self.subject);
            }
            out.texts("ram:Content", &self.contents);
        });
    }
}

impl Reference {
    fn write(&self, out: &mut Out) {
        self.write_as(out, "ram:ReferenceSPSReferencedDocument");
    }

    /// Writes it as an element of that name.
    pub fn write_as(&self, out: &mut Out, name: &str) {
        out.element(name, |out| {
            if let Some(issued) = &self.issued {
                out.date("ram:IssueDateTime", issued);
            }
            out.optional("ram:TypeCode", self.document_type.as_deref());
            let relationship = match &*self.relationship {
                "" => "ZZZ",
                said => said,
            };
            out.text("ram:RelationshipTypeCode", relationship);
            out.text("ram:ID", &self.number);
            for file in &self.attachments {
                let mime_code = file.mime_code.as_deref().map(|mime| ("mimeCode", mime));
                let filename = file.filename.as_deref().map(|name| ("filename", name));
                let attributes: Vec<_> = mime_code.into_iter().chain(filename).collect();
                out.text_with("ram:AttachmentBinaryObject", &attributes, &file.base64);
            }
            if let Some(information) = &self.information {
                out.texts("ram:Information", std::slice::from_ref(information));
            }
        });
    }
}
