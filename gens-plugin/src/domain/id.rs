//! Identifiers, each of its own type.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(
            Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize,
        )]
        #[serde(transparent)]
        pub struct $name(i64);

        impl $name {
            pub(crate) const fn of(number: i64) -> Self {
                Self(number)
            }

            /// The number, as it stands in addresses of pages.
            #[must_use]
            pub const fn number(self) -> i64 {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        /// From an address of a page: whether there is such a thing is for the store to say.
        impl FromStr for $name {
            type Err = std::num::ParseIntError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                // One thing has one address: none with a sign before it.
                let digits = if text.starts_with('+') { "" } else { text };
                digits.parse().map(Self)
            }
        }
    )*};
}

ids! {
    /// An attachment of a certificate.
    AttachmentId;
    /// A certificate, from draft to withdrawal.
    CertificateId;
    /// Something that the hub knows otherwise.
    DifferenceId;
    /// A certificate that was received.
    ImportId;
    /// An applicant organization.
    OrganizationId;
    /// A package of all that a tenant has.
    PackageId;
    /// A session of a user.
    SessionId;
    /// A country.
    TenantId;
    /// A user.
    UserId;
}
