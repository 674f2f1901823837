//! PATCH /users/{userId} — change what somebody may do in the deployment (admins of the deployment only)

use app::lambda::Function;
use app::{App, Error, Request, RequestExt, Response, Result, respond};
use domain::{Activity, Actor, Kind, Scope, User, UserId, UserRole, UserStatus};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::auth::view::UserView;

/// The deployed function.
pub const FUNCTION: Function = Function::endpoint("users-update", |app, request| {
    Box::pin(handle(app, request))
});

/// What changes; the rest stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateUser {
    /// `admin` or `member`.
    #[schema(value_type = Option<String>, example = "admin")]
    role: Option<UserRole>,
    /// `active` or `disabled`. Every session of somebody who is disabled ends at once.
    #[schema(value_type = Option<String>, example = "disabled")]
    status: Option<UserStatus>,
}

/// Promotes, demotes, disables or enables a user. The deployment always keeps an admin who is active.
#[utoipa::path(patch, path = "/users/{userId}", tag = "users", operation_id = "users-update", request_body = UpdateUser,
    params(("userId" = String, Path, description = "The user")), security(("access_token" = [])),
    responses((status = 200, description = "The user", body = UserView)))]
pub async fn handle(app: &App, request: Request) -> Result<Response> {
    let caller = app.authenticate(&request).await?;
    caller.user.require_admin()?;
    let id: UserId = request.path("userId")?;
    let UpdateUser { role, status } = request.json()?;

    let missing = || Error::NotFound("{userId}".into());
    let before = app.store.user(id).await?.ok_or_else(missing)?;
    let (after, kinds) = changed(&before, role, status);
    let entries: Vec<_> = kinds
        .into_iter()
        .map(|kind| {
            let (scope, actor) = (Scope::User(id), Actor::User(caller.user.id));
            Activity::new(app.entry(&caller), scope, actor, kind, app.now())
                .with("role", after.role.to_string())
        })
        .collect();
    if !entries.is_empty() {
        app.store
            .change_user_as(&caller.user, &before, &after, &entries)
            .await?;
    }

    respond::ok(&UserView::from(&after))
}

/// What the user becomes, and what that is called.
fn changed(before: &User, role: Option<UserRole>, status: Option<UserStatus>) -> (User, Vec<Kind>) {
    let (mut after, mut kinds) = (before.clone(), Vec::new());
    if let Some(role) = role.filter(|role| *role != before.role) {
        after.role = role;
        kinds.push(Kind::UserRoleChanged);
    }
    if let Some(status) = status.filter(|status| *status != before.status) {
        after = after.with_status(status);
        kinds.push(match status {
            UserStatus::Active => Kind::UserEnabled,
            UserStatus::Disabled => Kind::UserDisabled,
        });
    }
    (after, kinds)
}
