//! Mails about a post that is still to go out, or was: to those who may say yes to it, and to those who wait for that.

use anyhow::Result;
use app::App;
use domain::post::{Repetition, RepetitionState, Timing, Todo, TodoKind};
use domain::repeat::{MAX_OCCURRENCES, Repeat};
use domain::{
    Activity, ActivityId, Kind, Post, PostId, Scope, Status, Team, User, UserId, When, Zone,
};
use jiff::Timestamp;
use store::{PostRecord, TeamOfUser};

use super::letter::Recipient;
use super::news::{Destination, Matter, News, PostNews, Times};
use super::{Told, active, detail, entry, teams};
use crate::jobs::message::Waiting;

/// Where the documentation says what can be done; the name of what to call follows.
const DOCUMENTATION: &str = "/docs#/posts";

/// A post, what happened to it, and a member of its team who reads of that.
struct Reading {
    record: PostRecord,
    both: TeamOfUser,
    user: User,
    entry: Activity,
    now: Timestamp,
}

/// What there is to tell a member of a post, unless it is true no more.
pub(super) async fn told(
    app: &App,
    event: ActivityId,
    (post, user): (PostId, UserId),
    what: Waiting,
) -> Result<Option<Told>> {
    let Some(reading) = Reading::new(app, event, (post, user)).await? else {
        return Ok(None);
    };
    let matter = match what {
        Waiting::Pending => reading.pending(app).await?,
        Waiting::ApprovalDue => reading.approval_due()?,
        Waiting::ApprovalMissed => reading.approval_missed()?,
        Waiting::Decided => reading.decided(app).await?,
        Waiting::Moved => reading.moved()?,
    };
    match matter {
        Some((matter, times)) => reading.of(app, matter, times).await.map(Some),
        None => Ok(None),
    }
}

/// What happened, and the times that it is about.
type Found = Option<(Matter, Times)>;

impl Reading {
    /// Nothing, when the post or its team is gone, or the user is not one of its members any more.
    async fn new(
        app: &App,
        event: ActivityId,
        (post, user): (PostId, UserId),
    ) -> Result<Option<Self>> {
        let Some(record) = app.store.post(post).await? else {
            return Ok(None);
        };
        let team = record.post.team;
        let both = app.store.team_of(team, user).await?;
        let user = active(app, user).await?;
        let entry = entry(app, Scope::Team(team), event).await?;
        let (Some(both), Some(user), Some(entry)) = (both, user, entry) else {
            return Ok(None);
        };
        let now = app.now();
        Ok(Some(Self {
            record,
            both,
            user,
            entry,
            now,
        }))
    }

    fn post(&self) -> &Post {
        &self.record.post
    }

    /// Somebody asks for a yes that this reader may give.
    async fn pending(&self, app: &App) -> Result<Found> {
        let is_open = self.post().status != Status::Pending || !self.is_too_late();
        if !is_open || !self.is_asked() {
            return Ok(None);
        }
        let times = if self.post().status == Status::Pending {
            self.own_times()
        } else {
            // Nobody can say yes to times that have all passed.
            self.further_times().filter(Times::are_to_come)
        };
        let deed = teams::deed(app, &self.entry, &self.user).await?;
        Ok(times.map(|times| (Matter::Pending(deed), times)))
    }

    /// It waits still, for the same time.
    fn approval_due(&self) -> Result<Found> {
        let is_asked = self.waits_for_that_time()? && !self.is_too_late() && self.is_asked();
        let times = self.own_times().filter(|_| is_asked);
        Ok(times.map(|times| (Matter::ApprovalDue, times)))
    }

    /// It waits still, for a time that has passed.
    fn approval_missed(&self) -> Result<Found> {
        let is_concerned = self.is_asked() || self.user.id == self.post().author;
        let is_missed = self.waits_for_that_time()? && is_concerned;
        let times = self.own_times().filter(|_| is_missed);
        Ok(times.map(|times| (Matter::ApprovalMissed, times)))
    }

    /// Somebody said yes or no, and that holds.
    async fn decided(&self, app: &App) -> Result<Found> {
        // What is decided about further times leaves the post where it stands.
        let is_own = self.entry.details.contains_key("status");
        let is_yes = self.entry.kind == Kind::PostApproved;
        let holds = if is_yes {
            self.is_approved(is_own)?
        } else {
            self.is_rejected(is_own)
        };
        let times = if is_own {
            self.own_times()
        } else {
            self.further_times()
        };
        let Some(times) = times.filter(|_| holds) else {
            return Ok(None);
        };
        let deed = teams::deed(app, &self.entry, &self.user).await?;
        if is_yes {
            return Ok(Some((Matter::Approved(deed), times)));
        }
        let id = detail(&self.entry, "feedback_id")?;
        let said = app.store.feedback(self.post().id, id).await?;
        let feedback = said.and_then(|said| said.text);
        Ok(feedback.map(|feedback| (Matter::Rejected { deed, feedback }, times)))
    }

    /// It goes out at the instant that it was moved to.
    fn moved(&self) -> Result<Found> {
        let at: Timestamp = detail(&self.entry, "publish_at")?;
        let before: Timestamp = detail(&self.entry, "publish_at_before")?;
        let is_further = self.entry.details.contains_key("occurrence");
        let (is_true, zone, times) = if is_further {
            let repetition = self.post().repetition.as_ref();
            let next = repetition.and_then(|repetition| repetition.next);
            let zone = repetition.and_then(zone_of_next);
            let is_true = next.is_some_and(|(_, next)| next == at);
            (is_true, zone, self.further_times())
        } else {
            let waits = matches!(self.post().status, Status::Pending | Status::Approved);
            let zone = self.post().timing.as_ref().and_then(|of| zone(&of.when));
            (waits && self.is_at(at), zone, self.own_times())
        };
        let Some((zone, times)) = zone.zip(times).filter(|_| is_true) else {
            return Ok(None);
        };
        let matter = Matter::Moved {
            before: before.to_zoned(self.user.zone.rules()),
            there: at.to_zoned(zone.rules()),
            zone: zone.clone(),
        };
        Ok(Some((matter, times)))
    }

    /// Whether something waits for a yes that this reader may give.
    fn is_asked(&self) -> bool {
        let waiting = self.post().awaits();
        let todo = waiting.and(self.post().todo(&self.record.publications));
        let todo = todo.map(|todo| Todo {
            // Something else may be more urgent about it, but this waits as well.
            kind: TodoKind::ApprovePost,
            ..todo
        });
        let TeamOfUser { team, member } = &self.both;
        todo.is_some_and(|todo| todo.is_for(member, &team.settings))
    }

    /// Whether it waits for a yes, and for the time that the entry names.
    fn waits_for_that_time(&self) -> Result<bool> {
        let at = detail(&self.entry, "publish_at")?;
        Ok(self.post().status == Status::Pending && self.is_at(at))
    }

    fn is_at(&self, at: Timestamp) -> bool {
        let timing = self.post().timing.as_ref();
        timing.is_some_and(|timing| timing.schedule.publish_at == at)
    }

    fn is_too_late(&self) -> bool {
        let timing = self.post().timing.as_ref();
        timing.is_some_and(|timing| timing.latest() < self.now)
    }

    /// Whether the yes of the entry is the one that holds.
    fn is_approved(&self, is_own: bool) -> Result<bool> {
        let hash: String = detail(&self.entry, "content_hash")?;
        let repetition = self.post().repetition.as_ref();
        let approval = if is_own {
            let holds = self.post().status != Status::Cancelled;
            self.post().approval.as_ref().filter(|_| holds)
        } else {
            let goes_on = repetition.filter(|of| of.state != RepetitionState::Stopped);
            goes_on.and_then(|repetition| repetition.approval.as_ref())
        };
        Ok(approval.is_some_and(|approval| approval.hash.as_str() == hash))
    }

    fn is_rejected(&self, is_own: bool) -> bool {
        let repetition = self.post().repetition.as_ref();
        if is_own {
            self.post().status == Status::Rejected
        } else {
            repetition.is_some_and(|of| of.state == RepetitionState::Stopped)
        }
    }

    fn own_times(&self) -> Option<Times> {
        let timing: &Timing = self.post().timing.as_ref()?;
        let rules = self.user.zone.rules();
        Some(Times::Own {
            at: timing.schedule.publish_at.to_zoned(rules.clone()),
            latest: timing.latest().to_zoned(rules),
        })
    }

    fn further_times(&self) -> Option<Times> {
        let of = self.post().repetition.as_ref()?;
        let most = usize::try_from(MAX_OCCURRENCES).unwrap_or(usize::MAX);
        let upcoming = of.repeat.upcoming(self.now, &of.skipped, most);
        let next = upcoming.first().copied();
        Some(Times::Further {
            next: next.map(|(_, next)| next.to_zoned(self.user.zone.rules())),
            count: upcoming.len(),
        })
    }

    async fn of(self, app: &App, matter: Matter, times: Times) -> Result<Told> {
        let (post, Team { name: team, .. }) = (self.record.post, self.both.team);
        let goes_to: Vec<_> = post.goes_to().collect();
        let accounts = app.store.accounts_named(post.team, &goes_to).await?;
        let to = accounts.into_iter().map(|account| Destination {
            platform: account.platform,
            handle: Some(account.handle),
        });
        let documentation = match next_call(&matter, &times) {
            Some(call) => Some(app.address(&format!("{DOCUMENTATION}/{call}")).await?),
            None => None,
        };
        let news = PostNews {
            matter,
            post: post.id,
            team,
            excerpt: post.excerpt(),
            to: to.collect(),
            times,
            documentation: documentation.map(Into::into),
        };
        Ok(Told {
            to: Recipient::from(self.user),
            news: News::Post(news),
        })
    }
}

/// What the reader may want to call next.
fn next_call(matter: &Matter, times: &Times) -> Option<&'static str> {
    let is_own = matches!(times, Times::Own { .. });
    match matter {
        Matter::Pending(_) | Matter::ApprovalDue => Some("posts-approve"),
        Matter::Rejected { .. } if is_own => Some("posts-update"),
        Matter::ApprovalMissed | Matter::Moved { .. } if is_own => Some("posts-schedule"),
        Matter::Rejected { .. } | Matter::ApprovalMissed | Matter::Moved { .. } => {
            Some("posts-repost")
        }
        Matter::Approved(_) => None,
    }
}

fn zone(when: &When) -> Option<&Zone> {
    match when {
        When::Instant(_) => None,
        When::Local(local) => Some(&local.zone),
    }
}

/// The zone that the next of the further times was chosen in.
fn zone_of_next(repetition: &Repetition) -> Option<&Zone> {
    match &repetition.repeat {
        Repeat::Rule(rule) => Some(&rule.zone),
        Repeat::Times(times) => {
            let (number, _) = repetition.next?;
            let index = usize::try_from(number.checked_sub(1)?).ok()?;
            times.get(index).and_then(zone)
        }
    }
}
