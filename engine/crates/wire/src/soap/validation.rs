//! What validation found, as the WSDL shows it to callers.

/// `eph:validationResult`: one finding.
#[derive(Clone, Debug, Eq, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "the WSDL closes this type")]
pub struct ValidationResult {
    /// `area`.
    pub area: ValidationArea,
    /// `field`: a path to what it is about.
    pub field: String,
    /// `level`.
    pub level: ValidationLevel,
    /// `msg`: what is wrong, and what would be right.
    pub msg: String,
}

/// `eph:validationArea`: what kind of rule is broken.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "the WSDL closes this list")]
pub enum ValidationArea {
    /// Something that must be there is not.
    MandatoryElements,
    /// A value is not where or what the profile wants.
    Mapping,
    /// Not a document of the schema.
    Schema,
}

impl ValidationArea {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::MandatoryElements, Self::Mapping, Self::Schema];

    /// The word on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::MandatoryElements => "MandatoryElements",
            Self::Mapping => "Mapping",
            Self::Schema => "Schema",
        }
    }
}

/// `eph:validationLevel`: how bad it is.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "the WSDL closes this list")]
pub enum ValidationLevel {
    /// Not to be delivered.
    Severe,
    /// To be looked at.
    Warning,
    /// To be known.
    Info,
}

impl ValidationLevel {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Severe, Self::Warning, Self::Info];

    /// The word on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Severe => "SEVERE",
            Self::Warning => "WARNING",
            Self::Info => "INFO",
        }
    }
}
