//! How often something may be tried. Every limit on tries stands here.
//!
//! | what | counted by | limit |
//! |---|---|---|
//! | signing in | address and place | 5 failures in a row, then a wait from 15 s that doubles up to 15 min |
//! | signing in | address, from places that never signed in to it | 10 failures in a row, then a wait from 15 s that doubles up to an hour; 100 failures at most |
//! | signing in | place | 60 tries in 10 minutes that did not end in a sign-in |
//! | proving who one is while signed in | user | 5 failures in a row, then a wait from 15 s that doubles up to an hour |
//! | having a mail sent: sign-up, new password, other address | address | 5 in an hour |
//! | having a mail sent | place | 30 in an hour |
//! | starting to sign in at a provider | place | 60 in 10 minutes |
//! | having an invitation mailed | address | 5 in an hour, together with other mails |
//! | having an invitation mailed | team | 100 in a day |
//! | starting to connect an account | user | 30 in 10 minutes |
//! | announcing a file to upload | user | 200 in 10 minutes |

use jiff::{SignedDuration, Timestamp};

/// Failures in a row: after the free ones, each further try must wait, and twice as long as the one before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backoff {
    /// How many failures cost nothing.
    pub free: u32,
    /// The first wait.
    pub first: SignedDuration,
    /// The longest wait.
    pub longest: SignedDuration,
    /// After how many failures there is no further try at all (NIST SP 800-63B-4, 3.2.2: at most 100).
    pub most: u32,
    /// How long failures are remembered.
    pub memory: SignedDuration,
}

/// So many in a span of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// How many.
    pub limit: u32,
    /// In how long.
    pub length: SignedDuration,
}

/// Signing in to one address from one place.
pub const SIGN_IN_PAIR: Backoff = Backoff {
    free: 5,
    first: SignedDuration::from_secs(15),
    longest: SignedDuration::from_mins(15),
    most: 100,
    memory: SignedDuration::from_hours(24),
};
/// Signing in to one address from places that never signed in to it.
pub const SIGN_IN_ADDRESS: Backoff = Backoff {
    free: 10,
    first: SignedDuration::from_secs(15),
    longest: SignedDuration::from_hours(1),
    most: 100,
    memory: SignedDuration::from_hours(30 * 24),
};
/// Signing in to whichever address from one place.
pub const SIGN_IN_PLACE: Window = Window {
    limit: 60,
    length: SignedDuration::from_mins(10),
};
/// Proving to be who one is, while signed in.
pub const PROOF: Backoff = Backoff {
    free: 5,
    first: SignedDuration::from_secs(15),
    longest: SignedDuration::from_hours(1),
    most: 100,
    memory: SignedDuration::from_hours(30 * 24),
};
/// Mails that one address can be made to get.
pub const MAIL_ADDRESS: Window = Window {
    limit: 5,
    length: SignedDuration::from_hours(1),
};
/// Mails that one place can have sent.
pub const MAIL_PLACE: Window = Window {
    limit: 30,
    length: SignedDuration::from_hours(1),
};
/// Trips to a provider that one place can start.
pub const TRIP_PLACE: Window = Window {
    limit: 60,
    length: SignedDuration::from_mins(10),
};

/// Invitations that one team can have mailed.
pub const INVITATION_TEAM: Window = Window {
    limit: 100,
    length: SignedDuration::from_hours(24),
};
/// Accounts that one user can start to connect.
pub const CONNECTION_USER: Window = Window {
    limit: 30,
    length: SignedDuration::from_mins(10),
};

/// Files that one user can announce.
pub const UPLOAD_USER: Window = Window {
    limit: 200,
    length: SignedDuration::from_mins(10),
};

/// How many tries failed in a row, and when the last of them was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Failures {
    /// How many.
    pub count: u32,
    /// When the last one was.
    pub last: Timestamp,
}

impl Backoff {
    /// Counts a try before its outcome is known, as if it failed; success forgets it again. The error is how long to wait.
    pub fn admit(
        &self,
        before: Option<Failures>,
        now: Timestamp,
    ) -> Result<Failures, SignedDuration> {
        let remembered = before.filter(|failures| now < failures.last + self.memory);
        let Some(Failures { count, last }) = remembered else {
            return Ok(Failures {
                count: 1,
                last: now,
            });
        };
        let next = if count >= self.most {
            last + self.memory
        } else {
            last + self.wait(count)
        };
        if now < next {
            Err(next.duration_since(now))
        } else {
            Ok(Failures {
                count: count.saturating_add(1),
                last: now,
            })
        }
    }

    /// The wait after so many failures.
    fn wait(&self, failures: u32) -> SignedDuration {
        let Some(beyond) = failures.checked_sub(self.free) else {
            return SignedDuration::ZERO;
        };
        let factor = 2_i32.saturating_pow(beyond.min(30));
        self.first
            .checked_mul(factor)
            .map_or(self.longest, |wait| wait.min(self.longest))
    }
}

impl Window {
    /// When the window ends in which `now` lies.
    pub fn end(&self, now: Timestamp) -> Timestamp {
        let length = self.length.as_secs().max(1);
        let rest = length - now.as_second().rem_euclid(length);
        Timestamp::from_second(now.as_second() + rest).unwrap_or(Timestamp::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + seconds).unwrap()
    }

    #[test]
    fn free_failures_cost_nothing_and_then_the_wait_doubles_up_to_the_longest() {
        let mut failures = None;
        for _ in 0..5 {
            failures = Some(SIGN_IN_PAIR.admit(failures, at(0)).unwrap());
        }
        let mut now = at(0);
        let mut waits = Vec::new();
        for _ in 0..9 {
            let wait = SIGN_IN_PAIR.admit(failures, now).unwrap_err();
            waits.push(wait.as_secs());
            now += wait;
            failures = Some(SIGN_IN_PAIR.admit(failures, now).unwrap());
        }
        assert_eq!(waits, [15, 30, 60, 120, 240, 480, 900, 900, 900]);
    }

    #[test]
    fn a_hundred_failures_in_a_row_are_the_most_until_they_are_forgotten() {
        for policy in [SIGN_IN_PAIR, SIGN_IN_ADDRESS, PROOF] {
            let (mut failures, mut now, mut tries) = (None, at(0), 0);
            loop {
                match policy.admit(failures, now) {
                    Ok(counted) => (failures, tries) = (Some(counted), tries + 1),
                    Err(wait) if wait > policy.longest => break,
                    Err(wait) => now += wait,
                }
            }
            assert_eq!(tries, 100);
            let last = failures.unwrap().last;
            assert!(policy.admit(failures, last + policy.memory).is_ok());
        }
    }

    #[test]
    fn a_window_ends_at_a_fixed_moment() {
        let window = Window {
            limit: 1,
            length: SignedDuration::from_secs(600),
        };
        assert_eq!(window.end(at(0)), at(600));
        assert_eq!(window.end(at(599)), at(600));
        assert_eq!(window.end(at(600)), at(1_200));
    }
}
