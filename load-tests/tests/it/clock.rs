//! A wall clock that jumps under load: a day forward, then an hour back.

use std::time::Duration;

use phytohub_load_tests::crash::Rig;
use phytohub_load_tests::hub::Hub;
use phytohub_load_tests::ledger::Retention;

use crate::faults::{load_with_fault, rig_with_shim};
use crate::rig;

/// Contents go after an hour, and the clock jumps over it: nothing may go.
#[test]
fn a_clock_that_jumps_drops_nothing_and_loses_nothing() {
    let (_dir, mut options) = rig::options();
    let (content, headers) = (Duration::from_secs(HOUR), Duration::from_secs(2 * HOUR));
    options.retention = Some(Retention { content, headers });
    let mut rig = rig_with_shim(&options);
    for (from, to) in [(0, DAY), (DAY, DAY - HOUR)] {
        jump_under_load(&mut rig, from, to);
        let ledger = rig.field.ledger();
        assert_eq!(ledger.findings(), [], "after the jump to {to} s");
        assert!(ledger.accepted > 100 && ledger.acknowledged > 100);
        assert_eq!(ledger.dropped, 0);
    }
}

/// Loads a hub while its clock jumps, both told in seconds before the machine's, looks whether it
/// noticed, kills it and holds what there is against the ledger.
fn jump_under_load(rig: &mut Rig, from: u64, to: u64) {
    let mut hub = start_at(rig, from);
    let shim = rig.shim.clone().expect("made with one");
    let status = load_with_fault(rig, &mut hub, Duration::from_secs(1), |_| {
        shim.step_clock(milliseconds(to)).expect("control is written");
    });
    assert_eq!(status, None, "{}", hub.last_words());
    let clock = rig.site.ask(&["clock", "show"]).expect("the hub tells its clock").to_string();
    assert!(clock.contains("stepped"), "{clock}");
    hub.kill();
    // The clock stays as it is while the hub is away.
    let hub = start_at(rig, to);
    rig.settle(&hub).expect("the hub answers");
}

/// Starts the hub with a clock so many seconds before the machine's.
fn start_at(rig: &Rig, seconds: u64) -> Hub {
    let shim = rig.shim.as_ref().expect("made with one");
    let set = shim.reset().and_then(|()| shim.step_clock(milliseconds(seconds)));
    set.expect("control is written");
    rig.start().expect("the hub starts")
}

fn milliseconds(seconds: u64) -> i64 {
    i64::try_from(seconds * 1000).expect("days")
}

const HOUR: u64 = 3600;
const DAY: u64 = 24 * HOUR;
