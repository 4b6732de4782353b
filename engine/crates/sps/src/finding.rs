//! What a reading or a validation has to say about a document.

use std::fmt;

/// The part of the validation that a finding belongs to, in the WSDL's words.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Area {
    /// Something that the certificate must carry.
    MandatoryElements,
    /// The IPPC profile: what is written where, and in which codes.
    Mapping,
    /// XML, namespaces and the UN/CEFACT schema.
    Schema,
}

impl Area {
    /// The word of the WSDL's `validationArea`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::MandatoryElements => "MandatoryElements",
            Self::Mapping => "Mapping",
            Self::Schema => "Schema",
        }
    }
}

impl fmt::Display for Area {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// How grave a finding is, gravest last.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Level {
    /// Could be better; nothing follows from it.
    Info,
    /// Readers may misunderstand it.
    Warning,
    /// The document must not be sent like this.
    Severe,
}

impl Level {
    /// The word of the WSDL's `validationLevel`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Info => "INFO",
            Self::Warning => "WARNING",
            Self::Severe => "SEVERE",
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The stable name of a rule, such as `PC-MAND-004`: never reused, never renamed, so that texts can
/// be translated by it.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct RuleId(pub(crate) &'static str);

impl RuleId {
    /// The name as it is printed.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        self.0
    }
}

impl fmt::Display for RuleId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// One thing found in a document.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Finding {
    /// The rule that was broken.
    pub rule: RuleId,
    /// Which part of the validation it belongs to.
    pub area: Area,
    /// How grave it is.
    pub level: Level,
    /// The field below the root, such as
    /// `SPSConsignment/IncludedSPSConsignmentItem[1]/IncludedSPSTradeLineItem[2]/Description[1]`;
    /// counts from 1 where the schema allows several; empty for the document as a whole.
    pub path: String,
    /// What is wrong, where, and what would be right.
    pub text: String,
    /// Byte in the decoded document, see [`crate::SpsDocument::text`].
    pub offset: usize,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}: {}", self.level, self.rule, self.area, self.text)
    }
}
