//! Saying yes or no to a post, and saying something about it.

use jiff::Timestamp;

use super::{Approval, Change, Decision, Feedback, Moved, Post, RepetitionState, Scene, Status};
use crate::activity::{Entry, Kind};
use crate::content::{Approved, ContentHash};
use crate::error::Refused;
use crate::ids::{FeedbackId, PublicationId};
use crate::team::{Member, Permission};
use crate::text::Note;

impl Post {
    /// Says yes to exactly what has this hash: the content, the accounts and the time, or the further times.
    #[expect(
        clippy::too_many_arguments,
        reason = "each is a different thing that a yes is made of"
    )]
    pub fn approve(
        &self,
        member: &Member,
        hash: &ContentHash,
        (feedback, note): (FeedbackId, Option<Note>),
        scene: &Scene<'_>,
        new_id: impl FnMut() -> PublicationId,
        entry: Entry,
        now: Timestamp,
    ) -> Result<Change, Refused> {
        let approved = self.decidable(member, hash, scene)?;
        self.require_accounts(scene)?;
        let approval = Approval {
            hash: hash.clone(),
            by: member.user,
            at: now,
        };
        let activity = self
            .entry_of(member, entry, Kind::PostApproved, now)
            .with("content_hash", hash.as_str());
        let mut change = if self.status == Status::Pending {
            let mut post = Self {
                status: Status::Approved,
                approval: Some(approval),
                ..self.clone()
            };
            let timing = self.require_timing()?;
            let mut schedule = timing.schedule;
            // Rules of time zones may have changed while it waited.
            schedule.publish_at = timing
                .when
                .moved(schedule.publish_at)
                .unwrap_or(schedule.publish_at);
            if schedule.publish_at + schedule.max_late < now {
                return Err(Refused::Conflict(format!(
                    "the time of this post has passed ({}): choose another one with POST /posts/schedule",
                    schedule.publish_at
                )));
            }
            if let Some(timing) = post.timing.as_mut() {
                timing.schedule = schedule;
            }
            let planned = (0, hash, schedule);
            let publications = post.planned(scene.publications, scene.accounts, planned, new_id);
            self.changed_to(post, publications, activity, now)
        } else {
            self.repeating_under(approval, scene, new_id, activity, now)?
        };
        change.approved = Some(approved);
        change.feedback =
            Some(self.word(member, feedback, Decision::Approved, note, Some(hash), now));
        Ok(change)
    }

    /// Says no to exactly what has this hash, and why.
    pub fn reject(
        &self,
        member: &Member,
        hash: &ContentHash,
        (feedback, note): (FeedbackId, Note),
        scene: &Scene<'_>,
        entry: Entry,
        now: Timestamp,
    ) -> Result<Change, Refused> {
        self.decidable(member, hash, scene)?;
        let activity = self
            .entry_of(member, entry, Kind::PostRejected, now)
            .with("content_hash", hash.as_str())
            .with("feedback_id", feedback.to_string());
        let mut post = self.clone();
        if self.status == Status::Pending {
            post.status = Status::Rejected;
        } else if let Some(repetition) = post.repetition.as_mut() {
            repetition.state = RepetitionState::Stopped;
        }
        let publications = scene.publications.iter().map(Moved::unchanged).collect();
        let word = self.word(
            member,
            feedback,
            Decision::Rejected,
            Some(note),
            Some(hash),
            now,
        );
        Ok(Change {
            feedback: Some(word),
            ..self.changed_to(post, publications, activity, now)
        })
    }

    /// Says something about the post, which decides nothing.
    pub fn comment(
        &self,
        member: &Member,
        (feedback, note): (FeedbackId, Note),
        scene: &Scene<'_>,
        entry: Entry,
        now: Timestamp,
    ) -> Result<Change, Refused> {
        member.require(Permission::WritePosts)?;
        let activity = self
            .entry_of(member, entry, Kind::PostCommented, now)
            .with("feedback_id", feedback.to_string());
        let publications = scene.publications.iter().map(Moved::unchanged).collect();
        let word = self.word(member, feedback, Decision::Comment, Some(note), None, now);
        Ok(Change {
            feedback: Some(word),
            ..self.changed_to(self.clone(), publications, activity, now)
        })
    }

    /// What a member may decide on, if it is what he has seen.
    fn decidable(
        &self,
        member: &Member,
        hash: &ContentHash,
        scene: &Scene<'_>,
    ) -> Result<Approved, Refused> {
        member.require(Permission::ApprovePosts)?;
        let Some(awaited) = self.awaits() else {
            let by = self.approval.as_ref().map(|approval| approval.by);
            return Err(Refused::Conflict(match by {
                Some(by) if self.status == Status::Approved => {
                    format!("this post was approved already, by {by}")
                }
                _ => format!("a post that is {} waits for nobody's approval", self.status),
            }));
        };
        let wished_by = self
            .repeats()
            .map_or(self.edited_by, |repetition| repetition.by);
        let is_own = member.user == self.author || member.user == wished_by;
        if is_own && !scene.settings.own_approval {
            return Err(Refused::Conflict(
                "you wrote or changed this post yourself, and this team asks for somebody else's approval".into(),
            ));
        }
        if awaited.hash() != *hash {
            return Err(Refused::Conflict(format!(
                "this post is not what you have seen any more: look at it again, its content_hash is {} now",
                awaited.hash().as_str()
            )));
        }
        Ok(awaited)
    }

    fn word(
        &self,
        member: &Member,
        id: FeedbackId,
        decision: Decision,
        text: Option<Note>,
        hash: Option<&ContentHash>,
        now: Timestamp,
    ) -> Feedback {
        Feedback {
            id,
            by: member.user,
            at: now,
            decision,
            text,
            edition: self.edition,
            hash: hash.cloned(),
        }
    }
}
