//! What people enter: the model of a phytosanitary certificate for export in the words of ISPM 12.

use serde::{Deserialize, Serialize};

mod shape;

pub use shape::{DraftFlaw, FlawKind};

/// A certificate as it is entered. What is empty is not said.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(default)]
pub struct Draft {
    /// Name and address of the exporter.
    pub exporter: Party,
    /// Declared name and address of the consignee.
    pub consignee: Party,
    /// The country that it goes to: two letters of ISO 3166-1.
    pub destination: String,
    /// The countries that it passes.
    pub transit: Vec<String>,
    /// Declared point of entry.
    pub point_of_entry: Place,
    /// Declared means of conveyance.
    pub transports: Vec<Transport>,
    /// Containers and their seals.
    pub containers: Vec<Container>,
    /// Distinguishing marks of the whole.
    pub marks: String,
    /// Produce, one line each.
    pub lines: Vec<Line>,
    /// Additional declarations for the whole consignment.
    pub declarations: Vec<Declaration>,
    /// The number of the import permit.
    pub import_permit: String,
    /// When it was inspected, as 2026-03-04.
    pub inspected_on: String,
    /// Other official information.
    pub official_information: String,
    /// The language of the certificate (ISO 639-1), apart from that of the pages.
    pub language: String,
}

/// A person or an organization.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(default)]
pub struct Party {
    /// Its name.
    pub name: String,
    /// Its address, up to five lines.
    pub address: Vec<String>,
}

/// A place.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(default)]
pub struct Place {
    /// Its UN/LOCODE.
    pub locode: String,
    /// Its name.
    pub name: String,
}

/// A means of conveyance.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(default)]
pub struct Transport {
    /// The mode (Recommendation 19: 1 sea, 2 rail, 3 road, 4 air …).
    pub mode: String,
    /// The vessel, aircraft or vehicle.
    pub means: String,
    /// The number of the voyage or flight.
    pub number: String,
}

/// A container.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(default)]
pub struct Container {
    /// Its number.
    pub number: String,
    /// The numbers of its seals.
    pub seals: Vec<String>,
}

/// An additional declaration: from the code list, or free.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(default)]
pub struct Declaration {
    /// Its code in the list of additional declarations; empty if free.
    pub code: String,
    /// Its wording as it is certified.
    pub text: String,
}

/// One produce.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(default)]
pub struct Line {
    /// Name of the produce.
    pub produce: String,
    /// Its common name.
    pub common_name: String,
    /// Its botanical name.
    pub botanical_name: String,
    /// What it is meant for: a text of the list of intended uses.
    pub intended_use: String,
    /// Its code in the Harmonized System.
    pub hs_code: String,
    /// The part of the plant: a text of the list of product descriptions.
    pub plant_part: String,
    /// Its condition: a text of the list of conditions.
    pub condition: String,
    /// Net weight.
    pub net_weight: Measure,
    /// Gross weight.
    pub gross_weight: Measure,
    /// Net volume.
    pub net_volume: Measure,
    /// A quantity in other units, these in words.
    pub other_quantity: Measure,
    /// Number and description of packages, the outermost first; none for bulk goods.
    pub packages: Vec<Package>,
    /// The packages in words where they cannot be counted, such as "in bulk".
    pub packages_text: String,
    /// Where it grew.
    pub origins: Vec<Origin>,
    /// Distinguishing marks.
    pub marks: String,
    /// How it was treated.
    pub treatments: Vec<Treatment>,
    /// Additional declarations for this line.
    pub declarations: Vec<Declaration>,
}

/// A number with its unit.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(default)]
pub struct Measure {
    /// Digits and a point.
    pub value: String,
    /// The unit (Recommendation 20).
    pub unit: String,
}

/// Packages of one level.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(default)]
pub struct Package {
    /// The packaging (Recommendation 21).
    pub kind: String,
    /// How many.
    pub quantity: String,
}

/// A place of origin.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(default)]
pub struct Origin {
    /// The country.
    pub country: String,
    /// The part of it, if it matters.
    pub region: String,
}

/// A disinfestation or disinfection.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(default)]
pub struct Treatment {
    /// The type: a code of the first level of the list of treatment types.
    pub kind: String,
    /// The type on the second level, if there is one.
    pub method: String,
    /// The active ingredient's name.
    pub chemical: String,
    /// Its number in the Codex Alimentarius, if it has one.
    pub chemical_code: String,
    /// When it began, as 2026-03-04.
    pub start: String,
    /// When it ended.
    pub end: String,
    /// How long it took.
    pub duration: Measure,
    /// At what temperature.
    pub temperature: Measure,
    /// In what concentration.
    pub concentration: Measure,
    /// Everything else that there is to say.
    pub information: String,
}
