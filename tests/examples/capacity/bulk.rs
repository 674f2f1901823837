//! Puts many posts into the table, as if they had been written long ago: copies of one that was, each with an entry of the log.

use std::collections::HashMap;

use anyhow::{Context, Result};
use app::App;
use aws_sdk_dynamodb::types::{AttributeValue, PutRequest, WriteRequest};
use domain::{ActivityId, PostId, ids};
use futures::stream::{StreamExt, TryStreamExt};
use jiff::{SignedDuration, Timestamp};
use local::Stack;
use serde_json::Value;

use crate::newsroom::Newsroom;

type Item = HashMap<String, AttributeValue>;

/// How many items one request takes.
const BATCH: usize = 25;
const AT_ONCE: usize = 4;
const STATUSES: [&str; 4] = ["published", "draft", "approved", "failed"];

/// A post and its entry to make copies of.
pub(crate) struct Bulk<'a> {
    app: &'a App,
    post: Item,
    entry: Item,
    team: String,
    count: usize,
    oldest: Timestamp,
}

impl<'a> Bulk<'a> {
    pub(crate) async fn new(stack: &'a Stack, news: &Newsroom<'_>) -> Result<Self> {
        let (post, _) = news.write("Fresh bread from seven o'clock.").await?;
        news.schedule(&[&post]).await?;
        news.settle().await?;
        let app = stack.app();
        let (mut of_post, mut entry) = (None, None);
        for item in stack.items(&app.config.table)? {
            let item: Value = serde_json::from_str(&item)?;
            let key = |name: &str| item[name]["S"].as_str().unwrap_or_default().to_owned();
            let (pk, sk) = (key("PK"), key("SK"));
            if pk == format!("POST#{post}") && sk == "META" {
                of_post = Some(stored(app, pk, sk).await?);
            } else if pk == format!("ACTIVITY#{}", news.team) {
                entry = Some(stored(app, pk, sk).await?);
            }
        }
        Ok(Self {
            app,
            post: of_post.context("the post is not there")?,
            entry: entry.context("its entry is not there")?,
            team: news.team.clone(),
            count: 0,
            oldest: stack.clock().now() - SignedDuration::from_hours(24 * 365),
        })
    }

    /// Adds until there are so many posts.
    pub(crate) async fn fill(&mut self, size: usize) -> Result<()> {
        let new: Vec<_> = (self.count..size).collect();
        let this = &*self;
        let batches = new.chunks(BATCH / 2).map(|some| async move {
            let mut writes = Vec::new();
            for n in some {
                for item in this.copies(*n)? {
                    let put = PutRequest::builder().set_item(Some(item)).build()?;
                    writes.push(WriteRequest::builder().put_request(put).build());
                }
            }
            let batch = this.app.aws.dynamodb().batch_write_item();
            let batch = batch.request_items(&this.app.config.table, writes);
            let unprocessed = batch.send().await?.unprocessed_items.unwrap_or_default();
            anyhow::ensure!(unprocessed.is_empty(), "some were not taken");
            Ok(())
        });
        futures::stream::iter(batches)
            .buffer_unordered(AT_ONCE)
            .try_collect::<()>()
            .await?;
        self.count = size.max(self.count);
        Ok(())
    }

    /// One more post, and its entry, some time within the last year.
    fn copies(&self, n: usize) -> Result<[Item; 2]> {
        let seconds = i64::try_from(n)? * 31;
        let at = self.oldest + SignedDuration::from_secs(seconds % (365 * 24 * 3_600));
        let text = |value: String| AttributeValue::S(value);
        let (mut post, mut entry) = (self.post.clone(), self.entry.clone());
        let id: PostId = ids::new(at, app::random::bytes());
        let moment = format!("{:014}#{id}", at.as_millisecond());
        let status = STATUSES[n % STATUSES.len()];
        post.extend([
            ("PK".to_owned(), text(format!("POST#{id}"))),
            ("id".to_owned(), text(id.to_string())),
            ("status".to_owned(), text(status.to_owned())),
            (
                "status_pk".to_owned(),
                text(format!("TEAM#{}#{status}", self.team)),
            ),
            ("change_sk".to_owned(), text(moment.clone())),
            ("publish_sk".to_owned(), text(moment)),
            ("updated_at".to_owned(), text(at.to_string())),
        ]);
        let id: ActivityId = ids::new(at, app::random::bytes());
        // The stream tells the relay of entries; these are old news.
        entry.insert("type".to_owned(), text("old".to_owned()));
        entry.insert("SK".to_owned(), text(id.to_string()));
        Ok([post, entry])
    }
}

async fn stored(app: &App, pk: String, sk: String) -> Result<Item> {
    let key = HashMap::from([
        ("PK".to_owned(), AttributeValue::S(pk)),
        ("SK".to_owned(), AttributeValue::S(sk)),
    ]);
    let get = app.aws.dynamodb().get_item().table_name(&app.config.table);
    let item = get.set_key(Some(key)).send().await?.item;
    item.context("an item is gone")
}
