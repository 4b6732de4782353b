//! What the elements of a notification must be to one another.

use phytohub_sps::DateTime;
use phytohub_sps::tree::Element;

use super::mandatory::filled;
use super::{Sink, table as rule};
use crate::code::Message;
use crate::grammar::DOCUMENT_TYPE;
use crate::view::Notification;

pub(super) fn check(notification: &Notification<'_>, sink: &mut Sink) {
    let root = notification.root;
    let Some(block) = root.child("NonCompliance") else { return };
    codes(notification, sink);
    related(notification, block, sink);
    countries(notification, block, sink);
    certificate(block, sink);
    lines(root, block, sink);
    dates(root, block, sink);
    let contacts = ["NotifyingNPPO", "AddressedNPPO"].into_iter().filter_map(|n| block.child(n));
    for email in contacts.flat_map(|nppo| nppo.children_named("Contact")) {
        let Some(email) = email.child("Email") else { continue };
        let text = email.text();
        if !text.is_empty() && !is_email(&text) {
            sink.at(&rule::EMAIL, email, &text);
        }
    }
    for attachment in block.children_named("Attachment") {
        let Some(kind) = attachment.child("TypeCode") else { continue };
        if !["293", "1", "916"].contains(&&*kind.text()) {
            sink.at(&rule::ATTACHMENT_KIND, kind, &kind.text());
        }
    }
    superfluous(notification, block, sink);
}

fn codes(notification: &Notification<'_>, sink: &mut Sink) {
    let Some(head) = notification.root.child("SPSExchangedDocument") else { return };
    if let Some(kind) = head.child("TypeCode").filter(|kind| kind.text() != DOCUMENT_TYPE) {
        sink.at(&rule::DOCUMENT_TYPE, kind, &kind.text());
    }
    let Some(message) = notification.message() else { return };
    let expected = message.status().to_string();
    if let Some(status) = head.child("StatusCode").filter(|status| *status.text() != *expected) {
        sink.at(&rule::DOCUMENT_STATUS, status, &status.text());
    }
}

fn related(notification: &Notification<'_>, block: Element<'_>, sink: &mut Sink) {
    let Some(related) = block.child("RelatedNotification") else { return };
    if let Some(id) = related.child("ID").filter(|id| *id.text() != *notification.number()) {
        sink.at(&rule::RELATED_NUMBER, id, &id.text());
    }
    let country = related.descend(&["Country", "ID"]);
    if let Some(country) = country.filter(|c| *c.text() != *notification.notifying_country()) {
        sink.at(&rule::RELATED_COUNTRY, country, &country.text());
    }
}

fn countries(notification: &Notification<'_>, block: Element<'_>, sink: &mut Sink) {
    let (notifying, addressed) =
        (notification.notifying_country(), notification.addressed_country());
    let Some(addressee) = block.child("AddressedNPPO") else { return };
    if !notifying.is_empty() && notifying == addressed {
        sink.at(&rule::SAME_COUNTRY, addressee, &notifying);
        return;
    }
    let issuer = block.descend(&["Certificate", "IssuingCountry", "ID"]);
    if let Some(issuer) = issuer.filter(|issuer| *issuer.text() != *addressed) {
        sink.at(&rule::ADDRESSEE, addressee, &issuer.text());
    }
    let Some(consignment) = notification.root.child("SPSConsignment") else { return };
    let named = |names: &[&str], wanted: &str| {
        let mut all = consignment.children().filter(|child| names.contains(&child.name()));
        all.any(|country| country.child("ID").is_some_and(|id| id.text() == wanted))
    };
    if !named(&["ImportSPSCountry", "TransitSPSCountry"], &notifying)
        && let Some(notifier) = block.child("NotifyingNPPO")
    {
        sink.at(&rule::NOTIFIER_COUNTRY, notifier, &notifying);
    }
    let origins = ["ExportSPSCountry", "ReExportSPSCountry"];
    if issuer.is_none() && !named(&origins, &addressed) {
        let export = notification.text(&["SPSConsignment", "ExportSPSCountry", "ID"]);
        sink.at(&rule::EXPORT_COUNTRY, addressee, &export);
    }
}

fn certificate(block: Element<'_>, sink: &mut Sink) {
    let Some(document) = block.descend(&["Certificate", "Document"]) else { return };
    if !filled(document, &["ID"]) {
        sink.at(&rule::CERTIFICATE_NUMBER, document, "");
    }
    let kind = document.child("TypeCode").map(Element::text).unwrap_or_default();
    if !["851", "657"].contains(&&*kind) {
        sink.at(&rule::CERTIFICATE_KIND, document, &kind);
    }
    let absent = |finding: &Element<'_>| {
        finding.child("ReasonCode").is_some_and(|reason| reason.text() == "DOC-ABSENT")
    };
    if let Some(finding) = block.children_named("Finding").find(absent) {
        let number = document.child("ID").map(Element::text).unwrap_or_default();
        sink.at(&rule::ABSENCE_REASON, finding, &number);
    }
}

/// Lines are referred to by their numbers as they are written.
fn lines(root: Element<'_>, block: Element<'_>, sink: &mut Sink) {
    let items = root
        .child("SPSConsignment")
        .into_iter()
        .flat_map(|consignment| consignment.children_named("IncludedSPSConsignmentItem"));
    let mut known: Vec<String> = items
        .flat_map(|item| item.children_named("IncludedSPSTradeLineItem"))
        .filter_map(|line| Some(line.child("SequenceNumeric")?.text().into_owned()))
        .collect();
    known.sort_unstable();
    let referring = block.children().filter(|child| matches!(child.name(), "Finding" | "Action"));
    for line in referring.flat_map(|child| child.children_named("LineNumeric")) {
        let text = line.text().into_owned();
        if known.binary_search(&text).is_err() {
            sink.at(&rule::LINE, line, &text);
        }
    }
}

fn dates(root: Element<'_>, block: Element<'_>, sink: &mut Sink) {
    let ms = |element: Element<'_>| DateTime::parse(&element.date_text()).map(comparable);
    let issued = root.descend(&["SPSExchangedDocument", "IssueDateTime"]);
    let interception = block.child("Interception");
    let steps = ["ArrivalDateTime", "DetectionDateTime", "ConfirmationDateTime"];
    let steps = steps.into_iter().filter_map(|name| interception?.child(name)).chain(issued);
    ordered(steps, ms, sink);
    let first = interception.and_then(|found| found.child("FirstActionDateTime"));
    ordered(first.into_iter().chain(issued), ms, sink);
    if let (Some(due), Some(issued)) = (block.child("ResponseDueDateTime"), issued.and_then(ms))
        && ms(due).is_some_and(|due| due < issued)
    {
        sink.at(&rule::DUE, due, &due.date_text());
    }
}

/// Days alone are compared: the field writes dates with and without times and offsets.
fn comparable(date: DateTime) -> (u16, u8, u8) {
    (date.year, date.month, date.day)
}

fn ordered<'d, D: Ord>(
    steps: impl Iterator<Item = Element<'d>>,
    ms: impl Fn(Element<'d>) -> Option<D>,
    sink: &mut Sink,
) {
    let mut before: Option<(Element<'d>, D)> = None;
    for step in steps {
        let Some(at) = ms(step) else { continue };
        if let Some((earlier, date)) = &before
            && *date > at
        {
            sink.at(&rule::DATE_ORDER, *earlier, earlier.name());
        }
        before = Some((step, at));
    }
}

fn superfluous(notification: &Notification<'_>, block: Element<'_>, sink: &mut Sink) {
    let Some(message) = notification.message() else { return };
    for child in block.children() {
        let wrong = match child.name() {
            "Finding" | "Action" | "Interception" => !message.notifies(),
            "Investigation" => message != Message::InvestigationResult,
            _ => false,
        };
        if wrong {
            sink.at(&rule::SUPERFLUOUS, child, child.name());
        }
    }
}

fn is_email(text: &str) -> bool {
    text.split_once('@').is_some_and(|(name, host)| {
        !name.is_empty()
            && !host.starts_with('.')
            && !host.ends_with('.')
            && host.contains('.')
            && !text.contains(|c: char| c.is_whitespace() || c == ',')
            && !host.contains('@')
    })
}
