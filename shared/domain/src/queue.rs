//! Posting times: the slots of an account's queue.

use std::collections::BTreeSet;

use jiff::civil::{DateTime, Weekday};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};
use serde::{Deserialize, Serialize};

use crate::error::Refused;
use crate::locale::Zone;
use crate::schedule::millis;
use crate::when::Gap;

#[cfg(test)]
mod tests;

/// The most slots that a week may have.
pub const MAX_SLOTS: usize = 100;
/// How far ahead a free slot is looked for.
pub const LOOK_AHEAD: SignedDuration = SignedDuration::from_hours(366 * 24);
const DAYS: [&str; 7] = [
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
];

/// A slot as people write it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct SlotText {
    /// The day of the week, such as `monday`.
    pub day: String,
    /// What clocks show, such as `09:00`.
    pub time: String,
}

/// A time of each week.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slot {
    /// The day.
    pub weekday: Weekday,
    /// The hour, from 0 to 23.
    pub hour: i8,
    /// The minute, from 0 to 59.
    pub minute: i8,
}

/// The times of each week at which the posts of a queue go out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub struct PostingTimes {
    zone: Zone,
    slots: Vec<Slot>,
}

/// Posting times as they are stored.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    zone: Zone,
    slots: Vec<SlotText>,
}

impl PostingTimes {
    /// Reads the slots that people wrote, all different, in any order. `pointer` is where their list was given.
    pub fn parse(zone: Zone, slots: &[SlotText], pointer: &str) -> Result<Self, Refused> {
        if slots.is_empty() || slots.len() > MAX_SLOTS {
            return Err(Refused::invalid(
                pointer,
                format!("must be 1 to {MAX_SLOTS} slots"),
            ));
        }
        let mut read: Vec<Slot> = Vec::with_capacity(slots.len());
        for (position, slot) in slots.iter().enumerate() {
            let at = format!("{pointer}/{position}");
            let slot = Slot::read(slot, &at)?;
            if let Some(first) = read.iter().position(|other| *other == slot) {
                return Err(Refused::invalid(
                    &at,
                    format!("is the same slot as {pointer}/{first}"),
                ));
            }
            read.push(slot);
        }
        read.sort_by_key(|slot| slot.of_week());
        Ok(Self { zone, slots: read })
    }

    /// Where clocks show them.
    pub fn zone(&self) -> &Zone {
        &self.zone
    }

    /// The slots, in order from Monday on.
    pub fn slots(&self) -> &[Slot] {
        &self.slots
    }

    /// All slots behind an instant, in order. One that clocks skip is at the next time that they show, and of two it is at the first.
    pub fn slots_after(&self, after: Timestamp) -> impl Iterator<Item = Timestamp> {
        self.slots_in(self.zone.rules(), after)
    }

    fn slots_in(&self, rules: TimeZone, after: Timestamp) -> impl Iterator<Item = Timestamp> {
        // A slot of the day before may have moved behind `after`, over a day that clocks skip.
        let first = rules.to_datetime(after).date().saturating_sub(2.days());
        let days = first.series(1.day());
        let times = days.flat_map(|day| {
            let slots = self.slots.iter();
            let slots = slots.filter(move |slot| slot.weekday == day.weekday());
            slots.map(move |slot| day.at(slot.hour, slot.minute, 0, 0))
        });
        let mut last = after;
        times
            .filter_map(move |time| shown(&rules, time))
            .filter(move |at| {
                let rises = *at > last;
                last = last.max(*at);
                rises
            })
    }

    /// The first slot behind an instant, within a year, that is not taken.
    pub fn next_free(&self, after: Timestamp, taken: &BTreeSet<Timestamp>) -> Option<Timestamp> {
        self.slots_after(after)
            .take_while(|at| at.duration_since(after) <= LOOK_AHEAD)
            .find(|at| !taken.contains(at))
    }
}

/// When clocks show a time first, or the next one if they skip it.
fn shown(rules: &TimeZone, time: DateTime) -> Option<Timestamp> {
    let at = match Gap::around(rules, time) {
        Some(gap) => gap.at,
        None => rules.to_ambiguous_timestamp(time).compatible().ok()?,
    };
    Some(millis(at))
}

impl Slot {
    fn read(text: &SlotText, pointer: &str) -> Result<Self, Refused> {
        let weekday = DAYS
            .iter()
            .position(|day| *day == text.day)
            .and_then(|day| Weekday::from_monday_zero_offset(i8::try_from(day).ok()?).ok())
            .ok_or_else(|| {
                let detail = format!("must be one of {}", DAYS.join(", "));
                Refused::invalid(&format!("{pointer}/day"), detail)
            })?;
        let (hour, minute) = clock(&text.time).ok_or_else(|| {
            let detail = "must be a time from 00:00 to 23:59, such as 09:00";
            Refused::invalid(&format!("{pointer}/time"), detail)
        })?;
        Ok(Self {
            weekday,
            hour,
            minute,
        })
    }

    /// Where in the week it is.
    fn of_week(self) -> (i8, i8, i8) {
        let day = self.weekday.to_monday_zero_offset();
        (day, self.hour, self.minute)
    }
}

fn clock(text: &str) -> Option<(i8, i8)> {
    let number = |text: &str, most: i8| {
        let digits = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
        let number = digits.then(|| text.parse().ok())??;
        (number <= most).then_some(number)
    };
    let (hour, minute) = text.split_once(':')?;
    Some((number(hour, 23)?, number(minute, 59)?))
}

impl From<&Slot> for SlotText {
    fn from(slot: &Slot) -> Self {
        let (day, hour, minute) = slot.of_week();
        Self {
            day: usize::try_from(day).map_or("", |day| DAYS[day]).to_owned(),
            time: format!("{hour:02}:{minute:02}"),
        }
    }
}

impl TryFrom<Written> for PostingTimes {
    type Error = String;
    fn try_from(written: Written) -> Result<Self, String> {
        Self::parse(written.zone, &written.slots, "/slots").map_err(|refused| refused.to_string())
    }
}

impl From<PostingTimes> for Written {
    fn from(times: PostingTimes) -> Self {
        Self {
            zone: times.zone,
            slots: times.slots.iter().map(SlotText::from).collect(),
        }
    }
}
