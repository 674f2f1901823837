//! How recurrence rules are written: RFC 5545's words, of which those are read that a post needs.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::ops::RangeInclusive;
use std::str::FromStr;

use jiff::Timestamp;
use jiff::civil::{DateTime, Weekday};
use jiff::tz::Offset;

use super::MAX_OCCURRENCES;
use super::rule::{End, Frequency, Recurrence};

/// The longest rule that is read.
const MAX_TEXT: usize = 1_000;
const WEEKDAYS: [&str; 7] = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];
const PARTS: [&str; 13] = [
    "FREQ",
    "INTERVAL",
    "COUNT",
    "UNTIL",
    "BYMONTH",
    "BYYEARDAY",
    "BYMONTHDAY",
    "BYDAY",
    "BYHOUR",
    "BYMINUTE",
    "BYSECOND",
    "BYSETPOS",
    "WKST",
];

impl FromStr for Recurrence {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text.len() > MAX_TEXT {
            return Err(format!("must be at most {MAX_TEXT} bytes long"));
        }
        let text = text.trim().to_ascii_uppercase();
        let parts = Parts::split(text.strip_prefix("RRULE:").unwrap_or(&text))?;
        let frequency = parts.frequency()?;
        let rule = Self {
            frequency,
            interval: parts.number("INTERVAL", 1..=9_999)?.unwrap_or(1),
            end: parts.end()?,
            months: parts.list("BYMONTH", 1..=12, false)?,
            year_days: parts.list("BYYEARDAY", 1..=366, true)?,
            month_days: parts.list("BYMONTHDAY", 1..=31, true)?,
            days: parts.days()?,
            hours: small(&parts.list("BYHOUR", 0..=23, false)?),
            minute: parts.only("BYMINUTE")?,
            second: parts.only("BYSECOND")?,
            positions: parts.list("BYSETPOS", 1..=366, true)?,
            week_start: parts.week_start()?,
        };
        parts.fit_together(&rule)?;
        Ok(rule)
    }
}

/// The parts of a rule by name.
struct Parts<'a>(BTreeMap<&'a str, &'a str>);

impl<'a> Parts<'a> {
    fn split(text: &'a str) -> Result<Self, String> {
        let mut parts = BTreeMap::new();
        for part in text.split(';') {
            let (name, value) = part.split_once('=').ok_or(
                "must be a recurrence rule of RFC 5545, such as FREQ=WEEKLY;BYDAY=MO,TH;COUNT=10",
            )?;
            if !PARTS.contains(&name) {
                return Err(format!(
                    "has a part that is not supported: these are, {}",
                    PARTS.join(", ")
                ));
            }
            if parts.insert(name, value).is_some() {
                return Err(format!("has {name} twice"));
            }
        }
        Ok(Self(parts))
    }

    fn frequency(&self) -> Result<Frequency, String> {
        let name = self.0.get("FREQ");
        name.and_then(|name| name.parse().ok()).ok_or_else(|| {
            "must have FREQ=HOURLY, DAILY, WEEKLY, MONTHLY or YEARLY: a post goes out again an hour later at the soonest".into()
        })
    }

    fn number(&self, name: &str, range: RangeInclusive<i64>) -> Result<Option<i64>, String> {
        let Some(text) = self.0.get(name) else {
            return Ok(None);
        };
        let number = digits(text).filter(|number| range.contains(number));
        let refusal = || {
            let (least, most) = range.clone().into_inner();
            format!("must have a number from {least} to {most} in {name}")
        };
        number.map(Some).ok_or_else(refusal)
    }

    /// A list of numbers; if `from_back`, also of negative ones, which count from the end.
    fn list(
        &self,
        name: &str,
        range: RangeInclusive<i16>,
        from_back: bool,
    ) -> Result<BTreeSet<i16>, String> {
        let Some(text) = self.0.get(name) else {
            return Ok(BTreeSet::new());
        };
        let number = |text: &str| {
            let number = signed(text)?;
            let counts = range.contains(&number.abs()) && (from_back || !text.starts_with('-'));
            counts.then_some(number)
        };
        let list: Option<_> = text.split(',').map(number).collect();
        list.ok_or_else(|| {
            let (least, most) = range.clone().into_inner();
            let back = if from_back {
                format!(" or -{most} to -{least}")
            } else {
                String::new()
            };
            format!("must have numbers from {least} to {most}{back} in {name}")
        })
    }

    /// A part that may have one value only, so that times are an hour apart.
    fn only(&self, name: &str) -> Result<Option<i8>, String> {
        let list = small(&self.list(name, 0..=59, false)?);
        if list.len() > 1 {
            return Err(format!(
                "may have only one value in {name}: a post goes out again an hour later at the soonest"
            ));
        }
        Ok(list.first().copied())
    }

    fn days(&self) -> Result<BTreeSet<(i16, i8)>, String> {
        let Some(text) = self.0.get("BYDAY") else {
            return Ok(BTreeSet::new());
        };
        let day = |text: &str| {
            let (nth, name) = text.split_at_checked(text.len().checked_sub(2)?)?;
            let weekday = WEEKDAYS.iter().position(|day| *day == name)?;
            let nth = match nth {
                "" => 0,
                nth => signed(nth).filter(|nth| (1..=53).contains(&nth.abs()))?,
            };
            Some((nth, i8::try_from(weekday).ok()?))
        };
        let days: Option<_> = text.split(',').map(day).collect();
        days.ok_or_else(|| {
            "must have days in BYDAY, such as MO,TH, or 1MO,-1FR for the first Monday and the last Friday".into()
        })
    }

    fn week_start(&self) -> Result<Weekday, String> {
        let name = self.0.get("WKST").copied().unwrap_or("MO");
        let day = WEEKDAYS.iter().position(|day| *day == name);
        day.and_then(|day| i8::try_from(day).ok())
            .and_then(|day| Weekday::from_monday_zero_offset(day).ok())
            .ok_or_else(|| format!("must have one of {} in WKST", WEEKDAYS.join(", ")))
    }

    fn end(&self) -> Result<Option<End>, String> {
        let count = self.number("COUNT", 1..=MAX_OCCURRENCES.into())?;
        match (count, self.0.get("UNTIL")) {
            (Some(_), Some(_)) => Err("may have COUNT or UNTIL, not both".into()),
            (Some(count), None) => Ok(u32::try_from(count).ok().map(End::Count)),
            (None, Some(text)) => match until(text) {
                Some(until) => Ok(Some(End::Until(until))),
                None => Err("must have universal time in UNTIL, such as 20271231T235959Z".into()),
            },
            (None, None) => Ok(None),
        }
    }

    /// What RFC 5545 says which parts may not stand together, and what has no meaning here.
    fn fit_together(&self, rule: &Recurrence) -> Result<(), String> {
        let frequency = rule.frequency;
        let of_month_or_year = matches!(frequency, Frequency::Monthly | Frequency::Yearly);
        if !of_month_or_year && rule.days.iter().any(|(nth, _)| *nth != 0) {
            return Err("may have numbered days in BYDAY with FREQ=MONTHLY or YEARLY only".into());
        }
        if frequency == Frequency::Weekly && !rule.month_days.is_empty() {
            return Err("may not have BYMONTHDAY with FREQ=WEEKLY".into());
        }
        let of_days = matches!(
            frequency,
            Frequency::Daily | Frequency::Weekly | Frequency::Monthly
        );
        if of_days && !rule.year_days.is_empty() {
            return Err("may have BYYEARDAY with FREQ=YEARLY or HOURLY only".into());
        }
        if rule.positions.is_empty() {
            return Ok(());
        }
        if frequency == Frequency::Hourly {
            return Err("may not have BYSETPOS with FREQ=HOURLY: an hour has one time".into());
        }
        let others = |name: &&&str| name.starts_with("BY") && **name != "BYSETPOS";
        if self.0.keys().find(others).is_none() {
            return Err("may have BYSETPOS with another part by which it repeats only".into());
        }
        Ok(())
    }
}

/// Digits and nothing else.
fn digits(text: &str) -> Option<i64> {
    let only = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    only.then(|| text.parse().ok()).flatten()
}

/// Digits, with a sign or without.
fn signed(text: &str) -> Option<i16> {
    let number = digits(text.strip_prefix(['+', '-']).unwrap_or(text))?;
    let number = i16::try_from(number).ok()?;
    Some(if text.starts_with('-') {
        -number
    } else {
        number
    })
}

fn small(list: &BTreeSet<i16>) -> BTreeSet<i8> {
    list.iter()
        .filter_map(|number| i8::try_from(*number).ok())
        .collect()
}

const UNTIL: &str = "%Y%m%dT%H%M%SZ";

fn until(text: &str) -> Option<Timestamp> {
    let shape = text.len() == 16 && text.bytes().filter(u8::is_ascii_digit).count() == 14;
    let at = shape.then(|| DateTime::strptime(UNTIL, text).ok())??;
    Offset::UTC.to_timestamp(at).ok()
}

impl fmt::Display for Recurrence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FREQ={}", self.frequency)?;
        if self.interval != 1 {
            write!(f, ";INTERVAL={}", self.interval)?;
        }
        match self.end {
            None => {}
            Some(End::Count(count)) => write!(f, ";COUNT={count}")?,
            Some(End::Until(until)) => write!(f, ";UNTIL={}", until.strftime(UNTIL))?,
        }
        write_list(f, "BYMONTH", &self.months)?;
        write_list(f, "BYYEARDAY", &self.year_days)?;
        write_list(f, "BYMONTHDAY", &self.month_days)?;
        let weekday = |day: i8| usize::try_from(day).map_or("", |day| WEEKDAYS[day]);
        let days = self.days.iter().map(|(nth, day)| match nth {
            0 => weekday(*day).to_owned(),
            nth => format!("{nth}{}", weekday(*day)),
        });
        write_list(f, "BYDAY", days)?;
        write_list(f, "BYHOUR", &self.hours)?;
        write_list(f, "BYMINUTE", self.minute)?;
        write_list(f, "BYSECOND", self.second)?;
        write_list(f, "BYSETPOS", &self.positions)?;
        if self.week_start != Weekday::Monday {
            let day = weekday(self.week_start.to_monday_zero_offset());
            write!(f, ";WKST={day}")?;
        }
        Ok(())
    }
}

fn write_list(
    f: &mut fmt::Formatter<'_>,
    name: &str,
    list: impl IntoIterator<Item = impl ToString>,
) -> fmt::Result {
    let list: Vec<_> = list.into_iter().map(|item| item.to_string()).collect();
    if list.is_empty() {
        return Ok(());
    }
    write!(f, ";{name}={}", list.join(","))
}

impl TryFrom<String> for Recurrence {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Recurrence> for String {
    fn from(rule: Recurrence) -> Self {
        rule.to_string()
    }
}
