//! When slots come, where clocks skip or repeat them, and what is no slot.

use jiff::tz::AmbiguousOffset;
use proptest::prelude::*;

use super::*;
use crate::when::tests::ZONES;

fn slot(day: &str, time: &str) -> SlotText {
    SlotText {
        day: day.to_owned(),
        time: time.to_owned(),
    }
}

fn times(zone: &str, slots: &[(&str, &str)]) -> PostingTimes {
    let slots: Vec<_> = slots.iter().map(|(day, time)| slot(day, time)).collect();
    PostingTimes::parse(Zone::parse(zone).unwrap(), &slots, "/slots").unwrap()
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn next(times: &PostingTimes, after: &str, n: usize) -> Vec<String> {
    let slots = times.slots_after(at(after)).take(n);
    slots.map(|slot| slot.to_string()).collect()
}

#[test]
fn slots_follow_the_clocks_of_their_zone() {
    let times = times(
        "America/New_York",
        &[
            ("friday", "18:30"),
            ("monday", "09:00"),
            ("friday", "08:00"),
        ],
    );
    assert_eq!(
        next(&times, "2027-03-11T00:00:00Z", 4),
        [
            "2027-03-12T13:00:00Z",
            "2027-03-12T23:30:00Z",
            "2027-03-15T13:00:00Z", // an hour earlier, by summer time
            "2027-03-19T12:00:00Z",
        ]
    );
    // A slot is behind an instant only if it is later.
    assert_eq!(
        next(&times, "2027-03-12T13:00:00Z", 1),
        ["2027-03-12T23:30:00Z"]
    );
    assert_eq!(
        next(&times, "2027-03-12T12:59:59.999Z", 1),
        ["2027-03-12T13:00:00Z"]
    );
}

#[test]
fn a_slot_that_clocks_skip_moves_to_the_next_time_they_show_and_meets_the_slot_there_once() {
    let spring = [
        ("sunday", "02:10"),
        ("sunday", "02:50"),
        ("sunday", "03:00"),
        ("sunday", "03:05"),
    ];
    assert_eq!(
        next(
            &times("America/New_York", &spring),
            "2027-03-14T00:00:00Z",
            3
        ),
        [
            "2027-03-14T07:00:00Z",
            "2027-03-14T07:05:00Z",
            "2027-03-21T06:10:00Z",
        ]
    );
    assert_eq!(
        next(
            &times("Australia/Lord_Howe", &[("sunday", "02:10")]),
            "2027-10-02T00:00:00Z",
            2
        ),
        ["2027-10-02T15:30:00Z", "2027-10-09T15:10:00Z"]
    );
}

#[test]
fn a_slot_that_clocks_show_twice_is_at_the_first() {
    assert_eq!(
        next(
            &times("America/New_York", &[("sunday", "01:30")]),
            "2027-11-06T00:00:00Z",
            2
        ),
        ["2027-11-07T05:30:00Z", "2027-11-14T06:30:00Z"]
    );
    // Between the two, it is over.
    assert_eq!(
        next(
            &times("America/New_York", &[("sunday", "01:30")]),
            "2027-11-07T05:45:00Z",
            1
        ),
        ["2027-11-14T06:30:00Z"]
    );
}

#[test]
fn a_slot_on_a_day_that_clocks_skip_is_at_the_end_of_it() {
    // Samoa had no 30 December 2011, a Friday.
    assert_eq!(
        next(
            &times("Pacific/Apia", &[("friday", "12:00")]),
            "2011-12-29T23:00:00Z",
            2
        ),
        ["2011-12-30T10:00:00Z", "2012-01-05T22:00:00Z"]
    );
}

#[test]
fn the_next_free_slot_is_the_first_that_is_not_taken_within_a_year() {
    let times = times(
        "Asia/Jakarta",
        &[("monday", "09:00"), ("thursday", "09:00")],
    );
    let now = at("2027-03-01T00:00:00Z");
    let mut taken = BTreeSet::new();
    for expected in [
        "2027-03-01T02:00:00Z",
        "2027-03-04T02:00:00Z",
        "2027-03-08T02:00:00Z",
    ] {
        let free = times.next_free(now, &taken).unwrap();
        assert_eq!(free.to_string(), expected);
        taken.insert(free);
    }
    taken.remove(&at("2027-03-04T02:00:00Z"));
    assert_eq!(
        times.next_free(now, &taken),
        Some(at("2027-03-04T02:00:00Z"))
    );
    while let Some(free) = times.next_free(now, &taken) {
        assert!(free <= now + LOOK_AHEAD);
        taken.insert(free);
    }
    assert_eq!(taken.len(), 105); // 53 Mondays and 52 Thursdays
}

#[test]
fn what_is_no_slot_is_refused_where_it_stands() {
    let parse = |slots: &[SlotText]| match PostingTimes::parse(Zone::utc(), slots, "/slots") {
        Err(Refused::Invalid { pointer, detail }) => (pointer, detail),
        other => panic!("{other:?}"),
    };
    let good = slot("monday", "09:00");
    for bad in ["Monday", "mon", "", "1"] {
        assert_eq!(
            parse(&[good.clone(), slot(bad, "09:00")]),
            (
                "/slots/1/day".into(),
                "must be one of monday, tuesday, wednesday, thursday, friday, saturday, sunday"
                    .into()
            )
        );
    }
    for bad in [
        "",
        "9:00",
        "24:00",
        "09:60",
        "09:00:00",
        "0900",
        "-1:00",
        "09:+1",
        "09:00Z",
        "٠٩:٠٠",
    ] {
        assert_eq!(
            parse(&[slot("sunday", bad)]),
            (
                "/slots/0/time".into(),
                "must be a time from 00:00 to 23:59, such as 09:00".into()
            ),
            "{bad}"
        );
    }
    assert_eq!(
        parse(&[good.clone(), slot("sunday", "23:59"), good.clone()]),
        ("/slots/2".into(), "is the same slot as /slots/0".into())
    );
    assert_eq!(
        parse(&[]),
        ("/slots".into(), "must be 1 to 100 slots".into())
    );
    let many: Vec<_> = (0..101)
        .map(|n| slot("monday", &format!("{:02}:{:02}", n / 60, n % 60)))
        .collect();
    assert_eq!(
        parse(&many),
        ("/slots".into(), "must be 1 to 100 slots".into())
    );
    assert!(PostingTimes::parse(Zone::utc(), &many[..100], "/slots").is_ok());
}

#[test]
fn posting_times_are_stored_in_order_and_read_back_only_if_they_are_right() {
    let times = times("Asia/Jakarta", &[("sunday", "07:05"), ("monday", "09:00")]);
    let json = r#"{"zone":"Asia/Jakarta","slots":[{"day":"monday","time":"09:00"},{"day":"sunday","time":"07:05"}]}"#;
    assert_eq!(serde_json::to_string(&times).unwrap(), json);
    assert_eq!(serde_json::from_str::<PostingTimes>(json).unwrap(), times);
    for bad in [
        json.replace("Jakarta", "Nowhere"),
        json.replace("monday", "someday"),
        json.replace("07:05", "7:05"),
        json.replace(r#""time":"07:05""#, r#""time":"07:05","second":1"#),
        json.replace("]}", r#"],"more":1}"#),
    ] {
        assert!(serde_json::from_str::<PostingTimes>(&bad).is_err(), "{bad}");
    }
}

fn any_times() -> impl Strategy<Value = PostingTimes> {
    let slots = proptest::collection::btree_set((0..7_usize, 0..24_u8, 0..60_u8), 1..12);
    (proptest::sample::select(&ZONES[..]), slots).prop_map(|(zone, slots)| {
        let slots: Vec<_> = slots
            .into_iter()
            .map(|(day, hour, minute)| slot(DAYS[day], &format!("{hour:02}:{minute:02}")))
            .collect();
        PostingTimes::parse(Zone::parse(zone).unwrap(), &slots, "/slots").unwrap()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10_000))]

    #[test]
    fn slots_rise_and_clocks_show_them_or_the_end_of_a_gap(
        times in any_times(),
        minutes in 0_i64..20 * 366 * 24 * 60,
    ) {
        let after = at("2026-01-01T00:00:00Z") + SignedDuration::from_mins(minutes);
        let rules = times.zone().rules();
        let mut last = after;
        for slot in times.slots_after(after).take(2 * times.slots().len()) {
            prop_assert!(slot > last);
            last = slot;
            let shown = rules.to_datetime(slot);
            let listed = times.slots().iter().any(|slot| {
                (slot.weekday, slot.hour, slot.minute) == (shown.weekday(), shown.hour(), shown.minute())
            });
            let before = rules.to_datetime(slot - SignedDuration::from_secs(1));
            prop_assert!(listed || shown.duration_since(before) > SignedDuration::from_secs(1));
        }
        // Whatever clocks show in a week is there.
        let week = after + SignedDuration::from_hours(7 * 24);
        let there: BTreeSet<_> = times.slots_after(after).take_while(|at| *at <= week).collect();
        for day in rules.to_datetime(after).date().series(1.day()).take(8) {
            for slot in times.slots().iter().filter(|slot| slot.weekday == day.weekday()) {
                let clocks = rules.to_ambiguous_timestamp(day.at(slot.hour, slot.minute, 0, 0));
                let skipped = matches!(clocks.offset(), AmbiguousOffset::Gap { .. });
                let at = clocks.earlier().unwrap();
                prop_assert!(skipped || at <= after || at > week || there.contains(&at));
            }
        }
    }

    #[test]
    fn a_taken_slot_is_never_the_next_free_one(
        times in any_times(),
        minutes in 0_i64..20 * 366 * 24 * 60,
        takes in proptest::collection::vec(any::<bool>(), 0..20),
    ) {
        let after = at("2026-01-01T00:00:00Z") + SignedDuration::from_mins(minutes);
        let slots: Vec<_> = times.slots_after(after).take(takes.len() + 1).collect();
        let taken = slots.iter().zip(&takes).filter(|(_, taken)| **taken).map(|(slot, _)| *slot).collect();
        let free = times.next_free(after, &taken).unwrap();
        prop_assert!(!taken.contains(&free));
        let first = slots.iter().find(|slot| !taken.contains(slot));
        prop_assert_eq!(Some(&free), first);
    }
}
