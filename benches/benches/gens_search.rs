//! Pages of the national system over 1,000 and over 1,000,000 certificates (as many issued as
//! received): home, search by everything that can be searched by, inbox, counts; the first page and
//! pages deep down; as the authority and as an applicant see them.
//!
//! What is compared is a page as a browser gets it: from the request, over a kept line to the hub
//! that an operator runs, to the page's last byte. Both databases are asked side by side; the run
//! fails if a page takes more than twice as long over the large one. What criterion measures is the
//! system without the hub, and so are pages while 20 users save drafts at once.
//!
//! The databases are filled by statements on the file, in bulk, from one certificate that the
//! service made; that the rows are as the service writes them is checked against that one.

#![forbid(unsafe_code)]

#[path = "gens_search/fill.rs"]
mod fill;
#[path = "gens_search/hub.rs"]
mod hub;
#[path = "gens_search/office.rs"]
mod office;

use std::time::{Duration, Instant};

use criterion::{BenchmarkId, Criterion};

use office::Office;

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    let offices = [Office::of(SMALL), Office::of(LARGE)];
    measure(&mut criterion, &offices);
    criterion.final_summary();
    let slow = compare(&offices);
    crowd(&offices);
    assert!(slow.is_empty(), "slower than {RATIO_MAX} times: {slow:?}");
}

/// A page by what it is, who asks, and its address; `{deep}` is a place far down the list.
type Case = (&'static str, Who, &'static str);

#[derive(Clone, Copy, Debug)]
enum Who {
    Officer,
    Issuer,
    Importer,
    Applicant,
}

impl Who {
    const fn name(self) -> &'static str {
        match self {
            Self::Officer => "officer",
            Self::Issuer => "issuer",
            Self::Importer => "importer",
            Self::Applicant => "trader",
        }
    }
}

const CASES: &[Case] = &[
    ("home", Who::Officer, ""),
    ("home", Who::Issuer, ""),
    ("home", Who::Importer, ""),
    ("home", Who::Applicant, ""),
    ("list", Who::Officer, "certificates"),
    ("list-deep", Who::Officer, "certificates?after={deep}"),
    ("list", Who::Applicant, "certificates"),
    ("list-deep", Who::Applicant, "certificates?after={deep}"),
    ("state", Who::Officer, "certificates?state=delivered"),
    ("state-deep", Who::Officer, "certificates?state=delivered&after={deep}"),
    ("state-rare", Who::Officer, "certificates?state=failed"),
    ("state", Who::Applicant, "certificates?state=delivered"),
    ("number", Who::Officer, "certificates?q=GH-2026-0000500"),
    ("number", Who::Applicant, "certificates?q=GH-2026-0000500"),
    ("party-frequent", Who::Officer, "certificates?q=sons"),
    ("party-frequent-deep", Who::Officer, "certificates?q=sons&after={deep}"),
    ("party-frequent", Who::Applicant, "certificates?q=sons"),
    ("party-rare", Who::Officer, "certificates?q=trading+77"),
    ("commodity-frequent", Who::Officer, "certificates?q=apples"),
    ("commodity-frequent-deep", Who::Officer, "certificates?q=apples&after={deep}"),
    ("commodity-frequent", Who::Applicant, "certificates?q=apples"),
    ("commodity-rare", Who::Officer, "certificates?q=raremelon"),
    ("country", Who::Officer, "certificates?q=NL"),
    ("country-and-commodity", Who::Officer, "certificates?q=NL+apples"),
    ("country-and-commodity-deep", Who::Officer, "certificates?q=NL+apples&after={deep}"),
    ("words-and-state", Who::Officer, "certificates?q=sons&state=delivered"),
    ("words-and-rare-state", Who::Officer, "certificates?q=sons&state=failed"),
    ("nothing-found", Who::Officer, "certificates?q=nowhere"),
    ("dates-recent", Who::Officer, "certificates?from={recent}"),
    ("dates-old", Who::Officer, "certificates?from=2021-06-01&to=2025-06-01"),
    ("dates-old", Who::Applicant, "certificates?from=2021-06-01&to=2025-06-01"),
    ("dates-and-words", Who::Officer, "certificates?q=apples&from=2021-06-01&to=2025-06-01"),
    ("dates-and-state", Who::Officer, "certificates?state=delivered&from=2021-06-01&to=2025-06-01"),
    ("inbox", Who::Importer, "imports"),
    ("inbox-deep", Who::Importer, "imports?after={deep}"),
    ("inbox-undecided", Who::Importer, "imports?state=undecided"),
    ("inbox-number", Who::Importer, "imports?q=US-2026-0000500"),
    ("inbox-party-frequent", Who::Importer, "imports?q=sons"),
    ("inbox-party-frequent-deep", Who::Importer, "imports?q=sons&after={deep}"),
    ("inbox-commodity-rare", Who::Importer, "imports?q=raremelon"),
    ("inbox-country-and-commodity", Who::Importer, "imports?q=NL+apples"),
    ("inbox-dates-old", Who::Importer, "imports?from=2021-06-01&to=2025-06-01"),
    ("inbox-dates-and-words", Who::Importer, "imports?q=apples&from=2021-06-01&to=2025-06-01"),
    ("counts", Who::Officer, "statistics"),
    ("counts", Who::Applicant, "statistics"),
];

fn measure(criterion: &mut Criterion, offices: &[Office; 2]) {
    let mut group = criterion.benchmark_group("gens/page");
    for (name, who, path) in CASES {
        for office in offices {
            let (browser, path) = (office.browser(who.name()), office.path(path));
            let id = BenchmarkId::new(format!("{name}-{who:?}"), office.size);
            group.bench_function(id, |bencher| bencher.iter(|| browser.get(&path)));
        }
    }
    group.finish();
}

#[expect(clippy::print_stdout, reason = "the ratios are what the run is for")]
fn compare(offices: &[Office; 2]) -> Vec<String> {
    let mut slow = Vec::new();
    for (name, who, path) in CASES {
        let mut pages =
            offices.each_ref().map(|office| (office.line(who.name()), office.path(path)));
        let mut best = [Duration::MAX; 2];
        for _ in 0..ROUNDS {
            for (best, (line, path)) in best.iter_mut().zip(&mut pages) {
                *best = (*best).min(time(|| line.get(path)));
            }
        }
        let [small, large] = best.map(|time| time.as_secs_f64() * 1000.0);
        let ratio = large / small;
        println!("gens/page {name} {who:?} small={small:.2}ms large={large:.2}ms ratio={ratio:.2}");
        if ratio > RATIO_MAX {
            slow.push(format!("{name} {who:?} {ratio:.2}"));
        }
    }
    slow
}

/// Pages while 20 users save drafts: what readers wait for writers.
#[expect(clippy::print_stdout, reason = "the times are what the run is for")]
#[expect(clippy::disallowed_methods, reason = "a crowd of users is a crowd of threads")]
fn crowd(offices: &[Office; 2]) {
    for office in offices {
        let browser = office.browser(Who::Officer.name());
        let paths = ["certificates", "certificates?q=sons", "", "certificates?q=NL+apples"];
        let pages = |count: usize| {
            let mut times: Vec<Duration> =
                (0..count).map(|place| time(|| browser.get(paths[place % paths.len()]))).collect();
            times.sort_unstable();
            times[times.len() * 99 / 100]
        };
        let alone = pages(PAGES);
        let over = std::sync::atomic::AtomicBool::new(false);
        let (among, saves, started) = std::thread::scope(|scope| {
            let savers: Vec<_> = (0..USERS)
                .map(|_| {
                    let over = &over;
                    scope.spawn(move || office.save_until(over))
                })
                .collect();
            let start = Instant::now();
            let among = pages(PAGES);
            let spent = start.elapsed();
            over.store(true, std::sync::atomic::Ordering::Relaxed);
            let saves: usize = savers.into_iter().map(|one| one.join().expect("it saves")).sum();
            (among, saves, spent)
        });
        println!(
            "gens/crowd size={} alone_p99={alone:.2?} among_{USERS}_savers_p99={among:.2?} \
             saves_per_second={:.0}",
            office.size,
            saves as f64 / started.as_secs_f64(),
        );
    }
}

#[expect(clippy::disallowed_methods, reason = "a bench measures with the real clock")]
fn time<T>(work: impl FnOnce() -> T) -> Duration {
    let start = Instant::now();
    let _ = std::hint::black_box(work());
    start.elapsed()
}

const SMALL: u32 = 1_000;
const LARGE: u32 = 1_000_000;
const RATIO_MAX: f64 = 2.0;
const ROUNDS: usize = 50;
const USERS: usize = 20;
const PAGES: usize = 1_000;
