//! A run as a page that needs nothing else: tables, and charts drawn in place.

use crate::speed::chart::{Chart, Line, STYLE, escape, short};
use crate::speed::report::{Report, Second};
use crate::speed::scenario::Step;

/// The page of one run.
#[must_use]
pub fn page(report: &Report) -> String {
    let body = format!(
        "<h1>{}</h1><p>{}</p>{}{}<h2>Requests</h2>{}<h2>Charts</h2><div class=\"charts\">{}</div>\
         <h2>Machine</h2>{}<h2>Scenario</h2><pre>{}</pre>",
        escape(&report.name),
        escape(&report.scenario.about),
        verdicts(report),
        sums(report),
        steps(report),
        charts(report),
        machine(report),
        escape(&toml::to_string_pretty(&report.scenario).unwrap_or_default()),
    );
    whole(&report.name, &body)
}

/// A page around a body.
pub(crate) fn whole(title: &str, body: &str) -> String {
    let title = escape(title);
    format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\"><title>{title}</title>\
         <style>{PAGE_STYLE}{STYLE}</style></head><body>{body}</body></html>\n"
    )
}

fn verdicts(report: &Report) -> String {
    let mut out = String::new();
    let mut say = |class: &str, text: &str| {
        out.push_str(&format!("<p class=\"{class}\">{}</p>", escape(text)));
    };
    let counts = &report.counts;
    if report.is_good() {
        let text = format!("All {} accepted envelopes are accounted for.", counts.accepted);
        say("good", &text);
    }
    if counts.findings > 0 {
        say("bad", &format!("The hub broke {} promises:", counts.findings));
    }
    if !report.settled {
        say("bad", "The accounting did not come to its end in its time.");
    }
    for finding in report.findings.iter().take(LISTED) {
        say("bad", finding);
    }
    for limit in &report.generator_limits {
        say("warn", &format!("The generator was the bottleneck: {limit}."));
    }
    for error in report.errors.iter().take(LISTED) {
        say("warn", error);
    }
    out
}

fn sums(report: &Report) -> String {
    let counts = &report.counts;
    let mut rows = vec![
        ("load", format!("{:.1} s", report.load_seconds)),
        ("requests answered", format!("{}/s", short(report.requests_per_second()))),
        ("accepted", counts.accepted.to_string()),
        ("pulled", counts.pulled.to_string()),
        ("acknowledged", counts.acknowledged.to_string()),
        ("refused", counts.refused.to_string()),
        ("unanswered", counts.unanswered.to_string()),
        ("left out", report.skipped.to_string()),
        ("turned to late, p99", millis(report.lateness.p99_us)),
    ];
    if let Some(hub) = &report.hub {
        let memory = short(hub.memory_most_bytes as f64);
        rows.push(("hub", format!("{:.1} s of CPU, {memory}B of memory", hub.cpu_seconds)));
    }
    if let Some(written) = report.written_per_accepted {
        rows.push(("written to disk per byte accepted", format!("{written:.2}")));
    }
    if let Some(fill) = &report.fill {
        let rate = short(fill.envelopes as f64 / fill.seconds.max(1e-6));
        rows.push(("backlog", format!("{} envelopes, filled at {rate}/s", fill.envelopes)));
    }
    table(&["", ""], rows.into_iter().map(|(name, value)| vec![name.to_owned(), value]))
}

fn steps(report: &Report) -> String {
    let head = [
        "request",
        "answered",
        "per second",
        "refused",
        "unanswered",
        "wrong",
        "p50",
        "p90",
        "p99",
        "p99.9",
        "longest",
        "p99 uncorrected",
    ];
    let rows = report.steps.iter().map(|(step, figures)| {
        let (counts, latency) = (&figures.counts, &figures.latency);
        let mut row = vec![name(*step).to_owned(), counts.done.to_string()];
        row.push(short(figures.per_second));
        row.extend([counts.refused, counts.unanswered, counts.wrong].map(|n| n.to_string()));
        let quantiles =
            [latency.p50_us, latency.p90_us, latency.p99_us, latency.p999_us, latency.most_us];
        row.extend(quantiles.map(millis));
        row.push(millis(figures.service.p99_us));
        row
    });
    table(&head, rows)
}

/// The charts of one run.
fn charts(report: &Report) -> String {
    let over = |value: fn(&Second) -> f64| -> Vec<(f64, f64)> {
        report.seconds.iter().map(|second| (second.at, value(second))).collect()
    };
    let chart =
        |title: &str, lines: Vec<Line>| Chart { title, below: "seconds", marks: &[], lines }.svg();
    let written = over(|s| {
        if s.accepted_bytes == 0 {
            f64::NAN
        } else {
            s.hub_written_bytes as f64 / s.accepted_bytes as f64
        }
    });
    [
        chart(
            "Throughput, per second",
            vec![
                Line::new("requests", over(|s| s.requests_per_second)),
                Line::new("accepted", over(|s| s.accepted_per_second)),
                Line::new("pulled", over(|s| s.pulled_per_second)),
                Line::new("acknowledged", over(|s| s.acknowledged_per_second)),
            ],
        ),
        chart(
            "Latency of all requests, ms",
            vec![
                Line::new("p50", over(|s| s.p50_us as f64 / 1000.0)),
                Line::new("p99", over(|s| s.p99_us as f64 / 1000.0)),
                Line::new("p99.9", over(|s| s.p999_us as f64 / 1000.0)),
            ],
        ),
        quantiles(
            report
                .steps
                .iter()
                .map(|(step, figures)| (name(*step).to_owned(), figures.latency.curve.as_slice())),
        ),
        chart(
            "Envelopes that wait, and requests in flight",
            vec![
                Line::new("accepted, not acknowledged", over(|s| s.pending as f64)),
                Line::new("in flight", over(|s| s.in_flight as f64)),
            ],
        ),
        chart(
            "CPU, cores",
            vec![
                Line::new("hub", over(|s| s.hub_cores)),
                Line::new("generator", over(|s| s.generator_cores)),
            ],
        ),
        chart(
            "Memory, MiB",
            vec![
                Line::new("hub", over(|s| s.hub_memory_bytes as f64 / f64::from(1 << 20))),
                Line::new(
                    "generator",
                    over(|s| s.generator_memory_bytes as f64 / f64::from(1 << 20)),
                ),
            ],
        ),
        chart("Bytes written to disk per byte accepted", vec![Line::new("ratio", written)]),
        chart(
            "Refused, unanswered and wrong",
            vec![Line::new("errors", over(|s| s.errors as f64))],
        ),
    ]
    .concat()
}

/// Latency by quantile, the axis stretched towards 1.
pub(crate) fn quantiles<'a>(
    curves: impl IntoIterator<Item = (String, &'a [(f64, u64)])>,
) -> String {
    let place = |quantile: f64| -(1.0 - quantile).log10();
    let lines = curves.into_iter().map(|(name, curve)| {
        let points = curve.iter().map(|(q, us)| (place(*q), *us as f64 / 1000.0));
        Line::new(&name, points)
    });
    let marks = [
        (0.0, "0"),
        (1.0, "90 %"),
        (2.0, "99 %"),
        (3.0, "99.9 %"),
        (4.0, "99.99 %"),
        (5.0, "99.999 %"),
    ];
    let title = "Latency by quantile, ms";
    Chart { title, below: "quantile", marks: &marks, lines: lines.collect() }.svg()
}

fn machine(report: &Report) -> String {
    let machine = &report.machine;
    let memory = short(machine.memory_bytes as f64);
    let rows = [
        ("cores", machine.cores.to_string()),
        ("processor", machine.processor.clone()),
        ("memory", format!("{memory}B")),
        ("kernel", machine.kernel.clone()),
        ("generator's threads", report.scenario.generator.threads.to_string()),
    ];
    table(&["", ""], rows.into_iter().map(|(name, value)| vec![name.to_owned(), value]))
}

pub(crate) fn table(head: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let cells = |tag: &str, row: Vec<String>| {
        let cells = row.iter().map(|cell| format!("<{tag}>{}</{tag}>", escape(cell)));
        format!("<tr>{}</tr>", cells.collect::<String>())
    };
    let head: String = if head.iter().all(|word| word.is_empty()) {
        String::new()
    } else {
        cells("th", head.iter().map(|word| (*word).to_owned()).collect())
    };
    let rows: String = rows.into_iter().map(|row| cells("td", row)).collect();
    format!("<div class=\"wide\"><table>{head}{rows}</table></div>")
}

pub(crate) fn millis(us: u64) -> String {
    format!("{} ms", short(us as f64 / 1000.0))
}

/// What a kind of request is called.
pub(crate) fn name(step: Step) -> &'static str {
    match step {
        Step::Deliver => "deliver",
        Step::Track => "track",
        Step::Headers => "headers",
        Step::Pull => "pull",
        Step::PullSingle => "pull single",
        Step::Acknowledge => "acknowledge",
        Step::UnderDelivery => "under delivery",
        Step::Cycle => "cycle",
    }
}

/// Findings and errors on a page; the JSON has all of them.
const LISTED: usize = 50;

const PAGE_STYLE: &str = ":root{color-scheme:light dark}\
    body{font:16px/1.5 system-ui,sans-serif;max-width:1360px;margin:1.5rem auto;padding:0 1rem}\
    h1,h2{line-height:1.2}table{border-collapse:collapse;font-variant-numeric:tabular-nums}\
    td,th{padding:.2rem .8rem .2rem 0;text-align:left;border-bottom:1px solid #8884}\
    .wide{overflow-x:auto}pre{overflow-x:auto;font-size:.85rem}\
    .charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(420px,1fr));gap:1.2rem}\
    .good{color:#1b7f4b;font-weight:600}.bad{color:#c23b55;font-weight:600}.warn{color:#b36a10}";
