//! Two runs side by side.

use crate::speed::chart::{Chart, Line, escape, short};
use crate::speed::html::{self, millis, name, quantiles, whole};
use crate::speed::report::{Report, Second};

/// One figure of both runs.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Row {
    /// What it is.
    pub name: String,
    /// In words, of each run.
    pub values: [String; 2],
    /// The second's through the first's; none where the first is 0.
    pub ratio: Option<f64>,
}

impl Row {
    fn new(name: String, values: [f64; 2], told: impl Fn(f64) -> String) -> Self {
        let ratio = (values[0] != 0.0).then(|| values[1] / values[0]);
        Self { name, values: values.map(told), ratio }
    }
}

/// The figures of two runs, row by row.
#[must_use]
pub fn rows(a: &Report, b: &Report) -> Vec<Row> {
    let both = [a, b];
    let number =
        |name: &str, of: fn(&Report) -> f64| Row::new(name.to_owned(), both.map(of), short);
    let mut rows = vec![
        number("requests answered per second", Report::requests_per_second),
        number("accepted", |r| r.counts.accepted as f64),
        number("acknowledged", |r| r.counts.acknowledged as f64),
        number("refused", |r| r.counts.refused as f64),
        number("unanswered", |r| r.counts.unanswered as f64),
        number("findings", |r| r.counts.findings as f64),
        number("hub, CPU seconds", |r| r.hub.map_or(0.0, |hub| hub.cpu_seconds)),
        number("hub, most memory", |r| r.hub.map_or(0.0, |hub| hub.memory_most_bytes as f64)),
        number("written per byte accepted", |r| r.written_per_accepted.unwrap_or_default()),
        number("generator, CPU seconds", |r| r.generator.cpu_seconds),
    ];
    for (step, first) in &a.steps {
        let Some(second) = b.steps.get(step) else { continue };
        let called = name(*step);
        let rates = [first.per_second, second.per_second];
        rows.push(Row::new(format!("{called}, per second"), rates, short));
        let (one, two) = (&first.latency, &second.latency);
        let quantiles = [
            ("p50", one.p50_us, two.p50_us),
            ("p99", one.p99_us, two.p99_us),
            ("p99.9", one.p999_us, two.p999_us),
            ("longest", one.most_us, two.most_us),
        ];
        for (quantile, one, two) in quantiles {
            let values = [one as f64, two as f64];
            rows.push(Row::new(format!("{called}, {quantile}"), values, |us| {
                #[expect(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "was one"
                )]
                millis(us as u64)
            }));
        }
    }
    rows
}

/// The page of two runs.
#[must_use]
pub fn page(a: &Report, b: &Report) -> String {
    let names = [format!("A {}", a.name), format!("B {}", b.name)];
    let cells = rows(a, b).into_iter().map(|row| {
        let [one, two] = row.values;
        vec![row.name, one, two, row.ratio.map_or_else(String::new, |r| format!("{r:.2}"))]
    });
    let figures = html::table(&["", &names[0], &names[1], "B through A"], cells);
    let over = |title: &str, value: fn(&Second) -> f64| {
        let lines = [a, b].into_iter().zip(&names).map(|(report, name)| {
            Line::new(name, report.seconds.iter().map(|second| (second.at, value(second))))
        });
        Chart { title, below: "seconds", marks: &[], lines: lines.collect() }.svg()
    };
    let mut charts = vec![
        over("Requests answered, per second", |s| s.requests_per_second),
        over("Accepted, per second", |s| s.accepted_per_second),
        over("Latency of all requests, p50, ms", |s| s.p50_us as f64 / 1000.0),
        over("Latency of all requests, p99, ms", |s| s.p99_us as f64 / 1000.0),
        over("CPU of the hub, cores", |s| s.hub_cores),
        over("Memory of the hub, bytes", |s| s.hub_memory_bytes as f64),
    ];
    for (step, first) in &a.steps {
        if let Some(second) = b.steps.get(step) {
            let called = name(*step);
            charts.push(quantiles([
                (format!("{called}, A"), first.latency.curve.as_slice()),
                (format!("{called}, B"), second.latency.curve.as_slice()),
            ]));
        }
    }
    let [one, two] = &names;
    let title = format!("{one} and {two}");
    let limits = [a, b].into_iter().zip(["A", "B"]).flat_map(|(report, which)| {
        report.generator_limits.iter().map(move |limit| {
            let text = format!("{which}: the generator was the bottleneck: {limit}.");
            format!("<p class=\"warn\">{}</p>", escape(&text))
        })
    });
    let body = format!(
        "<h1>{}</h1>{}{figures}<div class=\"charts\">{}</div>",
        escape(&title),
        limits.collect::<String>(),
        charts.concat()
    );
    whole(&title, &body)
}

/// Both runs in a table for a terminal.
#[must_use]
pub fn table(a: &Report, b: &Report) -> String {
    let lines = rows(a, b).into_iter().map(|row| {
        let ratio = row.ratio.map_or_else(String::new, |ratio| format!("{ratio:.2}"));
        let [one, two] = row.values;
        format!("{:<34} {one:>14} {two:>14} {ratio:>8}", row.name)
    });
    let head = format!("{:<34} {:>14} {:>14} {:>8}", "", "A", "B", "B/A");
    std::iter::once(head).chain(lines).collect::<Vec<_>>().join("\n")
}
