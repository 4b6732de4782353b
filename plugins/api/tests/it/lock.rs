//! `abi.lock`: the layout of every structure and the value of every constant.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;

use crate::source::{Constant, Contract, contract, number, root};

/// A line of the lock for a field.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Field {
    pub(crate) name: String,
    pub(crate) offset: usize,
    pub(crate) size: usize,
    pub(crate) kind: String,
}

#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Layout {
    pub(crate) name: String,
    pub(crate) size: usize,
    pub(crate) align: usize,
    pub(crate) fields: Vec<Field>,
}

/// What a 64-bit machine lays out, by the rules of C.
pub(crate) fn layouts(contract: &Contract) -> Vec<Layout> {
    contract.structures.iter().map(|s| layout(contract, &s.name)).collect()
}

fn layout(contract: &Contract, name: &str) -> Layout {
    let structure = contract.structures.iter().find(|s| s.name == name);
    let structure = structure.unwrap_or_else(|| panic!("{name} is not of the contract"));
    let (mut end, mut align) = (0_usize, 1_usize);
    let mut fields = Vec::new();
    for (field, kind) in &structure.fields {
        let (size, alignment) = extent(contract, kind);
        let offset = end.next_multiple_of(alignment);
        fields.push(Field { name: field.clone(), offset, size, kind: kind.clone() });
        end = offset + size;
        align = align.max(alignment);
    }
    Layout { name: name.to_owned(), size: end.next_multiple_of(align), align, fields }
}

fn extent(contract: &Contract, kind: &str) -> (usize, usize) {
    match kind {
        "u8" => (1, 1),
        "u16" => (2, 2),
        "u32" | "i32" | "HubStatus" => (4, 4),
        "u64" | "i64" | "usize" | "f64" => (8, 8),
        _ if kind.starts_with("Option<unsafe extern \"C\" fn(") => (8, 8),
        _ if kind.starts_with("*const ") || kind.starts_with("*mut ") => (8, 8),
        _ if kind.starts_with('[') => {
            let inner = kind.trim_matches(['[', ']']);
            let (kind, count) = inner.split_once("; ").expect("an array has a length");
            let (size, align) = extent(contract, kind);
            (size * count.parse::<usize>().expect("a number of elements"), align)
        }
        _ => {
            let inner = layout(contract, kind);
            (inner.size, inner.align)
        }
    }
}

/// The value of a constant as the lock has it.
pub(crate) fn value(constant: &Constant) -> String {
    number(&constant.value).map_or_else(|| constant.value.clone(), |number| number.to_string())
}

fn render(contract: &Contract) -> String {
    let mut text = String::from(
        "# The binary contract between the hub and its plugins, on 64-bit machines: what is written\n\
         # here never changes within major version 1; structures that begin with struct_size grow at\n\
         # their end, and constants are added. Written by the tests of phytohub-plugin-api when\n\
         # PHYTOHUB_WRITE_ABI=1. Columns of a field: offset, size, name, type.\n",
    );
    for layout in layouts(contract) {
        let _ = writeln!(text, "\nstruct {} {} {}", layout.name, layout.size, layout.align);
        for field in layout.fields {
            let _ = writeln!(
                text,
                "{:>5} {:>3} {} {}",
                field.offset, field.size, field.name, field.kind
            );
        }
    }
    text.push('\n');
    for constant in &contract.constants {
        let _ = writeln!(text, "const {} {} {}", constant.name, constant.kind, value(constant));
    }
    text
}

#[derive(Default)]
struct Lock {
    structures: BTreeMap<String, Layout>,
    constants: BTreeMap<String, String>,
}

fn parse(text: &str) -> Lock {
    let mut lock = Lock::default();
    let mut last = String::new();
    for line in text.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
        if let Some(rest) = line.strip_prefix("struct ") {
            let mut words = rest.split(' ');
            let mut next = || words.next().expect("name, size, alignment");
            last = next().to_owned();
            let (size, align) = (next().parse().expect("bytes"), next().parse().expect("bytes"));
            let layout = Layout { name: last.clone(), size, align, fields: Vec::new() };
            lock.structures.insert(last.clone(), layout);
        } else if let Some(rest) = line.strip_prefix("const ") {
            let (name, value) = rest.split_once(' ').expect("name and value");
            lock.constants.insert(name.to_owned(), value.to_owned());
        } else {
            let mut words = line.trim_start().split(' ').filter(|word| !word.is_empty());
            let mut next = || words.next().expect("offset, size, name, type").to_owned();
            let (offset, size) = (next().parse().expect("bytes"), next().parse().expect("bytes"));
            let (name, kind) = (next(), words.collect::<Vec<_>>().join(" "));
            let layout = lock.structures.get_mut(&last).expect("a field follows its structure");
            layout.fields.push(Field { name, offset, size, kind });
        }
    }
    lock
}

/// What a plugin that was built against `old` would no longer find in `new`: nothing if the change
/// only appends.
fn breaks(old: &Lock, new: &Lock) -> Vec<String> {
    let mut found = Vec::new();
    for (name, value) in &old.constants {
        match new.constants.get(name) {
            None => found.push(format!("constant {name} is gone")),
            Some(now) if now != value => {
                found.push(format!("constant {name} was {value}, is {now}"));
            }
            Some(_) => {}
        }
    }
    // The minor version alone is meant to grow.
    found.retain(|line| !line.starts_with("constant HUB_ABI_MINOR was "));
    for (name, was) in &old.structures {
        match new.structures.get(name) {
            None => found.push(format!("structure {name} is gone")),
            Some(is) => found.extend(layout_breaks(was, is)),
        }
    }
    found
}

fn layout_breaks(was: &Layout, is: &Layout) -> Vec<String> {
    let name = &was.name;
    let mut found = Vec::new();
    let grows = was.fields.first().is_some_and(|field| field.name == "struct_size");
    if was.align != is.align {
        found.push(format!("{name} was aligned to {}, is to {}", was.align, is.align));
    }
    // The entry's size is told behind its magic number.
    if !grows && name != "HubPluginEntry" && was.size != is.size {
        found.push(format!("{name} tells no struct_size and cannot grow"));
    }
    for field in &was.fields {
        match is.fields.iter().find(|now| now.name == field.name) {
            None => found.push(format!("{name}.{} is gone", field.name)),
            Some(now) if now != field => found.push(format!(
                "{name}.{} was {} at {}, is {} at {}",
                field.name, field.kind, field.offset, now.kind, now.offset
            )),
            Some(_) => {}
        }
    }
    for field in &is.fields {
        let is_new = !was.fields.iter().any(|old| old.name == field.name);
        // A field in what was padding could be read by a side that never wrote it.
        if is_new && field.offset < was.size {
            found.push(format!("{name}.{} is new and not at the end", field.name));
        }
    }
    found
}

#[test]
fn lock_is_what_the_source_says_and_only_appends() {
    let path = root().join("abi.lock");
    let new = render(&contract());
    let old = fs::read_to_string(&path).unwrap_or_default();
    let found = breaks(&parse(&old), &parse(&new));
    let asked = std::env::var("PHYTOHUB_WRITE_ABI");
    // Before the first release the contract may be recast; that has to be said.
    if asked.as_deref() != Ok("recast") {
        assert!(found.is_empty(), "built plugins would break:\n{}", found.join("\n"));
    }
    if asked.is_ok() {
        fs::write(&path, new).expect("the lock can be written");
        return;
    }
    assert!(old == new, "abi.lock is out of date: run this with PHYTOHUB_WRITE_ABI=1, commit it");
}

#[test]
fn what_removes_moves_or_changes_is_named() {
    let old = "struct HubA 16 8\n    0   4 struct_size u32\n    8   8 data u64\nconst X u32 1\n";
    let with = |from: &str, to: &str| breaks(&parse(old), &parse(&old.replace(from, to)));
    assert_eq!(with("", ""), Vec::<String>::new());
    assert_eq!(with("const X u32 1", "const X u32 2"), ["constant X was u32 1, is u32 2"]);
    assert_eq!(with("const X u32 1\n", ""), ["constant X is gone"]);
    assert_eq!(with("HubA 16 8", "HubB 16 8"), ["structure HubA is gone"]);
    assert_eq!(with("8 data u64", "8 data i64"), ["HubA.data was u64 at 8, is i64 at 8"]);
    assert_eq!(with("    8   8 data u64\n", ""), ["HubA.data is gone"]);
    let inserted = with("u32\n    8", "u32\n    4   4 more u32\n    8");
    assert_eq!(inserted, ["HubA.more is new and not at the end"]);
    let appended = with("16 8", "24 8").len()
        + with("data u64\n", "data u64\n   16   8 more u64\n").len()
        + with("const X u32 1\n", "const X u32 1\nconst Y u32 1\n").len();
    assert_eq!(appended, 0);
    let fixed = |text: &str| parse(&text.replace("struct_size", "first"));
    let grown = breaks(&fixed(old), &fixed(&old.replace("16 8", "24 8")));
    assert_eq!(grown, ["HubA tells no struct_size and cannot grow"]);
}
