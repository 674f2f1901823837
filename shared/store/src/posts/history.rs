//! What a post said once, and what was said about it. It lies apart from the post, so that publishing does not read it.

use domain::post::{Feedback, Todo};
use domain::{AccountId, Content, Post, PostId, TeamId, UserId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::Store;
use crate::error::Result;
use crate::item::{Item, from_item, parse, to_item};
use crate::keys;
use crate::transaction::Write;

/// The `type` of a post on the to-do list.
pub(super) const TODO: &str = "post_todo";

/// What a post said once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Edition {
    /// Its number, from 1.
    pub number: u32,
    /// Who wrote it.
    pub by: UserId,
    /// When.
    pub at: Timestamp,
    /// What it said.
    pub content: Content,
    /// Where it went.
    pub accounts: Vec<AccountId>,
}

/// What a post said once, and what was said about it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct History {
    /// Each edition, newest first.
    pub editions: Vec<Edition>,
    /// What was said, oldest first.
    pub feedback: Vec<Feedback>,
}

pub(super) fn edition(post: &Post) -> Result<Write> {
    let body = Edition {
        number: post.edition,
        by: post.edited_by,
        at: post.updated_at,
        content: post.content.clone(),
        accounts: post.accounts.clone(),
    };
    let key = keys::edition(post.id, post.edition);
    Ok(Write::create(to_item(&key, "edition", &body)?))
}

pub(super) fn feedback(post: PostId, feedback: &Feedback) -> Result<Write> {
    let key = keys::feedback(post, feedback.id);
    Ok(Write::create(to_item(&key, "feedback", feedback)?))
}

impl Store {
    /// The newest editions of a post, and what was said about it, at most `limit` of each.
    pub async fn history(&self, post: PostId, limit: usize) -> Result<History> {
        let partition = || keys::history_partition(post);
        let (editions, feedback) = futures::try_join!(
            self.last_below(partition(), keys::EDITION, limit),
            self.last_below(partition(), keys::FEEDBACK, limit)
        )?;
        let read = |item: Item| from_item("edition", item);
        let editions = editions.into_iter().map(read).collect::<Result<_>>()?;
        let read = |item: Item| from_item("feedback", item);
        let mut feedback = feedback.into_iter().map(read).collect::<Result<Vec<_>>>()?;
        feedback.reverse();
        Ok(History { editions, feedback })
    }

    /// What somebody said about a post.
    pub async fn feedback(&self, post: PostId, id: domain::FeedbackId) -> Result<Option<Feedback>> {
        let item = self.get(&keys::feedback(post, id)).await?;
        item.map(|item| from_item("feedback", item)).transpose()
    }

    /// The posts of a team that wait for somebody, at most `limit`.
    pub async fn posts_to_do(&self, team: TeamId, limit: usize) -> Result<Vec<(PostId, Todo)>> {
        let partition = keys::team_partition(team);
        let items = self.below(partition, keys::TODO_POST, None, limit).await?;
        let read = |item: Item| {
            let id = item.get("post").and_then(|id| id.as_s().ok()).cloned();
            let id = parse(TODO, id.as_deref().unwrap_or_default())?;
            Ok((id, from_item(TODO, item)?))
        };
        items.into_iter().map(read).collect()
    }

    /// The slots of an account's queue that are taken, from `from` on.
    pub async fn taken_slots(
        &self,
        account: AccountId,
        from: Timestamp,
        limit: usize,
    ) -> Result<std::collections::BTreeSet<Timestamp>> {
        let from = keys::due_time(from - jiff::SignedDuration::from_millis(1));
        let items = self.below(keys::slot_partition(account), "", Some(&from), limit);
        let at = |item: Item| {
            let sk = keys::Key::of(&item).map(|key| key.sk).unwrap_or_default();
            let millis: i64 = parse("slot", &sk)?;
            Timestamp::from_millisecond(millis)
                .map_err(|error| crate::error::corrupt("slot", error))
        };
        items.await?.into_iter().map(at).collect()
    }
}
