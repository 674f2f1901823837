//! Publications on their way: due rows, the claim, ARM and the record of what came of it.

use domain::publication::{ARMED_AT_MOST, State, StateName};
use domain::schedule::Schedule;
use domain::{
    Account, AccountStatus, Activity, Actor, ContentHash, Kind, Platform, Post, PostId,
    Publication, PublicationId, Scope, Status,
};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::Store;
use crate::activity::append;
use crate::error::{Error, Result, corrupt};
use crate::item::{Item, from_item, number, parse, seconds, text, to_item};
use crate::keys::{self, PK, SK};
use crate::posts::{Attempt, append_attempt, set_status};
use crate::transaction::{Cancelled, Write, pause};

pub(crate) const PUBLICATION: &str = "publication";
/// The `type` of a due row: what the stream of the table is filtered by.
pub const DUE: &str = "due";
/// How often a record is tried while other publications of the same post begin and end: each time one of them gets through.
const RECORD_TRIES: u32 = 60;
/// After how many of them the pause grows no more.
const LONGEST_PAUSE: u32 = 3;

#[derive(Debug, Serialize, Deserialize)]
struct PublicationItem {
    id: String,
    post: String,
    #[serde(default)]
    occurrence: u32,
    team: String,
    account: String,
    platform: Platform,
    content: String,
    key: String,
    publish_at: String,
    max_late: i64,
    next_at: String,
    state: String,
    revision: u64,
    epoch: u32,
    owner: Option<String>,
    until: Option<String>,
    since: Option<String>,
    remote_id: Option<String>,
    url: Option<String>,
    confirmed_at: Option<String>,
    reason: Option<String>,
    effect: Option<String>,
    sent_at: Option<String>,
}

/// A publication that is due, as its row in the due index says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DueRow {
    /// When.
    pub at: Timestamp,
    /// The post.
    pub post: PostId,
    /// The publication.
    pub publication: PublicationId,
}

#[derive(Debug, Serialize, Deserialize)]
struct RowItem {
    at: String,
    post: String,
    publication: String,
}

/// Why a publication could not be armed. Nothing was sent and nothing changed.
#[derive(Debug)]
pub enum NotArmed {
    /// Another worker has it, or it was changed meanwhile.
    Lost,
    /// The post's approval is no longer for this content.
    Withdrawn,
    /// The account cannot publish, or its tokens were replaced meanwhile.
    AccountChanged,
    /// Publishing is switched off for the team or for everybody.
    Stopped,
    /// It is not known whether the write happened; without knowing, nothing is sent.
    Unknown(Error),
}

/// What is recorded when a try to publish ends.
#[derive(Clone, Debug)]
pub struct Recording<'a> {
    /// The publication as it was when the try ended.
    pub before: &'a Publication,
    /// The publication as it is now.
    pub after: &'a Publication,
    /// Why, in words, where there is more to say.
    pub reason: Option<String>,
    /// Whether somebody tried to publish it; otherwise it follows from what happened to its account.
    pub tried: bool,
    /// What the entry for the log is made with.
    pub entry: domain::Entry,
    /// When.
    pub now: Timestamp,
}

pub(crate) fn write(publication: &Publication) -> Result<Item> {
    let mut body = PublicationItem {
        id: publication.id.to_string(),
        post: publication.post.to_string(),
        occurrence: publication.occurrence,
        team: publication.team.to_string(),
        account: publication.account.to_string(),
        platform: publication.platform,
        content: publication.content.as_str().to_owned(),
        key: publication.key.clone(),
        publish_at: publication.schedule.publish_at.to_string(),
        max_late: seconds(publication.schedule.max_late),
        next_at: publication.next_at.to_string(),
        state: StateName::from(&publication.state).to_string(),
        revision: publication.revision,
        epoch: publication.epoch,
        owner: None,
        until: None,
        since: None,
        remote_id: None,
        url: None,
        confirmed_at: None,
        reason: None,
        effect: publication.effect.as_ref().map(Value::to_string),
        sent_at: publication.sent_at.map(|at| at.to_string()),
    };
    match &publication.state {
        State::Waiting | State::Missed | State::Cancelled => {}
        State::Preparing { owner, until } => {
            (body.owner, body.until) = (Some(owner.clone()), Some(until.to_string()));
        }
        State::Armed { owner, since } => {
            (body.owner, body.since) = (Some(owner.clone()), Some(since.to_string()));
        }
        State::Published { remote_id, url, at } => {
            (body.remote_id, body.url, body.confirmed_at) = (
                Some(remote_id.clone()),
                Some(url.clone()),
                Some(at.to_string()),
            );
        }
        State::Refused { reason } | State::Unclear { reason } | State::Blocked { reason } => {
            body.reason = Some(reason.clone());
        }
    }
    to_item(
        &keys::publication(publication.post, publication.id),
        PUBLICATION,
        &body,
    )
}

pub(crate) fn read(item: Item) -> Result<Publication> {
    let body: PublicationItem = from_item(PUBLICATION, item)?;
    let need = |name: &str, value: Option<String>| {
        value.ok_or_else(|| corrupt(PUBLICATION, format!("{} without {name}", body.state)))
    };
    let state = match parse::<StateName>(PUBLICATION, &body.state)? {
        StateName::Waiting => State::Waiting,
        StateName::Preparing => State::Preparing {
            owner: need("owner", body.owner)?,
            until: parse(PUBLICATION, &need("until", body.until)?)?,
        },
        StateName::Armed => State::Armed {
            owner: need("owner", body.owner)?,
            since: parse(PUBLICATION, &need("since", body.since)?)?,
        },
        StateName::Published => State::Published {
            remote_id: need("remote_id", body.remote_id)?,
            url: need("url", body.url)?,
            at: parse(PUBLICATION, &need("confirmed_at", body.confirmed_at)?)?,
        },
        StateName::Refused => State::Refused {
            reason: need("reason", body.reason)?,
        },
        StateName::Unclear => State::Unclear {
            reason: need("reason", body.reason)?,
        },
        StateName::Blocked => State::Blocked {
            reason: need("reason", body.reason)?,
        },
        StateName::Missed => State::Missed,
        StateName::Cancelled => State::Cancelled,
    };
    Ok(Publication {
        id: parse(PUBLICATION, &body.id)?,
        post: parse(PUBLICATION, &body.post)?,
        occurrence: body.occurrence,
        team: parse(PUBLICATION, &body.team)?,
        account: parse(PUBLICATION, &body.account)?,
        platform: body.platform,
        content: ContentHash::stored(body.content),
        key: body.key,
        schedule: Schedule {
            publish_at: parse(PUBLICATION, &body.publish_at)?,
            max_late: SignedDuration::from_secs(body.max_late),
        },
        next_at: parse(PUBLICATION, &body.next_at)?,
        state,
        revision: body.revision,
        epoch: body.epoch,
        effect: body
            .effect
            .map(|json| serde_json::from_str(&json))
            .transpose()
            .map_err(|error| corrupt(PUBLICATION, error))?,
        sent_at: body.sent_at.map(|at| parse(PUBLICATION, &at)).transpose()?,
    })
}

/// The row by which the tick finds a publication that waits.
pub(crate) fn due_row(publication: &Publication) -> Result<Write> {
    let body = RowItem {
        at: publication.next_at.to_string(),
        post: publication.post.to_string(),
        publication: publication.id.to_string(),
    };
    Ok(Write::put(to_item(
        &keys::due(publication.next_at, publication.post, publication.id),
        DUE,
        &body,
    )?))
}

/// The row by which an account finds its publications that may yet go out.
pub(crate) fn open_row(publication: &Publication) -> Result<Write> {
    #[derive(Serialize)]
    struct Open {}
    let key = keys::open(publication.account, publication.post, publication.id);
    Ok(Write::put(to_item(&key, "open", &Open {})?))
}

pub(crate) fn read_row(item: Item) -> Result<DueRow> {
    let body: RowItem = from_item(DUE, item)?;
    Ok(DueRow {
        at: parse(DUE, &body.at)?,
        post: parse(DUE, &body.post)?,
        publication: parse(DUE, &body.publication)?,
    })
}

/// Replaces a publication that is still as it was read.
fn replace(before: &Publication, after: &Publication) -> Result<Write> {
    Ok(Write::put(write(after)?).only_if(
        "#revision = :revision",
        &[(":revision", number(before.revision))],
    ))
}

impl Store {
    /// One shard of what is due until `until`, oldest first: everything overdue is among it, however old.
    pub async fn due(&self, shard: u8, until: Timestamp) -> Result<Vec<DueRow>> {
        self.rows(keys::due_partition(shard), until).await
    }

    /// One shard of what has been armed for so long at `now` that its worker cannot be alive.
    pub async fn overdue_armed(&self, shard: u8, now: Timestamp) -> Result<Vec<DueRow>> {
        self.rows(keys::armed_partition(shard), now - ARMED_AT_MOST)
            .await
    }

    async fn rows(&self, partition: String, until: Timestamp) -> Result<Vec<DueRow>> {
        let query = self
            .client
            .query()
            .table_name(&self.table)
            .key_condition_expression("#PK = :pk AND #SK < :until")
            .consistent_read(true);
        let query = query
            .expression_attribute_names("#PK", PK)
            .expression_attribute_names("#SK", SK)
            .expression_attribute_values(":pk", text(partition));
        let query = query.expression_attribute_values(
            ":until",
            text(keys::due_time(until + SignedDuration::from_millis(1))),
        );
        let (mut pages, mut rows) = (query.into_paginator().items().send(), Vec::new());
        while let Some(item) = pages.next().await {
            rows.push(read_row(item?)?);
        }
        Ok(rows)
    }

    /// Reads a due row from an item, as the table's stream gives it.
    pub fn due_from_item(item: Item) -> Result<DueRow> {
        read_row(item)
    }

    /// A publication, by itself.
    pub async fn publication(
        &self,
        post: PostId,
        id: PublicationId,
    ) -> Result<Option<Publication>> {
        let get = self
            .client
            .get_item()
            .table_name(&self.table)
            .set_key(Some(keys::publication(post, id).attributes()))
            .consistent_read(true);
        get.send().await?.item.map(read).transpose()
    }

    /// Keeps a claim. `Error::Stale` means that somebody else was faster.
    pub async fn claim(&self, before: &Publication, claimed: &Publication) -> Result<()> {
        Ok(self.transact(vec![replace(before, claimed)?]).await?)
    }

    /// ARM: the one write that every race is decided by. Only the caller that gets `Ok` may send.
    pub async fn arm(
        &self,
        before: &Publication,
        armed: &Publication,
        account: &Account,
    ) -> Result<(), NotArmed> {
        let failed = |error| NotArmed::Unknown(error);
        let State::Armed { since, .. } = armed.state else {
            return Err(NotArmed::Lost);
        };
        let row = RowItem {
            at: since.to_string(),
            post: armed.post.to_string(),
            publication: armed.id.to_string(),
        };
        let active = [
            (":active", text(AccountStatus::Active.to_string())),
            (":generation", number(account.token_generation)),
        ];
        let writes = vec![
            replace(before, armed).map_err(failed)?,
            approved(armed),
            Write::check(keys::account(account.team, account.id)).only_if(
                "#status = :active AND #token_generation = :generation",
                &active,
            ),
            Write::check(keys::team(armed.team)).only_if(
                "attribute_exists(#PK) AND attribute_not_exists(#publishing_stopped)",
                &[],
            ),
            Write::check(keys::publishing_switch()).only_if("attribute_not_exists(#stopped)", &[]),
            Write::delete(keys::due(before.next_at, before.post, before.id)),
            Write::create(
                to_item(&keys::armed(since, armed.post, armed.id), "armed", &row)
                    .map_err(failed)?,
            ),
        ];
        self.transact(writes)
            .await
            .map_err(|cancelled| match &cancelled {
                Cancelled::Error(_) => NotArmed::Unknown(cancelled.into()),
                _ if cancelled.at(0) => NotArmed::Lost,
                _ if cancelled.at(1) => NotArmed::Withdrawn,
                _ if cancelled.at(2) => NotArmed::AccountChanged,
                _ if cancelled.at(3) || cancelled.at(4) => NotArmed::Stopped,
                Cancelled::Conditions(_) => NotArmed::Lost,
            })
    }

    /// Records what came of a try: the publication, the attempt, the post's status, the entry for the log, the rows, all at once.
    /// `Error::Stale` means that the publication was changed meanwhile and nothing was recorded.
    pub async fn record(&self, recording: &Recording<'_>) -> Result<()> {
        let Recording { before, now, .. } = *recording;
        for attempt in 0..RECORD_TRIES {
            let Some(record) = self.post(before.post).await? else {
                return Err(Error::Stale);
            };
            let after = &record.post.still(recording.after);
            let publications: Vec<_> = record
                .publications
                .into_iter()
                .map(|other| {
                    if other.id == after.id {
                        after.clone()
                    } else {
                        other
                    }
                })
                .collect();
            let mut writes = vec![replace(before, after)?];
            let fails_anew = Post::is_trouble(after);
            writes.extend(set_status(&record.post, &publications, fails_anew, now)?);
            if recording.tried {
                writes.push(append_attempt(after, &tried(recording, after))?);
            }
            if let Some(kind) = kind_of(&after.state, recording.tried) {
                writes.push(append(&entry(recording, after, kind))?);
            }
            let due = after.is_due_sometime();
            if let State::Armed { since, .. } = before.state {
                writes.push(Write::delete(keys::armed(since, before.post, before.id)));
            } else if !due || after.next_at != before.next_at {
                writes.push(Write::delete(keys::due(
                    before.next_at,
                    before.post,
                    before.id,
                )));
            }
            if due {
                writes.push(due_row(after)?);
            }
            if !after.is_open() {
                let key = keys::open(after.account, after.post, after.id);
                writes.push(Write::delete(key));
            }
            writes.extend(account_still(before, after));
            match self.transact(writes).await {
                // Another publication of the same post ended at the same moment: its end counts for the status, so look again.
                Err(cancelled) if cancelled.at(1) && !cancelled.at(0) => {
                    pause(attempt.min(LONGEST_PAUSE)).await;
                }
                done => return Ok(done?),
            }
        }
        Err(Error::Unavailable("the post changes too often".into()))
    }
}

/// The post goes out, if somebody said yes to exactly this. One of its further times leaves its status alone.
fn approved(armed: &Publication) -> Write {
    let hash = (":hash", text(armed.content.as_str()));
    if armed.occurrence > 0 {
        return Write::check(keys::post(armed.post)).only_if("#repeat_hash = :hash", &[hash]);
    }
    let publishing = [
        (":publishing", text(Status::Publishing.to_string())),
        (
            ":status_pk",
            text(keys::team_status(armed.team, Status::Publishing)),
        ),
        // What somebody decides on what was read before must not undo this.
        (":one", number(1)),
    ];
    Write::update(
        keys::post(armed.post),
        "SET #status = :publishing, #status_pk = :status_pk ADD #version :one",
        publishing,
    )
    .only_if(
        "#status IN (:approved, :publishing) AND #approved_hash = :hash",
        &[(":approved", text(Status::Approved.to_string())), hash],
    )
}

/// What waits for its account says so only while that is true: the account must need to be connected again, or be connected again.
fn account_still(before: &Publication, after: &Publication) -> Option<Write> {
    let needed = match (&before.state, &after.state) {
        (_, State::Blocked { .. }) => AccountStatus::NeedsReconnect,
        (State::Blocked { .. }, State::Waiting) => AccountStatus::Active,
        _ => return None,
    };
    let account = Write::check(keys::account(after.team, after.account));
    Some(account.only_if(
        "#status = :needed",
        &[(":needed", text(needed.to_string()))],
    ))
}

fn kind_of(state: &State, tried: bool) -> Option<Kind> {
    match state {
        State::Published { .. } => Some(Kind::PublicationPublished),
        State::Refused { .. } => Some(Kind::PublicationRefused),
        State::Unclear { .. } => Some(Kind::PublicationUnclear),
        // When its account has just been found closed, the account's own entry tells of all that wait for it.
        State::Blocked { .. } => tried.then_some(Kind::PublicationBlocked),
        State::Missed => Some(Kind::PublicationMissed),
        State::Cancelled => Some(Kind::PublicationCancelled),
        State::Waiting | State::Preparing { .. } | State::Armed { .. } => None,
    }
}

fn tried(recording: &Recording<'_>, after: &Publication) -> Attempt {
    Attempt {
        publication: after.id,
        epoch: after.epoch,
        at: recording.now,
        outcome: StateName::from(&after.state).to_string(),
        reason: recording.reason.clone(),
    }
}

fn entry(recording: &Recording<'_>, after: &Publication, kind: Kind) -> Activity {
    let mut entry = Activity::new(
        recording.entry,
        Scope::Team(after.team),
        Actor::System,
        kind,
        recording.now,
    )
    .about_post(after.post)
    .about_publication(after.id)
    .about_account(after.account)
    .with("platform", after.platform.to_string());
    if let State::Published { url, .. } = &after.state {
        entry = entry.with("url", url);
    }
    if let Some(reason) = &recording.reason {
        entry = entry.with("reason", reason);
    }
    entry
}
