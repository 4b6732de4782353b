//! Reading allocates for a document, not for its elements.

use std::alloc::System;

use phytohub_sps::sample::Shape;
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

use crate::fixture::validate;

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// The fewest allocations of some tries: other tests run at the same time.
fn allocations(lines: usize) -> usize {
    let xml = Shape { lines, full: true, ..Shape::default() }.certificate().to_xml();
    let one = || {
        let region = Region::new(ALLOCATOR);
        let reading = validate(xml.as_bytes());
        assert!(reading.findings.is_empty());
        drop(reading);
        region.change().allocations
    };
    (0..200).map(|_| one()).min().unwrap_or_default()
}

#[test]
fn elements_cost_no_allocations() {
    let (few, many) = (allocations(2), allocations(40));
    // 38 lines of 70 elements more: only the tables may have grown.
    assert!(many <= few + 12, "few={few} many={many}");
    assert!(few < 60, "few={few}");
}
