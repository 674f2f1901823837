//! What stands in the queues: ids only, never anybody's text.

use anyhow::{Context, Result, ensure};
use app::App;
use aws_sdk_sqs::types::SendMessageBatchRequestEntry;
use domain::schedule::queue_delay;
use domain::{
    AccountId, ActivityId, EmailChangeId, InvitationId, PasswordResetId, PostId, PublicationId,
    RegistrationId, TeamId, UserId,
};
use futures::{StreamExt, TryStreamExt, stream};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use store::{Chore, DueRow};

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
    /// The account; none for the team as a whole.
    pub account_id: Option<AccountId>,
}

impl From<ChoreDue> for Chore {
    fn from(due: ChoreDue) -> Self {
        Self {
            at: due.at,
            team: due.team_id,
            account: due.account_id,
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

/// What a mail says, and to whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "about", rename_all = "snake_case")]
pub enum About {
    /// Somebody signed up: confirm the address, or hear that it has an account already.
    Registration {
        /// The sign-up.
        registration: RegistrationId,
    },
    /// Somebody asked for a new password: the link to choose it.
    PasswordResetLink {
        /// The wish.
        reset: PasswordResetId,
    },
    /// The password is another one now.
    PasswordChanged {
        /// Whose.
        user: UserId,
        /// Whether it was chosen by the link of a mail.
        by_link: bool,
    },
    /// Somebody asked for another address: to the new one, to confirm it.
    EmailChangeLink {
        /// The wish.
        change: EmailChangeId,
    },
    /// Somebody asked for another address: to the one until now.
    EmailChangeNotice {
        /// The wish.
        change: EmailChangeId,
    },
    /// The address is another one now.
    EmailChanged {
        /// The wish that was fulfilled.
        change: EmailChangeId,
        /// Whether this mail goes to the new address, or to the one before.
        to_new: bool,
    },
    /// A sign-in at a provider opens the account from now on.
    IdentityLinked {
        /// Whose account.
        user: UserId,
    },
    /// A sign-in at a provider opens the account no more.
    IdentityUnlinked {
        /// Whose account.
        user: UserId,
    },
    /// Somebody signed in from where nobody had signed in before.
    NewSignIn {
        /// To whose account.
        user: UserId,
    },
    /// A token was used twice, so its session was ended.
    SessionReused {
        /// Whose session it was.
        user: UserId,
    },
    /// An admin of the deployment changed what a user may do.
    RoleChanged {
        /// Which user.
        user: UserId,
    },
    /// An admin of the deployment closed a user account.
    Disabled {
        /// Which.
        user: UserId,
    },
    /// An admin of the deployment opened a user account again.
    Enabled {
        /// Which.
        user: UserId,
    },
    /// A publication reached an end, or needs somebody.
    Publication {
        /// Who is told.
        user: UserId,
        /// The post.
        post: PostId,
        /// The publication.
        publication: PublicationId,
    },
    /// A team asks somebody to join.
    Invitation {
        /// The invitation.
        invitation: InvitationId,
    },
    /// An admin of a team made somebody a member.
    MemberAdded {
        /// Whom.
        user: UserId,
        /// The team.
        team: TeamId,
    },
    /// An admin of a team changed what a member may do.
    MemberRoleChanged {
        /// Which member.
        user: UserId,
        /// The team.
        team: TeamId,
    },
    /// An admin took somebody out of a team.
    MemberRemoved {
        /// Whom.
        user: UserId,
        /// The team.
        team: TeamId,
    },
    /// An account must be connected again.
    AccountNeedsReconnect {
        /// Who is told.
        user: UserId,
        /// The team.
        team: TeamId,
        /// The account.
        account: AccountId,
    },
    /// The access to an account ends soon.
    AccountExpiring {
        /// Who is told.
        user: UserId,
        /// The team.
        team: TeamId,
        /// The account.
        account: AccountId,
    },
}

impl About {
    /// The kind of mail and, where one event is told to several people, the person: different for every mail of one event, so the mail's own
    /// id is made of it.
    pub fn mark(&self) -> String {
        let kind = match self {
            Self::Registration { .. } => "registration",
            Self::PasswordResetLink { .. } => "password-reset-link",
            Self::PasswordChanged { .. } => "password-changed",
            Self::EmailChangeLink { .. } => "email-change-link",
            Self::EmailChangeNotice { .. } => "email-change-notice",
            Self::EmailChanged { to_new: true, .. } => "email-changed-new",
            Self::EmailChanged { to_new: false, .. } => "email-changed-old",
            Self::IdentityLinked { .. } => "identity-linked",
            Self::IdentityUnlinked { .. } => "identity-unlinked",
            Self::NewSignIn { .. } => "new-sign-in",
            Self::SessionReused { .. } => "session-reused",
            Self::RoleChanged { .. } => "role-changed",
            Self::Disabled { .. } => "disabled",
            Self::Enabled { .. } => "enabled",
            Self::Publication { .. } => "publication",
            Self::Invitation { .. } => "invitation",
            Self::MemberAdded { .. } => "member-added",
            Self::MemberRoleChanged { .. } => "member-role-changed",
            Self::MemberRemoved { .. } => "member-removed",
            Self::AccountNeedsReconnect { user, .. } => {
                return format!("account-needs-reconnect.{user}");
            }
            Self::AccountExpiring { user, .. } => return format!("account-expiring.{user}"),
        };
        kind.to_owned()
    }
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
            let due = ChoreDue {
                at: chore.at,
                team_id: chore.team,
                account_id: chore.account,
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
