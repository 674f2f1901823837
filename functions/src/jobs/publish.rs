//! Takes one publication from the queue and brings it to its platform, at its second and at most once

use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use app::lambda::{self, Function};
use app::{App, vault};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::publication::{Claim, Outcome, SEND_WINDOW};
use domain::{Account, AccountStatus, Publication};
use platforms::{Content, Effect, Publisher, Tokens, publisher};
use serde_json::Value;
use store::{Envelope, NotArmed, Replaced};

use super::message::Due;
use super::outcome;
use super::recording::{end, record};
use super::tend;
use super::tokens::{self, Fresh};

/// The deployed function.
pub const FUNCTION: Function =
    Function::job("jobs-publish", |app, event| Box::pin(handle(app, event)));

/// Preparing must be over by then: the function has 120 s, of which the request and the record may need the rest.
const PREPARE_AT_MOST: Duration = Duration::from_secs(75);
const WORKER_BYTES: usize = 12;

/// Works through a batch, which the template keeps at one message.
pub async fn handle(app: &App, event: Value) -> Result<Value> {
    lambda::sqs(app, event, |app, due| Box::pin(publish(app, due))).await
}

/// Claim, prepare, wait, ARM, send, record. Whatever ends early leaves the due row, and the next tick finds it.
async fn publish(app: &App, due: Due) -> Result<()> {
    let worker = URL_SAFE_NO_PAD.encode(app::random::bytes::<WORKER_BYTES>());
    let Some(claimed) = claim(app, due, &worker).await? else {
        return Ok(());
    };
    let started = Instant::now();
    let ready = match Box::pin(prepare(app, &claimed)).await? {
        Ok(ready) => ready,
        Err(outcome) => return end(app, &claimed, outcome).await,
    };
    app.clock().sleep_until(claimed.next_at).await;
    if started.elapsed() > PREPARE_AT_MOST {
        return end(app, &claimed, not_sent("preparing took too long")).await;
    }
    let arming = Instant::now();
    let armed = match arm(app, &claimed, &ready, &worker).await? {
        Armed::Yes(armed) => armed,
        Armed::Leave => return Ok(()),
        Armed::Later(outcome) => return end(app, &claimed, outcome).await,
    };
    let outcome = send(app, &ready, arming).await;
    let outcome = of_account(app, &ready.account, outcome).await?;
    let late = app.now().duration_since(armed.schedule.publish_at);
    tracing::info!(publication = %armed.id, platform = %armed.platform, lateness_ms = late.as_millis(), ?outcome, "sent");
    end(app, &armed, outcome).await
}

/// Makes the publication this worker's, if it is due and nobody else's.
async fn claim(app: &App, due: Due, worker: &str) -> Result<Option<Publication>> {
    let found = app
        .store
        .publication(due.post_id, due.publication_id)
        .await?;
    let Some(found) = found else { return Ok(None) };
    let claimed = match found.claim(worker, app.now()) {
        Claim::Prepare(claimed) => claimed,
        Claim::Leave => return Ok(None),
        Claim::Missed(missed) => {
            let reason = "its latest time had passed".to_owned();
            record(app, &found, &missed, Some(reason)).await?;
            return Ok(None);
        }
    };
    match app.store.claim(&found, &claimed).await {
        Ok(()) => Ok(Some(claimed)),
        Err(store::Error::Stale) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// What came of arming.
enum Armed {
    /// The request may be sent, by this worker and now.
    Yes(Box<Publication>),
    /// It is somebody else's, or nobody's at the moment: there is nothing to record.
    Leave,
    /// It must be tried again.
    Later(Outcome),
}

async fn arm(app: &App, claimed: &Publication, ready: &Ready, worker: &str) -> Result<Armed> {
    let effect = ready.effect.clone().into();
    let Some(armed) = claimed.arm(worker, effect, app.now()) else {
        return Ok(Armed::Leave);
    };
    match app.store.arm(claimed, &armed, &ready.account).await {
        Ok(()) => Ok(Armed::Yes(Box::new(armed))),
        Err(NotArmed::AccountChanged) => {
            let outcome = not_sent("the account was connected again meanwhile");
            Ok(Armed::Later(outcome))
        }
        Err(why @ (NotArmed::Lost | NotArmed::Withdrawn | NotArmed::Stopped)) => {
            tracing::info!(publication = %claimed.id, ?why, "not armed");
            Ok(Armed::Leave)
        }
        // Perhaps it was written: then nobody sends, and the tick gives it to a human.
        Err(NotArmed::Unknown(error)) => Err(error).context("arming"),
    }
}

/// Nothing was sent, for a reason of our own.
fn not_sent(reason: &str) -> Outcome {
    Outcome::NotSent {
        reason: reason.to_owned(),
        retry_after: None,
    }
}

/// Everything that the one request needs.
struct Ready {
    account: Account,
    publisher: &'static dyn Publisher,
    tokens: Tokens,
    sealed: Envelope,
    effect: Effect,
}

/// Does what can be undone: reads the approved content and the account, renews its tokens, and lets the platform's publisher prepare.
async fn prepare(app: &App, publication: &Publication) -> Result<Result<Ready, Outcome>> {
    let (snapshot, account, sealed) = futures::try_join!(
        app.store.snapshot(&publication.content),
        app.store.account(publication.team, publication.account),
        app.store.sealed_tokens(publication.account)
    )?;
    let Some(approved) = snapshot else {
        return Ok(Err(Outcome::Refused(
            "the approved content is not what is stored".into(),
        )));
    };
    let (Some(account), Some(sealed)) = (account, sealed) else {
        return Ok(Err(Outcome::Refused(
            "the account is no longer connected".into(),
        )));
    };
    if account.status != AccountStatus::Active {
        return Ok(Err(Outcome::NeedsReconnect(
            "the account must be connected again".into(),
        )));
    }

    let Some(publisher) = publisher(account.platform) else {
        return Ok(Err(Outcome::Refused(format!(
            "Tayang cannot publish on {} yet",
            account.platform.title()
        ))));
    };
    let (tokens, sealed) = match tokens::fresh(app, &account, sealed).await? {
        Fresh::Tokens { tokens, sealed, .. } => (*tokens, *sealed),
        Fresh::Gone => return Ok(Err(not_sent("the account was connected again meanwhile"))),
        Fresh::Refused(error) => {
            return of_account(app, &account, outcome::of_preparing(error))
                .await
                .map(Err);
        }
    };
    if !approved.accounts.contains(&account.id) {
        return Ok(Err(Outcome::Refused(
            "nobody approved this post for this account".into(),
        )));
    }
    let target = vault::target(&account);
    let said = approved.content.said_by(&account);
    let content = Content {
        said: &said,
        key: &publication.key,
        created_at: publication.schedule.publish_at,
    };
    match publisher
        .prepare(app.egress()?, &target, &tokens, &content)
        .await
    {
        Ok(effect) => Ok(Ok(Ready {
            account,
            publisher,
            tokens,
            sealed,
            effect,
        })),
        Err(error) => of_account(app, &account, outcome::of_preparing(error))
            .await
            .map(Err),
    }
}

/// An outcome that says that the account must be connected again closes the account first: what waits for it waits only while that is so.
async fn of_account(app: &App, account: &Account, outcome: Outcome) -> Result<Outcome> {
    if let Outcome::NeedsReconnect(reason) = &outcome {
        tend::fail(app, account, reason).await?;
    }
    Ok(outcome)
}

/// Makes the one request, unless this worker was stopped for so long after arming that somebody else may have acted on it.
async fn send(app: &App, ready: &Ready, arming: Instant) -> Outcome {
    if arming.elapsed() > SEND_WINDOW.unsigned_abs() {
        return not_sent("the worker was held up between arming and sending");
    }
    let egress = match app.egress() {
        Ok(egress) => egress,
        Err(error) => return not_sent(&error.to_string()),
    };
    let target = vault::target(&ready.account);
    let outcome = ready
        .publisher
        .send(egress, &target, &ready.tokens, &ready.effect)
        .await;
    if let platforms::Outcome::TokenExpired { .. } = outcome {
        let mut tokens = ready.tokens.clone();
        tokens.expire(app.now());
        // The next try renews them first. If this cannot be kept, the platform says so again.
        if let Ok(sealed) = app.seal_tokens(&ready.account, &tokens).await {
            let expired = Replaced {
                account: ready.account.id,
                before: ready.sealed.clone(),
                after: sealed,
            };
            let _ = app.store.replace_tokens(&[expired]).await;
        }
    }
    outcome::of_sending(outcome)
}
