//! The tokens of an account, renewed in time, by one at a time

use std::time::Duration;

use anyhow::Result;
use app::{App, vault};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::{Account, AccountId, TeamId};
use jiff::SignedDuration;
use platforms::{Error, ErrorKind, Registration, Tokens, connector};
use store::{Envelope, Replaced};

/// How long one worker may take to renew: longer than the longest request.
const LEASE: SignedDuration = SignedDuration::from_secs(60);
/// How often, and in which steps, the others look whether he is done.
const LOOKS: u8 = 40;
const LOOK_EVERY: Duration = Duration::from_millis(250);
const OWNER_BYTES: usize = 12;
/// How often tokens that several accounts share are kept for all of them, before they are kept for one.
const TRIES: u8 = 5;

/// What there is to act for an account with.
pub(crate) enum Fresh {
    /// Tokens that can be used, as they are sealed.
    Tokens {
        tokens: Box<Tokens>,
        sealed: Box<Envelope>,
        /// Whether the platform has just given them.
        renewed: bool,
    },
    /// The vault has none any more.
    Gone,
    /// The platform gave none.
    Refused(Error),
}

/// The tokens of an account, renewed if it is time. Only one worker at a time asks the platform: many take back both pairs when two ask.
/// Accounts that one consent opened may share their tokens, so the lease is taken on the first of them, for all.
pub(crate) async fn fresh(app: &App, account: &Account, sealed: Envelope) -> Result<Fresh> {
    let tokens = app.open_tokens(account, &sealed).await?;
    if !tokens.is_due(app.now()) {
        return Ok(usable(tokens, sealed, false));
    }
    let siblings = app.store.of_grant(account).await?;
    let first = siblings.first().map_or(account.id, |(_, id)| *id);
    let owner = URL_SAFE_NO_PAD.encode(app::random::bytes::<OWNER_BYTES>());
    let lease = (owner.as_str(), app.now() + LEASE);
    match app.store.lease_tokens(first, lease, app.now()).await {
        Ok(()) => {}
        Err(store::Error::Stale) => return others(app, account, tokens, sealed).await,
        Err(error) => return Err(error.into()),
    }
    let renewed = renew(app, account, &siblings).await;
    match app.store.release_tokens(first, &owner).await {
        Ok(()) | Err(store::Error::Stale) => {}
        Err(error) => tracing::warn!(%error, "a lease on tokens ends by itself"),
    }
    renewed
}

/// Renews the tokens under the lease, if nobody did so just before it.
async fn renew(app: &App, account: &Account, siblings: &[(TeamId, AccountId)]) -> Result<Fresh> {
    let Some(sealed) = app.store.sealed_tokens(account.id).await? else {
        return Ok(Fresh::Gone);
    };
    let Ok(tokens) = app.open_tokens(account, &sealed).await else {
        // They are of another generation: the account was connected again.
        return Ok(Fresh::Gone);
    };
    if !tokens.is_due(app.now()) {
        return Ok(usable(tokens, sealed, true));
    }
    let client = match connector(account.platform).requirements().registration {
        Registration::Deployment => app.platform_client(account.platform).await?,
        Registration::PerHost | Registration::None => None,
    };
    let (egress, target) = (app.egress()?, vault::target(account));
    let renewed = connector(account.platform)
        .refresh(egress, client.as_ref(), &target, &tokens, app.now())
        .await;
    let renewed = match renewed {
        Ok(Some(renewed)) => renewed,
        Ok(None) => return Ok(usable(tokens, sealed, false)),
        Err(error) => return Ok(Fresh::Refused(error)),
    };
    // Kept before they are used: the old ones may be worth nothing from now on.
    let own = Replaced {
        account: account.id,
        after: app.seal_tokens(account, &renewed).await?,
        before: sealed,
    };
    for _ in 0..TRIES {
        let mut replaced = shared(app, account, siblings, &tokens, &renewed).await?;
        replaced.push(own.clone());
        match app.store.replace_tokens(&replaced).await {
            Ok(()) => return Ok(usable(renewed, own.after, true)),
            // One of those that share them was connected again or disconnected: look who still does.
            Err(store::Error::Stale) => {}
            Err(error) => return Err(error.into()),
        }
    }
    match app.store.replace_tokens(std::slice::from_ref(&own)).await {
        Ok(()) => Ok(usable(renewed, own.after, true)),
        // The account itself was connected again or disconnected meanwhile: what is there now counts.
        Err(store::Error::Stale) => Ok(Fresh::Gone),
        Err(error) => Err(error.into()),
    }
}

/// The other accounts of the consent that have the very same tokens, with the new ones sealed for each.
async fn shared(
    app: &App,
    account: &Account,
    siblings: &[(TeamId, AccountId)],
    tokens: &Tokens,
    renewed: &Tokens,
) -> Result<Vec<Replaced>> {
    let mut replaced = Vec::new();
    let others = siblings.iter().filter(|(_, id)| *id != account.id);
    for (team, id) in others {
        let (other, before) =
            futures::try_join!(app.store.account(*team, *id), app.store.sealed_tokens(*id))?;
        let Some((other, before)) = other.zip(before) else {
            continue;
        };
        let same = app
            .open_tokens(&other, &before)
            .await
            .is_ok_and(|theirs| theirs.are_renewed_by(tokens));
        if same {
            replaced.push(Replaced {
                account: *id,
                after: app.seal_tokens(&other, renewed).await?,
                before,
            });
        }
    }
    Ok(replaced)
}

/// Waits for whoever renews the tokens at this moment.
async fn others(app: &App, account: &Account, tokens: Tokens, sealed: Envelope) -> Result<Fresh> {
    for _ in 0..LOOKS {
        app::clock::pause(LOOK_EVERY).await;
        match app.store.sealed_tokens(account.id).await? {
            None => return Ok(Fresh::Gone),
            Some(other) if other.sealed != sealed.sealed => {
                return Ok(match app.open_tokens(account, &other).await {
                    Ok(tokens) => usable(tokens, other, false),
                    // They are of another generation: the account was connected again.
                    Err(_) => Fresh::Gone,
                });
            }
            Some(_) => {}
        }
    }
    if tokens.expires_at.is_some_and(|end| app.now() < end) {
        return Ok(usable(tokens, sealed, false));
    }
    Ok(Fresh::Refused(Error {
        kind: ErrorKind::Temporary,
        context: "the tokens are being renewed, and that takes long".into(),
    }))
}

fn usable(tokens: Tokens, sealed: Envelope, renewed: bool) -> Fresh {
    Fresh::Tokens {
        tokens: Box::new(tokens),
        sealed: Box::new(sealed),
        renewed,
    }
}
