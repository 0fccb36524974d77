//! Points and stretches of time as people write them.

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};

use crate::schema::Context;

/// Half open: from the first instant up to, not including, the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stretch {
    pub from: Timestamp,
    pub until: Timestamp,
}

/// Reads `2026-11-24`, `2026-11`, `2026`, `2026-11-24T08:00Z`, `-7d`, `now`,
/// `today`, `last_week` and so on. `None` when it is none of them, or lies
/// outside of the years 1 to 9999.
pub(crate) fn read(written: &str, context: &Context) -> Option<Stretch> {
    let text = written.trim().to_ascii_uppercase();
    if !text.is_ascii() || text.len() > 64 {
        return None;
    }
    let days = &context.zone;
    named(&text, context, days)
        .or_else(|| relative(&text, context))
        .or_else(|| calendar(&text, context, days))
}

/// The same for a field whose dates are days of the calendar: which day is
/// today is asked in the zone, but a day begins at midnight UTC for everybody.
pub(crate) fn read_calendar(written: &str, context: &Context) -> Option<Stretch> {
    let text = written.trim().to_ascii_uppercase();
    if !text.is_ascii() || text.len() > 64 {
        return None;
    }
    named(&text, context, &TimeZone::UTC)
        .or_else(|| relative(&text, context))
        .or_else(|| calendar(&text, context, &TimeZone::UTC))
}

/// The last instant of what is written, to the microsecond: of a day its end,
/// of an instant itself. For asking the past as of then.
pub fn last_instant(written: &str, context: &Context) -> Option<Timestamp> {
    let Stretch { from, until } = read(written, context)?;
    let last = Timestamp::from_microsecond(until.as_microsecond() - 1).ok()?;
    Some(last.max(from))
}

fn named(text: &str, context: &Context, zone: &TimeZone) -> Option<Stretch> {
    if text == "NOW" {
        return instant(context.now);
    }
    let today = context.now.to_zoned_datetime(context.zone.clone()).date();
    let (which, unit) = match text {
        "TODAY" => (0, "DAY"),
        "YESTERDAY" => (-1, "DAY"),
        "TOMORROW" => (1, "DAY"),
        _ => match text.split_once('_')? {
            ("THIS", unit) => (0, unit),
            ("LAST", unit) => (-1, unit),
            ("NEXT", unit) => (1, unit),
            _ => return None,
        },
    };
    let (first, step) = match unit {
        "DAY" => (today, Span::new().days(1)),
        "WEEK" => {
            let into = i64::from(today.weekday().to_monday_zero_offset());
            (today.checked_sub(Span::new().days(into)).ok()?, Span::new().weeks(1))
        }
        "MONTH" => (today.first_of_month(), Span::new().months(1)),
        "YEAR" => (today.first_of_year(), Span::new().years(1)),
        _ => return None,
    };
    let first = match which {
        -1 => first.checked_sub(step).ok()?,
        1 => first.checked_add(step).ok()?,
        _ => first,
    };
    days(first, step, zone)
}

/// `-7d`, `+30min`: so much before or after now. Days and longer follow the
/// calendar of the zone.
fn relative(text: &str, context: &Context) -> Option<Stretch> {
    let (sign, rest) = match text.as_bytes().first()? {
        b'-' => (-1, &text[1..]),
        b'+' => (1, &text[1..]),
        _ => (1, text),
    };
    let digits = rest.find(|c: char| !c.is_ascii_digit())?;
    let count: i64 = sign * rest[..digits].parse::<i64>().ok()?;
    let span = Span::new();
    let span = match &rest[digits..] {
        "M" | "MIN" => span.try_minutes(count),
        "H" => span.try_hours(count),
        "D" => span.try_days(count),
        "W" => span.try_weeks(count),
        "MO" => span.try_months(count),
        "Y" => span.try_years(count),
        _ => return None,
    };
    let now = context.now.to_zoned_datetime(context.zone.clone());
    instant(now.checked_add(span.ok()?).ok()?.timestamp())
}

fn calendar(text: &str, context: &Context, zone: &TimeZone) -> Option<Stretch> {
    let digits_then =
        |n: usize| text.len() >= n && text.bytes().take(n).all(|b| b.is_ascii_digit() || b == b'-');
    if !digits_then(4) || text.starts_with('-') {
        return None;
    }
    match text.len() {
        4 => days(format!("{text}-01-01").parse().ok()?, Span::new().years(1), zone),
        7 => days(format!("{text}-01").parse().ok()?, Span::new().months(1), zone),
        10 if digits_then(10) => days(text.parse().ok()?, Span::new().days(1), zone),
        11.. if digits_then(10) => {
            if let Ok(at) = text.parse::<Timestamp>() {
                return instant(at);
            }
            let local: DateTime = text.parse().ok()?;
            instant(context.zone.to_timestamp(local).ok()?)
        }
        _ => None,
    }
}

fn days(first: Date, step: Span, zone: &TimeZone) -> Option<Stretch> {
    let begin = |date: Date| Some(date.to_zoned_datetime(zone.clone()).ok()?.timestamp());
    let after = first.checked_add(step).ok()?;
    Some(Stretch { from: begin(first)?, until: begin(after)? })
}

/// An instant as written. The API writes milliseconds while the database keeps
/// microseconds: a whole millisecond stands for all of it, so that a time read
/// from the API finds its record.
fn instant(at: Timestamp) -> Option<Stretch> {
    let micros = at.as_microsecond();
    let width = if micros % 1000 == 0 { 1000 } else { 1 };
    Some(Stretch {
        from: Timestamp::from_microsecond(micros).ok()?,
        until: Timestamp::from_microsecond(micros + width).ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(written: &str, from: &str, until: &str) {
        let mut context = Context::at("2026-11-24T22:30:00Z".parse().expect("a time"));
        context.zone = jiff::tz::TimeZone::get("Europe/Berlin").expect("a zone");
        let stretch = read(written, &context).unwrap_or_else(|| panic!("{written} is a time"));
        assert_eq!(stretch.from.to_string(), from, "from of {written}");
        assert_eq!(stretch.until.to_string(), until, "until of {written}");
    }

    #[test]
    fn times_are_read_in_the_zone() {
        check("2026-11-24", "2026-11-23T23:00:00Z", "2026-11-24T23:00:00Z");
        check("2026-03-29", "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z");
        check("2026-11", "2026-10-31T23:00:00Z", "2026-11-30T23:00:00Z");
        check("2026", "2025-12-31T23:00:00Z", "2026-12-31T23:00:00Z");
        check("2026-11-24T08:00Z", "2026-11-24T08:00:00Z", "2026-11-24T08:00:00.001Z");
        check("2026-11-24t08:00z", "2026-11-24T08:00:00Z", "2026-11-24T08:00:00.001Z");
        check("2026-11-24T08:00", "2026-11-24T07:00:00Z", "2026-11-24T07:00:00.001Z");
        check("2026-11-24 08:00", "2026-11-24T07:00:00Z", "2026-11-24T07:00:00.001Z");
        check("2026-11-24T08:00+05:00", "2026-11-24T03:00:00Z", "2026-11-24T03:00:00.001Z");
        check(
            "2026-11-24T08:00:00.123456Z",
            "2026-11-24T08:00:00.123456Z",
            "2026-11-24T08:00:00.123457Z",
        );
    }

    #[test]
    fn names_are_days_weeks_months_and_years() {
        check("now", "2026-11-24T22:30:00Z", "2026-11-24T22:30:00.001Z");
        check("today", "2026-11-23T23:00:00Z", "2026-11-24T23:00:00Z");
        check("yesterday", "2026-11-22T23:00:00Z", "2026-11-23T23:00:00Z");
        check("tomorrow", "2026-11-24T23:00:00Z", "2026-11-25T23:00:00Z");
        check("this_week", "2026-11-22T23:00:00Z", "2026-11-29T23:00:00Z");
        check("last_week", "2026-11-15T23:00:00Z", "2026-11-22T23:00:00Z");
        check("this_month", "2026-10-31T23:00:00Z", "2026-11-30T23:00:00Z");
        check("last_month", "2026-09-30T22:00:00Z", "2026-10-31T23:00:00Z");
        check("next_year", "2026-12-31T23:00:00Z", "2027-12-31T23:00:00Z");
    }

    #[test]
    fn relative_times_follow_the_calendar() {
        check("-7d", "2026-11-17T22:30:00Z", "2026-11-17T22:30:00.001Z");
        check("-1mo", "2026-10-24T21:30:00Z", "2026-10-24T21:30:00.001Z");
        check("+2h", "2026-11-25T00:30:00Z", "2026-11-25T00:30:00.001Z");
        check("30min", "2026-11-24T23:00:00Z", "2026-11-24T23:00:00.001Z");
        check("-2w", "2026-11-10T22:30:00Z", "2026-11-10T22:30:00.001Z");
    }

    #[test]
    fn days_of_the_calendar_are_the_same_everywhere() {
        let mut context = Context::at("2026-11-24T22:30:00Z".parse().expect("a time"));
        context.zone = jiff::tz::TimeZone::get("Pacific/Auckland").expect("a zone");
        for (written, from, until) in [
            ("2026-12-01", "2026-12-01T00:00:00Z", "2026-12-02T00:00:00Z"),
            ("today", "2026-11-25T00:00:00Z", "2026-11-26T00:00:00Z"),
            ("2026-12", "2026-12-01T00:00:00Z", "2027-01-01T00:00:00Z"),
            ("2026-12-01T12:00", "2026-11-30T23:00:00Z", "2026-11-30T23:00:00.001Z"),
        ] {
            let stretch = read_calendar(written, &context).expect(written);
            assert_eq!(
                (stretch.from.to_string(), stretch.until.to_string()),
                (from.into(), until.into())
            );
        }
    }

    #[test]
    fn what_is_no_time_is_refused() {
        let context = Context::at("2026-11-24T22:30:00Z".parse().expect("a time"));
        for written in [
            "",
            "-",
            "7",
            "d",
            "-7",
            "-7x",
            "2026-13-01",
            "2026-02-30",
            "24.11.2026",
            "this_",
            "this_hour",
            "2026-11-24T",
            "2026-11-24T25:00",
            "99999999999999999999d",
            "-99999999y",
            "9999-12-31",
            "-2026-01-01",
            "tödäy",
            "2026-1-1",
        ] {
            assert_eq!(read(written, &context), None, "{written}");
        }
    }
}
