//! The QUIC door from outside: a client in another language, written from the specification alone.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::sync::Arc;

use phytohub_server::Tasks;
use phytohub_testkit::{Line, Relay};
use serde_json::Value;

use crate::clients::packages;
use crate::support::{CONTENT, Serving, Trial, argument, deliver, run, state, told, top};

fn folder() -> PathBuf {
    top().join("engine/examples/quic")
}

/// A hub with its QUIC door open, and the example beside it.
struct Door {
    python: PathBuf,
    trial: Trial,
    hub: Serving,
    /// What the client is told: the hub's own port, or that of a line to it.
    port: u16,
}

impl Door {
    /// Nothing where the client's packages cannot be installed.
    fn open() -> Option<Self> {
        let python = packages()?.join("python/bin/python");
        let trial = Trial::new();
        trial.open_quic();
        let hub = trial.serve();
        let port = hub.quic().port();
        Some(Self { python, trial, hub, port })
    }

    /// The example as this connection, with the certificates of this trial.
    fn client(&self, certificates: &Trial, code: &str, arguments: &[&str]) -> Command {
        let file = |name: &str| argument(&certificates.path("pki").join(name));
        let (cert, key) = (file(&format!("{code}.pem")), file(&format!("{code}.key")));
        let ca = argument(&self.trial.path("pki/ca.pem"));
        let hub = format!("localhost:{}", self.port);
        let mut command = Command::new(&self.python);
        command.args(["-B", &argument(&folder().join("client.py")), "--hub", &hub]);
        command.args(["--ca", &ca, "--cert", &cert, "--key", &key]).args(arguments);
        command
    }

    fn run(&self, code: &str, arguments: &[&str]) -> Output {
        self.client(&self.trial, code, arguments).output().expect("the client runs")
    }

    /// What it answers, line by line.
    fn answers(&self, code: &str, arguments: &[&str]) -> Vec<Value> {
        let output = self.run(code, arguments);
        assert!(output.status.success(), "{arguments:?}: {}", told(&output));
        let text = String::from_utf8(output.stdout).expect("UTF-8");
        text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
    }

    /// A file that holds this, and its path as an argument.
    fn file(&self, name: &str, document: &str) -> String {
        let file = self.trial.path(name);
        fs::write(&file, document).expect("written");
        argument(&file)
    }

    /// Delivers files from LK to NO, and returns their numbers.
    fn deliver(&self, files: &[&str]) -> Vec<String> {
        let arguments: Vec<&str> = ["deliver", "--to", "NO"].iter().chain(files).copied().collect();
        let answers = self.answers("LK", &arguments);
        let number = |answer: &Value| {
            assert_eq!(answer["state"], "pending delivery", "{answer}");
            answer["number"].as_str().expect("a number").to_owned()
        };
        answers.iter().map(number).collect()
    }

    /// Receives as NO, and returns each number with the document that came under it.
    fn receive(&self, count: usize, more: &[&str]) -> Vec<(String, String)> {
        let into = tempfile::tempdir().expect("a directory");
        let (folder, count_said) = (argument(into.path()), count.to_string());
        let arguments = ["subscribe", "--into", &folder, "--count", &count_said];
        let arguments: Vec<&str> = arguments.iter().chain(more).copied().collect();
        let answers = self.answers("NO", &arguments);
        assert_eq!(answers.len(), count);
        let document = |answer: &Value| {
            assert_eq!(answer["refusal"], 0, "{answer}");
            let file = answer["file"].as_str().expect("a path");
            let document = fs::read_to_string(file).expect("it was written");
            (answer["number"].as_str().expect("a number").to_owned(), document)
        };
        answers.iter().map(document).collect()
    }

    fn state(&self, number: &str) -> Value {
        let mut answers = self.answers("LK", &["track", number]);
        answers.remove(0)["state"].take()
    }

    fn ends(self) {
        let stopped = self.hub.stop();
        assert_eq!(stopped.code, Some(0), "{}", stopped.errors);
    }
}

#[test]
fn its_codec_writes_and_reads_the_examples_of_the_specification() {
    let Some(packages) = packages() else { return };
    let mut command = Command::new(packages.join("python/bin/python"));
    let tested = command.args(["-B", "-m", "unittest"]).current_dir(folder()).output();
    let tested = tested.expect("Python runs");
    assert!(tested.status.success(), "{}", told(&tested));
    assert!(told(&tested).contains("Ran 4 tests"), "{}", told(&tested));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_written_from_the_specification_exchanges_with_itself_and_with_soap() {
    let Some(door) = Door::open() else { return };
    let profile = door.answers("LK", &["profile"]);
    assert_eq!((profile.len(), &profile[0]["code"]), (1, &"LK".into()));
    assert_eq!((&profile[0]["sends"], &profile[0]["receives"]), (&1.into(), &1.into()));

    // Two at once, and again: nothing more is delivered.
    let (first, second) = (door.file("LK-1.xml", CONTENT), door.file("LK-2.xml", "<b>]]></b>"));
    let sent = door.deliver(&[&first, &second]);
    assert_eq!(door.deliver(&[&first, &second]), sent);
    // One that comes by SOAP, and one that is looked at by SOAP.
    let mut sender = door.hub.client("LK").await;
    let by_soap = deliver(&mut sender, "LK", "NO").await;
    assert_eq!(state(&mut sender, &sent[0]).await, "PendingDelivery");

    let came = door.receive(3, &["--acknowledge", "warnings", "--message", "løst segl"]);
    let expected = [(&sent[0], CONTENT), (&sent[1], "<b>]]></b>"), (&by_soap, CONTENT)];
    assert_eq!(came, expected.map(|(number, text)| (number.clone(), text.to_owned())));
    for number in sent.iter().chain([&by_soap]) {
        assert_eq!(state(&mut sender, number).await, "DeliveredWithWarnings");
    }
    let tracked = door.answers("LK", &["track", &sent[1], &by_soap, UNKNOWN]);
    let told: Vec<_> = tracked.iter().map(|one| (&one["state"], &one["message"])).collect();
    let (warned, said) = (Value::from("delivered with warnings"), Value::from("løst segl"));
    assert_eq!(told[..2], [(&warned, &said); 2]);
    assert_eq!(told[2].0, "envelope not exists");
    door.ends();
}

#[test]
fn a_client_written_from_the_specification_asks_for_lists_and_checks() {
    let Some(door) = Door::open() else { return };
    let lists = door.answers("NO", &["codes"]);
    let names: Vec<&str> = lists.iter().filter_map(|list| list["name"].as_str()).collect();
    assert!(names.contains(&"conditions"), "{names:?}");
    assert!(lists.iter().all(|list| list["text"].as_str().is_some_and(|text| text.len() > 100)));
    let have: Vec<String> =
        lists.iter().map(|list| format!("{}={}", list["name"], list["revision"])).collect();
    let have: Vec<String> = have.iter().map(|pair| pair.replace('"', "")).collect();
    let all: Vec<&str> = ["codes", "--have"].into_iter().chain(have.iter().map(|s| &**s)).collect();
    assert!(door.answers("NO", &all).is_empty(), "nothing is newer");
    let but_one = &all[..all.len() - 1];
    assert_eq!(door.answers("NO", but_one), lists[lists.len() - 1..]);

    let sample = String::from_utf8(run(&["sample"]).stdout).expect("UTF-8");
    let good = door.file("good.xml", &sample);
    let severe = |findings: &[Value]| findings.iter().any(|one| one["level"] == "severe");
    assert!(!severe(&door.answers("NO", &["validate", &good])));
    let bad = door.file("bad.xml", "<nothing/>");
    let findings = door.answers("NO", &["validate", &bad]);
    assert!(severe(&findings), "{findings:?}");
    // The same judge, asked while delivering.
    let refused = door.answers("LK", &["deliver", &bad, "--to", "NO", "--validate"]);
    assert_eq!(refused[0]["state"], "failed delivery", "{refused:?}");
    door.ends();
}

#[test]
fn a_client_written_from_the_specification_says_why_it_was_turned_away() {
    let Some(door) = Door::open() else { return };
    let turned_away = |output: &Output, expected: &str| {
        let said = told(output);
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(said.contains(expected) && said.lines().count() == 1, "{said}");
    };
    let stranger = Trial::new();
    let output = door.client(&stranger, "NO", &["profile"]).output().expect("the client runs");
    turned_away(&output, "denied");
    door.trial.json(&["connection", "disable", "AR"]);
    turned_away(&door.run("AR", &["profile"]), "denied");
    let broken = door.file("LK-3.xml", "\u{1}");
    turned_away(&door.run("LK", &["deliver", &broken, "--to", "NO"]), "invalid");
    door.ends();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_poor_line_and_an_address_that_changes_cost_nothing_but_time() {
    let Some(mut door) = Door::open() else { return };
    let relay = Arc::new(Relay::start(door.hub.quic(), Line::POOR, 20_261_122));
    door.port = relay.address().port();
    let (tasks, nat) = (Tasks::new(), Arc::clone(&relay));
    // While the client sends: one that only waits is found again at its next PING, in 20 seconds.
    tasks.spawn("a NAT that forgets", async move {
        for datagrams in [60, 120] {
            nat.received(datagrams).await;
            nat.rebind();
        }
    });
    let documents: Vec<String> = (0..8).map(|n| CONTENT.repeat(20 << n) + &n.to_string()).collect();
    let files: Vec<String> = documents
        .iter()
        .enumerate()
        .map(|(n, document)| door.file(&format!("LK-{n}.xml"), document))
        .collect();
    let sent = door.deliver(&files.iter().map(|file| &**file).collect::<Vec<_>>());
    let came = door.receive(documents.len(), &[]);
    assert_eq!(came, sent.iter().cloned().zip(documents).collect::<Vec<_>>());
    assert_eq!(door.state(&sent[7]), "delivered");
    let counts = relay.counts();
    let lost = counts.to_target.dropped + counts.to_client.dropped;
    assert!(lost > 0 && counts.rebinds == 2, "the line was poor: {counts:?}");
    door.ends();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_subscription_is_taken_up_again_after_the_hub_was_started_anew() {
    let Some(mut door) = Door::open() else { return };
    let relay = Relay::start(door.hub.quic(), Line::PERFECT, 1);
    door.port = relay.address().port();
    let into = tempfile::tempdir().expect("a directory");
    let arguments = ["subscribe", "--into", &argument(into.path()), "--count", "2"];
    let mut command = door.client(&door.trial, "NO", &arguments);
    let mut receiver = command.stdout(Stdio::piped()).spawn().expect("the client runs");
    let mut lines = BufReader::new(receiver.stdout.take().expect("its stdout")).lines();
    for restart in [true, false] {
        let file = door.file(&format!("LK-{restart}.xml"), CONTENT);
        let [number] = &door.deliver(&[&file])[..] else { panic!("one number") };
        let line = lines.next().expect("it goes on").expect("a line");
        assert!(line.contains(number), "{line}");
        if restart {
            let stopped = door.hub.stop();
            assert_eq!(stopped.code, Some(0), "{}", stopped.errors);
            door.hub = door.trial.serve();
            relay.set_target(door.hub.quic());
        }
    }
    assert!(receiver.wait().expect("it ends").success());
    assert!(lines.next().is_none(), "nothing comes twice");
    door.ends();
}

/// No number of any hub: its time is 1970.
const UNKNOWN: &str = "00000000000000000000000001";
