//! What people enter: the model of a phytosanitary certificate for export in the words of ISPM 12.

use serde::{Deserialize, Serialize};

use super::limit;

/// A certificate as it is entered. What is empty is not said.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(default)]
pub struct Draft {
    /// Name and address of the exporter.
    pub exporter: Party,
    /// Declared name and address of the consignee.
    pub consignee: Party,
    /// The country that it goes to: two letters of ISO 3166-1.
    pub destination: String,
    /// The countries that it passes.
    pub transit: Vec<String>,
    /// Declared point of entry.
    pub point_of_entry: Place,
    /// Declared means of conveyance.
    pub transports: Vec<Transport>,
    /// Containers and their seals.
    pub containers: Vec<Container>,
    /// Distinguishing marks of the whole.
    pub marks: String,
    /// Produce, one line each.
    pub lines: Vec<Line>,
    /// Additional declarations for the whole consignment.
    pub declarations: Vec<Declaration>,
    /// The number of the import permit.
    pub import_permit: String,
    /// When it was inspected, as 2026-03-04.
    pub inspected_on: String,
    /// Other official information.
    pub official_information: String,
    /// The language of the certificate (ISO 639-1), apart from that of the pages.
    pub language: String,
}

/// A person or an organization.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(default)]
pub struct Party {
    /// Its name.
    pub name: String,
    /// Its address, up to five lines.
    pub address: Vec<String>,
}

/// A place.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(default)]
pub struct Place {
    /// Its UN/LOCODE.
    pub locode: String,
    /// Its name.
    pub name: String,
}

/// A means of conveyance.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(default)]
pub struct Transport {
    /// The mode (Recommendation 19: 1 sea, 2 rail, 3 road, 4 air …).
    pub mode: String,
    /// The vessel, aircraft or vehicle.
    pub means: String,
    /// The number of the voyage or flight.
    pub number: String,
}

/// A container.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(default)]
pub struct Container {
    /// Its number.
    pub number: String,
    /// The numbers of its seals.
    pub seals: Vec<String>,
}

/// An additional declaration: from the code list, or free.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(default)]
pub struct Declaration {
    /// Its code in the list of additional declarations; empty if free.
    pub code: String,
    /// Its wording as it is certified.
    pub text: String,
}

/// One produce.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(default)]
pub struct Line {
    /// Name of the produce.
    pub produce: String,
    /// Its common name.
    pub common_name: String,
    /// Its botanical name.
    pub botanical_name: String,
    /// What it is meant for: a text of the list of intended uses.
    pub intended_use: String,
    /// Its code in the Harmonized System.
    pub hs_code: String,
    /// The part of the plant: a text of the list of product descriptions.
    pub plant_part: String,
    /// Its condition: a text of the list of conditions.
    pub condition: String,
    /// Net weight.
    pub net_weight: Measure,
    /// Gross weight.
    pub gross_weight: Measure,
    /// Net volume.
    pub net_volume: Measure,
    /// A quantity in other units, these in words.
    pub other_quantity: Measure,
    /// Number and description of packages, the outermost first; none for bulk goods.
    pub packages: Vec<Package>,
    /// The packages in words where they cannot be counted, such as "in bulk".
    pub packages_text: String,
    /// Where it grew.
    pub origins: Vec<Origin>,
    /// Distinguishing marks.
    pub marks: String,
    /// How it was treated.
    pub treatments: Vec<Treatment>,
    /// Additional declarations for this line.
    pub declarations: Vec<Declaration>,
}

/// A number with its unit.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(default)]
pub struct Measure {
    /// Digits and a point.
    pub value: String,
    /// The unit (Recommendation 20).
    pub unit: String,
}

/// Packages of one level.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(default)]
pub struct Package {
    /// The packaging (Recommendation 21).
    pub kind: String,
    /// How many.
    pub quantity: String,
}

/// A place of origin.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(default)]
pub struct Origin {
    /// The country.
    pub country: String,
    /// The part of it, if it matters.
    pub region: String,
}

/// A disinfestation or disinfection.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(default)]
pub struct Treatment {
    /// The type: a code of the first level of the list of treatment types.
    pub kind: String,
    /// The type on the second level, if there is one.
    pub method: String,
    /// The active ingredient's name.
    pub chemical: String,
    /// Its number in the Codex Alimentarius, if it has one.
    pub chemical_code: String,
    /// When it began, as 2026-03-04.
    pub start: String,
    /// When it ended.
    pub end: String,
    /// How long it took.
    pub duration: Measure,
    /// At what temperature.
    pub temperature: Measure,
    /// In what concentration.
    pub concentration: Measure,
    /// Everything else that there is to say.
    pub information: String,
}

/// The types of attachments that every reader opens.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
#[expect(clippy::exhaustive_enums, reason = "the attachment guideline closes it")]
pub enum AttachmentKind {
    /// `application/pdf`.
    Pdf,
    /// `image/png`.
    Png,
    /// `image/jpeg`.
    Jpeg,
    /// `image/gif`.
    Gif,
}

impl AttachmentKind {
    /// What the bytes are by how they begin: neither name nor declared type is trusted.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Option<Self> {
        let starts = |with: &[u8]| bytes.starts_with(with);
        match () {
            () if starts(b"%PDF-") => Some(Self::Pdf),
            () if starts(b"\x89PNG\r\n\x1a\n") => Some(Self::Png),
            () if starts(b"\xff\xd8\xff") => Some(Self::Jpeg),
            () if starts(b"GIF87a") || starts(b"GIF89a") => Some(Self::Gif),
            () => None,
        }
    }

    /// The media type.
    #[must_use]
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Pdf => "application/pdf",
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::Gif => "image/gif",
        }
    }

    pub(crate) fn from_media_type(name: &str) -> Option<Self> {
        [Self::Pdf, Self::Png, Self::Jpeg, Self::Gif]
            .into_iter()
            .find(|kind| kind.media_type() == name)
    }

    /// The extension of a file's name.
    #[must_use]
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Pdf => "pdf",
            Self::Png => "png",
            Self::Jpeg => "jpg",
            Self::Gif => "gif",
        }
    }
}

/// A file that goes with the certificate.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Attachment {
    /// Its name, without directories and control characters.
    pub name: String,
    /// What it is.
    pub kind: AttachmentKind,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

impl Attachment {
    /// A file of that name, if it is one of those that may be attached.
    ///
    /// # Errors
    ///
    /// It is of another kind or too large.
    pub fn new(name: &str, bytes: Vec<u8>) -> Result<Self, DraftFlaw> {
        if bytes.len() > limit::ATTACHMENT_BYTES_MAX {
            return Err(DraftFlaw::new("attachment", FlawKind::TooLarge));
        }
        let Some(kind) = AttachmentKind::of(&bytes) else {
            return Err(DraftFlaw::new("attachment", FlawKind::Type));
        };
        Ok(Self { name: safe_name(name, kind), kind, bytes })
    }
}

/// The name without what could lead elsewhere or deceive about what it is.
fn safe_name(name: &str, kind: AttachmentKind) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let stem = last.rsplit_once('.').map_or(last, |(stem, _)| stem);
    let kept: String = stem
        .chars()
        .filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_' | '(' | ')'))
        .take(80)
        .collect();
    let stem = match kept.trim() {
        "" => "attachment",
        kept => kept,
    };
    format!("{stem}.{}", kind.extension())
}

/// What is wrong with the shape of a draft: what cannot be kept, as opposed to what cannot be
/// issued yet.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("a field cannot be kept field={field} kind={kind:?}")]
#[non_exhaustive]
pub struct DraftFlaw {
    /// The field, such as `lines.2.produce`, counted from 0.
    pub field: String,
    /// What is wrong.
    pub kind: FlawKind,
}

impl DraftFlaw {
    pub(crate) fn new(field: impl Into<String>, kind: FlawKind) -> Self {
        Self { field: field.into(), kind }
    }
}

/// What is wrong with the shape of a field.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum FlawKind {
    /// A text has too many characters.
    TooLong,
    /// A list has too many entries.
    TooMany,
    /// A file has too many bytes.
    TooLarge,
    /// A file is of a type that not everybody can open.
    Type,
}

impl Draft {
    /// What is too long or too much to be kept.
    ///
    /// # Errors
    ///
    /// The first such field.
    pub fn check_shape(&self) -> Result<(), DraftFlaw> {
        count("transit", self.transit.len(), limit::ENTRIES_MAX)?;
        count("transports", self.transports.len(), limit::ENTRIES_MAX)?;
        count("containers", self.containers.len(), limit::ENTRIES_MAX)?;
        count("lines", self.lines.len(), limit::LINES_MAX)?;
        count("exporter.address", self.exporter.address.len(), limit::ADDRESS_LINES_MAX)?;
        count("consignee.address", self.consignee.address.len(), limit::ADDRESS_LINES_MAX)?;
        declarations("declarations", &self.declarations)?;
        text("official_information", &self.official_information, limit::LONG_TEXT_CHARS_MAX)?;
        for (place, container) in self.containers.iter().enumerate() {
            count(&format!("containers.{place}.seals"), container.seals.len(), limit::ENTRIES_MAX)?;
        }
        for (place, line) in self.lines.iter().enumerate() {
            line.check_shape(&format!("lines.{place}"))?;
        }
        // Every other text is short: all at once, as it is kept.
        let rest = Self {
            official_information: String::new(),
            declarations: Vec::new(),
            lines: self.lines.iter().map(Line::short).collect(),
            ..self.clone()
        };
        match serde_json::to_value(&rest) {
            Ok(all) => short_texts("", &all),
            Err(_) => Err(DraftFlaw::new("", FlawKind::TooLarge)),
        }
    }

    /// The draft without white space around its texts and without entries that say nothing.
    #[must_use]
    pub fn tidied(mut self) -> Self {
        tidy(&mut self);
        self.transit.retain(|country| !country.is_empty());
        self.transports.retain(|one| *one != Transport::default());
        self.containers.iter_mut().for_each(|one| one.seals.retain(|seal| !seal.is_empty()));
        self.containers.retain(|one| *one != Container::default());
        self.declarations.retain(|one| *one != Declaration::default());
        for party in [&mut self.exporter, &mut self.consignee] {
            party.address.retain(|line| !line.is_empty());
        }
        for line in &mut self.lines {
            line.packages.retain(|one| *one != Package::default());
            line.origins.retain(|one| *one != Origin::default());
            line.treatments.retain(|one| *one != Treatment::default());
            line.declarations.retain(|one| *one != Declaration::default());
        }
        self.lines.retain(|line| *line != Line::default());
        self
    }
}

impl Line {
    fn check_shape(&self, field: &str) -> Result<(), DraftFlaw> {
        count(&format!("{field}.packages"), self.packages.len(), limit::ENTRIES_MAX)?;
        count(&format!("{field}.origins"), self.origins.len(), limit::ENTRIES_MAX)?;
        count(&format!("{field}.treatments"), self.treatments.len(), limit::ENTRIES_MAX)?;
        declarations(&format!("{field}.declarations"), &self.declarations)?;
        for (place, treatment) in self.treatments.iter().enumerate() {
            let field = format!("{field}.treatments.{place}.information");
            text(&field, &treatment.information, limit::LONG_TEXT_CHARS_MAX)?;
        }
        Ok(())
    }

    /// The line without its long texts.
    fn short(&self) -> Self {
        let mut short = Self { declarations: Vec::new(), ..self.clone() };
        short.treatments.iter_mut().for_each(|one| one.information.clear());
        short
    }
}

fn declarations(field: &str, all: &[Declaration]) -> Result<(), DraftFlaw> {
    count(field, all.len(), limit::ENTRIES_MAX)?;
    for (place, one) in all.iter().enumerate() {
        text(&format!("{field}.{place}.code"), &one.code, limit::TEXT_CHARS_MAX)?;
        text(&format!("{field}.{place}.text"), &one.text, limit::LONG_TEXT_CHARS_MAX)?;
    }
    Ok(())
}

fn count(field: &str, count: usize, max: usize) -> Result<(), DraftFlaw> {
    if count <= max { Ok(()) } else { Err(DraftFlaw::new(field, FlawKind::TooMany)) }
}

fn text(field: &str, text: &str, max: usize) -> Result<(), DraftFlaw> {
    if text.chars().count() <= max { Ok(()) } else { Err(DraftFlaw::new(field, FlawKind::TooLong)) }
}

/// Holds every text of our own model, which is nested four deep, to the limit of short ones.
fn short_texts(field: &str, value: &serde_json::Value) -> Result<(), DraftFlaw> {
    let below = |name: &str| match field {
        "" => name.to_owned(),
        field => format!("{field}.{name}"),
    };
    match value {
        serde_json::Value::String(one) => text(field, one, limit::TEXT_CHARS_MAX),
        serde_json::Value::Array(all) => (0..)
            .zip(all)
            .try_for_each(|(place, one): (usize, _)| short_texts(&below(&place.to_string()), one)),
        serde_json::Value::Object(all) => {
            all.iter().try_for_each(|(name, one)| short_texts(&below(name), one))
        }
        _ => Ok(()),
    }
}

/// Takes white space off both ends of every text, and control characters other than line ends out.
fn tidy(draft: &mut Draft) {
    let tidied = serde_json::to_value(&*draft).map(tidied_value).and_then(serde_json::from_value);
    if let Ok(tidied) = tidied {
        *draft = tidied;
    }
}

fn tidied_value(value: serde_json::Value) -> serde_json::Value {
    use serde_json::Value;
    match value {
        Value::String(text) => {
            Value::String(text.trim().chars().filter(|c| !c.is_control() || *c == '\n').collect())
        }
        Value::Array(all) => all.into_iter().map(tidied_value).collect(),
        Value::Object(all) => {
            all.into_iter().map(|(name, value)| (name, tidied_value(value))).collect()
        }
        other => other,
    }
}
