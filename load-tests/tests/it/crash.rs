//! Hubs killed under load. The seeds are fixed; what the hub makes of them is not.

use std::path::{Path, PathBuf};
use std::time::Duration;

use phytohub_load_tests::crash::{self, Options, Sabotage, Summary};
use phytohub_load_tests::ledger::Retention;

use crate::rig;

#[test]
fn nothing_answered_is_lost_when_the_process_is_killed() {
    let (_dir, mut options) = rig::options();
    options.rounds = 20;
    assert_nothing_lost(&options);
}

#[test]
fn nothing_answered_is_lost_in_a_power_cut() {
    let (_dir, mut options) = rig::options();
    options.rounds = 10;
    options.power_cut = true;
    assert_nothing_lost(&options);
}

#[test]
fn nothing_answered_is_lost_when_disks_fail_and_fill() {
    let (_dir, mut options) = rig::options();
    options.rounds = 12;
    options.disk_faults = true;
    let summary = run(&options);
    assert_eq!(summary.findings, Vec::<String>::new(), "{}", summary.line());
    assert!(summary.disk_failures > 0 && summary.accepted > 0, "{}", summary.line());
}

#[test]
fn syncs_that_lie_are_caught() {
    let (_dir, mut options) = rig::options();
    options.power_cut = true;
    options.sabotage = Sabotage::SyncsLie;
    assert_loss_is_seen(options);
}

#[test]
fn a_store_that_does_not_sync_is_caught() {
    let (_dir, mut options) = rig::options();
    options.power_cut = true;
    options.sabotage = Sabotage::StoreDoesNotSync;
    assert_loss_is_seen(options);
}

#[test]
fn nothing_is_dropped_before_its_time() {
    let (_dir, mut options) = rig::options();
    let (content, headers) = (Duration::from_secs(2), Duration::from_secs(4));
    options.retention = Some(Retention { content, headers });
    options.rounds = 8;
    let summary = run(&options);
    assert_eq!(summary.findings, Vec::<String>::new(), "{}", summary.line());
    assert!(summary.dropped > 0, "{}", summary.line());
}

#[test]
fn contents_that_are_dropped_too_early_are_caught() {
    let (_dir, mut options) = rig::options();
    options.sabotage = Sabotage::DropsEarly;
    let (content, headers) = (Duration::from_secs(3600), Duration::from_secs(3600));
    options.retention = Some(Retention { content, headers });
    options.rounds = 8;
    let summary = run(&options);
    assert!(summary.shows_loss(), "{} {:?}", summary.line(), summary.findings);
}

fn example(name: &str) -> PathBuf {
    let examples = std::env::current_exe().expect("a path");
    let examples = examples.parent().and_then(Path::parent).expect("a build directory");
    let server = examples.join("examples").join(name);
    assert!(server.is_file(), "missing: cargo build -p phytohub-load-tests --examples");
    server
}

#[test]
fn an_answer_before_the_commit_is_caught() {
    let (_dir, mut options) = rig::options();
    options.server = Some(example("answers_early"));
    options.power_cut = true;
    options.sync_delay = Duration::from_millis(20);
    assert_loss_is_seen(options);
}

fn assert_nothing_lost(options: &Options) {
    let summary = run(options);
    assert_eq!(summary.findings, Vec::<String>::new(), "{}", summary.line());
    assert_eq!(summary.rounds, options.rounds);
    let busy = u64::from(options.rounds) * 10;
    assert!(summary.accepted > busy && summary.acknowledged > busy, "{}", summary.line());
    let of_each = [summary.copied, summary.brought, summary.updates, summary.switched];
    assert!(of_each.iter().all(|count| *count > 0), "{}", summary.line());
}

fn assert_loss_is_seen(mut options: Options) {
    options.rounds = 3;
    let summary = run(&options);
    assert!(summary.shows_loss(), "{} {:?}", summary.line(), summary.findings);
}

fn run(options: &Options) -> Summary {
    crash::run(options, |_| {}).expect("the harness works")
}
