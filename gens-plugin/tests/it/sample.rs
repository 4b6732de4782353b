//! Drafts that are complete, of several shapes.

use phytohub_gens::domain::{
    Container, Declaration, Draft, Line, Measure, Origin, Package, Party, Place, Transport,
    Treatment,
};

/// The least that can be issued.
pub(crate) fn smallest(destination: &str) -> Draft {
    Draft {
        exporter: party("Export & Sons <Ltd>"),
        consignee: party("Import Trading"),
        destination: destination.to_owned(),
        transports: vec![transport("1")],
        lines: vec![line("Apples", "Malus domestica")],
        ..Draft::default()
    }
}

/// Everything that can be said.
pub(crate) fn full(destination: &str) -> Draft {
    let mut draft = smallest(destination);
    draft.transit = vec!["FR".to_owned(), "BE".to_owned()];
    draft.point_of_entry = place("NLRTM", "Rotterdam");
    draft.containers = vec![container()];
    draft.marks = "MARK 1/1".to_owned();
    draft.declarations = vec![
        declaration("pest-free-consignment", "Free from <x> & y."),
        declaration("", "خالية من الآفات"),
    ];
    draft.import_permit = "IP-1".to_owned();
    draft.inspected_on = "2026-03-01".to_owned();
    draft.official_information = "Nothing \"more\" to say.".to_owned();
    draft.language = "en".to_owned();
    let mut second = line("Pears", "Pyrus communis");
    second.common_name = "Pear".to_owned();
    second.intended_use = "Consumption".to_owned();
    second.plant_part = "Fruits".to_owned();
    second.condition = "Fresh".to_owned();
    second.gross_weight = measure("120", "KGM");
    second.net_volume = measure("1.5", "MTQ");
    second.other_quantity = measure("12", "pallets");
    second.packages = Vec::new();
    second.packages_text = "In bulk".to_owned();
    second.marks = "LOT 2".to_owned();
    second.treatments = vec![treatment()];
    second.declarations = vec![declaration("", "Grown under cover.")];
    draft.lines.push(second);
    draft
}

pub(crate) fn party(name: &str) -> Party {
    Party {
        name: name.to_owned(),
        address: vec!["1 Sample Street".to_owned(), "Sampletown".to_owned()],
    }
}

pub(crate) fn line(produce: &str, botanical_name: &str) -> Line {
    Line {
        produce: produce.to_owned(),
        botanical_name: botanical_name.to_owned(),
        hs_code: "0808".to_owned(),
        net_weight: measure("100.5", "KGM"),
        packages: vec![package("BX", "20")],
        origins: vec![origin()],
        ..Line::default()
    }
}

fn transport(mode: &str) -> Transport {
    Transport { mode: mode.to_owned(), means: "Sample Carrier".to_owned(), ..Transport::default() }
}

fn place(locode: &str, name: &str) -> Place {
    Place { locode: locode.to_owned(), name: name.to_owned() }
}

fn container() -> Container {
    Container { number: "SAMU1234567".to_owned(), seals: vec!["S1".to_owned(), "S2".to_owned()] }
}

fn declaration(code: &str, text: &str) -> Declaration {
    Declaration { code: code.to_owned(), text: text.to_owned() }
}

fn measure(value: &str, unit: &str) -> Measure {
    Measure { value: value.to_owned(), unit: unit.to_owned() }
}

fn package(kind: &str, quantity: &str) -> Package {
    Package { kind: kind.to_owned(), quantity: quantity.to_owned() }
}

fn origin() -> Origin {
    Origin { country: "GH".to_owned(), region: "Ashanti".to_owned() }
}

fn treatment() -> Treatment {
    Treatment {
        kind: "CHT".to_owned(),
        method: "OP".to_owned(),
        chemical: "Phosphine".to_owned(),
        start: "2026-02-27".to_owned(),
        end: "2026-02-28".to_owned(),
        duration: measure("24", "HUR"),
        temperature: measure("21", "CEL"),
        information: "Under tarpaulin".to_owned(),
        ..Treatment::default()
    }
}
