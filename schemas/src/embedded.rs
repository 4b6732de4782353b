//! The lists that are compiled in, read when they are first asked for.

use std::sync::OnceLock;

use crate::code_list::CodeList;

macro_rules! embedded_lists {
    ($($(#[$doc:meta])* $variant:ident = $name:literal,)*) => {
        /// The lists that are compiled in. An operator's lists may have the same names and newer rows.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum CodeListName {
            $($(#[$doc])* $variant,)*
        }

        impl CodeListName {
            /// All lists, by name.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// The name of the list and of its file.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }

            /// The list of that name.
            #[must_use]
            pub fn from_name(name: &str) -> Option<Self> {
                match name {
                    $($name => Some(Self::$variant),)*
                    _ => None,
                }
            }

            /// The file as it was compiled in.
            #[must_use]
            pub fn text(self) -> &'static str {
                match self {
                    $(Self::$variant => include_str!(concat!("../code-lists/", $name, ".json")),)*
                }
            }
        }
    };
}

embedded_lists! {
    /// Wordings of additional declarations; GetAdditionalDeclarations.
    AdditionalDeclarations = "additional-declarations",
    /// UNCL 3131.
    AddressTypes = "address-types",
    /// UNCL 7085: the nature of cargo.
    CargoNatures = "cargo-natures",
    /// Why a notification of non-compliance refers to no certificate; of the project's own.
    CertificateAbsenceReasons = "certificate-absence-reasons",
    /// The classification systems of lines.
    CommodityClasses = "commodity-classes",
    /// Conditions of commodities; GetConditions.
    Conditions = "conditions",
    /// Units of Recommendation 20 that count; no operation serves them.
    CountingUnits = "counting-units",
    /// ISO 3166-1 alpha-2, with extras.
    Countries = "countries",
    /// UNCL 4405: statuses of documents.
    DocumentStatuses = "document-statuses",
    /// UNCL 1001: names of documents.
    DocumentTypes = "document-types",
    /// UNCL 9417.
    GovernmentActions = "government-actions",
    /// Intended uses of commodities; GetIntendedUses.
    IntendedUses = "intended-uses",
    /// What an investigation into non-compliance came to; of the project's own.
    InvestigationOutcomes = "investigation-outcomes",
    /// UNCL 3227.
    LocationFunctions = "location-functions",
    /// Actions on consignments that do not comply; of the project's own.
    NonComplianceActions = "non-compliance-actions",
    /// Whether a notification is of non-compliance or of emergency action; of the project's own.
    NonComplianceBases = "non-compliance-bases",
    /// How much of a consignment is affected; of the project's own.
    NonComplianceExtents = "non-compliance-extents",
    /// The messages about a notification of non-compliance; of the project's own.
    NonComplianceMessages = "non-compliance-messages",
    /// Reasons of notifications of non-compliance; of the project's own.
    NonComplianceReasons = "non-compliance-reasons",
    /// Subjects of notes, with level, content and greatest length.
    NoteSubjects = "note-subjects",
    /// UNCL 7065, Recommendation 21; GetPackageTypes.
    PackageTypes = "package-types",
    /// UNCL 7075, which the LevelCode of certificates does not follow.
    PackagingLevels = "packaging-levels",
    /// UNCL 3035.
    PartyRoles = "party-roles",
    /// How far a pest was identified; of the project's own.
    PestIdentificationLevels = "pest-identification-levels",
    /// Life stages of pests; of the project's own.
    PestLifeStages = "pest-life-stages",
    /// Whether a pest is alive; of the project's own.
    PestViabilities = "pest-viabilities",
    /// Active ingredients by their Codex numbers; GetPesticides.
    Pesticides = "pesticides",
    /// UNCL 6313.
    ProcessAttributes = "process-attributes",
    /// UNCL 7187.
    ProcessTypes = "process-types",
    /// Descriptions of products; GetProductDescriptions.
    ProductDescriptions = "product-descriptions",
    /// UNCL 1153: how a document refers to another.
    ReferenceTypes = "reference-types",
    /// Statements of certificates; GetStatements.
    Statements = "statements",
    /// UNCL 6245.
    TemperatureTypes = "temperature-types",
    /// Recommendation 19; GetMeanOfTransports.
    TransportModes = "transport-modes",
    /// Tags of treatment data.
    TreatmentTags = "treatment-tags",
    /// Types of treatments, two levels; GetTreatmentTypes.
    TreatmentTypes = "treatment-types",
    /// Units of Recommendation 20 with what they measure; GetUnitMeasures.
    UnitMeasures = "unit-measures",
}

/// The list that is compiled in. It is read once; later calls return what was read.
#[must_use]
pub fn code_list(name: CodeListName) -> &'static CodeList {
    static LISTS: [OnceLock<CodeList>; CodeListName::ALL.len()] =
        [const { OnceLock::new() }; CodeListName::ALL.len()];
    let list = LISTS.get(name as usize).expect("there is a place for every name");
    list.get_or_init(|| CodeList::read(name.text()).expect("a test reads every embedded list"))
}
