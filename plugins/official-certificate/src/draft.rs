//! Certificates to be written: owned, in plain words, one canonical form.
//!
//! What is written is valid against the schema if codes and numbers are, whatever the texts hold.

use phytohub_sps::write::{Country, Location, Out, Reference};

mod line;

pub use line::{Line, Process};

/// A certificate.
#[derive(Clone, Debug, Default)]
#[expect(clippy::exhaustive_structs, reason = "filled in by whoever writes one")]
pub struct Draft {
    /// Its title.
    pub title: String,
    /// Its number.
    pub number: String,
    /// As UNCL 1001 has it.
    pub type_code: String,
    /// As UNCL 4405 has it.
    pub status: String,
    /// As 2026-03-04T10:11:12+01:00.
    pub issued: String,
    /// The competent authority.
    pub issuer: Party,
    /// Subjects with what is said.
    pub notes: Vec<(String, String)>,
    /// Other documents.
    pub references: Vec<Reference>,
    /// When it was signed.
    pub signed: String,
    /// Where it was signed.
    pub place: String,
    /// Who certifies.
    pub signatory: Party,
    /// What is certified: id and words, either of which may be empty.
    pub clauses: Vec<(String, String)>,
    /// When the consignment leaves.
    pub departure: Option<String>,
    /// Who sends.
    pub consignor: Party,
    /// Who receives.
    pub consignee: Party,
    /// The country that issues.
    pub export_country: Country,
    /// Where it is loaded.
    pub loading: Option<Location>,
    /// The country that it goes to.
    pub import_country: Country,
    /// The countries that it passes.
    pub transit: Vec<Country>,
    /// Where it enters.
    pub entry: Option<Location>,
    /// The establishment that it comes from.
    pub despatch: Option<Party>,
    /// Mode, number and name of the means of transport.
    pub transport: Option<(String, String, String)>,
    /// Containers: number, seal, degrees Celsius.
    pub containers: Vec<(String, String, Option<String>)>,
    /// The lines.
    pub lines: Vec<Line>,
}

/// A person or an organization.
#[derive(Clone, Debug, Default)]
#[expect(clippy::exhaustive_structs, reason = "filled in by whoever writes one")]
pub struct Party {
    /// Its approval number or other identification.
    pub id: Option<String>,
    /// Its name.
    pub name: String,
    /// Lines of its address.
    pub address: Vec<String>,
    /// The person in it, with the official position.
    pub person: Option<(String, String)>,
}

impl Draft {
    /// The certificate as XML.
    #[must_use]
    pub fn to_xml(&self) -> String {
        Out::document_in("rsm", NAMESPACE, "SPSCertificate", |out| {
            out.element("rsm:SPSExchangedDocument", |out| self.write_document(out));
            out.element("rsm:SPSConsignment", |out| self.write_consignment(out));
        })
    }

    fn write_document(&self, out: &mut Out) {
        out.text("ram:Name", &self.title);
        out.text("ram:ID", &self.number);
        out.text("ram:TypeCode", &self.type_code);
        out.text("ram:StatusCode", &self.status);
        out.date("ram:IssueDateTime", &self.issued);
        self.issuer.write(out, "ram:IssuerSPSParty");
        write_notes(out, "ram:IncludedSPSNote", &self.notes);
        for reference in &self.references {
            reference.write_as(out, "ram:ReferenceSPSReferencedDocument");
        }
        out.element("ram:SignatorySPSAuthentication", |out| {
            out.date("ram:ActualDateTime", &self.signed);
            out.element("ram:IssueSPSLocation", |out| out.text("ram:Name", &self.place));
            self.signatory.write(out, "ram:ProviderSPSParty");
            write_clauses(out, &self.clauses);
        });
    }

    fn write_consignment(&self, out: &mut Out) {
        if let Some(departure) = &self.departure {
            out.date("ram:ExportExitDateTime", departure);
        }
        self.consignor.write(out, "ram:ConsignorSPSParty");
        self.consignee.write(out, "ram:ConsigneeSPSParty");
        self.export_country.write(out, "ram:ExportSPSCountry");
        if let Some(place) = &self.loading {
            place.write(out, "ram:LoadingBaseportSPSLocation");
        }
        self.import_country.write(out, "ram:ImportSPSCountry");
        for country in &self.transit {
            country.write(out, "ram:TransitSPSCountry");
        }
        if let Some(place) = &self.entry {
            place.write(out, "ram:UnloadingBaseportSPSLocation");
        }
        out.element("ram:ExaminationSPSEvent", |out| {
            Location::default().write(out, "ram:OccurrenceSPSLocation");
        });
        if let Some(party) = &self.despatch {
            party.write(out, "ram:DespatchSPSParty");
        }
        if let Some((mode, number, name)) = &self.transport {
            out.element("ram:MainCarriageSPSTransportMovement", |out| {
                out.text("ram:ID", number);
                out.text("ram:ModeCode", mode);
                out.element("ram:UsedSPSTransportMeans", |out| out.text("ram:Name", name));
            });
        }
        for (number, seal, degrees) in &self.containers {
            out.element("ram:UtilizedSPSTransportEquipment", |out| {
                out.text_with("ram:ID", &[("schemeID", "container_number")], number);
                out.element("ram:AffixedSPSSeal", |out| {
                    out.text_with("ram:ID", &[("schemeID", "seal_number")], seal);
                });
                if let Some(degrees) = degrees {
                    out.element("ram:SettingSPSTemperature", |out| {
                        out.text_with("ram:ValueMeasure", &[("unitCode", "CEL")], degrees);
                        out.text("ram:TypeCode", TRANSPORT_TEMPERATURE);
                    });
                }
            });
        }
        out.element("ram:IncludedSPSConsignmentItem", |out| {
            for (sequence, line) in (1_u32..).zip(&self.lines) {
                line.write(out, sequence);
            }
        });
    }
}

impl Party {
    pub(crate) fn write(&self, out: &mut Out, name: &str) {
        out.element(name, |out| {
            out.optional("ram:ID", self.id.as_deref());
            out.text("ram:Name", &self.name);
            if !self.address.is_empty() {
                out.element("ram:SpecifiedSPSAddress", |out| {
                    for (name, line) in LINES.iter().zip(&self.address) {
                        out.text(name, line);
                    }
                });
            }
            if let Some((person, position)) = &self.person {
                out.element("ram:SpecifiedSPSPerson", |out| {
                    out.text("ram:Name", person);
                    out.element("ram:AttainedSPSQualification", |out| {
                        out.text("ram:Name", position);
                    });
                });
            }
        });
    }
}

/// Writes notes both ways: words in `Subject` for people, the code in `SubjectCode`. The tags of the
/// ePhyto profile stand in `Subject`, where its readers look for them.
fn write_notes(out: &mut Out, name: &str, notes: &[(String, String)]) {
    for (subject, said) in notes {
        out.element(name, |out| {
            if subject.starts_with("AD") {
                out.text("ram:Subject", subject);
                out.text("ram:Content", said);
            } else {
                out.text("ram:Subject", &crate::tag_label(subject));
                out.text("ram:Content", said);
                out.text("ram:SubjectCode", subject);
            }
        });
    }
}

fn write_clauses(out: &mut Out, clauses: &[(String, String)]) {
    for (id, words) in clauses {
        out.element("ram:IncludedSPSClause", |out| {
            if !id.is_empty() {
                out.text("ram:ID", id);
            }
            out.text("ram:Content", words);
        });
    }
}

const NAMESPACE: &str = "urn:un:unece:uncefact:data:standard:SPSCertificate:17";
const LINES: [&str; 5] =
    ["ram:LineOne", "ram:LineTwo", "ram:LineThree", "ram:LineFour", "ram:LineFive"];
/// UNCL 6245.
const TRANSPORT_TEMPERATURE: &str = "2";
