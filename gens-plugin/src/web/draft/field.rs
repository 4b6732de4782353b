//! The fields of the form.

use serde_json::Value;

use crate::web::list::Coded;
use crate::web::text::Locale;

/// What a field holds.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Shape {
    Text,
    /// A long text.
    Area,
    /// A list of texts, one a line.
    Lines,
    Date,
    Number,
    Coded(Coded),
    /// The certificate's own language.
    Language,
}

/// A field: its name below its list, and what it holds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry {
    /// The name under which texts about it are found, after `field-`.
    about: &'static str,
    pub(super) name: &'static str,
    pub(super) shape: Shape,
    pub(super) width: &'static str,
    pub(super) required: bool,
    /// Whether most certificates leave it empty.
    pub(super) is_rare: bool,
}

const fn entry(
    about: &'static str,
    name: &'static str,
    shape: Shape,
    width: &'static str,
) -> Entry {
    Entry { about, name, shape, width, required: false, is_rare: false }
}

const fn needed(
    about: &'static str,
    name: &'static str,
    shape: Shape,
    width: &'static str,
) -> Entry {
    Entry { about, name, shape, width, required: true, is_rare: false }
}

const fn rare(about: &'static str, name: &'static str, shape: Shape, width: &'static str) -> Entry {
    Entry { about, name, shape, width, required: false, is_rare: true }
}

pub(super) const PARTIES: &[Entry] = &[
    needed("exporter-name", "exporter.name", Shape::Text, "half"),
    needed("exporter-address", "exporter.address", Shape::Lines, "half"),
    needed("consignee-name", "consignee.name", Shape::Text, "half"),
    needed("consignee-address", "consignee.address", Shape::Lines, "half"),
];

pub(super) const CONSIGNMENT: &[Entry] = &[
    needed("destination", "destination", Shape::Coded(Coded::Country), "half"),
    entry("language", "language", Shape::Language, "half"),
    needed("point-of-entry", "point_of_entry.name", Shape::Text, "half"),
    entry("locode", "point_of_entry.locode", Shape::Text, "half"),
    entry("marks", "marks", Shape::Text, ""),
];

pub(super) const OFFICIAL: &[Entry] = &[
    entry("import-permit", "import_permit", Shape::Text, "half"),
    entry("inspected-on", "inspected_on", Shape::Date, "half"),
    entry("official-information", "official_information", Shape::Area, ""),
];

const TRANSIT: &[Entry] = &[entry("transit", "", Shape::Coded(Coded::Country), "half")];

const TRANSPORTS: &[Entry] = &[
    needed("mode", "mode", Shape::Coded(Coded::Mode), "third"),
    entry("means", "means", Shape::Text, "third"),
    entry("voyage", "number", Shape::Text, "third"),
];

const CONTAINERS: &[Entry] = &[
    entry("container", "number", Shape::Text, "half"),
    entry("seals", "seals", Shape::Lines, "half"),
];

const DECLARATIONS: &[Entry] = &[
    entry("declaration-code", "code", Shape::Coded(Coded::Declaration), ""),
    entry("declaration", "text", Shape::Area, ""),
];

pub(super) const LINE: &[Entry] = &[
    needed("produce", "produce", Shape::Text, "half"),
    needed("botanical-name", "botanical_name", Shape::Text, "half"),
    needed("net-weight", "net_weight.value", Shape::Number, "quarter"),
    entry("unit", "net_weight.unit", Shape::Coded(Coded::Weight), "quarter"),
    entry("hs-code", "hs_code", Shape::Text, "half"),
    rare("common-name", "common_name", Shape::Text, "half"),
    rare("intended-use", "intended_use", Shape::Coded(Coded::Use), "half"),
    rare("plant-part", "plant_part", Shape::Coded(Coded::Plant), "half"),
    rare("condition", "condition", Shape::Coded(Coded::Condition), "half"),
    rare("gross-weight", "gross_weight.value", Shape::Number, "quarter"),
    rare("unit", "gross_weight.unit", Shape::Coded(Coded::Weight), "quarter"),
    rare("net-volume", "net_volume.value", Shape::Number, "quarter"),
    rare("unit", "net_volume.unit", Shape::Coded(Coded::Volume), "quarter"),
    rare("other-quantity", "other_quantity.value", Shape::Number, "quarter"),
    rare("other-unit", "other_quantity.unit", Shape::Text, "quarter"),
    rare("packages-text", "packages_text", Shape::Text, "half"),
    rare("marks", "marks", Shape::Text, "half"),
];

const ORIGINS: &[Entry] = &[
    needed("origin", "country", Shape::Coded(Coded::Country), "half"),
    entry("region", "region", Shape::Text, "half"),
];

const PACKAGES: &[Entry] = &[
    entry("package-quantity", "quantity", Shape::Number, "quarter"),
    entry("package-kind", "kind", Shape::Coded(Coded::Package), "half"),
];

const TREATMENTS: &[Entry] = &[
    entry("treatment-kind", "kind", Shape::Coded(Coded::Treatment), "half"),
    entry("treatment-method", "method", Shape::Coded(Coded::Method), "half"),
    entry("chemical", "chemical", Shape::Text, "half"),
    entry("chemical-code", "chemical_code", Shape::Text, "half"),
    entry("start", "start", Shape::Date, "half"),
    entry("end", "end", Shape::Date, "half"),
    entry("duration", "duration.value", Shape::Number, "quarter"),
    entry("unit", "duration.unit", Shape::Coded(Coded::Duration), "quarter"),
    entry("temperature", "temperature.value", Shape::Number, "quarter"),
    entry("unit", "temperature.unit", Shape::Coded(Coded::Temperature), "quarter"),
    entry("concentration", "concentration.value", Shape::Number, "quarter"),
    entry(
        "concentration-unit",
        "concentration.unit",
        Shape::Coded(Coded::Concentration),
        "quarter",
    ),
    entry("treatment-information", "information", Shape::Area, ""),
];

/// The fields of an entry of a list.
pub(super) const fn of_list(list: &str) -> &'static [Entry] {
    match list.as_bytes() {
        b"transit" => TRANSIT,
        b"transports" => TRANSPORTS,
        b"containers" => CONTAINERS,
        b"declarations" => DECLARATIONS,
        b"lines" => LINE,
        b"origins" => ORIGINS,
        b"packages" => PACKAGES,
        b"treatments" => TREATMENTS,
        _ => &[],
    }
}

impl Entry {
    /// The field of a full name, `lines.0.treatments.1.chemical`; nothing else is taken from a form.
    pub(super) fn named(name: &str) -> Option<&'static Self> {
        let parts: Vec<&str> = name.split('.').collect();
        let place = parts.iter().rposition(|part| is_place(part));
        let Some(place) = place else {
            return [PARTIES, CONSIGNMENT, OFFICIAL]
                .into_iter()
                .flatten()
                .find(|entry| entry.name == name);
        };
        let (path, below) = parts.split_at_checked(place + 1)?;
        let list = path.get(..place)?.join(".");
        let below = below.join(".");
        let fits = |entry: &&Self| entry.name == below;
        if Self::is_list(&list) {
            of_list(list.rsplit('.').next()?).iter().find(fits)
        } else {
            None
        }
    }

    /// Whether that is the name of a list of the form: `lines`, `lines.3.origins`.
    pub(super) fn is_list(list: &str) -> bool {
        let parts: Vec<&str> = list.split('.').collect();
        match parts.as_slice() {
            [list] => {
                ["transit", "transports", "containers", "declarations", "lines"].contains(list)
            }
            ["lines", place, list] => {
                is_place(place)
                    && ["origins", "packages", "treatments", "declarations"].contains(list)
            }
            _ => false,
        }
    }

    pub(super) fn key(&self) -> String {
        format!("field-{}", self.about)
    }

    pub(super) const fn kind(&self) -> &'static str {
        match self.shape {
            Shape::Text => "text",
            Shape::Area | Shape::Lines => "area",
            Shape::Date => "date",
            // A number field takes a comma in some languages and a point in others: text does not.
            Shape::Number => "text",
            Shape::Language => "select",
            Shape::Coded(coded) if coded.suggestions().is_empty() => "select",
            Shape::Coded(_) => "text",
        }
    }

    /// What stands in the field.
    pub(super) fn shown(&self, value: Option<&Value>, locale: &Locale) -> String {
        let text = match value {
            Some(Value::String(text)) => text.clone(),
            Some(Value::Array(lines)) => {
                let lines: Vec<&str> = lines.iter().filter_map(Value::as_str).collect();
                lines.join("\n")
            }
            _ => String::new(),
        };
        match self.shape {
            Shape::Coded(coded) => coded.shown(&text, locale),
            _ => text,
        }
    }

    /// What was typed, as the draft holds it.
    pub(super) fn parsed(&self, typed: &str, locale: &Locale) -> Value {
        match self.shape {
            Shape::Lines => {
                Value::Array(typed.lines().map(|line| Value::String(line.trim().into())).collect())
            }
            Shape::Area => Value::String(typed.replace("\r\n", "\n")),
            Shape::Number => Value::String(typed.chars().filter_map(western).collect()),
            Shape::Coded(coded) => Value::String(coded.parsed(typed, locale)),
            Shape::Text | Shape::Date | Shape::Language => Value::String(typed.to_owned()),
        }
    }
}

/// Digits of Arabic and Persian keyboards as those that a certificate carries; a comma for a decimal
/// point is left for the rules to tell of, because it may stand for thousands too.
fn western(c: char) -> Option<char> {
    match c {
        '٠'..='٩' => char::from_digit(u32::from(c) - u32::from('٠'), 10),
        '۰'..='۹' => char::from_digit(u32::from(c) - u32::from('۰'), 10),
        '٫' => Some('.'),
        ' ' | '\u{a0}' | '\u{202f}' | '٬' => None,
        other => Some(other),
    }
}

/// Whether the part of a name is the place in a list.
fn is_place(part: &str) -> bool {
    part.len() <= 3 && !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit())
}
