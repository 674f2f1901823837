//! What Tayang does to a post by itself, at a time: reminding of what waits for a yes, and going on to the next of its further times.

use jiff::{SignedDuration, Timestamp};

use super::{Change, Moved, Post, RepetitionState, Scene, Status};
use crate::activity::{Activity, Actor, Entry, Kind, Scope};
use crate::error::Refused;
use crate::ids::PublicationId;
use crate::publication::Publication;
use crate::team::{Member, Permission};

/// How long before its time somebody is reminded of a post that waits for a yes.
const REMINDERS: [SignedDuration; 2] = [
    SignedDuration::from_hours(24),
    SignedDuration::from_hours(1),
];

impl Post {
    /// When Tayang looks at it next by itself.
    pub(super) fn next_chore(&self, now: Timestamp) -> Option<Timestamp> {
        let reminders = self
            .timing
            .as_ref()
            .filter(|_| self.status == Status::Pending);
        let reminders = reminders.map(|timing| {
            let at = timing.schedule.publish_at;
            let [day, hour] = REMINDERS.map(|before| at - before);
            [day, hour, timing.latest()]
        });
        let reminder = reminders.and_then(|at| at.into_iter().find(|at| *at > now));
        let repeats = self.repeats();
        let active = repeats.filter(|repetition| repetition.state == RepetitionState::Active);
        let next = active
            .and_then(|repetition| repetition.next)
            .map(|(_, at)| at);
        reminder.into_iter().chain(next).min()
    }

    /// Does what is due at `now`; nothing when nothing is.
    pub fn tend(
        &self,
        scene: &Scene<'_>,
        new_id: impl FnMut() -> PublicationId,
        entry: Entry,
        now: Timestamp,
    ) -> Option<Change> {
        let due = self.chore_at.filter(|at| *at <= now)?;
        let system = |kind| {
            let scope = Scope::Team(self.team);
            Activity::new(entry, scope, Actor::System, kind, now)
        };
        let publications = || scene.publications.iter().map(Moved::unchanged).collect();
        if self.status == Status::Pending {
            let timing = self.timing.as_ref()?;
            let kind = if timing.latest() <= due {
                Kind::PostApprovalMissed
            } else {
                Kind::PostApprovalDue
            };
            let activity = system(kind).with("publish_at", timing.schedule.publish_at.to_string());
            return Some(self.changed_to(self.clone(), publications(), activity, now));
        }
        let mut post = self.clone();
        let repetition = post.repetition.as_mut()?;
        let (number, _) = repetition.next?;
        if self.going_to(scene.accounts).next().is_none() {
            (repetition.state, repetition.next) = (RepetitionState::Ended, None);
        } else {
            repetition.advance(number);
        }
        let (kind, at) = match repetition.next {
            Some((_, at)) => (Kind::PostRepeated, Some(at)),
            None => (Kind::PostRepeatStopped, None),
        };
        let publications = post.waiting_for_next(scene.publications, scene, new_id);
        let activity = match at {
            Some(at) => system(kind).with("next", at.to_string()),
            None => system(kind),
        };
        Some(self.changed_to(post, publications, activity, now))
    }

    /// Takes note of what failed, so that it waits for nobody any more.
    pub fn note(
        &self,
        member: &Member,
        scene: &Scene<'_>,
        entry: Entry,
        now: Timestamp,
    ) -> Result<Change, Refused> {
        member.require(Permission::WritePosts)?;
        let publications = scene.publications.iter().map(Moved::unchanged).collect();
        let activity = self.entry_of(member, entry, Kind::PostNoted, now);
        let post = Self {
            noted: true,
            ..self.clone()
        };
        Ok(self.changed_to(post, publications, activity, now))
    }

    /// Whether a publication's end is something to be looked at.
    pub fn is_trouble(publication: &Publication) -> bool {
        use crate::publication::State;
        match publication.state {
            State::Refused { .. } | State::Unclear { .. } | State::Missed => true,
            State::Waiting
            | State::Preparing { .. }
            | State::Armed { .. }
            | State::Published { .. }
            | State::Blocked { .. }
            | State::Cancelled => false,
        }
    }
}
