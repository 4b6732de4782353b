//! The contract's source, read as text: its files are regular enough for that.

use std::fs;
use std::path::{Path, PathBuf};

/// A structure as it is written.
pub(crate) struct Structure {
    pub(crate) name: String,
    /// Names and types, in their order.
    pub(crate) fields: Vec<(String, String)>,
}

/// A constant as it is written.
pub(crate) struct Constant {
    pub(crate) name: String,
    pub(crate) kind: String,
    pub(crate) value: String,
    /// Lines of its documentation.
    pub(crate) doc: Vec<String>,
}

/// All that the contract consists of.
pub(crate) struct Contract {
    pub(crate) structures: Vec<Structure>,
    pub(crate) constants: Vec<Constant>,
}

pub(crate) fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The files in the order of `lib.rs`, without it.
pub(crate) fn files() -> Vec<PathBuf> {
    let library = fs::read_to_string(root().join("src/lib.rs")).expect("lib.rs is there");
    library
        .lines()
        .filter_map(|line| line.strip_prefix("mod ")?.strip_suffix(';'))
        .map(|name| root().join("src").join(format!("{name}.rs")))
        .collect()
}

pub(crate) fn contract() -> Contract {
    let mut contract = Contract { structures: Vec::new(), constants: Vec::new() };
    for file in files() {
        read_file(&file, &mut contract);
    }
    contract
}

fn read_file(file: &Path, contract: &mut Contract) {
    let text = fs::read_to_string(file).expect("a file that lib.rs names");
    let mut lines = text.lines();
    let mut doc = Vec::new();
    let mut is_c = false;
    while let Some(line) = lines.next() {
        if let Some(said) = line.strip_prefix("///") {
            doc.push(said.trim().to_owned());
        } else if line == "#[repr(C)]" {
            is_c = true;
        } else if let Some(name) =
            line.strip_prefix("pub struct ").and_then(|l| l.strip_suffix(" {"))
        {
            assert!(is_c, "{name} is not repr(C)");
            is_c = false;
            let body = lines.by_ref().take_while(|line| *line != "}");
            let body: Vec<&str> = body.map(str::trim).filter(|l| !l.starts_with("//")).collect();
            let fields = fields(&body.join(" "));
            contract.structures.push(Structure { name: name.to_owned(), fields });
        } else if let Some(rest) = line.strip_prefix("pub const ") {
            if let Some((name, rest)) = rest.split_once(": ") {
                let (kind, value) = rest.split_once(" = ").expect("a constant on one line");
                contract.constants.push(Constant {
                    name: name.to_owned(),
                    kind: kind.to_owned(),
                    value: value.trim_end_matches(';').to_owned(),
                    doc: std::mem::take(&mut doc),
                });
            }
        } else if !line.starts_with("#[") {
            doc.clear();
        }
    }
}

/// Splits `pub a: T, pub b: U,`, where types hold commas and brackets of their own.
fn fields(body: &str) -> Vec<(String, String)> {
    body.split("pub ")
        .map(str::trim)
        .filter(|field| !field.is_empty())
        .map(|field| {
            let (name, kind) = field.split_once(':').expect("a field has a type");
            let kind = kind.split_whitespace().collect::<Vec<_>>().join(" ");
            let kind = kind.trim_end_matches(',').replace("( ", "(").replace(", )", ")");
            let kind = kind.replace("Option< ", "Option<").replace(", >", ">");
            (name.to_owned(), kind)
        })
        .collect()
}

/// The number that an expression of the contract stands for; none for a text.
pub(crate) fn number(value: &str) -> Option<i128> {
    if value.starts_with('"') {
        return None;
    }
    let value = value.replace('_', "");
    if let Some((left, right)) = value.split_once("<<") {
        return Some(number(left.trim())? << number(right.trim())?);
    }
    if let Some(digits) = value.strip_prefix("0x") {
        return i128::from_str_radix(digits, 16).ok();
    }
    value.parse().ok()
}
