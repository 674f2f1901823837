//! When something is to happen, as a person says it: an instant, or a local time somewhere.

use std::str::FromStr;

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{AmbiguousOffset, Offset, TimeZone};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::error::Refused;
use crate::locale::Zone;
use crate::schedule::millis;

#[cfg(test)]
pub(crate) mod tests;

/// A local date and time somewhere.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LocalTime {
    /// What clocks show.
    pub at: DateTime,
    /// Where.
    pub zone: Zone,
    /// Which of two, where clocks show it twice: the offset from universal time, such as `-04:00`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offset: Option<String>,
}

/// When something is to happen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum When {
    /// At an instant.
    Instant(Timestamp),
    /// When clocks somewhere show a time.
    Local(LocalTime),
}

impl When {
    /// Reads what a person wrote, cut to milliseconds. With an offset and no zone it is an instant (RFC 3339), and so it is with `Z`;
    /// in a zone it is what clocks show there, which they must show, and the offset only says which of two times is meant.
    pub fn parse(text: &str, zone: Option<&Zone>, pointer: &str) -> Result<Self, Refused> {
        let refuse = |detail: String| Refused::invalid(pointer, detail);
        let (at, mark) = read(text).map_err(refuse)?;
        let when = match (mark, zone) {
            (Mark::Universal, _) => Self::Instant(instant(Offset::UTC, at).map_err(refuse)?),
            (Mark::Offset(offset), None) => Self::Instant(instant(offset, at).map_err(refuse)?),
            (Mark::Offset(offset), Some(zone)) => {
                Self::Local(LocalTime::shown(at, zone, Some(offset)).map_err(refuse)?)
            }
            (Mark::Nothing, Some(zone)) => {
                Self::Local(LocalTime::shown(at, zone, None).map_err(refuse)?)
            }
            (Mark::Nothing, None) => {
                return Err(refuse(format!(
                    "is a local time: name its time zone, or write the offset behind it, such as {at}Z"
                )));
            }
        };
        when.resolve(pointer)?;
        Ok(when)
    }

    /// The instant that it means by the rules of time zones known today. `pointer` is where the time was given.
    ///
    /// The rules may have moved since somebody chose a local time. One that clocks skip now is as much later as they skip; of two, the
    /// one with the offset that was chosen counts, or else the first.
    pub fn resolve(&self, pointer: &str) -> Result<Timestamp, Refused> {
        match self {
            Self::Instant(at) => Ok(millis(*at)),
            Self::Local(local) => local.resolve_in(&local.zone.rules(), pointer),
        }
    }

    /// The instant that it means now, if that is another one than it was: the rules of its zone have moved.
    pub fn moved(&self, was: Timestamp) -> Option<Timestamp> {
        let now = self.resolve("").ok()?;
        (now != millis(was)).then_some(now)
    }
}

impl LocalTime {
    /// A time that clocks in the zone do show, once or with the offset that tells which of two.
    fn shown(at: DateTime, zone: &Zone, offset: Option<Offset>) -> Result<Self, String> {
        let rules = zone.rules();
        let there = rules.to_ambiguous_timestamp(at).offset();
        let offset = match (there, offset) {
            (AmbiguousOffset::Gap { .. }, _) => return Err(not_shown(&rules, at, zone)),
            (AmbiguousOffset::Unambiguous { offset: there }, Some(said)) if said != there => {
                let (said, there) = (written(said), written(there));
                return Err(format!(
                    "has the offset {said}, but {zone} has {there} at that time"
                ));
            }
            (AmbiguousOffset::Unambiguous { .. }, _) => None,
            (AmbiguousOffset::Fold { before, after }, Some(said))
                if said == before || said == after =>
            {
                Some(written(said))
            }
            (AmbiguousOffset::Fold { before, after }, _) => {
                let (first, second) = (written(before), written(after));
                return Err(format!(
                    "happens twice in {zone} on that day: say which one with its offset, \"{at}{first}\" or \"{at}{second}\""
                ));
            }
        };
        Ok(Self {
            at,
            zone: zone.clone(),
            offset,
        })
    }

    /// The instant that it means by the given rules, which may have moved since it was chosen: see [`When::resolve`].
    pub fn resolve_in(&self, rules: &TimeZone, pointer: &str) -> Result<Timestamp, Refused> {
        let clocks = rules.to_ambiguous_timestamp(self.at);
        let second = match clocks.offset() {
            AmbiguousOffset::Fold { after, .. } => self.offset == Some(written(after)),
            AmbiguousOffset::Unambiguous { .. } | AmbiguousOffset::Gap { .. } => false,
        };
        let at = if second {
            clocks.later()
        } else {
            clocks.compatible()
        };
        at.map(millis)
            .map_err(|_| Refused::invalid(pointer, TOO_FAR))
    }
}

/// Times that clocks skip.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Gap {
    /// The first that they do not show.
    pub(crate) from: DateTime,
    /// What they show instead: the next valid time.
    pub(crate) to: DateTime,
    /// The instant at which they do.
    pub(crate) at: Timestamp,
}

impl Gap {
    /// The gap that a local time is in.
    pub(crate) fn around(rules: &TimeZone, at: DateTime) -> Option<Self> {
        let AmbiguousOffset::Gap { before, after } = rules.to_ambiguous_timestamp(at).offset()
        else {
            return None;
        };
        // Read by the offset before the gap, any time in it lies at the change of clocks or less than the gap behind it.
        let behind = before.to_timestamp(at).ok()?;
        let behind = behind.checked_add(SignedDuration::from_secs(1)).ok()?;
        let change = rules.preceding(behind).next()?.timestamp();
        Some(Self {
            from: before.to_datetime(change),
            to: after.to_datetime(change),
            at: change,
        })
    }
}

/// Why a time that clocks skip cannot be chosen, in words that fit behind a field's name.
pub(crate) fn not_shown(rules: &TimeZone, at: DateTime, zone: &Zone) -> String {
    let Some(Gap { from, to, .. }) = Gap::around(rules, at) else {
        return format!("does not exist in {zone} on that day");
    };
    let clock = |at: DateTime| {
        if from.date() != to.date() {
            at.to_string()
        } else if at.second() == 0 {
            at.strftime("%H:%M").to_string()
        } else {
            at.time().to_string()
        }
    };
    format!(
        "does not exist in {zone} on that day: clocks go from {} to {}; the next valid time is {to}",
        clock(from),
        clock(to)
    )
}

const TOO_FAR: &str = "is out of the range of times: years go from 0000 to 9999";
const SHAPE: &str = "must be a date and time like 2027-03-14T09:00:00Z or 2027-03-14T09:00:00-04:00, or like 2027-03-14T09:00:00 together \
                     with a time zone";

/// What stands behind a date and time.
#[derive(Clone, Copy, Debug)]
enum Mark {
    Nothing,
    Universal,
    Offset(Offset),
}

/// Reads a date and time and what stands behind it, strictly: what RFC 3339 allows, and the same without seconds or offset.
fn read(text: &str) -> Result<(DateTime, Mark), String> {
    let (date, rest) = text.split_once(['T', 't']).ok_or(SHAPE)?;
    let behind = rest.find(['Z', 'z', '+', '-']).unwrap_or(rest.len());
    let (time, mark) = rest.split_at(behind);
    let (clock, fraction) = match time.split_once('.') {
        Some((clock, fraction)) => (clock, Some(fraction)),
        None => (time, None),
    };
    let clock: Vec<&str> = clock.split(':').collect();
    let [year, month, day] = date.split('-').collect::<Vec<_>>()[..] else {
        return Err(SHAPE.into());
    };
    let (hour, minute, second) = match (&clock[..], fraction) {
        ([hour, minute], None) => (*hour, *minute, "00"),
        ([hour, minute, second], _) => (*hour, *minute, *second),
        _ => return Err(SHAPE.into()),
    };
    let at = DateTime::from_parts(
        day_of(number(year, 4)?, number(month, 2)?, number(day, 2)?)?,
        time_of(
            number(hour, 2)?,
            number(minute, 2)?,
            number(second, 2)?,
            milliseconds(fraction)?,
        )?,
    );
    Ok((at, mark_of(mark)?))
}

fn day_of(year: i16, month: i8, day: i8) -> Result<Date, String> {
    let first = Date::new(year, month, 1)
        .map_err(|_| format!("has a month {month:02}: months go from 01 to 12"))?;
    Date::new(year, month, day).map_err(|_| {
        let last = first.last_of_month();
        format!(
            "has a day that does not exist: {} goes from 01 to {}",
            first.strftime("%Y-%m"),
            last.day()
        )
    })
}

fn time_of(hour: i8, minute: i8, second: i8, millisecond: i32) -> Result<Time, String> {
    if second == 60 {
        return Err(
            "has a second 60: leap seconds cannot be chosen, take the second before or after"
                .into(),
        );
    }
    Time::new(hour, minute, second, millisecond * 1_000_000).map_err(|_| {
        "has a time that does not exist: hours go from 00 to 23, minutes and seconds to 59".into()
    })
}

/// The first three digits of a fraction of a second.
fn milliseconds(fraction: Option<&str>) -> Result<i32, String> {
    let Some(digits) = fraction else {
        return Ok(0);
    };
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(SHAPE.into());
    }
    let first: String = digits.chars().chain("00".chars()).take(3).collect();
    number(&first, 3)
}

fn mark_of(text: &str) -> Result<Mark, String> {
    let sign = match text.chars().next() {
        None => return Ok(Mark::Nothing),
        Some('Z' | 'z') if text.len() == 1 => return Ok(Mark::Universal),
        Some('+') => 1,
        Some('-') => -1,
        Some(_) => return Err(SHAPE.into()),
    };
    let (hours, minutes) = text[1..].split_once(':').ok_or(SHAPE)?;
    let (hours, minutes): (i32, i32) = (number(hours, 2)?, number(minutes, 2)?);
    if hours > 23 || minutes > 59 {
        return Err("has an offset that does not exist: they go from -23:59 to +23:59".into());
    }
    Offset::from_seconds(sign * (hours * 3_600 + minutes * 60))
        .map(Mark::Offset)
        .map_err(|_| SHAPE.into())
}

/// A number of exactly so many digits.
fn number<T: FromStr>(text: &str, width: usize) -> Result<T, String> {
    let digits = text.len() == width && text.bytes().all(|byte| byte.is_ascii_digit());
    digits
        .then(|| text.parse().ok())
        .flatten()
        .ok_or_else(|| SHAPE.into())
}

fn instant(offset: Offset, at: DateTime) -> Result<Timestamp, String> {
    offset.to_timestamp(at).map_err(|_| TOO_FAR.into())
}

/// An offset as RFC 3339 has it, such as `-04:00`.
fn written(offset: Offset) -> String {
    let (sign, seconds) = (
        if offset.is_negative() { '-' } else { '+' },
        offset.seconds().unsigned_abs(),
    );
    format!("{sign}{:02}:{:02}", seconds / 3_600, seconds / 60 % 60)
}
