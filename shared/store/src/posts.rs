//! Posts, with everything that hangs on them: publications, attempts, approved content.

use std::collections::HashMap;

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use domain::post::{Approval, PostChanged, PostScheduled};
use domain::schedule::Schedule;
use domain::{
    AccountId, Content, ContentHash, Member, Permission, Post, PostId, PostText, Publication,
    PublicationId, Status, Team, TeamId,
};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::Store;
use crate::activity::append;
use crate::error::{Error, Result};
use crate::item::{Item, from_item, number, page_size, parse, seconds, text, to_item};
use crate::keys::{self, PK};
use crate::publishing::{self, due_row};
use crate::teams::member_may;
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
    text: PostText,
    accounts: Vec<AccountId>,
    publish_at: Option<String>,
    max_late: Option<i64>,
    status: String,
    approved_hash: Option<String>,
    approved_by: Option<String>,
    approved_at: Option<String>,
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
    let approval = post.approval.as_ref();
    let body = PostItem {
        id: post.id.to_string(),
        team: post.team.to_string(),
        author: post.author.to_string(),
        text: post.content.text.clone(),
        accounts: post.accounts.clone(),
        publish_at: post
            .schedule
            .map(|schedule| schedule.publish_at.to_string()),
        max_late: post.schedule.map(|schedule| seconds(schedule.max_late)),
        status: post.status.to_string(),
        approved_hash: approval.map(|approval| approval.hash.as_str().to_owned()),
        approved_by: approval.map(|approval| approval.by.to_string()),
        approved_at: approval.map(|approval| approval.at.to_string()),
        version: post.version,
        created_at: post.created_at.to_string(),
        updated_at: post.updated_at.to_string(),
    };
    let mut item = to_item(&keys::post(post.id), POST, &body)?;
    item.insert(keys::TEAM_PK.into(), text(keys::team_partition(post.team)));
    item.insert(keys::TEAM_SK.into(), text(post.id.to_string()));
    item.insert(
        keys::STATUS_PK.into(),
        text(keys::team_status(post.team, post.status)),
    );
    Ok(item)
}

fn read(item: Item) -> Result<Post> {
    let body: PostItem = from_item(POST, item)?;
    let schedule = match (body.publish_at, body.max_late) {
        (Some(at), Some(late)) => Some(Schedule {
            publish_at: parse(POST, &at)?,
            max_late: SignedDuration::from_secs(late),
        }),
        _ => None,
    };
    let approval = match (body.approved_hash, body.approved_by, body.approved_at) {
        (Some(hash), Some(by), Some(at)) => Some(Approval {
            hash: ContentHash::stored(hash),
            by: parse(POST, &by)?,
            at: parse(POST, &at)?,
        }),
        _ => None,
    };
    Ok(Post {
        id: parse(POST, &body.id)?,
        team: parse(POST, &body.team)?,
        author: parse(POST, &body.author)?,
        content: Content { text: body.text },
        accounts: body.accounts,
        schedule,
        status: parse(POST, &body.status)?,
        approval,
        version: body.version,
        created_at: parse(POST, &body.created_at)?,
        updated_at: parse(POST, &body.updated_at)?,
    })
}

/// The update that gives a post the status that its publications have led to.
pub(crate) fn set_status(post: &Post, status: Status, now: Timestamp) -> Write {
    let values = [
        (":status", text(status.to_string())),
        (":status_pk", text(keys::team_status(post.team, status))),
        (":next", number(post.version + 1)),
        (":at", text(now.to_string())),
    ];
    Write::update(
        keys::post(post.id),
        "SET #status = :status, #status_pk = :status_pk, #version = :next, #updated_at = :at",
        values,
    )
    .only_if("#version = :version", &[(":version", number(post.version))])
}

pub(crate) fn append_attempt(publication: &Publication, attempt: &Attempt) -> Result<Write> {
    Ok(Write::create(to_item(
        &keys::attempt(publication.post, publication.id, publication.revision),
        ATTEMPT,
        attempt,
    )?))
}

impl Store {
    /// Keeps a new draft. Its accounts must still be the team's at that moment.
    pub async fn create_post(&self, changed: &PostChanged, member: &Member) -> Result<()> {
        let post = &changed.post;
        let mut writes = vec![
            member_may(member, Permission::WritePosts),
            Write::create(write(post)?),
            append(&changed.activity)?,
        ];
        writes.extend(
            post.accounts.iter().map(|account| {
                Write::check(keys::account(post.team, *account)).only_if_it_exists()
            }),
        );
        self.transact(writes).await.map_err(forbidden_first)
    }

    /// Keeps a post's time: the post, the approved content, the publications and their due rows, all at once.
    pub async fn schedule_post(
        &self,
        scheduled: &PostScheduled,
        team: &Team,
        member: &Member,
    ) -> Result<()> {
        let post = &scheduled.post;
        let mut writes = vec![
            member_may(member, Permission::WritePosts),
            Write::put(write(post)?).only_if(
                "#version = :version",
                &[(":version", number(post.version - 1))],
            ),
            append(&scheduled.activity)?,
            // What was decided on, above all whether it needs somebody's approval, must still hold.
            Write::check(keys::team(post.team)).only_if(
                "#revision = :team_revision",
                &[(":team_revision", number(team.revision))],
            ),
        ];
        if let Some(approved) = &scheduled.approved {
            let bytes = approved.bytes();
            let key = keys::snapshot(&ContentHash::of(&bytes));
            let mut snapshot = to_item(&key, "snapshot", &HashMap::<String, String>::new())?;
            snapshot.insert("bytes".into(), AttributeValue::B(Blob::new(bytes)));
            writes.push(Write::put(snapshot));
        }
        for before in &scheduled.before {
            let moves = scheduled
                .publications
                .iter()
                .any(|now| now.id == before.id && now.next_at != before.next_at);
            if moves {
                writes.push(Write::delete(keys::due(
                    before.next_at,
                    before.post,
                    before.id,
                )));
            }
        }
        for publication in &scheduled.publications {
            let item = publishing::write(publication)?;
            let before = scheduled
                .before
                .iter()
                .find(|before| before.id == publication.id);
            match before {
                Some(before) => writes.push(Write::put(item).only_if(
                    "#revision = :revision",
                    &[(":revision", number(before.revision))],
                )),
                None => writes.extend([Write::create(item), publishing::open_row(publication)?]),
            }
            writes.push(due_row(publication)?);
        }
        self.transact(writes).await.map_err(forbidden_first)
    }

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

    /// A post with everything that hangs on it.
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

    /// A team's posts, newest first, beginning after `before`; of one status only, if one is given.
    pub async fn posts_of_team(
        &self,
        team: TeamId,
        status: Option<Status>,
        before: Option<PostId>,
        limit: usize,
    ) -> Result<Vec<Post>> {
        let (index, partition_name, partition) = match status {
            None => (keys::BY_TEAM, keys::TEAM_PK, keys::team_partition(team)),
            Some(status) => (
                keys::BY_STATUS,
                keys::STATUS_PK,
                keys::team_status(team, status),
            ),
        };
        let condition = if before.is_some() {
            "#pk = :pk AND #sk < :before"
        } else {
            "#pk = :pk"
        };
        let mut query = self
            .client
            .query()
            .table_name(&self.table)
            .index_name(index)
            .key_condition_expression(condition);
        query = query
            .expression_attribute_names("#pk", partition_name)
            .expression_attribute_values(":pk", text(partition));
        if let Some(before) = before {
            query = query
                .expression_attribute_names("#sk", keys::TEAM_SK)
                .expression_attribute_values(":before", text(before.to_string()));
        }
        query
            .scan_index_forward(false)
            .limit(page_size(limit))
            .send()
            .await?
            .items
            .unwrap_or_default()
            .into_iter()
            .map(read)
            .collect()
    }

    /// Approved content, if what is stored is what was approved.
    pub async fn snapshot(&self, hash: &ContentHash) -> Result<Option<domain::Approved>> {
        let get = self
            .client
            .get_item()
            .table_name(&self.table)
            .set_key(Some(keys::snapshot(hash).attributes()))
            .consistent_read(true);
        let item = get.send().await?.item;
        Ok(item
            .and_then(|mut item| item.remove("bytes"))
            .and_then(|bytes| domain::Approved::verify(bytes.as_b().ok()?.as_ref(), hash)))
    }
}

/// In these transactions the member's role is the first condition.
fn forbidden_first(cancelled: crate::transaction::Cancelled) -> Error {
    if cancelled.at(0) {
        Error::Forbidden
    } else {
        cancelled.into()
    }
}
