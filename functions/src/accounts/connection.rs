//! A connection from its beginning to the connected account, whichever way the platform goes.

use anyhow::Context;
use app::vault::Chooser;
use app::{App, Error, Request, RequestExt, Result};
use domain::account::Access;
use domain::{
    Account, AccountId, AccountName, AccountStatus, Member, OfferId, Permission, Place, Platform,
    TeamId, UserId, ids,
};
use jiff::SignedDuration;
use platforms::{
    Begin, ConnectError, ConnectInput, Connected, Pending, Registration, Trip, connector,
};
use secrecy::ExposeSecret;

use super::view::{AccountView, OfferView, OfferedView};
use crate::auth::trip::{self, Browser, CALLBACK, Purpose, SetOut};

/// How long somebody may take to choose among accounts.
const OFFER_LIFETIME: SignedDuration = SignedDuration::from_mins(30);

/// What is to be connected.
pub(crate) struct Wish<'a> {
    /// Where the account is.
    pub(crate) platform: Platform,
    /// What the person filled in.
    pub(crate) input: ConnectInput,
    /// The account that is to be connected again, and no other.
    pub(crate) again: Option<&'a Account>,
}

/// Where a new connection stands.
pub(crate) enum Begun {
    /// The account is connected.
    Connected(Box<AccountView>),
    /// The person must agree in a browser first.
    Consent(SetOut),
}

/// What a consent led to.
pub(crate) enum Finished {
    /// An account is connected.
    Connected(Box<AccountView>),
    /// There are several: somebody has to choose.
    Choose(OfferView),
}

/// Begins to connect an account to the member's team.
pub(crate) async fn begin(
    app: &App,
    request: &Request,
    member: &Member,
    wish: Wish<'_>,
) -> Result<Begun> {
    member.require(Permission::ManageTeam)?;
    app.admit_connection(member.user).await?;
    let Wish {
        platform,
        input,
        again,
    } = wish;
    let state = trip::random();
    let redirect_uri = app.address(CALLBACK).await?;
    let requirements = connector(platform).requirements();
    let client = match (requirements.registration, &input.host) {
        (Registration::Deployment, _) => app.platform_client(platform).await?,
        (Registration::PerHost, Some(typed)) => {
            let host = platforms::host_name(app.egress()?, typed).map_err(refused)?;
            app.client_at(platform, &host).await?
        }
        (Registration::PerHost | Registration::None, _) => None,
    };
    if requirements.registration == Registration::Deployment
        && client.is_none()
        && input.filled().is_empty()
    {
        return Err(Error::invalid(
            "/platform",
            format!(
                "is {}, where this deployment is not registered: whoever runs it can do that",
                platform.title()
            ),
        ));
    }
    let trip = Trip {
        redirect_uri: &redirect_uri,
        state: &state,
        now: app.now(),
    };
    let begun = connector(platform)
        .begin(app.egress()?, &input, &trip, client.as_ref())
        .await
        .map_err(refused)?;
    match begun {
        Begin::Connected(connected) => {
            let connected = only(&mut vec![*connected], again.map(account_key))?;
            let account = keep(app, (member, request.place()?), platform, connected).await?;
            Ok(Begun::Connected(Box::new(account)))
        }
        Begin::Redirect {
            authorization_url,
            pending,
        } => {
            if let Some(made) = pending.client.as_ref().filter(|_| client.is_none()) {
                app.keep_client_at(platform, &pending.host, made).await?;
            }
            let pending = pending
                .to_sealed_json()
                .context("writing a connection down")?;
            let purpose = Purpose::Connect {
                platform,
                pending: pending.expose_secret().to_owned(),
                team: member.team,
                user: member.user,
                again: again.map(|account| account.id),
            };
            let set_out = trip::begin(app, request, &state, authorization_url, &purpose).await?;
            Ok(Begun::Consent(set_out))
        }
    }
}

/// Somebody who agreed in a browser.
pub(crate) struct Back<'a> {
    /// The team and the user who began.
    pub(crate) began: (TeamId, UserId),
    /// The account that is to be connected again, and no other.
    pub(crate) again: Option<AccountId>,
    /// The browser.
    pub(crate) browser: &'a Browser,
    /// The network that it is in.
    pub(crate) place: Place,
}

/// Exchanges the code and keeps the account, or has the person choose.
pub(crate) async fn finish(
    app: &App,
    back: &Back<'_>,
    platform: Platform,
    pending: &str,
    code: &str,
) -> Result<Finished> {
    let (team, user) = back.began;
    let gone = || Error::NotFound("?state".into());
    let member = app.store.member(team, user).await?.ok_or_else(gone)?;
    member.require(Permission::ManageTeam)?;
    let again = match back.again {
        Some(id) => Some(app.store.account(team, id).await?.ok_or_else(gone)?),
        None => None,
    };
    let pending = Pending::from_json(pending).context("reading a connection")?;
    let client = match connector(platform).requirements().registration {
        Registration::Deployment => app.platform_client(platform).await?,
        Registration::PerHost | Registration::None => None,
    };
    let (egress, now) = (app.egress()?, app.now());
    let mut connected = connector(platform)
        .finish(egress, client.as_ref(), &pending, code, now)
        .await
        .map_err(refused)?;
    if again.is_none() && connected.len() > 1 {
        let chooser = Chooser {
            team,
            user,
            platform,
            browser: back.browser.hash(),
        };
        return offer(app, &chooser, &connected).await.map(Finished::Choose);
    }
    let wanted = only(&mut connected, again.as_ref().map(account_key))?;
    let by = (&member, back.place);
    let account = keep(app, by, platform, wanted).await?;
    // What else the consent opened and the team has already is connected again with it: often the old access of all of them ended at once.
    for other in connected {
        let target = &other.target;
        let before = app
            .store
            .connected(team, platform, &target.host, &target.remote_id);
        if before.await?.is_some() {
            keep(app, by, platform, other).await?;
        }
    }
    Ok(Finished::Connected(Box::new(account)))
}

/// Keeps accounts, with their tokens, until somebody has chosen.
async fn offer(app: &App, chooser: &Chooser, connected: &[Connected]) -> Result<OfferView> {
    let (id, expires_at): (OfferId, _) = (app.new_id(), app.now() + OFFER_LIFETIME);
    app.keep_offer(id, chooser, connected, expires_at).await?;
    let (team, platform) = (chooser.team, chooser.platform);
    let offered = connected.iter().map(|account| async move {
        let target = &account.target;
        let before = app
            .store
            .connected(team, platform, &target.host, &target.remote_id);
        Ok::<_, Error>(OfferedView::new(account, before.await?.is_some()))
    });
    Ok(OfferView {
        offer_id: id.to_string(),
        team_id: team.to_string(),
        platform: platform.to_string(),
        accounts: futures::future::try_join_all(offered).await?,
        expires_at: expires_at.to_string(),
    })
}

/// Keeps the accounts that somebody has chosen, in the browser in which he agreed.
pub(crate) async fn choose(
    app: &App,
    browser: &Browser,
    id: OfferId,
    chosen: &[String],
    place: Place,
) -> Result<Vec<AccountView>> {
    let unusable = || Error::NotFound("/offer_id".into());
    if app.now() >= ids::made_at(&id) + OFFER_LIFETIME {
        return Err(unusable());
    }
    let offer = app.offer(id, &browser.hash()).await?;
    let (chooser, mut offered) = offer.ok_or_else(unusable)?;
    let member = app.store.member(chooser.team, chooser.user).await?;
    let member = member.ok_or_else(unusable)?;
    member.require(Permission::ManageTeam)?;
    for (n, remote_id) in chosen.iter().enumerate() {
        let is_offered = |account: &Connected| account.target.remote_id == *remote_id;
        if !offered.iter().any(is_offered) {
            return Err(Error::invalid(
                format!("/accounts/{n}"),
                "is none of the accounts on offer",
            ));
        }
    }
    offered.retain(|account| chosen.contains(&account.target.remote_id));
    let mut accounts = Vec::with_capacity(offered.len());
    // One after the other: each is whole by itself, and until the offer is forgotten the rest can be chosen again.
    for connected in offered {
        accounts.push(keep(app, (&member, place), chooser.platform, connected).await?);
    }
    app.store.forget_offer(id).await?;
    Ok(accounts)
}

/// What tells one account of a platform from the others, and what people call it.
fn account_key(account: &Account) -> (&str, &str, &str) {
    (&account.host, &account.remote_id, &account.handle)
}

/// Takes out the account that was asked for, or the first one.
fn only(connected: &mut Vec<Connected>, again: Option<(&str, &str, &str)>) -> Result<Connected> {
    let wanted = |account: &Connected| {
        again.is_none_or(|(host, remote_id, _)| {
            account.target.host == host && account.target.remote_id == remote_id
        })
    };
    let Some(position) = connected.iter().position(wanted) else {
        let handles: Vec<_> = connected
            .iter()
            .map(|account| account.target.handle.as_str())
            .collect();
        let wanted = again.map_or("an account", |(_, _, handle)| handle);
        return Err(Error::Conflict(format!(
            "this opened {}, and not {wanted}: sign in at the platform as the one who has {wanted}",
            handles.join(", ")
        )));
    };
    Ok(connected.swap_remove(position))
}

/// Keeps a connected account. One that the team had connected before keeps its id, so that its waiting posts still find it.
async fn keep(
    app: &App,
    (member, place): (&Member, Place),
    platform: Platform,
    connected: Connected,
) -> Result<AccountView> {
    let Connected {
        target,
        display_name,
        url,
        tokens,
        permissions,
        grant,
    } = connected;
    let before = app
        .store
        .connected(member.team, platform, &target.host, &target.remote_id)
        .await?;
    let account = Account {
        id: app.new_id(),
        team: member.team,
        platform,
        host: target.host,
        remote_id: target.remote_id,
        name: account_name(&display_name, &target.handle)?,
        handle: target.handle,
        url: url.into(),
        max_characters: target.max_characters,
        status: AccountStatus::Active,
        problem: None,
        access: Access {
            scopes: tokens.scopes.clone(),
            permissions,
            ends_at: tokens.ends_at,
        },
        grant,
        token_generation: 1,
        connected_by: member.user,
        connected_at: app.now(),
        checked_at: app.now(),
        chore_at: app.now(),
        unsettled: false,
        posting_times: None,
        revision: 1,
    };
    let (entry, now) = (app.entry_at(place), app.now());
    let changed = account.connected(member, before.as_ref(), tokens.renew_at, entry, now)?;
    let sealed = app.seal_tokens(&changed.account, &tokens).await?;
    app.store
        .connect_account(before.as_ref(), &changed, &sealed, member)
        .await?;
    Ok(AccountView::new(&changed.account, now))
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
