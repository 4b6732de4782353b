//! The rows of code lists, with the fields that the operations of the WSDL give them.

use serde::{Deserialize, Serialize};

use super::field::{Tidy, is_false, is_true, present, row_type, yes};
use super::tag::Tag;

/// What all rows have in common.
pub trait Row {
    /// The code, safe as a key (see [`is_safe_code`]).
    fn code(&self) -> &str;
    /// The language of the text, lower case, if the list has languages.
    fn lang(&self) -> Option<&str>;
    /// The text for people.
    fn text(&self) -> &str;
    /// Whether the code may still be used.
    fn active(&self) -> bool;
    /// Whether the ePhyto profile uses the code.
    fn profile(&self) -> bool {
        false
    }
    /// Whether the text is not the official wording.
    fn unofficial(&self) -> bool {
        false
    }
    /// The code that must be in the list beside this one.
    fn parent(&self) -> Option<&str> {
        None
    }
    /// The texts of the row beside its code and its main text.
    fn details(&self) -> [&str; 2] {
        ["", ""]
    }
    /// Whether the code has to be a number.
    fn is_numbered(&self) -> bool {
        false
    }
    /// When the row was last changed, as an xs:dateTime.
    fn last_modified(&self) -> Option<&str>;
    /// Who changed it.
    fn last_modified_by(&self) -> Option<&str>;
}

/// Whether a code may stand in keys, names and addresses: letters, digits, `-`, `_`, `/`, `=` and `.`,
/// neither first nor last a point. Clients use codes as keys of a key-value store.
#[must_use]
pub fn is_safe_code(code: &str) -> bool {
    let safe = |byte: u8| byte.is_ascii_alphanumeric() || b"-_/=.".contains(&byte);
    (1..=super::CODE_BYTES_MAX).contains(&code.len())
        && code.bytes().all(safe)
        && !code.starts_with('.')
        && !code.ends_with('.')
}

/// The rows of a list, typed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Rows {
    /// Of GetAdditionalDeclarations.
    AdditionalDeclaration(Vec<AdditionalDeclaration>),
    /// Codes with names, which no operation serves.
    Code(Vec<CodeRow>),
    /// Of GetConditions.
    Condition(Vec<NamedRow>),
    /// Of GetIntendedUses.
    IntendedUse(Vec<NamedRow>),
    /// Of GetMeanOfTransports.
    MeanOfTransport(Vec<MeanOfTransport>),
    /// Of GetPackageTypes.
    PackageType(Vec<PackageType>),
    /// Of GetPesticides.
    Pesticide(Vec<Pesticide>),
    /// Of GetProductDescriptions.
    ProductDescription(Vec<NamedRow>),
    /// Of GetStatements.
    Statement(Vec<Statement>),
    /// Tags of notes and treatments, which no operation serves.
    Tag(Vec<Tag>),
    /// Of GetTreatmentTypes.
    TreatmentType(Vec<TreatmentType>),
    /// Of GetUnitMeasures.
    UnitMeasure(Vec<UnitMeasure>),
}

/// Does the same with the rows of every kind.
macro_rules! of_every_kind {
    ($rows:expr, $found:ident => $result:expr) => {
        match $rows {
            Rows::AdditionalDeclaration($found) => $result,
            Rows::Code($found) => $result,
            Rows::Condition($found)
            | Rows::IntendedUse($found)
            | Rows::ProductDescription($found) => $result,
            Rows::MeanOfTransport($found) => $result,
            Rows::PackageType($found) => $result,
            Rows::Pesticide($found) => $result,
            Rows::Statement($found) => $result,
            Rows::Tag($found) => $result,
            Rows::TreatmentType($found) => $result,
            Rows::UnitMeasure($found) => $result,
        }
    };
}
pub(super) use of_every_kind;

impl Rows {
    /// How many rows there are.
    #[must_use]
    pub fn len(&self) -> usize {
        of_every_kind!(self, rows => rows.len())
    }

    /// Whether there is no row.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The row at a place, in the order of the file.
    #[must_use]
    pub fn get(&self, place: usize) -> Option<&dyn Row> {
        of_every_kind!(self, rows => rows.get(place).map(|row| row as &dyn Row))
    }

    /// All rows in the order of the file.
    pub fn iter(&self) -> impl Iterator<Item = &dyn Row> {
        (0..self.len()).filter_map(|place| self.get(place))
    }
}

row_type! {
    /// Wording of an additional declaration.
    AdditionalDeclaration {
        /// The code.
        code: String,
        /// A second code, empty if there is none.
        additional_code: String,
        /// The wording.
        text: String,
        /// Wording that may be added, empty if there is none.
        optional_text: String,
        /// The language of both wordings.
        lang: String,
        /// Whether the wording is not the official one.
        #[serde(default, skip_serializing_if = "is_false")]
        unofficial: bool,
    }
    lang: Option<&str> = |row| Some(&row.lang);
    text: &str = |row| &row.text;
    unofficial: bool = |row| row.unofficial;
    details: [&str; 2] = |row| [&row.additional_code, &row.optional_text];
}

row_type! {
    /// A code and its English name.
    CodeRow {
        /// The code.
        code: String,
        /// The name.
        name: String,
        /// Whether the ePhyto profile uses the code.
        #[serde(default, skip_serializing_if = "is_false")]
        profile: bool,
        /// Whether we added the code to those of the source.
        #[serde(default, skip_serializing_if = "is_false")]
        extra: bool,
    }
    lang: Option<&str> = |_row| None;
    text: &str = |row| &row.name;
    profile: bool = |row| row.profile;
}

row_type! {
    /// A mode of transport.
    MeanOfTransport {
        /// The mode as decimal digits; see [`MeanOfTransport::mode_code`].
        code: String,
        /// The name of the mode.
        used_transport_mean: String,
        /// The language of the name.
        lang: String,
    }
    lang: Option<&str> = |row| Some(&row.lang);
    text: &str = |row| &row.used_transport_mean;
    is_numbered: bool = |_row| true;
}

impl MeanOfTransport {
    /// The mode as the WSDL has it; every list that exists has numbers here.
    #[must_use]
    pub fn mode_code(&self) -> Option<i32> {
        self.code.parse().ok()
    }
}

row_type! {
    /// An intended use, a condition, or a description of products.
    NamedRow {
        /// The code.
        code: String,
        /// The name, which certificates carry as text.
        name: String,
        /// The language of the name.
        lang: String,
        /// Whether the name is not the official one.
        #[serde(default, skip_serializing_if = "is_false")]
        unofficial: bool,
    }
    lang: Option<&str> = |row| Some(&row.lang);
    text: &str = |row| &row.name;
    unofficial: bool = |row| row.unofficial;
}

row_type! {
    /// A type of package.
    PackageType {
        /// The code of Recommendation 21.
        code: String,
        /// What the package is.
        description: String,
        /// The language of the description.
        lang: String,
    }
    lang: Option<&str> = |row| Some(&row.lang);
    text: &str = |row| &row.description;
}

row_type! {
    /// An active ingredient.
    Pesticide {
        /// The number in the Codex Alimentarius.
        code: String,
        /// The common name.
        description: String,
    }
    lang: Option<&str> = |_row| None;
    text: &str = |row| &row.description;
}

row_type! {
    /// A statement of certificates.
    Statement {
        /// The identifier that certificates carry in a clause or note.
        code: String,
        /// The only type of certificate that the statement is for, 0 for any.
        doc_type_only: i32,
        /// The wording.
        text: String,
        /// The language of the wording.
        lang: String,
        /// Whether the wording is not the official one.
        #[serde(default, skip_serializing_if = "is_false")]
        unofficial: bool,
    }
    lang: Option<&str> = |row| Some(&row.lang);
    text: &str = |row| &row.text;
    unofficial: bool = |row| row.unofficial;
}

row_type! {
    /// A type of treatment.
    TreatmentType {
        /// The code.
        code: String,
        /// What the treatment is.
        description: String,
        /// The language of the description.
        lang: String,
        /// 1, or 2 for a type within one of level 1.
        level: i32,
        /// The type of level 1 that a type of level 2 belongs to.
        #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
        parent_code: Option<String>,
        /// Whether the description is not the official one.
        #[serde(default, skip_serializing_if = "is_false")]
        unofficial: bool,
    }
    lang: Option<&str> = |row| Some(&row.lang);
    text: &str = |row| &row.description;
    unofficial: bool = |row| row.unofficial;
    parent: Option<&str> = |row| row.parent_code.as_deref();
}

row_type! {
    /// A unit of measure.
    UnitMeasure {
        /// The code of Recommendation 20.
        code: String,
        /// The name.
        name: String,
        /// The sign for the unit.
        symbol: String,
        /// What the unit measures.
        r#type: UnitType,
    }
    lang: Option<&str> = |_row| None;
    text: &str = |row| &row.name;
    details: [&str; 2] = |row| [&row.symbol, ""];
}

/// What a unit measures.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
#[expect(missing_docs, reason = "the WSDL's own words, which need none of ours")]
pub enum UnitType {
    Weight,
    Volume,
    Duration,
    Temperature,
    Concentration,
    Area,
    Distance,
}

impl Tidy for UnitType {}

impl UnitType {
    /// The value that the WSDL has for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Weight => "WEIGHT",
            Self::Volume => "VOLUME",
            Self::Duration => "DURATION",
            Self::Temperature => "TEMPERATURE",
            Self::Concentration => "CONCENTRATION",
            Self::Area => "AREA",
            Self::Distance => "DISTANCE",
        }
    }
}
