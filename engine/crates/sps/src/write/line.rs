//! A line to be written: one produce.

use super::{Country, Note, Out, Text};

/// A line.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Line {
    /// What the produce is, one text for each language.
    pub descriptions: Vec<Text>,
    /// Its common names.
    pub common_names: Vec<Text>,
    /// Its botanical names.
    pub scientific_names: Vec<String>,
    /// What it is meant for.
    pub intended_uses: Vec<Text>,
    /// The net weight.
    pub net_weight: Option<Measure>,
    /// The gross weight.
    pub gross_weight: Option<Measure>,
    /// The net volume.
    pub net_volume: Option<Measure>,
    /// The gross volume.
    pub gross_volume: Option<Measure>,
    /// The notes on this line.
    pub notes: Vec<Note>,
    /// Its classes.
    pub classifications: Vec<Classification>,
    /// Its packages, the outermost first.
    pub packages: Vec<Package>,
    /// Where it grew.
    pub origins: Vec<Country>,
    /// How it was treated.
    pub treatments: Vec<Treatment>,
}

/// A number with its unit.
#[derive(Clone, Debug, Default, Eq, Hash, PartialEq)]
pub struct Measure {
    /// Digits and a point.
    pub value: String,
    /// The unit as Recommendation 20 has it.
    pub unit: String,
}

/// Packages of one level.
#[derive(Clone, Debug, Default, Eq, Hash, PartialEq)]
pub struct Package {
    /// The packaging as Recommendation 21 has it.
    pub packaging: String,
    /// How many: digits and a point.
    pub quantity: String,
}

/// The class of the produce in one system.
#[derive(Clone, Debug, Default, Eq, Hash, PartialEq)]
pub struct Classification {
    /// The system: HS, IPPCPCVP or IPPCPCC.
    pub system: String,
    /// The class's code in it.
    pub code: Option<String>,
    /// The class's name in it, which may be empty.
    pub name: Text,
}

/// A disinfestation or disinfection.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Treatment {
    /// When it began: a date, with or without a time.
    pub start: Option<String>,
    /// When it ended.
    pub end: Option<String>,
    /// How long it took.
    pub duration: Option<Measure>,
    /// What is said of it.
    pub data: Vec<TreatmentDatum>,
}

/// One thing that is said of a treatment.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct TreatmentDatum {
    /// TTL1, TTL2, TTCH, TTTM, TTCO, TTAI or TTFT.
    pub tag: String,
    /// A code or a text.
    pub text: Option<Text>,
    /// A number.
    pub measure: Option<Measure>,
}

impl Line {
    pub(super) fn write(&self, out: &mut Out, sequence: u32) {
        out.element("ram:IncludedSPSTradeLineItem", |out| {
            out.text("ram:SequenceNumeric", &sequence.to_string());
            out.texts("ram:Description", &self.descriptions);
            self.write_names(out);
            for note in &self.notes {
                note.write(out, "ram:AdditionalInformationSPSNote");
            }
            for class in &self.classifications {
                class.write(out);
            }
            for (level, package) in (1_u32..).zip(&self.packages) {
                package.write(out, level);
            }
            for country in &self.origins {
                country.write(out, "ram:OriginSPSCountry");
            }
            for treatment in &self.treatments {
                treatment.write(out);
            }
        });
    }

    fn write_names(&self, out: &mut Out) {
        if !self.common_names.is_empty() {
            out.texts("ram:CommonName", &self.common_names);
        }
        for name in &self.scientific_names {
            out.text("ram:ScientificName", name);
        }
        if !self.intended_uses.is_empty() {
            out.texts("ram:IntendedUse", &self.intended_uses);
        }
        let measures = [
            ("ram:NetWeightMeasure", &self.net_weight),
            ("ram:GrossWeightMeasure", &self.gross_weight),
            ("ram:NetVolumeMeasure", &self.net_volume),
            ("ram:GrossVolumeMeasure", &self.gross_volume),
        ];
        for (name, measure) in measures {
            write_measure(out, name, measure.as_ref());
        }
    }
}

fn write_measure(out: &mut Out, name: &str, measure: Option<&Measure>) {
    if let Some(Measure { value, unit }) = measure {
        out.text_with(name, &[("unitCode", unit)], value);
    }
}

impl Classification {
    fn write(&self, out: &mut Out) {
        out.element("ram:ApplicableSPSClassification", |out| {
            out.text("ram:SystemName", &self.system);
            out.optional("ram:ClassCode", self.code.as_deref());
            out.texts("ram:ClassName", std::slice::from_ref(&self.name));
        });
    }
}

impl Package {
    fn write(&self, out: &mut Out, level: u32) {
        out.element("ram:PhysicalSPSPackage", |out| {
            out.text("ram:LevelCode", &level.to_string());
            out.text("ram:TypeCode", &self.packaging);
            out.text("ram:ItemQuantity", &self.quantity);
        });
    }
}

impl Treatment {
    fn write(&self, out: &mut Out) {
        out.element("ram:AppliedSPSProcess", |out| {
            out.text("ram:TypeCode", "ZZZ");
            if self.start.is_some() || self.end.is_some() || self.duration.is_some() {
                out.element("ram:CompletionSPSPeriod", |out| {
                    out.date("ram:StartDateTime", self.start.as_deref().unwrap_or_default());
                    if let Some(end) = &self.end {
                        out.date("ram:EndDateTime", end);
                    }
                    write_measure(out, "ram:DurationMeasure", self.duration.as_ref());
                });
            }
            for datum in &self.data {
                out.element("ram:ApplicableSPSProcessCharacteristic", |out| {
                    out.text("ram:Description", &datum.tag);
                    if let Some(text) = &datum.text {
                        out.texts("ram:Description", std::slice::from_ref(text));
                    }
                    write_measure(out, "ram:ValueMeasure", datum.measure.as_ref());
                });
            }
        });
    }
}
