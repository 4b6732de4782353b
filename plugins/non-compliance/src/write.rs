//! Notifications to be written: owned, in plain words, one canonical form, valid against the schema
//! if codes and numbers are.

use phytohub_sps::write::{Certificate, Country, Location, Measure, Out, Party, Reference};

use crate::code::Message;
use crate::grammar::{DOCUMENT_TYPE, NAMESPACE, ROOT};

/// A message about a notification.
#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "filled in by whoever writes one")]
pub struct Notification {
    /// What it says.
    pub message: Message,
    /// Number, date, issuer, signatory; and parties, countries and lines of the consignment.
    pub sps: Certificate,
    /// Whether the consignment is written; answers do without.
    pub with_consignment: bool,
    /// A code of non-compliance-bases.
    pub basis: Option<String>,
    /// Who notifies.
    pub notifying: Nppo,
    /// Who is addressed.
    pub addressed: Nppo,
    /// The notification that this is about: when it was issued. Number and country are known.
    pub related: Option<Option<String>>,
    /// The certificate concerned and the country that issued it.
    pub certificate: Option<(Reference, Country)>,
    /// Why there is none: a code of certificate-absence-reasons and words.
    pub absence: Option<(String, String)>,
    /// Where and when.
    pub interception: Option<Interception>,
    /// What was found.
    pub findings: Vec<Finding>,
    /// What was done.
    pub actions: Vec<Action>,
    /// By when an answer is asked for.
    pub response_due: Option<String>,
    /// Why it is updated, withdrawn or closed.
    pub explanation: Option<String>,
    /// What the addressee found out.
    pub investigation: Option<Investigation>,
    /// Reports and pictures.
    pub attachments: Vec<Reference>,
}

/// A plant protection organization.
#[derive(Clone, Debug, Default, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "filled in by whoever writes one")]
pub struct Nppo {
    /// Its country.
    pub country: Country,
    /// Its name and address.
    pub party: Party,
    /// Person, e-mail address, telephone number; empty where not told.
    pub contacts: Vec<[String; 3]>,
}

/// Where and when a consignment was intercepted.
#[derive(Clone, Debug, Default, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "filled in by whoever writes one")]
pub struct Interception {
    /// The point of entry.
    pub point_of_entry: Option<Location>,
    /// Arrival, detection, confirmation, first action.
    pub dates: [Option<String>; 4],
}

/// What was found.
#[derive(Clone, Debug, Default, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "filled in by whoever writes one")]
pub struct Finding {
    /// A code of non-compliance-reasons.
    pub reason: String,
    /// In words.
    pub description: Option<String>,
    /// The requirement that was not met.
    pub requirement: Option<String>,
    /// The pest.
    pub pest: Option<Pest>,
    /// A code of non-compliance-extents.
    pub extent: String,
    /// Numbers of lines.
    pub lines: Vec<String>,
    /// How much.
    pub affected: Option<Measure>,
    /// How it was found out.
    pub diagnosis: Option<Diagnosis>,
}

/// A pest.
#[derive(Clone, Debug, Default, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "filled in by whoever writes one")]
pub struct Pest {
    /// Its EPPO code.
    pub id: Option<String>,
    /// Its scientific name.
    pub scientific_name: Option<String>,
    /// Its common name.
    pub common_name: Option<String>,
    /// A code of pest-identification-levels.
    pub level: String,
    /// Why it could not be identified.
    pub not_identified: Option<String>,
    /// Codes of pest-life-stages.
    pub life_stages: Vec<String>,
    /// A code of pest-viabilities.
    pub viability: Option<String>,
    /// Where in the consignment it was.
    pub association: Option<String>,
}

/// How a pest was found.
#[derive(Clone, Debug, Default, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "filled in by whoever writes one")]
pub struct Diagnosis {
    /// Detection, sampling, method; empty where not told.
    pub words: [String; 3],
    /// Who did it.
    pub laboratory: Option<Party>,
    /// How long specimens are kept.
    pub specimen_until: Option<String>,
}

/// What was done with the consignment.
#[derive(Clone, Debug, Default, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "filled in by whoever writes one")]
pub struct Action {
    /// A code of non-compliance-actions.
    pub code: String,
    /// In words.
    pub description: Option<String>,
    /// A code of non-compliance-extents.
    pub extent: String,
    /// Numbers of lines.
    pub lines: Vec<String>,
    /// When.
    pub date: Option<String>,
}

/// What the addressee found out.
#[derive(Clone, Debug, Default, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "filled in by whoever writes one")]
pub struct Investigation {
    /// A code of investigation-outcomes.
    pub outcome: String,
    /// In words.
    pub description: String,
    /// What will be done.
    pub corrective_action: Option<String>,
    /// When it ended.
    pub completed: Option<String>,
}

impl Notification {
    /// The message as XML, UTF-8.
    #[must_use]
    pub fn to_xml(&self) -> String {
        Out::document_in("nc", NAMESPACE, ROOT, |out| {
            let mut head = self.sps.clone();
            head.certificate_type = DOCUMENT_TYPE.to_owned();
            head.status = self.message.status().to_string();
            out.element("nc:SPSExchangedDocument", |out| head.write_document(out));
            if self.with_consignment {
                out.element("nc:SPSConsignment", |out| head.write_consignment(out));
            }
            out.element("nc:NonCompliance", |out| self.write(out));
        })
    }

    fn write(&self, out: &mut Out) {
        out.text("nc:MessageCode", self.message.code());
        out.optional("nc:BasisCode", self.basis.as_deref());
        self.notifying.write(out, "nc:NotifyingNPPO");
        self.addressed.write(out, "nc:AddressedNPPO");
        if let Some(issued) = &self.related {
            out.element("nc:RelatedNotification", |out| {
                out.text("nc:ID", &self.sps.number);
                self.notifying.country.write(out, "nc:Country");
                date(out, "nc:IssueDateTime", issued.as_deref());
            });
        }
        if let Some((document, country)) = &self.certificate {
            out.element("nc:Certificate", |out| {
                document.write_as(out, "nc:Document");
                country.write(out, "nc:IssuingCountry");
            });
        }
        if let Some((code, words)) = &self.absence {
            out.element("nc:CertificateAbsence", |out| {
                out.text("nc:ReasonCode", code);
                out.text("nc:Description", words);
            });
        }
        if let Some(interception) = &self.interception {
            out.element("nc:Interception", |out| interception.write(out));
        }
        for finding in &self.findings {
            out.element("nc:Finding", |out| finding.write(out));
        }
        for action in &self.actions {
            out.element("nc:Action", |out| action.write(out));
        }
        date(out, "nc:ResponseDueDateTime", self.response_due.as_deref());
        out.optional("nc:Explanation", self.explanation.as_deref());
        if let Some(found) = &self.investigation {
            out.element("nc:Investigation", |out| {
                out.text("nc:OutcomeCode", &found.outcome);
                out.text("nc:Description", &found.description);
                out.optional("nc:CorrectiveAction", found.corrective_action.as_deref());
                date(out, "nc:CompletionDateTime", found.completed.as_deref());
            });
        }
        for attachment in &self.attachments {
            attachment.write_as(out, "nc:Attachment");
        }
    }
}

fn date(out: &mut Out, name: &str, date: Option<&str>) {
    if let Some(date) = date {
        out.date(name, date);
    }
}

fn told(text: &str) -> Option<&str> {
    Some(text).filter(|text| !text.is_empty())
}

impl Nppo {
    fn write(&self, out: &mut Out, name: &str) {
        out.element(name, |out| {
            self.country.write(out, "nc:Country");
            self.party.write(out, "nc:Party");
            for [person, email, telephone] in &self.contacts {
                out.element("nc:Contact", |out| {
                    out.optional("nc:PersonName", told(person));
                    out.optional("nc:Email", told(email));
                    out.optional("nc:Telephone", told(telephone));
                });
            }
        });
    }
}

impl Interception {
    fn write(&self, out: &mut Out) {
        if let Some(place) = &self.point_of_entry {
            place.write(out, "nc:PointOfEntry");
        }
        let names = ["Arrival", "Detection", "Confirmation", "FirstAction"];
        for (name, when) in names.into_iter().zip(&self.dates) {
            date(out, &format!("nc:{name}DateTime"), when.as_deref());
        }
    }
}

impl Finding {
    fn write(&self, out: &mut Out) {
        out.text("nc:ReasonCode", &self.reason);
        out.optional("nc:Description", self.description.as_deref());
        out.optional("nc:RequirementReference", self.requirement.as_deref());
        if let Some(pest) = &self.pest {
            out.element("nc:Pest", |out| pest.write(out));
        }
        out.text("nc:ExtentCode", &self.extent);
        for line in &self.lines {
            out.text("nc:LineNumeric", line);
        }
        if let Some(Measure { value, unit }) = &self.affected {
            out.text_with("nc:AffectedMeasure", &[("unitCode", unit)], value);
        }
        if let Some(diagnosis) = &self.diagnosis {
            out.element("nc:Diagnosis", |out| diagnosis.write(out));
        }
    }
}

impl Pest {
    fn write(&self, out: &mut Out) {
        if let Some(id) = &self.id {
            out.text_with("nc:ID", &[("schemeID", "EPPO")], id);
        }
        out.optional("nc:ScientificName", self.scientific_name.as_deref());
        out.optional("nc:CommonName", self.common_name.as_deref());
        out.text("nc:IdentificationLevelCode", &self.level);
        out.optional("nc:NotIdentifiedReason", self.not_identified.as_deref());
        for stage in &self.life_stages {
            out.text("nc:LifeStageCode", stage);
        }
        out.optional("nc:ViabilityCode", self.viability.as_deref());
        out.optional("nc:Association", self.association.as_deref());
    }
}

impl Diagnosis {
    fn write(&self, out: &mut Out) {
        for (name, words) in ["Detection", "Sampling", "Method"].into_iter().zip(&self.words) {
            out.optional(&format!("nc:{name}"), told(words));
        }
        if let Some(laboratory) = &self.laboratory {
            laboratory.write(out, "nc:Laboratory");
        }
        date(out, "nc:SpecimenKeptUntilDateTime", self.specimen_until.as_deref());
    }
}

impl Action {
    fn write(&self, out: &mut Out) {
        out.text("nc:ActionCode", &self.code);
        out.optional("nc:Description", self.description.as_deref());
        out.text("nc:ExtentCode", &self.extent);
        for line in &self.lines {
            out.text("nc:LineNumeric", line);
        }
        date(out, "nc:ActionDateTime", self.date.as_deref());
    }
}
