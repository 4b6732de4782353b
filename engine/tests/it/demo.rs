//! The demonstration, as `make run` shows it.

use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;
use std::process::{Command, Stdio};

use phytohub_plugin_testkit::build;
use rustix::process::{Pid, Signal, kill_process};

use crate::support::{argument, has, phytohub, run, told};

#[test]
fn the_exchange_is_shown_and_ends() {
    // What comes with the hub lies beside it.
    let modules =
        ["phytohub-non-compliance-module", "phytohub-woah-module", "phytohub-codex-module"];
    modules.into_iter().for_each(|module| drop(build::cdylib(module)));
    let output = run(&["demo", "--once"]);
    let said = told(&output);
    assert_eq!(output.status.code(), Some(0), "{said}");
    assert!(output.stderr.is_empty(), "{said}");
    for word in ["DeliverEnvelope", "PULLSingleImportEnvelope", "AcknowledgeEnvelopeReceipt"] {
        assert!(said.contains(word), "{said}");
    }
    assert!(said.contains("\n    Delivered\n"), "{said}");
    // A wrong document of each plugin's comes back with its finding, and a right one arrives.
    for rule in ["NC-SCH-002", "VC-GDS-006", "OC-PRD-010"] {
        assert!(said.contains(&format!("FailedDelivery: Content: {rule}")), "{said}");
    }
    assert_eq!(said.matches("pulls it, and acknowledges").count(), 3, "{said}");
    let directory = said.split_whitespace().find(|word| word.contains("phytohub-demo-"));
    assert!(!Path::new(directory.expect("its directory")).exists(), "nothing is left behind");
}

#[test]
fn a_named_directory_is_kept_and_never_overwritten() {
    let directory = tempfile::tempdir().expect("a directory");
    let hub = argument(&directory.path().join("it's here"));
    let output = run(&["demo", "--once", "--dir", &hub]);
    assert_eq!(output.status.code(), Some(0), "{}", told(&output));
    assert!(Path::new(&hub).join("pki/NO.p12").exists());
    let again = run(&["demo", "--once", "--dir", &hub]);
    assert_eq!(again.status.code(), Some(64), "{}", told(&again));
}

#[test]
fn the_line_to_try_works() {
    if !has("curl") {
        return;
    }
    let mut demo = phytohub().arg("demo").stdout(Stdio::piped()).spawn().expect("the binary runs");
    let mut lines = BufReader::new(demo.stdout.take().expect("its stdout"));
    let curl = loop {
        let mut line = String::new();
        assert!(lines.read_line(&mut line).expect("a line") > 0, "the demonstration ended");
        if line.starts_with("curl ") {
            break line;
        }
    };
    let reply = Command::new("sh").args(["-c", &curl]).output().expect("a shell");
    let pid = i32::try_from(demo.id()).ok().and_then(Pid::from_raw).expect("a process");
    kill_process(pid, Signal::INT).expect("our own child");
    let mut rest = String::new();
    lines.read_to_string(&mut rest).expect("UTF-8");
    assert_eq!(demo.wait().expect("it ends").code(), Some(0), "{rest}");
    assert!(told(&reply).contains(":HUBTrackingInfo>Delivered<"), "{}", told(&reply));
}
