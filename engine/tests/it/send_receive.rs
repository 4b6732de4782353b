//! The commands of a national system, over either door.

use std::fs;
use std::io::{BufRead as _, BufReader, Lines};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Output, Stdio};

use phytohub_sps::{Limits, SpsDocument};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use crate::support::{Serving, Trial, argument, deliver, phytohub, refused, run, state, told};

/// A hub with both doors open, and certificates from AR to LK that it may carry.
struct Site {
    trial: Trial,
    hub: Serving,
    files: Vec<String>,
}

/// The doors by which a hub is called.
#[derive(Clone, Copy)]
enum Door {
    Quic,
    Soap,
}

impl Site {
    fn new() -> Self {
        let trial = Trial::new();
        trial.open_quic();
        let hub = trial.serve();
        let samples = trial.path("samples");
        let made = run(&["sample", "--count", "100", "--output", &argument(&samples)]);
        assert!(made.status.success(), "{}", told(&made));
        let mut files: Vec<String> = fs::read_dir(&samples)
            .expect("a directory")
            .map(|entry| entry.expect("an entry").path())
            .filter(|file| countries(file) == ("AR".to_owned(), "LK".to_owned()))
            .map(|file| argument(&file))
            .collect();
        files.sort();
        assert!(files.len() >= 4, "some of a hundred");
        files.truncate(4);
        Self { trial, hub, files }
    }

    fn url(&self, door: Door) -> String {
        match door {
            Door::Quic => format!("quic://{}", self.hub.quic()),
            Door::Soap => format!("https://{}", self.hub.https()),
        }
    }

    /// A command as this connection, with the files that `init` made.
    fn command(&self, door: Door, code: &str, arguments: &[&str]) -> Command {
        let (url, pki) = (self.url(door), argument(&self.trial.path("pki")));
        let mut command = phytohub();
        command.args(arguments).args(["--hub", &url, "--as", code, "--pki", &pki]);
        command
    }

    fn run(&self, door: Door, code: &str, arguments: &[&str]) -> Output {
        self.command(door, code, arguments).output().expect("the binary runs")
    }

    /// What a command that must succeed tells, line by line.
    fn lines(&self, door: Door, code: &str, arguments: &[&str]) -> Vec<String> {
        let output = self.run(door, code, arguments);
        assert!(output.status.success(), "{}", told(&output));
        assert!(output.stderr.is_empty(), "{}", told(&output));
        String::from_utf8(output.stdout).expect("UTF-8").lines().map(str::to_owned).collect()
    }

    /// Sends files from AR as their importing country says, and returns their numbers in order.
    fn send(&self, door: Door, files: &[String]) -> Vec<String> {
        let mut arguments = vec!["send", "--json"];
        arguments.extend(files.iter().map(String::as_str));
        let told: Vec<Value> = self.lines(door, "AR", &arguments).iter().map(json).collect();
        let number = |file: &String| {
            let one = told.iter().find(|one| one["file"] == file.as_str()).expect("told");
            assert_eq!((&one["from"], &one["to"]), (&"AR".into(), &"LK".into()), "{one}");
            one["number"].as_str().expect("a number").to_owned()
        };
        assert_eq!(told.len(), files.len());
        files.iter().map(number).collect()
    }

    fn ends(self) {
        let stopped = self.hub.stop();
        assert_eq!(stopped.code, Some(0), "{}", stopped.errors);
    }
}

fn json(line: impl AsRef<str>) -> Value {
    serde_json::from_str(line.as_ref()).expect("JSON")
}

fn countries(file: &Path) -> (String, String) {
    let bytes = fs::read(file).expect("readable");
    let reading = SpsDocument::read(&bytes, &Limits::default());
    let certificate = reading.document.certificate().expect("a certificate");
    let id = |country: Option<phytohub_sps::Country<'_>>| country.expect("there").id().into_owned();
    (id(certificate.export_country()), id(certificate.import_country()))
}

/// A command that goes on, with its lines as they come.
struct Following {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Following {
    fn start(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().expect("the binary runs");
        let lines = BufReader::new(child.stdout.take().expect("its stdout")).lines();
        Self { child, lines }
    }

    fn line(&mut self) -> String {
        self.lines.next().expect("it goes on").expect("a line")
    }

    /// Its exit code, and that it said nothing more.
    fn ended(mut self) -> Option<i32> {
        assert!(self.lines.next().is_none(), "nothing more");
        self.child.wait().expect("it ends").code()
    }

    fn terminate(self) -> Option<i32> {
        let pid = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw).expect("a process");
        kill_process(pid, Signal::TERM).expect("its own child");
        self.ended()
    }
}

impl Drop for Following {
    fn drop(&mut self) {
        // A test that failed leaves none behind; one that has ended cannot be killed.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn certificates_go_from_folder_to_folder(door: Door) {
    let site = Site::new();
    let numbers = site.send(door, &site.files);
    assert_eq!(site.send(door, &site.files), numbers, "nothing is delivered twice");
    let pending: Vec<String> = numbers.iter().map(|one| format!("{one} PendingDelivery")).collect();
    let mut track = vec!["track"];
    track.extend(numbers.iter().map(String::as_str));
    let sorted = |mut lines: Vec<String>| {
        lines.sort();
        lines
    };
    assert_eq!(site.lines(door, "AR", &track), sorted(pending));

    let into = site.trial.path("new/inbox");
    let receive = ["receive", "--into", &argument(&into)];
    let received = site.lines(door, "LK", &receive);
    assert_eq!(received.len(), numbers.len(), "{received:?}");
    for (number, file) in numbers.iter().zip(&site.files) {
        let (came, sent) = (fs::read(into.join(format!("{number}.xml"))), fs::read(file));
        assert_eq!(came.expect("received"), sent.expect("sent"));
        let header = fs::read_to_string(into.join(format!("{number}.header.json")));
        let header = json(header.expect("received"));
        assert_eq!((&header["from"], &header["type"]), (&"AR".into(), &851.into()), "{header}");
        let line = received.iter().find(|line| line.starts_with(&format!("{number} AR 851/70 ")));
        assert!(line.is_some_and(|line| line.ends_with(&format!("{number}.xml"))), "{received:?}");
    }
    assert!(site.lines(door, "LK", &receive).is_empty(), "nothing comes twice");
    let delivered: Vec<String> = numbers.iter().map(|one| format!("{one} Delivered")).collect();
    assert_eq!(site.lines(door, "AR", &track), sorted(delivered));
    site.ends();
}

#[test]
fn certificates_go_from_folder_to_folder_over_quic() {
    certificates_go_from_folder_to_folder(Door::Quic);
}

#[test]
fn certificates_go_from_folder_to_folder_over_soap() {
    certificates_go_from_folder_to_folder(Door::Soap);
}

#[test]
fn whoever_follows_is_told_as_it_happens() {
    let site = Site::new();
    for (door, file) in [Door::Quic, Door::Soap].into_iter().zip(&site.files) {
        let into = argument(&site.trial.path("inbox"));
        let arguments = ["receive", "--into", &into, "--follow", "--every", "1"];
        let [number] = &site.send(door, std::slice::from_ref(file))[..] else { panic!("one") };
        let arguments_of_track = ["track", number, "--follow", "--every", "1"];
        let mut tracking = Following::start(site.command(door, "AR", &arguments_of_track));
        assert_eq!(tracking.line(), format!("{number} PendingDelivery"));
        let mut receiving = Following::start(site.command(door, "LK", &arguments));
        assert!(receiving.line().starts_with(number.as_str()));
        assert_eq!(tracking.line(), format!("{number} Delivered"));
        assert_eq!(tracking.ended(), Some(0));
        assert_eq!(receiving.terminate(), Some(0), "a signal is no failure");
    }
    site.ends();
}

#[test]
fn a_receive_that_is_killed_has_on_disk_what_it_acknowledged() {
    let site = Site::new();
    let mut numbers: Vec<String> = Vec::new();
    for again in 0..20 {
        let again = again.to_string();
        let mut send = vec!["send", "--again", &again];
        send.extend(site.files.iter().map(String::as_str));
        let told = site.lines(Door::Quic, "AR", &send);
        let number = |line: &String| line.split(' ').next().expect("a number").to_owned();
        numbers.extend(told.iter().map(number));
    }
    let into = site.trial.path("inbox");
    let receive = ["receive", "--into", &argument(&into)];
    let follow = ["receive", "--into", &argument(&into), "--follow"];
    let is_there = |number: &str| {
        let document = fs::read(into.join(format!("{number}.xml"))).unwrap_or_default();
        let header = into.join(format!("{number}.header.json"));
        let header = fs::read_to_string(header).unwrap_or_default();
        document.trim_ascii_end().ends_with(b">") && header.contains(number)
    };
    let states = |numbers: &[String]| {
        let mut track = vec!["track"];
        track.extend(numbers.iter().map(String::as_str));
        site.lines(Door::Quic, "AR", &track)
    };
    let mut receiving = Following::start(site.command(Door::Quic, "LK", &follow));
    receiving.line();
    // In the middle of the others, most often. To the hub the killed one lives on for a minute, so
    // that another that follows would wait for what was on its way to it.
    drop(receiving);
    let told = states(&numbers);
    let delivered = told.iter().filter_map(|line| line.strip_suffix(" Delivered"));
    let delivered: Vec<&str> = delivered.collect();
    assert!(!delivered.is_empty(), "{told:?}");
    assert!(delivered.iter().all(|number| is_there(number)), "{delivered:?}");
    // As a kill between a file's beginning and its end leaves it.
    let left = into.join(".unfinished-aB3dE6gH");
    fs::write(&left, "<half").expect("written");
    site.lines(Door::Quic, "LK", &receive);
    assert!(!left.exists());
    assert!(numbers.iter().all(|number| is_there(number)));
    let states = states(&numbers);
    assert!(states.iter().all(|line| line.ends_with(" Delivered")), "{states:?}");
    let names = fs::read_dir(&into).expect("readable").map(|entry| entry.expect("one").file_name());
    let unfinished = names.filter(|name| name.to_string_lossy().starts_with(".unfinished"));
    assert_eq!(unfinished.count(), 0);
    site.ends();
}

/// Some times the memory that either command may take.
#[test]
fn a_large_certificate_is_sent_from_its_file_and_written_as_it_comes() {
    let site = Site::new();
    let text = fs::read_to_string(&site.files[0]).expect("readable");
    let (inside, end) = text.rsplit_once("</").expect("an element");
    let large = site.trial.path("large.xml");
    let padding = " & ".repeat(LARGE_BYTES / 3);
    fs::write(&large, format!("{inside}<!--{padding}--></{end}")).expect("written");
    drop(padding);
    let into = site.trial.path("inbox");
    let follow = ["receive", "--into", &argument(&into), "--follow"];
    let mut receiving = Following::start(site.command(Door::Quic, "LK", &follow));
    let files = [argument(&large), site.files[1].clone()];
    let numbers = site.send(Door::Quic, &files);
    assert_eq!(site.send(Door::Quic, &files), numbers, "nothing is delivered twice");
    let mut lines = [receiving.line(), receiving.line()];
    lines.sort();
    assert!(lines.iter().zip(&numbers).all(|(line, number)| line.starts_with(number)), "{lines:?}");
    let status = fs::read_to_string(format!("/proc/{}/status", receiving.child.id()));
    let most = status.expect("it lives").lines().find_map(|line| {
        line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB")?.parse::<usize>().ok()
    });
    assert!(most.expect("told") << 10 < LARGE_BYTES, "{most:?} KiB");
    assert_eq!(receiving.terminate(), Some(0));
    for (number, file) in numbers.iter().zip(&files) {
        let came = fs::read(into.join(format!("{number}.xml"))).expect("received");
        assert!(came == fs::read(file).expect("sent"), "{number}");
    }
    // Without following, and over SOAP, it comes as it is.
    for (door, again) in [(Door::Quic, "1"), (Door::Soap, "2")] {
        site.lines(Door::Quic, "AR", &["send", &files[0], "--again", again]);
        let received = site.lines(door, "LK", &["receive", "--into", &argument(&into)]);
        let [line] = &received[..] else { panic!("{received:?}") };
        let file = line.rsplit(' ').next().expect("a file");
        assert!(fs::read(file).expect("received") == fs::read(&files[0]).expect("sent"));
    }
    site.ends();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_kept_is_not_acknowledged() {
    let site = Site::new();
    for door in [Door::Quic, Door::Soap] {
        let mut sender = site.hub.client("NO").await;
        let first = deliver(&mut sender, "NO", "LK").await;
        let second = deliver(&mut sender, "NO", "LK").await;
        let into = site.trial.path("inbox");
        let receive = ["receive", "--into", &argument(&into), "--json"];
        fs::create_dir_all(&into).expect("made");
        let in_the_way = into.join(format!("{first}.xml"));
        fs::write(&in_the_way, "something else").expect("written");
        let output = site.run(door, "LK", &receive);
        refused(&output, 1, &[first.as_str(), "another content", "move it away"]);
        let line = json(String::from_utf8(output.stdout).expect("UTF-8"));
        assert_eq!(line["number"], second.as_str(), "{line}");
        assert_eq!(fs::read_to_string(&in_the_way).expect("there"), "something else");
        assert_eq!(state(&mut sender, &first).await, "PendingDelivery");
        assert_eq!(state(&mut sender, &second).await, "Delivered");
        // Out of the way, it comes.
        fs::remove_file(&in_the_way).expect("removed");
        assert_eq!(site.lines(door, "LK", &receive).len(), 1);
        assert_eq!(state(&mut sender, &first).await, "Delivered");
    }
    site.ends();
}

#[test]
fn nothing_is_sent_if_one_file_is_no_certificate() {
    let site = Site::new();
    let good = site.files[0].as_str();
    let bad = argument(&site.trial.path("bad.xml"));
    for (text, expected) in [
        ("<nothing/>", "no SPSCertificate"),
        ("<nothing>", "cannot be read as a certificate"),
        ("", "cannot be read as a certificate"),
    ] {
        fs::write(&bad, text).expect("written");
        let output = site.run(Door::Quic, "AR", &["send", good, &bad]);
        refused(&output, 1, &["bad.xml", expected]);
        assert!(output.stdout.is_empty(), "{}", told(&output));
    }
    let missing = argument(&site.trial.path("missing.xml"));
    refused(&site.run(Door::Quic, "AR", &["send", good, &missing]), 66, &["missing.xml"]);
    for (code, to) in [("AR", "NO"), ("NO", "LK")] {
        let output = site.run(Door::Quic, code, &["send", good, "--to", to]);
        refused(&output, 1, &["country is", "--other-country"]);
    }
    let waiting = site.trial.json(&["envelope", "list", "--to", "LK"]);
    assert_eq!(waiting.as_array().map(Vec::len), Some(0), "{waiting}");
    site.ends();
}

#[test]
fn a_refusal_is_told_with_what_the_hub_says() {
    let site = Site::new();
    let file = site.files[0].as_str();
    for door in [Door::Quic, Door::Soap] {
        let send = ["send", file, "--to", "LK9", "--other-country"];
        let output = site.run(door, "AR", &send);
        assert_eq!(output.status.code(), Some(1), "{}", told(&output));
        let said = told(&output);
        assert!(said.contains(" FailedDelivery ") && said.contains("LK9"), "{said}");
        let unknown = site.run(door, "AR", &["track", UNKNOWN]);
        assert_eq!(unknown.status.code(), Some(1), "{}", told(&unknown));
        assert_eq!(told(&unknown).trim(), format!("{UNKNOWN} EnvelopeNotExists"));
    }
    // The same under another key is delivered again.
    let [first] = &site.send(Door::Quic, &site.files[..1])[..] else { panic!("one") };
    let again = site.lines(Door::Quic, "AR", &["send", file, "--again", "2"]);
    assert!(!again[0].starts_with(first.as_str()), "{again:?}");
    refused(&site.run(Door::Soap, "AR", &["send", file, "--again", "2"]), 64, &["--again"]);
    site.ends();
}

#[test]
fn a_hub_that_cannot_be_called_is_told_in_one_line() {
    let site = Site::new();
    let file = site.files[0].as_str();
    let stranger = Trial::new();
    let pki = argument(&stranger.path("pki"));
    for door in [Door::Quic, Door::Soap] {
        let url = site.url(door);
        let own = ["--hub", &url, "--as", "AR", "--pki", &pki, "--timeout", "2"];
        let output = run(&[&["send", file][..], &own].concat());
        refused(&output, 69, &["does not answer as it should"]);
        let output = run(&[&["receive", "--into", &pki][..], &own].concat());
        refused(&output, 69, &["the rest waits there"]);
    }
    refused(&site.run(Door::Quic, "XX", &["track", UNKNOWN]), 66, &["XX.pem"]);
    refused(&site.run(Door::Quic, "AR", &["track", "none-of-its"]), 64, &["number"]);
    let url = site.url(Door::Quic);
    assert_eq!(run(&["track", UNKNOWN, "--hub", &url]).status.code(), Some(64));
    assert_eq!(run(&["track", UNKNOWN, "--hub", "http://a:1"]).status.code(), Some(64));
    site.ends();
}

/// More than a process of ours takes without it.
const LARGE_BYTES: usize = 64 << 20;
/// No number of any hub: its time is 1970.
const UNKNOWN: &str = "00000000000000000000000001";
