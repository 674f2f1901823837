//! POST /teams/{teamId}/accounts/{accountId}/reconnect — connect an account again

use app::lambda::Function;
use app::{App, Error, Request, RequestExt, Response, Result};
use domain::{AccountId, TeamId};
use platforms::{ConnectInput, Field, connector};
use secrecy::SecretString;
use serde::Deserialize;
use utoipa::ToSchema;

use super::connect::begun;
use super::connection::{self, Wish};
use super::view::AccountView;
use crate::auth::view::ConsentView;

/// The deployed function.
pub const FUNCTION: Function = Function::endpoint("accounts-reconnect", |app, request| {
    Box::pin(handle(app, request))
});

/// The new access, where the platform does not ask for consent in a browser.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReconnectAccount {
    /// Bluesky: an app password, made in the account's settings.
    #[schema(value_type = Option<String>, format = "password")]
    password: Option<SecretString>,
    /// Telegram: the token of a bot that may post there.
    #[schema(value_type = Option<String>, format = "password")]
    token: Option<SecretString>,
    /// Discord, Slack: the address of an incoming webhook of the same channel.
    #[schema(value_type = Option<String>, format = "password")]
    webhook_url: Option<SecretString>,
}

/// Connects the same account again, at once (201) or by consent (202). It keeps its id, and what waits for it goes on: posts that are still
/// within their latest time go out.
#[utoipa::path(post, path = "/teams/{teamId}/accounts/{accountId}/reconnect", tag = "accounts", operation_id = "accounts-reconnect",
    params(("teamId" = String, Path, description = "The team"), ("accountId" = String, Path, description = "The account")), request_body = ReconnectAccount, security(("access_token" = [])),
    responses((status = 201, description = "The account is connected", body = AccountView), (status = 202, description = "Consent is needed in a browser", body = ConsentView)))]
pub async fn handle(app: &App, request: Request) -> Result<Response> {
    let caller = app.authenticate(&request).await?;
    let team: TeamId = request.path("teamId")?;
    let id: AccountId = request.path("accountId")?;
    let ReconnectAccount {
        password,
        token,
        webhook_url,
    } = request.json()?;

    let (member, account) = futures::try_join!(
        app.store.member(team, caller.user.id),
        app.store.account(team, id)
    )?;
    let member = member.ok_or_else(|| Error::NotFound("{teamId}".into()))?;
    let account = account.ok_or_else(|| Error::NotFound("{accountId}".into()))?;
    // Who and where it is, is known: that need not be filled in again, where the platform asks for it at all.
    let ways = connector(account.platform).requirements().ways;
    let asks = |field| ways.iter().any(|way| way.contains(&field));
    let names_itself = asks(Field::Identifier).then(|| account.remote_id.clone());
    let wish = Wish {
        platform: account.platform,
        input: ConnectInput {
            host: (asks(Field::Host) || names_itself.is_some()).then(|| account.host.clone()),
            identifier: names_itself,
            password,
            token,
            webhook_url,
        },
        again: Some(&account),
    };
    begun(connection::begin(app, &request, &member, wish).await?)
}
