//! A connection from its beginning to the connected account, whichever way the platform goes.

use anyhow::Context;
use app::{App, Error, Result};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::{
    Account, AccountName, AccountStatus, Activity, Actor, Kind, Member, Permission, Platform,
    Scope, TeamId, UserId,
};
use jiff::{SignedDuration, Timestamp};
use platforms::{Begin, ConnectError, ConnectInput, Connected, Pending};
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};
use store::PendingConnection;
use url::Url;

use super::view::AccountView;

/// How long the person may take at the platform's consent page.
const LIFETIME: SignedDuration = SignedDuration::from_mins(10);
/// Where platforms send the browser back to; the same for all of them.
const CALLBACK: &str = "/oauth/callback";
const STATE_BYTES: usize = 32;

/// Where a new connection stands.
#[derive(Debug)]
pub(crate) enum Begun {
    /// The account is connected.
    Connected(AccountView),
    /// The person must agree in a browser first.
    Consent {
        /// Where.
        authorization_url: Url,
        /// Until when.
        expires_at: Timestamp,
    },
}

/// A connection whose person came back.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Returned {
    team: TeamId,
    user: UserId,
    platform: Platform,
    pending: String,
}

/// Begins to connect an account to the member's team.
pub(crate) async fn begin(
    app: &App,
    member: &Member,
    platform: Platform,
    input: &ConnectInput,
) -> Result<Begun> {
    member.require(Permission::ManageTeam)?;
    let state = URL_SAFE_NO_PAD.encode(app::random::bytes::<STATE_BYTES>());
    let redirect_uri = app.address(CALLBACK).await?;
    let client = match input
        .host
        .as_deref()
        .filter(|typed| !typed.trim().is_empty())
    {
        Some(typed) => {
            let host = platforms::host_name(app.egress()?, typed).map_err(refused)?;
            app.client_at(platform, &host).await?
        }
        None => None,
    };
    let known = client.is_some();
    let begun = platforms::connector(platform)
        .begin(app.egress()?, input, &redirect_uri, &state, client)
        .await
        .map_err(refused)?;
    match begun {
        Begin::Connected(connected) => Ok(Begun::Connected(
            keep(app, member, platform, *connected).await?,
        )),
        Begin::Redirect {
            authorization_url,
            pending,
        } => {
            if !known {
                app.keep_client_at(platform, &pending.host, &pending.client)
                    .await?;
            }
            let expires_at = app.now() + LIFETIME;
            remember(app, member, platform, &pending, &state, expires_at).await?;
            Ok(Begun::Consent {
                authorization_url,
                expires_at,
            })
        }
    }
}

async fn remember(
    app: &App,
    member: &Member,
    platform: Platform,
    pending: &Pending,
    state: &str,
    expires_at: Timestamp,
) -> Result<()> {
    let pending = pending
        .to_sealed_json()
        .context("writing a connection down")?
        .expose_secret()
        .to_owned();
    let returned = Returned {
        team: member.team,
        user: member.user,
        platform,
        pending,
    };
    let json = serde_json::to_vec(&returned).context("writing a connection down")?;
    let sealed = app.vault_key().await?.seal(&json, state);
    Ok(app
        .store
        .begin_connection(state, &PendingConnection { sealed, expires_at })
        .await?)
}

/// Takes out what was remembered under `state`. It can be taken once.
pub(crate) async fn take(app: &App, state: &str) -> Result<Returned> {
    let unusable = || {
        Error::invalid(
            "?state",
            "belongs to no connection that is under way: begin again",
        )
    };
    let pending = app
        .store
        .take_connection(state)
        .await?
        .filter(|pending| app.now() < pending.expires_at)
        .ok_or_else(unusable)?;
    let json = app
        .vault_key()
        .await?
        .open(&pending.sealed, state)
        .map_err(|_| unusable())?;
    serde_json::from_slice(&json).map_err(|_| unusable())
}

/// Exchanges the code and keeps the account.
pub(crate) async fn finish(app: &App, returned: Returned, code: &str) -> Result<AccountView> {
    let Returned {
        team,
        user,
        platform,
        pending,
    } = returned;
    let member = app
        .store
        .member(team, user)
        .await?
        .ok_or_else(|| Error::NotFound("?state".into()))?;
    member.require(Permission::ManageTeam)?;
    let pending = Pending::from_json(&pending).context("reading a connection")?;
    let connected = platforms::connector(platform)
        .finish(app.egress()?, &pending, code, app.now())
        .await
        .map_err(refused)?;
    keep(app, &member, platform, connected).await
}

/// Keeps a connected account. One that the team had connected before keeps its id, so that its waiting posts still find it.
async fn keep(
    app: &App,
    member: &Member,
    platform: Platform,
    connected: Connected,
) -> Result<AccountView> {
    let Connected {
        target,
        display_name,
        url,
        tokens,
    } = connected;
    let before = app
        .store
        .connected(member.team, platform, &target.host, &target.remote_id)
        .await?;
    let account = Account {
        id: before.map_or_else(|| app.new_id(), |before| before.id),
        team: member.team,
        platform,
        host: target.host,
        remote_id: target.remote_id,
        name: account_name(&display_name, &target.handle)?,
        handle: target.handle,
        url: url.into(),
        max_characters: target.max_characters,
        status: AccountStatus::Active,
        token_generation: before.map_or(1, |before| before.token_generation + 1),
        connected_by: member.user,
        connected_at: app.now(),
    };
    let entry = Activity::new(
        app.new_id(),
        Scope::Team(member.team),
        Actor::User(member.user),
        Kind::AccountConnected,
        app.now(),
    )
    .about_account(account.id)
    .with("platform", platform.to_string())
    .with("handle", &account.handle);
    let sealed = app.seal_tokens(&account, &tokens).await?;
    app.store
        .connect_account(&account, &sealed, member, &entry)
        .await?;
    Ok(AccountView::from(&account))
}

/// A display name is the platform's text: one that is no name of ours gives way to the handle.
fn account_name(display_name: &str, handle: &str) -> Result<AccountName> {
    let short: String = handle.chars().take(80).collect();
    let name = AccountName::parse(display_name).or_else(|_| AccountName::parse(&short));
    name.map_err(|why| {
        Error::Upstream(format!(
            "the platform gave the account no usable name: it {why}"
        ))
    })
}

fn refused(error: ConnectError) -> Error {
    match error {
        ConnectError::Input { field, message } => Error::invalid(format!("/{field}"), message),
        ConnectError::Refused { reason } => Error::Conflict(reason),
        ConnectError::Unreachable { reason } => Error::Upstream(reason),
    }
}
