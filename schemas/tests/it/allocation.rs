//! Looking up allocates nothing.

use std::alloc::System;

use phytohub_schemas::code_list::{Level, Standing};
use phytohub_schemas::lookup;
use phytohub_schemas::{CodeListName, code_list};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

fn look_up() {
    assert_eq!(lookup::document_type("851"), Standing::Profile);
    assert_eq!(lookup::document_status("99999"), Standing::Unknown);
    assert_eq!(lookup::package_type("BX"), Standing::Listed);
    assert!(lookup::country("LK").is_some() && lookup::country("QQ").is_none());
    assert!(lookup::is_known_unit("H87") && lookup::unit_measure("KGM").is_some());
    assert!(lookup::note_subject_at("ADEDL", Level::Document));
    assert!(lookup::treatment_tag("TTL1").is_some() && lookup::statement("1", "FR").is_some());
    assert!(lookup::is_un_locode("NOOSL"));
    let conditions = code_list(CodeListName::Conditions);
    assert!(conditions.contains_text(" FRESH ") && !conditions.contains_text("stale"));
    assert!(conditions.row("fresh", "es").is_some());
}

#[test]
fn lists_are_looked_up_without_allocating() {
    look_up(); // reads the lists
    let allocations = || {
        let region = Region::new(ALLOCATOR);
        look_up();
        let change = region.change();
        change.allocations + change.reallocations
    };
    // Other tests allocate on other threads meanwhile; one count of zero is proof.
    assert!((0..10_000).any(|_| allocations() == 0), "looking up allocates");
}
