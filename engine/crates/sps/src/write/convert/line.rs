//! A line: one produce.

use super::{Part, country, measure, note};
use crate::document::Element;
use crate::name::Name;
use crate::write::line::decimal;
use crate::write::{Classification, Line, Package, Treatment, TreatmentDatum};

pub(super) fn line(element: Element<'_>) -> Line {
    let line = Part::from(element);
    Line {
        sequence: line.filled(Name::SequenceNumeric),
        descriptions: line.texts(Name::Description),
        common_names: line.texts(Name::CommonName),
        scientific_names: line.texts(Name::ScientificName),
        intended_uses: line.texts(Name::IntendedUse),
        net_weight: line.first(Name::NetWeightMeasure, measure),
        gross_weight: line.first(Name::GrossWeightMeasure, measure),
        net_volume: line.first(Name::NetVolumeMeasure, measure),
        gross_volume: line.first(Name::GrossVolumeMeasure, measure),
        notes: line.all(Name::AdditionalInformationSPSNote, note),
        classifications: line.all(Name::ApplicableSPSClassification, classification),
        packages: packages(line),
        origins: line.all(Name::OriginSPSCountry, country),
        treatments: line.all(Name::AppliedSPSProcess, treatment),
    }
}

fn classification(element: Element<'_>) -> Classification {
    let class = Part::from(element);
    Classification {
        system: class.text(Name::SystemName),
        code: class.filled(Name::ClassCode),
        names: class.filled_texts(Name::ClassName),
    }
}

fn packages(line: Part<'_>) -> Vec<Package> {
    let mut packages = line.all(Name::PhysicalSPSPackage, |package| {
        let package = Part::from(package);
        Package {
            level: package.filled(Name::LevelCode),
            packaging: package.text(Name::TypeCode),
            quantity: decimal(&package.text(Name::ItemQuantity)).into_owned(),
        }
    });
    for (place, package) in (1_u32..).zip(&mut packages) {
        package.level = package.level.take().filter(|said| *said != place.to_string());
    }
    packages
}

fn treatment(element: Element<'_>) -> Treatment {
    let treatment = Part::from(element);
    let period = treatment.child(Name::CompletionSPSPeriod);
    Treatment {
        treatment_type: treatment.other_than(Name::TypeCode, "ZZZ"),
        start: period.date(Name::StartDateTime),
        end: period.date(Name::EndDateTime),
        duration: period.first(Name::DurationMeasure, measure),
        data: treatment.all(Name::ApplicableSPSProcessCharacteristic, |datum| {
            let datum = Part::from(datum);
            let mut texts = datum.texts(Name::Description).into_iter();
            TreatmentDatum {
                tag: texts.next().unwrap_or_default(),
                texts: texts.collect(),
                measure: datum.first(Name::ValueMeasure, measure),
            }
        }),
    }
}
