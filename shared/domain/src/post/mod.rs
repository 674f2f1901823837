//! Posts: what a team writes, and its way from draft to published.
//!
//! [`TRANSITIONS`] is the table of all that can happen to the status of a post, and nothing else can: histories at random leave it nowhere, and
//! take every step of it.

mod change;
mod deciding;
mod editing;
mod planning;
mod repeating;
mod tending;
#[cfg(test)]
mod tests;
mod todo;

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use strum::{Display, EnumIter, EnumString};

pub use self::change::{Change, Decision, Feedback, Moved, Scene};
pub use self::editing::Draft;
pub use self::todo::{Todo, TodoKind};
use crate::content::{Approved, Content, ContentHash};
use crate::error::Refused;
use crate::ids::{AccountId, PostId, TeamId, UserId};
use crate::publication::{Publication, State};
use crate::repeat::Repeat;
use crate::schedule::Schedule;
use crate::text::Label;
use crate::when::When;

/// The most accounts that one post may go to: what one transaction can hold with room to spare.
pub const MAX_ACCOUNTS: usize = 20;
/// The most labels that a post may have.
pub const MAX_LABELS: usize = 10;

/// Where a post stands.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, Display, EnumString, EnumIter,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Status {
    /// It is being written.
    Draft,
    /// It waits for an approval.
    Pending,
    /// Somebody said yes to exactly this content, these accounts and this time.
    Approved,
    /// Somebody said no.
    Rejected,
    /// It is going out.
    Publishing,
    /// It is out on every account.
    Published,
    /// It is out on some accounts and will not be on the others.
    PartlyPublished,
    /// It is out on no account and will not be.
    Failed,
    /// Somebody cancelled it.
    Cancelled,
}

/// What happens to a post.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Display, EnumIter)]
#[strum(serialize_all = "snake_case")]
pub enum Event {
    /// A member writes it.
    #[strum(serialize = "a member writes it")]
    Create,
    /// A member changes what it says or where it goes.
    #[strum(serialize = "a member changes what it says or where it goes")]
    Edit,
    /// A member chooses its time.
    #[strum(serialize = "a member chooses its time")]
    Schedule,
    /// A member asks for an approval.
    #[strum(serialize = "a member asks for an approval")]
    Submit,
    /// A member says yes.
    #[strum(serialize = "a member says yes")]
    Approve,
    /// A member says no.
    #[strum(serialize = "a member says no")]
    Reject,
    /// A member cancels it.
    #[strum(serialize = "a member cancels it, or an account of it")]
    Cancel,
    /// A publication is armed.
    #[strum(serialize = "its first publication is armed")]
    Arm,
    /// A publication ends.
    #[strum(serialize = "one of its publications ends")]
    End,
}

/// When something holds besides the status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Display)]
pub enum Where {
    /// Always.
    #[strum(serialize = "in every team")]
    Always,
    /// In a team that asks for approval.
    #[strum(serialize = "in a team that asks for approval")]
    Asks,
    /// In a team that does not.
    #[strum(serialize = "in a team that does not ask for approval")]
    Free,
}

/// Every change of a post's status that there is: from which (none: it does not exist yet), by what, where, to which.
pub const TRANSITIONS: &[(&[Status], Event, Where, &[Status])] = {
    use Status::{
        Approved, Cancelled, Draft, Failed, PartlyPublished, Pending, Published, Publishing,
        Rejected,
    };
    &[
        (&[], Event::Create, Where::Always, &[Draft]),
        (
            &[Draft, Rejected, Failed],
            Event::Edit,
            Where::Always,
            &[Draft],
        ),
        (&[Pending], Event::Edit, Where::Always, &[Pending]),
        (&[Approved], Event::Edit, Where::Asks, &[Pending]),
        (&[Approved], Event::Edit, Where::Free, &[Approved]),
        (
            &[Draft, Pending, Approved, Rejected, Failed],
            Event::Schedule,
            Where::Asks,
            &[Pending],
        ),
        (
            &[Draft, Pending, Approved, Rejected, Failed],
            Event::Schedule,
            Where::Free,
            &[Approved],
        ),
        (
            &[PartlyPublished],
            Event::Schedule,
            Where::Free,
            &[Publishing],
        ),
        (&[Draft, Rejected], Event::Submit, Where::Asks, &[Pending]),
        (&[Pending], Event::Approve, Where::Always, &[Approved]),
        (&[Pending], Event::Reject, Where::Always, &[Rejected]),
        (&[Draft], Event::Cancel, Where::Always, &[Draft, Cancelled]),
        (
            &[Pending],
            Event::Cancel,
            Where::Always,
            &[Pending, Cancelled],
        ),
        (
            &[Rejected],
            Event::Cancel,
            Where::Always,
            &[Rejected, Cancelled],
        ),
        (
            &[Approved],
            Event::Cancel,
            Where::Always,
            &[Approved, Cancelled, Failed],
        ),
        // Something of a post that is publishing is out or may be, so it cannot be cancelled altogether.
        (
            &[Publishing],
            Event::Cancel,
            Where::Always,
            &[Publishing, Published, PartlyPublished],
        ),
        (
            &[Approved, Publishing],
            Event::Arm,
            Where::Always,
            &[Publishing],
        ),
        (
            &[Approved],
            Event::End,
            Where::Always,
            &[Approved, Failed, Cancelled],
        ),
        (
            &[Publishing],
            Event::End,
            Where::Always,
            &[Approved, Publishing, Published, PartlyPublished, Failed],
        ),
    ]
};

/// Whether the table has a change.
pub fn is_transition(from: Option<Status>, event: Event, asks: bool, to: Status) -> bool {
    TRANSITIONS.iter().any(|(of, by, place, into)| {
        let here = match place {
            Where::Always => true,
            Where::Asks => asks,
            Where::Free => !asks,
        };
        let starts = from.map_or(of.is_empty(), |from| of.contains(&from));
        starts && *by == event && here && into.contains(&to)
    })
}

/// Somebody's yes to an exact content.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approval {
    /// The hash of what was approved.
    pub hash: ContentHash,
    /// Who approved it.
    pub by: UserId,
    /// When.
    pub at: Timestamp,
}

/// When a post goes out: as it was chosen, and what that means.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Timing {
    /// As it was chosen.
    pub when: When,
    /// The instant that this means by the rules of time zones known when it was last looked at, and how late it may be.
    pub schedule: Schedule,
    /// Whose queue the slot was taken from, if one was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub queue: Option<AccountId>,
}

impl Timing {
    /// Checks a wish against the time it is made at. `pointer` is where the wish was given.
    pub fn new(
        when: When,
        queue: Option<AccountId>,
        max_late: SignedDuration,
        pointer: &str,
        now: Timestamp,
    ) -> Result<Self, Refused> {
        let at = when.resolve(pointer)?;
        let schedule = Schedule::at(at, max_late, pointer, now)?;
        Ok(Self {
            when,
            schedule,
            queue,
        })
    }

    /// The latest instant at which it may still go out.
    pub fn latest(&self) -> Timestamp {
        self.schedule.publish_at + self.schedule.max_late
    }
}

/// Where the further times of a post stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Display, EnumString)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum RepetitionState {
    /// They wait for an approval.
    Pending,
    /// The post goes out at them.
    Active,
    /// Somebody stopped them, or said no.
    Stopped,
    /// They are over.
    Ended,
}

/// At which further times a post goes out again, and how far that has come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Repetition {
    /// The times.
    pub repeat: Repeat,
    /// How late each may be.
    pub max_late: SignedDuration,
    /// Who wished for it.
    pub by: UserId,
    /// Where it stands.
    pub state: RepetitionState,
    /// The yes that it goes out under.
    pub approval: Option<Approval>,
    /// How many further times the post had before these: publications count on from there.
    pub offset: u32,
    /// The numbers of the times that are left out.
    pub skipped: BTreeSet<u32>,
    /// The number and the instant of the time that publications wait for.
    pub next: Option<(u32, Timestamp)>,
}

/// A thing that a team writes to publish it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Post {
    /// Its id.
    pub id: PostId,
    /// The team it belongs to.
    pub team: TeamId,
    /// Who wrote it.
    pub author: UserId,
    /// Who last changed what it says, where it goes, or when.
    pub edited_by: UserId,
    /// Who is to see to it.
    pub assignee: Option<UserId>,
    /// Words to find it by, in order.
    pub labels: Vec<Label>,
    /// What it says.
    pub content: Content,
    /// Where it goes, in order of id.
    pub accounts: Vec<AccountId>,
    /// Accounts that it does not go to after all: they were cancelled one by one.
    pub left_out: Vec<AccountId>,
    /// When it goes out, once that is chosen.
    pub timing: Option<Timing>,
    /// Where it stands.
    pub status: Status,
    /// The approval that its publications go out under.
    pub approval: Option<Approval>,
    /// At which further times it goes out again.
    pub repetition: Option<Repetition>,
    /// Whether somebody has taken note of what failed.
    pub noted: bool,
    /// When Tayang looks at it next by itself.
    pub chore_at: Option<Timestamp>,
    /// Counts what it said: rises when its content or its accounts change.
    pub edition: u32,
    /// Counts the changes; every write is conditional on it.
    pub version: u64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

impl Post {
    /// The accounts that it goes to.
    pub fn goes_to(&self) -> impl Iterator<Item = AccountId> {
        let all = self.accounts.iter().copied();
        all.filter(|account| !self.left_out.contains(account))
    }

    /// What somebody says yes to; nothing before its time is chosen.
    pub fn to_approve(&self) -> Option<Approved> {
        let timing = self.timing.as_ref()?;
        Some(Approved {
            content: self.content.clone(),
            accounts: self.goes_to().collect(),
            when: timing.when.clone(),
            repeat: None,
        })
    }

    /// What somebody says yes to about its further times.
    pub fn repetition_to_approve(&self) -> Option<Approved> {
        let repetition = self.repetition.as_ref()?;
        Some(Approved {
            repeat: Some(repetition.repeat.clone()),
            ..self.to_approve()?
        })
    }

    /// What waits for somebody's yes at the moment: the post, or its further times.
    pub fn awaits(&self) -> Option<Approved> {
        let repeats = |of: &Repetition| of.state == RepetitionState::Pending;
        if self.status == Status::Pending {
            self.to_approve()
        } else if self.repetition.as_ref().is_some_and(repeats) {
            self.repetition_to_approve()
        } else {
            None
        }
    }

    /// The publications that its status follows from: not those of its further times, nor of accounts that it does not go to.
    pub fn own<'a>(&self, publications: &'a [Publication]) -> Vec<&'a Publication> {
        let accounts: Vec<_> = self.goes_to().collect();
        let is_own = |publication: &&Publication| {
            publication.occurrence == 0 && accounts.contains(&publication.account)
        };
        publications.iter().filter(is_own).collect()
    }

    /// The status that follows from the publications. A post that is not approved keeps its status: its publications are withdrawn. One of
    /// which nothing is out, because it is known that nothing was sent, waits as before.
    pub fn status_after(&self, publications: &[Publication]) -> Status {
        let own = self.own(publications);
        let is_live = match self.status {
            Status::Draft | Status::Pending | Status::Rejected | Status::Cancelled => false,
            Status::Approved
            | Status::Publishing
            | Status::Published
            | Status::PartlyPublished
            | Status::Failed => true,
        };
        if !is_live || own.is_empty() {
            return self.status;
        }
        let status = Self::status_from(&own);
        let has_begun = own.iter().any(|publication| publication.is_possibly_out());
        if status == Status::Publishing && !has_begun {
            Status::Approved
        } else {
            status
        }
    }

    /// What became of a publication, if its post still wants it: one that would wait again for a further time which was stopped meanwhile
    /// is cancelled.
    #[must_use]
    pub fn still(&self, after: &Publication) -> Publication {
        let hash = self.repetition.as_ref().and_then(|of| match of.state {
            RepetitionState::Active | RepetitionState::Ended => of.approval.as_ref(),
            RepetitionState::Pending | RepetitionState::Stopped => None,
        });
        let is_wanted =
            after.occurrence == 0 || hash.is_some_and(|approval| approval.hash == after.content);
        match after.cancelled() {
            Some(cancelled) if !is_wanted => Publication {
                revision: after.revision,
                ..cancelled
            },
            _ => after.clone(),
        }
    }

    /// The status that publications lead to: an end is only reached when none of them may yet go out.
    fn status_from(publications: &[&Publication]) -> Status {
        let count = |wanted: fn(&State) -> bool| {
            publications
                .iter()
                .filter(|publication| wanted(&publication.state))
                .count()
        };
        let published = count(|state| matches!(state, State::Published { .. }));
        if publications.iter().any(|publication| publication.is_open()) {
            Status::Publishing
        } else if published == publications.len() {
            Status::Published
        } else if published > 0 {
            Status::PartlyPublished
        } else if count(|state| *state == State::Cancelled) == publications.len() {
            Status::Cancelled
        } else {
            Status::Failed
        }
    }
}
