//! A comparison as a page that needs nothing else.

use crate::compare::goals::goals;
use crate::compare::table::{HEAD, limit, named_once, of_goal, row, settings};
use crate::compare::{Comparison, Entry, Group, Round};
use crate::speed::chart::{Chart, Line, escape, short};
use crate::speed::html::{table, whole};

/// The page of a comparison.
#[must_use]
pub fn page(comparison: &Comparison) -> String {
    let mut body = format!("<h1>{TITLE}</h1><p>{}</p>", escape(&about(comparison)));
    for skipped in &comparison.skipped {
        let text = format!("{} was skipped: {}", skipped.name, skipped.why);
        body.push_str(&said("warn", &text));
    }
    body.push_str(&wanted(comparison));
    for group in Group::ALL {
        body.push_str(&of_group(comparison, group));
    }
    body.push_str("<h2>How each was set up and driven</h2>");
    for entry in named_once(comparison) {
        let rows = settings(entry).map(|(name, value)| vec![name.clone(), value.clone()]);
        body.push_str(&format!("<h3>{}</h3>{}", escape(&entry.name), table(&["", ""], rows)));
    }
    body.push_str("<h2>Machine</h2>");
    body.push_str(&machine(comparison));
    whole(TITLE, &body)
}

fn about(comparison: &Comparison) -> String {
    format!(
        "Each contender publishes durably, delivers and takes a durable acknowledgement, {} at once, \
         in turn with the others, for {} s each time. Figures are the middle ones of the rounds. CPU \
         and bytes written to files are those of all processes of a contender, bytes sent to the disk \
         those of the machine in its turn, for each message. Added to each sync were the \
         milliseconds that stand beside.",
        comparison.in_flight,
        short(comparison.round_seconds)
    )
}

fn said(class: &str, text: &str) -> String {
    format!("<p class=\"{class}\">{}</p>", escape(text))
}

fn wanted(comparison: &Comparison) -> String {
    let goals = goals(comparison);
    if goals.is_empty() {
        return String::new();
    }
    let said = goals.iter().map(|goal| {
        let class = if goal.is_reached() { "good" } else { "bad" };
        said(class, &of_goal(goal))
    });
    format!("<h2>What is wanted</h2>{}", said.collect::<String>())
}

fn of_group(comparison: &Comparison, group: Group) -> String {
    let entries: Vec<&Entry> =
        comparison.entries.iter().filter(|entry| entry.group == group).collect();
    if entries.is_empty() {
        return String::new();
    }
    let rows = entries.iter().map(|entry| row(comparison, entry).to_vec());
    let mut out = format!("<h2>{}</h2>{}", escape(group.title()), table(&HEAD, rows));
    let limits = entries.iter().filter_map(|entry| limit(entry));
    out.extend(limits.map(|text| said("warn", &text)));
    let errors = entries.iter().flat_map(|entry| {
        let errors = entry.rounds.iter().flat_map(|round| &round.errors).take(3);
        errors.map(|error| said("bad", &format!("{} failed: {error}", entry.name)))
    });
    out.extend(errors);
    let mut sizes: Vec<usize> = entries.iter().map(|entry| entry.kib).collect();
    sizes.sort_unstable();
    sizes.dedup();
    out.push_str("<div class=\"charts\">");
    for kib in sizes {
        let same: Vec<&Entry> = entries.iter().copied().filter(|entry| entry.kib == kib).collect();
        for (title, of) in FIGURES {
            out.push_str(&chart(&format!("{title}, {kib} KiB"), &same, of));
        }
    }
    out.push_str("</div>");
    out
}

/// A figure of each contender over the delay of syncs, or side by side if there is but one delay.
fn chart(title: &str, entries: &[&Entry], of: Figure) -> String {
    let mut delays: Vec<u64> = entries.iter().map(|entry| entry.sync_delay_ms).collect();
    delays.sort_unstable();
    delays.dedup();
    let mut names: Vec<&str> = Vec::new();
    for entry in entries.iter().filter(|entry| of_use(entry, of)) {
        if !names.contains(&entry.name.as_str()) {
            names.push(&entry.name);
        }
    }
    if let [_] = delays.as_slice() {
        let bars = entries.iter().filter(|entry| of_use(entry, of));
        return sheet(title, bars.map(|entry| (entry.name.as_str(), entry.median(of))).collect());
    }
    let lines = names.iter().map(|name| {
        let own = entries.iter().filter(|entry| entry.name == **name);
        Line::new(name, own.map(|entry| (entry.sync_delay_ms as f64, entry.median(of))))
    });
    let words: Vec<String> = delays.iter().map(u64::to_string).collect();
    let marks: Vec<(f64, &str)> =
        delays.iter().zip(&words).map(|(delay, word)| (*delay as f64, word.as_str())).collect();
    let below = "milliseconds added to each sync";
    Chart { title, below, marks: &marks, lines: lines.collect() }.svg()
}

/// The ceiling of the protocol writes nothing.
fn of_use(entry: &Entry, of: Figure) -> bool {
    entry.median(of) > 0.0
}

/// Bars, with a name before and a figure behind each.
fn sheet(title: &str, bars: Vec<(&str, f64)>) -> String {
    let most = bars.iter().map(|(_, value)| *value).fold(f64::MIN_POSITIVE, f64::max);
    let height = BAR * bars.len() as f64;
    let title = escape(title);
    let mut out = format!(
        "<figure><figcaption>{title}</figcaption>\
         <svg viewBox=\"0 0 640 {height}\" role=\"img\" aria-label=\"{title}\">"
    );
    for (number, (name, value)) in bars.into_iter().enumerate() {
        let top = BAR * number as f64;
        let (text, width) = (top + 15.0, value / most * BAR_LONGEST);
        let (name, figure) = (escape(name), short(value));
        out.push_str(&format!(
            "<text x=\"0\" y=\"{text}\">{name}</text><rect x=\"110\" y=\"{}\" width=\"{width:.1}\" \
             height=\"16\" fill=\"#2a6fdb\"/><text x=\"{:.1}\" y=\"{text}\">{figure}</text>",
            top + 3.0,
            116.0 + width,
        ));
    }
    out.push_str("</svg></figure>");
    out
}

fn machine(comparison: &Comparison) -> String {
    let machine = &comparison.machine;
    let rows = [
        ("cores", machine.cores.to_string()),
        ("processor", machine.processor.clone()),
        ("memory", format!("{}B", short(machine.memory_bytes as f64))),
        ("kernel", machine.kernel.clone()),
        ("disk", comparison.syncs.told()),
        ("generator's threads", "1".to_owned()),
    ];
    table(&["", ""], rows.into_iter().map(|(name, value)| vec![name.to_owned(), value]))
}

/// A figure of a round.
type Figure = fn(&Round) -> f64;

/// What is drawn, for each size.
const FIGURES: [(&str, Figure); 4] = [
    ("Messages in a second", Round::per_second),
    ("CPU of a message, us", |round| round.each(round.cpu_seconds * 1e6)),
    ("Bytes sent to the disk for a message", Round::disk_each),
    ("One message in a hundred takes longer, ms", |round| round.p99_us as f64 / 1000.0),
];
const TITLE: &str = "The hub beside its ceilings and its peers";
const BAR: f64 = 22.0;
const BAR_LONGEST: f64 = 440.0;
