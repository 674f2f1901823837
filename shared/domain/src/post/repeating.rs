//! Letting a post go out again, at further times.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use super::{Approval, Change, Moved, Post, Repetition, RepetitionState, Scene, Status};
use crate::activity::{Activity, Entry, Kind};
use crate::error::Refused;
use crate::ids::PublicationId;
use crate::publication::Publication;
use crate::repeat::Repeat;
use crate::schedule::{self, Schedule};
use crate::team::{Member, Permission};

impl Post {
    /// Lets a post that somebody said yes to go out again at further times. In a team that asks for approval they wait for somebody's yes.
    #[expect(
        clippy::too_many_arguments,
        reason = "each is a different thing that a wish is made of"
    )]
    pub fn repeat(
        &self,
        member: &Member,
        repeat: Repeat,
        max_late: SignedDuration,
        scene: &Scene<'_>,
        new_id: impl FnMut() -> PublicationId,
        entry: Entry,
        now: Timestamp,
    ) -> Result<Change, Refused> {
        member.require(Permission::WritePosts)?;
        schedule::require_max_late(max_late)?;
        let among = [
            Status::Approved,
            Status::Publishing,
            Status::Published,
            Status::PartlyPublished,
        ];
        self.require_status(&among, "repeated: schedule it first")?;
        if self.is_repeating(scene.publications) {
            return Err(Refused::Conflict(
                "this post goes out again at further times already: stop them with DELETE /posts/repost/{postId} first".into(),
            ));
        }
        self.require_accounts(scene)?;
        if let Repeat::Times(_) = &repeat {
            for (number, at) in repeat.occurrences() {
                Schedule::at(at, max_late, &format!("/times/{}", number - 1), now)?;
            }
        }
        // A rule may begin at the post's own time, at which it goes out anyway.
        let own = self
            .timing
            .as_ref()
            .map(|timing| timing.schedule.publish_at);
        let times = repeat.occurrences().filter(|(_, at)| Some(*at) == own);
        let skipped: BTreeSet<_> = times.map(|(number, _)| number).collect();
        let Some((_, first)) = repeat.upcoming(now, &skipped, 1).into_iter().next() else {
            return Err(Refused::invalid(
                "",
                format!("has no time that is still to come: it is {now} now"),
            ));
        };
        let activity = self
            .entry_of(member, entry, Kind::PostRepeated, now)
            .with("first", first.to_string());
        let post = Self {
            repetition: Some(Repetition {
                repeat,
                max_late,
                by: member.user,
                state: RepetitionState::Pending,
                approval: None,
                offset: scene
                    .publications
                    .iter()
                    .map(|of| of.occurrence)
                    .max()
                    .unwrap_or(0),
                skipped,
                next: None,
            }),
            ..self.clone()
        };
        let publications = scene.publications.iter().map(Moved::unchanged).collect();
        let change = self.changed_to(post, publications, activity.clone(), now);
        if scene.settings.approval_required {
            return Ok(change);
        }
        let Some(approved) = change.post.repetition_to_approve() else {
            return Ok(change);
        };
        let approval = Approval {
            hash: approved.hash(),
            by: member.user,
            at: now,
        };
        let active = change
            .post
            .repeating_under(approval, scene, new_id, activity, now)?;
        Ok(Change {
            before: change.before,
            post: Self {
                version: change.post.version,
                ..active.post
            },
            approved: Some(approved),
            ..active
        })
    }

    /// Its further times under somebody's yes: publications wait for the first that is still to come.
    pub(super) fn repeating_under(
        &self,
        approval: Approval,
        scene: &Scene<'_>,
        new_id: impl FnMut() -> PublicationId,
        activity: Activity,
        now: Timestamp,
    ) -> Result<Change, Refused> {
        let mut post = self.clone();
        let Some(repetition) = post.repetition.as_mut() else {
            return Err(Refused::Conflict("this post has no further times".into()));
        };
        let next = repetition.repeat.upcoming(now, &repetition.skipped, 1);
        let Some(next) = next.into_iter().next() else {
            return Err(Refused::Conflict(
                "the further times of this post have all passed".into(),
            ));
        };
        repetition.state = RepetitionState::Active;
        repetition.approval = Some(approval);
        repetition.next = Some(next);
        let publications = post.waiting_for_next(scene.publications, scene, new_id);
        Ok(self.changed_to(post, publications, activity, now))
    }

    /// Its publications, with those that wait for its next further time.
    pub(super) fn waiting_for_next(
        &self,
        publications: &[Publication],
        scene: &Scene<'_>,
        new_id: impl FnMut() -> PublicationId,
    ) -> Vec<Moved> {
        let planned = self.repetition.as_ref().and_then(|repetition| {
            let (number, at) = repetition.next?;
            let schedule = Schedule {
                publish_at: at,
                max_late: repetition.max_late,
            };
            let occurrence = repetition.offset + number;
            Some((
                occurrence,
                repetition.approval.as_ref()?.hash.clone(),
                schedule,
            ))
        });
        match planned {
            Some((occurrence, hash, schedule)) => self.planned(
                publications,
                scene.accounts,
                (occurrence, &hash, schedule),
                new_id,
            ),
            None => publications.iter().map(Moved::unchanged).collect(),
        }
    }

    /// Leaves out one of its further times, by the number that its publications have or would have.
    pub fn skip(
        &self,
        member: &Member,
        occurrence: u32,
        scene: &Scene<'_>,
        new_id: impl FnMut() -> PublicationId,
        entry: Entry,
        now: Timestamp,
    ) -> Result<Change, Refused> {
        member.require(Permission::WritePosts)?;
        let repetition = self.require_repeating()?;
        let number = occurrence.saturating_sub(repetition.offset);
        let upcoming = repetition.repeat.occurrences().find(|(n, _)| *n == number);
        let unknown = || {
            Refused::invalid(
                "?occurrence",
                "is no further time of this post that is still to come",
            )
        };
        let (_, at) = upcoming.filter(|(_, at)| *at > now).ok_or_else(unknown)?;
        let activity = self
            .entry_of(member, entry, Kind::PostOccurrenceSkipped, now)
            .with("occurrence", occurrence.to_string())
            .with("publish_at", at.to_string());
        let mut post = self.clone();
        let mut publications: Vec<_> = scene.publications.iter().map(Moved::unchanged).collect();
        if let Some(of) = post.repetition.as_mut() {
            of.skipped.insert(number);
            if of.next.is_some_and(|(next, _)| next == number) {
                publications = Self::without_occurrence(occurrence, scene)?;
                of.advance(number);
                let now_are: Vec<_> = publications.iter().map(|m| m.after.clone()).collect();
                let mut planned = post.waiting_for_next(&now_are, scene, new_id);
                for moved in &mut planned {
                    let before = publications.iter().find(|m| m.after.id == moved.after.id);
                    moved.before = before.and_then(|moved| moved.before.clone());
                }
                publications = planned;
            }
        }
        Ok(self.changed_to(post, publications, activity, now))
    }

    /// Ends its further times. What is going out at this moment goes out.
    pub fn stop_repeating(
        &self,
        member: &Member,
        scene: &Scene<'_>,
        entry: Entry,
        now: Timestamp,
    ) -> Result<Change, Refused> {
        member.require(Permission::WritePosts)?;
        if !self.is_repeating(scene.publications) {
            self.require_repeating()?;
        }
        let publications = scene.publications.iter().map(|publication| {
            let after = publication.cancelled().filter(|of| of.occurrence > 0);
            Moved::to(publication, after)
        });
        let publications = publications.collect();
        let activity = self.entry_of(member, entry, Kind::PostRepeatStopped, now);
        let mut post = self.clone();
        if let Some(of) = post.repetition.as_mut() {
            (of.state, of.next) = (RepetitionState::Stopped, None);
        }
        Ok(self.changed_to(post, publications, activity, now))
    }

    /// Whether further times are still to come, or the last of them is not over.
    pub(super) fn is_repeating(&self, publications: &[Publication]) -> bool {
        let waits = |publication: &Publication| {
            publication.occurrence > 0 && publication.is_open_to_change()
        };
        self.repeats().is_some() || publications.iter().any(waits)
    }

    fn require_repeating(&self) -> Result<&Repetition, Refused> {
        self.repeats().ok_or_else(|| {
            Refused::Conflict("this post has no further times that are still to come".into())
        })
    }

    /// Its publications, those of one occurrence cancelled; an error when one of them is out or going out. Those of an earlier occurrence end
    /// by themselves.
    fn without_occurrence(occurrence: u32, scene: &Scene<'_>) -> Result<Vec<Moved>, Refused> {
        let is_out = |publication: &Publication| {
            publication.occurrence == occurrence && publication.is_possibly_out()
        };
        if scene.publications.iter().any(is_out) {
            return Err(Refused::Conflict(
                "this further time has begun: the post is out or going out, and only later ones can be left out".into(),
            ));
        }
        Ok(Self::withdrawn(scene.publications, occurrence))
    }
}

impl Repetition {
    /// Goes on to the next time behind `number` that is not left out; to the end, when there is none.
    pub(super) fn advance(&mut self, number: u32) {
        let mut behind = number;
        self.next = loop {
            match self.repeat.after(behind) {
                Some((next, _)) if self.skipped.contains(&next) => behind = next,
                other => break other,
            }
        };
        if self.next.is_none() {
            self.state = RepetitionState::Ended;
        }
    }
}
