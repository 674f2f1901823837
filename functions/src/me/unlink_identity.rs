//! DELETE /me/identities/{provider} — sign in at a provider no longer

use app::lambda::Function;
use app::{App, Error, Request, RequestExt, Response, Result, respond};
use domain::{Kind, Provider};
use store::OtherWay;

use super::proof;
use crate::auth::record;

/// The deployed function.
pub const FUNCTION: Function = Function::endpoint("me-unlink-identity", |app, request| {
    Box::pin(handle(app, request))
});

/// Unlinks the provider, which needs a sign-in within the last 10 minutes. The last way to sign in stays.
#[utoipa::path(delete, path = "/me/identities/{provider}", tag = "me", operation_id = "me-unlink-identity",
    params(("provider" = String, Path, description = "`google` or `facebook`")), security(("access_token" = [])),
    responses((status = 204, description = "It opens the account no longer")))]
pub async fn handle(app: &App, request: Request) -> Result<Response> {
    let caller = app.authenticate(&request).await?;
    let provider: Provider = request.path("provider")?;

    let identities = app.store.identities(caller.user.id).await?;
    let (gone, others): (Vec<_>, Vec<_>) = identities
        .into_iter()
        .partition(|identity| identity.provider == provider);
    let gone = gone
        .first()
        .ok_or_else(|| Error::NotFound("{provider}".into()))?;
    proof::recent(app, &caller)?;
    let other = match (&caller.user.password_hash, others.first()) {
        (Some(_), _) => OtherWay::Password,
        (None, Some(other)) => OtherWay::Identity(other.provider),
        (None, None) => {
            return Err(Error::Conflict(
                "this is your only way to sign in: choose a password first".into(),
            ));
        }
    };
    let entry = record::by_user(app, &request, caller.user.id, Kind::IdentityUnlinked)?
        .with("provider", provider.to_string());
    app.store
        .unlink_identity(caller.user.id, gone, other, &entry)
        .await?;
    Ok(respond::nothing())
}
