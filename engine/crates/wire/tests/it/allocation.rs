//! Reading allocates nothing.

use std::alloc::System;

use bytes::Bytes;
use phytohub_domain::{EnvelopeHeader, Limits};
use phytohub_wire::soap::{self, client};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

#[test]
fn requests_in_utf_8_are_read_without_allocating() {
    let header =
        EnvelopeHeader { from: "NO".into(), to: "A&B".into(), ..EnvelopeHeader::default() };
    let content = "<ram:ID>4711</ram:ID>\r\n\u{20ac}".repeat(1000);
    for body in [
        client::deliver_envelope(&header, &content),
        client::deliver_envelope_cdata(&header, &content),
        client::validate_and_deliver_envelope(&header, &content),
        client::validate_phyto_xml(&content),
        client::code_list(soap::CodeListOperation::Conditions),
        client::set_tracking_info_update(&header),
        client::get_envelope_tracking_info("01ARZ3NDEKTSV4RRFFQ69G5FAV"),
        client::get_import_envelope_headers(Some("NO")),
        client::advanced_acknowledge_envelope_receipt("1", "two"),
        client::pull_import_envelope(),
    ] {
        let body = Bytes::from(body);
        // Shared now: the counter that `Bytes` allocates for it is the caller's.
        drop(body.clone());
        let limits = Limits::default();
        let allocations = || {
            let region = Region::new(ALLOCATOR);
            let request = soap::read_request(body.clone(), Some("utf-8"), &limits);
            let change = region.change();
            drop(request.expect("a request of ours"));
            change.allocations + change.reallocations
        };
        // Other tests allocate on other threads meanwhile; one count of zero is proof.
        assert!((0..10_000).any(|_| allocations() == 0), "reading allocates");
    }
}
