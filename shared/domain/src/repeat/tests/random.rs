//! Rules that are made up, by chance or by malice.

use std::time::{Duration, Instant};

use jiff::SignedDuration;
use jiff::civil::date;
use proptest::prelude::*;

use super::*;
use crate::when::tests::ZONES;

#[test]
fn no_rule_takes_long_whatever_it_says() {
    let every_hour = (0..24)
        .map(|hour| hour.to_string())
        .collect::<Vec<_>>()
        .join(",");
    let nasty = [
        "FREQ=HOURLY".to_owned(),
        "FREQ=HOURLY;BYMONTH=2;BYMONTHDAY=30".to_owned(),
        "FREQ=HOURLY;INTERVAL=9999;BYMONTH=1;BYMONTHDAY=31;BYDAY=MO;BYHOUR=0".to_owned(),
        "FREQ=HOURLY;BYYEARDAY=366;BYMONTH=1".to_owned(),
        "FREQ=DAILY;INTERVAL=9999".to_owned(),
        "FREQ=WEEKLY;INTERVAL=9999;WKST=SU".to_owned(),
        "FREQ=MONTHLY;INTERVAL=9999".to_owned(),
        "FREQ=MONTHLY;BYDAY=53MO".to_owned(),
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=31;BYYEARDAY=-366".to_owned(),
        format!("FREQ=YEARLY;BYDAY=MO,TU,WE,TH,FR,SA,SU;BYHOUR={every_hour};BYSETPOS=-366,366"),
        format!("FREQ=YEARLY;BYDAY=MO,TU,WE,TH,FR,SA,SU;BYHOUR={every_hour};COUNT=500"),
    ];
    let began = Instant::now();
    for text in &nasty {
        for start in [
            "2027-01-01T00:00:00",
            "9999-12-31T23:59:59",
            "-009999-01-01T00:00:00",
        ] {
            if let Ok(repeat) = rule(text, start, NEW_YORK) {
                assert!(repeat.occurrences().count() <= MAX_OCCURRENCES as usize);
                assert!(repeat.after(u32::MAX).is_none());
            }
        }
    }
    // A bound that a slow machine keeps, and that counting hours or seconds one by one would not.
    assert!(
        began.elapsed() < Duration::from_secs(10),
        "{:?}",
        began.elapsed()
    );
}

/// Rules of every kind, most of which mean something.
fn any_rule() -> impl Strategy<Value = String> {
    let list = |name: &'static str, of: Vec<&'static str>| {
        proptest::option::weighted(0.3, proptest::sample::subsequence(of, 1..4)).prop_map(
            move |list| list.map_or(String::new(), |list| format!(";{name}={}", list.join(","))),
        )
    };
    let frequency =
        proptest::sample::select(vec!["HOURLY", "DAILY", "WEEKLY", "MONTHLY", "YEARLY"]);
    let end = prop_oneof![
        Just(String::new()),
        (1..20_u32).prop_map(|count| format!(";COUNT={count}")),
        (2027..2032_i32, 1..13_u32)
            .prop_map(|(year, month)| format!(";UNTIL={year}{month:02}15T120000Z")),
    ];
    (
        frequency,
        1..5_u32,
        end,
        list("BYMONTH", vec!["1", "2", "3", "6", "10", "11"]),
        list("BYMONTHDAY", vec!["1", "7", "14", "29", "31", "-1", "-7"]),
        list("BYDAY", vec!["MO", "SU", "FR", "2TU", "-1SU", "1WE"]),
        list("BYHOUR", vec!["0", "1", "2", "3", "9", "23"]),
        list("BYSETPOS", vec!["1", "2", "-1", "5"]),
        proptest::sample::select(vec!["", ";WKST=SU", ";WKST=TH"]),
    )
        .prop_map(|(frequency, interval, end, months, month_days, days, hours, positions, week)| {
            format!("FREQ={frequency};INTERVAL={interval}{end}{months}{month_days}{days}{hours}{positions}{week}")
        })
}

proptest! {
    #![proptest_config(ProptestConfig { max_global_rejects: 1_000_000, ..ProptestConfig::with_cases(10_000) })]

    #[test]
    fn occurrences_rise_by_what_clocks_show_an_hour_at_least(
        text in any_rule(),
        name in proptest::sample::select(&ZONES[..]),
        hours in 0_i64..366 * 24,
        minute in 0_i64..60,
    ) {
        let from = date(2027, 1, 1).at(0, 0, 0, 0) + SignedDuration::from_mins(60 * hours + minute);
        let recurrence = text.parse::<Recurrence>();
        prop_assume!(recurrence.is_ok());
        let start = recurrence.unwrap().wall_clocks(from).next();
        prop_assume!(start.is_some());
        let repeat = Repeat::rule(&text, start.unwrap(), zone(name), "/repeat");
        prop_assume!(repeat.is_ok());
        let repeat = repeat.unwrap();
        let rules = zone(name).rules();
        let all: Vec<_> = repeat.occurrences().take(24).collect();
        prop_assert!(!all.is_empty());
        prop_assert_eq!(all[0].0, 1);
        prop_assert_eq!(rules.to_datetime(all[0].1), start.unwrap());
        for pair in all.windows(2) {
            let [(number, at), (next_number, next)] = pair else { unreachable!() };
            prop_assert!(next_number > number);
            prop_assert!(next > at);
            let apart = rules.to_datetime(*next).duration_since(rules.to_datetime(*at));
            prop_assert!(apart >= SignedDuration::from_hours(1));
        }
        let middle = all[all.len() / 2];
        prop_assert_eq!(repeat.after(middle.0 - 1), Some(middle));
        let text = serde_json::to_string(&repeat).unwrap();
        prop_assert_eq!(serde_json::from_str::<Repeat>(&text).unwrap(), repeat);
    }

    #[test]
    fn any_text_is_a_rule_or_refused(text in "\\PC{0,60}|[A-Z0-9=;,+-]{0,80}|(FREQ|BYDAY|COUNT|UNTIL|BYHOUR)=[A-Z0-9,+-]{0,20}") {
        if let Ok(rule) = text.parse::<Recurrence>() {
            prop_assert_eq!(rule.to_string().parse(), Ok(rule));
        }
    }
}
