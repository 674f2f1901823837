//! How far the posts that wait were looked through after the rules of time zones had changed.

use domain::PostId;
use serde::{Deserialize, Serialize};

use crate::Store;
use crate::error::Result;
use crate::item::{from_item, to_item};
use crate::keys::{self, Key};
use crate::publishing::read_row;
use crate::transaction::Write;

const TYPE: &str = "rule_check";

/// How far the posts that wait were looked through for one version of the rules.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleCheck {
    /// The version of the rules.
    pub rules: String,
    /// The shard of due rows that comes next; past the last one when all is done.
    pub shard: u8,
    /// The sort key that was last looked at in it.
    pub after: Option<String>,
}

/// Some posts that wait, and where to go on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Waiting {
    /// The posts, once each.
    pub posts: Vec<PostId>,
    /// Behind which row to go on; none at the end of the shard.
    pub next: Option<String>,
}

impl RuleCheck {
    /// Begins anew, for other rules.
    pub fn begin(rules: &str) -> Self {
        Self {
            rules: rules.to_owned(),
            shard: 0,
            after: None,
        }
    }

    /// Goes on behind a row, or with the next shard.
    pub fn go_on(&mut self, behind: Option<String>) {
        if behind.is_none() {
            self.shard += 1;
        }
        self.after = behind;
    }
}

impl Store {
    /// How far the last check has come.
    pub async fn rule_check(&self) -> Result<Option<RuleCheck>> {
        let item = self.get(&keys::rule_check()).await?;
        item.map(|item| from_item(TYPE, item)).transpose()
    }

    /// Keeps how far a check has come.
    pub async fn keep_rule_check(&self, check: &RuleCheck) -> Result<()> {
        let item = to_item(&keys::rule_check(), TYPE, check)?;
        Ok(self.transact(vec![Write::put(item)]).await?)
    }

    /// Posts with publications that wait, of one shard, behind a row.
    pub async fn waiting(&self, shard: u8, after: Option<&str>, limit: usize) -> Result<Waiting> {
        let items = self
            .below(keys::due_partition(shard), "", after, limit)
            .await?;
        let next = items.last().and_then(Key::of).map(|key| key.sk);
        let mut posts = Vec::new();
        for item in items {
            posts.push(read_row(item)?.post);
        }
        posts.sort_unstable();
        posts.dedup();
        Ok(Waiting { posts, next })
    }
}
