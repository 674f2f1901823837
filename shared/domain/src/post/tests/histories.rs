//! Random actions by random members, in random order: nothing outside the table happens, nothing goes out that nobody said yes to, and
//! nothing is missing from the log.

use std::collections::{BTreeMap, HashMap, HashSet};

use proptest::prelude::*;
use serde_json::Value;

use super::*;
use crate::publication::{Claim, Outcome};
use crate::repeat::Repeat;

#[derive(Clone, Debug)]
pub(super) enum Action {
    Edit(u8),
    Schedule(u16),
    Submit,
    Approve(bool),
    Reject,
    Comment,
    Cancel(Option<u8>),
    Repeat(u8),
    Skip(u8),
    StopRepeating,
    Note,
    Tend,
    Settings(bool, bool),
    Work(u8),
    Turn(u8, Turn),
    Wait(u16),
}

/// What becomes of an account.
#[derive(Clone, Copy, Debug)]
pub(super) enum Turn {
    Fails,
    IsConnectedAgain,
    IsDisconnected,
}

fn action() -> impl Strategy<Value = (u8, Action)> {
    let action = prop_oneof![
        3 => any::<u8>().prop_map(Action::Edit),
        4 => (0..3_000u16).prop_map(Action::Schedule),
        2 => Just(Action::Submit),
        4 => prop::bool::weighted(0.8).prop_map(Action::Approve),
        1 => Just(Action::Reject),
        1 => Just(Action::Comment),
        1 => prop::option::of(0..3u8).prop_map(Action::Cancel),
        2 => (1..4u8).prop_map(Action::Repeat),
        1 => (1..4u8).prop_map(Action::Skip),
        1 => Just(Action::StopRepeating),
        1 => Just(Action::Note),
        2 => Just(Action::Tend),
        1 => (any::<bool>(), any::<bool>()).prop_map(|(a, b)| Action::Settings(a, b)),
        6 => (0..6u8).prop_map(Action::Work),
        2 => (0..3u8, turn()).prop_map(|(account, turn)| Action::Turn(account, turn)),
        4 => (0..2_000u16).prop_map(Action::Wait),
    ];
    (0..5u8, action)
}

pub(super) fn turn() -> impl Strategy<Value = Turn> {
    prop_oneof![
        3 => Just(Turn::Fails),
        3 => Just(Turn::IsConnectedAgain),
        1 => Just(Turn::IsDisconnected),
    ]
}

/// A change of the status, or that it stayed: from which, by what, whether the team asked for approval, to which.
pub(super) type Step = (Option<Status>, Event, bool, Status);

/// What the world would be if it kept everything: the post, its publications, and every yes that was ever given.
pub(super) struct World {
    /// Every step that its post took.
    pub(super) steps: HashSet<Step>,
    settings: Settings,
    accounts: Vec<Account>,
    post: Post,
    publications: BTreeMap<String, Publication>,
    snapshots: HashMap<ContentHash, Approved>,
    log: HashSet<String>,
    now: Timestamp,
    n: u64,
}

impl World {
    pub(super) fn new() -> Self {
        let accounts = vec![account(4), account(5), account(6)];
        let author = member(0, Role::Admin);
        let change = Post::create(id(9), &author, draft("0", &accounts), entry(1), at(1)).unwrap();
        let settings = Settings::default();
        let created = (
            None,
            Event::Create,
            settings.approval_required,
            change.post.status,
        );
        Self {
            steps: HashSet::from([created]),
            settings,
            accounts,
            post: change.post,
            publications: BTreeMap::new(),
            snapshots: HashMap::new(),
            log: HashSet::new(),
            now: at(10),
            n: 1_000,
        }
    }

    fn account(n: u8) -> AccountId {
        account(n + 4).id
    }

    fn all(&self) -> Vec<Publication> {
        self.publications.values().cloned().collect()
    }

    /// Whoever acts: two admins, an editor, a viewer, and an editor once more.
    fn member(n: u8) -> Member {
        let roles = [
            Role::Admin,
            Role::Admin,
            Role::Editor,
            Role::Viewer,
            Role::Editor,
        ];
        member(n, roles[usize::from(n) % roles.len()])
    }

    pub(super) fn act(&mut self, by: u8, action: &Action) -> Result<(), TestCaseError> {
        let by = Self::member(by);
        let all = self.all();
        let (settings, accounts) = (self.settings.clone(), self.accounts.clone());
        let scene = Scene {
            settings: &settings,
            accounts: &accounts,
            publications: &all,
        };
        self.n += 10;
        let (new, e, now) = (counting(self.n * 100), entry(self.n), self.now);
        let word = || (id(self.n + 1), note("word"));
        let hash = self.post.awaits().map(|it| it.hash());
        let hash = hash.unwrap_or_else(|| ContentHash::of(b"nothing"));
        let post = &self.post;
        let (event, change) = match action {
            Action::Edit(n) => {
                let some = accounts.get(usize::from(*n) % 3..).unwrap_or_default();
                let draft = draft(&n.to_string(), some);
                (
                    Some(Event::Edit),
                    post.edit(&by, draft, &scene, new, e, now),
                )
            }
            Action::Schedule(seconds) => {
                let at = now + SignedDuration::from_secs(i64::from(*seconds));
                let timing = timing(at.as_second(), now);
                (
                    Some(Event::Schedule),
                    post.schedule(&by, timing, &scene, new, e, now),
                )
            }
            Action::Submit => (Some(Event::Submit), post.submit(&by, &scene, e, now)),
            Action::Approve(seen) => {
                let hash = if *seen {
                    hash
                } else {
                    ContentHash::of(b"other")
                };
                let (id, _) = word();
                let change = post.approve(&by, &hash, (id, None), &scene, new, e, now);
                (Some(Event::Approve), change)
            }
            Action::Reject => (
                Some(Event::Reject),
                post.reject(&by, &hash, word(), &scene, e, now),
            ),
            Action::Comment => (None, post.comment(&by, word(), &scene, e, now)),
            Action::Cancel(only) => {
                let only = only.map(Self::account);
                (Some(Event::Cancel), post.cancel(&by, only, &scene, e, now))
            }
            Action::Repeat(n) => {
                let each = (1..=i64::from(*n))
                    .map(|n| When::Instant(now + HOUR * i32::try_from(n).unwrap()));
                let repeat = Repeat::times(each.collect(), "/times").unwrap();
                (
                    None,
                    post.repeat(&by, repeat, DEFAULT_MAX_LATE, &scene, new, e, now),
                )
            }
            Action::Skip(n) => (None, post.skip(&by, (*n).into(), &scene, new, e, now)),
            Action::StopRepeating => (None, post.stop_repeating(&by, &scene, e, now)),
            Action::Note => (None, post.note(&by, &scene, e, now)),
            Action::Tend => match post.tend(&scene, new, e, now) {
                Some(change) => (None, Ok(change)),
                None => return Ok(()),
            },
            Action::Settings(approval_required, own_approval) => {
                self.settings.approval_required = *approval_required;
                self.settings.own_approval = *own_approval;
                return Ok(());
            }
            Action::Wait(seconds) => {
                self.now += SignedDuration::from_secs((*seconds).into());
                return Ok(());
            }
            Action::Work(how) => return self.work(*how),
            Action::Turn(account, turn) => return self.turn(Self::account(*account), *turn),
        };
        match change {
            Err(_) => Ok(()),
            Ok(change) => self.keep(&by, event, change),
        }
    }

    /// Takes what a decision changes, as the store would.
    fn keep(
        &mut self,
        by: &Member,
        event: Option<Event>,
        change: Change,
    ) -> Result<(), TestCaseError> {
        let (from, to) = (self.post.status, change.post.status);
        if from != to {
            let event = event.expect("only these change the status");
            let asks = self.settings.approval_required;
            prop_assert!(
                is_transition(Some(from), event, asks, to),
                "{from} by {event:?} to {to}"
            );
        }
        if let Some(event) = event.filter(|event| *event != Event::Edit || change.is_new_edition())
        {
            self.steps
                .insert((Some(from), event, self.settings.approval_required, to));
        }
        prop_assert_eq!(change.post.version, self.post.version + 1);
        prop_assert_eq!(change.before.as_ref(), Some(&self.post));
        prop_assert!(
            self.log.insert(change.activity.id.to_string()),
            "an entry of its own"
        );
        prop_assert_eq!(change.activity.post, Some(self.post.id));
        if let Some(approved) = change.approved {
            let own = by.user == self.post.author && self.post.status == Status::Pending;
            prop_assert!(!own || self.settings.own_approval || !self.settings.approval_required);
            prop_assert!(by.role != Role::Viewer);
            self.snapshots.insert(approved.hash(), approved);
        }
        for moved in change.publications {
            let id = moved.after.id.to_string();
            prop_assert_eq!(moved.before.as_ref(), self.publications.get(&id));
            if let Some(before) = &moved.before {
                let is_out = before.is_possibly_out();
                prop_assert!(!is_out || *before == moved.after, "what may be out changed");
            }
            self.publications.insert(id, moved.after);
        }
        self.post = change.post;
        self.consistent()
    }

    /// One step of a worker on the first publication that lets it.
    fn work(&mut self, how: u8) -> Result<(), TestCaseError> {
        let all = self.all();
        let armed = |it: &&Publication| matches!(it.state, State::Armed { .. });
        let (after, event) = if let Some(armed) = all.iter().find(armed) {
            let outcome = match how {
                0 | 1 => Outcome::Published {
                    remote_id: "1".into(),
                    url: "u".into(),
                },
                2 => Outcome::Refused("no".into()),
                3 => Outcome::NotSent {
                    reason: "dns".into(),
                    retry_after: None,
                },
                4 => Outcome::NeedsReconnect("401".into()),
                _ => Outcome::Unclear("timeout".into()),
            };
            (armed.after(outcome, self.now), Event::End)
        } else {
            let claimed = all.iter().find_map(|it| match it.claim("w", self.now) {
                Claim::Leave => None,
                claim => Some(claim),
            });
            match claimed {
                Some(Claim::Missed(missed)) => (missed, Event::End),
                Some(Claim::Prepare(prepared)) => {
                    let Some(armed) = prepared.arm("w", Value::Null, self.now) else {
                        return Ok(());
                    };
                    if !self.may_be_armed(&armed) {
                        return Ok(());
                    }
                    self.is_approved(&armed)?;
                    (armed, Event::Arm)
                }
                _ => return Ok(()),
            }
        };
        self.moved(after, event)
    }

    /// The publications of an account follow what becomes of it, one after another.
    fn turn(&mut self, account: AccountId, turn: Turn) -> Result<(), TestCaseError> {
        if let Turn::IsDisconnected = turn {
            self.accounts.retain(|of| of.id != account);
        }
        for publication in self.all().iter().filter(|of| of.account == account) {
            let after = match turn {
                Turn::Fails => publication.blocked("401"),
                Turn::IsConnectedAgain => publication.resumed(self.now),
                Turn::IsDisconnected => publication.cancelled(),
            };
            if let Some(after) = after {
                self.moved(after, Event::End)?;
            }
        }
        Ok(())
    }

    /// Keeps a publication that something became of, and what follows for the post.
    fn moved(&mut self, after: Publication, event: Event) -> Result<(), TestCaseError> {
        let after = if event == Event::End {
            self.post.still(&after)
        } else {
            after
        };
        let is_own = after.occurrence == 0 && self.post.goes_to().any(|of| of == after.account);
        self.publications.insert(after.id.to_string(), after);
        let (from, all) = (self.post.status, self.all());
        self.post.version += 1;
        self.post.status = match event {
            Event::Arm if is_own => Status::Publishing,
            Event::Arm => from,
            _ => self.post.status_after(&all),
        };
        let to = self.post.status;
        if is_own {
            self.steps
                .insert((Some(from), event, self.settings.approval_required, to));
        }
        if from != to {
            prop_assert!(
                is_transition(Some(from), event, false, to),
                "{from} by {event:?} to {to}"
            );
        }
        self.consistent()
    }

    /// The condition of ARM on the post.
    fn may_be_armed(&self, armed: &Publication) -> bool {
        if armed.occurrence > 0 {
            let active = self.post.repetition.as_ref();
            let live = [RepetitionState::Active, RepetitionState::Ended];
            let active = active.filter(|of| live.contains(&of.state));
            let hash = active
                .and_then(|of| of.approval.as_ref())
                .map(|of| &of.hash);
            return hash == Some(&armed.content);
        }
        let hash = self.post.approval.as_ref().map(|of| &of.hash);
        let live = matches!(self.post.status, Status::Approved | Status::Publishing);
        live && hash == Some(&armed.content)
    }

    /// Somebody said yes to exactly what goes out: this text, on this account, at this time.
    fn is_approved(&self, armed: &Publication) -> Result<(), TestCaseError> {
        let Some(approved) = self.snapshots.get(&armed.content) else {
            return Err(TestCaseError::fail("nobody said yes to this"));
        };
        prop_assert_eq!(&approved.content, &self.post.content);
        prop_assert!(approved.accounts.contains(&armed.account));
        let planned = match &approved.repeat {
            None => approved.when.resolve("").ok(),
            Some(repeat) => {
                let number = armed.occurrence - self.post.repetition.as_ref().unwrap().offset;
                repeat
                    .occurrences()
                    .find(|(n, _)| *n == number)
                    .map(|(_, at)| at)
            }
        };
        prop_assert_eq!(planned, Some(armed.schedule.publish_at));
        Ok(())
    }

    /// What must be so at any time.
    fn consistent(&self) -> Result<(), TestCaseError> {
        let (post, all) = (&self.post, self.all());
        prop_assert_eq!(
            post.status_after(&all),
            post.status,
            "the status follows from the publications"
        );
        let waits = |occurrence: bool| {
            all.iter()
                .any(|it| it.is_open_to_change() && (it.occurrence > 0) == occurrence)
        };
        let is_live = matches!(post.status, Status::Approved | Status::Publishing);
        prop_assert!(
            is_live || !waits(false),
            "{} and something waits",
            post.status
        );
        let repeats = post
            .repeats()
            .is_some_and(|it| it.state == RepetitionState::Active);
        let last = post
            .repetition
            .as_ref()
            .is_some_and(|it| it.state == RepetitionState::Ended);
        prop_assert!(
            repeats || last || !waits(true),
            "nothing repeats and something waits"
        );
        let mut seen = HashSet::new();
        for it in &all {
            prop_assert!(
                seen.insert((it.account, it.occurrence)),
                "two for one account and time"
            );
        }
        Ok(())
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10_000))]

    #[test]
    fn no_history_leaves_the_table_or_lets_out_what_nobody_said_yes_to(
        actions in prop::collection::vec(action(), 1..40)
    ) {
        let mut world = World::new();
        for (by, action) in &actions {
            world.act(*by, action)?;
        }
    }
}
