//! What slow uploads really cost, measured on a process of its own.

use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use phytohub_domain::Limits;
use phytohub_testkit::TestHub;
use tokio::io::AsyncWriteExt;

use crate::raw::{Raw, post};

const UPLOADS: usize = 32;
const UPLOAD_BYTES: usize = 200 << 20;
/// What the process takes besides requests: sockets' buffers, TLS, the store's and the client's.
const OTHER_BYTES: usize = 96 << 20;
const CHILD: &str = "PHYTOHUB_TEST_MEMORY";

/// Other tests of this binary take memory too, so the measurement runs in a process of its own.
#[test]
fn peak_memory_with_many_slow_uploads_stays_within_the_budget() {
    let test = "memory::slow_uploads_in_a_process_of_their_own";
    let output = Command::new(std::env::current_exe().expect("this binary"))
        .args(["--exact", test, "--nocapture", "--test-threads=1"])
        .env(CHILD, "1")
        .output()
        .expect("this binary runs");
    let text = [output.stdout, output.stderr].concat();
    let text = String::from_utf8_lossy(&text);
    assert!(output.status.success() && text.contains("1 passed"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn slow_uploads_in_a_process_of_their_own() {
    if std::env::var_os(CHILD).is_none() {
        return;
    }
    let hub = TestHub::start().await;
    let before = resident_bytes();
    let done = Arc::new(AtomicBool::new(false));
    let watch = {
        let done = Arc::clone(&done);
        std::thread::Builder::new().name("watch".to_owned()).spawn(move || {
            let mut most = 0;
            while !done.load(Ordering::Relaxed) {
                most = most.max(resident_bytes());
                std::thread::yield_now();
            }
            most
        })
    };
    let mut uploads = Vec::new();
    for _ in 0..UPLOADS {
        let mut raw = Raw::of(&hub, "NO").await;
        raw.send(post("1.1", &format!("Content-Length: {UPLOAD_BYTES}\r\n"))).await;
        uploads.push(raw);
    }
    // All side by side, a mebibyte each in turn; who is turned away stops. The last byte is never
    // sent, so that each holds what it has.
    let part = vec![b' '; 1 << 20];
    let mut sent = 0;
    while !uploads.is_empty() && sent + part.len() < UPLOAD_BYTES {
        let mut going = Vec::new();
        for mut raw in uploads {
            if raw.stream.write_all(&part).await.is_ok() && !raw.has_reply().await {
                going.push(raw);
            }
        }
        uploads = going;
        sent += part.len();
    }
    done.store(true, Ordering::Relaxed);
    let peak = watch.expect("a thread").join().expect("it only reads") - before;
    let budget = Limits::default().bytes_in_flight;
    assert!(!uploads.is_empty(), "some have room");
    assert!(uploads.len() < UPLOADS, "not all of them");
    assert!(peak > budget / 2, "the budget is used peak={peak}");
    assert!(peak < budget + OTHER_BYTES, "peak={peak} budget={budget}");
    drop(uploads);
    hub.stop().await;
}

/// Resident memory of this process, from the second field of `statm`, in pages of 4 KiB.
fn resident_bytes() -> usize {
    let statm = std::fs::read_to_string("/proc/self/statm").expect("Linux tells");
    let pages = statm.split(' ').nth(1).expect("a second field");
    pages.parse::<usize>().expect("a number") * 4096
}
