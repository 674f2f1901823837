//! Recurrence rules (RFC 5545, 3.3.10): what is written, and which dates and times of clocks it gives.
//!
//! Everything is found by looking at each day once, five years ahead at most, so no rule takes long, whatever it says.

use std::collections::BTreeSet;
use std::iter;

use jiff::civil::{Date, DateTime, Weekday};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use strum::{Display, EnumString};

use crate::schedule::HORIZON;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Display, EnumString)]
#[strum(serialize_all = "UPPERCASE")]
pub(super) enum Frequency {
    Hourly,
    Daily,
    Weekly,
    Monthly,
    Yearly,
}

/// Where a rule says that it ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// After so many occurrences.
    Count(u32),
    /// At an instant, which may be an occurrence.
    Until(Timestamp),
}

/// A recurrence rule that was checked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(super) struct Recurrence {
    pub(super) frequency: Frequency,
    pub(super) interval: i64,
    pub(super) end: Option<End>,
    pub(super) months: BTreeSet<i16>,
    pub(super) year_days: BTreeSet<i16>,
    pub(super) month_days: BTreeSet<i16>,
    /// Which one in its month or year, 0 for each, and which day of the week, from 0 for Monday.
    pub(super) days: BTreeSet<(i16, i8)>,
    pub(super) hours: BTreeSet<i8>,
    /// Only one, and one second: so times are an hour apart.
    pub(super) minute: Option<i8>,
    pub(super) second: Option<i8>,
    pub(super) positions: BTreeSet<i16>,
    pub(super) week_start: Weekday,
}

impl Recurrence {
    /// What clocks show at its times, from `start` on and as far ahead as anything may be scheduled, in order; its end is not looked at.
    pub(super) fn wall_clocks(&self, start: DateTime) -> impl Iterator<Item = DateTime> + use<> {
        let rule = self.completed(start);
        let last = start.date().saturating_add(HORIZON);
        (0..)
            .map_while(move |n| {
                let (from, to) = rule.period(start.date(), n)?;
                (from <= last).then(|| rule.times(start, from, to))
            })
            .flatten()
            .skip_while(move |at| *at < start)
            .take_while(move |at| at.date() <= last)
    }

    /// The rule with what it leaves to its start.
    fn completed(&self, start: DateTime) -> Self {
        let mut rule = self.clone();
        if rule.year_days.is_empty() && rule.month_days.is_empty() && rule.days.is_empty() {
            match rule.frequency {
                Frequency::Yearly => {
                    if rule.months.is_empty() {
                        rule.months.insert(start.month().into());
                    }
                    rule.month_days.insert(start.day().into());
                }
                Frequency::Monthly => {
                    rule.month_days.insert(start.day().into());
                }
                Frequency::Weekly => {
                    let day = start.weekday().to_monday_zero_offset();
                    rule.days.insert((0, day));
                }
                Frequency::Daily | Frequency::Hourly => {}
            }
        }
        if rule.hours.is_empty() {
            match rule.frequency {
                Frequency::Hourly => rule.hours.extend(0..24),
                Frequency::Daily | Frequency::Weekly | Frequency::Monthly | Frequency::Yearly => {
                    rule.hours.insert(start.hour());
                }
            }
        }
        rule.minute = rule.minute.or(Some(start.minute()));
        rule.second = rule.second.or(Some(start.second()));
        rule
    }

    /// The first and the last day of the period that is the nth from the one that `start` is in, of those that the interval leaves.
    fn period(&self, start: Date, n: i64) -> Option<(Date, Date)> {
        let days = |days: i64| {
            start
                .checked_add(SignedDuration::from_hours(days * 24))
                .ok()
        };
        let step = n * self.interval;
        match self.frequency {
            Frequency::Yearly => {
                let year = i16::try_from(i64::from(start.year()) + step).ok()?;
                let first = Date::new(year, 1, 1).ok()?;
                Some((first, first.last_of_year()))
            }
            Frequency::Monthly => {
                let months = i64::from(start.month()) - 1 + step;
                let year = i16::try_from(i64::from(start.year()) + months / 12).ok()?;
                let month = i8::try_from(months % 12 + 1).ok()?;
                let first = Date::new(year, month, 1).ok()?;
                Some((first, first.last_of_month()))
            }
            Frequency::Weekly => {
                let into = i64::from(start.weekday().since(self.week_start));
                Some((days(7 * step - into)?, days(7 * step - into + 6)?))
            }
            Frequency::Daily => Some((days(step)?, days(step)?)),
            // Hours are counted within their days, see `times`.
            Frequency::Hourly => Some((days(n)?, days(n)?)),
        }
    }

    /// All times of a period, in order.
    fn times(&self, start: DateTime, from: Date, to: Date) -> Vec<DateTime> {
        let days =
            iter::successors(Some(from), |day| day.tomorrow().ok()).take_while(|day| *day <= to);
        let (minute, second) = (self.minute.unwrap_or(0), self.second.unwrap_or(0));
        let mut times = Vec::new();
        for day in days.filter(|day| self.has(*day)) {
            let since = day.duration_since(start.date()).as_hours() - i64::from(start.hour());
            for hour in &self.hours {
                let counts = self.frequency != Frequency::Hourly
                    || (since + i64::from(*hour)) % self.interval == 0;
                if counts {
                    times.push(day.at(*hour, minute, second, 0));
                }
            }
        }
        if self.positions.is_empty() {
            return times;
        }
        let picked = self.positions.iter().filter_map(|position| {
            let index = usize::from(position.unsigned_abs());
            if *position > 0 {
                Some(index - 1)
            } else {
                times.len().checked_sub(index)
            }
        });
        let picked: BTreeSet<usize> = picked.collect();
        picked
            .into_iter()
            .filter_map(|index| times.get(index).copied())
            .collect()
    }

    /// Whether a day is one of the rule's.
    fn has(&self, day: Date) -> bool {
        let one_of = |list: &BTreeSet<i16>, number: i16, of: i16| {
            list.is_empty() || list.contains(&number) || list.contains(&(number - of - 1))
        };
        let in_month = (i16::from(day.day()), i16::from(day.days_in_month()));
        let in_year = (day.day_of_year(), day.days_in_year());
        let of_year = self.frequency == Frequency::Yearly && self.months.is_empty();
        let (number, of) = if of_year { in_year } else { in_month };
        let weekday = day.weekday().to_monday_zero_offset();
        let from_front = (number - 1) / 7 + 1;
        let from_back = -((of - number) / 7 + 1);
        (self.months.is_empty() || self.months.contains(&day.month().into()))
            && one_of(&self.year_days, in_year.0, in_year.1)
            && one_of(&self.month_days, in_month.0, in_month.1)
            && (self.days.is_empty()
                || [0, from_front, from_back]
                    .iter()
                    .any(|nth| self.days.contains(&(*nth, weekday))))
    }
}
