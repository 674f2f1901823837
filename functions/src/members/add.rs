//! POST /teams/{teamId}/members — add a user to the team, or invite somebody by e-mail

use app::lambda::Function;
use app::{App, Error, Request, RequestExt, Response, Result, respond};
use domain::invitation::MAX_OPEN;
use domain::{Email, Entry, Invitation, Member, Role, TeamId, UserId};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::view::MemberView;
use crate::invitations::view::InvitationView;

/// The deployed function.
pub const FUNCTION: Function =
    Function::endpoint("members-add", |app, request| Box::pin(handle(app, request)));

/// Who is to be a member. Exactly one of `user_id` and `email` says who.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AddMember {
    /// A user of this deployment, who is added at once.
    #[schema(value_type = Option<String>)]
    user_id: Option<UserId>,
    /// Somebody's address, who gets an invitation: with a user account or without one.
    #[schema(value_type = Option<String>, format = "email", example = "ana@example.com")]
    email: Option<Email>,
    /// `admin`, `editor` or `viewer`.
    #[schema(value_type = String, example = "editor")]
    role: Role,
}

/// What came of it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
pub enum Added {
    /// The user is a member.
    Member(MemberView),
    /// An invitation is on its way.
    Invited(InvitationView),
}

/// Adds a user (201), or mails an invitation (202), which is good for 7 days. The answer to an address is the same whether it has a user
/// account or not; its owner joins by accepting.
#[utoipa::path(post, path = "/teams/{teamId}/members", tag = "members", operation_id = "members-add", request_body = AddMember,
    params(("teamId" = String, Path, description = "The team")), security(("access_token" = [])),
    responses((status = 201, description = "The member", body = MemberView), (status = 202, description = "The invitation", body = InvitationView)))]
pub async fn handle(app: &App, request: Request) -> Result<Response> {
    let caller = app.authenticate(&request).await?;
    let team: TeamId = request.path("teamId")?;
    let AddMember {
        user_id,
        email,
        role,
    } = request.json()?;

    let by = app.store.member(team, caller.user.id).await?;
    let by = by.ok_or_else(|| Error::NotFound("{teamId}".into()))?;
    match (user_id, email) {
        (Some(user), None) => {
            let member = add(app, &by, user, role, app.entry(&caller)).await?;
            respond::json(StatusCode::CREATED, &member)
        }
        (None, Some(email)) => {
            let invitation = invite(app, &by, (email, role), app.entry(&caller)).await?;
            respond::json(StatusCode::ACCEPTED, &invitation)
        }
        (Some(_), Some(_)) => Err(Error::invalid(
            "/email",
            "goes without user_id: send one of the two",
        )),
        (None, None) => Err(Error::invalid(
            "/email",
            "is missing, or user_id: send one of the two",
        )),
    }
}

async fn add(app: &App, by: &Member, user: UserId, role: Role, entry: Entry) -> Result<MemberView> {
    by.require(domain::Permission::ManageTeam)?;
    let user = app.store.user(user).await?;
    let user = user.ok_or_else(|| Error::NotFound("/user_id".into()))?;
    let added = by.add(&user, role, entry, app.now())?;
    let kept = app.store.add_member(&added, by).await;
    kept.map_err(|error| match error {
        // The user account was closed, or the team deleted, at this moment.
        store::Error::Stale => Error::Stale,
        error => error.into(),
    })?;
    Ok(MemberView::new(&added.member, &user, by))
}

async fn invite(
    app: &App,
    by: &Member,
    wish: (Email, Role),
    entry: Entry,
) -> Result<InvitationView> {
    let invited = Invitation::create(app.new_id(), by, wish, entry, app.now())?;
    let email = &invited.invitation.email;
    app.admit_invitation(email, by.team).await?;
    let (owner, open) = futures::try_join!(
        app.store.email_owner(email),
        app.store.open_invitations(by.team, MAX_OPEN, app.now())
    )?;
    // Only who is in the team already is told apart: the team sees its own members anyway.
    if let Some(owner) = owner
        && app.store.member(by.team, owner).await?.is_some()
    {
        return Err(Error::Conflict(
            "whoever has this address is a member already".into(),
        ));
    }
    if open >= MAX_OPEN {
        return Err(Error::Conflict(format!(
            "the team has {MAX_OPEN} open invitations: take some back first"
        )));
    }
    app.store.invite(&invited, by).await?;
    Ok(InvitationView::new(&invited.invitation, app.now()))
}
