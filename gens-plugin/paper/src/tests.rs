use crate::*;

mod hostile;
mod largest;
mod look;
mod paper;
mod pressing;

pub(crate) fn field(label: &str, value: &str) -> Field {
    Field { label: label.to_owned(), value: value.to_owned() }
}

fn part(title: &str, body: Body) -> Part {
    Part { title: title.to_owned(), body }
}

fn columns(labels: &[(&str, u16)]) -> Vec<Column> {
    labels
        .iter()
        .map(|(label, share)| Column { label: (*label).to_owned(), share: *share })
        .collect()
}

pub(crate) const GOODS: &[(&str, u16)] = &[
    ("Line", 10),
    ("Name of produce", 44),
    ("Botanical name of plants", 38),
    ("Number and description of packages", 36),
    ("Place of origin", 28),
    ("Quantity", 30),
];

pub(crate) fn row(line: usize) -> Vec<Cell> {
    vec![
        Cell::new(line.to_string()),
        Cell { more: vec!["Intended use: Consumption".to_owned()], ..Cell::new("Fresh avocados") },
        Cell { italic: true, ..Cell::new("Persea americana") },
        Cell::new("1200 × Box"),
        Cell::new("Ghana, Ashanti"),
        Cell::new("4800 kg net\n5160.5 kg gross"),
    ]
}

pub(crate) fn goods(rows: Vec<Vec<Cell>>) -> Part {
    let count = format!("{} lines", rows.len());
    let body = Body::Rows { columns: columns(GOODS), rows, count, none: "None".to_owned() };
    part("Name of produce and quantity declared", body)
}

pub(crate) fn texts(title: &str, all: &[&str]) -> Part {
    let texts = all.iter().map(|text| (*text).to_owned()).collect();
    part(title, Body::Texts { texts, numbered: true, none: "None".to_owned() })
}

/// A usual certificate.
pub(crate) fn sheet(lines: usize) -> Sheet {
    let fields = |fields: Vec<Field>| part("", Body::Fields(fields));
    Sheet {
        language: "en".to_owned(),
        title: "Phytosanitary certificate".to_owned(),
        number: "GH-2026-0000012".to_owned(),
        date: Date::of("2026-11-20T10:00:00Z").unwrap_or_default(),
        parts: vec![
            fields(vec![
                field("Plant Protection Organization of", "Plant Health of Ghana"),
                field("To: Plant Protection Organization(s) of", "Netherlands"),
            ]),
            fields(vec![
                field("Name and address of exporter", "Green Export\n12 Harbour Road\nTema"),
                field("Name and address of consignee", "Import B.V.\nMaasvlakte 12\nRotterdam"),
            ]),
            goods((1..=lines).map(row).collect()),
            texts("II. Additional declaration", &["Free from Thrips palmi."]),
            fields(vec![
                field("Place of issue", "Tema"),
                field("Name of authorized officer", "Ama Mensah"),
                field("Date", "2026-11-20"),
            ]),
        ],
        small: vec!["No financial liability.".to_owned()],
        public: Some(Public {
            url: "https://hub.example.org/gens/v/Yv3kq8m2Zc7Qd1Xw5Rt9Bn4Lp6Hs0Jf_-aEuIoKyGx"
                .to_owned(),
            caption: "Compare. Code for details:".to_owned(),
            code: "ABCD-1234".to_owned(),
            alt: "QR code".to_owned(),
        }),
        labels: labels(),
        ..Sheet::default()
    }
}

fn labels() -> Labels {
    let text = str::to_owned;
    Labels {
        number: text("No."),
        see_annex: text("See Annex {annex}"),
        annex: text("Annex {annex} of {annexes}"),
        annexed: text("Phytosanitary certificate No. GH-2026-0000012"),
        page: text("Page {page} of {pages}"),
        signature: text("Signature"),
        stamp: text("Stamp of organization"),
        unprintable: text("Not all can be printed."),
    }
}
