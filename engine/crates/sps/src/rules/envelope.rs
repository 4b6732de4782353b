//! The header of an envelope against the certificate in it.

use super::{Check, Rule, Scope};
use crate::certificate::CertificateView;
use crate::document::Element;
use crate::finding::{Area, Finding, Level, RuleId};
use crate::read::Sink;

/// What an envelope's header says of its content.
#[derive(Clone, Copy, Debug)]
pub struct HeaderFacts<'h> {
    /// `NPPOCertificateNumber`.
    pub number: &'h str,
    /// `CertificateType`.
    pub certificate_type: &'h str,
    /// `CertificateStatus`.
    pub status: &'h str,
    /// The countries that the sending connection serves; none if that is not known.
    pub from_countries: &'h [&'h str],
    /// The countries that the receiving connection serves; none if that is not known.
    pub to_countries: &'h [&'h str],
}

/// Compares header and content. A certificate that lacks a field is told of by its own rules.
#[must_use]
pub fn check_header(view: &CertificateView<'_>, header: &HeaderFacts<'_>) -> Vec<Finding> {
    let mut sink = Sink::new(RULES.len());
    let equal = [
        (&NUMBER, view.number_field(), header.number),
        (&TYPE, view.type_field(), header.certificate_type),
        (&STATUS, view.status_field(), header.status),
    ];
    for (rule, field, header) in equal {
        if let Some((field, text)) = filled(field)
            && text != header.trim()
        {
            let both = format!("'{text}', the header '{}'", header.trim());
            sink.report(rule, field.offset(), &both, || field.path());
        }
    }
    let served = [
        (&FROM, view.export_country_field(), header.from_countries),
        (&TO, view.import_country_field(), header.to_countries),
    ];
    for (rule, field, countries) in served {
        if let Some((field, text)) = filled(field)
            && !countries.is_empty()
            && !countries.iter().any(|country| country.eq_ignore_ascii_case(&text))
        {
            let both = format!("'{text}', the connection serves {}", countries.join(", "));
            sink.report(rule, field.offset(), &both, || field.path());
        }
    }
    sink.findings
}

fn filled(field: Option<Element<'_>>) -> Option<(Element<'_>, std::borrow::Cow<'_, str>)> {
    let field = field?;
    let text = field.text();
    (!text.is_empty()).then_some((field, text))
}

const fn envelope(id: &'static str, level: Level, text: &'static str, help: &'static str) -> Rule {
    Rule {
        id: RuleId(id),
        area: Area::Mapping,
        level,
        text,
        help,
        source: "IPPC ePhyto Hub, WSDL and guide",
        scope: Scope::Certificate,
        at: None,
        check: Check::Envelope,
    }
}

static NUMBER: Rule = envelope(
    "PC-HDR-001",
    Level::Severe,
    "the certificate's number is {}",
    "write the same number in both",
);
static TYPE: Rule = envelope(
    "PC-HDR-002",
    Level::Severe,
    "the certificate's type is {}",
    "write the same type in both",
);
static STATUS: Rule = envelope(
    "PC-HDR-003",
    Level::Severe,
    "the certificate's status is {}",
    "write the same status in both",
);
static FROM: Rule = envelope(
    "PC-HDR-004",
    Level::Warning,
    "the exporting country is {}",
    "send it by the connection of the country that issued it",
);
static TO: Rule = envelope(
    "PC-HDR-005",
    Level::Warning,
    "the importing country is {}",
    "send it to the connection that serves the country",
);

pub(super) static RULES: &[&Rule] = &[&NUMBER, &TYPE, &STATUS, &FROM, &TO];
