//! Chores: what must be looked after at a time, found by a tick, and soon after it was written by the table's stream.

use domain::{Account, AccountId, Post, PostId, TeamId};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::Store;
use crate::error::Result;
use crate::item::{Item, from_item, page_size, parse, text, to_item};
use crate::keys::{self, PK, SK};
use crate::transaction::Write;

/// The `type` of a chore: what the stream of the table is filtered by.
pub const TYPE: &str = "chore";

/// Something to look after: an account, a post, or a deleted team to clear away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chore {
    /// When.
    pub at: Timestamp,
    /// The team.
    pub team: TeamId,
    /// What of it.
    pub about: About,
}

/// What of a team a chore is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum About {
    /// An account.
    Account(AccountId),
    /// A post.
    Post(PostId),
    /// The team as a whole.
    Team,
}

#[derive(Debug, Serialize, Deserialize)]
struct ChoreItem {
    at: String,
    team: String,
    account: Option<String>,
    post: Option<String>,
}

impl Chore {
    /// The chore of an account, if it has one.
    pub(crate) fn of(account: &Account) -> Option<Self> {
        account.has_chore().then_some(Self {
            at: account.chore_at,
            team: account.team,
            about: About::Account(account.id),
        })
    }

    /// The chore of a post, if it has one.
    pub(crate) fn of_post(post: &Post) -> Option<Self> {
        post.chore_at.map(|at| Self {
            at,
            team: post.team,
            about: About::Post(post.id),
        })
    }
}

pub(crate) fn put(chore: &Chore) -> Result<Write> {
    let body = ChoreItem {
        at: chore.at.to_string(),
        team: chore.team.to_string(),
        account: if let About::Account(id) = chore.about {
            Some(id.to_string())
        } else {
            None
        },
        post: if let About::Post(id) = chore.about {
            Some(id.to_string())
        } else {
            None
        },
    };
    let key = keys::chore(chore.at, chore.team, chore.about);
    Ok(Write::put(to_item(&key, TYPE, &body)?))
}

pub(crate) fn done(chore: &Chore) -> Write {
    Write::delete(keys::chore(chore.at, chore.team, chore.about))
}

fn read(item: Item) -> Result<Chore> {
    let body: ChoreItem = from_item(TYPE, item)?;
    Ok(Chore {
        at: parse(TYPE, &body.at)?,
        team: parse(TYPE, &body.team)?,
        about: match (body.account, body.post) {
            (Some(id), _) => About::Account(parse(TYPE, &id)?),
            (None, Some(id)) => About::Post(parse(TYPE, &id)?),
            (None, None) => About::Team,
        },
    })
}

impl Store {
    /// The oldest chores of one shard that are due at `until`.
    pub async fn chores(&self, shard: u8, until: Timestamp, limit: usize) -> Result<Vec<Chore>> {
        let until = keys::due_time(until + SignedDuration::from_millis(1));
        let query = self
            .client
            .query()
            .table_name(&self.table)
            .key_condition_expression("#PK = :pk AND #SK < :until")
            .expression_attribute_names("#PK", PK)
            .expression_attribute_names("#SK", SK)
            .expression_attribute_values(":pk", text(keys::chore_partition(shard)))
            .expression_attribute_values(":until", text(until))
            .consistent_read(true);
        let items = query.limit(page_size(limit)).send().await?.items;
        items.unwrap_or_default().into_iter().map(read).collect()
    }

    /// Reads a chore from an item, as the table's stream gives it.
    pub fn chore_from_item(item: Item) -> Result<Chore> {
        read(item)
    }

    /// Puts a chore off, or with no later time, to rest.
    pub async fn move_chore(&self, chore: &Chore, later: Option<Timestamp>) -> Result<()> {
        let mut writes = vec![done(chore)];
        if let Some(at) = later.filter(|at| *at != chore.at) {
            writes.push(put(&Chore { at, ..*chore })?);
        }
        Ok(self.transact(writes).await?)
    }
}
