//! Charts as SVG, drawn here: a report needs nothing from anywhere else.

use std::fmt::Write;

/// One line of a chart.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub(crate) name: String,
    pub(crate) points: Vec<(f64, f64)>,
}

impl Line {
    pub(crate) fn new(name: &str, points: impl IntoIterator<Item = (f64, f64)>) -> Self {
        let points = points.into_iter().filter(|(x, y)| x.is_finite() && y.is_finite());
        Self { name: name.to_owned(), points: points.collect() }
    }
}

/// A chart of lines over one axis.
#[derive(Clone, Debug)]
pub(crate) struct Chart<'a> {
    pub(crate) title: &'a str,
    /// Under the horizontal axis.
    pub(crate) below: &'a str,
    /// Values of the horizontal axis that have a word; seconds if there are none.
    pub(crate) marks: &'a [(f64, &'a str)],
    pub(crate) lines: Vec<Line>,
}

impl Chart<'_> {
    /// The chart as a figure for a page.
    pub(crate) fn svg(&self) -> String {
        let all = || self.lines.iter().flat_map(|line| &line.points);
        if all().next().is_none() {
            return String::new();
        }
        let left = all().map(|(x, _)| *x).fold(f64::INFINITY, f64::min);
        let right = all().map(|(x, _)| *x).fold(left + 1e-9, f64::max);
        let top = nice_above(all().map(|(_, y)| *y).fold(0.0, f64::max));
        let x = |value: f64| LEFT + (value - left) / (right - left) * (WIDTH - LEFT - RIGHT);
        let y = |value: f64| TOP + (1.0 - value / top) * (HEIGHT - TOP - BOTTOM);
        let mut out = format!(
            "<figure><figcaption>{}</figcaption><svg viewBox=\"0 0 {WIDTH} {HEIGHT}\" \
             role=\"img\" aria-label=\"{0}\">",
            escape(self.title)
        );
        let mut draw = |part: std::fmt::Arguments<'_>| {
            let written = out.write_fmt(part);
            debug_assert!(written.is_ok(), "a string takes everything");
        };
        for step in 0..=4 {
            let value = top * f64::from(step) / 4.0;
            let (from, to, at, text) = (LEFT, WIDTH - RIGHT, y(value), short(value));
            draw(format_args!(
                "<path class=\"grid\" d=\"M{from:.1} {at:.1}H{to:.1}\"/>\
                 <text class=\"left\" x=\"{:.1}\" y=\"{:.1}\">{text}</text>",
                from - 6.0,
                at + 4.0
            ));
        }
        let seconds: Vec<(f64, String)> = (0..=4)
            .map(|step| left + (right - left) * f64::from(step) / 4.0)
            .map(|value| (value, short(value)))
            .collect();
        let words = self.marks.iter().map(|(value, text)| (*value, (*text).to_owned()));
        let marks = if self.marks.is_empty() { seconds } else { words.collect() };
        for (value, text) in marks.iter().filter(|(value, _)| (left..=right).contains(value)) {
            let (at, base) = (x(*value), HEIGHT - BOTTOM + 16.0);
            draw(format_args!("<text class=\"under\" x=\"{at:.1}\" y=\"{base}\">{text}</text>"));
        }
        let middle = f64::midpoint(LEFT, WIDTH - RIGHT);
        draw(format_args!(
            "<text class=\"under\" x=\"{middle}\" y=\"{}\">{}</text>",
            HEIGHT - 4.0,
            escape(self.below)
        ));
        for (number, line) in self.lines.iter().enumerate() {
            let points = line.points.iter().map(|(a, b)| format!("{:.1},{:.1}", x(*a), y(*b)));
            let points: Vec<String> = points.collect();
            let colour = number % COLOURS;
            draw(format_args!("<polyline class=\"c{colour}\" points=\"{}\"/>", points.join(" ")));
        }
        out.push_str("</svg><p class=\"legend\">");
        for (number, line) in self.lines.iter().enumerate() {
            let (colour, name) = (number % COLOURS, escape(&line.name));
            out.push_str(&format!("<span class=\"c{colour}\">{name}</span> "));
        }
        out.push_str("</p></figure>");
        out
    }
}

/// Text for a page.
pub(crate) fn escape(text: &str) -> String {
    crate::content::escape(text).replace('"', "&quot;")
}

/// The next of 1, 2, 2.5, 5 times a power of ten.
fn nice_above(value: f64) -> f64 {
    if value <= 0.0 {
        return 1.0;
    }
    let power = 10_f64.powf(value.log10().floor());
    let steps = [1.0, 2.0, 2.5, 5.0, 10.0];
    steps.map(|step| step * power).into_iter().find(|top| *top >= value).unwrap_or(value)
}

/// A number in few characters.
pub(crate) fn short(value: f64) -> String {
    let (scaled, unit) = match value.abs() {
        v if v >= 1e9 => (value / 1e9, "G"),
        v if v >= 1e6 => (value / 1e6, "M"),
        v if v >= 1e4 => (value / 1e3, "k"),
        _ => (value, ""),
    };
    let digits = if scaled.abs() >= 100.0 || scaled.fract() == 0.0 {
        0
    } else if scaled.abs() >= 1.0 {
        1
    } else {
        3
    };
    format!("{scaled:.digits$}{unit}")
}

/// Style of all charts.
pub(crate) const STYLE: &str = "figure{margin:0}figcaption{font-weight:600;margin:.5rem 0}\
    svg{width:100%;height:auto}svg text{font-size:11px;fill:currentColor;opacity:.75}\
    svg .left{text-anchor:end}svg .under{text-anchor:middle}\
    .grid{stroke:currentColor;opacity:.15}polyline{fill:none;stroke-width:1.6}\
    .legend{margin:.2rem 0;font-size:.85rem}.legend span::before{content:'\\25CF  '}\
    polyline.c0{stroke:#1b7f4b}span.c0::before{color:#1b7f4b}\
    polyline.c1{stroke:#2a6fdb}span.c1::before{color:#2a6fdb}\
    polyline.c2{stroke:#d9822b}span.c2::before{color:#d9822b}\
    polyline.c3{stroke:#c23b55}span.c3::before{color:#c23b55}\
    polyline.c4{stroke:#8254c9}span.c4::before{color:#8254c9}\
    polyline.c5{stroke:#0aa2c0}span.c5::before{color:#0aa2c0}";

const WIDTH: f64 = 640.0;
const HEIGHT: f64 = 240.0;
const LEFT: f64 = 56.0;
const RIGHT: f64 = 12.0;
const TOP: f64 = 8.0;
const BOTTOM: f64 = 40.0;
const COLOURS: usize = 6;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chart_draws_every_point_within_its_frame() {
        let line = Line::new("a<b", [(0.0, 0.0), (1.0, 10.0), (2.0, f64::NAN), (3.0, 5.0)]);
        let chart = Chart { title: "x & y", below: "s", marks: &[], lines: vec![line] };
        let svg = chart.svg();
        assert!(svg.contains("56.0,200.0 ") && svg.contains("628.0,104.0"), "{svg}");
        assert!(svg.contains("a&lt;b") && svg.contains("x &amp; y"), "text is escaped");
        let empty = Chart { title: "", below: "", marks: &[], lines: Vec::new() };
        assert_eq!(empty.svg(), "");
    }

    #[test]
    fn scales_end_at_round_numbers() {
        assert_eq!([0.0, 0.3, 7.0, 21.0, 100.0].map(nice_above), [1.0, 0.5, 10.0, 25.0, 100.0]);
        assert_eq!(short(12_345.0), "12.3k");
        assert_eq!(short(0.25), "0.250");
        assert_eq!(short(2_500_000.0), "2.5M");
    }
}
