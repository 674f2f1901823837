//! The examples of RFC 5545.

use super::*;

/// The days on which it occurs at nine in New York, such as `1997 09/02,04 10/01`.
fn days(repeat: &Repeat, most: usize) -> String {
    let rules = zone(NEW_YORK).rules();
    let (mut text, mut year, mut month) = (String::new(), 0, 0);
    for (_, at) in repeat.occurrences().take(most) {
        let at = rules.to_datetime(at);
        assert_eq!((at.hour(), at.minute(), at.second()), (9, 0, 0));
        if at.year() != year {
            text.extend([" ".into(), at.year().to_string()]);
            (year, month) = (at.year(), 0);
        }
        let day = if at.month() == month { ",%d" } else { " %m/%d" };
        text.extend([at.strftime(day).to_string()]);
        month = at.month();
    }
    text.trim().to_owned()
}

/// The examples of RFC 5545, 3.8.5.3, all in New York: a rule, the day it starts at nine, and the days it gives. Where the RFC's goes on
/// for ever or longer than anything is scheduled here, its beginning.
const EXAMPLES: [(&str, &str, &str); 37] = [
    (
        "FREQ=DAILY;COUNT=10",
        "1997-09-02",
        "1997 09/02,03,04,05,06,07,08,09,10,11",
    ),
    (
        "FREQ=DAILY;INTERVAL=2",
        "1997-09-02",
        "1997 09/02,04,06,08,10,12,14,16,18,20",
    ),
    (
        "FREQ=DAILY;INTERVAL=10;COUNT=5",
        "1997-09-02",
        "1997 09/02,12,22 10/02,12",
    ),
    (
        "FREQ=WEEKLY;COUNT=10",
        "1997-09-02",
        "1997 09/02,09,16,23,30 10/07,14,21,28 11/04",
    ),
    (
        "FREQ=WEEKLY;UNTIL=19971224T000000Z",
        "1997-09-02",
        "1997 09/02,09,16,23,30 10/07,14,21,28 11/04,11,18,25 12/02,09,16,23",
    ),
    (
        "FREQ=WEEKLY;INTERVAL=2;WKST=SU",
        "1997-09-02",
        "1997 09/02,16,30 10/14,28 11/11,25 12/09,23 1998 01/06,20 02/03,17",
    ),
    (
        "FREQ=WEEKLY;UNTIL=19971007T000000Z;WKST=SU;BYDAY=TU,TH",
        "1997-09-02",
        "1997 09/02,04,09,11,16,18,23,25,30 10/02",
    ),
    (
        "FREQ=WEEKLY;COUNT=10;WKST=SU;BYDAY=TU,TH",
        "1997-09-02",
        "1997 09/02,04,09,11,16,18,23,25,30 10/02",
    ),
    (
        "FREQ=WEEKLY;INTERVAL=2;UNTIL=19971224T000000Z;WKST=SU;BYDAY=MO,WE,FR",
        "1997-09-01",
        "1997 09/01,03,05,15,17,19,29 10/01,03,13,15,17,27,29,31 11/10,12,14,24,26,28 12/08,10,12,22",
    ),
    (
        "FREQ=WEEKLY;INTERVAL=2;COUNT=8;WKST=SU;BYDAY=TU,TH",
        "1997-09-02",
        "1997 09/02,04,16,18,30 10/02,14,16",
    ),
    (
        "FREQ=MONTHLY;COUNT=10;BYDAY=1FR",
        "1997-09-05",
        "1997 09/05 10/03 11/07 12/05 1998 01/02 02/06 03/06 04/03 05/01 06/05",
    ),
    (
        "FREQ=MONTHLY;UNTIL=19971224T000000Z;BYDAY=1FR",
        "1997-09-05",
        "1997 09/05 10/03 11/07 12/05",
    ),
    (
        "FREQ=MONTHLY;INTERVAL=2;COUNT=10;BYDAY=1SU,-1SU",
        "1997-09-07",
        "1997 09/07,28 11/02,30 1998 01/04,25 03/01,29 05/03,31",
    ),
    (
        "FREQ=MONTHLY;COUNT=6;BYDAY=-2MO",
        "1997-09-22",
        "1997 09/22 10/20 11/17 12/22 1998 01/19 02/16",
    ),
    (
        "FREQ=MONTHLY;BYMONTHDAY=-3",
        "1997-09-28",
        "1997 09/28 10/29 11/28 12/29 1998 01/29 02/26",
    ),
    (
        "FREQ=MONTHLY;COUNT=10;BYMONTHDAY=2,15",
        "1997-09-02",
        "1997 09/02,15 10/02,15 11/02,15 12/02,15 1998 01/02,15",
    ),
    (
        "FREQ=MONTHLY;COUNT=10;BYMONTHDAY=1,-1",
        "1997-09-30",
        "1997 09/30 10/01,31 11/01,30 12/01,31 1998 01/01,31 02/01",
    ),
    (
        "FREQ=MONTHLY;INTERVAL=18;COUNT=10;BYMONTHDAY=10,11,12,13,14,15",
        "1997-09-10",
        "1997 09/10,11,12,13,14,15 1999 03/10,11,12,13",
    ),
    (
        "FREQ=MONTHLY;INTERVAL=2;BYDAY=TU",
        "1997-09-02",
        "1997 09/02,09,16,23,30 11/04,11,18,25 1998 01/06,13,20,27 03/03,10,17,24,31",
    ),
    (
        "FREQ=YEARLY;COUNT=10;BYMONTH=6,7",
        "1997-06-10",
        "1997 06/10 07/10 1998 06/10 07/10 1999 06/10 07/10 2000 06/10 07/10 2001 06/10 07/10",
    ),
    (
        "FREQ=YEARLY;INTERVAL=2;BYMONTH=1,2,3",
        "1997-03-10",
        "1997 03/10 1999 01/10 02/10 03/10 2001 01/10 02/10 03/10",
    ),
    (
        "FREQ=YEARLY;INTERVAL=3;BYYEARDAY=1,100,200",
        "1997-01-01",
        "1997 01/01 04/10 07/19 2000 01/01 04/09 07/18",
    ),
    (
        "FREQ=YEARLY;BYDAY=20MO",
        "1997-05-19",
        "1997 05/19 1998 05/18 1999 05/17",
    ),
    (
        "FREQ=YEARLY;BYMONTH=3;BYDAY=TH",
        "1997-03-13",
        "1997 03/13,20,27 1998 03/05,12,19,26 1999 03/04,11,18,25",
    ),
    (
        "FREQ=YEARLY;BYDAY=TH;BYMONTH=6,7,8",
        "1997-06-05",
        "1997 06/05,12,19,26 07/03,10,17,24,31 08/07,14,21,28 1998 06/04,11,18,25 07/02,09,16,23,30 08/06,13,20,27",
    ),
    (
        "FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13",
        "1998-02-13",
        "1998 02/13 03/13 11/13 1999 08/13 2000 10/13",
    ),
    (
        "FREQ=MONTHLY;BYDAY=SA;BYMONTHDAY=7,8,9,10,11,12,13",
        "1997-09-13",
        "1997 09/13 10/11 11/08 12/13 1998 01/10 02/07 03/07 04/11 05/09 06/13",
    ),
    (
        "FREQ=YEARLY;INTERVAL=4;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8",
        "1996-11-05",
        "1996 11/05 2000 11/07",
    ),
    (
        "FREQ=MONTHLY;COUNT=3;BYDAY=TU,WE,TH;BYSETPOS=3",
        "1997-09-04",
        "1997 09/04 10/07 11/06",
    ),
    (
        "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-2",
        "1997-09-29",
        "1997 09/29 10/30 11/27 12/30 1998 01/29 02/26 03/30",
    ),
    (
        "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=MO",
        "1997-08-05",
        "1997 08/05,10,19,24",
    ),
    (
        "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=SU",
        "1997-08-05",
        "1997 08/05,17,19,31",
    ),
    (
        "FREQ=MONTHLY;BYMONTHDAY=15,30;COUNT=5",
        "2007-01-15",
        "2007 01/15,30 02/15 03/15,30",
    ),
    // What a month or a year lacks is left out, and not moved.
    (
        "FREQ=MONTHLY",
        "2027-01-31",
        "2027 01/31 03/31 05/31 07/31 08/31 10/31 12/31",
    ),
    ("FREQ=YEARLY", "2024-02-29", "2024 02/29 2028 02/29"),
    (
        "FREQ=YEARLY;BYYEARDAY=366",
        "2024-12-31",
        "2024 12/31 2028 12/31",
    ),
    (
        "FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3,10",
        "2027-03-28",
        "2027 03/28 10/31 2028 03/26 10/29",
    ),
];

#[test]
fn rules_give_what_rfc_5545_says_they_do() {
    for (text, start, expected) in EXAMPLES {
        let repeat = good(text, &format!("{start}T09:00:00"), NEW_YORK);
        let most = expected
            .split([' ', ','])
            .filter(|part| part.len() != 4)
            .count();
        assert_eq!(days(&repeat, most), expected, "{text}");
        if text.contains("COUNT") || text.contains("UNTIL") {
            assert_eq!(repeat.occurrences().count(), most, "{text}");
        }
    }
}

#[test]
fn long_examples_of_rfc_5545_end_where_they_say() {
    for (text, start, count, last) in [
        (
            "FREQ=DAILY;UNTIL=19971224T000000Z",
            "1997-09-02",
            113,
            "1997 12/23",
        ),
        (
            "FREQ=YEARLY;UNTIL=20000131T140000Z;BYMONTH=1;BYDAY=SU,MO,TU,WE,TH,FR,SA",
            "1998-01-01",
            93,
            "2000 01/31",
        ),
        (
            "FREQ=DAILY;UNTIL=20000131T140000Z;BYMONTH=1",
            "1998-01-01",
            93,
            "2000 01/31",
        ),
    ] {
        let repeat = good(text, &format!("{start}T09:00:00"), NEW_YORK);
        let all: Vec<_> = repeat.occurrences().collect();
        assert_eq!(all.len(), count, "{text}");
        let at = zone(NEW_YORK).rules().to_datetime(all[count - 1].1);
        assert_eq!(at.strftime("%Y %m/%d").to_string(), last, "{text}");
    }
}
