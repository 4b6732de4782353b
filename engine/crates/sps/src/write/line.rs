//! A line to be written: one produce.

use std::borrow::Cow;

use super::{Country, Note, Out, Text};

/// A line.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Line {
    /// Its number; its place if nothing is said.
    pub sequence: Option<String>,
    /// What the produce is, one text for each language.
    pub descriptions: Vec<Text>,
    /// Its common names.
    pub common_names: Vec<Text>,
    /// Its botanical names.
    pub scientific_names: Vec<Text>,
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
    /// The unit as Recommendation 20 has it; empty if nothing is said.
    pub unit: String,
}

/// Packages of one level.
#[derive(Clone, Debug, Default, Eq, Hash, PartialEq)]
pub struct Package {
    /// 1 for the outermost; its place if nothing is said.
    pub level: Option<String>,
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
    /// The class's name in it, one for each language; none if the code is enough.
    pub names: Vec<Text>,
}

/// A disinfestation or disinfection.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Treatment {
    /// Its type as UNCL 7187 has it; ZZZ, as the profile has it, if nothing is said.
    pub treatment_type: Option<String>,
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
    pub tag: Text,
    /// A code or a text, one for each language.
    pub texts: Vec<Text>,
    /// A number.
    pub measure: Option<Measure>,
}

impl Line {
    /// Writes it as `ram:IncludedSPSTradeLineItem`, with this number if it has none of its own.
    pub fn write(&self, out: &mut Out, sequence: u32) {
        out.element("ram:IncludedSPSTradeLineItem", |out| {
            match &self.sequence {
                Some(said) => out.text("ram:SequenceNumeric", said),
                None => out.text("ram:SequenceNumeric", &sequence.to_string()),
            }
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
        if !self.scientific_names.is_empty() {
            out.texts("ram:ScientificName", &self.scientific_names);
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

/// A number of `xs:double`, as the WSDL has measures, without its exponent, which UN/CEFACT does not
/// know. What is no such number, or is too large to be a quantity of anything, stays as it is.
pub(super) fn decimal(number: &str) -> Cow<'_, str> {
    let written = Cow::Borrowed(number);
    let Some((mantissa, exponent)) = number.split_once(['e', 'E']) else { return written };
    let Ok(exponent) = exponent.parse::<i8>() else { return written };
    let (sign, mantissa) = match mantissa.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", mantissa.strip_prefix('+').unwrap_or(mantissa)),
    };
    let (whole, part) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let mut digits = format!("{whole}{part}");
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return written;
    }
    let point = i64::try_from(whole.len()).unwrap_or(i64::MAX).saturating_add(exponent.into());
    let missing = usize::try_from(1 - point).unwrap_or(0);
    digits.insert_str(0, &"0".repeat(missing));
    let point = usize::try_from(point.max(1)).unwrap_or(usize::MAX);
    digits.extend(std::iter::repeat_n('0', point.saturating_sub(digits.len())));
    let (whole, part) = digits.split_at_checked(point).unwrap_or((&digits, ""));
    let whole = match whole.trim_start_matches('0') {
        "" => "0",
        whole => whole,
    };
    Cow::Owned(match part.trim_end_matches('0') {
        "" => format!("{sign}{whole}"),
        part => format!("{sign}{whole}.{part}"),
    })
}

fn write_measure(out: &mut Out, name: &str, measure: Option<&Measure>) {
    if let Some(Measure { value, unit }) = measure {
        let unit = Some(("unitCode", &**unit)).filter(|_| !unit.is_empty());
        out.text_with(name, unit.as_slice(), value);
    }
}

impl Classification {
    fn write(&self, out: &mut Out) {
        out.element("ram:ApplicableSPSClassification", |out| {
            out.text("ram:SystemName", &self.system);
            out.optional("ram:ClassCode", self.code.as_deref());
            out.texts("ram:ClassName", &self.names);
        });
    }
}

impl Package {
    fn write(&self, out: &mut Out, level: u32) {
        out.element("ram:PhysicalSPSPackage", |out| {
            match &self.level {
                Some(said) => out.text("ram:LevelCode", said),
                None => out.text("ram:LevelCode", &level.to_string()),
            }
            out.text("ram:TypeCode", &self.packaging);
            out.text("ram:ItemQuantity", &self.quantity);
        });
    }
}

impl Treatment {
    fn write(&self, out: &mut Out) {
        out.element("ram:AppliedSPSProcess", |out| {
            out.text("ram:TypeCode", self.treatment_type.as_deref().unwrap_or("ZZZ"));
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
                    out.texts("ram:Description", std::slice::from_ref(&datum.tag));
                    if !datum.texts.is_empty() {
                        out.texts("ram:Description", &datum.texts);
                    }
                    write_measure(out, "ram:ValueMeasure", datum.measure.as_ref());
                });
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exponents_are_written_out() {
        let check = |double: &str, expected: &str| assert_eq!(decimal(double), expected);
        check("1.0E7", "10000000");
        check("1.2345678E7", "12345678");
        check("1.23456789E7", "12345678.9");
        check("-1.5e-3", "-0.0015");
        check("1E0", "1");
        check("12.50e+1", "125");
        check("0.0E5", "0");
        for same in ["100.0000", "12", "", "INF", "NaN", "e", "1e", "1.E", ".E1", "1e999", "x1e2"] {
            check(same, same);
        }
    }
}
