//! The national system in a real browser, on the hub of the demonstration.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use phytohub_plugin_testkit::build;
use rustix::process::{Pid, Signal, kill_process};

use crate::clients::packages;
use crate::support::{argument, has, phytohub, start_of_a_demonstration, told, top};

/// Who takes part in the demonstration, by the names of the story's persons.
const PEOPLE: [(&str, &str, &str); 6] = [
    ("administrator", "KE", "admin"),
    ("exporter", "KE", "exporter"),
    ("officer", "KE", "officer"),
    ("inspector", "KE", "inspector"),
    ("issuer", "KE", "issuer"),
    ("importer", "EG", "importer"),
];

/// A demonstration that ends with the test.
struct Demonstration {
    process: Child,
    url: String,
    password: String,
}

impl Demonstration {
    fn start() -> Self {
        for module in ["codex", "gens", "non-compliance", "woah"] {
            drop(build::cdylib(&format!("phytohub-{module}-module")));
        }
        let start = start_of_a_demonstration();
        let mut process =
            phytohub().arg("demo").stdout(Stdio::piped()).spawn().expect("the binary runs");
        let stdout = process.stdout.take().expect("its stdout");
        let mut said = Vec::new();
        for line in BufReader::new(stdout).lines() {
            let line = line.expect("a line").trim().to_owned();
            let is_last = line.starts_with("Ctrl-C");
            said.push(line);
            if is_last {
                break;
            }
        }
        drop(start);
        let url = said.iter().find_map(|line| line.strip_suffix("log-in"));
        let url = url.expect("the link of the log-in page").to_owned();
        let officer = said.iter().find_map(|line| line.strip_prefix("officer "));
        let password = officer.and_then(|rest| rest.split_whitespace().next());
        let password = password.expect("the password in the table of people").to_owned();
        Self { process, url, password }
    }

    fn people(&self) -> String {
        let person = |(role, tenant, name): (&str, &str, &str)| {
            let who = serde_json::json!({
                "tenant": tenant, "name": name, "password": self.password,
            });
            (role.to_owned(), who)
        };
        let people: serde_json::Map<_, _> = PEOPLE.into_iter().map(person).collect();
        serde_json::Value::Object(people).to_string()
    }
}

impl Drop for Demonstration {
    fn drop(&mut self) {
        if let Some(pid) = i32::try_from(self.process.id()).ok().and_then(Pid::from_raw) {
            let _ = kill_process(pid, Signal::INT);
        }
        let _ = self.process.wait();
    }
}

#[test]
fn a_certificate_goes_its_whole_way_in_a_browser() {
    if !has("chromium") {
        return;
    }
    let Some(packages) = packages() else { return };
    let demonstration = Demonstration::start();
    let directory = tempfile::tempdir().expect("a directory");
    let people = directory.path().join("people.json");
    std::fs::write(&people, demonstration.people()).expect("written");
    let script = top().join("gens-plugin/tests/browser/story.mjs");
    let mut command = Command::new("node");
    command.env("NODE_PATH", packages.join("browser/node_modules"));
    command.args([&argument(&script), "--url", &demonstration.url]);
    command.args(["--people", &argument(&people)]);
    let output = command.output().expect("node runs");
    assert!(output.status.success(), "{}", told(&output));
}
