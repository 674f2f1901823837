//! Hears every event on the bus and decides who is told of it, and how

mod posts;

use std::error::Error;
use std::str::FromStr;

use anyhow::{Context, Result};
use app::App;
use app::lambda::Function;
use aws_lambda_events::event::eventbridge::EventBridgeEvent;
use domain::{Kind, Member, Permission, TeamId, UserId};
use serde_json::{Value, json};

use super::message::{About, Mail, Waiting, enqueue_mails};
use crate::activity::view::ActivityView;

/// The deployed function.
pub const FUNCTION: Function =
    Function::job("jobs-notify", |app, event| Box::pin(handle(app, event)));

/// How many members are read at once.
const PAGE: usize = 50;

/// Puts the mails of one event on the queue.
pub async fn handle(app: &App, event: Value) -> Result<Value> {
    let event: EventBridgeEvent<ActivityView> =
        serde_json::from_value(event).context("an event that is not an activity entry")?;
    let entry = event.detail;
    let event = entry.id.parse().context("the id of an entry")?;
    let mails: Vec<_> = about(app, &entry)
        .await?
        .into_iter()
        .map(|about| Mail { event, about })
        .collect();
    enqueue_mails(app, &mails).await?;
    Ok(json!({ "mails": mails.len() }))
}

/// Who is told what. Events that nobody is told of are listed too, so that a new one must be decided on.
#[expect(clippy::too_many_lines, reason = "a line for each kind of event")]
async fn about(app: &App, entry: &ActivityView) -> Result<Vec<About>> {
    let user = || id(entry.user_id.as_deref(), "whose event it is");
    let change = || id(entry.email_change_id.as_deref(), "which wish");
    let team = || id(entry.team_id.as_deref(), "which team");
    let member = || id(entry.member_id.as_deref(), "which member");
    let account = || id(entry.account_id.as_deref(), "which account");
    let told = match entry.kind.parse().context("the kind of an entry")? {
        Kind::RegistrationRequested => vec![About::Registration {
            registration: id(entry.registration_id.as_deref(), "which sign-up")?,
        }],
        Kind::PasswordResetRequested => vec![About::PasswordResetLink {
            reset: id(entry.password_reset_id.as_deref(), "which wish")?,
        }],
        kind @ (Kind::PasswordChanged | Kind::PasswordReset) => vec![About::PasswordChanged {
            user: user()?,
            by_link: kind == Kind::PasswordReset,
        }],
        Kind::EmailChangeRequested => {
            let change = change()?;
            vec![
                About::EmailChangeLink { change },
                About::EmailChangeNotice { change },
            ]
        }
        Kind::EmailChanged => {
            let change = change()?;
            [true, false]
                .map(|to_new| About::EmailChanged { change, to_new })
                .to_vec()
        }
        Kind::IdentityLinked => vec![About::IdentityLinked { user: user()? }],
        Kind::IdentityUnlinked => vec![About::IdentityUnlinked { user: user()? }],
        Kind::SessionStarted if is_new_place(entry) => vec![About::NewSignIn { user: user()? }],
        Kind::SessionReused => vec![About::SessionReused { user: user()? }],
        Kind::UserRoleChanged => vec![About::RoleChanged { user: user()? }],
        Kind::UserDisabled => vec![About::Disabled { user: user()? }],
        Kind::UserEnabled => vec![About::Enabled { user: user()? }],
        Kind::InvitationSent | Kind::InvitationResent => vec![About::Invitation {
            invitation: id(entry.invitation_id.as_deref(), "which invitation")?,
        }],
        Kind::MemberAdded => vec![About::MemberAdded {
            user: member()?,
            team: team()?,
        }],
        Kind::MemberRoleChanged => vec![About::MemberRoleChanged {
            user: member()?,
            team: team()?,
        }],
        Kind::MemberRemoved => vec![About::MemberRemoved {
            user: member()?,
            team: team()?,
        }],
        Kind::AccountNeedsReconnect => {
            let (team, account) = (team()?, account()?);
            let to = |user| About::AccountNeedsReconnect {
                user,
                team,
                account,
            };
            let admins = with(app, team, Permission::ManageTeam).await?;
            admins.into_iter().map(to).collect()
        }
        Kind::AccountExpiring => {
            let (team, account) = (team()?, account()?);
            let to = |user| About::AccountExpiring {
                user,
                team,
                account,
            };
            let admins = with(app, team, Permission::ManageTeam).await?;
            admins.into_iter().map(to).collect()
        }
        Kind::PublicationPublished
        | Kind::PublicationRefused
        | Kind::PublicationUnclear
        | Kind::PublicationBlocked
        | Kind::PublicationMissed
        | Kind::PublicationCancelled => of_publication(app, entry).await?,
        Kind::PostSubmitted | Kind::PostScheduled | Kind::PostEdited
            if posts::is_pending_now(entry) =>
        {
            posts::to_approvers(app, entry, Waiting::Pending).await?
        }
        // By himself, Tayang only goes on to a further time that somebody has said yes to.
        Kind::PostRepeated if entry.actor_id.is_some() => {
            posts::to_approvers(app, entry, Waiting::Pending).await?
        }
        Kind::PostApprovalDue => posts::to_approvers(app, entry, Waiting::ApprovalDue).await?,
        Kind::PostApprovalMissed => {
            posts::to_approvers_and_author(app, entry, Waiting::ApprovalMissed).await?
        }
        Kind::PostApproved | Kind::PostRejected => posts::to_owners(app, entry).await?,
        Kind::PostMoved => posts::to_planners(app, entry).await?,
        Kind::SessionStarted
        | Kind::SessionEnded
        | Kind::UserCreated
        | Kind::UserChanged
        | Kind::UserDeleted
        | Kind::TeamCreated
        | Kind::TeamChanged
        | Kind::TeamDeleted
        | Kind::MemberJoined
        | Kind::MemberLeft
        | Kind::InvitationRevoked
        | Kind::InvitationDeclined
        | Kind::AccountReconnected
        | Kind::AccountDisconnected
        | Kind::AccountConnected
        | Kind::PostCreated
        | Kind::AccountChanged
        | Kind::PostScheduled
        | Kind::PostEdited
        | Kind::PostSubmitted
        | Kind::PostCommented
        | Kind::PostCancelled
        | Kind::PostNoted
        | Kind::PostRepeated
        | Kind::PostRepeatStopped
        | Kind::PostOccurrenceSkipped => Vec::new(),
    };
    Ok(told)
}

/// Whoever wrote the post is told what became of it.
async fn of_publication(app: &App, entry: &ActivityView) -> Result<Vec<About>> {
    let post = id(entry.post_id.as_deref(), "which post")?;
    let publication = id(entry.publication_id.as_deref(), "which publication")?;
    let record = app.store.post(post).await?;
    let about = record.map(|record| About::Publication {
        user: record.post.author,
        post,
        publication,
    });
    Ok(about.into_iter().collect())
}

/// Those in a team whose role has a permission. Whether they may still be told when the mail is written is decided then.
async fn with(app: &App, team: TeamId, permission: Permission) -> Result<Vec<UserId>> {
    let (mut found, mut after) = (Vec::new(), None);
    loop {
        let members = app.store.members(team, after, PAGE).await?;
        after = members.last().map(|member| member.user);
        let is_last = members.len() < PAGE;
        let may = |member: &Member| member.role.may(permission);
        found.extend(members.into_iter().filter(may).map(|member| member.user));
        if is_last {
            return Ok(found);
        }
    }
}

/// Whether somebody signed in from where nobody had signed in before.
fn is_new_place(entry: &ActivityView) -> bool {
    entry
        .details
        .get("new_place")
        .is_some_and(|new| new == "true")
}

/// An id that an event of this kind has.
fn id<T>(text: Option<&str>, what: &'static str) -> Result<T>
where
    T: FromStr,
    T::Err: Error + Send + Sync + 'static,
{
    text.context(what)?.parse().context(what)
}
