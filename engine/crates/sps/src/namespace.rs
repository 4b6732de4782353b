//! The namespaces of the field, in all releases.

use crate::schema::Space;

/// What a document is, by its root.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum DocumentKind {
    /// `SPSCertificate`: a phytosanitary, sanitary or veterinary certificate, a CHED, an EU-INTRA.
    Certificate,
    /// `SPSAcknowledgement`: a country's answer to a certificate.
    Acknowledgement,
}

/// The versions in a document's namespaces.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Versions {
    /// Of the root, such as 17 in `SPSCertificate:17`.
    pub root: u16,
    /// Of the reusable aggregates, such as 21; 0 while none was seen.
    pub aggregates: u16,
}

impl Versions {
    /// Whether UN/CEFACT published these two together.
    #[must_use]
    pub fn are_released_together(self) -> bool {
        RELEASES.contains(&(self.root, self.aggregates))
    }

    /// Whether these are the versions that the hub was built for.
    #[must_use]
    pub const fn are_current(self) -> bool {
        self.root == CURRENT.root && self.aggregates == CURRENT.aggregates
    }
}

/// A namespace that means something here, with its version.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Namespace {
    Root(DocumentKind, u16),
    Aggregate(u16),
    Data(u16),
    /// That of the hub's operations or of its entities.
    Operations,
    /// Whichever of the field: the name alone counts. Only where the hub types the document.
    Any,
    Signature,
    None,
    Other,
}

impl Namespace {
    pub(crate) fn of(uri: &str) -> Self {
        let Some(name) = uri.strip_prefix(UNECE) else {
            return match uri {
                SIGNATURE => Self::Signature,
                OPERATIONS | ENTITIES => Self::Operations,
                _ => Self::Other,
            };
        };
        let Some((name, version)) = name.rsplit_once(':') else { return Self::Other };
        let Some(version) = number(version) else { return Self::Other };
        match name {
            "ReusableAggregateBusinessInformationEntity" => Self::Aggregate(version),
            "UnqualifiedDataType" => Self::Data(version),
            "SPSCertificate" => Self::Root(DocumentKind::Certificate, version),
            "SPSAcknowledgement" => Self::Root(DocumentKind::Acknowledgement, version),
            _ => Self::Other,
        }
    }

    pub(crate) const fn is(self, space: Space) -> bool {
        matches!(
            (self, space),
            (Self::Root(..), Space::Root)
                | (Self::Aggregate(_), Space::Aggregate)
                | (Self::Data(_), Space::Data)
                | (Self::Any, _)
        )
    }

    /// What it means for a name in a SOAP body that generated code wrote.
    pub(crate) const fn loosened(self) -> Self {
        match self {
            Self::Root(..) | Self::Aggregate(_) | Self::Data(_) | Self::Operations | Self::None => {
                Self::Any
            }
            Self::Any | Self::Signature | Self::Other => self,
        }
    }
}

fn number(text: &str) -> Option<u16> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    if digits { text.parse().ok().filter(|version| *version > 0) } else { None }
}

/// The versions of release 17A, which the WSDL names.
pub(crate) const CURRENT: Versions = Versions { root: 17, aggregates: 21 };

pub(crate) const UNECE: &str = "urn:un:unece:uncefact:data:standard:";
const OPERATIONS: &str = "http://ephyto.ippc.int/";
const ENTITIES: &str = "http://ephyto.ippc.int/HUB.Entities";
const SIGNATURE: &str = "http://www.w3.org/2000/09/xmldsig#";

/// Root and aggregates of the UN/CEFACT releases 13A to 20A.
const RELEASES: &[(u16, u16)] = &[
    (9, 13),
    (11, 14),
    (12, 15),
    (12, 16),
    (13, 17),
    (14, 18),
    (15, 19),
    (16, 20),
    (17, 21),
    (18, 22),
    (18, 23),
    (19, 23),
    (19, 24),
    (20, 25),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn namespaces_are_known_in_every_version_and_in_one_spelling() {
        let of = |name: &str| Namespace::of(&format!("{UNECE}{name}"));
        assert_eq!(of("SPSCertificate:8"), Namespace::Root(DocumentKind::Certificate, 8));
        assert_eq!(of("SPSAcknowledgement:17"), Namespace::Root(DocumentKind::Acknowledgement, 17));
        assert_eq!(of("ReusableAggregateBusinessInformationEntity:32"), Namespace::Aggregate(32));
        assert_eq!(of("UnqualifiedDataType:21"), Namespace::Data(21));
        for other in ["SPSCertificate:", "SPSCertificate:+7", "spscertificate:17", "X:1", "SPS"] {
            assert_eq!(of(other), Namespace::Other, "{other}");
        }
        assert_eq!(Namespace::of(SIGNATURE), Namespace::Signature);
    }
}
