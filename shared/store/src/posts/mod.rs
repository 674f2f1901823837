//! Posts, with everything that hangs on them: publications, attempts, approved content, history.

mod history;
mod list;
mod save;

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use domain::post::{Approval, Repetition, Timing};
use domain::{
    AccountId, Approved, Content, ContentHash, Label, Post, PostId, Publication, PublicationId,
    UserId,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use self::history::{Edition, History};
pub use self::list::{Listed, Order, Range, Sort};
pub use self::save::Guard;
use crate::Store;
use crate::error::Result;
use crate::item::{Item, from_item, number, parse, text, to_item};
use crate::keys::{self, PK};
use crate::publishing;
use crate::transaction::Write;

const POST: &str = "post";
const ATTEMPT: &str = "attempt";
/// Far more than a post can have.
const ATTEMPTS_AT_ONCE: usize = 10_000;

#[derive(Debug, Serialize, Deserialize)]
struct PostItem {
    id: String,
    team: String,
    author: String,
    edited_by: String,
    assignee: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    labels: Vec<Label>,
    content: Content,
    accounts: Vec<AccountId>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    left_out: Vec<AccountId>,
    timing: Option<Timing>,
    status: String,
    /// What ARM asks for.
    approved_hash: Option<String>,
    approval: Option<Approval>,
    repetition: Option<Repetition>,
    /// What ARM asks for, of further times.
    repeat_hash: Option<String>,
    noted: bool,
    chore_at: Option<Timestamp>,
    edition: u32,
    version: u64,
    created_at: String,
    updated_at: String,
}

/// What one try to publish came to. Attempts are only ever appended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// The publication.
    pub publication: PublicationId,
    /// How often the publication had been armed, this time included; 0 if it was never armed.
    pub epoch: u32,
    /// When it ended.
    pub at: Timestamp,
    /// What came of it: the name of the state that it led to.
    pub outcome: String,
    /// Why, in words, where there is more to say.
    pub reason: Option<String>,
}

/// A post with everything that hangs on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PostRecord {
    /// The post.
    pub post: Post,
    /// Its publications, in order of id.
    pub publications: Vec<Publication>,
    /// What each try came to, oldest first within a publication.
    pub attempts: Vec<Attempt>,
}

fn write(post: &Post) -> Result<Item> {
    use domain::post::RepetitionState;
    // The last of them may wait still when there are no more to come.
    let live = [RepetitionState::Active, RepetitionState::Ended];
    let active = post
        .repetition
        .as_ref()
        .filter(|repetition| live.contains(&repetition.state));
    let hash = |approval: &Approval| approval.hash.as_str().to_owned();
    let body = PostItem {
        id: post.id.to_string(),
        team: post.team.to_string(),
        author: post.author.to_string(),
        edited_by: post.edited_by.to_string(),
        assignee: post.assignee.map(|user| user.to_string()),
        labels: post.labels.clone(),
        content: post.content.clone(),
        accounts: post.accounts.clone(),
        left_out: post.left_out.clone(),
        timing: post.timing.clone(),
        status: post.status.to_string(),
        approved_hash: post.approval.as_ref().map(hash),
        approval: post.approval.clone(),
        repetition: post.repetition.clone(),
        repeat_hash: active
            .and_then(|repetition| repetition.approval.as_ref())
            .map(hash),
        noted: post.noted,
        chore_at: post.chore_at,
        edition: post.edition,
        version: post.version,
        created_at: post.created_at.to_string(),
        updated_at: post.updated_at.to_string(),
    };
    let mut item = to_item(&keys::post(post.id), POST, &body)?;
    item.insert(keys::TEAM_PK.into(), text(keys::team_partition(post.team)));
    item.insert(
        keys::STATUS_PK.into(),
        text(keys::team_status(post.team, post.status)),
    );
    item.insert(
        keys::CHANGE_SK.into(),
        text(keys::moment(post.updated_at, post.id)),
    );
    if let Some(timing) = &post.timing {
        item.insert(
            keys::PUBLISH_SK.into(),
            text(keys::moment(timing.schedule.publish_at, post.id)),
        );
    }
    Ok(item)
}

fn read(item: Item) -> Result<Post> {
    let body: PostItem = from_item(POST, item)?;
    let user = |id: Option<String>| -> Result<Option<UserId>> {
        id.map(|id| parse(POST, &id)).transpose()
    };
    Ok(Post {
        id: parse(POST, &body.id)?,
        team: parse(POST, &body.team)?,
        author: parse(POST, &body.author)?,
        edited_by: parse(POST, &body.edited_by)?,
        assignee: user(body.assignee)?,
        labels: body.labels,
        content: body.content,
        accounts: body.accounts,
        left_out: body.left_out,
        timing: body.timing,
        status: parse(POST, &body.status)?,
        approval: body.approval,
        repetition: body.repetition,
        noted: body.noted,
        chore_at: body.chore_at,
        edition: body.edition,
        version: body.version,
        created_at: parse(POST, &body.created_at)?,
        updated_at: parse(POST, &body.updated_at)?,
    })
}

/// The writes that give a post the status that its publications have led to, with its place on the to-do list.
pub(crate) fn set_status(
    post: &Post,
    publications: &[Publication],
    fails_anew: bool,
    now: Timestamp,
) -> Result<Vec<Write>> {
    let after = Post {
        status: post.status_after(publications),
        version: post.version + 1,
        noted: post.noted && !fails_anew,
        updated_at: now,
        ..post.clone()
    };
    let values = [
        (":status", text(after.status.to_string())),
        (
            ":status_pk",
            text(keys::team_status(post.team, after.status)),
        ),
        (":change_sk", text(keys::moment(now, post.id))),
        (":next", number(after.version)),
        (":noted", AttributeValue::Bool(after.noted)),
        (":at", text(now.to_string())),
    ];
    let update = Write::update(
        keys::post(post.id),
        "SET #status = :status, #status_pk = :status_pk, #change_sk = :change_sk, #version = :next, #noted = :noted, #updated_at = :at",
        values,
    )
    .only_if("#version = :version", &[(":version", number(post.version))]);
    Ok(vec![update, save::todo(&after, publications)?])
}

pub(crate) fn append_attempt(publication: &Publication, attempt: &Attempt) -> Result<Write> {
    Ok(Write::create(to_item(
        &keys::attempt(publication.post, publication.id, publication.revision),
        ATTEMPT,
        attempt,
    )?))
}

/// The snapshot of what somebody said yes to.
fn snapshot(approved: &Approved) -> Result<Write> {
    #[derive(Serialize)]
    struct Snapshot {}
    let bytes = approved.bytes();
    let key = keys::snapshot(&ContentHash::of(&bytes));
    let mut item = to_item(&key, "snapshot", &Snapshot {})?;
    item.insert("bytes".into(), AttributeValue::B(Blob::new(bytes)));
    Ok(Write::put(item))
}

impl Store {
    /// Removes a post with everything that hangs on it: for a team that is cleared away.
    pub async fn remove_post(&self, record: &PostRecord) -> Result<()> {
        let post = record.post.id;
        let mut doomed = Vec::new();
        for publication in &record.publications {
            doomed.extend([
                keys::snapshot(&publication.content),
                keys::due(publication.next_at, post, publication.id),
                keys::open(publication.account, post, publication.id),
                keys::publication(post, publication.id),
            ]);
        }
        let attempts = self.below(keys::post_partition(post), "PUB#", None, ATTEMPTS_AT_ONCE);
        doomed.extend(attempts.await?.iter().filter_map(keys::Key::of));
        let history = self.below(keys::history_partition(post), "", None, ATTEMPTS_AT_ONCE);
        doomed.extend(history.await?.iter().filter_map(keys::Key::of));
        doomed.push(keys::todo_for_post(record.post.team, post));
        doomed.extend(save::slot(&record.post));
        if let Some(chore) = crate::chores::Chore::of_post(&record.post) {
            doomed.push(keys::chore(chore.at, chore.team, chore.about));
        }
        // The post's own row is the last: until then it is found again.
        doomed.push(keys::post(post));
        let mut seen = std::collections::HashSet::new();
        doomed.retain(|key| seen.insert((key.pk.clone(), key.sk.clone())));
        for some in doomed.chunks(100) {
            let writes = some.iter().cloned().map(Write::delete).collect();
            self.transact(writes).await?;
        }
        Ok(())
    }

    /// A post with its publications.
    pub async fn post(&self, id: PostId) -> Result<Option<PostRecord>> {
        let query = self
            .client
            .query()
            .table_name(&self.table)
            .key_condition_expression("#PK = :pk")
            .expression_attribute_names("#PK", PK);
        let query = query
            .expression_attribute_values(":pk", text(keys::post_partition(id)))
            .consistent_read(true);
        let mut pages = query.into_paginator().items().send();
        let (mut post, mut publications, mut attempts) = (None, Vec::new(), Vec::new());
        while let Some(item) = pages.next().await {
            let item = item?;
            match item
                .get("type")
                .and_then(|kind| kind.as_s().ok())
                .map(String::as_str)
            {
                Some(POST) => post = Some(read(item)?),
                Some(publishing::PUBLICATION) => publications.push(publishing::read(item)?),
                Some(ATTEMPT) => attempts.push(from_item(ATTEMPT, item)?),
                _ => {}
            }
        }
        Ok(post.map(|post| PostRecord {
            post,
            publications,
            attempts,
        }))
    }

    /// Approved content, if what is stored is what was approved.
    pub async fn snapshot(&self, hash: &ContentHash) -> Result<Option<Approved>> {
        let item = self.get(&keys::snapshot(hash)).await?;
        Ok(item
            .and_then(|mut item| item.remove("bytes"))
            .and_then(|bytes| Approved::verify(bytes.as_b().ok()?.as_ref(), hash)))
    }
}
