//! What people write, what it means, and what it means when a government changes its mind.

use jiff::civil::date;
use proptest::prelude::*;

use super::*;

fn zone(name: &str) -> Zone {
    Zone::parse(name).unwrap()
}

fn parse(text: &str, name: &str) -> Result<When, String> {
    let zone = (!name.is_empty()).then(|| zone(name));
    When::parse(text, zone.as_ref(), "/publish_at").map_err(|refused| match refused {
        Refused::Invalid { pointer, detail } => {
            assert_eq!(pointer, "/publish_at");
            detail
        }
        other => panic!("{other:?}"),
    })
}

fn resolved(text: &str, name: &str) -> String {
    let when = parse(text, name).unwrap_or_else(|detail| panic!("{text} {name}: {detail}"));
    when.resolve("/publish_at").unwrap().to_string()
}

fn local(at: DateTime, name: &str, offset: Option<&str>) -> LocalTime {
    LocalTime {
        at,
        zone: zone(name),
        offset: offset.map(str::to_owned),
    }
}

#[test]
fn a_time_means_the_instant_at_which_clocks_there_show_it() {
    for (text, name, instant) in [
        ("2027-03-14T09:00:00Z", "", "2027-03-14T09:00:00Z"),
        ("2027-03-14t09:00:00z", "", "2027-03-14T09:00:00Z"),
        ("2027-03-14T09:00Z", "", "2027-03-14T09:00:00Z"),
        ("2027-03-14T09:00:00-00:00", "", "2027-03-14T09:00:00Z"),
        ("2027-03-14T09:00:00+05:45", "", "2027-03-14T03:15:00Z"),
        (
            "2027-03-14T09:00:00.123456789Z",
            "",
            "2027-03-14T09:00:00.123Z",
        ),
        ("2027-03-14T09:00:00.5-04:00", "", "2027-03-14T13:00:00.5Z"),
        (
            "2027-03-14T09:00:00Z",
            "America/New_York",
            "2027-03-14T09:00:00Z",
        ),
        (
            "2027-03-14T09:00",
            "America/New_York",
            "2027-03-14T13:00:00Z",
        ),
        (
            "2027-03-14T09:00:00-04:00",
            "America/New_York",
            "2027-03-14T13:00:00Z",
        ),
        (
            "2027-03-14T01:59:59",
            "America/New_York",
            "2027-03-14T06:59:59Z",
        ),
        (
            "2027-03-14T03:00:00",
            "America/New_York",
            "2027-03-14T07:00:00Z",
        ),
        (
            "2027-11-07T01:30:00-04:00",
            "America/New_York",
            "2027-11-07T05:30:00Z",
        ),
        (
            "2027-11-07T01:30:00-05:00",
            "America/New_York",
            "2027-11-07T06:30:00Z",
        ),
        ("2027-07-01T12:00", "Asia/Kathmandu", "2027-07-01T06:15:00Z"),
        (
            "2027-01-15T12:00",
            "Australia/Lord_Howe",
            "2027-01-15T01:00:00Z",
        ),
        (
            "2027-07-15T12:00",
            "Australia/Lord_Howe",
            "2027-07-15T01:30:00Z",
        ),
        (
            "2027-04-04T01:45:00+11:00",
            "Australia/Lord_Howe",
            "2027-04-03T14:45:00Z",
        ),
        (
            "2027-04-04T01:45:00+10:30",
            "Australia/Lord_Howe",
            "2027-04-03T15:15:00Z",
        ),
        // Ireland's standard time is that of summer, and what is saved is winter's.
        ("2027-01-15T12:00", "Europe/Dublin", "2027-01-15T12:00:00Z"),
        ("2027-07-15T12:00", "Europe/Dublin", "2027-07-15T11:00:00Z"),
        // Morocco went back an hour for each Ramadan, and for good in September 2026.
        (
            "2026-02-14T12:00",
            "Africa/Casablanca",
            "2026-02-14T11:00:00Z",
        ),
        (
            "2026-02-20T12:00",
            "Africa/Casablanca",
            "2026-02-20T12:00:00Z",
        ),
        (
            "2026-07-01T12:00",
            "Africa/Casablanca",
            "2026-07-01T11:00:00Z",
        ),
        (
            "2027-07-01T12:00",
            "Africa/Casablanca",
            "2027-07-01T12:00:00Z",
        ),
        ("2028-02-29T12:00", "UTC", "2028-02-29T12:00:00Z"),
        ("2038-01-19T03:14:08", "UTC", "2038-01-19T03:14:08Z"),
        ("2045-07-01T12:00", "Europe/Berlin", "2045-07-01T10:00:00Z"),
        ("2011-12-31T00:00", "Pacific/Apia", "2011-12-30T10:00:00Z"),
    ] {
        assert_eq!(resolved(text, name), instant, "{text} {name}");
    }
}

#[test]
fn a_time_that_cannot_be_is_refused_with_what_would_be_right() {
    for (text, name, words) in [
        (
            "2027-03-14T02:30",
            "America/New_York",
            "does not exist in America/New_York on that day: clocks go from 02:00 to 03:00; the next valid time is 2027-03-14T03:00:00",
        ),
        (
            "2027-03-14T02:00:00-05:00",
            "America/New_York",
            "does not exist in America/New_York on that day: clocks go from 02:00 to 03:00; the next valid time is 2027-03-14T03:00:00",
        ),
        (
            "2027-10-03T02:15",
            "Australia/Lord_Howe",
            "does not exist in Australia/Lord_Howe on that day: clocks go from 02:00 to 02:30; the next valid time is 2027-10-03T02:30:00",
        ),
        (
            "2027-03-28T01:30",
            "Europe/Dublin",
            "does not exist in Europe/Dublin on that day: clocks go from 01:00 to 02:00; the next valid time is 2027-03-28T02:00:00",
        ),
        (
            "2011-12-30T12:00",
            "Pacific/Apia",
            "does not exist in Pacific/Apia on that day: clocks go from 2011-12-30T00:00:00 to 2011-12-31T00:00:00; the next valid time is 2011-12-31T00:00:00",
        ),
        (
            "2027-11-07T01:30",
            "America/New_York",
            "happens twice in America/New_York on that day: say which one with its offset, \"2027-11-07T01:30:00-04:00\" or \"2027-11-07T01:30:00-05:00\"",
        ),
        (
            "2027-11-07T01:30:00+01:00",
            "America/New_York",
            "happens twice in America/New_York on that day: say which one with its offset, \"2027-11-07T01:30:00-04:00\" or \"2027-11-07T01:30:00-05:00\"",
        ),
        (
            "2027-04-04T01:45",
            "Australia/Lord_Howe",
            "happens twice in Australia/Lord_Howe on that day: say which one with its offset, \"2027-04-04T01:45:00+11:00\" or \"2027-04-04T01:45:00+10:30\"",
        ),
        (
            "2027-10-31T01:30",
            "Europe/Dublin",
            "happens twice in Europe/Dublin on that day: say which one with its offset, \"2027-10-31T01:30:00+01:00\" or \"2027-10-31T01:30:00+00:00\"",
        ),
        (
            "2027-07-01T09:00:00-05:00",
            "America/New_York",
            "has the offset -05:00, but America/New_York has -04:00 at that time",
        ),
        (
            "2027-03-14T09:00",
            "",
            "is a local time: name its time zone, or write the offset behind it, such as 2027-03-14T09:00:00Z",
        ),
        (
            "2027-02-29T09:00:00Z",
            "",
            "has a day that does not exist: 2027-02 goes from 01 to 28",
        ),
        (
            "2028-02-30T09:00:00Z",
            "",
            "has a day that does not exist: 2028-02 goes from 01 to 29",
        ),
        (
            "2027-13-01T09:00:00Z",
            "",
            "has a month 13: months go from 01 to 12",
        ),
        (
            "2027-06-30T23:59:60Z",
            "",
            "has a second 60: leap seconds cannot be chosen, take the second before or after",
        ),
        (
            "2027-06-30T24:00:00Z",
            "",
            "has a time that does not exist: hours go from 00 to 23, minutes and seconds to 59",
        ),
        (
            "2027-06-30T09:00:00+24:00",
            "",
            "has an offset that does not exist: they go from -23:59 to +23:59",
        ),
        ("9999-12-31T23:59:59-12:00", "", TOO_FAR),
        ("9999-12-31T23:59:59", "America/New_York", TOO_FAR),
    ] {
        assert_eq!(parse(text, name).unwrap_err(), words, "{text} {name}");
    }
}

#[test]
fn what_has_another_shape_is_refused_with_the_right_one() {
    for text in [
        "",
        "T",
        "now",
        "2027-03-14",
        "2027-03-14T",
        "2027-03-14 09:00:00Z",
        "2027-03-14T09Z",
        "2027-3-14T09:00:00Z",
        "27-03-14T09:00:00Z",
        "+002027-03-14T09:00:00Z",
        "-2027-03-14T09:00:00Z",
        "20270314T090000Z",
        "2027-03-14T09:00:00,5Z",
        "2027-03-14T09:00:00.Z",
        "2027-03-14T09:00.5Z",
        "2027-03-14T09:00:00.5.5Z",
        "2027-03-14T09:00:00ZZ",
        "2027-03-14T09:00:00+5",
        "2027-03-14T09:00:00+0545",
        "2027-03-14T09:00:00+05:45:00",
        "2027-03-14T09:00:00-é5:00",
        "2027-03-14T09:00:00Z[Europe/Paris]",
        "2027-03-14T09:00:00 Z",
        " 2027-03-14T09:00:00Z",
        "２０２７-03-14T09:00:00Z",
        "1805014800",
    ] {
        for name in ["", "Europe/Paris"] {
            assert_eq!(parse(text, name).unwrap_err(), SHAPE, "{text} {name}");
        }
    }
}

#[test]
fn the_offset_is_kept_only_where_it_tells_two_times_apart() {
    let kept = |text, name| match parse(text, name).unwrap() {
        When::Local(local) => local.offset,
        When::Instant(at) => panic!("{at}"),
    };
    let new_york = "America/New_York";
    assert_eq!(
        kept("2027-11-07T01:30:00-04:00", new_york).as_deref(),
        Some("-04:00")
    );
    assert_eq!(
        kept("2027-11-07T01:30:00-05:00", new_york).as_deref(),
        Some("-05:00")
    );
    assert_eq!(kept("2027-11-07T02:00:00-05:00", new_york), None);
    assert_eq!(kept("2027-11-07T02:00:00", new_york), None);
}

#[test]
fn a_local_time_keeps_its_clock_when_the_rule_of_its_zone_moves() {
    // As if New York stayed on summer time all the year.
    let summer = TimeZone::posix("EDT4").unwrap();
    let winter = local(date(2027, 12, 1).at(9, 0, 0, 0), "America/New_York", None);
    let before = winter.resolve_in(&winter.zone.rules(), "/when").unwrap();
    assert_eq!(before.to_string(), "2027-12-01T14:00:00Z");
    let after = winter.resolve_in(&summer, "/when").unwrap();
    assert_eq!(after.to_string(), "2027-12-01T13:00:00Z");
    // Approved while the other rule held, it has moved by the rule of today.
    let when = When::Local(winter);
    assert_eq!(when.moved(after), Some(before));
    assert_eq!(when.moved(before), None);
    assert_eq!(when.moved(before + SignedDuration::from_nanos(1)), None);
    assert_eq!(When::Instant(before).moved(before), None);
}

#[test]
fn who_chose_nine_oclock_in_morocco_before_its_rule_moved_still_gets_nine_oclock() {
    let chosen = local(date(2027, 7, 1).at(9, 0, 0, 0), "Africa/Casablanca", None);
    let was = chosen
        .resolve_in(&TimeZone::posix("<+01>-1").unwrap(), "/when")
        .unwrap();
    assert_eq!(was.to_string(), "2027-07-01T08:00:00Z");
    let now = When::Local(chosen).moved(was).unwrap();
    assert_eq!(now.to_string(), "2027-07-01T09:00:00Z");
}

#[test]
fn a_stored_time_that_clocks_came_to_skip_or_to_repeat_still_resolves() {
    // As if New York changed a week later in spring, and two weeks later in autumn.
    let moved = TimeZone::posix("EST5EDT,M3.3.0,M11.3.0").unwrap();
    let at = |month, day, hour, offset| {
        local(
            date(2027, month, day).at(hour, 30, 0, 0),
            "America/New_York",
            offset,
        )
        .resolve_in(&moved, "/when")
        .unwrap()
        .to_string()
    };
    assert!(parse("2027-03-21T02:30", "America/New_York").is_ok());
    assert_eq!(at(3, 21, 2, None), "2027-03-21T07:30:00Z"); // 03:30 of summer time
    assert_eq!(at(11, 21, 1, None), "2027-11-21T05:30:00Z"); // the first of two
    assert_eq!(at(11, 21, 1, Some("-05:00")), "2027-11-21T06:30:00Z");
    assert_eq!(at(11, 21, 1, Some("-04:00")), "2027-11-21T05:30:00Z");
    assert_eq!(at(11, 21, 1, Some("nonsense")), "2027-11-21T05:30:00Z");
    // Where it was one of two and is not any more, what clocks show counts.
    assert_eq!(at(11, 7, 1, Some("-05:00")), "2027-11-07T05:30:00Z");
}

#[test]
fn it_is_stored_as_it_was_chosen() {
    for (when, json) in [
        (
            parse("2027-03-14T09:00:00.25-04:00", "").unwrap(),
            r#"{"instant":"2027-03-14T13:00:00.25Z"}"#,
        ),
        (
            parse("2027-03-14T09:00", "america/new_york").unwrap(),
            r#"{"local":{"at":"2027-03-14T09:00:00","zone":"America/New_York"}}"#,
        ),
        (
            parse("2027-11-07T01:30:00-05:00", "America/New_York").unwrap(),
            r#"{"local":{"at":"2027-11-07T01:30:00","zone":"America/New_York","offset":"-05:00"}}"#,
        ),
    ] {
        assert_eq!(serde_json::to_string(&when).unwrap(), json);
        assert_eq!(serde_json::from_str::<When>(json).unwrap(), when);
    }
}

/// Zones whose rules are unlike each other: half hours, quarters, negative saving, midnight gaps, rules that moved, none.
pub(crate) const ZONES: [&str; 12] = [
    "UTC",
    "America/New_York",
    "America/St_Johns",
    "Europe/Dublin",
    "Europe/Berlin",
    "Africa/Casablanca",
    "Africa/Cairo",
    "Asia/Kathmandu",
    "Asia/Jakarta",
    "Australia/Lord_Howe",
    "Pacific/Chatham",
    "America/Santiago",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20_000))]

    #[test]
    fn resolving_and_reading_the_clock_there_gives_back_what_was_written(
        name in proptest::sample::select(&ZONES[..]),
        minutes in 0_i64..40 * 366 * 24 * 60,
    ) {
        let zone = zone(name);
        let rules = zone.rules();
        let at = date(2026, 1, 1).at(0, 0, 0, 0) + SignedDuration::from_mins(minutes);
        match When::parse(&at.to_string(), Some(&zone), "/when") {
            Ok(when) => {
                let instant = when.resolve("/when").unwrap();
                prop_assert_eq!(rules.to_datetime(instant), at);
                prop_assert_eq!(when.moved(instant), None);
            }
            Err(Refused::Invalid { detail, .. }) => match rules.to_ambiguous_timestamp(at).offset() {
                AmbiguousOffset::Gap { .. } => {
                    let next = detail.rsplit(' ').next().unwrap();
                    let when = When::parse(next, Some(&zone), "/when").unwrap();
                    // It is the first time after the gap: a second before, clocks show one before the gap.
                    let instant = when.resolve("/when").unwrap();
                    prop_assert!(rules.to_datetime(instant) > at);
                    prop_assert!(rules.to_datetime(instant - SignedDuration::from_secs(1)) < at);
                }
                AmbiguousOffset::Fold { before, after } => for offset in [before, after] {
                    let text = format!("{at}{}", written(offset));
                    prop_assert!(detail.contains(&text));
                    let instant = When::parse(&text, Some(&zone), "/when").unwrap().resolve("/when").unwrap();
                    prop_assert_eq!(instant, offset.to_timestamp(at).unwrap());
                    prop_assert_eq!(rules.to_datetime(instant), at);
                },
                AmbiguousOffset::Unambiguous { .. } => prop_assert!(false, "{}", detail),
            },
            Err(other) => prop_assert!(false, "{:?}", other),
        }
    }

    #[test]
    fn any_text_is_read_or_refused(text in "\\PC{0,40}|[0-9TZtz:.+-]{0,40}|[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2})?([+-][0-9]{2}:[0-9]{2})?") {
        let zone = zone("America/New_York");
        for zone in [None, Some(&zone)] {
            if let Ok(when) = When::parse(&text, zone, "/when") {
                let at = when.resolve("/when").unwrap();
                prop_assert_eq!(at, millis(at));
            }
        }
    }
}
