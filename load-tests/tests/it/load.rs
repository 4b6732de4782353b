//! Load tests are a judge: they pass a hub that does right, and catch one that does not.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use phytohub_load_tests::hub::{self, Site};
use phytohub_load_tests::speed::countries::CODES;
use phytohub_load_tests::speed::report::Report;
use phytohub_load_tests::speed::run::{self, HubChoice, Options};
use phytohub_load_tests::speed::scenario::{Scenario, Step};
use phytohub_load_tests::speed::{Target, diff, html};
use phytohub_load_tests::stub::Stub;
use tempfile::TempDir;

#[path = "load/fake.rs"]
mod fake;

use fake::Fault;

const CLOSED: &str = "about = 'closed'\nseconds = 1.5\n[countries]\ncount = 4\n\
    [sizes]\nkind = 'mix'\nsizes = [[1, 3], [16, 1]]\n\
    [closed]\nin_flight = 8\n\
    mix = { cycle = 3, track = 1, headers = 1, pull = 1, pull_single = 1, acknowledge = 1 }";

const OPEN: &str = "about = 'open'\nseconds = 60\ntime_compression = 30\n\
    [countries]\ncount = 6\n[partners]\ndead = 1\n\
    [[arrivals]]\nkind = 'poisson'\nper_second = 3\n\
    [[arrivals]]\nkind = 'bursts'\nper_second = 1\nburst = 10\n\
    mix = { deliver = 1, under_delivery = 1 }\n\
    [polling]\nevery_seconds = 10\n[tracking]\nevery_seconds = 10";

fn scenario(text: &str) -> Scenario {
    Scenario::parse(text).expect("a scenario")
}

fn run_on_real_hub(text: &str) -> Report {
    let program = hub::find_program().expect("the hub's program is built");
    let hub = HubChoice::Own { program, server: None };
    let name = "test".to_owned();
    let options = Options { name, scenario: scenario(text), hub, sync_delay: Duration::ZERO };
    run::run(&options, Box::new(|_| {})).expect("the harness works")
}

fn run_on_fake(text: &str, fault: Fault) -> Report {
    let fake = Fake::start(text, fault);
    run::run(&fake.options, Box::new(|_| {})).expect("the harness works")
}

struct Fake {
    options: Options,
    _stub: Stub,
    _dir: TempDir,
}

impl Fake {
    fn start(text: &str, fault: Fault) -> Self {
        let dir = TempDir::new_in(Path::new(env!("CARGO_TARGET_TMPDIR"))).expect("a directory");
        let program = hub::find_program().expect("the hub's program is built");
        let scenario = scenario(text);
        let codes = &CODES[..scenario.countries.count];
        let site = Site::init(&program, &dir.path().join("hub"), codes).expect("init");
        let fake = fake::hub(&site.pki(), codes, fault);
        let stub = Stub::start(&site.pki(), fake).expect("the fake starts");
        let target = Target::own(stub.address());
        let hub = HubChoice::Theirs { target, pki: site.pki(), process: None };
        let name = "fake".to_owned();
        let options = Options { name, scenario, hub, sync_delay: Duration::ZERO };
        Self { options, _stub: stub, _dir: dir }
    }
}

fn assert_good(report: &Report) {
    assert_eq!(report.findings, Vec::<String>::new(), "{:?}", report.counts);
    assert!(report.is_good(), "{:?} {:?}", report.counts, report.errors);
    let counts = &report.counts;
    assert!(counts.accepted > 20, "{counts:?}");
    assert_eq!(counts.unanswered + counts.refused, 0, "{counts:?} {:?}", report.errors);
    assert_eq!(counts.accepted, counts.acknowledged, "all is taken in the end");
}

#[test]
fn a_closed_loop_on_a_real_hub_ends_with_all_accounted_for() {
    let report = run_on_real_hub(CLOSED);
    assert_good(&report);
    for step in [Step::Deliver, Step::PullSingle, Step::Acknowledge, Step::Track, Step::Headers] {
        assert!(report.steps[&step].counts.done > 0, "{step:?}");
    }
    let hub = report.hub.expect("it was ours");
    assert!(hub.cpu_seconds > 0.0 && hub.memory_most_bytes > 1 << 20, "{hub:?}");
    assert!(report.written_per_accepted.is_some());
}

#[test]
fn an_open_loop_on_a_real_hub_ends_with_all_accounted_for() {
    let report = run_on_real_hub(OPEN);
    assert_good(&report);
    for step in [Step::Deliver, Step::Headers, Step::Track, Step::UnderDelivery] {
        assert!(report.steps[&step].counts.done > 0, "{step:?}");
    }
    assert!(report.lateness.count > 0, "the schedule was watched");
}

#[test]
fn slow_partners_and_a_backlog_are_accounted_for_too() {
    let text = "about = 'x'\nseconds = 1\n[countries]\ncount = 4\n\
        [backlog]\nenvelopes = 200\nkib = 0.5\nrecipients = 2\n\
        [partners]\nslow = 1\nslow_bytes_per_second = 50000\nstalled_uploads = 2\n\
        [polling]\nevery_seconds = 0.3\nstyle = 'pull'\naligned = false";
    let report = run_on_real_hub(text);
    assert_good(&report);
    assert_eq!(report.fill.expect("there was a backlog").envelopes, 200);
}

#[test]
fn a_hub_that_does_right_is_found_right() {
    assert_good(&run_on_fake(CLOSED, Fault::Nothing));
}

#[test]
fn a_swallowed_envelope_is_found_with_its_number() {
    let report = run_on_fake(OPEN, Fault::Swallows);
    assert!(!report.is_good());
    assert!(report.counts.unaccounted > 0, "{:?}", report.counts);
    let lost = |text: &String| text.starts_with("Lost: N20 ");
    assert!(report.findings.iter().any(lost), "{:?}", report.findings);
}

#[test]
fn an_envelope_given_twice_is_found() {
    assert_found(Fault::GivesTwice, "Duplicated: ");
}

#[test]
fn an_envelope_offered_after_its_acknowledgement_is_found() {
    assert_found(Fault::ForgetsAcknowledgements, "Undone: ");
}

#[test]
fn a_changed_content_is_found() {
    assert_found(Fault::Changes, "Lost: the content of N");
}

fn assert_found(fault: Fault, words: &str) {
    let report = run_on_fake(CLOSED, fault);
    assert!(!report.is_good());
    let found = |text: &String| text.starts_with(words);
    assert!(report.findings.iter().any(found), "{:?}", report.findings);
}

#[test]
fn a_hub_where_mail_of_others_waits_is_not_loaded() {
    let text = "about = 'x'\nseconds = 0.2\n[countries]\ncount = 2\n[settle]\nby = 'track'\n\
        [closed]\nin_flight = 1\nmix = { deliver = 1 }";
    let fake = Fake::start(text, Fault::Nothing);
    let first = run::run(&fake.options, Box::new(|_| {})).expect("it is empty");
    assert!(first.is_good(), "{:?}", first.findings);
    let second = run::run(&fake.options, Box::new(|_| {}));
    let error = second.expect_err("the first run left something").to_string();
    assert!(error.contains("mail of others"), "{error}");
}

/// The hub does nothing for a second of three: of what should have been asked in that second, half
/// should have waited for half a second or more.
#[test]
fn a_stall_is_seen_by_an_open_loop() {
    let text = "about = 'x'\nseconds = 3\n[countries]\ncount = 2\n\
        [[arrivals]]\nkind = 'constant'\nper_second = 100\nmix = { headers = 1 }";
    let report = run_on_fake(text, Fault::Stalls);
    let latency = &report.steps[&Step::Headers].latency;
    assert!(latency.p90_us > 300_000, "{latency:?}");
}

#[test]
fn a_stall_is_seen_by_a_closed_loop_though_it_kept_it_from_asking() {
    let text = "about = 'x'\nseconds = 3\n[countries]\ncount = 2\n\
        [closed]\nin_flight = 1\nmix = { headers = 1 }";
    let report = run_on_fake(text, Fault::Stalls);
    let headers = &report.steps[&Step::Headers];
    assert!(headers.counts.done > 200, "{:?}", headers.counts);
    assert!(headers.latency.p90_us > 300_000, "{:?}", headers.latency);
    assert!(headers.service.p90_us < headers.latency.p90_us / 2, "one of many: it hides");
}

#[test]
fn scenarios_that_make_no_sense_are_refused_in_words() {
    let base = "about = 'x'\nseconds = 1\n";
    let closed = "[closed]\nin_flight = 1\n";
    let cases = [
        ("seconds = 1\n[closed]\nin_flight = 1", "about"),
        ("about = 'x'\nseconds = 0\n[closed]\nin_flight = 1", "seconds must be above 0"),
        (base, "no load"),
        (&format!("{base}secnds = 3\n{closed}"), "secnds"),
        (&format!("{base}[closed]\nin_flight = 1\nmix = {{ delivr = 1 }}"), "delivr"),
        (&format!("{base}[closed]\nin_flight = 1\nmix = {{ deliver = 0 }}"), "nor all 0"),
        (&format!("{base}[countries]\ncount = 1\n{closed}"), "countries.count"),
        (&format!("{base}[[arrivals]]\nkind = 'bursts'\nper_second = 1"), "burst"),
        (&format!("{base}{closed}[partners]\nslow = 1"), "slow_bytes_per_second"),
        (&format!("{base}{closed}[sizes]\nkind = 'mix'\nsizes = [[0, 1]]"), "KiB"),
        (&format!("{base}{closed}[partners]\ndead = 12"), "alive"),
    ];
    for (text, words) in cases {
        let error = Scenario::parse(text).expect_err(text).to_string();
        assert!(error.contains(words), "{text}: {error}");
    }
}

#[test]
fn every_scenario_that_comes_with_the_harness_makes_sense() {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    let files =
        std::fs::read_dir(dir).expect("a directory").map(|file| file.expect("a file").path());
    let files: Vec<PathBuf> = files.collect();
    assert!(files.len() >= 9, "{files:?}");
    for file in files {
        Scenario::read(&file).expect("it makes sense");
        let text = std::fs::read_to_string(&file).expect("readable");
        assert!(text.starts_with("# "), "{} says what it is for", file.display());
    }
}

#[test]
fn a_report_needs_nothing_from_elsewhere_and_is_read_back() {
    let report = run_on_fake(CLOSED, Fault::Swallows);
    let json = serde_json::to_string(&report).expect("it can be written");
    let again: Report = serde_json::from_str(&json).expect("it can be read");
    assert_eq!(again.counts.accepted, report.counts.accepted);
    for page in [html::page(&report), diff::page(&report, &again)] {
        assert_needs_nothing(&page);
        assert!(page.contains("<polyline"));
    }
    assert!(html::page(&report).contains("N20 "), "findings are on the page");
    let rows = diff::rows(&report, &again);
    assert!(rows.iter().all(|row| row.ratio.is_none_or(|ratio| (ratio - 1.0).abs() < 1e-9)));
}

#[test]
fn the_program_runs_a_scenario_and_its_exit_code_tells() {
    let dir = TempDir::new_in(Path::new(env!("CARGO_TARGET_TMPDIR"))).expect("a directory");
    let file = dir.path().join("small.toml");
    std::fs::write(&file, CLOSED).expect("written");
    let (page, json) = (dir.path().join("small.html"), dir.path().join("small.json"));
    let output = load_program()
        .args(["run", "--seconds", "0.5"])
        .arg(&file)
        .arg("--html")
        .arg(&page)
        .arg("--json")
        .arg(&json)
        .output()
        .expect("it runs");
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{told}{}", String::from_utf8_lossy(&output.stderr));
    assert!(told.contains("are accounted for"), "{told}");
    assert!(page.is_file() && json.is_file());
    let output = load_program().arg("diff").arg(&json).arg(&json).output().expect("it runs");
    assert!(String::from_utf8_lossy(&output.stdout).contains("deliver, p99"));
    let output = load_program().args(["run", "nowhere.toml"]).output().expect("it runs");
    assert_eq!(output.status.code(), Some(64));
}

pub(crate) fn assert_needs_nothing(page: &str) {
    let lower = page.to_lowercase();
    for reference in ["http:", "https:", "//", "src=", "href", "url(", "@import", "<script"] {
        assert!(!lower.contains(reference), "{reference} in {page:.400}");
    }
    assert!(page.contains("<svg"));
}

pub(crate) fn load_program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_phytohub-load"));
    command.env("PHYTOHUB_BIN", hub::find_program().expect("the hub's program is built"));
    command
}
