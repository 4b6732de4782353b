//! Memory under slow uploads.

use std::time::Duration;

use phytohub_load_tests::crowd::{self, Crowd};
use phytohub_load_tests::hub::Site;
use phytohub_load_tests::load::CODES;
use phytohub_load_tests::memory::{Uploads, large_exchange, slow_uploads};

use crate::rig;

const MIB: u64 = 1 << 20;

/// The smallest budget that a request of the largest size fits into, with the share kept for others.
const BUDGET_BYTES: u64 = 320 * MIB;

/// For 33 sockets: TLS and HTTP buffers, the allocator's fragments, stacks of blocking threads.
const SLACK_BYTES: u64 = 96 * MIB;

/// RocksDB with the settings below: two memtables' worth and its block cache.
const STORE_BYTES: u64 = 2 * 64 * MIB + 64 * MIB;

#[test]
fn slow_uploads_stay_within_the_byte_budget_and_others_are_served() {
    let (dir, options) = rig::options();
    let site = Site::init(&options.program, &dir.path().join("hub"), &CODES).expect("init");
    let set = |section: &str, key: &str, bytes: u64| {
        let bytes = i64::try_from(bytes).expect("small");
        site.configure(section, key, bytes).expect("hub.toml is written");
    };
    set("limits", "bytes_in_flight", BUDGET_BYTES);
    set("store", "block_cache_bytes", 64 * MIB);
    set("store", "write_buffer_bytes", 64 * MIB);
    let hub = site.start(None).expect("the hub starts");
    let plan = Uploads { count: 32, bytes: 200 << 20, time: Duration::from_secs(15) };
    let report = slow_uploads(&site, &hub, plan).expect("small exchanges go on");
    assert!(report.sent_bytes > 2 * BUDGET_BYTES, "the budget was tried: {report:?}");
    assert!(report.refused > 0, "{report:?}");
    assert!(report.exchanges > 10, "{report:?}");
    let bound = report.base_bytes + BUDGET_BYTES + SLACK_BYTES;
    assert!(report.peak_bytes < bound, "bound {bound}, {report:?}");

    large_exchange(&site, &hub, 200 << 20).expect("an upload that does not stop is taken");
    let peak = hub.peak_memory().expect("memory");
    let bound = bound + STORE_BYTES;
    assert!(peak < bound, "bound {bound}, peak with a whole large exchange {peak}");
}

/// What one that takes nothing may hold: a page of a subscription, which is shared with the
/// transport, and what a connection is.
const READER_BYTES: u64 = MIB + MIB / 4;

#[test]
fn readers_that_take_nothing_hold_a_page_each_and_others_are_served() {
    let (dir, options) = rig::options();
    let site = Site::init(&options.program, &dir.path().join("hub"), &CODES).expect("init");
    site.open_quic().expect("hub.toml is written");
    let set = |section: &str, key: &str, value: u64| {
        let value = i64::try_from(value).expect("small");
        site.configure(section, key, value).expect("hub.toml is written");
    };
    set("fair_use", "pending_per_recipient", 0);
    set("fair_use", "requests_per_minute", 0);
    set("fair_use", "bytes_per_minute", 0);
    // Half of what the readers would hold, if they could hold all of it.
    set("limits", "bytes_in_flight", 32 * MIB);
    set("limits", "request_bytes", 8 * MIB);
    set("limits", "content_bytes", 4 * MIB);
    let hub = site.start(None).expect("the hub starts");
    let time = Duration::from_secs(3);
    let plan = Crowd { connections: 60, envelopes: 20, content_bytes: 60 << 10, time };
    let report = crowd::measure(&site, &hub, plan).expect("all are connected");
    let told = report.told(plan);
    assert_eq!(report.refused, 0, "{told}");
    let bound = report.filled + 60 * READER_BYTES + SLACK_BYTES / 2;
    assert!(report.unread > report.filled && report.unread < bound, "bound {bound}: {told}");
}
