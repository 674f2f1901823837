//! What rules may not say.

use super::*;

const OFTEN: &str = "must have FREQ=HOURLY, DAILY, WEEKLY, MONTHLY or YEARLY: a post goes out again an hour later at the soonest";
const PARTS: &str = "has a part that is not supported: these are, FREQ, INTERVAL, COUNT, UNTIL, BYMONTH, BYYEARDAY, BYMONTHDAY, BYDAY, \
                 BYHOUR, BYMINUTE, BYSECOND, BYSETPOS, WKST";
const SHAPE: &str =
    "must be a recurrence rule of RFC 5545, such as FREQ=WEEKLY;BYDAY=MO,TH;COUNT=10";
const DAYS: &str =
    "must have days in BYDAY, such as MO,TH, or 1MO,-1FR for the first Monday and the last Friday";
const UNTIL: &str = "must have universal time in UNTIL, such as 20271231T235959Z";

/// What is refused from nine on New Year's Day 2027 in universal time, and with which words.
const REFUSED: &[(&str, &str)] = &[
    ("", SHAPE),
    ("daily", SHAPE),
    ("FREQ=DAILY;", SHAPE),
    ("FREQ=DAILY;;COUNT=3", SHAPE),
    ("COUNT=3", OFTEN),
    ("FREQ=SECONDLY", OFTEN),
    ("FREQ=MINUTELY;INTERVAL=60", OFTEN),
    ("FREQ=FORTNIGHTLY", OFTEN),
    ("FREQ=YEARLY;BYWEEKNO=20", PARTS),
    ("FREQ=YEARLY;BYEASTER=0", PARTS),
    ("RSCALE=CHINESE;FREQ=YEARLY", PARTS),
    ("FREQ=DAILY\nEXDATE=20270101T090000Z", OFTEN),
    ("FREQ=DAILY;FREQ=WEEKLY", "has FREQ twice"),
    (
        "FREQ=DAILY;INTERVAL=0",
        "must have a number from 1 to 9999 in INTERVAL",
    ),
    (
        "FREQ=DAILY;INTERVAL=10000",
        "must have a number from 1 to 9999 in INTERVAL",
    ),
    (
        "FREQ=DAILY;INTERVAL=99999999999999999999",
        "must have a number from 1 to 9999 in INTERVAL",
    ),
    (
        "FREQ=DAILY;INTERVAL=+2",
        "must have a number from 1 to 9999 in INTERVAL",
    ),
    (
        "FREQ=DAILY;COUNT=0",
        "must have a number from 1 to 500 in COUNT",
    ),
    (
        "FREQ=DAILY;COUNT=501",
        "must have a number from 1 to 500 in COUNT",
    ),
    (
        "FREQ=DAILY;COUNT=2;UNTIL=20270201T000000Z",
        "may have COUNT or UNTIL, not both",
    ),
    ("FREQ=DAILY;UNTIL=20270201", UNTIL),
    ("FREQ=DAILY;UNTIL=20270201T000000", UNTIL),
    ("FREQ=DAILY;UNTIL=20270230T000000Z", UNTIL),
    ("FREQ=DAILY;UNTIL=2027-02-01T00:00Z", UNTIL),
    (
        "FREQ=DAILY;BYMONTH=13",
        "must have numbers from 1 to 12 in BYMONTH",
    ),
    (
        "FREQ=DAILY;BYMONTH=-1",
        "must have numbers from 1 to 12 in BYMONTH",
    ),
    (
        "FREQ=DAILY;BYMONTH=",
        "must have numbers from 1 to 12 in BYMONTH",
    ),
    (
        "FREQ=DAILY;BYMONTH=1,,2",
        "must have numbers from 1 to 12 in BYMONTH",
    ),
    (
        "FREQ=MONTHLY;BYMONTHDAY=0",
        "must have numbers from 1 to 31 or -31 to -1 in BYMONTHDAY",
    ),
    (
        "FREQ=MONTHLY;BYMONTHDAY=32",
        "must have numbers from 1 to 31 or -31 to -1 in BYMONTHDAY",
    ),
    (
        "FREQ=MONTHLY;BYMONTHDAY=-99999999999",
        "must have numbers from 1 to 31 or -31 to -1 in BYMONTHDAY",
    ),
    (
        "FREQ=DAILY;BYHOUR=24",
        "must have numbers from 0 to 23 in BYHOUR",
    ),
    (
        "FREQ=DAILY;BYSECOND=60",
        "must have numbers from 0 to 59 in BYSECOND",
    ),
    (
        "FREQ=DAILY;BYMINUTE=0,30",
        "may have only one value in BYMINUTE: a post goes out again an hour later at the soonest",
    ),
    (
        "FREQ=DAILY;BYSECOND=0,1",
        "may have only one value in BYSECOND: a post goes out again an hour later at the soonest",
    ),
    ("FREQ=WEEKLY;BYDAY=MON", DAYS),
    ("FREQ=WEEKLY;BYDAY=M", DAYS),
    ("FREQ=WEEKLY;BYDAY=é", DAYS),
    ("FREQ=WEEKLY;BYDAY=", DAYS),
    ("FREQ=MONTHLY;BYDAY=0MO", DAYS),
    ("FREQ=MONTHLY;BYDAY=54MO", DAYS),
    (
        "FREQ=WEEKLY;BYDAY=1MO",
        "may have numbered days in BYDAY with FREQ=MONTHLY or YEARLY only",
    ),
    (
        "FREQ=WEEKLY;BYMONTHDAY=1",
        "may not have BYMONTHDAY with FREQ=WEEKLY",
    ),
    (
        "FREQ=DAILY;BYYEARDAY=1",
        "may have BYYEARDAY with FREQ=YEARLY or HOURLY only",
    ),
    (
        "FREQ=MONTHLY;BYSETPOS=1",
        "may have BYSETPOS with another part by which it repeats only",
    ),
    (
        "FREQ=HOURLY;BYHOUR=9;BYSETPOS=1",
        "may not have BYSETPOS with FREQ=HOURLY: an hour has one time",
    ),
    (
        "FREQ=WEEKLY;WKST=XX",
        "must have one of MO, TU, WE, TH, FR, SA, SU in WKST",
    ),
    (
        "FREQ=WEEKLY;BYDAY=MO",
        "does not give the time that it starts at, 2027-01-01T09:00:00: the first that it gives is 2027-01-04T09:00:00",
    ),
    (
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
        "gives no time within five years of 2027-01-01T09:00:00",
    ),
    (
        "FREQ=YEARLY;COUNT=7",
        "has COUNT=7, but gives only 6 within five years of its start",
    ),
    (
        "FREQ=DAILY;UNTIL=20270101T085959Z",
        "ends by UNTIL before it starts at 2027-01-01T09:00:00Z",
    ),
    (
        "FREQ=YEARLY;UNTIL=20330101T000000Z",
        "ends by UNTIL more than five years behind its start at 2027-01-01T09:00:00Z",
    ),
    (
        "FREQ=DAILY;UNTIL=20290101T000000Z",
        "gives more than 500 times until its end",
    ),
];

#[test]
fn what_a_rule_may_not_say_is_refused_with_what_it_may() {
    for &(text, words) in REFUSED {
        assert_eq!(
            rule(text, "2027-01-01T09:00:00", "UTC").unwrap_err(),
            words,
            "{text}"
        );
    }
    assert_eq!(
        rule(
            &format!("FREQ=DAILY;BYHOUR={}9", "9,".repeat(500)),
            "2027-01-01T09:00:00",
            "UTC"
        )
        .unwrap_err(),
        "must be at most 1000 bytes long"
    );
    assert_eq!(
        rule("FREQ=DAILY", "2027-03-14T02:30:00", NEW_YORK).unwrap_err(),
        "starts at 2027-03-14T02:30:00, which does not exist in America/New_York on that day: clocks go from 02:00 to 03:00; \
         the next valid time is 2027-03-14T03:00:00"
    );
}
