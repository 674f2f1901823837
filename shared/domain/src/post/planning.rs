//! When a post goes out, and that it does not.

use jiff::Timestamp;

use super::{Approval, Change, Moved, Post, RepetitionState, Scene, Status, Timing};
use crate::account::Account;
use crate::activity::{Activity, Actor, Entry, Kind, Scope};
use crate::error::Refused;
use crate::ids::{AccountId, PublicationId};
use crate::publication::{Publication, State};
use crate::schedule::Schedule;
use crate::team::{Member, Permission};

impl Post {
    /// Gives the post its time. In a team that does not ask for approval this is the yes too, so its publications begin to wait; in one that
    /// does, it waits for somebody's yes. What has ended without being out may be scheduled again.
    pub fn schedule(
        &self,
        member: &Member,
        timing: Timing,
        scene: &Scene<'_>,
        new_id: impl FnMut() -> PublicationId,
        entry: Entry,
        now: Timestamp,
    ) -> Result<Change, Refused> {
        member.require(Permission::WritePosts)?;
        let asks = scene.settings.approval_required;
        let among = [
            Status::Draft,
            Status::Pending,
            Status::Approved,
            Status::Rejected,
            Status::Failed,
            Status::PartlyPublished,
        ];
        let most = if asks { among.len() - 1 } else { among.len() };
        self.require_status(among.get(..most).unwrap_or_default(), "scheduled any more")?;
        let own = self.own(scene.publications);
        let is_unsettled = |publication: &&Publication| {
            matches!(
                publication.state,
                State::Armed { .. } | State::Unclear { .. }
            )
        };
        if own.iter().any(is_unsettled) {
            return Err(Refused::Conflict(
                "this post is going out at this moment, or it is not known whether it did: it cannot be scheduled now".into(),
            ));
        }
        if self.is_repeating(scene.publications) {
            return Err(Refused::Conflict(
                "this post goes out again at further times: stop them with DELETE /posts/repost/{postId} before you choose another time".into(),
            ));
        }
        self.require_accounts(scene)?;
        for account in self.going_to(scene.accounts) {
            account.require_active("/post_id")?;
        }
        let activity = self
            .entry_of(member, entry, Kind::PostScheduled, now)
            .with("publish_at", timing.schedule.publish_at.to_string());
        let activity = match &self.timing {
            Some(before) => {
                activity.with("publish_at_before", before.schedule.publish_at.to_string())
            }
            None => activity,
        };
        let post = Self {
            timing: Some(timing),
            edited_by: member.user,
            noted: false,
            ..self.clone()
        };
        if !asks {
            return self.approved_anew(member, post, scene, new_id, activity, now);
        }
        let post = Self {
            status: Status::Pending,
            approval: None,
            ..post
        };
        let publications = Self::withdrawn(scene.publications, 0);
        Ok(self.changed_to(post, publications, activity, now))
    }

    /// The post as `post`, approved by whoever changed it, as in a team that does not ask for approval.
    pub(super) fn approved_anew(
        &self,
        member: &Member,
        post: Self,
        scene: &Scene<'_>,
        new_id: impl FnMut() -> PublicationId,
        activity: Activity,
        now: Timestamp,
    ) -> Result<Change, Refused> {
        post.require_accounts(scene)?;
        let (Some(approved), Some(timing)) = (post.to_approve(), &post.timing) else {
            return Err(Refused::Conflict("this post has no time yet".into()));
        };
        let (hash, schedule) = (approved.hash(), timing.schedule);
        let publications = post.planned(
            scene.publications,
            scene.accounts,
            (0, &hash, schedule),
            new_id,
        );
        let mut post = Self {
            status: Status::Approved,
            approval: Some(Approval {
                hash,
                by: member.user,
                at: now,
            }),
            ..post
        };
        let now_are: Vec<_> = publications
            .iter()
            .map(|moved| moved.after.clone())
            .collect();
        post.status = post.status_after(&now_are);
        Ok(Change {
            approved: Some(approved),
            ..self.changed_to(post, publications, activity, now)
        })
    }

    /// Asks for an approval.
    pub fn submit(
        &self,
        member: &Member,
        scene: &Scene<'_>,
        entry: Entry,
        now: Timestamp,
    ) -> Result<Change, Refused> {
        member.require(Permission::WritePosts)?;
        if !scene.settings.approval_required {
            return Err(Refused::Conflict(
                "this team does not ask for approval: schedule the post with POST /posts/schedule"
                    .into(),
            ));
        }
        self.require_status(&[Status::Draft, Status::Rejected], "submitted")?;
        let timing = self.require_timing()?;
        if timing.latest() < now {
            return Err(Refused::Conflict(format!(
                "the time of this post has passed ({}): choose another one with POST /posts/schedule, which submits it too",
                timing.schedule.publish_at
            )));
        }
        self.require_accounts(scene)?;
        let activity = self
            .entry_of(member, entry, Kind::PostSubmitted, now)
            .with("publish_at", timing.schedule.publish_at.to_string());
        let post = Self {
            status: Status::Pending,
            ..self.clone()
        };
        let publications = scene.publications.iter().map(Moved::unchanged).collect();
        Ok(self.changed_to(post, publications, activity, now))
    }

    /// Keeps the post from going out: on one account, or on all. What is out or going out is named, and nothing changes.
    pub fn cancel(
        &self,
        member: &Member,
        only: Option<AccountId>,
        scene: &Scene<'_>,
        entry: Entry,
        now: Timestamp,
    ) -> Result<Change, Refused> {
        member.require(Permission::WritePosts)?;
        let is_last = self.goes_to().all(|account| Some(account) == only);
        match only {
            Some(account) if !is_last => self.leave_out(member, account, scene, entry, now),
            _ => self.cancel_all(member, scene, entry, now),
        }
    }

    fn cancel_all(
        &self,
        member: &Member,
        scene: &Scene<'_>,
        entry: Entry,
        now: Timestamp,
    ) -> Result<Change, Refused> {
        let own = self.own(scene.publications);
        if own.iter().any(|publication| publication.is_possibly_out()) {
            return Err(self.too_late(&own, scene.accounts));
        }
        let among = [
            Status::Draft,
            Status::Pending,
            Status::Approved,
            Status::Rejected,
            Status::Publishing,
        ];
        self.require_status(&among, "cancelled any more")?;
        let moved = scene
            .publications
            .iter()
            .map(|publication| Moved::to(publication, publication.cancelled()));
        let publications: Vec<_> = moved.collect();
        let mut post = Self {
            status: Status::Cancelled,
            ..self.clone()
        };
        if let Some(repetition) = post
            .repetition
            .as_mut()
            .filter(|_| self.repeats().is_some())
        {
            (repetition.state, repetition.next) = (RepetitionState::Stopped, None);
        }
        let activity = self.entry_of(member, entry, Kind::PostCancelled, now);
        Ok(self.changed_to(post, publications, activity, now))
    }

    fn leave_out(
        &self,
        member: &Member,
        account: AccountId,
        scene: &Scene<'_>,
        entry: Entry,
        now: Timestamp,
    ) -> Result<Change, Refused> {
        if !self.goes_to().any(|id| id == account) {
            return Err(Refused::Conflict(
                "this post does not go to that account, or was cancelled there already".into(),
            ));
        }
        let activity = self
            .entry_of(member, entry, Kind::PostCancelled, now)
            .about_account(account);
        let mut post = self.clone();
        if let Status::Draft | Status::Pending | Status::Rejected = self.status {
            // Nobody has said yes yet, so it simply goes to fewer accounts.
            post.accounts.retain(|id| *id != account);
            post.edition += 1;
            post.edited_by = member.user;
            let publications = Self::withdrawn(scene.publications, 0);
            return Ok(self.changed_to(post, publications, activity, now));
        }
        self.require_status(
            &[Status::Approved, Status::Publishing],
            "cancelled any more",
        )?;
        if self.is_repeating(scene.publications) {
            return Err(Refused::Conflict(
                "this post goes out again at further times: stop them with DELETE /posts/repost/{postId} first".into(),
            ));
        }
        let own = self.own(scene.publications);
        let here: Vec<_> = own
            .iter()
            .copied()
            .filter(|publication| publication.account == account)
            .collect();
        if here
            .iter()
            .any(|publication| publication.cancelled().is_none())
        {
            return Err(self.too_late(&here, scene.accounts));
        }
        let moved = scene.publications.iter().map(|publication| {
            let is_here = publication.account == account && publication.occurrence == 0;
            let after = publication.cancelled().filter(|_| is_here);
            Moved::to(publication, after)
        });
        let publications: Vec<_> = moved.collect();
        post.left_out.push(account);
        let now_are: Vec<_> = publications
            .iter()
            .map(|moved| moved.after.clone())
            .collect();
        post.status = post.status_after(&now_are);
        Ok(self.changed_to(post, publications, activity, now))
    }

    /// Says what is out, and what can still be done.
    fn too_late(&self, publications: &[&Publication], accounts: &[Account]) -> Refused {
        let name = |publication: &Publication| {
            let account = accounts.iter().find(|of| of.id == publication.account);
            account.map_or_else(
                || publication.platform.title().to_owned(),
                |account| format!("{} ({})", account.handle, account.platform.title()),
            )
        };
        let mut said = Vec::new();
        let mut can = Vec::new();
        for publication in publications {
            let name = name(publication);
            match &publication.state {
                State::Published { url, .. } => said.push(format!("it is out on {name}: {url}")),
                State::Armed { .. } => {
                    said.push(format!("it is going out on {name} at this moment"));
                }
                State::Unclear { .. } => {
                    said.push(format!(
                        "it is not known whether it went out on {name}: look there"
                    ));
                }
                State::Waiting | State::Preparing { .. } | State::Blocked { .. } => {
                    can.push(format!(
                        "on {name} it can still be cancelled: DELETE /posts/{}?account_id={}",
                        self.id, publication.account
                    ));
                }
                State::Refused { .. } | State::Missed | State::Cancelled => {
                    said.push(format!("on {name} it is over already"));
                }
            }
        }
        if self.repeats().is_some() {
            can.push(format!(
                "its further times can be stopped: DELETE /posts/repost/{}",
                self.id
            ));
        }
        said.extend(can);
        Refused::Conflict(said.join("; "))
    }

    /// The accounts among `accounts` that it goes to.
    pub(super) fn going_to<'a>(
        &self,
        accounts: &'a [Account],
    ) -> impl Iterator<Item = &'a Account> {
        let ids: Vec<_> = self.goes_to().collect();
        accounts
            .iter()
            .filter(move |account| ids.contains(&account.id))
    }

    /// The post by the rules of time zones known today; nothing when they move nothing, or it no longer waits.
    pub fn moved_by_rules(
        &self,
        scene: &Scene<'_>,
        entry: Entry,
        now: Timestamp,
    ) -> Option<Change> {
        self.own_time_moved(scene, entry, now)
            .or_else(|| self.further_time_moved(scene, entry, now))
    }

    /// The same, of the next of its further times.
    fn further_time_moved(
        &self,
        scene: &Scene<'_>,
        entry: Entry,
        now: Timestamp,
    ) -> Option<Change> {
        let repetition = self.repeats()?;
        let (number, was) = repetition.next?;
        let mut times = repetition.repeat.occurrences();
        let (_, at) = times.find(|(n, at)| *n == number && *at != was)?;
        let hash = &repetition.approval.as_ref()?.hash;
        let schedule = Schedule {
            publish_at: at,
            max_late: repetition.max_late,
        };
        let mut post = self.clone();
        if let Some(of) = post.repetition.as_mut() {
            of.next = Some((number, at));
        }
        let publications = scene.publications.iter().map(|publication| {
            let is_next = publication.occurrence == repetition.offset + number;
            let waits = is_next && publication.is_open_to_change();
            let after = waits.then(|| publication.replanned(hash.clone(), schedule));
            Moved::to(publication, after.flatten())
        });
        let activity = self.moved_entry(entry, (was, at), now);
        let activity = activity.with("occurrence", (repetition.offset + number).to_string());
        Some(self.changed_to(post, publications.collect(), activity, now))
    }

    fn moved_entry(
        &self,
        entry: Entry,
        (was, at): (Timestamp, Timestamp),
        now: Timestamp,
    ) -> Activity {
        let scope = Scope::Team(self.team);
        Activity::new(entry, scope, Actor::System, Kind::PostMoved, now)
            .with("publish_at_before", was.to_string())
            .with("publish_at", at.to_string())
    }

    fn own_time_moved(&self, scene: &Scene<'_>, entry: Entry, now: Timestamp) -> Option<Change> {
        let waits = matches!(self.status, Status::Pending | Status::Approved);
        let timing = self.timing.as_ref().filter(|_| waits)?;
        let was = timing.schedule.publish_at;
        let at = timing.when.moved(was)?;
        let activity = self.moved_entry(entry, (was, at), now);
        let mut post = self.clone();
        let mut schedule = timing.schedule;
        schedule.publish_at = at;
        if let Some(timing) = post.timing.as_mut() {
            timing.schedule = schedule;
        }
        let hash = self.approval.as_ref().map(|approval| approval.hash.clone());
        let publications = scene.publications.iter().map(|publication| {
            let is_own = publication.occurrence == 0 && self.status == Status::Approved;
            let after = hash
                .clone()
                .filter(|_| is_own && publication.is_open_to_change())
                .and_then(|hash| publication.replanned(hash, schedule));
            Moved::to(publication, after)
        });
        Some(self.changed_to(post, publications.collect(), activity, now))
    }
}
