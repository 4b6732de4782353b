//! What a person at a terminal sees while a run lasts, and what everybody sees at its end.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::speed::chart::short;
use crate::speed::html::name;
use crate::speed::report::{Report, Second};
use crate::speed::run::{Live, Progress};
use crate::speed::scenario::Scenario;

/// A bar with the figures of the last second; nothing where no terminal is.
#[must_use]
pub fn bar(scenario: &Scenario) -> Live {
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
    let template = "{elapsed_precise} {wide_bar} {percent:>3} %\n{msg}";
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar.set_message(scenario.about.clone());
    Box::new(move |progress| match progress {
        Progress::Filling(done, all) => {
            bar.set_length(all);
            bar.set_position(done);
            bar.set_message("filling");
        }
        Progress::Loading(second, seconds) => {
            // In tenths, so that short runs move, too.
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "seconds")]
            let tenths = |time: f64| (time * 10.0) as u64;
            bar.set_length(tenths(seconds));
            bar.set_position(tenths(second.at.min(seconds)));
            bar.set_message(figures(second));
        }
        Progress::Settling => {
            bar.set_message("accounting for everything");
            bar.finish_and_clear();
        }
    })
}

fn figures(second: &Second) -> String {
    format!(
        "accepted {}/s  pulled {}/s  acknowledged {}/s  p50 {:.2} ms  p99 {:.2} ms  in flight {}  errors {}",
        short(second.accepted_per_second.round()),
        short(second.pulled_per_second.round()),
        short(second.acknowledged_per_second.round()),
        second.p50_us as f64 / 1000.0,
        second.p99_us as f64 / 1000.0,
        second.in_flight,
        second.errors
    )
}

/// A run in a few lines.
#[must_use]
pub fn summary(report: &Report) -> String {
    let counts = &report.counts;
    let mut lines = vec![format!(
        "{}: {:.1} s, {:.0} requests/s; accepted {}  pulled {}  acknowledged {}  refused {}  unanswered {}",
        report.name,
        report.load_seconds,
        report.requests_per_second(),
        counts.accepted,
        counts.pulled,
        counts.acknowledged,
        counts.refused,
        counts.unanswered
    )];
    for (step, figures) in &report.steps {
        let (latency, ms) = (&figures.latency, |us: u64| us as f64 / 1000.0);
        lines.push(format!(
            "  {:<14} {:>9.1}/s  p50 {:>8.2}  p99 {:>8.2}  p99.9 {:>8.2}  longest {:>8.2} ms",
            name(*step),
            figures.per_second,
            ms(latency.p50_us),
            ms(latency.p99_us),
            ms(latency.p999_us),
            ms(latency.most_us)
        ));
    }
    if let Some(fill) = &report.fill {
        let rate = fill.envelopes as f64 / fill.seconds.max(1e-6);
        lines.push(format!("  backlog: {} envelopes, filled at {rate:.0}/s", fill.envelopes));
    }
    if let Some(hub) = &report.hub {
        let written = report.written_per_accepted.unwrap_or_default();
        lines.push(format!(
            "  hub: {:.1} s of CPU, {:.0} MiB of memory, {written:.2} bytes written per byte accepted",
            hub.cpu_seconds,
            hub.memory_most_bytes as f64 / f64::from(1 << 20)
        ));
    }
    for limit in &report.generator_limits {
        lines.push(format!("  the generator was the bottleneck: {limit}"));
    }
    for error in report.errors.iter().take(ERRORS_TOLD) {
        lines.push(format!("  error: {error}"));
    }
    for finding in &report.findings {
        lines.push(format!("  found: {finding}"));
    }
    lines.push(if report.is_good() {
        format!("  all {} accepted envelopes are accounted for", counts.accepted)
    } else if report.settled {
        format!("  {} promises were broken", counts.findings)
    } else {
        format!(
            "  the accounting did not come to its end; {} promises were broken",
            counts.findings
        )
    });
    lines.join("\n")
}

/// On the terminal; the reports have more.
const ERRORS_TOLD: usize = 5;
