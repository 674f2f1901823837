//! What rules give, what they may not say, and what clocks do to them.

use jiff::SignedDuration;

use super::*;

mod examples;
mod random;
mod refused;

const NEW_YORK: &str = "America/New_York";

fn zone(name: &str) -> Zone {
    Zone::parse(name).unwrap()
}

fn rule(text: &str, start: &str, name: &str) -> Result<Repeat, String> {
    let start = start.parse().unwrap();
    Repeat::rule(text, start, zone(name), "/repeat/rule").map_err(|refused| match refused {
        Refused::Invalid { pointer, detail } => {
            assert_eq!(pointer, "/repeat/rule");
            detail
        }
        other => panic!("{other:?}"),
    })
}

fn good(text: &str, start: &str, name: &str) -> Repeat {
    rule(text, start, name).unwrap_or_else(|detail| panic!("{text} {start} {name}: {detail}"))
}

fn instants(repeat: &Repeat) -> Vec<String> {
    repeat.occurrences().map(|(_, at)| at.to_string()).collect()
}

#[test]
fn hours_are_counted_over_midnight() {
    for (text, expected) in [
        (
            "FREQ=HOURLY;INTERVAL=3;UNTIL=19970902T210000Z",
            &["02 09", "02 12", "02 15"][..],
        ),
        (
            "FREQ=HOURLY;INTERVAL=7;COUNT=4",
            &["02 09", "02 16", "02 23", "03 06"],
        ),
        (
            "FREQ=HOURLY;INTERVAL=25;COUNT=3",
            &["02 09", "03 10", "04 11"],
        ),
        (
            "FREQ=HOURLY;BYHOUR=9,21;BYDAY=TU,WE;COUNT=4",
            &["02 09", "02 21", "03 09", "03 21"],
        ),
        (
            "FREQ=DAILY;BYHOUR=9,12;COUNT=3",
            &["02 09", "02 12", "03 09"],
        ),
        (
            "FREQ=DAILY;BYHOUR=1,9,12;BYSETPOS=2,-1;COUNT=3",
            &["02 09", "02 12", "03 09"],
        ),
    ] {
        let repeat = good(text, "1997-09-02T09:00:00", NEW_YORK);
        let rules = zone(NEW_YORK).rules();
        let hours: Vec<_> = repeat
            .occurrences()
            .map(|(_, at)| rules.to_datetime(at).strftime("%d %H").to_string())
            .collect();
        assert_eq!(hours, expected, "{text}");
    }
}

#[test]
fn a_rule_keeps_its_clock_skips_what_clocks_skip_and_takes_the_first_of_two() {
    let nine = good("FREQ=DAILY;COUNT=2", "2027-03-13T09:00:00", NEW_YORK);
    assert_eq!(
        instants(&nine),
        ["2027-03-13T14:00:00Z", "2027-03-14T13:00:00Z"]
    );
    // The time that is skipped is not counted, and its number stays unused.
    let skipped = good("FREQ=DAILY;COUNT=3", "2027-03-13T02:30:00", NEW_YORK);
    let all: Vec<_> = skipped
        .occurrences()
        .map(|(number, at)| (number, at.to_string()))
        .collect();
    assert_eq!(
        all,
        [
            (1, "2027-03-13T07:30:00Z".to_owned()),
            (3, "2027-03-15T06:30:00Z".to_owned()),
            (4, "2027-03-16T06:30:00Z".to_owned()),
        ]
    );
    let twice = good("FREQ=DAILY;COUNT=3", "2027-11-06T01:30:00", NEW_YORK);
    assert_eq!(
        instants(&twice),
        [
            "2027-11-06T05:30:00Z",
            "2027-11-07T05:30:00Z",
            "2027-11-08T06:30:00Z"
        ]
    );
    let hourly = good("FREQ=HOURLY;COUNT=3", "2027-11-07T00:00:00", NEW_YORK);
    assert_eq!(
        instants(&hourly),
        [
            "2027-11-07T04:00:00Z",
            "2027-11-07T05:00:00Z",
            "2027-11-07T07:00:00Z"
        ]
    );
    let half_hour = good(
        "FREQ=HOURLY;COUNT=3",
        "2027-10-03T01:15:00",
        "Australia/Lord_Howe",
    );
    assert_eq!(
        instants(&half_hour),
        [
            "2027-10-02T14:45:00Z",
            "2027-10-02T16:15:00Z",
            "2027-10-02T17:15:00Z"
        ]
    );
}

#[test]
fn numbers_stay_the_same_when_the_rules_of_the_zone_move() {
    let Repeat::Rule(rule) = good("FREQ=DAILY;COUNT=10", "2027-03-21T02:30:00", NEW_YORK) else {
        panic!("a rule");
    };
    let by = |rules: TimeZone| rule.occurrences_in(rules).collect::<Vec<_>>();
    let today = by(zone(NEW_YORK).rules());
    // As if clocks changed a week later: they skip its very start, which is a time that was named and stays one.
    let later = by(TimeZone::posix("EST5EDT,M3.3.0,M11.3.0").unwrap());
    assert_eq!(later[0].1.to_string(), "2027-03-21T07:30:00Z");
    assert_eq!(later[1..], today[1..]);
    // As if they never changed: all an hour later, under the same numbers.
    let never = by(TimeZone::posix("EST5").unwrap());
    let numbers =
        |all: &[(u32, Timestamp)]| all.iter().map(|(number, _)| *number).collect::<Vec<_>>();
    assert_eq!(numbers(&never), numbers(&today));
    for (never, today) in never.iter().zip(&today) {
        assert_eq!(never.1, today.1 + SignedDuration::from_hours(1));
    }
    // As if they changed three days later: that day's is left out, and another one comes at the end.
    let amid = by(TimeZone::posix("EST5EDT,J83,J300").unwrap());
    assert_eq!(numbers(&amid), [1, 2, 3, 5, 6, 7, 8, 9, 10, 11]);
}

#[test]
fn a_start_that_clocks_came_to_skip_is_not_given_twice() {
    let Repeat::Rule(rule) = good("FREQ=HOURLY;COUNT=3", "2027-03-21T02:30:00", NEW_YORK) else {
        panic!("a rule");
    };
    let later = TimeZone::posix("EST5EDT,M3.3.0,M11.3.0").unwrap();
    let all: Vec<_> = rule
        .occurrences_in(later)
        .map(|(number, at)| (number, at.to_string()))
        .collect();
    assert_eq!(
        all,
        [
            (1, "2027-03-21T07:30:00Z".to_owned()),
            (3, "2027-03-21T08:30:00Z".to_owned()),
            (4, "2027-03-21T09:30:00Z".to_owned()),
        ]
    );
}

#[test]
fn a_rule_without_an_end_ends_after_500_times_or_five_years() {
    let daily = good("FREQ=DAILY", "2027-01-01T09:00:00", "UTC");
    assert_eq!(daily.occurrences().last().unwrap().0, MAX_OCCURRENCES);
    assert_eq!(daily.after(MAX_OCCURRENCES), None);
    let weekly = good("FREQ=WEEKLY", "2027-01-01T09:00:00", "UTC");
    let (number, last) = weekly.occurrences().last().unwrap();
    assert_eq!(
        (number, last.to_string()),
        (262, "2032-01-02T09:00:00Z".into())
    );
    let rare = good("FREQ=YEARLY;INTERVAL=9999", "2027-01-01T09:00:00", "UTC");
    assert_eq!(instants(&rare), ["2027-01-01T09:00:00Z"]);
}

#[test]
fn the_next_occurrences_are_those_behind_a_number_or_an_instant_without_the_skipped() {
    let repeat = good("FREQ=DAILY;COUNT=5", "2027-01-01T09:00:00", "UTC");
    let at = |day| format!("2027-01-0{day}T09:00:00Z").parse().unwrap();
    assert_eq!(repeat.after(0), Some((1, at(1))));
    assert_eq!(repeat.after(4), Some((5, at(5))));
    assert_eq!(repeat.after(5), None);
    assert_eq!(repeat.after(u32::MAX), None);
    let skipped = BTreeSet::from([1, 3, 77]);
    assert_eq!(
        repeat.upcoming(at(1) - SignedDuration::from_millis(1), &skipped, 2),
        [(2, at(2)), (4, at(4))]
    );
    assert_eq!(
        repeat.upcoming(at(2), &skipped, 9),
        [(4, at(4)), (5, at(5))]
    );
    assert_eq!(repeat.upcoming(at(5), &skipped, 9), []);
}

#[test]
fn chosen_times_come_in_their_order_and_only_once() {
    let when = |text: &str, name: &str| {
        let zone = (!name.is_empty()).then(|| zone(name));
        When::parse(text, zone.as_ref(), "/times").unwrap()
    };
    let nine = when("2027-03-14T09:00", NEW_YORK);
    let noon = when("2027-03-14T12:00:00Z", "");
    let repeat = Repeat::times(vec![nine.clone(), noon.clone()], "/times").unwrap();
    assert_eq!(repeat, Repeat::Times(vec![noon.clone(), nine.clone()]));
    assert_eq!(
        instants(&repeat),
        ["2027-03-14T12:00:00Z", "2027-03-14T13:00:00Z"]
    );
    assert_eq!(repeat.after(1).unwrap().0, 2);
    let refused = |times: Vec<When>| Repeat::times(times, "/times").unwrap_err();
    assert_eq!(
        refused(vec![nine, noon, when("2027-03-14T13:00:00Z", "")]),
        Refused::invalid("/times/2", "is the same time as /0: 2027-03-14T13:00:00Z")
    );
    let every = |n: i64| When::Instant(Timestamp::from_second(n).unwrap());
    let words = "must be 1 to 50 times";
    assert_eq!(refused(vec![]), Refused::invalid("/times", words));
    assert_eq!(
        refused((0..51).map(every).collect()),
        Refused::invalid("/times", words)
    );
    assert!(Repeat::times((0..50).map(every).collect(), "/times").is_ok());
}

#[test]
fn a_rule_is_kept_in_one_spelling() {
    for (text, canonical) in [
        ("FREQ=DAILY", "FREQ=DAILY"),
        (
            " rrule:count=3;interval=1;freq=daily;wkst=mo ",
            "FREQ=DAILY;COUNT=3",
        ),
        (
            "BYHOUR=21,9,+9;BYMINUTE=00;BYSECOND=0;BYDAY=FR,MO,FR;FREQ=WEEKLY;WKST=SU;INTERVAL=02",
            "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,FR;BYHOUR=9,21;BYMINUTE=0;BYSECOND=0;WKST=SU",
        ),
        (
            "FREQ=MONTHLY;UNTIL=20271231T235959Z;BYSETPOS=-1,1;BYDAY=-1FR,FR,+1MO;BYMONTHDAY=31,1,-1;BYMONTH=12,1",
            "FREQ=MONTHLY;UNTIL=20271231T235959Z;BYMONTH=1,12;BYMONTHDAY=-1,1,31;BYDAY=-1FR,FR,1MO;BYSETPOS=-1,1",
        ),
    ] {
        let kept: Recurrence = text.parse().unwrap();
        assert_eq!(kept.to_string(), canonical);
        assert_eq!(canonical.parse(), Ok(kept));
    }
}

#[test]
fn it_is_stored_and_read_back_as_it_is() {
    let repeat = good(
        "freq=weekly;byday=fr;count=3",
        "2027-01-01T09:00:00",
        "asia/jakarta",
    );
    let json = r#"{"rule":{"rule":"FREQ=WEEKLY;COUNT=3;BYDAY=FR","start":"2027-01-01T09:00:00","zone":"Asia/Jakarta"}}"#;
    assert_eq!(serde_json::to_string(&repeat).unwrap(), json);
    assert_eq!(serde_json::from_str::<Repeat>(json).unwrap(), repeat);
    assert!(serde_json::from_str::<Repeat>(&json.replace("WEEKLY", "SECONDLY")).is_err());
    assert_eq!(
        good(
            "FREQ=WEEKLY;BYDAY=FR;COUNT=3",
            "2027-01-01T09:00:00.999",
            "Asia/Jakarta"
        ),
        repeat
    );
    let times = Repeat::times(vec![When::Instant(Timestamp::UNIX_EPOCH)], "/times").unwrap();
    let json = r#"{"times":[{"instant":"1970-01-01T00:00:00Z"}]}"#;
    assert_eq!(serde_json::to_string(&times).unwrap(), json);
    assert_eq!(serde_json::from_str::<Repeat>(json).unwrap(), times);
}
