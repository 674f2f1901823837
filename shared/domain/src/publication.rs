//! One post to one account at one time: the protocol by which it goes out at most once.
//!
//! | from | what happens | to |
//! |---|---|---|
//! | waiting | a worker claims it | preparing, under a lease |
//! | preparing, lease over | another worker claims it | preparing, under a new lease |
//! | waiting, preparing | its latest time has passed | missed |
//! | preparing | the one conditional write before the one irreversible request | armed |
//! | preparing, armed | evidence that nothing was sent | waiting, with a later time |
//! | preparing, armed | the platform refuses it | refused |
//! | preparing, armed | the platform no longer lets us in | blocked |
//! | waiting | its account must be connected again | blocked |
//! | blocked | its account was connected again, in time | waiting |
//! | blocked | its latest time has passed | missed |
//! | waiting, preparing, blocked | its account was disconnected, or the post was cancelled or is no longer approved | cancelled |
//! | waiting, preparing, blocked, refused, missed, cancelled | somebody said yes to a content or a time for it | waiting |
//! | armed | the platform has it | published |
//! | armed | no evidence either way | unclear: a human must look |

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use strum::{Display, EnumDiscriminants, EnumString};

use crate::account::{Account, Platform};
use crate::content::ContentHash;
use crate::ids::{AccountId, PostId, PublicationId, TeamId};
use crate::schedule::Schedule;

/// How long a worker may prepare before another one may take over.
pub const LEASE: SignedDuration = SignedDuration::from_secs(90);
/// How long before its time a publication may be claimed: preparing takes a moment.
pub const CLAIM_EARLY: SignedDuration = SignedDuration::from_secs(10);
/// How long after arming the request may still be sent; after a longer pause the worker must not send.
pub const SEND_WINDOW: SignedDuration = SignedDuration::from_secs(5);
/// After this long in `armed` its worker cannot be alive any more: the function's timeout (120 s) and 60 s.
pub const ARMED_AT_MOST: SignedDuration = SignedDuration::from_secs(180);
/// After its latest time, when a blocked publication is looked at once more: nobody can send it any more by then.
const PAST_LATEST: SignedDuration = SignedDuration::from_secs(1);
const RETRY_FIRST: SignedDuration = SignedDuration::from_secs(15);
const RETRY_MOST: SignedDuration = SignedDuration::from_mins(10);

/// Where a publication stands.
#[derive(Clone, Debug, PartialEq, Eq, EnumDiscriminants)]
#[strum_discriminants(
    name(StateName),
    derive(Display, EnumString, Hash),
    strum(serialize_all = "snake_case"),
    doc = "The name of a state."
)]
pub enum State {
    /// It waits for its time.
    Waiting,
    /// A worker does what can be undone or repeated: tokens, uploads, checks.
    Preparing {
        /// Which worker.
        owner: String,
        /// Until when no other worker may take over.
        until: Timestamp,
    },
    /// The request may have been sent.
    Armed {
        /// Which worker.
        owner: String,
        /// Since when.
        since: Timestamp,
    },
    /// The platform has it.
    Published {
        /// The platform's id of the post.
        remote_id: String,
        /// The post's address.
        url: String,
        /// When the platform confirmed it.
        at: Timestamp,
    },
    /// The platform refused it.
    Refused {
        /// What the platform said.
        reason: String,
    },
    /// Nobody can know whether it went out: a human must look.
    Unclear {
        /// What is known.
        reason: String,
    },
    /// The account must be connected again first.
    Blocked {
        /// What the platform said.
        reason: String,
    },
    /// It could not go out in time and was not sent.
    Missed,
    /// Somebody cancelled it.
    Cancelled,
}

/// One post to one account at one time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Publication {
    /// Its id.
    pub id: PublicationId,
    /// The post.
    pub post: PostId,
    /// The team.
    pub team: TeamId,
    /// Which of the post's times it is for: 0 for its own, from 1 for further ones.
    pub occurrence: u32,
    /// The account.
    pub account: AccountId,
    /// The platform that the account is on.
    pub platform: Platform,
    /// The approved content that goes out.
    pub content: ContentHash,
    /// The idempotency key of every request that sends it.
    pub key: String,
    /// When it is to go out, and how late it may be.
    pub schedule: Schedule,
    /// When it is tried next: its due row stands at this time.
    pub next_at: Timestamp,
    /// Where it stands.
    pub state: State,
    /// Counts the changes; every write is conditional on it.
    pub revision: u64,
    /// Counts the times it was armed.
    pub epoch: u32,
    /// The effect that was prepared and is sent: kept so that a repeat is the same to the byte.
    pub effect: Option<Value>,
    /// When the request was sent.
    pub sent_at: Option<Timestamp>,
}

/// What a worker learns when it tries to claim a publication.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Claim {
    /// It is the worker's to prepare.
    Prepare(Publication),
    /// Its latest time has passed: it must be recorded as missed.
    Missed(Publication),
    /// There is nothing to do now: it is early, another worker has it, or it is over.
    Leave,
}

/// What came of preparing or sending.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The platform has it.
    Published {
        /// The platform's id of the post.
        remote_id: String,
        /// The post's address.
        url: String,
    },
    /// The platform refused it for good.
    Refused(String),
    /// Nothing was sent; trying again may help.
    NotSent {
        /// Why.
        reason: String,
        /// The earliest time that makes sense, where the platform says so.
        retry_after: Option<SignedDuration>,
    },
    /// The account's token is no longer accepted.
    NeedsReconnect(String),
    /// The request may have arrived and no answer says so.
    Unclear(String),
}

impl Publication {
    /// A publication that waits for its time: of a post, for one of its times.
    pub fn new(
        id: PublicationId,
        (post, occurrence): (PostId, u32),
        team: TeamId,
        account: &Account,
        content: ContentHash,
        schedule: Schedule,
    ) -> Self {
        let key = content.key_for(id);
        let next_at = schedule.publish_at;
        Self {
            id,
            post,
            occurrence,
            team,
            account: account.id,
            platform: account.platform,
            content,
            key,
            schedule,
            next_at,
            state: State::Waiting,
            revision: 1,
            epoch: 0,
            effect: None,
            sent_at: None,
        }
    }

    /// The latest instant at which it may still be sent.
    pub fn latest(&self) -> Timestamp {
        self.schedule.publish_at + self.schedule.max_late
    }

    /// Whether it waits and nothing irreversible has begun, so that its time and content may still change.
    pub fn is_open_to_change(&self) -> bool {
        matches!(
            self.state,
            State::Waiting | State::Preparing { .. } | State::Blocked { .. }
        )
    }

    /// Whether it is out, or may be.
    pub fn is_possibly_out(&self) -> bool {
        match self.state {
            State::Armed { .. } | State::Published { .. } | State::Unclear { .. } => true,
            State::Waiting
            | State::Preparing { .. }
            | State::Blocked { .. }
            | State::Refused { .. }
            | State::Missed
            | State::Cancelled => false,
        }
    }

    /// Whether it may yet go out.
    pub fn is_open(&self) -> bool {
        match self.state {
            State::Waiting
            | State::Preparing { .. }
            | State::Armed { .. }
            | State::Blocked { .. }
            | State::Unclear { .. } => true,
            State::Published { .. } | State::Refused { .. } | State::Missed | State::Cancelled => {
                false
            }
        }
    }

    /// The same publication, waiting under somebody's yes to a content and a time; nothing, when it is out or may be.
    pub fn replanned(&self, content: ContentHash, schedule: Schedule) -> Option<Self> {
        (!self.is_possibly_out()).then(|| Self {
            key: content.key_for(self.id),
            content,
            schedule,
            next_at: schedule.publish_at,
            effect: None,
            sent_at: None,
            ..self.next(State::Waiting)
        })
    }

    /// Waits no longer for its time but for its account; nothing, when it does not wait.
    pub fn blocked(&self, reason: &str) -> Option<Self> {
        let waits = self.state == State::Waiting;
        waits.then(|| self.block(reason.to_owned()))
    }

    /// It may be sent again after all: its account was connected again. Nothing, when it was not blocked.
    pub fn resumed(&self, now: Timestamp) -> Option<Self> {
        let State::Blocked { .. } = self.state else {
            return None;
        };
        if now > self.latest() {
            return Some(self.next(State::Missed));
        }
        Some(Self {
            next_at: crate::schedule::millis(now).max(self.schedule.publish_at),
            sent_at: None,
            ..self.next(State::Waiting)
        })
    }

    /// It will not go out; nothing, when that can no longer be promised, or it is over.
    pub fn cancelled(&self) -> Option<Self> {
        match self.state {
            State::Waiting | State::Preparing { .. } | State::Blocked { .. } => {
                Some(self.next(State::Cancelled))
            }
            State::Armed { .. }
            | State::Unclear { .. }
            | State::Published { .. }
            | State::Refused { .. }
            | State::Missed
            | State::Cancelled => None,
        }
    }

    /// A blocked publication keeps its row among those that are due, at the time from which it is missed.
    fn block(&self, reason: String) -> Self {
        Self {
            next_at: self.latest() + PAST_LATEST,
            ..self.next(State::Blocked { reason })
        }
    }

    /// Whether a row among those that are due leads a tick to it.
    pub fn is_due_sometime(&self) -> bool {
        match self.state {
            State::Waiting | State::Preparing { .. } | State::Blocked { .. } => true,
            State::Armed { .. }
            | State::Published { .. }
            | State::Refused { .. }
            | State::Unclear { .. }
            | State::Missed
            | State::Cancelled => false,
        }
    }

    /// Decides whether `owner` may work on it now.
    pub fn claim(&self, owner: &str, now: Timestamp) -> Claim {
        let free = match &self.state {
            State::Waiting => true,
            State::Blocked { .. } if now > self.latest() => {
                return Claim::Missed(self.next(State::Missed));
            }
            State::Preparing { until, .. } => *until < now,
            _ => false,
        };
        if !free || now < self.next_at - CLAIM_EARLY {
            Claim::Leave
        } else if now > self.latest() {
            Claim::Missed(self.next(State::Missed))
        } else {
            Claim::Prepare(self.next(State::Preparing {
                owner: owner.to_owned(),
                until: now + LEASE,
            }))
        }
    }

    /// The prepared publication, armed: the state in which its request may be sent. `None` if another worker has it or it is too early or too late.
    pub fn arm(&self, owner: &str, effect: Value, now: Timestamp) -> Option<Self> {
        let mine = matches!(&self.state, State::Preparing { owner: lease, .. } if lease == owner);
        (mine && now >= self.next_at && now <= self.latest()).then(|| Self {
            epoch: self.epoch + 1,
            effect: Some(effect),
            sent_at: Some(now),
            ..self.next(State::Armed {
                owner: owner.to_owned(),
                since: now,
            })
        })
    }

    /// What it becomes through `outcome`. Without evidence an armed publication never becomes one that is sent again.
    #[must_use]
    pub fn after(&self, outcome: Outcome, now: Timestamp) -> Self {
        match outcome {
            Outcome::Published { remote_id, url } => self.next(State::Published {
                remote_id,
                url,
                at: now,
            }),
            Outcome::Refused(reason) => self.next(State::Refused { reason }),
            Outcome::NeedsReconnect(reason) => self.block(reason),
            Outcome::Unclear(reason) if matches!(self.state, State::Armed { .. }) => {
                self.next(State::Unclear { reason })
            }
            Outcome::Unclear(_) => self.wait_until(now + self.backoff()),
            Outcome::NotSent { retry_after, .. } => {
                self.wait_until(now + retry_after.unwrap_or_default().max(self.backoff()))
            }
        }
    }

    fn wait_until(&self, at: Timestamp) -> Self {
        let next_at = crate::schedule::millis(at);
        if next_at > self.latest() {
            self.next(State::Missed)
        } else {
            Self {
                next_at,
                sent_at: None,
                ..self.next(State::Waiting)
            }
        }
    }

    fn backoff(&self) -> SignedDuration {
        let doublings = u32::try_from(self.revision / 2).unwrap_or(u32::MAX).min(10);
        RETRY_FIRST
            .checked_mul(1 << doublings)
            .unwrap_or(RETRY_MOST)
            .min(RETRY_MOST)
    }

    fn next(&self, state: State) -> Self {
        Self {
            state,
            revision: self.revision + 1,
            ..self.clone()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids;
    use proptest::prelude::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn publication() -> Publication {
        let schedule = Schedule {
            publish_at: at(1_000),
            max_late: SignedDuration::from_secs(600),
        };
        let id = |n| [n; 10];
        Publication {
            id: ids::new(at(1), id(1)),
            post: ids::new(at(1), id(2)),
            occurrence: 0,
            team: ids::new(at(1), id(3)),
            account: ids::new(at(1), id(4)),
            platform: Platform::Bluesky,
            content: ContentHash::of(b"x"),
            key: ContentHash::of(b"x").key_for(ids::new(at(1), id(1))),
            schedule,
            next_at: schedule.publish_at,
            state: State::Waiting,
            revision: 1,
            epoch: 0,
            effect: None,
            sent_at: None,
        }
    }

    fn prepared(by: &str) -> Publication {
        let Claim::Prepare(prepared) = publication().claim(by, at(1_000)) else {
            panic!("must be claimable")
        };
        prepared
    }

    #[test]
    fn a_second_worker_cannot_claim_until_the_lease_is_over() {
        let prepared = prepared("one");
        assert_eq!(prepared.claim("two", at(1_090)), Claim::Leave);
        assert!(matches!(
            prepared.claim("two", at(1_091)),
            Claim::Prepare(_)
        ));
    }

    #[test]
    fn nothing_is_armed_before_its_time_after_its_latest_time_or_by_another_worker() {
        let Claim::Prepare(early) = publication().claim("one", at(995)) else {
            panic!("may prepare a little early")
        };
        assert_eq!(early.arm("one", Value::Null, at(999)), None);
        assert!(early.arm("one", Value::Null, at(1_000)).is_some());
        assert_eq!(early.arm("one", Value::Null, at(1_601)), None);
        assert_eq!(early.arm("two", Value::Null, at(1_000)), None);
        assert_eq!(publication().claim("one", at(989)), Claim::Leave);
    }

    #[test]
    fn past_its_latest_time_it_is_missed_and_not_sent() {
        assert!(matches!(
            publication().claim("one", at(1_601)),
            Claim::Missed(Publication {
                state: State::Missed,
                ..
            })
        ));
    }

    #[test]
    fn a_lost_answer_leaves_it_unclear_and_never_waiting() {
        let armed = prepared("one").arm("one", Value::Null, at(1_000)).unwrap();
        let unclear = armed.after(Outcome::Unclear("timeout".into()), at(1_010));
        assert!(matches!(unclear.state, State::Unclear { .. }));
        assert_eq!(unclear.claim("two", at(1_100)), Claim::Leave);
    }

    #[test]
    fn what_was_not_sent_waits_again_but_not_beyond_its_latest_time() {
        let armed = prepared("one").arm("one", Value::Null, at(1_000)).unwrap();
        let later = armed.after(
            Outcome::NotSent {
                reason: "no connection".into(),
                retry_after: Some(SignedDuration::from_secs(60)),
            },
            at(1_001),
        );
        assert_eq!(
            (later.state.clone(), later.next_at),
            (State::Waiting, at(1_061))
        );
        let never = armed.after(
            Outcome::NotSent {
                reason: "limited".into(),
                retry_after: Some(SignedDuration::from_secs(601)),
            },
            at(1_001),
        );
        assert_eq!(never.state, State::Missed);
    }

    fn blocked() -> Publication {
        publication().blocked("connect it again").unwrap()
    }

    #[test]
    fn what_waits_for_its_account_is_not_worked_on_and_is_missed_after_its_latest_time() {
        let blocked = blocked();
        assert_eq!(blocked.next_at, at(1_601));
        for second in [1_000, 1_600] {
            assert_eq!(blocked.claim("one", at(second)), Claim::Leave);
        }
        let Claim::Missed(missed) = blocked.claim("one", at(1_601)) else {
            panic!("its latest time has passed")
        };
        assert_eq!(missed.state, State::Missed);
    }

    #[test]
    fn an_account_that_is_back_lets_its_publications_wait_for_their_own_time_or_go_out_at_once() {
        let resumed = |second| blocked().resumed(at(second)).unwrap();
        assert_eq!(
            (resumed(500).state, resumed(500).next_at),
            (State::Waiting, at(1_000))
        );
        assert_eq!(
            (resumed(1_300).state, resumed(1_300).next_at),
            (State::Waiting, at(1_300))
        );
        assert_eq!(resumed(1_601).state, State::Missed);
        assert_eq!(publication().resumed(at(500)), None);
    }

    #[test]
    fn only_what_waits_is_blocked_and_what_may_be_out_is_not_cancelled() {
        let armed = prepared("one").arm("one", Value::Null, at(1_000)).unwrap();
        let unclear = armed.after(Outcome::Unclear("timeout".into()), at(1_001));
        for publication in [&armed, &unclear] {
            assert_eq!(publication.cancelled(), None);
            assert_eq!(publication.blocked("no"), None);
            assert_eq!(publication.resumed(at(1_002)), None);
        }
        assert_eq!(prepared("one").blocked("no"), None);
        for publication in [publication(), prepared("one"), blocked()] {
            let cancelled = publication.cancelled().unwrap();
            assert_eq!(cancelled.state, State::Cancelled);
            assert!(!cancelled.is_open() && !cancelled.is_due_sometime());
            assert_eq!(cancelled.arm("one", Value::Null, at(1_000)), None);
            assert_eq!(cancelled.claim("one", at(1_000)), Claim::Leave);
        }
    }

    #[derive(Clone, Debug)]
    enum Step {
        Claim(u8),
        Arm(u8),
        Outcome(u8),
        Wait(u16),
        Block,
        Resume,
        Cancel,
        Replan,
    }

    fn steps() -> impl Strategy<Value = Vec<Step>> {
        let step = prop_oneof![
            (0..3u8).prop_map(Step::Claim),
            (0..3u8).prop_map(Step::Arm),
            (0..5u8).prop_map(Step::Outcome),
            (0..200u16).prop_map(Step::Wait),
            Just(Step::Block),
            Just(Step::Resume),
            Just(Step::Cancel),
            Just(Step::Replan),
        ];
        prop::collection::vec(step, 1..60)
    }

    proptest! {
        /// Whatever happens in whatever order: a request may be sent only after each earlier one is known not to have been.
        #[test]
        fn every_request_but_the_last_is_known_not_to_have_been_sent(steps in steps()) {
            let (mut now, mut publication) = (at(990), publication());
            let mut possibly_out = false;
            for step in steps {
                match step {
                    Step::Wait(seconds) => now += SignedDuration::from_secs(seconds.into()),
                    Step::Claim(worker) => match publication.claim(&worker.to_string(), now) {
                        Claim::Prepare(next) | Claim::Missed(next) => publication = next,
                        Claim::Leave => {}
                    },
                    Step::Arm(worker) => if let Some(armed) = publication.arm(&worker.to_string(), Value::Null, now) {
                        prop_assert!(!possibly_out, "armed again although the first request may be out");
                        prop_assert!(now >= at(1_000) && now <= at(1_600));
                        possibly_out = true;
                        publication = armed;
                    },
                    Step::Outcome(n) => if matches!(publication.state, State::Armed { .. }) {
                        let outcome = match n {
                            0 => Outcome::Published { remote_id: "1".into(), url: "u".into() },
                            // The platform said no to the only request.
                            1 => { possibly_out = false; Outcome::Refused("no".into()) }
                            2 => { possibly_out = false; Outcome::NotSent { reason: "dns".into(), retry_after: None } }
                            // The platform refused the token, and with it the request.
                            3 => { possibly_out = false; Outcome::NeedsReconnect("401".into()) }
                            _ => Outcome::Unclear("timeout".into()),
                        };
                        publication = publication.after(outcome, now);
                    },
                    Step::Block => publication = publication.blocked("no").unwrap_or(publication),
                    Step::Resume => publication = publication.resumed(now).unwrap_or(publication),
                    Step::Cancel => if let Some(cancelled) = publication.cancelled() {
                        prop_assert!(!possibly_out, "cancelled although it may be out");
                        publication = cancelled;
                    },
                    Step::Replan => {
                        let schedule = Schedule { publish_at: at(1_000), ..publication.schedule };
                        if let Some(planned) = publication.replanned(ContentHash::of(b"y"), schedule) {
                            prop_assert!(!possibly_out, "planned again although it may be out");
                            publication = planned;
                        }
                    }
                }
                // A tick finds whatever may yet go out, and nothing else.
                let is_armed = matches!(publication.state, State::Armed { .. });
                let is_unclear = matches!(publication.state, State::Unclear { .. });
                prop_assert_eq!(publication.is_open(), publication.is_due_sometime() || is_armed || is_unclear);
            }
        }
    }
}
