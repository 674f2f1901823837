//! POST /teams/{teamId}/accounts — connect a social-media account to the team

use app::lambda::Function;
use app::{App, Error, Request, RequestExt, Response, Result, respond};
use domain::{Platform, TeamId};
use http::StatusCode;
use platforms::ConnectInput;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::connection::{self, Begun};
use super::view::AccountView;

/// The deployed function.
pub const FUNCTION: Function = Function::endpoint("accounts-connect", |app, request| {
    Box::pin(handle(app, request))
});

/// The account to connect.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConnectAccount {
    /// `mastodon` or `bluesky`.
    #[schema(value_type = String, example = "mastodon")]
    platform: Platform,
    /// The server that holds the account: needed for Mastodon, `bsky.social` unless said otherwise for Bluesky.
    #[schema(example = "mastodon.social")]
    host: Option<String>,
    /// Bluesky: the handle or e-mail address of the account.
    identifier: Option<String>,
    /// Bluesky: an app password, made in the account's settings; never the account's own password.
    #[schema(value_type = Option<String>, format = "password")]
    password: Option<SecretString>,
}

/// What to do next.
#[derive(Debug, Serialize, ToSchema)]
pub struct Consent {
    /// Open this address in a browser; the platform asks there for consent.
    #[schema(format = "uri")]
    authorization_url: String,
    /// Until when that is possible (RFC 3339).
    #[schema(format = "date-time")]
    expires_at: String,
}

/// Connects the account at once (201), or says where its owner has to agree first (202).
#[utoipa::path(post, path = "/teams/{teamId}/accounts", tag = "accounts", operation_id = "accounts-connect",
    params(("teamId" = String, Path, description = "The team")), request_body = ConnectAccount, security(("access_token" = [])),
    responses((status = 201, description = "The account is connected", body = AccountView), (status = 202, description = "Consent is needed in a browser", body = Consent)))]
pub async fn handle(app: &App, request: Request) -> Result<Response> {
    let caller = app.authenticate(&request).await?;
    let team: TeamId = request.path("teamId")?;
    let ConnectAccount {
        platform,
        host,
        identifier,
        password,
    } = request.json()?;

    let member = app
        .store
        .member(team, caller.user)
        .await?
        .ok_or_else(|| Error::NotFound("{teamId}".into()))?;
    let input = ConnectInput {
        host,
        identifier,
        password,
    };
    match connection::begin(app, &member, platform, &input).await? {
        Begun::Connected(account) => respond::json(StatusCode::CREATED, &account),
        Begun::Consent {
            authorization_url,
            expires_at,
        } => respond::json(
            StatusCode::ACCEPTED,
            &Consent {
                authorization_url: authorization_url.into(),
                expires_at: expires_at.to_string(),
            },
        ),
    }
}
