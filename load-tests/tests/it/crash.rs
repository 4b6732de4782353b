//! Hubs killed under load. The seeds are fixed; what the hub makes of them is not.

use std::path::Path;
use std::time::Duration;

use phytohub_load_tests::crash::{self, Options, Sabotage, Summary};

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
fn an_answer_before_the_commit_is_caught() {
    let (_dir, mut options) = rig::options();
    let examples = std::env::current_exe().expect("a path");
    let examples = examples.parent().and_then(Path::parent).expect("a build directory");
    let server = examples.join("examples/answers_early");
    assert!(server.is_file(), "missing: cargo build -p phytohub-load-tests --examples");
    options.server = Some(server);
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
}

fn assert_loss_is_seen(mut options: Options) {
    options.rounds = 3;
    let summary = run(&options);
    assert!(summary.shows_loss(), "{} {:?}", summary.line(), summary.findings);
}

fn run(options: &Options) -> Summary {
    crash::run(options, |_| {}).expect("the harness works")
}
