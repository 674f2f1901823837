//! What a decision about a post changes: everything that is then written at once.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use strum::{Display, EnumString};

use super::{Post, Repetition, RepetitionState, Status, Timing};
use crate::account::Account;
use crate::activity::{Activity, Entry, Kind};
use crate::content::{Approved, ContentHash};
use crate::error::Refused;
use crate::ids::{AccountId, FeedbackId, PublicationId, UserId};
use crate::publication::Publication;
use crate::schedule::Schedule;
use crate::team::{Member, Settings};
use crate::text::Note;

/// What a decision about a post is made from, besides the post.
#[derive(Clone, Copy, Debug)]
pub struct Scene<'a> {
    /// How its team works.
    pub settings: &'a Settings,
    /// Its accounts that are connected.
    pub accounts: &'a [Account],
    /// Its publications.
    pub publications: &'a [Publication],
}

/// A publication before and after a decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moved {
    /// As it was; none when it is new.
    pub before: Option<Publication>,
    /// As it is.
    pub after: Publication,
}

impl Moved {
    pub(super) fn unchanged(publication: &Publication) -> Self {
        Self::to(publication, None)
    }

    /// What became of a publication; nothing, when it stays as it is.
    pub(super) fn to(publication: &Publication, after: Option<Publication>) -> Self {
        Self {
            before: Some(publication.clone()),
            after: after.unwrap_or_else(|| publication.clone()),
        }
    }

    /// Whether anything is different.
    pub fn is_change(&self) -> bool {
        self.before.as_ref() != Some(&self.after)
    }
}

/// What somebody's word about a post is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Display, EnumString)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Decision {
    /// A yes.
    Approved,
    /// A no.
    Rejected,
    /// Neither.
    Comment,
}

/// What somebody said about a post.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Feedback {
    /// Its id.
    pub id: FeedbackId,
    /// Who said it.
    pub by: UserId,
    /// When.
    pub at: Timestamp,
    /// What it decided.
    pub decision: Decision,
    /// In words.
    pub text: Option<Note>,
    /// What the post said then: its edition.
    pub edition: u32,
    /// The hash of what was decided on.
    pub hash: Option<ContentHash>,
}

/// Everything that a decision about a post changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The post as it was; none when it is new.
    pub before: Option<Post>,
    /// The post as it is.
    pub post: Post,
    /// All its publications.
    pub publications: Vec<Moved>,
    /// What somebody said yes to with this.
    pub approved: Option<Approved>,
    /// What somebody said with this.
    pub feedback: Option<Feedback>,
    /// The entry for the log.
    pub activity: Activity,
}

impl Change {
    /// Whether it says something else now, or goes elsewhere.
    pub fn is_new_edition(&self) -> bool {
        self.before
            .as_ref()
            .is_none_or(|before| before.edition != self.post.edition)
    }

    /// The publications as they are now.
    pub fn publications_now(&self) -> Vec<Publication> {
        let after = self.publications.iter().map(|moved| moved.after.clone());
        after.collect()
    }
}

impl Post {
    /// Finishes a decision: counts it, and says when Tayang looks at the post by itself.
    pub(super) fn changed_to(
        &self,
        mut post: Self,
        publications: Vec<Moved>,
        activity: Activity,
        now: Timestamp,
    ) -> Change {
        post.version = self.version + 1;
        post.updated_at = now;
        post.chore_at = post.next_chore(now);
        let activity = activity.about_post(self.id);
        let activity = if post.status == self.status {
            activity
        } else {
            activity
                .with("status_before", self.status.to_string())
                .with("status", post.status.to_string())
        };
        Change {
            before: Some(self.clone()),
            post,
            publications,
            approved: None,
            feedback: None,
            activity,
        }
    }

    /// An entry of the log about what a member does to this post.
    pub(super) fn entry_of(
        &self,
        member: &Member,
        entry: Entry,
        kind: Kind,
        now: Timestamp,
    ) -> Activity {
        member.entry(entry, kind, now).about_post(self.id)
    }

    /// The publications for an occurrence, each waiting for `schedule`. What may be out stays as it is; what no longer is to go out is cancelled.
    pub(super) fn planned(
        &self,
        publications: &[Publication],
        accounts: &[Account],
        (occurrence, hash, schedule): (u32, &ContentHash, Schedule),
        mut new_id: impl FnMut() -> PublicationId,
    ) -> Vec<Moved> {
        let goes_to: Vec<AccountId> = self.goes_to().collect();
        let mut moved: Vec<_> = publications
            .iter()
            .map(|publication| {
                if publication.occurrence != occurrence {
                    return Moved::unchanged(publication);
                }
                let after = if goes_to.contains(&publication.account) {
                    publication.replanned(hash.clone(), schedule)
                } else {
                    publication.cancelled()
                };
                Moved::to(publication, after)
            })
            .collect();
        let is_planned = |account: AccountId| {
            let of_it = |publication: &&Publication| {
                publication.occurrence == occurrence && publication.account == account
            };
            publications.iter().any(|publication| of_it(&publication))
        };
        let missing = accounts
            .iter()
            .filter(|account| goes_to.contains(&account.id) && !is_planned(account.id));
        moved.extend(missing.map(|account| Moved {
            before: None,
            after: Publication::new(
                new_id(),
                (self.id, occurrence),
                self.team,
                account,
                hash.clone(),
                schedule,
            ),
        }));
        moved
    }

    /// Its publications, those of `occurrence` cancelled where that can still be promised.
    pub(super) fn withdrawn(publications: &[Publication], occurrence: u32) -> Vec<Moved> {
        let withdraw = |publication: &Publication| {
            let is_meant = publication.occurrence == occurrence;
            let after = publication.cancelled().filter(|_| is_meant);
            Moved::to(publication, after)
        };
        publications.iter().map(withdraw).collect()
    }

    /// Refuses when an account that it goes to is not connected any more.
    pub(super) fn require_accounts(&self, scene: &Scene<'_>) -> Result<(), Refused> {
        let is_there = |id: &AccountId| scene.accounts.iter().any(|account| account.id == *id);
        if self.goes_to().all(|id| is_there(&id)) {
            Ok(())
        } else {
            Err(Refused::Conflict(
                "this post goes to an account that was disconnected: choose other accounts with PUT /posts/{postId}, or leave it out with DELETE /posts/{postId}?account_id=…".into(),
            ))
        }
    }

    /// Whether its further times are still to come, or to be decided on.
    pub(super) fn repeats(&self) -> Option<&Repetition> {
        self.repetition
            .as_ref()
            .filter(|repetition| match repetition.state {
                RepetitionState::Pending | RepetitionState::Active => true,
                RepetitionState::Stopped | RepetitionState::Ended => false,
            })
    }

    /// The time, which whatever is scheduled has.
    pub(super) fn require_timing(&self) -> Result<&Timing, Refused> {
        self.timing.as_ref().ok_or_else(|| {
            Refused::Conflict(
                "this post has no time yet: choose one with POST /posts/schedule".into(),
            )
        })
    }

    /// Refuses a post that stands elsewhere.
    pub(super) fn require_status(&self, among: &[Status], what: &str) -> Result<(), Refused> {
        if among.contains(&self.status) {
            Ok(())
        } else {
            Err(Refused::Conflict(format!(
                "a post that is {} cannot be {what}",
                self.status
            )))
        }
    }
}
