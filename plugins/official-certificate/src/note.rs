//! Notes: a subject and what is said under it, written by tags or by codes.
//!
//! The ePhyto profile writes the tag in `Subject`; TRACES leaves that out and writes `SubjectCode`
//! and `ContentCode`. Both are read.

use std::borrow::Cow;

use phytohub_sps::{Element, Name};

/// A subject that these certificates know.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_structs, reason = "a row of a list")]
pub struct Tag {
    /// The code, in `SubjectCode` or `Subject`.
    pub code: &'static str,
    /// What people call it.
    pub label: &'static str,
}

/// What people call the subject of a code; the code itself if it is not known.
#[must_use]
pub fn tag_label(code: &str) -> Cow<'_, str> {
    let known = TAGS.iter().find(|tag| tag.code == code);
    if let Some(tag) = known {
        return Cow::Borrowed(tag.label);
    }
    // Codes of other systems, such as PRODUCT_TEMPERATURE, say what they mean.
    let is_code = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
    if code.contains('_') && code.chars().all(is_code) {
        let mut words = code.replace('_', " ").to_ascii_lowercase();
        if let Some(first) = words.get_mut(..1) {
            first.make_ascii_uppercase();
        }
        return Cow::Owned(words);
    }
    Cow::Borrowed(code)
}

/// The notes of a document or of a line.
pub(crate) fn all<'d>(element: Element<'d>) -> impl Iterator<Item = Element<'d>> {
    element.children().filter(|child| {
        matches!(child.name(), Name::IncludedSPSNote | Name::AdditionalInformationSPSNote)
    })
}

/// The notes of that subject.
pub(crate) fn of<'d>(element: Element<'d>, subject: &str) -> impl Iterator<Item = Element<'d>> {
    all(element).filter(move |note| is_of(*note, subject))
}

fn is_of(note: Element<'_>, subject: &str) -> bool {
    let mut names = note.children();
    names.any(|child| {
        matches!(child.name(), Name::Subject | Name::SubjectCode) && child.text() == subject
    })
}

/// The code of a note's subject, else its words.
pub(crate) fn subject(note: Element<'_>) -> Cow<'_, str> {
    let code = note.child(Name::SubjectCode).filter(|code| code.is_filled());
    code.or_else(|| note.child(Name::Subject)).map_or(Cow::Borrowed(""), Element::text)
}

/// What a note says: its contents, else its content codes.
pub(crate) fn contents<'d>(note: Element<'d>) -> impl Iterator<Item = Cow<'d, str>> {
    let has_words = note.children_named(Name::Content).any(Element::is_filled);
    let name = if has_words { Name::Content } else { Name::ContentCode };
    note.children_named(name).map(Element::text).filter(|text| !text.is_empty())
}

/// What the first note of that subject says first.
pub(crate) fn said<'d>(element: Element<'d>, subject: &str) -> Option<Cow<'d, str>> {
    of(element, subject).find_map(|note| contents(note).next())
}

/// Subjects of the document.
pub(crate) const MODEL: &str = "MODEL";
pub(crate) const REPLACED_NUMBER: &str = "ADRPN";
pub(crate) const REPLACED_DATE: &str = "ADRD";
pub(crate) const REPLACEMENT: &[&str] = &["ADRP", REPLACED_NUMBER, REPLACED_DATE, "ADRPR"];

const fn tag(code: &'static str, label: &'static str) -> Tag {
    Tag { code, label }
}

/// The subjects that the tables know, first those of documents, then those of lines.
pub(crate) static TAGS: &[Tag] = &[
    tag(MODEL, "Model"),
    tag("ADRP", "Replacement"),
    tag(REPLACED_NUMBER, "Replaces certificate"),
    tag(REPLACED_DATE, "Date of the replaced certificate"),
    tag("ADRPR", "Reason for replacement"),
    tag("REVOCATION_REASON", "Reason for revocation"),
    tag("IMPORT_PURPOSE", "For import or admission"),
    tag("TOTAL_QUANTITY", "Total quantity"),
    tag("TOTAL_NET_WEIGHT_KG", "Total net weight in kg"),
    tag("TOTAL_GROSS_WEIGHT_KG", "Total gross weight in kg"),
    tag("TOTAL_PACKAGES", "Total number of packages"),
    tag("STORAGE_CONDITIONS", "Conditions of transport and storage"),
    tag("PRODUCT_TEMPERATURE", "Temperature of the product"),
    tag("ANIMAL_ID", "Identification of animals"),
    tag("ID_SYSTEM", "Identification system"),
    tag("NUMBER_OF_ANIMALS", "Number of animals"),
    tag("BREED", "Breed"),
    tag("SEX", "Sex"),
    tag("AGE", "Age"),
    tag("BIRTH_DATE", "Date of birth"),
    tag("DONOR_ID", "Identification of donors"),
    tag("COLLECTION_DATE", "Date of collection"),
    tag("NUMBER_OF_STRAWS", "Number of straws or doses"),
    tag("NUMBER_OF_EGGS", "Number of eggs"),
    tag("RABIES_VACCINE", "Vaccine against rabies"),
    tag("VACCINATION_DATE", "Date of vaccination"),
    tag("RABIES_TITRE", "Antibodies against rabies"),
    tag("HEALTH_STATUS", "Health status of the colony"),
    tag("WATER", "Water"),
    tag("LIFE_STAGE", "Life stage"),
    tag("PRODUCTION", "Wild or from aquaculture"),
    tag("PRODUCTION_DATE", "Date of production"),
    tag("NATURE", "Nature of the goods"),
];
