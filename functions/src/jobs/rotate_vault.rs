//! Replaces the key that social tokens are sealed with: every token's own key is wrapped anew, and the old key goes when it wraps nothing

use anyhow::Result;
use app::app::VAULT;
use app::lambda::Function;
use app::seal::SealingKey;
use app::vault::VaultKeys;
use app::{App, secrets};
use futures::{StreamExt, TryStreamExt, stream};
use jiff::SignedDuration;
use serde_json::{Value, json};
use store::Wrapped;
use store::keys::SHARDS;

use super::seeds::{Seeds, Step};

/// The deployed function.
pub const FUNCTION: Function = Function::job("jobs-rotate-vault", |app, event| {
    Box::pin(handle(app, event))
});

/// How long a key is used.
const KEY_LIFETIME: SignedDuration = SignedDuration::from_hours(180 * 24);
/// How long the next key is known before it is used, and the old one kept after that at least: every function reads the secret again
/// within this time.
const KNOWN_BEFORE: SignedDuration = SignedDuration::from_mins(15);
/// How many are wrapped in one run; the next one goes on.
const MOST: u64 = 5_000;
const PAGE: usize = 100;
/// How many are wrapped at once.
const CONCURRENCY: usize = 16;

/// Takes the step that is due. It can end anywhere: everything opens at every moment. The event `{"begin": true}` begins a rotation before
/// its time, `{"most": 100}` wraps no more than so many.
pub async fn handle(app: &App, event: Value) -> Result<Value> {
    let secret = &app.config.vault_secret;
    let (seeds, now) = (Seeds::read(app, secret).await?, app.now());
    let begin = event["begin"] == true;
    let age = seeds.stepped_at.map(|at| now.duration_since(at));
    let (mut rewrapped, mut left) = (0, false);
    let step = match (age, &seeds.next, &seeds.previous) {
        (None, _, _) if !begin => Some(Step::Note),
        (_, Some(_), _) => age
            .is_none_or(|age| age >= KNOWN_BEFORE)
            .then_some(Step::Switch),
        (_, None, Some(previous)) => {
            let previous = secrets::derive(previous, VAULT);
            let keys = VaultKeys::new(&secrets::derive(&seeds.seed, VAULT), &[previous]);
            let most = event["most"].as_u64().unwrap_or(MOST);
            let old = SealingKey::new(&previous);
            (rewrapped, left) = rewrap(app, &keys, old.id(), most).await?;
            let is_free = rewrapped == 0 && !left && age.is_none_or(|age| age >= KNOWN_BEFORE);
            is_free.then_some(Step::Forget)
        }
        (age, None, None) => {
            (begin || age.is_some_and(|age| age >= KEY_LIFETIME)).then_some(Step::Announce)
        }
    };
    if let Some(step) = step {
        seeds.after(step, now).write(app, secret).await?;
        tracing::info!(event = "keys.rotated", secret, step = ?step, "a step of the rotation of keys");
    }
    let step = step.map(|step| format!("{step:?}").to_lowercase());
    Ok(json!({ "step": step, "rewrapped": rewrapped, "left": left }))
}

/// Wraps what is wrapped with the old key, at most so many. Says how many, and whether any is left that is known of.
async fn rewrap(app: &App, keys: &VaultKeys, old: &str, most: u64) -> Result<(u64, bool)> {
    let (mut done, mut left) = (0, false);
    for shard in 0..SHARDS {
        loop {
            let page = app.store.wrapped_under(old, shard, PAGE).await?;
            if page.is_empty() {
                break;
            }
            if done >= most {
                return Ok((done, true));
            }
            let ones: Vec<_> = page.iter().map(|wrapped| one(app, keys, wrapped)).collect();
            let results = stream::iter(ones).buffer_unordered(CONCURRENCY);
            let results: Vec<bool> = results.try_collect().await?;
            let wrapped = results.iter().filter(|wrapped| **wrapped).count() as u64;
            done += wrapped;
            if wrapped == 0 {
                // What is on this page does not open, or the index is behind the table: the next run looks again. It holds up no other shard.
                left = true;
                break;
            }
        }
    }
    Ok((done, left))
}

/// Whether it is wrapped with the new key now.
async fn one(app: &App, keys: &VaultKeys, wrapped: &Wrapped) -> Result<bool> {
    let Ok(new) = keys.rewrap(wrapped) else {
        // The alarm on what does not open counts this line by its `event`.
        tracing::error!(
            event = "vault.does_not_open",
            context = wrapped.context,
            "what is sealed was changed or moved, or its key is gone"
        );
        return Ok(false);
    };
    match app.store.rewrap(wrapped, &new, keys.id()).await {
        Ok(()) => Ok(true),
        // It was sealed anew, or is gone.
        Err(store::Error::Stale) => Ok(false),
        Err(error) => Err(error.into()),
    }
}
