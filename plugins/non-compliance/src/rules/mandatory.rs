//! What ISPM 13 asks for, and what each message needs.

use phytohub_sps::Level;
use phytohub_sps::tree::Element;

use super::{Rule, Sink, table as rule};
use crate::code::Message;
use crate::view::Notification;

pub(super) fn check(notification: &Notification<'_>, sink: &mut Sink) {
    let root = notification.root;
    let Some(block) = root.child("NonCompliance") else { return };
    head(root, sink);
    for (name, rule) in [("NotifyingNPPO", &rule::NOTIFYING), ("AddressedNPPO", &rule::ADDRESSED)] {
        let Some(nppo) = block.child(name) else { continue };
        if !filled(nppo, &["Country", "ID"]) || !filled(nppo, &["Party", "Name"]) {
            sink.at(rule, nppo, "");
        }
    }
    let Some(message) = notification.message() else { return };
    if message.notifies() {
        what_was_found(notification, block, message, sink);
    }
    follow_up(block, message, sink);
    for other in block.children().filter(|child| matches!(child.name(), "Finding" | "Action")) {
        let code = other.children().next().map(Element::text).unwrap_or_default();
        if code.starts_with("OTHER-") && !filled(other, &["Description"]) {
            sink.at(&rule::OTHER, other, &code);
        }
    }
}

fn head(root: Element<'_>, sink: &mut Sink) {
    let Some(head) = root.child("SPSExchangedDocument") else { return };
    if !filled(head, &["ID"]) {
        sink.at(&rule::NUMBER, head, "");
    }
    if head.child("IssueDateTime").is_none_or(|date| date.date_text().is_empty()) {
        sink.at(&rule::ISSUE_DATE, head, "");
    }
    let signed = |signatory: Element<'_>| {
        filled(signatory, &["ProviderSPSParty", "SpecifiedSPSPerson", "Name"])
            || filled(signatory, &["ProviderSPSParty", "Name"])
    };
    if !head.children_named("SignatorySPSAuthentication").any(signed) {
        sink.at(&rule::AUTHENTICATION, head, "");
    }
}

fn what_was_found(
    notification: &Notification<'_>,
    block: Element<'_>,
    message: Message,
    sink: &mut Sink,
) {
    // What is not known yet may be left open where confirmation is awaited.
    let soft = |rule: &'static Rule| match message {
        Message::Preliminary => rule.level.min(Level::Warning),
        _ => rule.level,
    };
    let certificate = block.child("Certificate").is_some();
    if certificate == block.child("CertificateAbsence").is_some() {
        sink.at(&rule::IDENTITY, block, "");
    }
    if block.child("BasisCode").is_none() {
        sink.at(&rule::BASIS, block, "");
    }
    let contact = |nppo: Element<'_>| {
        nppo.children_named("Contact")
            .any(|contact| filled(contact, &["Email"]) || filled(contact, &["Telephone"]))
    };
    if let Some(nppo) = block.child("NotifyingNPPO").filter(|nppo| !contact(*nppo)) {
        sink.at(&rule::CONTACT, nppo, "");
    }
    match notification.root.child("SPSConsignment") {
        Some(consignment) => commodity(consignment, block, sink),
        None => sink.at(&rule::CONSIGNMENT, notification.root, ""),
    }
    let first = block.descend(&["Interception", "FirstActionDateTime"]);
    if first.is_none() {
        sink.at_as(&rule::FIRST_ACTION, soft(&rule::FIRST_ACTION), block, "");
    }
    if block.child("Finding").is_none() {
        sink.at(&rule::FINDING, block, "");
    }
    if block.child("Action").is_none() {
        sink.at_as(&rule::ACTION, soft(&rule::ACTION), block, "");
    }
    for found in block.children_named("Finding") {
        finding(found, soft, sink);
    }
}

fn commodity(consignment: Element<'_>, block: Element<'_>, sink: &mut Sink) {
    for (name, word) in [("ConsignorSPSParty", "consignor"), ("ConsigneeSPSParty", "consignee")] {
        let Some(party) = consignment.child(name) else { continue };
        if !filled(party, &["Name"]) {
            sink.at(&rule::PARTIES, party, word);
        }
    }
    // Of wood packaging the goods in it are told, which need not be plants.
    let reasons = || block.children_named("Finding").filter_map(|found| found.child("ReasonCode"));
    let packaging =
        reasons().count() > 0 && reasons().all(|reason| reason.text().starts_with("REQ-ISPM15"));
    let items = consignment.children_named("IncludedSPSConsignmentItem");
    for line in items.flat_map(|item| item.children_named("IncludedSPSTradeLineItem")) {
        let classified = line
            .children_named("ApplicableSPSClassification")
            .any(|class| filled(class, &["ClassName"]) || filled(class, &["ClassCode"]));
        if !filled(line, &["Description"]) && !classified {
            sink.at(&rule::COMMODITY, line, "the commodity's description");
        }
        if !packaging && !filled(line, &["ScientificName"]) {
            sink.at(&rule::COMMODITY, line, "the scientific name");
        }
    }
}

fn finding(found: Element<'_>, soft: impl Fn(&'static Rule) -> Level, sink: &mut Sink) {
    let reason = found.child("ReasonCode").map(Element::text).unwrap_or_default();
    let pest = found.child("Pest");
    let about_pest = reason.starts_with("PEST-") || reason == "REQ-ISPM15-PEST";
    if about_pest {
        let named = |pest: Element<'_>| filled(pest, &["ScientificName"]);
        let unknown = |pest: Element<'_>| {
            pest.child("IdentificationLevelCode").is_some_and(|c| c.text() == "NOT-IDENTIFIED")
        };
        match pest {
            Some(pest) if named(pest) => {}
            Some(pest) if unknown(pest) => {
                if !filled(pest, &["NotIdentifiedReason"]) {
                    let level = soft(&rule::NOT_IDENTIFIED);
                    sink.at_as(&rule::NOT_IDENTIFIED, level, pest, "");
                }
            }
            _ => sink.at_as(&rule::PEST, soft(&rule::PEST), found, ""),
        }
    }
    if let Some(pest) = pest {
        for (name, word) in
            [("LifeStageCode", "the life stage"), ("ViabilityCode", "the viability")]
        {
            if pest.child(name).is_none() {
                sink.at(&rule::LIFE_STAGE, pest, word);
            }
        }
    }
    let part = found.child("ExtentCode").is_some_and(|extent| extent.text() == "PART");
    if part && found.child("LineNumeric").or_else(|| found.child("AffectedMeasure")).is_none() {
        sink.at(&rule::EXTENT, found, "");
    }
    if reason.starts_with("DOC-") && !filled(found, &["Description"]) {
        sink.at(&rule::DOCUMENT_PROBLEM, found, "");
    }
    if reason.starts_with("REQ-") && !filled(found, &["RequirementReference"]) {
        sink.at(&rule::REQUIREMENT, found, "");
    }
}

fn follow_up(block: Element<'_>, message: Message, sink: &mut Sink) {
    let first = matches!(message, Message::Preliminary | Message::Issued);
    if !first && block.child("RelatedNotification").is_none() {
        sink.at(&rule::RELATED, block, "");
    }
    let explained = filled(block, &["Explanation"]);
    match message {
        Message::Withdrawn if !explained => sink.at(&rule::EXPLANATION, block, ""),
        Message::Updated | Message::Closed if !explained => sink.at(&rule::CHANGE, block, ""),
        Message::InvestigationResult if block.child("Investigation").is_none() => {
            sink.at(&rule::INVESTIGATION, block, "");
        }
        _ => {}
    }
}

/// Whether the path leads to text.
pub(super) fn filled(element: Element<'_>, path: &[&str]) -> bool {
    match path {
        [] => element.is_filled(),
        [name, rest @ ..] => element.children_named(name).any(|child| filled(child, rest)),
    }
}
