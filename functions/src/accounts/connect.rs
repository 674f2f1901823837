//! POST /teams/{teamId}/accounts — connect a social-media account to the team

use app::lambda::Function;
use app::{App, Error, Request, RequestExt, Response, Result, respond};
use domain::{Platform, TeamId};
use http::StatusCode;
use platforms::ConnectInput;
use secrecy::SecretString;
use serde::Deserialize;
use utoipa::ToSchema;

use super::connection::{self, Begun, Wish};
use super::view::AccountView;
use crate::auth::view::ConsentView;

/// The deployed function.
pub const FUNCTION: Function = Function::endpoint("accounts-connect", |app, request| {
    Box::pin(handle(app, request))
});

/// The account to connect. Which fields a platform needs, if any, is in `GET /platforms`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConnectAccount {
    /// The platform, such as `mastodon`.
    #[schema(value_type = String, example = "mastodon")]
    platform: Platform,
    /// The server that holds the account: needed for Mastodon, `bsky.social` unless said otherwise for Bluesky.
    #[schema(example = "mastodon.social")]
    host: Option<String>,
    /// Bluesky: the handle or e-mail address of the account. Telegram: the channel or group, as `@name` or id.
    identifier: Option<String>,
    /// Bluesky: an app password, made in the account's settings; never the account's own password.
    #[schema(value_type = Option<String>, format = "password")]
    password: Option<SecretString>,
    /// Telegram: the token of a bot that may post there.
    #[schema(value_type = Option<String>, format = "password")]
    token: Option<SecretString>,
    /// Discord, Slack: the address of an incoming webhook.
    #[schema(value_type = Option<String>, format = "password")]
    webhook_url: Option<SecretString>,
}

/// Connects the account at once (201), or says where its owner has to agree first (202). When the consent opens several accounts, such as
/// pages, its owner chooses in the same browser.
#[utoipa::path(post, path = "/teams/{teamId}/accounts", tag = "accounts", operation_id = "accounts-connect",
    params(("teamId" = String, Path, description = "The team")), request_body = ConnectAccount, security(("access_token" = [])),
    responses((status = 201, description = "The account is connected", body = AccountView), (status = 202, description = "Consent is needed in a browser", body = ConsentView)))]
pub async fn handle(app: &App, request: Request) -> Result<Response> {
    let caller = app.authenticate(&request).await?;
    let team: TeamId = request.path("teamId")?;
    let ConnectAccount {
        platform,
        host,
        identifier,
        password,
        token,
        webhook_url,
    } = request.json()?;

    let member = app
        .store
        .member(team, caller.user.id)
        .await?
        .ok_or_else(|| Error::NotFound("{teamId}".into()))?;
    let wish = Wish {
        platform,
        input: ConnectInput {
            host,
            identifier,
            password,
            token,
            webhook_url,
        },
        again: None,
    };
    begun(connection::begin(app, &request, &member, wish).await?)
}

/// The answer to a connection that has begun.
pub(super) fn begun(begun: Begun) -> Result<Response> {
    match begun {
        Begun::Connected(account) => respond::json(StatusCode::CREATED, &account),
        Begun::Consent(set_out) => {
            let view = ConsentView::new(&set_out.authorization_url, set_out.expires_at);
            let mut response = respond::json(StatusCode::ACCEPTED, &view)?;
            set_out.cookie.keep(&mut response)?;
            Ok(response)
        }
    }
}
