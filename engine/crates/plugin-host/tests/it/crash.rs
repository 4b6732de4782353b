//! What ends the process: the next start knows in which plugin it was, and a hub that is killed
//! again and again loses no event.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::json;

use super::fixture::{FAULTY, Fixture, LIBRARY_VARIABLE, deliver, is_pending, library, settings};

/// Names the directory in which a child runs, and what it does there.
const CHILD: &str = "PLUGIN_HOST_TEST_CHILD";

fn child(what: &str, directory: &Path) -> Command {
    let program = std::env::current_exe().expect("this test");
    let mut command = Command::new(program);
    command.args(["--exact", "it::crash::as_child", "--nocapture", "--test-threads=1"]);
    command.env(CHILD, format!("{what} {}", directory.display()));
    command.env(LIBRARY_VARIABLE, library());
    command.stdout(Stdio::piped()).stderr(Stdio::null());
    command
}

/// No test of its own: it is what the others start as a process.
#[tokio::test(flavor = "multi_thread")]
async fn as_child() {
    let Ok(task) = std::env::var(CHILD) else { return };
    let (what, directory) = task.split_once(' ').expect("what and where");
    let directory = Path::new(directory);
    if what == "writes" {
        writes(directory).await;
    }
    let (sin, hook) = what.split_once('/').expect("a sin in a hook");
    let fixture = Fixture::new(directory, json!({ "sin": sin, "in": hook })).await;
    fixture.deliver("a").await;
    fixture.until("never", |_| false).await;
}

/// Delivers until it is killed, and says so.
#[expect(clippy::print_stdout, reason = "the parent counts the lines")]
async fn writes(directory: &Path) -> ! {
    let mut settings = settings(json!({ "record": true }));
    settings.limits.crashes_per_hour = u32::MAX;
    let fixture = Fixture::with(directory, settings).await;
    let mut count = 0_u64;
    loop {
        let key = format!("{} {count}", std::process::id());
        deliver(&fixture.hub, &key).await;
        println!("delivered {key}");
        count += 1;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_ends_the_process_twice_starts_in_quarantine() {
    for what in ["exit/events", "abort/events", "segfault/events", "stack-overflow/events"] {
        let directory = tempfile::tempdir().expect("a directory");
        for time in 0..2 {
            let status = child(what, directory.path()).status().expect("it runs");
            assert!(!status.success() || what.starts_with("exit"), "{what} {time}: {status}");
        }
        let (sin, hook) = what.split_once('/').expect("two parts");
        let fixture = Fixture::new(directory.path(), json!({ "sin": sin, "in": hook })).await;
        let status = fixture.status();
        assert_eq!((status.state, status.crashes), ("quarantined", 2), "{what}");
        assert!(is_pending(&fixture.deliver("b").await), "{what}: the hub serves on");
        fixture.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crash_in_the_constructor_or_at_the_start_counts_too() {
    let directory = tempfile::tempdir().expect("a directory");
    for _ in 0..2 {
        child("abort/start", directory.path()).status().expect("it runs");
    }
    let fixture = Fixture::new(directory.path(), json!({})).await;
    assert_eq!(fixture.status().state, "quarantined");
    fixture.host.release(FAULTY).await.expect("it behaves now");
    assert_eq!((fixture.status().state, fixture.status().crashes), ("started", 0));
    fixture.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hub_that_is_killed_twenty_times_loses_no_event() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut delivered = 0;
    for round in 0..KILLS {
        let mut child = child("writes", directory.path()).spawn().expect("it runs");
        let lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
        let said = lines.map_while(Result::ok).filter(|line| line.starts_with("delivered"));
        // Another number each time, so that the kill falls on another moment.
        delivered += said.take(5 + 7 * round % 23).count();
        child.kill().expect("it is killed");
        child.wait().expect("it is gone");
    }
    let mut settings = settings(json!({ "record": true }));
    settings.limits.crashes_per_hour = u32::MAX;
    let fixture = Fixture::with(directory.path(), settings).await;
    fixture.until("all are taken", |status| status.lag == Some(0)).await;
    let (recorded, events) = (fixture.recorded().await, fixture.events().await);
    assert!(events.len() >= delivered, "{} events of {delivered} envelopes", events.len());
    assert_eq!(recorded, events);
    fixture.stop().await;
}

const KILLS: usize = 20;
