//! What stands in which box, in the order of the models of ISPM 12.

use phytohub_gens_paper::{Body, Cell, Column, Date, Field, Labels, Part, Public, Sheet};
use phytohub_sps::write::{Certificate, Line};

use super::{Mark, Print, word};
use crate::web::text::Locale;

pub(super) fn of(certificate: &Certificate, print: &Print<'_>) -> Sheet {
    let l = Locale::of(print.language).unwrap_or_else(Locale::english);
    let mark = match print.mark {
        Mark::None => String::new(),
        Mark::Duplicate(number) => l.fill("paper-duplicate", "name", number),
        Mark::Draft => l.text("paper-draft"),
        Mark::Training => l.text("paper-training"),
        Mark::Copy => l.text("paper-copy"),
        Mark::Withdrawn => l.text("paper-withdrawn"),
    };
    let reexport = certificate.certificate_type == "657";
    let title = l.text(if reexport { "paper-title-reexport" } else { "paper-title" });
    let has_liability = certificate.statements.iter().any(|statement| statement.id == "5");
    let small = [("paper-liability", !has_liability), ("paper-electronic", print.received)];
    let mut small: Vec<String> =
        small.into_iter().filter(|(_, is)| *is).map(|(key, _)| l.text(key)).collect();
    if let Mark::Duplicate(number) = print.mark {
        small.insert(0, l.fill("paper-duplicate-only", "name", number));
    }
    Sheet {
        language: l.tag().to_owned(),
        right_to_left: l.direction() == "rtl",
        number: certificate.number.clone(),
        date: Date::of(&certificate.issued).unwrap_or(print.today),
        mark,
        parts: parts(certificate, l),
        small,
        public: print.public.as_ref().map(|(url, code)| Public {
            url: url.clone(),
            caption: l.text("paper-compare"),
            code: code.clone(),
            alt: l.text("paper-compare-code"),
        }),
        labels: labels(&title, &certificate.number, l),
        title,
    }
}

fn labels(title: &str, number: &str, l: &'static Locale) -> Labels {
    // The paper fills these places in, when it knows its pages.
    let place = |name: &'static str| (name, format!("{{{name}}}"));
    let named = [("title", title.to_owned()), ("number", number.to_owned())];
    Labels {
        number: l.text("paper-number"),
        see_annex: l.filled("paper-see-annex", &[place("annex")]),
        annex: l.filled("paper-annex", &[place("annex"), place("annexes")]),
        annexed: if number.is_empty() {
            title.to_owned()
        } else {
            l.filled("paper-annexed", &named)
        },
        page: l.filled("paper-page", &[place("page"), place("pages")]),
        signature: l.text("paper-signature"),
        stamp: l.text("paper-stamp"),
        unprintable: l.text("paper-unprintable"),
    }
}

fn parts(certificate: &Certificate, l: &'static Locale) -> Vec<Part> {
    let field = |key: &str, value: String| Field { label: l.text(key), value };
    let fields = |fields: Vec<Field>| Part { title: String::new(), body: Body::Fields(fields) };
    let texts = |title: String, texts: Vec<String>, numbered| {
        let none = l.text("paper-none");
        Part { title, body: Body::Texts { texts, numbered, none } }
    };
    let transports = certificate.transports.iter().map(|one| word::transport(one, l));
    let transit = certificate.transit_countries.iter().map(|one| word::country(one, l));
    let mut marks = vec![field("paper-marks", word::notes(&certificate.notes, "DMCL"))];
    let more = [
        ("paper-transit", word::joined(transit, ", ")),
        ("paper-containers", word::containers(certificate)),
    ];
    let said = more.into_iter().filter(|(_, text)| !text.is_empty());
    marks.extend(said.map(|(key, text)| field(key, text)));
    let mut parts = vec![
        fields(vec![
            field("paper-organization", word::organization(certificate, l)),
            field("paper-to", word::country(&certificate.import_country, l)),
        ]),
        Part {
            title: l.text("paper-consignment"),
            body: Body::Fields(vec![
                field("paper-exporter", word::party(&certificate.consignor)),
                field("paper-consignee", word::party(&certificate.consignee)),
            ]),
        },
        fields(vec![
            field("paper-conveyance", word::joined(transports, "\n")),
            field("paper-entry", word::entry(certificate)),
        ]),
        fields(marks),
        Part { title: l.text("paper-produce"), body: goods(certificate, l) },
    ];
    let statements = word::statements(certificate, l);
    if !statements.is_empty() {
        parts.push(texts(String::new(), statements, false));
    }
    parts.push(texts(l.text("paper-declarations"), word::declarations(certificate, l), true));
    parts.push(Part { title: l.text("paper-treatments"), body: treatments(certificate, l) });
    let official = word::official(certificate, l);
    if !official.is_empty() {
        parts.push(texts(l.text("paper-official"), official, true));
    }
    parts.push(fields(vec![
        field("paper-place", certificate.place_of_issue.clone()),
        field("paper-officer", certificate.officer.clone()),
        field("paper-issued", word::date(&certificate.issued).to_owned()),
    ]));
    parts
}

fn lines(certificate: &Certificate) -> impl Iterator<Item = (&Line, usize)> {
    certificate.items.iter().flat_map(|item| &item.lines).zip(1..)
}

fn columns(all: &[(&str, u16)], l: &'static Locale) -> Vec<Column> {
    all.iter().map(|(key, share)| Column { label: l.text(key), share: *share }).collect()
}

fn goods(certificate: &Certificate, l: &'static Locale) -> Body {
    let row = |(line, place): (&Line, usize)| {
        let origins = line.origins.iter().map(|one| word::country(one, l));
        vec![
            Cell::new(place.to_string()),
            Cell { more: word::produce_more(line, l), ..Cell::new(word::produce(line)) },
            Cell { italic: true, ..Cell::new(word::texts(&line.scientific_names)) },
            Cell::new(word::packages(line, l)),
            Cell::new(word::joined(origins, "\n")),
            Cell::new(word::quantities(line, l)),
        ]
    };
    let rows: Vec<Vec<Cell>> = lines(certificate).map(row).collect();
    Body::Rows {
        columns: columns(GOODS, l),
        count: l.count("paper-goods-count", rows.len()),
        rows,
        none: l.text("paper-none"),
    }
}

fn treatments(certificate: &Certificate, l: &'static Locale) -> Body {
    let of_line = |(line, place): (&'_ Line, usize)| {
        let row = move |one| {
            let cells = word::treatment(one, l).map(Cell::new);
            std::iter::once(Cell::new(place.to_string())).chain(cells).collect::<Vec<Cell>>()
        };
        line.treatments.iter().map(row).collect::<Vec<_>>()
    };
    let rows: Vec<Vec<Cell>> = lines(certificate).flat_map(of_line).collect();
    let count = l.count("paper-treatments-count", rows.len());
    Body::Rows { columns: columns(TREATMENTS, l), count, rows, none: l.text("paper-none") }
}

/// Columns and how wide they are beside each other.
const GOODS: &[(&str, u16)] = &[
    ("paper-line", 10),
    ("paper-name", 44),
    ("paper-botanical", 38),
    ("paper-packages", 36),
    ("paper-origin", 28),
    ("paper-quantity", 30),
];
const TREATMENTS: &[(&str, u16)] = &[
    ("paper-line", 10),
    ("paper-date", 22),
    ("paper-treatment", 30),
    ("paper-chemical", 30),
    ("paper-duration", 28),
    ("paper-concentration", 26),
    ("paper-information", 40),
];
