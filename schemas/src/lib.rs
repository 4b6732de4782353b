//! The hub's interface description and tables, embedded as data.
//!
//! This crate must never read a file, a clock or a socket at run time, and depends on no other crate
//! of the project: whatever it hands out was compiled in. Where each file comes from is listed in
//! `PROVENANCE.toml` beside this crate's manifest; a test keeps that list and the files equal.
//!
//! Start from [`delivery_service_wsdl`] for the interface, from [`fn@code_list`] for the code lists, and
//! from [`lookup`] to check a code.

#![forbid(unsafe_code)]

pub mod code_list;
mod embedded;
pub mod lookup;

pub use self::embedded::{CodeListName, code_list};

/// The WSDL of the delivery service as it lies in the tree: one `soap:address`, whose location is
/// [`PUBLIC_URL_TOKEN`]. Serve [`delivery_service_wsdl`] instead.
pub const DELIVERY_SERVICE_WSDL: &str = include_str!("../wsdl/DeliveryService.wsdl");

/// What stands in [`DELIVERY_SERVICE_WSDL`] where the public address of the hub belongs.
pub const PUBLIC_URL_TOKEN: &str = "@PUBLIC_URL@";

/// XML schemas of SPS documents by the names of their files, which import one another by these names:
/// the certificate, the acknowledgement, our own notification of non-compliance, and what all are
/// made of. They describe what is valid by the standard; real certificates often are not, so none is refused for that. The certificate that
/// the WSDL declares is another, smaller and laxer view, with some of its names in no namespace.
pub const XML_SCHEMAS: &[(&str, &str)] = &[
    ("sps-certificate-17.xsd", include_str!("../xsd/sps-certificate-17.xsd")),
    ("sps-acknowledgement-17.xsd", include_str!("../xsd/sps-acknowledgement-17.xsd")),
    (
        "sps-non-compliance-notification-1.xsd",
        include_str!("../xsd/sps-non-compliance-notification-1.xsd"),
    ),
    ("sps-aggregates-21.xsd", include_str!("../xsd/sps-aggregates-21.xsd")),
    ("qualified-data-types-21.xsd", include_str!("../xsd/qualified-data-types-21.xsd")),
    ("unqualified-data-types-21.xsd", include_str!("../xsd/unqualified-data-types-21.xsd")),
];

/// The WSDL of a hub that its clients reach at `public_url`, such as
/// `https://hub.example/hub/DeliveryService`.
///
/// The address may come from a configuration file: it is escaped, so that none makes the document
/// unreadable.
#[must_use]
pub fn delivery_service_wsdl(public_url: &str) -> String {
    DELIVERY_SERVICE_WSDL.replace(PUBLIC_URL_TOKEN, &attribute_value(public_url))
}

/// `text` as it may stand between double quotes. White space other than the plain space is written
/// as references, because a reader would otherwise turn it into spaces.
fn attribute_value(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\t' => escaped.push_str("&#9;"),
            '\n' => escaped.push_str("&#10;"),
            '\r' => escaped.push_str("&#13;"),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wsdl_names_the_public_address_once() {
        assert_eq!(DELIVERY_SERVICE_WSDL.matches(PUBLIC_URL_TOKEN).count(), 1);
        let served = delivery_service_wsdl("https://hub.example/hub/DeliveryService");
        assert!(served.contains("location=\"https://hub.example/hub/DeliveryService\""));
        assert!(!served.contains(PUBLIC_URL_TOKEN));
    }

    #[test]
    fn public_address_cannot_break_out_of_its_attribute() {
        let served = delivery_service_wsdl("https://hub.example/?a=1&b=\"<>\n");
        assert!(served.contains("location=\"https://hub.example/?a=1&amp;b=&quot;&lt;&gt;&#10;\""));
    }
}
