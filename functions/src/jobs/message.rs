//! What stands in the queues: ids only, never anybody's text.

mod about;

use anyhow::{Context, Result, ensure};
use app::App;
use aws_sdk_sqs::types::SendMessageBatchRequestEntry;
use domain::schedule::queue_delay;
use domain::{AccountId, ActivityId, PostId, PublicationId, TeamId};
use futures::{StreamExt, TryStreamExt, stream};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use store::{Chore, DueRow};

pub use self::about::{About, Waiting};

/// The most messages of one request: a limit of SQS.
const BATCH_MAX: usize = 10;
/// How many requests are under way at once.
const CONCURRENCY: usize = 8;

/// A publication that is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Due {
    /// The post.
    pub post_id: PostId,
    /// The publication.
    pub publication_id: PublicationId,
}

/// A chore that is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChoreDue {
    /// When it became due.
    pub at: Timestamp,
    /// The team.
    pub team_id: TeamId,
    /// The account that it is about.
    pub account_id: Option<AccountId>,
    /// The post that it is about; neither for the team as a whole.
    #[serde(default)]
    pub post_id: Option<PostId>,
}

impl From<ChoreDue> for Chore {
    fn from(due: ChoreDue) -> Self {
        Self {
            at: due.at,
            team: due.team_id,
            about: match (due.account_id, due.post_id) {
                (Some(account), _) => store::About::Account(account),
                (None, Some(post)) => store::About::Post(post),
                (None, None) => store::About::Team,
            },
        }
    }
}

/// A mail to send.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mail {
    /// The entry of the log that it tells of: the mail's own id is made of it.
    pub event: ActivityId,
    /// What it says.
    #[serde(flatten)]
    pub about: About,
}

/// Puts publications on the queue, each delayed so that it arrives just before its time.
pub(crate) async fn enqueue_due(app: &App, rows: &[DueRow]) -> Result<()> {
    let now = app.now();
    let messages: Vec<_> = rows
        .iter()
        .map(|row| {
            Ok((
                serde_json::to_string(&Due {
                    post_id: row.post,
                    publication_id: row.publication,
                })?,
                queue_delay(row.at, now),
            ))
        })
        .collect::<Result<_>>()?;
    send(app, &app.config.publish_queue_url, &messages).await
}

/// Puts chores on their queue, each delayed to its time.
pub(crate) async fn enqueue_chores(app: &App, chores: &[Chore]) -> Result<()> {
    let now = app.now();
    let messages: Vec<_> = chores
        .iter()
        .map(|chore| {
            let (account_id, post_id) = match chore.about {
                store::About::Account(account) => (Some(account), None),
                store::About::Post(post) => (None, Some(post)),
                store::About::Team => (None, None),
            };
            let due = ChoreDue {
                at: chore.at,
                team_id: chore.team,
                account_id,
                post_id,
            };
            Ok((serde_json::to_string(&due)?, queue_delay(chore.at, now)))
        })
        .collect::<Result<_>>()?;
    send(app, &app.config.chore_queue_url, &messages).await
}

/// Puts mails on the queue.
pub(crate) async fn enqueue_mails(app: &App, mails: &[Mail]) -> Result<()> {
    let messages: Vec<_> = mails
        .iter()
        .map(|mail| Ok((serde_json::to_string(mail)?, 0)))
        .collect::<Result<_>>()?;
    send(app, &app.config.email_queue_url, &messages).await
}

async fn send(app: &App, queue: &str, messages: &[(String, i32)]) -> Result<()> {
    let batches: Vec<_> = messages
        .chunks(BATCH_MAX)
        .map(|batch| send_batch(app, queue, batch))
        .collect();
    stream::iter(batches)
        .buffer_unordered(CONCURRENCY)
        .try_collect()
        .await
}

async fn send_batch(app: &App, queue: &str, batch: &[(String, i32)]) -> Result<()> {
    let entries = batch.iter().enumerate().map(|(n, (body, delay))| {
        SendMessageBatchRequestEntry::builder()
            .id(n.to_string())
            .message_body(body)
            .delay_seconds(*delay)
            .build()
    });
    let entries = entries.collect::<Result<Vec<_>, _>>()?;
    let answer = app
        .aws
        .sqs()
        .send_message_batch()
        .queue_url(queue)
        .set_entries(Some(entries))
        .send()
        .await
        .context("sending to a queue")?;
    ensure!(
        answer.failed.is_empty(),
        "{} of {} messages were not taken by the queue",
        answer.failed.len(),
        batch.len()
    );
    Ok(())
}
