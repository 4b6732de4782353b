//! The certificate that the demonstration sends: every field of the profile, nothing real.

use phytohub_domain::{EnvelopeHeader, Timestamp};

/// A certificate and the header of its envelope.
#[derive(Debug)]
pub struct Document {
    /// The outside.
    pub header: EnvelopeHeader,
    /// The inside: an SPS certificate.
    pub content: String,
}

impl Document {
    /// A certificate from Sri Lanka to Norway, issued now.
    #[must_use]
    pub fn issued(now: Timestamp) -> Self {
        let day = now.to_string();
        let (day, seconds) = (day.get(..10).unwrap_or("2026-11-21"), now.as_millis() / 1000);
        // A number such as a country gives: its own letters, the year, a running number.
        let number = format!("LK-{}-{:06}", day.get(..4).unwrap_or("2026"), seconds % 1_000_000);
        let content = TEMPLATE
            .replace("@NUMBER@", &number)
            .replace("@ISSUED@", &now.to_string())
            .replace("@TREATED@", day);
        let header = EnvelopeHeader {
            from: "LK".to_owned(),
            to: "NO".to_owned(),
            certificate_type: 851,
            certificate_status: 70,
            nppo_certificate_number: number,
            ..EnvelopeHeader::default()
        };
        Self { header, content }
    }
}

const TEMPLATE: &str = include_str!("certificate.xml");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_is_filled_in() {
        let now = Timestamp::parse_utc("2026-11-21T10:11:12Z").expect("a time");
        let document = Document::issued(now);
        assert!(!document.content.contains('@'), "{}", document.content);
        let id = format!("<ram:ID>{}</ram:ID>", document.header.nppo_certificate_number);
        assert!(document.content.contains(&id));
    }
}
