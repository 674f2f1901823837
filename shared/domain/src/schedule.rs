//! When a post may go out.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::error::Refused;

/// How far ahead a post may be scheduled.
pub const HORIZON: SignedDuration = SignedDuration::from_hours(5 * 366 * 24);
/// How late a post may go out when nobody says otherwise.
pub const DEFAULT_MAX_LATE: SignedDuration = SignedDuration::from_mins(60);
/// The shortest and the longest time that a post may be allowed to be late.
pub const MAX_LATE_RANGE: (SignedDuration, SignedDuration) =
    (SignedDuration::from_mins(1), SignedDuration::from_hours(24));

/// When a post is to go out, and how late it may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Schedule {
    /// The instant.
    pub publish_at: Timestamp,
    /// After this much longer it is not sent any more, and people are told.
    pub max_late: SignedDuration,
}

impl Schedule {
    /// Checks a wish against the time it is made at. `pointer` is where the time was given.
    pub fn at(
        publish_at: Timestamp,
        max_late: SignedDuration,
        pointer: &str,
        now: Timestamp,
    ) -> Result<Self, Refused> {
        if publish_at < now {
            return Err(Refused::invalid(
                pointer,
                format!("is in the past: it is {now} now"),
            ));
        }
        if publish_at > now + HORIZON {
            return Err(Refused::invalid(
                pointer,
                format!(
                    "is more than five years ahead: the latest is {}",
                    now + HORIZON
                ),
            ));
        }
        require_max_late(max_late)?;
        Ok(Self {
            publish_at: millis(publish_at),
            max_late,
        })
    }
}

/// Refuses a lateness that nobody can want.
pub fn require_max_late(max_late: SignedDuration) -> Result<(), Refused> {
    let (least, most) = MAX_LATE_RANGE;
    if max_late < least || max_late > most {
        return Err(Refused::invalid(
            "/max_late_seconds",
            format!("must be from {} to {}", least.as_secs(), most.as_secs()),
        ));
    }
    Ok(())
}

/// Cuts an instant to whole milliseconds: the precision that keys, hashes and queues share.
pub fn millis(at: Timestamp) -> Timestamp {
    Timestamp::from_millisecond(at.as_millisecond()).unwrap_or(at)
}

/// How long before its time a publication reaches its worker, which prepares and then waits for the second.
const AHEAD: SignedDuration = SignedDuration::from_secs(1);
/// The longest delay of a message: a limit of SQS.
const DELAY_MAX: i64 = 900;

/// How many seconds the message for something due at `at` is delayed: whole seconds, rounded down, as queues take them.
pub fn queue_delay(at: Timestamp, now: Timestamp) -> i32 {
    let seconds = at.duration_since(now + AHEAD).as_secs();
    i32::try_from(seconds.clamp(0, DELAY_MAX)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_arrives_up_to_two_seconds_before_its_time_and_never_after_it() {
        let now = Timestamp::from_millisecond(1_000_000_000_250).unwrap();
        for millis in [0, 999, 1_000, 1_001, 5_999, 60_000, 75_000] {
            let at = now + SignedDuration::from_millis(millis);
            let arrives = now + SignedDuration::from_secs(queue_delay(at, now).into());
            assert!(arrives <= at, "{millis}");
            assert!(
                at.duration_since(arrives) < SignedDuration::from_secs(2),
                "{millis}"
            );
        }
        assert_eq!(queue_delay(now - SignedDuration::from_secs(5), now), 0);
    }

    #[test]
    fn a_time_in_the_past_is_refused_with_the_field() {
        let now = Timestamp::from_second(1_000).unwrap();
        let refused = Schedule::at(
            now - SignedDuration::from_millis(1),
            DEFAULT_MAX_LATE,
            "/publish_at",
            now,
        )
        .unwrap_err();
        assert!(matches!(refused, Refused::Invalid { pointer, .. } if pointer == "/publish_at"));
        assert!(Schedule::at(now, DEFAULT_MAX_LATE, "/publish_at", now).is_ok());
    }

    #[test]
    fn lateness_has_bounds() {
        let now = Timestamp::UNIX_EPOCH;
        assert!(Schedule::at(now, SignedDuration::from_secs(59), "/publish_at", now).is_err());
        assert!(Schedule::at(now, SignedDuration::from_secs(86_401), "/publish_at", now).is_err());
        assert!(
            Schedule::at(
                now + HORIZON + SignedDuration::from_secs(1),
                DEFAULT_MAX_LATE,
                "/publish_at",
                now
            )
            .is_err()
        );
    }
}
