//! What rustc lays out, beside what the lock says. The table is written with the lock.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;

use crate::lock::{layouts, value};
use crate::source::{Contract, contract, number, root};

#[path = "layout_table.rs"]
mod table;

/// The table's source.
fn render(contract: &Contract) -> String {
    let mut text = String::from(
        "// Written by the tests of phytohub-plugin-api when PHYTOHUB_WRITE_ABI=1; do not edit.\n\n\
         use core::mem::{align_of, offset_of, size_of};\n\n\
         use phytohub_plugin_api::*;\n\n\
         pub(super) static LAYOUTS: &[(&str, usize)] = &[\n",
    );
    for layout in layouts(contract) {
        let name = &layout.name;
        let _ = writeln!(text, "    (\"{name} size\", size_of::<{name}>()),");
        let _ = writeln!(text, "    (\"{name} align\", align_of::<{name}>()),");
        for field in &layout.fields {
            let field = &field.name;
            let _ = writeln!(text, "    (\"{name}.{field}\", offset_of!({name}, {field})),");
        }
    }
    text.push_str("];\n\npub(super) static NUMBERS: &[(&str, i128)] = &[\n");
    for constant in contract.constants.iter().filter(|c| number(&c.value).is_some()) {
        let name = &constant.name;
        let _ = writeln!(text, "    (\"{name}\", {name} as i128),");
    }
    text.push_str("];\n");
    text
}

#[test]
fn rustc_lays_out_what_the_lock_says() {
    let contract = contract();
    let path = root().join("tests/it/layout_table.rs");
    if std::env::var("PHYTOHUB_WRITE_ABI").is_ok() {
        fs::write(&path, render(&contract)).expect("the table can be written");
        return;
    }
    let old = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        old == render(&contract),
        "layout_table.rs is out of date: run this with PHYTOHUB_WRITE_ABI=1, commit it"
    );
    let compiled: BTreeMap<&str, usize> = table::LAYOUTS.iter().copied().collect();
    for layout in layouts(&contract) {
        let name = &layout.name;
        assert_eq!(compiled[format!("{name} size").as_str()], layout.size, "{name}");
        assert_eq!(compiled[format!("{name} align").as_str()], layout.align, "{name}");
        for field in &layout.fields {
            let key = format!("{name}.{}", field.name);
            assert_eq!(compiled[key.as_str()], field.offset, "{key}");
        }
    }
    for (name, number) in table::NUMBERS {
        let constant = contract.constants.iter().find(|c| c.name == *name).expect("same source");
        assert_eq!(value(constant), number.to_string(), "{name}");
    }
}
