//! Disks that fail and disks that fill.

use std::process::ExitStatus;
use std::sync::atomic::Ordering;
use std::sync::mpsc;
use std::time::Duration;

use phytohub_load_tests::crash::{Options, Rig, make_shim};
use phytohub_load_tests::https::CallError;
use phytohub_load_tests::hub::Hub;
use phytohub_load_tests::ledger::State;
use phytohub_load_tests::load::{CODES, Load};
use phytohub_load_tests::powercut::{Cut, LostBytes, LostNames};
use phytohub_load_tests::shim::{ROOM_WITHOUT_END, Slot};
use phytohub_load_tests::soap::{Answer, Request};
use rand::SeedableRng;
use rand::rngs::StdRng;

use crate::rig;

/// More than any disk: the most that `hub.toml` takes.
const LARGEST_RESERVE: i64 = 1 << 50;

/// sysexits(3): EX_IOERR.
const STORE_FAILED: i32 = 74;

#[test]
fn a_failed_sync_ends_the_hub_and_loses_nothing_answered() {
    let (_dir, options) = rig::options();
    let mut rig = rig_with_shim(&options);
    let mut hub = rig.start().expect("the hub starts");
    let status = load_with_fault(&rig, &mut hub, Duration::from_secs(20), |set| {
        set(Slot::SyncFailsOn, 1);
        set(Slot::SyncFailsIn, 1);
    });
    let status = status.expect("a hub whose sync failed ends by itself");
    assert_store_failure_told(status, &hub);
    // A failed sync leaves no promise about the bytes: they are gone.
    let all = Cut { bytes: LostBytes::All, names: LostNames::None };
    let shim = rig.shim.as_ref().expect("made above");
    shim.cut(all, &mut StdRng::seed_from_u64(1)).expect("the cut is made");
    assert_settled(&mut rig);
}

#[test]
fn a_full_disk_loses_nothing_answered() {
    let (_dir, options) = rig::options();
    let mut rig = rig_with_shim(&options);
    let mut hub = rig.start().expect("the hub starts");
    let status = load_with_fault(&rig, &mut hub, Duration::from_secs(2), |set| {
        set(Slot::WriteRoom, 300_000);
    });
    if let Some(status) = status {
        assert_store_failure_told(status, &hub);
    } else {
        assert!(rig.field.ledger().refused > 0, "deliveries are refused");
    }
    hub.kill();
    let shim = rig.shim.as_ref().expect("made above");
    assert!(shim.get(Slot::WritesFailed).expect("control is read") > 0);
    shim.set(Slot::WriteRoom, ROOM_WITHOUT_END).expect("control is written");
    let all = Cut { bytes: LostBytes::All, names: LostNames::None };
    shim.cut(all, &mut StdRng::seed_from_u64(1)).expect("the cut is made");
    assert_settled(&mut rig);
}

#[test]
fn below_the_disk_reserve_deliveries_wait_and_pulls_and_acknowledgements_go_on() {
    let (_dir, options) = rig::options();
    let mut rig = Rig::new(&options, 1).expect("the rig is made");
    let mut hub = rig.start().expect("the hub starts");
    rig.load_and_kill(&mut hub, Duration::from_millis(300)).expect("the load runs");
    rig.site
        .configure("store", "disk_reserve_bytes", LARGEST_RESERVE)
        .expect("hub.toml is written");
    let hub = rig.start().expect("the hub starts");

    let mut client = rig.field.client(CODES[0], hub.address());
    let delivery = Request::Deliver {
        from: CODES[0],
        to: CODES[0],
        certificate: "FULL",
        channel: "",
        content: "x",
    };
    let answer = client.call(&delivery);
    assert!(matches!(answer, Err(CallError::Busy(_))), "{answer:?}");
    // Delivers nothing; takes and acknowledges all that is there.
    rig.settle(&hub).expect("the hub answers");
    let answer = client.call(&Request::Pull).expect("the hub answers");
    assert_eq!(answer, Answer::Envelopes(Vec::new()));
    let ledger = rig.field.ledger();
    assert_eq!(ledger.findings(), []);
    assert!(ledger.accepted > 10, "there was something to take");
    let pending = |entry: &phytohub_load_tests::ledger::Entry| {
        entry.number.is_some() && entry.possible.contains(State::Pending)
    };
    assert!(!ledger.iter().any(|(_, entry)| pending(entry)));
}

pub(crate) fn rig_with_shim(options: &Options) -> Rig {
    let mut rig = Rig::new(options, 1).expect("the rig is made");
    rig.shim = Some(make_shim(&options.work, &rig.site).expect("the shim is made"));
    rig
}

/// Loads a hub, orders a fault after a while, and waits for its end; none if it lives on.
pub(crate) fn load_with_fault(
    rig: &Rig,
    hub: &mut Hub,
    wait: Duration,
    fault: impl FnOnce(&dyn Fn(Slot, u64)),
) -> Option<ExitStatus> {
    let load = Load { address: hub.address(), seed: 7, faults_expected: true };
    let (broken, when_broken) = mpsc::sync_channel(1);
    let shim = rig.shim.as_ref().expect("made with one");
    let during = |stop: &std::sync::atomic::AtomicBool| {
        let busy = || {
            let ledger = rig.field.ledger();
            ledger.accepted > 50 && ledger.acknowledged > 50
        };
        while !busy() {
            let broke = when_broken.recv_timeout(Duration::from_millis(10)).is_ok();
            assert!(!broke, "nothing was ordered yet: {}", hub.last_words());
        }
        fault(&|slot, value| shim.set(slot, value).expect("control is written"));
        let status = hub.wait_for_end(wait);
        stop.store(true, Ordering::Release);
        status
    };
    let (status, _) = rig.field.load(&load, broken, during).expect("the load runs");
    for code in CODES {
        rig.field.ledger().order_begins_anew(code);
    }
    status
}

/// Exit code 74, and one line for the operator at the end.
fn assert_store_failure_told(status: ExitStatus, hub: &Hub) {
    let words = hub.last_words();
    assert_eq!(status.code(), Some(STORE_FAILED), "{words}");
    let last = words.lines().last().unwrap_or_default();
    assert!(last.starts_with("phytohub: ") && last.contains("store"), "{words}");
    assert!(!words.contains("panicked"), "{words}");
}

/// Starts the hub again: everything answered is there, and everything can be taken.
fn assert_settled(rig: &mut Rig) {
    let hub = rig.start().expect("the hub starts again");
    rig.settle(&hub).expect("the hub answers");
    let ledger = rig.field.ledger();
    assert_eq!(ledger.findings(), []);
    assert!(ledger.accepted > 10 && ledger.acknowledged > 10);
}
