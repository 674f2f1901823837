//! Looking after an account: its publications follow its status, its tokens are renewed in time, it is checked once a day, and when it was
//! disconnected, its access is given back and destroyed.

use anyhow::Result;
use app::{App, vault};
use domain::account::Access;
use domain::{Account, AccountId, AccountStatus, Entry, Kind};
use jiff::SignedDuration;
use platforms::{Error, ErrorKind, Registration, connector};
use store::Chore;

use super::publications::{self, Turn};
use crate::jobs::tokens::{self, Fresh};

/// For how long it is tried to give an access back, before its tokens are destroyed all the same.
const GIVE_BACK: SignedDuration = SignedDuration::from_hours(1);

/// Does what is due for an account.
pub(super) async fn tend(app: &App, chore: &Chore, id: AccountId) -> Result<()> {
    let Some(account) = app.store.known_account(chore.team, id).await? else {
        return rest(app, chore).await;
    };
    if account.chore_at != chore.at || !account.has_chore() {
        // It was looked after already, and has another chore, or none.
        return rest(app, chore).await;
    }
    match account.status {
        AccountStatus::Disconnected => clear(app, &account).await,
        AccountStatus::NeedsReconnect => {
            publications::turn(app, &account, Turn::Block).await?;
            keep(app, &account, &account.settled(), None).await
        }
        AccountStatus::Active => {
            if account.unsettled {
                publications::turn(app, &account, Turn::Resume).await?;
            }
            check(app, &account).await
        }
    }
}

/// Removes a chore that has been done.
async fn rest(app: &App, chore: &Chore) -> Result<()> {
    Ok(app.store.move_chore(chore, None).await?)
}

/// Renews the tokens when it is time; otherwise asks the platform whether they still open the account.
async fn check(app: &App, account: &Account) -> Result<()> {
    let sealed = app.store.sealed_tokens(account.id).await?;
    let fresh = match sealed {
        Some(sealed) => tokens::fresh(app, account, sealed).await?,
        None => Fresh::Gone,
    };
    let (tokens, renewed) = match fresh {
        Fresh::Tokens {
            tokens, renewed, ..
        } => (tokens, renewed),
        Fresh::Refused(error) => return broken(app, account, &error).await,
        // Somebody connected it again at this moment: the next look finds it so.
        Fresh::Gone => return keep(app, account, &account.unanswered(app.now()), None).await,
    };
    if tokens.ends_at.is_some_and(|end| end <= app.now()) {
        return fail(app, account, "the access has ended").await;
    }
    let mut permissions = None;
    if !renewed {
        let client = client(app, account).await?;
        let (egress, target) = (app.egress()?, vault::target(account));
        let health = connector(account.platform)
            .check(egress, client.as_ref(), &target, &tokens)
            .await;
        match health {
            Ok(health) => permissions = health.permissions,
            Err(error) => return broken(app, account, &error).await,
        }
    }
    let access = Access {
        scopes: tokens.scopes.clone(),
        permissions: permissions.unwrap_or_else(|| account.access.permissions.clone()),
        ends_at: tokens.ends_at,
    };
    let (entry, now) = (Entry::system(app.new_id()), app.now());
    let (after, told) = account.checked(access, tokens.renew_at, entry, now);
    keep(app, account, &after, told.as_ref()).await
}

/// Only the platform's clear word closes an account. Everything else passes.
async fn broken(app: &App, account: &Account, error: &Error) -> Result<()> {
    if error.kind == ErrorKind::ReconnectAccount {
        return fail(app, account, &error.context).await;
    }
    tracing::info!(account = %account.id, platform = %account.platform, reason = error.context, "the platform could not be asked about an account");
    keep(app, account, &account.unanswered(app.now()), None).await
}

/// The account must be connected again.
pub(crate) async fn fail(app: &App, account: &Account, reason: &str) -> Result<()> {
    let entry = Entry::system(app.new_id());
    let Some(failed) = account.failed(reason, entry, app.now()) else {
        return Ok(());
    };
    let event = Kind::AccountNeedsReconnect.to_string();
    tracing::warn!(event, account = %account.id, platform = %account.platform, reason, "an account must be connected again");
    keep(app, account, &failed.account, Some(&failed.activity)).await
}

/// Keeps what became of the account, unless somebody changed it meanwhile: then that counts, and its own chore follows.
async fn keep(
    app: &App,
    before: &Account,
    after: &Account,
    entry: Option<&domain::Activity>,
) -> Result<()> {
    match app.store.change_account(before, after, entry).await {
        Ok(()) | Err(store::Error::Stale) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// Clears away what a disconnected account leaves: its publications, its access, its tokens.
async fn clear(app: &App, account: &Account) -> Result<()> {
    publications::turn(app, account, Turn::Cancel).await?;
    if let Err(error) = give_back(app, account).await? {
        let tried = app.now().duration_since(account.chore_at);
        tracing::warn!(account = %account.id, platform = %account.platform, reason = error.context, tried_seconds = tried.as_secs(), "an access was not given back");
        if error.kind != ErrorKind::ReconnectAccount && tried < GIVE_BACK {
            // The chore stays, and a tick finds it again.
            return Ok(());
        }
    }
    match app.store.remove_account(account).await {
        Ok(()) | Err(store::Error::Stale) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// Asks the platform to forget the access, unless other accounts hang on the same consent.
async fn give_back(app: &App, account: &Account) -> Result<Result<(), Error>> {
    let Some(sealed) = app.store.sealed_tokens(account.id).await? else {
        return Ok(Ok(()));
    };
    if !app.store.of_grant(account).await?.is_empty() {
        return Ok(Ok(()));
    }
    let tokens = match tokens::fresh(app, account, sealed).await? {
        Fresh::Tokens { tokens, .. } => tokens,
        Fresh::Gone => return Ok(Ok(())),
        Fresh::Refused(error) if error.kind == ErrorKind::ReconnectAccount => return Ok(Ok(())),
        Fresh::Refused(error) => return Ok(Err(error)),
    };
    let client = client(app, account).await?;
    let (egress, target) = (app.egress()?, vault::target(account));
    Ok(connector(account.platform)
        .revoke(egress, client.as_ref(), &target, &tokens)
        .await)
}

/// What we are registered with at the account's platform.
async fn client(app: &App, account: &Account) -> Result<Option<platforms::ClientCredentials>> {
    Ok(
        match connector(account.platform).requirements().registration {
            Registration::Deployment => app.platform_client(account.platform).await?,
            Registration::PerHost | Registration::None => None,
        },
    )
}
