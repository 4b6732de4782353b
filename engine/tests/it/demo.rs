//! The demonstration, as `make run` shows it.

use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;
use std::process::{Command, Stdio};

use phytohub_plugin_testkit::build;
use rustix::process::{Pid, Signal, kill_process};

use crate::gens::browser::Browser;
use crate::gens::country::until;
use crate::support::{argument, has, phytohub, run, start_of_a_demonstration, told};

#[test]
fn the_exchange_is_shown_and_ends() {
    modules();
    let _start = start_of_a_demonstration();
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

/// What comes with the hub lies beside it.
fn modules() {
    for module in ["codex", "gens", "non-compliance", "woah"] {
        drop(build::cdylib(&format!("phytohub-{module}-module")));
    }
}

#[test]
fn the_link_opens_the_log_in_page_for_everybody_in_the_table() {
    modules();
    let start = start_of_a_demonstration();
    let mut demo = phytohub().arg("demo").stdout(Stdio::piped()).spawn().expect("the binary runs");
    let mut lines = BufReader::new(demo.stdout.take().expect("its stdout"));
    let mut said = Vec::new();
    while said.last().is_none_or(|line: &String| !line.starts_with("Ctrl-C")) {
        let mut line = String::new();
        assert!(lines.read_line(&mut line).expect("a line") > 0, "the demonstration ended");
        said.push(line.trim_end().to_owned());
    }
    drop(start);
    let link = said.iter().find_map(|line| line.trim().strip_suffix("/gens/log-in"));
    let door = link.and_then(|link| link.strip_prefix("http://")).expect("a link on loopback");
    let door = door.parse().expect("an address");
    let table = said.iter().skip_while(|line| !line.trim().starts_with("name  "));
    let people: Vec<Vec<&str>> = table
        .skip(1)
        .take_while(|line| !line.is_empty())
        .map(|line| line.split("  ").map(str::trim).filter(|cell| !cell.is_empty()).collect())
        .collect();
    assert_eq!(people.len(), 8, "{said:?}");
    for (tenant, person) in
        ["EG", "KE"].into_iter().flat_map(|code| people.iter().map(move |one| (code, one)))
    {
        let mut browser = Browser::new(door);
        let page = browser.log_in(tenant, person[0], person[1]);
        assert_eq!(page.status, 303, "{tenant} {person:?}: {page:?}");
        let works = ["officer", "inspector", "importer", "exporter"].contains(&person[0]);
        // What is under way between the countries may still be.
        until(&format!("{tenant} {person:?} has something to do"), || {
            let home = browser.get("");
            assert_eq!(home.status, 200, "{tenant} {person:?}");
            let has = |list: &str| home.body.contains(list);
            (!works || has("/gens/certificates/") || has("/gens/imports/")).then_some(())
        });
    }
    let pid = i32::try_from(demo.id()).ok().and_then(Pid::from_raw).expect("a process");
    kill_process(pid, Signal::INT).expect("our own child");
    assert_eq!(demo.wait().expect("it ends").code(), Some(0));
}

#[test]
fn a_named_directory_is_kept_and_never_overwritten() {
    let directory = tempfile::tempdir().expect("a directory");
    let hub = argument(&directory.path().join("it's here"));
    let _start = start_of_a_demonstration();
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
    let start = start_of_a_demonstration();
    let mut demo = phytohub().arg("demo").stdout(Stdio::piped()).spawn().expect("the binary runs");
    let mut lines = BufReader::new(demo.stdout.take().expect("its stdout"));
    let curl = loop {
        let mut line = String::new();
        assert!(lines.read_line(&mut line).expect("a line") > 0, "the demonstration ended");
        if line.starts_with("curl ") {
            break line;
        }
    };
    drop(start);
    let reply = Command::new("sh").args(["-c", &curl]).output().expect("a shell");
    let pid = i32::try_from(demo.id()).ok().and_then(Pid::from_raw).expect("a process");
    kill_process(pid, Signal::INT).expect("our own child");
    let mut rest = String::new();
    lines.read_to_string(&mut rest).expect("UTF-8");
    assert_eq!(demo.wait().expect("it ends").code(), Some(0), "{rest}");
    assert!(told(&reply).contains(":HUBTrackingInfo>Delivered<"), "{}", told(&reply));
}
