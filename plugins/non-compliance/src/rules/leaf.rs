//! What every element is held to by its type: completeness, codes, dates, numbers, files.

use phytohub_schemas::code_list::Standing;
use phytohub_schemas::{CodeListName, code_list, lookup};
use phytohub_sps::DateTime;
use phytohub_sps::tree::{Element, SpsType};

use super::{Sink, table as rule};
use crate::code::list_of;

pub(super) fn check(element: Element<'_>, sink: &mut Sink) {
    for missing in element.missing() {
        let own = element.sps_type().is_none();
        let rule = if own { &rule::REQUIRED } else { &rule::REQUIRED_SPS };
        sink.at(rule, element, missing);
    }
    let Some(kind) = element.sps_type() else { return };
    let parent = element.parent();
    match kind {
        SpsType::CODE => code(element, parent, sink),
        SpsType::ID if is_country(parent) => {
            let text = element.text();
            if lookup::country(&text).is_none_or(|country| country.extra) && !is_extra(&text) {
                sink.at(&rule::COUNTRY, element, &text);
            }
        }
        SpsType::DATE_TIME => date(element, parent, sink),
        SpsType::NUMBER | SpsType::MEASURE | SpsType::QUANTITY => {
            let text = element.text();
            if !is_decimal(&text) {
                sink.at(&rule::DECIMAL, element, &text);
            }
        }
        SpsType::BINARY => file(element, sink),
        _ => {}
    }
}

/// Kosovo and Northern Ireland are written in the field though ISO 3166-1 has them not; the XML
/// schema refuses them.
fn is_extra(code: &str) -> bool {
    lookup::country(code).is_some_and(|country| country.extra && country.code != "EU")
}

fn is_country(parent: Option<Element<'_>>) -> bool {
    parent.is_some_and(|parent| parent.sps_type() == Some(SpsType::COUNTRY))
}

fn code(element: Element<'_>, parent: Option<Element<'_>>, sink: &mut Sink) {
    let parent_name = parent.map_or("", Element::name);
    let text = element.text();
    let unknown = |list| code_list(list).standing(&text) == Standing::Unknown;
    if parent.is_some_and(|parent| parent.sps_type().is_none()) {
        match list_of(element.name(), parent_name) {
            Some(list) if unknown(list) => sink.at(&rule::CODE, element, &text),
            _ => {}
        }
        return;
    }
    let list = match (element.name(), parent_name) {
        ("TypeCode", "SPSExchangedDocument" | "Document" | "Attachment")
        | ("TypeCode", "ReferenceSPSReferencedDocument") => CodeListName::DocumentTypes,
        ("StatusCode", _) => CodeListName::DocumentStatuses,
        ("RelationshipTypeCode", _) => CodeListName::ReferenceTypes,
        ("ModeCode", _) => CodeListName::TransportModes,
        ("TypeCode", "PhysicalSPSPackage") => CodeListName::PackageTypes,
        ("TypeCode", "SignatorySPSAuthentication") => CodeListName::GovernmentActions,
        _ => return,
    };
    if unknown(list) {
        sink.at(&rule::CODE_SPS, element, &text);
    }
}

fn date(element: Element<'_>, parent: Option<Element<'_>>, sink: &mut Sink) {
    let text = element.date_text();
    if DateTime::parse(&text).is_some() {
        return;
    }
    let own = parent.is_some_and(|parent| parent.sps_type().is_none());
    // The date of issue has a rule of its own, the signature's is empty by the profile.
    let profile = matches!(element.name(), "IssueDateTime" | "ActualDateTime");
    let spared = profile && text.is_empty() && element.children().next().is_some();
    match (own, spared) {
        (true, _) => sink.at(&rule::DATE, element, &text),
        (false, false) => sink.at(&rule::DATE_SPS, element, &text),
        (false, true) => {}
    }
}

fn file(element: Element<'_>, sink: &mut Sink) {
    let text = element.text();
    let bytes = text.bytes().filter(|byte| !byte.is_ascii_whitespace());
    let (mut length, mut padding, mut good) = (0_usize, 0_usize, true);
    for byte in bytes {
        length += 1;
        match byte {
            b'=' => padding += 1,
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'+' | b'/' => good &= padding == 0,
            _ => good = false,
        }
    }
    if !good || padding > 2 || !length.is_multiple_of(4) {
        sink.at(&rule::BASE64, element, "");
    }
    let decoded = (length / 4 * 3).saturating_sub(padding);
    if decoded > phytohub_sps::ATTACHMENT_BYTES_MAX {
        sink.at(&rule::ATTACHMENT_BYTES, element, &decoded.to_string());
    }
    let mime = element.attribute("mimeCode").unwrap_or_default();
    if !MIME.contains(&&*mime) {
        sink.at(&rule::MIME, element, &mime);
    }
}

/// `xs:decimal`.
fn is_decimal(text: &str) -> bool {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let all = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    all(whole) && all(part) && !(whole.is_empty() && part.is_empty())
}

const MIME: &[&str] = &["application/pdf", "image/png", "image/jpeg", "image/gif"];
