//! A line to be written.

use phytohub_sps::write::{Country, Out};

use super::{Party, write_clauses, write_notes};

/// A line: one kind of goods.
#[derive(Clone, Debug, Default)]
#[expect(clippy::exhaustive_structs, reason = "filled in by whoever writes one")]
pub struct Line {
    /// What it is.
    pub description: String,
    /// Its common name.
    pub common_name: String,
    /// The species.
    pub species: String,
    /// Its lot or marks.
    pub batch: Option<String>,
    /// What it is meant for.
    pub intended_use: String,
    /// Until when it keeps.
    pub expiry: Option<String>,
    /// Kilograms.
    pub net: Option<String>,
    /// Kilograms.
    pub gross: Option<String>,
    /// Subjects with what is said.
    pub notes: Vec<(String, String)>,
    /// Its code of the Harmonized System.
    pub hs: String,
    /// Type by Recommendation 21, and number of packages.
    pub packages: Option<(String, u64)>,
    /// Where it comes from.
    pub origin: Country,
    /// Establishments.
    pub processes: Vec<Process>,
    /// What is certified of this line.
    pub clauses: Vec<(String, String)>,
    /// Who certifies that, and when.
    pub certified: Option<(Party, String)>,
}

/// What an establishment did.
#[derive(Clone, Debug, Default)]
#[expect(clippy::exhaustive_structs, reason = "filled in by whoever writes one")]
pub struct Process {
    /// Such as Slaughterhouse.
    pub activity: String,
    /// The establishment; its id is the approval number.
    pub operator: Party,
    /// Its country.
    pub country: Country,
}

impl Line {
    pub(super) fn write(&self, out: &mut Out, sequence: u32) {
        let some = |text: &String| (!text.is_empty()).then(|| text.clone());
        out.element("ram:IncludedSPSTradeLineItem", |out| {
            out.text("ram:SequenceNumeric", &sequence.to_string());
            out.text("ram:Description", &self.description);
            out.optional("ram:CommonName", some(&self.common_name).as_deref());
            out.optional("ram:ScientificName", some(&self.species).as_deref());
            out.optional("ram:ProductionBatchID", self.batch.as_deref());
            out.optional("ram:IntendedUse", some(&self.intended_use).as_deref());
            if let Some(expiry) = &self.expiry {
                out.date("ram:ExpiryDateTime", expiry);
            }
            for (name, kilograms) in
                [("ram:NetWeightMeasure", &self.net), ("ram:GrossWeightMeasure", &self.gross)]
            {
                if let Some(kilograms) = kilograms {
                    out.text_with(name, &[("unitCode", "KGM")], kilograms);
                }
            }
            write_notes(out, "ram:AdditionalInformationSPSNote", &self.notes);
            out.element("ram:ApplicableSPSClassification", |out| {
                out.text("ram:SystemName", "HS");
                out.text("ram:ClassCode", &self.hs);
                out.text("ram:ClassName", "");
            });
            if let Some((code, count)) = &self.packages {
                out.element("ram:PhysicalSPSPackage", |out| {
                    out.text("ram:LevelCode", "1");
                    out.text("ram:TypeCode", code);
                    out.text("ram:ItemQuantity", &count.to_string());
                });
            }
            self.origin.write(out, "ram:OriginSPSCountry");
            self.processes.iter().for_each(|process| process.write(out));
            if let Some((party, date)) = &self.certified {
                out.element("ram:AssertedSPSAuthentication", |out| {
                    out.date("ram:ActualDateTime", date);
                    party.write(out, "ram:ProviderSPSParty");
                    write_clauses(out, &self.clauses);
                });
            }
        });
    }
}

impl Process {
    fn write(&self, out: &mut Out) {
        out.element("ram:AppliedSPSProcess", |out| {
            out.text_with("ram:TypeCode", &[("name", &self.activity)], "ZZZ");
            self.country.write(out, "ram:OperationSPSCountry");
            self.operator.write(out, "ram:OperatorSPSParty");
        });
    }
}
