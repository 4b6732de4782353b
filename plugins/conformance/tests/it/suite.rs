//! `phytohub-plugin-check`: what behaves passes, and each sin is found.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::OnceLock;

use phytohub_plugin_testkit::build;
use serde_json::{Value, json};

use crate::workshop::{CPlugin, faulty};

fn program() -> &'static Path {
    static BUILT: OnceLock<std::path::PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| build::program("phytohub-plugin-testkit", "phytohub-plugin-check"))
}

fn check(plugin: &Path, config: &Value, only: Option<&str>) -> (Option<i32>, Value) {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let file = directory.path().join("config.json");
    fs::write(&file, config.to_string()).expect("a file");
    let mut command = Command::new(program());
    command.arg("--json").arg("--config").arg(&file).arg(plugin);
    if let Some(only) = only {
        command.args(["--only", only]);
    }
    let output = command.output().expect("it can be started");
    let text = String::from_utf8_lossy(&output.stdout);
    let result = serde_json::from_str(&text);
    (output.status.code(), result.unwrap_or_else(|_| panic!("JSON: {text}")))
}

fn failures(result: &Value) -> Vec<String> {
    let cases = result["cases"].as_array().expect("cases");
    let failed = cases.iter().filter(|case| case["outcome"] == "fail");
    failed.map(|case| format!("{}: {}", case["case"], case["reason"])).collect()
}

#[test]
fn plugins_that_behave_pass() {
    for name in ["echo", "validator", "http", "old", "newer"] {
        let (code, result) = check(&CPlugin::of(name).library, &json!({}), None);
        assert_eq!(failures(&result), Vec::<String>::new(), "{name}");
        assert_eq!(code, Some(0), "{name}");
    }
    let (code, result) = check(faulty(), &json!({}), None);
    assert_eq!(failures(&result), Vec::<String>::new());
    assert_eq!(code, Some(0));
    assert_eq!(result["passed"], true);
}

#[test]
fn each_sin_is_found_by_the_case_that_looks_for_it() {
    let sins = [
        ("starts", json!({ "sin": "panic" }), "panicked"),
        ("starts", json!({ "sin": "panic", "in": "events" }), "panicked"),
        ("starts", json!({ "sin": "exit", "in": "create" }), "ended the process"),
        ("starts", json!({ "sin": "stack-overflow" }), "the process died of"),
        ("starts", json!({ "sin": "status", "status": -12345 }), "does not have"),
        ("create-1000", json!({ "sin": "leak", "in": "create", "bytes": 16384 }), "KiB of memory"),
        ("threads-and-files", json!({ "sin": "thread-left", "in": "start" }), "threads were left"),
        (
            "create-starts-no-thread",
            json!({ "sin": "thread-left", "in": "create" }),
            "create started a thread",
        ),
        ("cancelled", json!({ "sin": "slow", "ms": 1500, "times": 1 }), "after it was cancelled"),
        ("deadline-passed", json!({ "sin": "slow", "ms": 1500 }), "after its deadline"),
        ("retained-pointers", json!({ "sin": "retained-pointer" }), "SIGSEGV"),
        ("wrong-configuration", json!({ "sin": "none" }), ""),
    ];
    for (case, config, reason) in sins {
        let (code, result) = check(faulty(), &config, Some(case));
        let failures = failures(&result);
        if reason.is_empty() {
            assert_eq!((failures.len(), code), (0, Some(0)), "{config}");
            continue;
        }
        assert_eq!(code, Some(1), "{config}");
        assert!(failures[0].contains(reason), "{config}: {failures:?}");
    }
}

#[test]
fn what_is_called_wrongly_is_told_so() {
    for arguments in [&["--no-such"][..], &[], &["/no/such/plugin"], &["--only", "x", "/"]] {
        let output = Command::new(program()).args(arguments).output().expect("it can be started");
        assert_eq!(output.status.code(), Some(64), "{arguments:?}");
        assert!(output.stderr.starts_with(b"phytohub-plugin-check: "), "{arguments:?}");
    }
}

#[test]
fn what_is_no_plugin_fails_with_a_reason() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let file = directory.path().join("nothing.so");
    fs::write(&file, b"nothing").expect("a file");
    let (code, result) = check(&file, &json!({}), None);
    assert_eq!(code, Some(1));
    assert_eq!(failures(&result).len(), 1, "the others do not apply");
}
