//! Working days. Days are those of UTC: the hub does not know where an office lies.

use serde::Deserialize;

/// A day of the week.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "lowercase")]
#[expect(clippy::exhaustive_enums, missing_docs, reason = "a week has seven days")]
pub enum Weekday {
    Sunday,
    Monday,
    Tuesday,
    Wednesday,
    Thursday,
    Friday,
    Saturday,
}

/// The end of a deadline of so many working days that begins at `from_ms` (milliseconds since 1970):
/// the same time of day, that many days that are not of the weekend later. A deadline of none, or
/// one whose every day were of the weekend, ends where it begins.
#[must_use]
pub fn after_working_days(from_ms: i64, days: u16, weekend: &[Weekday]) -> i64 {
    let is_weekend = |at_ms: i64| weekend.contains(&weekday(at_ms));
    if (0..7).all(|day| is_weekend(from_ms.saturating_add(day * DAY_MS))) {
        return from_ms;
    }
    let mut at_ms = from_ms;
    for _ in 0..days {
        at_ms = at_ms.saturating_add(DAY_MS);
        while is_weekend(at_ms) && at_ms < i64::MAX - DAY_MS {
            at_ms += DAY_MS;
        }
    }
    at_ms
}

fn weekday(at_ms: i64) -> Weekday {
    // The first of January 1970 was a Thursday.
    match (at_ms.div_euclid(DAY_MS) + 4).rem_euclid(7) {
        0 => Weekday::Sunday,
        1 => Weekday::Monday,
        2 => Weekday::Tuesday,
        3 => Weekday::Wednesday,
        4 => Weekday::Thursday,
        5 => Weekday::Friday,
        _ => Weekday::Saturday,
    }
}

/// Milliseconds of a day.
pub const DAY_MS: i64 = 86_400_000;

#[cfg(test)]
mod tests {
    use phytohub_sps::DateTime;

    use super::*;

    const WEEKEND: [Weekday; 2] = [Weekday::Saturday, Weekday::Sunday];

    fn ms(text: &str) -> i64 {
        DateTime::parse(text).expect("a date").unix_ms()
    }

    #[test]
    fn weekends_do_not_count() {
        let check = |from, days, to| {
            assert_eq!(after_working_days(ms(from), days, &WEEKEND), ms(to), "{from} {days}");
        };
        // The 20th of November 2026 is a Friday.
        check("2026-11-18T10:00:00Z", 2, "2026-11-20T10:00:00Z");
        check("2026-11-19T10:00:00Z", 2, "2026-11-23T10:00:00Z");
        check("2026-11-20T10:00:00Z", 2, "2026-11-24T10:00:00Z");
        check("2026-11-21T23:59:59Z", 1, "2026-11-23T23:59:59Z");
        check("2026-11-18T10:00:00Z", 0, "2026-11-18T10:00:00Z");
        let friday = [Weekday::Friday, Weekday::Saturday];
        let end = after_working_days(ms("2026-11-19T10:00:00Z"), 2, &friday);
        assert_eq!(end, ms("2026-11-23T10:00:00Z"));
    }

    #[test]
    fn extremes_end() {
        use Weekday::*;
        let all = [Sunday, Monday, Tuesday, Wednesday, Thursday, Friday, Saturday];
        assert_eq!(after_working_days(5, 9, &all), 5);
        assert!(after_working_days(i64::MAX, u16::MAX, &WEEKEND) >= i64::MAX - DAY_MS);
        let years = after_working_days(0, 260, &WEEKEND) / DAY_MS;
        assert_eq!(years, 364);
    }
}
