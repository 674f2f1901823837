//! Replaces the seeds of the signing and link keys, step by step, so that nothing that was made with the old ones breaks

use anyhow::Result;
use app::auth::access::{LIFETIME as TOKEN_LIFETIME, Signer};
use app::lambda::Function;
use app::{App, app::ACCESS_TOKENS, secrets};
use domain::session;
use jiff::{SignedDuration, Timestamp};
use secrecy::SecretString;
use serde_json::{Value, json};

use super::seeds::{Seeds, Step};

/// The deployed function.
pub const FUNCTION: Function = Function::job("jobs-rotate-keys", |app, event| {
    Box::pin(handle(app, event))
});

/// How long a seed is used.
const SEED_LIFETIME: SignedDuration = SignedDuration::from_hours(90 * 24);
/// How long the next seed is known before it is used: every function has read its secret again by then, and everybody else's copy of
/// the public keys (they may be kept for 5 minutes) is older than they allow.
const KNOWN_BEFORE: SignedDuration = SignedDuration::from_mins(10);
/// How long a public key outlives its last use: functions sign with the old seed until they read the secret again.
const OUTLIVES: SignedDuration = SignedDuration::from_mins(30);
/// How long one run may take before another one may begin.
const RUN: SignedDuration = SignedDuration::from_mins(2);

impl Seeds {
    /// What is to be done with a secret now.
    fn step(&self, begin: bool, now: Timestamp) -> Option<Step> {
        let Some(stepped_at) = self.stepped_at else {
            return Some(if begin { Step::Announce } else { Step::Note });
        };
        let age = now.duration_since(stepped_at);
        match (&self.next, &self.previous) {
            (Some(_), _) => (age >= KNOWN_BEFORE).then_some(Step::Switch),
            (None, Some(_)) if begin => Some(Step::Announce),
            (None, Some(_)) => (age >= session::LIFETIME).then_some(Step::Forget),
            (None, None) => (begin || age >= SEED_LIFETIME).then_some(Step::Announce),
        }
    }
}

/// Takes the step that is due. The event `{"begin": true}` begins a rotation before its time.
pub async fn handle(app: &App, event: Value) -> Result<Value> {
    let begin = event["begin"] == true;
    match app.store.claim_key_rotation(app.now(), RUN).await {
        Err(store::Error::Stale) => return Ok(json!({ "steps": {}, "busy": true })),
        claimed => claimed?,
    }
    let signing = step(app, &app.config.signing_secret, true, begin).await?;
    let links = step(app, &app.config.link_secret, false, begin).await?;
    app.store.release_key_rotation().await?;
    Ok(json!({ "steps": { "signing": signing, "links": links } }))
}

/// Public keys are published before the seed is written down as the next one, and end only after another one has taken over.
async fn step(app: &App, secret: &str, signs: bool, begin: bool) -> Result<Option<String>> {
    let now = app.now();
    let seeds = Seeds::read(app, secret).await?;
    let Some(step) = seeds.step(begin, now) else {
        return Ok(None);
    };
    let after = seeds.after(step, now);
    if let Some(next) = after.next.as_ref().filter(|_| signs) {
        let key = signer(next)?;
        let key = key.public();
        app.store.publish_signing_key(&key.kid, &key.x).await?;
    }
    after.write(app, secret).await?;
    if step == Step::Switch && signs {
        let key = signer(&seeds.seed)?;
        let (key, end) = (key.public(), now + OUTLIVES + TOKEN_LIFETIME);
        app.store.end_signing_key(&key.kid, &key.x, end).await?;
    }
    tracing::info!(event = "keys.rotated", secret, step = ?step, "a step of the rotation of keys");
    Ok(Some(format!("{step:?}").to_lowercase()))
}

fn signer(seed: &SecretString) -> Result<Signer> {
    Signer::new(&secrets::derive(seed, ACCESS_TOKENS))
}
