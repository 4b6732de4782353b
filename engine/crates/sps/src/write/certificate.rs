//! A certificate to be written.

use super::{Country, Line, Location, Note, Out, Party, Reference, Text};

/// A certificate.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Certificate {
    /// The title, empty as the profile has it.
    pub title: String,
    /// The NPPO's number.
    pub number: String,
    /// 851 for export, 657 for re-export.
    pub certificate_type: String,
    /// 70 for issued, 40 for withdrawn.
    pub status: String,
    /// When it was issued, as 2026-03-04T10:11:12+01:00.
    pub issued: String,
    /// The plant protection organization.
    pub issuer: String,
    /// The notes on the whole certificate.
    pub notes: Vec<Note>,
    /// The documents that it names.
    pub references: Vec<Reference>,
    /// The place of issue.
    pub place_of_issue: String,
    /// The certifying organization, empty as the profile has it: the issuer is meant.
    pub authority: String,
    /// The authorized officer.
    pub officer: String,
    /// When it was signed; empty as the profile has it.
    pub signed: String,
    /// The statements that are certified; none for re-export.
    pub statements: Vec<Statement>,
    /// The exporter.
    pub consignor: Party,
    /// Whom it is declared to go to.
    pub consignee: Party,
    /// The country that issues it.
    pub export_country: Country,
    /// The country that it goes to.
    pub import_country: Country,
    /// The countries that it passes.
    pub transit_countries: Vec<Country>,
    /// The declared point of entry.
    pub point_of_entry: Option<Location>,
    /// The place of examination, empty as the profile has it.
    pub place_of_examination: String,
    /// The means of conveyance.
    pub transports: Vec<Transport>,
    /// Containers by their numbers, each with the numbers of its seals.
    pub containers: Vec<(String, Vec<String>)>,
    /// What is sent; the field writes one item with all lines.
    pub items: Vec<Item>,
}

/// A statement that is certified.
#[derive(Clone, Debug, Default, Eq, Hash, PartialEq)]
pub struct Statement {
    /// Its number in the list of statements, 1 for the certifying one.
    pub id: String,
    /// Its text, one for each language; none as the profile has it.
    pub contents: Vec<Text>,
}

impl From<&str> for Statement {
    fn from(id: &str) -> Self {
        Self { id: id.to_owned(), contents: Vec::new() }
    }
}

/// A part of what is sent.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Item {
    /// What kinds of cargo it is as UNCL 7085 has it.
    pub cargo_natures: Vec<String>,
    /// Its lines.
    pub lines: Vec<Line>,
}

/// A means of conveyance.
#[derive(Clone, Debug, Default, Eq, Hash, PartialEq)]
pub struct Transport {
    /// The number of the voyage or flight.
    pub number: Option<String>,
    /// The mode as Recommendation 19 has it.
    pub mode: String,
    /// The vessel, aircraft or vehicle.
    pub means: Option<String>,
}

impl Certificate {
    /// The certificate as XML, UTF-8.
    #[must_use]
    pub fn to_xml(&self) -> String {
        Out::document("SPSCertificate", |out| {
            out.element("rsm:SPSExchangedDocument", |out| self.write_document(out));
            out.element("rsm:SPSConsignment", |out| self.write_consignment(out));
        })
    }

    /// Writes what stands in `SPSExchangedDocument`.
    pub fn write_document(&self, out: &mut Out) {
        out.text("ram:Name", &self.title);
        out.text("ram:ID", &self.number);
        out.text("ram:TypeCode", &self.certificate_type);
        out.text("ram:StatusCode", &self.status);
        out.date("ram:IssueDateTime", &self.issued);
        out.element("ram:IssuerSPSParty", |out| out.text("ram:Name", &self.issuer));
        for note in &self.notes {
            note.write(out, "ram:IncludedSPSNote");
        }
        for reference in &self.references {
            reference.write(out);
        }
        out.element("ram:SignatorySPSAuthentication", |out| self.write_signatory(out));
    }

    fn write_signatory(&self, out: &mut Out) {
        out.date("ram:ActualDateTime", &self.signed);
        out.element("ram:IssueSPSLocation", |out| out.text("ram:Name", &self.place_of_issue));
        let provider = Party {
            name: self.authority.clone(),
            person: Some(self.officer.clone()),
            ..Party::default()
        };
        provider.write(out, "ram:ProviderSPSParty");
        for statement in &self.statements {
            out.element("ram:IncludedSPSClause", |out| {
                if !statement.id.is_empty() {
                    out.text("ram:ID", &statement.id);
                }
                out.texts("ram:Content", &statement.contents);
            });
        }
        if self.statements.is_empty() {
            // The schema requires one; the statement for re-export stands with the lines.
            out.element("ram:IncludedSPSClause", |out| out.text("ram:Content", ""));
        }
    }

    /// Writes what stands in `SPSConsignment`.
    pub fn write_consignment(&self, out: &mut Out) {
        self.consignor.write(out, "ram:ConsignorSPSParty");
        self.consignee.write(out, "ram:ConsigneeSPSParty");
        self.export_country.write(out, "ram:ExportSPSCountry");
        self.import_country.write(out, "ram:ImportSPSCountry");
        for country in &self.transit_countries {
            country.write(out, "ram:TransitSPSCountry");
        }
        if let Some(place) = &self.point_of_entry {
            place.write(out, "ram:UnloadingBaseportSPSLocation");
        }
        out.element("ram:ExaminationSPSEvent", |out| {
            let place = Location { id: None, name: self.place_of_examination.clone() };
            place.write(out, "ram:OccurrenceSPSLocation");
        });
        for transport in &self.transports {
            transport.write(out);
        }
        for (number, seals) in &self.containers {
            out.element("ram:UtilizedSPSTransportEquipment", |out| {
                out.text("ram:ID", number);
                for seal in seals {
                    out.element("ram:AffixedSPSSeal", |out| out.text("ram:ID", seal));
                }
            });
        }
        let mut sequence = 1_u32..;
        for item in &self.items {
            out.element("ram:IncludedSPSConsignmentItem", |out| {
                for nature in &item.cargo_natures {
                    out.element("ram:NatureIdentificationSPSCargo", |out| {
                        out.text("ram:TypeCode", nature);
                    });
                }
                for (line, sequence) in item.lines.iter().zip(&mut sequence) {
                    line.write(out, sequence);
                }
            });
        }
    }
}

impl Transport {
    fn write(&self, out: &mut Out) {
        out.element("ram:MainCarriageSPSTransportMovement", |out| {
            out.optional("ram:ID", self.number.as_deref());
            out.text("ram:ModeCode", &self.mode);
            if let Some(means) = &self.means {
                out.element("ram:UsedSPSTransportMeans", |out| out.text("ram:Name", means));
            }
        });
    }
}
