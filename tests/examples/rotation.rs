//! Changes the key of a vault with many accounts, cut off three times on the way: `cargo run --release -p tests --example rotation`.
//! Every account must open at the end. How long it takes is a figure: the tables are a stand-in on this machine.

use std::collections::HashMap;
use std::time::Instant;

use anyhow::{Context, Result, bail, ensure};
use app::{App, Clock};
use aws_sdk_dynamodb::types::{AttributeValue, PutRequest, WriteRequest};
use domain::account::Access;
use domain::{Account, AccountName, AccountStatus, Platform};
use functions::jobs::rotate_vault::handle;
use jiff::{SignedDuration, Timestamp};
use local::{Options, Stack};
use platforms::Tokens;
use serde_json::{Value, json};
use store::keys::SHARDS;

const ACCOUNTS: usize = 10_000;
/// As many as one request can write.
const BATCH: usize = 25;
/// How long a step of the rotation is known before the next one.
const KNOWN: SignedDuration = SignedDuration::from_mins(15);

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let start: Timestamp = "2026-06-01T12:00:00Z".parse()?;
    let stack = Stack::start(Options {
        clock: Clock::manual(start),
        schedules: false,
        ..Options::default()
    })
    .await?;
    let began = Instant::now();
    let accounts = seal(stack.app()).await?;
    told("sealed", accounts.len(), began);
    let old = stack.app().vault_keys().await?.id().to_owned();
    for (event, expected) in [
        (json!({ "begin": true }), "announce"),
        (json!({}), "switch"),
    ] {
        let answer = handle(&function(&stack), event).await?;
        ensure!(answer["step"] == expected, "{answer}");
        stack.jump(KNOWN).await?;
    }

    for n in 1..=2 {
        let began = Instant::now();
        let answer = handle(&function(&stack), json!({ "most": 2_000 })).await?;
        ensure!(
            answer["step"].is_null() && answer["left"] == true,
            "{answer}"
        );
        told(
            &format!("wrapped before interruption {n}"),
            count(&answer)?,
            began,
        );
        open(&stack, &accounts, 40).await?;
    }
    let (job, began) = (function(&stack), Instant::now());
    tokio::select! {
        done = handle(&job, json!({})) => bail!("not cut off: {done:?}"),
        done = emptied(&stack, &old, SHARDS / 2) => done?,
    }
    told("cut off in the middle of a page", 0, began);
    open(&stack, &accounts, 40).await?;

    loop {
        let began = Instant::now();
        let answer = handle(&function(&stack), json!({})).await?;
        if answer["step"] == "forget" {
            told("looked for what is left, and forgot the old key", 0, began);
            break;
        }
        told("wrapped in the next run", count(&answer)?, began);
    }
    for shard in 0..SHARDS {
        let left = stack.app().store.wrapped_under(&old, shard, 1).await?;
        ensure!(left.is_empty(), "{left:?}");
    }
    let began = Instant::now();
    open(&stack, &accounts, 1).await?;
    told("opened", accounts.len(), began);
    stack.shutdown().await;
    Ok(())
}

/// A function of its own, which reads the secret when it first needs it.
fn function(stack: &Stack) -> App {
    App::new(stack.app().config.clone(), stack.clock().clone())
}

fn count(answer: &Value) -> Result<usize> {
    let count = answer["rewrapped"].as_u64().context("how many")?;
    Ok(usize::try_from(count)?)
}

/// Waits until the index shows nothing under this key in a shard.
async fn emptied(stack: &Stack, key: &str, shard: u8) -> Result<()> {
    while !stack
        .app()
        .store
        .wrapped_under(key, shard, 1)
        .await?
        .is_empty()
    {}
    Ok(())
}

/// Every so many of them open, for a function that knows nothing but the secret as it is.
async fn open(stack: &Stack, accounts: &[Account], every: usize) -> Result<()> {
    let app = function(stack);
    for account in accounts.iter().step_by(every) {
        let sealed = app.store.sealed_tokens(account.id).await?;
        let sealed = sealed.with_context(|| format!("{} has no tokens", account.id))?;
        app.open_tokens(account, &sealed).await?;
    }
    Ok(())
}

/// Tokens in the vault for accounts that there are nowhere else.
async fn seal(app: &App) -> Result<Vec<Account>> {
    let (mut accounts, mut requests) = (Vec::new(), Vec::new());
    for n in 0..ACCOUNTS {
        let account = account(app)?;
        let tokens = Tokens {
            access: format!("access token {n}").into(),
            refresh: Some(format!("refresh token {n}").into()),
            expires_at: None,
            renew_at: None,
            ends_at: None,
            scopes: vec!["write".to_owned()],
            client: None,
        };
        let sealed = app.seal_tokens(&account, &tokens).await?;
        let shard = n % usize::from(SHARDS);
        let row = [
            ("PK", format!("ACCOUNT#{}", account.id)),
            ("SK", "TOKENS".to_owned()),
            ("type", "sealed".to_owned()),
            ("key_pk", format!("KEY#{}#{shard:02}", sealed.key_id)),
            ("sealed", sealed.sealed),
            ("wrapped", sealed.wrapped),
            ("key_id", sealed.key_id),
            ("context", sealed.context),
        ];
        let row = row.map(|(name, text)| (name.to_owned(), AttributeValue::S(text)));
        let put = PutRequest::builder().set_item(Some(HashMap::from(row)));
        requests.push(WriteRequest::builder().put_request(put.build()?).build());
        accounts.push(account);
    }
    for batch in requests.chunks(BATCH) {
        let write = app.aws.dynamodb().batch_write_item();
        let write = write.request_items(&app.config.vault_table, batch.to_vec());
        let left = write.send().await?.unprocessed_items;
        ensure!(
            left.is_none_or(|left| left.is_empty()),
            "not all were written"
        );
    }
    Ok(accounts)
}

fn account(app: &App) -> Result<Account> {
    let (id, now) = (app.new_id(), app.now());
    Ok(Account {
        id,
        team: app.new_id(),
        platform: Platform::Mastodon,
        host: "mastodon.sandbox".to_owned(),
        remote_id: id.to_string(),
        handle: "harbour".to_owned(),
        name: AccountName::parse("Harbour news").map_err(anyhow::Error::msg)?,
        url: "https://mastodon.sandbox/@harbour".to_owned(),
        max_characters: None,
        status: AccountStatus::Active,
        problem: None,
        access: Access::default(),
        grant: id.to_string(),
        token_generation: 1,
        connected_by: app.new_id(),
        connected_at: now,
        checked_at: now,
        chore_at: now,
        unsettled: false,
        posting_times: None,
        revision: 0,
    })
}

#[expect(clippy::print_stdout, reason = "a command that reports to a person")]
fn told(what: &str, how_many: usize, began: Instant) {
    let took = began.elapsed().as_millis();
    println!("{what}: {how_many} accounts, {took} ms");
}
