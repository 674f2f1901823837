//! A connection from its beginning to the connected account, whichever way the platform goes.

use anyhow::Context;
use app::{App, Error, Request, Result};
use domain::{
    Account, AccountName, AccountStatus, Activity, Actor, Kind, Member, Permission, Platform,
    Scope, TeamId, UserId,
};
use platforms::{Begin, ConnectError, ConnectInput, Connected, Pending};
use secrecy::ExposeSecret;

use super::view::AccountView;
use crate::auth::trip::{self, CALLBACK, Purpose, SetOut};

/// Where a new connection stands.
#[derive(Debug)]
pub(crate) enum Begun {
    /// The account is connected.
    Connected(AccountView),
    /// The person must agree in a browser first.
    Consent(SetOut),
}

/// Begins to connect an account to the member's team.
pub(crate) async fn begin(
    app: &App,
    request: &Request,
    member: &Member,
    platform: Platform,
    input: &ConnectInput,
) -> Result<Begun> {
    member.require(Permission::ManageTeam)?;
    let state = trip::random();
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
            let pending = pending
                .to_sealed_json()
                .context("writing a connection down")?;
            let purpose = Purpose::Connect {
                platform,
                pending: pending.expose_secret().to_owned(),
                team: member.team,
                user: member.user,
            };
            let set_out = trip::begin(app, request, &state, authorization_url, &purpose).await?;
            Ok(Begun::Consent(set_out))
        }
    }
}

/// Exchanges the code and keeps the account.
pub(crate) async fn finish(
    app: &App,
    (team, user): (TeamId, UserId),
    platform: Platform,
    pending: &str,
    code: &str,
) -> Result<AccountView> {
    let member = app
        .store
        .member(team, user)
        .await?
        .ok_or_else(|| Error::NotFound("?state".into()))?;
    member.require(Permission::ManageTeam)?;
    let pending = Pending::from_json(pending).context("reading a connection")?;
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
