//! The codes of a notification: its messages, and the lists that its elements are from.

use phytohub_schemas::{CodeListName, code_list};

/// Who sends a message.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[expect(clippy::exhaustive_enums, reason = "the two parties of a notification")]
pub enum Capacity {
    /// The NPPO of the importing country, or of one that the consignment passes.
    Notifier,
    /// The NPPO of the exporting or re-exporting country.
    Addressee,
}

/// A message about a notification: `MessageCode`.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[expect(clippy::exhaustive_enums, reason = "the list non-compliance-messages closes it")]
pub enum Message {
    /// Sent while the confirmation takes its time.
    Preliminary,
    /// The notification proper.
    Issued,
    /// It says something else now, or more.
    Updated,
    /// It is taken back: there was no non-compliance, or it was sent in error.
    Withdrawn,
    /// The notifier has nothing more to ask.
    Closed,
    /// The addressee has taken note of it.
    Acknowledged,
    /// What the addressee found out.
    InvestigationResult,
}

impl Message {
    /// All, in the order of a notification's life.
    pub const ALL: [Self; 7] = [
        Self::Preliminary,
        Self::Issued,
        Self::Updated,
        Self::Withdrawn,
        Self::Closed,
        Self::Acknowledged,
        Self::InvestigationResult,
    ];

    /// The code in the list non-compliance-messages.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Preliminary => "PRELIMINARY",
            Self::Issued => "ISSUED",
            Self::Updated => "UPDATED",
            Self::Withdrawn => "WITHDRAWN",
            Self::Closed => "CLOSED",
            Self::Acknowledged => "ACKNOWLEDGED",
            Self::InvestigationResult => "INVESTIGATION-RESULT",
        }
    }

    /// The message of a code.
    #[must_use]
    pub fn of_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|message| message.code() == code)
    }

    /// Its name at the command line: the code in small letters.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Preliminary => "preliminary",
            Self::Issued => "issued",
            Self::Updated => "updated",
            Self::Withdrawn => "withdrawn",
            Self::Closed => "closed",
            Self::Acknowledged => "acknowledged",
            Self::InvestigationResult => "investigation-result",
        }
    }

    /// `StatusCode` of the document and `CertificateStatus` of the envelope, of UNCL 4405: each
    /// message has one of its own, so that header alone tells them apart.
    #[must_use]
    pub const fn status(self) -> i32 {
        match self {
            Self::Preliminary => 67,
            Self::Issued => 70,
            Self::Updated => 85,
            Self::Withdrawn => 40,
            Self::Closed => 121,
            Self::Acknowledged => 73,
            Self::InvestigationResult => 2,
        }
    }

    /// The message of a status.
    #[must_use]
    pub fn of_status(status: i32) -> Option<Self> {
        Self::ALL.into_iter().find(|message| message.status() == status)
    }

    /// Who sends it.
    #[must_use]
    pub const fn capacity(self) -> Capacity {
        match self {
            Self::Acknowledged | Self::InvestigationResult => Capacity::Addressee,
            _ => Capacity::Notifier,
        }
    }

    /// Whether it says what was found, so that the elements of ISPM 13 belong in it.
    #[must_use]
    pub const fn notifies(self) -> bool {
        matches!(self, Self::Preliminary | Self::Issued | Self::Updated)
    }
}

/// The list that an element's code is from, by the element and the one that it stands in.
pub(crate) fn list_of(element: &str, parent: &str) -> Option<CodeListName> {
    Some(match (element, parent) {
        ("MessageCode", _) => CodeListName::NonComplianceMessages,
        ("BasisCode", _) => CodeListName::NonComplianceBases,
        ("ReasonCode", "CertificateAbsence") => CodeListName::CertificateAbsenceReasons,
        ("ReasonCode", "Finding") => CodeListName::NonComplianceReasons,
        ("ExtentCode", _) => CodeListName::NonComplianceExtents,
        ("IdentificationLevelCode", _) => CodeListName::PestIdentificationLevels,
        ("LifeStageCode", _) => CodeListName::PestLifeStages,
        ("ViabilityCode", _) => CodeListName::PestViabilities,
        ("ActionCode", _) => CodeListName::NonComplianceActions,
        ("OutcomeCode", _) => CodeListName::InvestigationOutcomes,
        _ => return None,
    })
}

/// What a code of a list means, in English; the code itself if the list lacks it.
#[must_use]
pub fn label(list: CodeListName, code: &str) -> &str {
    code_list(list).row(code, "en").map_or(code, |row| row.text())
}
