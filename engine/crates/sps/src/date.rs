//! Dates as the field writes them.

/// A date that was read, with as much of the time as was written.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub struct DateTime {
    /// Of the common era.
    pub year: u16,
    /// From 1.
    pub month: u8,
    /// From 1.
    pub day: u8,
    /// Hour, minute, second and nanosecond; nothing for a date without time.
    pub time: Option<(u8, u8, u8, u32)>,
    /// East of UTC; nothing if it was not written.
    pub offset_minutes: Option<i16>,
}

impl DateTime {
    /// Reads `2026-03-04`, `2026-03-04T10:11`, `2026-03-04T10:11:12.5+01:00` and the like.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        parse(text)
    }

    /// Milliseconds since 1970; a time without an offset is taken as UTC, a date as its beginning.
    #[must_use]
    pub fn unix_ms(self) -> i64 {
        let (year, month) = (i64::from(self.year), i64::from(self.month));
        // Days by the civil calendar, March being the first month of its year.
        let year = if month <= 2 { year - 1 } else { year };
        let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
        let of_year = (153 * ((month + 9) % 12) + 2) / 5 + i64::from(self.day) - 1;
        let days = era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468;
        let (hour, minute, second, nanosecond) = self.time.unwrap_or_default();
        let minutes = i64::from(hour) * 60 + i64::from(minute)
            - i64::from(self.offset_minutes.unwrap_or_default());
        ((days * 1440 + minutes) * 60 + i64::from(second)) * 1000
            + i64::from(nanosecond / 1_000_000)
    }
}

/// Reads `2026-03-04`, `2026-03-04T10:11`, `2026-03-04T10:11:12.5+01:00` and the like; also with a
/// space for the `T`.
pub(crate) fn parse(text: &str) -> Option<DateTime> {
    let mut rest = text;
    let year = digits(&mut rest, 4)?;
    mark(&mut rest, "-")?;
    let month = u8::try_from(digits(&mut rest, 2)?).ok()?;
    mark(&mut rest, "-")?;
    let day = u8::try_from(digits(&mut rest, 2)?).ok()?;
    if !(1..=12).contains(&month) || day < 1 || day > days(year, month) {
        return None;
    }
    let time = match rest.strip_prefix(['T', ' ']) {
        Some(after) => {
            rest = after;
            Some(time(&mut rest)?)
        }
        None => None,
    };
    let offset_minutes = offset(rest)?;
    Some(DateTime { year, month, day, time, offset_minutes })
}

fn time(rest: &mut &str) -> Option<(u8, u8, u8, u32)> {
    let two = |rest: &mut &str, max| digits(rest, 2).filter(|number| *number <= max);
    let hour = two(rest, 24)?;
    mark(rest, ":")?;
    let minute = two(rest, 59)?;
    let mut second = 0;
    let mut nanosecond = 0;
    if mark(rest, ":").is_some() {
        // A leap second is written 60.
        second = two(rest, 60)?;
        if mark(rest, ".").or_else(|| mark(rest, ",")).is_some() {
            nanosecond = fraction(rest)?;
        }
    }
    let small = |number: u16| u8::try_from(number).ok();
    Some((small(hour)?, small(minute)?, small(second)?, nanosecond))
}

/// Up to nine digits count, more are cut.
fn fraction(rest: &mut &str) -> Option<u32> {
    let length = rest.bytes().take_while(u8::is_ascii_digit).count();
    let (part, after) = rest.split_at_checked(length)?;
    *rest = after;
    let nine = part.get(..length.min(9)).filter(|part| !part.is_empty())?;
    format!("{nine:0<9}").parse().ok()
}

/// Nothing written is no offset; something else than an offset is no date.
fn offset(rest: &str) -> Option<Option<i16>> {
    if rest.is_empty() {
        return Some(None);
    }
    if rest == "Z" {
        return Some(Some(0));
    }
    let sign = if rest.starts_with('-') { -1 } else { 1 };
    let mut rest = rest.strip_prefix(['+', '-'])?;
    let hours = digits(&mut rest, 2).filter(|hours| *hours <= 14)?;
    let minutes = match (mark(&mut rest, ":"), rest) {
        (None, "") => 0,
        _ => digits(&mut rest, 2).filter(|minutes| *minutes <= 59)?,
    };
    let minutes = i16::try_from(hours * 60 + minutes).ok()?;
    rest.is_empty().then_some(Some(sign * minutes))
}

fn digits(rest: &mut &str, count: usize) -> Option<u16> {
    let (part, after) = rest.split_at_checked(count)?;
    let number = part.bytes().all(|byte| byte.is_ascii_digit()).then(|| part.parse().ok())?;
    *rest = after;
    number
}

fn mark(rest: &mut &str, sign: &str) -> Option<()> {
    *rest = rest.strip_prefix(sign)?;
    Some(())
}

const fn days(year: u16, month: u8) -> u8 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => {
            29
        }
        2 => 28,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_of_the_field_are_read() {
        let check = |text, time, offset_minutes| {
            let date = DateTime { year: 2026, month: 3, day: 4, time, offset_minutes };
            assert_eq!(parse(text), Some(date), "{text}");
        };
        check("2026-03-04", None, None);
        check("2026-03-04Z", None, Some(0));
        check("2026-03-04T10:11", Some((10, 11, 0, 0)), None);
        check("2026-03-04T10:11:12", Some((10, 11, 12, 0)), None);
        check("2026-03-04 10:11:12.5-03:00", Some((10, 11, 12, 500_000_000)), Some(-180));
        check("2026-03-04T10:11:12.123+0130", Some((10, 11, 12, 123_000_000)), Some(90));
        check("2026-03-04T10:11:12.1234567891Z", Some((10, 11, 12, 123_456_789)), Some(0));
    }

    #[test]
    fn dates_are_moments() {
        let ms = |text| DateTime::parse(text).expect("a date").unix_ms();
        assert_eq!(ms("1970-01-01"), 0);
        assert_eq!(ms("2000-02-29T00:00:01Z"), 951_782_401_000);
        assert_eq!(ms("2026-03-04T10:11:12.5+01:00"), 1_772_615_472_500);
        assert_eq!(ms("1969-12-31T23:59:59Z"), -1000);
    }

    #[test]
    fn other_texts_are_no_dates() {
        for text in [
            "",
            "2026",
            "2026-13-01",
            "2026-02-29",
            "2026-00-01",
            "2026-01-00",
            "04.03.2026",
            "2026-03-04T",
            "2026-03-04T25:00",
            "2026-03-04T10:60",
            "2026-03-04T10:11:12.",
            "2026-03-04T10:11:12+",
            "2026-03-04T10:11:12+15:00",
            "2026-03-04x",
            "2026-03-0å",
            "May 1, 2020",
            "2026-03-04T10:11:12+01:00 ",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
        assert!(parse("2024-02-29").is_some() && parse("1900-02-29").is_none());
    }
}
