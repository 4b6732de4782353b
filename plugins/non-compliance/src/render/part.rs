//! The parts of the page.

use phytohub_schemas::{CodeListName as List, lookup};
use phytohub_sps::tree::Element;

use super::html::Html;
use super::{View, date, text};
use crate::code::label;

impl View<'_> {
    pub(super) fn head(&self, html: &mut Html) {
        let l = self.labels;
        let head = self.root.child("SPSExchangedDocument");
        let number = head.map_or_else(String::new, |head| text(head, &["ID"]));
        html.section("1", l.reference, |html| html.text("p", "number", &number));
        let issued = head.and_then(|head| head.child("IssueDateTime"));
        html.section("2", l.date_sent, |html| html.text("p", "", &date(issued)));
    }

    pub(super) fn parties(&self, block: Element<'_>, html: &mut Html) {
        let l = self.labels;
        let both = [("3", l.notifying, "NotifyingNPPO"), ("4", l.addressed, "AddressedNPPO")];
        for (item, title, name) in both {
            let Some(nppo) = block.child(name) else { continue };
            html.section(item, title, |html| {
                html.text(
                    "p",
                    "",
                    &joined([text(nppo, &["Party", "Name"]), country(nppo.child("Country"))]),
                );
                let address = nppo.child("Party").map(address).unwrap_or_default();
                if !address.is_empty() {
                    html.text("p", "small", &address);
                }
                for contact in nppo.children_named("Contact") {
                    let all = contact.children().map(|part| part.text().into_owned());
                    html.terms(&[(l.contact, joined(all))]);
                }
            });
        }
    }

    pub(super) fn identity(&self, block: Element<'_>, html: &mut Html) {
        let l = self.labels;
        let certificate = block.child("Certificate");
        let absence = block.child("CertificateAbsence");
        if certificate.is_none() && absence.is_none() {
            return;
        }
        html.section("5", l.identity, |html| {
            if let Some(certificate) = certificate {
                let kind = text(certificate, &["Document", "TypeCode"]);
                let kind = label(List::DocumentTypes, &kind).to_owned();
                html.terms(&[
                    (l.certificate, joined([text(certificate, &["Document", "ID"]), kind])),
                    (l.issued_by, country(certificate.child("IssuingCountry"))),
                    (l.issued_on, date(certificate.descend(&["Document", "IssueDateTime"]))),
                ]);
            }
            if let Some(absence) = absence {
                let reason = text(absence, &["ReasonCode"]);
                let reason = label(List::CertificateAbsenceReasons, &reason).to_owned();
                html.terms(&[(l.no_certificate, joined([reason, all(absence, "Description")]))]);
            }
        });
    }

    pub(super) fn consignment(&self, html: &mut Html) {
        let l = self.labels;
        let Some(consignment) = self.root.child("SPSConsignment") else { return };
        html.section("5", l.consignment, |html| {
            html.element("table", "", |html| {
                html.element("thead", "", |html| {
                    html.element("tr", "", |html| {
                        for name in [l.line, l.commodity, l.scientific_name, l.quantity, l.origin] {
                            html.raw("<th scope=\"col\">");
                            html.push(name);
                            html.raw("</th>");
                        }
                    });
                });
                html.element("tbody", "", |html| {
                    let items = consignment.children_named("IncludedSPSConsignmentItem");
                    for line in
                        items.flat_map(|item| item.children_named("IncludedSPSTradeLineItem"))
                    {
                        row(line, html);
                    }
                });
            });
        });
        html.section("6", l.parties, |html| {
            let party = |name| {
                consignment.child(name).map_or_else(String::new, |party| {
                    joined([text(party, &["Name"]), address(party)])
                })
            };
            let transit = consignment.children_named("TransitSPSCountry");
            let means = consignment.children_named("MainCarriageSPSTransportMovement");
            html.terms(&[
                (l.consignor, party("ConsignorSPSParty")),
                (l.consignee, party("ConsigneeSPSParty")),
                (l.from, country(consignment.child("ExportSPSCountry"))),
                (l.to, country(consignment.child("ImportSPSCountry"))),
                (l.transit, joined(transit.map(|found| country(Some(found))))),
                (
                    l.transport,
                    joined(means.map(|found| {
                        let name = text(found, &["UsedSPSTransportMeans", "Name"]);
                        joined([name, text(found, &["ID"])])
                    })),
                ),
            ]);
        });
    }

    pub(super) fn interception(&self, block: Element<'_>, html: &mut Html) {
        let l = self.labels;
        let Some(found) = block.child("Interception") else { return };
        html.section("7", l.first_action, |html| {
            html.text("p", "", &date(found.child("FirstActionDateTime")));
            let place = |place: Element<'_>| joined([text(place, &["Name"]), text(place, &["ID"])]);
            html.terms(&[
                (l.point_of_entry, found.child("PointOfEntry").map(place).unwrap_or_default()),
                (l.arrival, date(found.child("ArrivalDateTime"))),
                (l.detection, date(found.child("DetectionDateTime"))),
                (l.confirmation, date(found.child("ConfirmationDateTime"))),
            ]);
        });
    }

    pub(super) fn findings(&self, block: Element<'_>, html: &mut Html) {
        if block.child("Finding").is_none() {
            return;
        }
        html.section("8", self.labels.nature, |html| {
            for found in block.children_named("Finding") {
                let reason = text(found, &["ReasonCode"]);
                html.text("h3", "", label(List::NonComplianceReasons, &reason));
                self.finding(found, html);
            }
        });
    }

    fn finding(&self, found: Element<'_>, html: &mut Html) {
        let l = self.labels;
        let code = |element: Option<Element<'_>>, name, list| {
            let codes = element.into_iter().flat_map(|e| e.children_named(name));
            joined(codes.map(|code| label(list, &code.text()).to_owned()))
        };
        html.terms(&[
            (l.description, all(found, "Description")),
            (l.requirement, all(found, "RequirementReference")),
            (l.extent, code(Some(found), "ExtentCode", List::NonComplianceExtents)),
            (l.lines, joined(found.children_named("LineNumeric").map(|n| n.text().into_owned()))),
            (l.affected, found.child("AffectedMeasure").map(measure).unwrap_or_default()),
        ]);
        let pest = found.child("Pest");
        if let Some(pest) = pest {
            let names =
                [text(pest, &["ScientificName"]), all(pest, "CommonName"), text(pest, &["ID"])];
            html.terms(&[
                (l.pest, joined(names)),
                (
                    l.identified_to,
                    code(Some(pest), "IdentificationLevelCode", List::PestIdentificationLevels),
                ),
                (l.not_identified, all(pest, "NotIdentifiedReason")),
                (l.life_stage, code(Some(pest), "LifeStageCode", List::PestLifeStages)),
                (l.viability, code(Some(pest), "ViabilityCode", List::PestViabilities)),
                (l.association, all(pest, "Association")),
            ]);
        }
        if let Some(diagnosis) = found.child("Diagnosis") {
            html.terms(&[
                (l.detected_by, all(diagnosis, "Detection")),
                (l.sampling, all(diagnosis, "Sampling")),
                (l.method, all(diagnosis, "Method")),
                (l.laboratory, text(diagnosis, &["Laboratory", "Name"])),
                (l.specimen, date(diagnosis.child("SpecimenKeptUntilDateTime"))),
            ]);
        }
    }

    pub(super) fn actions(&self, block: Element<'_>, html: &mut Html) {
        let l = self.labels;
        if block.child("Action").is_none() {
            return;
        }
        html.section("9", l.actions, |html| {
            for action in block.children_named("Action") {
                html.text(
                    "h3",
                    "",
                    label(List::NonComplianceActions, &text(action, &["ActionCode"])),
                );
                let extent = text(action, &["ExtentCode"]);
                let lines = action.children_named("LineNumeric").map(|n| n.text().into_owned());
                html.terms(&[
                    (l.description, all(action, "Description")),
                    (l.extent, label(List::NonComplianceExtents, &extent).to_owned()),
                    (l.lines, joined(lines)),
                    (l.action_date, date(action.child("ActionDateTime"))),
                ]);
            }
        });
    }

    pub(super) fn answers(&self, block: Element<'_>, html: &mut Html) {
        let l = self.labels;
        let related = block.child("RelatedNotification");
        let investigation = block.child("Investigation");
        let related = related.map_or_else(String::new, |related| {
            let issued = date(related.child("IssueDateTime"));
            joined([text(related, &["ID"]), country(related.child("Country")), issued])
        });
        let mut terms = vec![
            (l.related, related),
            (l.explanation, all(block, "Explanation")),
            (l.due, date(block.child("ResponseDueDateTime"))),
        ];
        if let Some(found) = investigation {
            let outcome = text(found, &["OutcomeCode"]);
            terms.extend([
                (l.outcome, label(List::InvestigationOutcomes, &outcome).to_owned()),
                (l.description, all(found, "Description")),
                (l.corrective, all(found, "CorrectiveAction")),
                (l.completed, date(found.child("CompletionDateTime"))),
            ]);
        }
        if terms.iter().any(|(_, said)| !said.is_empty()) {
            html.section("", l.answers, |html| html.terms(&terms));
        }
    }

    pub(super) fn authentication(&self, html: &mut Html) {
        let l = self.labels;
        let Some(head) = self.root.child("SPSExchangedDocument") else { return };
        html.section("10", l.authentication, |html| {
            for signed in head.children_named("SignatorySPSAuthentication") {
                html.terms(&[
                    (l.officer, text(signed, &["ProviderSPSParty", "SpecifiedSPSPerson", "Name"])),
                    (l.organization, text(signed, &["ProviderSPSParty", "Name"])),
                    (l.place, text(signed, &["IssueSPSLocation", "Name"])),
                    (l.signed_on, date(signed.child("ActualDateTime"))),
                ]);
            }
        });
    }

    pub(super) fn attachments(&self, block: Element<'_>, html: &mut Html) {
        let l = self.labels;
        if block.child("Attachment").is_none() {
            return;
        }
        html.section("", l.attachments, |html| {
            html.element("ul", "", |html| {
                for attachment in block.children_named("Attachment") {
                    html.element("li", "", |html| {
                        let kind = text(attachment, &["TypeCode"]);
                        let what = [
                            text(attachment, &["Information"]),
                            text(attachment, &["ID"]),
                            label(List::DocumentTypes, &kind).to_owned(),
                        ];
                        html.push(&joined(what));
                        for file in attachment.children_named("AttachmentBinaryObject") {
                            let name = file.attribute("filename").unwrap_or_default();
                            let mime = file.attribute("mimeCode").unwrap_or_default();
                            let bytes = format!("{} {}", decoded_bytes(&file.text()), l.bytes);
                            let said = [name.into_owned(), mime.into_owned(), bytes];
                            html.text("p", "small", &joined(said));
                        }
                    });
                }
            });
        });
    }
}

fn row(line: Element<'_>, html: &mut Html) {
    html.element("tr", "", |html| {
        html.text("td", "", &text(line, &["SequenceNumeric"]));
        let class = line.descend(&["ApplicableSPSClassification", "ClassName"]);
        let class = class.map_or_else(String::new, |class| class.text().into_owned());
        let names = [all(line, "Description"), all(line, "CommonName"), class];
        html.text("td", "", &joined(names));
        html.raw("<td><i>");
        html.push(&all(line, "ScientificName"));
        html.raw("</i></td>");
        let measures = ["NetWeightMeasure", "GrossWeightMeasure", "NetVolumeMeasure"];
        let first = measures.into_iter().find_map(|name| line.child(name));
        let packages = line.children_named("PhysicalSPSPackage").map(|package| {
            let kind = text(package, &["TypeCode"]);
            format!("{} {}", text(package, &["ItemQuantity"]), package_name(&kind))
        });
        html.text("td", "", &joined(first.map(measure).into_iter().chain(packages)));
        let origins = line.children_named("OriginSPSCountry").map(|found| country(Some(found)));
        html.text("td", "", &joined(origins));
    });
}

fn package_name(code: &str) -> String {
    label(List::PackageTypes, code).to_lowercase()
}

/// The name of a country as it is written, else that of its code, and the code.
fn country(element: Option<Element<'_>>) -> String {
    let Some(element) = element else { return String::new() };
    let code = text(element, &["ID"]);
    let written = text(element, &["Name"]);
    let known = lookup::country(&code).map_or("", |country| country.name.as_str());
    let name = if written.is_empty() { known } else { written.as_str() };
    match (name, &*code) {
        (name, "") => name.to_owned(),
        ("", code) => code.to_owned(),
        (name, code) => format!("{name} ({code})"),
    }
}

fn address(party: Element<'_>) -> String {
    let address = party.child("SpecifiedSPSAddress").into_iter();
    joined(address.flat_map(Element::children).map(|line| line.text().into_owned()))
}

fn measure(element: Element<'_>) -> String {
    let code = element.attribute("unitCode").unwrap_or_default();
    let known = lookup::unit_measure(&code).map(|unit| &*unit.symbol);
    let unit = known.filter(|symbol| !symbol.is_empty()).unwrap_or(&code);
    format!("{} {unit}", element.text())
}

/// All texts of a name.
fn all(element: Element<'_>, name: &str) -> String {
    joined(element.children_named(name).map(|child| child.text().into_owned()))
}

fn joined(texts: impl IntoIterator<Item = String>) -> String {
    let all: Vec<String> = texts.into_iter().filter(|text| !text.is_empty()).collect();
    all.join(", ")
}

fn decoded_bytes(base64: &str) -> usize {
    let count = base64.bytes().filter(|byte| !byte.is_ascii_whitespace() && *byte != b'=').count();
    count * 3 / 4
}
