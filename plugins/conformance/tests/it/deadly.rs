//! What kills a process, kills only the one that calls.

use phytohub_plugin_testkit::{MockHost, fixtures};
use serde_json::json;

use crate::child::sin_in_child;
use crate::workshop::faulty_library;

#[test]
fn a_plugin_that_behaves_leaves_the_process_alive() {
    let end = sin_in_child(&json!({}));
    assert!(end.lived && end.status.success(), "{}", end.status);
}

#[test]
fn what_ends_the_process_ends_it_as_it_says() {
    let deaths = [
        ("abort", vec![libc::SIGABRT]),
        ("segfault", vec![libc::SIGSEGV]),
        ("retained-pointer", vec![libc::SIGSEGV]),
        // Rust's handler says what it was and aborts.
        ("stack-overflow", vec![libc::SIGABRT, libc::SIGSEGV]),
    ];
    for (sin, signals) in deaths {
        let end = sin_in_child(&json!({ "sin": sin }));
        assert!(!end.lived, "{sin}");
        assert!(end.signal().is_some_and(|s| signals.contains(&s)), "{sin}: {}", end.status);
    }
}

#[test]
fn exit_ends_the_process_without_a_word() {
    for hook in ["validate", "events", "request", "health"] {
        let end = sin_in_child(&json!({ "sin": "exit", "in": hook }));
        assert!(!end.lived, "{hook}");
        assert_eq!(end.status.code(), Some(0), "{hook}");
    }
}

#[test]
fn panics_of_every_hook_leave_the_process_alive() {
    for hook in ["quiesce", "drop", "validate", "events", "request", "health"] {
        for sin in ["panic", "panic-payload"] {
            let end = sin_in_child(&json!({ "sin": sin, "in": hook }));
            assert!(end.lived && end.status.success(), "{sin} in {hook}: {}", end.status);
        }
    }
}

#[test]
fn what_dies_elsewhere_does_no_harm_here() {
    let _dead = sin_in_child(&json!({ "sin": "abort" }));
    let plugin = MockHost::builder().build().create(faulty_library()).expect("it can be made");
    assert!(plugin.validate(&fixtures::document(b"<a/>")).is_ok());
}
