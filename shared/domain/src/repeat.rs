//! At which further times a post goes out again: times that somebody chose, or a rule that gives them.

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, TimeZone};
use serde::{Deserialize, Serialize};

use crate::error::Refused;
use crate::locale::Zone;
use crate::schedule::{HORIZON, millis};
use crate::when::{Gap, When, not_shown};

mod rule;
mod spelling;
#[cfg(test)]
mod tests;

use rule::{End, Recurrence};

/// The most times that somebody may choose one by one.
pub const MAX_TIMES: usize = 50;
/// The most times that a rule gives; one without an end ends there, or as far ahead of its start as a post may be scheduled.
pub const MAX_OCCURRENCES: u32 = 500;

/// At which further times a post goes out again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Repeat {
    /// At these, in order.
    Times(Vec<When>),
    /// At those that a rule gives.
    Rule(Rule),
}

/// A recurrence rule (RFC 5545, 3.3.10) with where and when it starts.
///
/// It is about what clocks in the zone show. A time that they skip is no occurrence, as the RFC wants it, and of two the first is one.
/// Numbers belong to what clocks show, so they stay the same when the rules of the zone move: a skipped time leaves its number unused.
/// Clocks show its times an hour apart or more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    #[serde(rename = "rule")]
    recurrence: Recurrence,
    /// What clocks show at its first time.
    pub start: DateTime,
    /// Where.
    pub zone: Zone,
}

impl Repeat {
    /// Times that somebody chose: one or more, all different, in any order. `pointer` is where their list was given.
    pub fn times(times: Vec<When>, pointer: &str) -> Result<Self, Refused> {
        if times.is_empty() || times.len() > MAX_TIMES {
            return Err(Refused::invalid(
                pointer,
                format!("must be 1 to {MAX_TIMES} times"),
            ));
        }
        let mut resolved = Vec::with_capacity(times.len());
        for (position, when) in times.into_iter().enumerate() {
            let at = when.resolve(&format!("{pointer}/{position}"))?;
            resolved.push((at, position, when));
        }
        resolved.sort_by_key(|(at, position, _)| (*at, *position));
        if let Some(twice) = resolved.windows(2).find(|pair| pair[0].0 == pair[1].0) {
            let (at, position, _) = &twice[1];
            return Err(Refused::invalid(
                &format!("{pointer}/{position}"),
                format!("is the same time as /{}: {at}", twice[0].1),
            ));
        }
        let in_order = resolved.into_iter().map(|(_, _, when)| when);
        Ok(Self::Times(in_order.collect()))
    }

    /// What a rule gives from `start` on, which must be its first time, and is cut to whole seconds. `pointer` is where the rule was given.
    pub fn rule(text: &str, start: DateTime, zone: Zone, pointer: &str) -> Result<Self, Refused> {
        let rule = text.parse().and_then(|rule| Rule::new(rule, start, zone));
        rule.map(Self::Rule)
            .map_err(|detail| Refused::invalid(pointer, detail))
    }

    /// All occurrences, numbered from 1, in order.
    pub fn occurrences(&self) -> impl Iterator<Item = (u32, Timestamp)> {
        let (times, rule) = match self {
            Self::Times(times) => (Some(times), None),
            Self::Rule(rule) => (None, Some(rule)),
        };
        let times = times.into_iter().flatten();
        let chosen = (1..)
            .zip(times)
            .filter_map(|(number, when)| Some((number, when.resolve("").ok()?)));
        chosen.chain(
            rule.into_iter()
                .flat_map(|rule| rule.occurrences_in(rule.zone.rules())),
        )
    }

    /// The first occurrence behind the one with a number; behind 0, the first of all.
    pub fn after(&self, number: u32) -> Option<(u32, Timestamp)> {
        self.occurrences().find(|(next, _)| *next > number)
    }

    /// The next `n` occurrences behind `now` that are not skipped.
    pub fn upcoming(
        &self,
        now: Timestamp,
        skipped: &BTreeSet<u32>,
        n: usize,
    ) -> Vec<(u32, Timestamp)> {
        self.occurrences()
            .filter(|(number, at)| *at > now && !skipped.contains(number))
            .take(n)
            .collect()
    }
}

impl Rule {
    /// Checks that the rule starts where it says and ends where it says.
    fn new(recurrence: Recurrence, start: DateTime, zone: Zone) -> Result<Self, String> {
        let (rules, start) = (zone.rules(), whole_second(start));
        if Gap::around(&rules, start).is_some() {
            let why = not_shown(&rules, start, &zone);
            return Err(format!("starts at {start}, which {why}"));
        }
        match recurrence.wall_clocks(start).next() {
            Some(first) if first == start => {}
            Some(first) => {
                return Err(format!(
                    "does not give the time that it starts at, {start}: the first that it gives is {first}"
                ));
            }
            None => return Err(format!("gives no time within five years of {start}")),
        }
        let rule = Self {
            recurrence,
            start,
            zone,
        };
        rule.ends_where_it_says(&rules)?;
        Ok(rule)
    }

    fn ends_where_it_says(&self, rules: &TimeZone) -> Result<(), String> {
        let start = rules.to_ambiguous_timestamp(self.start).compatible();
        let start = start.map_err(|_| "starts out of the range of times")?;
        let occurrences = || self.instants(rules.clone()).map(|(_, at)| at);
        match self.recurrence.end {
            None => Ok(()),
            Some(End::Count(count)) => {
                let given = (1..).zip(occurrences()).take(count as usize).last();
                let given = given.map_or(0, |(number, _)| number);
                if given < count {
                    return Err(format!(
                        "has COUNT={count}, but gives only {given} within five years of its start"
                    ));
                }
                Ok(())
            }
            Some(End::Until(until)) if until < start => {
                Err(format!("ends by UNTIL before it starts at {start}"))
            }
            Some(End::Until(until)) if until.duration_since(start) > HORIZON => Err(format!(
                "ends by UNTIL more than five years behind its start at {start}"
            )),
            Some(End::Until(until)) => {
                let beyond = occurrences().nth(MAX_OCCURRENCES as usize);
                if beyond.is_some_and(|at| at <= until) {
                    return Err(format!(
                        "gives more than {MAX_OCCURRENCES} times until its end"
                    ));
                }
                Ok(())
            }
        }
    }

    /// The rule in its canonical spelling: parts in one order, lists sorted, defaults left out.
    pub fn text(&self) -> String {
        self.recurrence.to_string()
    }

    /// The occurrences by the given rules of its zone.
    fn occurrences_in(&self, rules: TimeZone) -> impl Iterator<Item = (u32, Timestamp)> + use<> {
        let (most, until) = match self.recurrence.end {
            None => (MAX_OCCURRENCES, Timestamp::MAX),
            Some(End::Count(count)) => (count, Timestamp::MAX),
            Some(End::Until(until)) => (MAX_OCCURRENCES, until),
        };
        self.instants(rules)
            .take_while(move |(_, at)| *at <= until)
            .take(most as usize)
    }

    /// The instants of what clocks show, in order, wherever the rule ends.
    fn instants(&self, rules: TimeZone) -> impl Iterator<Item = (u32, Timestamp)> + use<> {
        let instants = (1..).zip(self.recurrence.wall_clocks(self.start));
        let instants = instants.filter_map(move |(number, at)| {
            let clocks = rules.to_ambiguous_timestamp(at);
            // The start is a time that somebody named, and no instance of the rule: if clocks came to skip it, it is that much later.
            if number > 1 && matches!(clocks.offset(), AmbiguousOffset::Gap { .. }) {
                return None;
            }
            let at = clocks.compatible().ok()?;
            Some((number, millis(at)))
        });
        let mut last = Timestamp::MIN;
        instants.filter(move |(_, at)| {
            let rises = *at > last;
            last = (*at).max(last);
            rises
        })
    }
}

fn whole_second(at: DateTime) -> DateTime {
    at.date().at(at.hour(), at.minute(), at.second(), 0)
}
