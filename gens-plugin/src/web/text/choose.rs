//! Which language somebody is answered in.

use super::Locale;

/// Ranges of a header that are looked at: browsers list languages, and nobody has more than a few.
const RANGES_MAX: usize = 16;

/// The language with this tag, else one that begins with the same language.
pub(super) fn of<'l>(all: &'l [Locale], tag: &str) -> Option<&'l Locale> {
    let first = |tag: &str| tag.split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase();
    let whole = all.iter().find(|locale| locale.tag.eq_ignore_ascii_case(tag));
    whole.or_else(|| all.iter().find(|locale| first(locale.tag) == first(tag)))
}

/// The language that a header wants most. Weights are parts of a thousand; equal ones go by order.
pub(super) fn accepted<'l>(all: &'l [Locale], header: &str) -> Option<&'l Locale> {
    let mut wanted: Vec<(u16, &str)> = header
        .split(',')
        .take(RANGES_MAX)
        .map(|range| {
            let (tag, weight) = range.split_once(';').unwrap_or((range, ""));
            (thousandths(weight), tag.trim())
        })
        .filter(|(weight, _)| *weight > 0)
        .collect();
    wanted.sort_by_key(|(weight, _)| std::cmp::Reverse(*weight));
    wanted.into_iter().find_map(|(_, tag)| of(all, tag))
}

/// The weight after `q=`: all of it where nothing is said, none where it cannot be read.
fn thousandths(weight: &str) -> u16 {
    let Some(weight) = weight.trim().strip_prefix("q=") else { return 1000 };
    let (whole, part) = weight.split_once('.').unwrap_or((weight, ""));
    let digits = format!("{whole}{part:0<3}");
    digits.parse().ok().filter(|_| part.len() <= 3).unwrap_or(0)
}
