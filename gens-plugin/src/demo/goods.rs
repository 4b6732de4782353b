//! What is traded in the demonstration.

use crate::domain::{
    Declaration, Draft, Line, Measure, Origin, Package, Party, Place, Transport, Treatment,
};

/// How far a certificate is to come.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) enum Way {
    Draft,
    Submitted,
    Returned,
    Inspected,
    Approved,
    Issued,
}

/// A consignment.
pub(super) struct Goods {
    pub(super) from: &'static str,
    to: &'static str,
    pub(super) way: Way,
    /// Name, botanical name, and code in the Harmonized System.
    produce: [&'static str; 3],
    region: &'static str,
    /// Kilograms, and boxes.
    amount: [&'static str; 2],
    consignee: [&'static str; 3],
    /// Mode, name of what carries it, and the place where it enters.
    transport: [&'static str; 3],
}

pub(super) const GOODS: [Goods; 11] = [
    kenyan("EG", Way::Issued, ["Avocados", "Persea americana", "080440"], ["18000", "4500"]),
    kenyan("AR", Way::Issued, ["Roses, cut", "Rosa sp.", "060311"], ["1200", "100"]),
    kenyan("EG", Way::Approved, ["Mangoes", "Mangifera indica", "080450"], ["9600", "2400"]),
    kenyan("EG", Way::Inspected, ["Tea, black", "Camellia sinensis", "090240"], ["22000", "400"]),
    kenyan("EG", Way::Submitted, ["French beans", "Phaseolus vulgaris", "070820"], ["800", "200"]),
    kenyan("EG", Way::Returned, ["Passion fruit", "Passiflora edulis", "081090"], ["600", "150"]),
    kenyan("NO", Way::Draft, ["Carnations, cut", "Dianthus sp.", "060312"], ["300", "60"]),
    egyptian("KE", Way::Issued, ["Oranges", "Citrus sinensis", "080510"], ["24000", "1600"]),
    egyptian("KE", Way::Submitted, ["Potatoes", "Solanum tuberosum", "070190"], ["26000", "1040"]),
    egyptian("KE", Way::Returned, ["Onions", "Allium cepa", "070310"], ["12000", "480"]),
    egyptian("AR", Way::Inspected, ["Dates", "Phoenix dactylifera", "080410"], ["5000", "1000"]),
];

const fn kenyan(
    to: &'static str,
    way: Way,
    produce: [&'static str; 3],
    amount: [&'static str; 2],
) -> Goods {
    let consignee = ["Nile Fresh Trading", "7 Corniche Street", "Alexandria"];
    let transport = ["4", "Savannah Air Cargo", "Cairo"];
    Goods { from: "KE", to, way, produce, region: "Nakuru", amount, consignee, transport }
}

const fn egyptian(
    to: &'static str,
    way: Way,
    produce: [&'static str; 3],
    amount: [&'static str; 2],
) -> Goods {
    let consignee = ["Highland Foods", "40 Station Road", "Nairobi"];
    let transport = ["1", "Star of the Delta", "Mombasa"];
    Goods { from: "EG", to, way, produce, region: "Beheira", amount, consignee, transport }
}

impl Goods {
    /// Its certificate as an exporter enters it.
    pub(super) fn draft(&self, exporter: &Party) -> Draft {
        let [name, address @ ..] = self.consignee.map(str::to_owned);
        let [mode, means, entry] = self.transport.map(str::to_owned);
        let unknown = self.way == Way::Returned || self.way == Way::Draft;
        Draft {
            exporter: exporter.clone(),
            consignee: Party { name, address: address.into() },
            destination: self.to.to_owned(),
            point_of_entry: Place {
                locode: String::new(),
                name: if unknown { String::new() } else { entry },
            },
            transports: vec![Transport { mode, means, number: String::new() }],
            lines: vec![self.line()],
            declarations: vec![Declaration {
                code: String::new(),
                text: "The consignment was inspected and found free from soil.".to_owned(),
            }],
            ..Draft::default()
        }
    }

    fn line(&self) -> Line {
        let [produce, botanical_name, hs_code] = self.produce.map(str::to_owned);
        let [net, boxes] = self.amount.map(str::to_owned);
        let is_sea = self.transport.first() == Some(&"1");
        Line {
            produce,
            botanical_name,
            hs_code,
            net_weight: measure(&net, "KGM"),
            packages: vec![Package { kind: "BX".to_owned(), quantity: boxes }],
            origins: vec![Origin { country: self.from.to_owned(), region: self.region.to_owned() }],
            treatments: if is_sea { vec![fumigation()] } else { Vec::new() },
            ..Line::default()
        }
    }
}

fn fumigation() -> Treatment {
    Treatment {
        kind: "CHT".to_owned(),
        method: "FG".to_owned(),
        chemical: "Phosphine".to_owned(),
        duration: measure("24", "HUR"),
        temperature: measure("21", "CEL"),
        ..Treatment::default()
    }
}

fn measure(value: &str, unit: &str) -> Measure {
    Measure { value: value.to_owned(), unit: unit.to_owned() }
}
