//! Pulls and lists behind 1,000 envelopes that wait, and behind a million (`PHYTOHUB_BACKLOG`
//! says another number), in one run: how long they take, what the backlog costs in memory, and how
//! long a hub takes to start on it, after SIGKILL and after a stop.
//!
//! Filling, starting and resident memory are those of processes of their own: this program under
//! other words. The run fails if the long backlog makes anything noticeably slower.

#![forbid(unsafe_code)]

use std::hint::black_box;
use std::io::{BufRead, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use bytes::Bytes;
use phytohub_benches::office::Office;
use phytohub_domain::{ConnectionMode, ContentForm, ContentHash, Limits};
use phytohub_exchange::Caller;
use phytohub_store::{NewContent, NewEnvelope, Store, StoreConfig};
use phytohub_telemetry::Actor;
use phytohub_wire::soap::{self, Request, Text, client};
use tokio::runtime::Runtime;
use tokio::task::JoinSet;

fn main() {
    let words: Vec<String> = std::env::args().collect();
    match words.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        [_, FILL, place, count] => fill(Path::new(place), count.parse().expect("a number")),
        [_, START, place] => start(Path::new(place)),
        [_, .., "--list"] => {}
        _ => compare(),
    }
}

#[expect(clippy::print_stdout, reason = "the figures are what the run is for")]
fn compare() {
    let many = std::env::var("PHYTOHUB_BACKLOG").map_or(MANY, |n| n.parse().expect("a number"));
    let places = [tempfile::tempdir().expect("a place"), tempfile::tempdir().expect("another")];
    let [few_at, many_at] = places.each_ref().map(tempfile::TempDir::path);
    let few = prepare(few_at, FEW);
    let much = prepare(many_at, many);
    let grown = much.resident.saturating_sub(few.resident) as f64 / (many - FEW) as f64;
    println!(
        "pull_backlog/memory few={} KiB many={} KiB more={grown:.1} bytes an envelope",
        few.resident >> 10,
        much.resident >> 10
    );

    let runtime = Runtime::new().expect("a runtime");
    let offices = [few_at, many_at].map(|place| Office::open(StoreConfig::new(place)));
    let times = runtime.block_on(measure(&offices));
    let mut ratios = Vec::new();
    for (name, [few, many]) in times {
        let ratio = many.as_secs_f64() / few.as_secs_f64();
        println!("pull_backlog/{name} few={few:.1?} many={many:.1?} ratio={ratio:.2}");
        ratios.push((name, ratio));
    }
    offices.into_iter().for_each(Office::close);

    assert!(grown < BYTES_AN_ENVELOPE_MAX, "an envelope that waits costs {grown:.1} bytes");
    for (what, took) in [("SIGKILL", much.after_kill), ("a stop", much.after_stop)] {
        assert!(took < START_TIME_MAX, "starting after {what} took {took:.1?}");
    }
    for (name, ratio) in ratios {
        let most = if name == "list" { LIST_RATIO_MAX } else { PULL_RATIO_MAX };
        assert!(ratio <= most, "{name} takes {ratio:.2} times as long behind many");
    }
}

/// What processes on one directory showed.
struct Shown {
    after_kill: Duration,
    after_stop: Duration,
    resident: usize,
}

/// Fills a store in a process that is killed, starts a hub on it, stops that, and starts another.
#[expect(clippy::print_stdout, reason = "the figures are what the run is for")]
fn prepare(place: &Path, count: usize) -> Shown {
    let place = place.to_str().expect("a path in UTF-8");
    let filling = now();
    let mut filler = Process::start(&[FILL, place, &count.to_string()]);
    assert_eq!(filler.line(), "filled");
    let filling = filling.elapsed();
    filler.kill();
    let (after_kill, _) = starts(place);
    let (after_stop, resident) = starts(place);
    println!(
        "pull_backlog/start waiting={count} after_kill={after_kill:.1?} after_stop={after_stop:.1?} \
         (filled in {:.0} s)",
        filling.as_secs_f64()
    );
    Shown { after_kill, after_stop, resident }
}

/// Starts a hub, which pulls, and stops it.
fn starts(place: &str) -> (Duration, usize) {
    let begun = now();
    let mut process = Process::start(&[START, place]);
    assert_eq!(process.line(), "started");
    let took = begun.elapsed();
    let resident = process.line().parse().expect("a number of bytes");
    process.finish();
    (took, resident)
}

/// Delivers past what the hub allows one sender, and waits to be killed.
fn fill(place: &Path, count: usize) {
    let runtime = Runtime::new().expect("a runtime");
    let office = Office::open(StoreConfig::new(place));
    runtime.block_on(async {
        office.register("NO", NO).await;
        office.register("LK", LK).await;
        deliver(&office, count).await;
    });
    say("filled");
    // The other end of it is never closed before this process is killed.
    let _ = std::io::stdin().read_line(&mut String::new());
}

async fn deliver(office: &Office, count: usize) {
    let [from, to] = [NO, LK].map(|byte| office.caller(byte));
    let mut tasks = JoinSet::new();
    for task in 0..IN_FLIGHT {
        let (store, from, to) = (office.store.clone(), from.clone(), to.clone());
        // The first ones take what does not come out even.
        let own = count / IN_FLIGHT + usize::from(task < count % IN_FLIGHT);
        tasks.spawn(async move {
            for place in 0..own {
                accept(&store, (&from, &to), format!("{task}/{place}")).await;
            }
        });
    }
    tasks.join_all().await;
}

async fn accept(store: &Store, (from, to): (&Caller, &Caller), number: String) {
    let (from, to) = (&from.connection, &to.connection);
    let hash = ContentHash([7; 32]);
    let content = NewContent { raw: Bytes::from_static(&CONTENT), form: ContentForm::Plain, hash };
    let mut new = NewEnvelope::new(
        (from.code.clone(), from.id),
        (to.code.to_string(), Some(to.id)),
        ConnectionMode::Test,
        Actor::hub(),
        content,
    );
    (new.certificate_type, new.certificate_status) = (851, 70);
    new.nppo_certificate_number = number;
    store.accept(new).await.expect("accepted");
}

/// A hub that starts, serves its recipient for a while, and stops.
fn start(place: &Path) {
    let office = Office::open(StoreConfig::new(place));
    let runtime = Runtime::new().expect("a runtime");
    let caller = office.caller(LK);
    say("started");
    runtime.block_on(async {
        for _ in 0..ROUNDS {
            round(&office, &caller).await;
        }
        // What is there when it is started next is in its log.
        deliver(&office, DELIVERED_BEFORE_STOP).await;
    });
    say(&resident().to_string());
    office.close();
}

/// The middle times of each kind of request, of both hubs, which take turns.
async fn measure(offices: &[Office; 2]) -> [(&'static str, [Duration; 2]); 3] {
    let callers = offices.each_ref().map(|office| office.caller(LK));
    let mut times: [[Vec<Duration>; 2]; 3] = Default::default();
    for number in 0..ROUNDS + WARM_UP {
        for (place, (office, caller)) in offices.iter().zip(&callers).enumerate() {
            let took = round(office, caller).await;
            if number >= WARM_UP {
                for (kind, took) in took.into_iter().enumerate() {
                    times[kind][place].push(took);
                }
            }
        }
    }
    let [list, pull, single] = times.map(|both| {
        both.map(|mut times| {
            times.sort();
            times[times.len() / 2]
        })
    });
    [("list", list), ("pull", pull), ("pull_single", single)]
}

/// A list, a pull of all, and single pulls of some that were listed.
async fn round(office: &Office, caller: &Caller) -> [Duration; 3] {
    let hub = &office.hub;
    let begun = now();
    let listed = hub.get_import_envelope_headers(caller, None).await.expect("answered");
    let listing = begun.elapsed();
    assert_eq!(listed.len(), Limits::default().list_headers);
    let begun = now();
    let pulled = hub.pull_import_envelope(caller, |_| true).await.expect("answered");
    let pulling = begun.elapsed();
    assert_eq!(pulled.len(), Limits::default().pull_envelopes);
    let picked = listed.iter().step_by(listed.len() / SINGLES).take(SINGLES);
    let numbers: Vec<_> = picked
        .map(|header| text(header.hub_delivery_number.as_deref().expect("it has a number")))
        .collect();
    let begun = now();
    for number in &numbers {
        black_box(hub.pull_single_import_envelope(caller, number).await.expect("answered"));
    }
    [listing, pulling, begun.elapsed() / u32::try_from(SINGLES).expect("few")]
}

/// A number as it stands in a request.
fn text(number: &str) -> Text {
    let body = Bytes::from(client::pull_single_import_envelope(number));
    match soap::read_request(body, None, &Limits::default()) {
        Ok(Request::PullSingleImportEnvelope { hub_tracking_number }) => hub_tracking_number,
        other => unreachable!("another request: {other:?}"),
    }
}

/// This program under other words.
struct Process {
    child: Child,
    lines: BufReader<std::process::ChildStdout>,
}

impl Process {
    fn start(words: &[&str]) -> Self {
        let own = std::env::current_exe().expect("this program has a path");
        let mut command = Command::new(own);
        command.args(words).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().expect("it starts");
        let lines = BufReader::new(child.stdout.take().expect("piped"));
        Self { child, lines }
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.lines.read_line(&mut line).expect("it says something");
        line.trim_end().to_owned()
    }

    fn kill(mut self) {
        self.child.kill().expect("it runs");
        self.child.wait().expect("it ends");
    }

    fn finish(mut self) {
        assert!(self.child.wait().expect("it ends").success(), "it stops well");
    }
}

fn say(line: &str) {
    let mut out = std::io::stdout();
    writeln!(out, "{line}").and_then(|()| out.flush()).expect("somebody listens");
}

#[expect(clippy::disallowed_methods, reason = "a bench measures with the real clock")]
fn now() -> Instant {
    Instant::now()
}

/// Bytes of this process in memory.
fn resident() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let number = line.and_then(|line| line.split_whitespace().next()?.parse::<usize>().ok());
    number.unwrap_or_default() << 10
}

/// First words of processes of their own.
const FILL: &str = "fill";
const START: &str = "start";
/// Bytes of the certificates of sender and recipient.
const NO: u8 = 1;
const LK: u8 = 2;
/// As many as one list tells: with fewer the lists themselves would be shorter.
const FEW: usize = 1000;
/// Ten days of the whole world's 100,000 a day for one country that is away.
const MANY: usize = 1_000_000;
static CONTENT: [u8; 1 << 10] = [b'x'; 1 << 10];
const IN_FLIGHT: usize = 512;
const DELIVERED_BEFORE_STOP: usize = 500;
const ROUNDS: usize = 60;
const WARM_UP: usize = 10;
const SINGLES: usize = 50;
const PULL_RATIO_MAX: f64 = 1.2;
/// A thousand headers of many come from tables each time, those of few from the block cache: that,
/// and not the length of the backlog, is the difference.
const LIST_RATIO_MAX: f64 = 1.5;
const BYTES_AN_ENVELOPE_MAX: f64 = 100.0;
const START_TIME_MAX: Duration = Duration::from_secs(10);
