//! The seeds in a secret, and how far their rotation has come

use anyhow::{Context, Result};
use app::{App, secrets};
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::json;

use crate::auth::trip::random;

/// The seeds of a secret and how far their rotation has come.
#[derive(Debug, Deserialize)]
pub(super) struct Seeds {
    /// What is used.
    pub(super) seed: SecretString,
    /// What will be used.
    pub(super) next: Option<SecretString>,
    /// What was used.
    pub(super) previous: Option<SecretString>,
    /// When the last step was taken.
    pub(super) stepped_at: Option<Timestamp>,
}

/// A step of a rotation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Note when the seed was first seen.
    Note,
    /// Make the next seed known.
    Announce,
    /// Use the next seed; what was made with the old one is still accepted.
    Switch,
    /// Forget the old seed.
    Forget,
}

impl Seeds {
    /// Reads a secret, as it is at this moment.
    pub(super) async fn read(app: &App, secret: &str) -> Result<Self> {
        let text = secrets::read(&app.aws, secret).await?;
        serde_json::from_str(text.expose_secret()).context("a secret that cannot be rotated")
    }

    /// Writes the secret.
    pub(super) async fn write(&self, app: &App, secret: &str) -> Result<()> {
        let put = app.aws.secrets().put_secret_value().secret_id(secret);
        put.secret_string(self.text().expose_secret())
            .send()
            .await
            .with_context(|| format!("writing the secret {secret}"))?;
        Ok(())
    }

    /// The secret after the step.
    pub(super) fn after(&self, step: Step, now: Timestamp) -> Self {
        let (seed, next, previous) = match step {
            Step::Announce => (
                self.seed.clone(),
                Some(SecretString::from(random() + &random())),
                self.previous.clone(),
            ),
            Step::Switch => match &self.next {
                Some(next) => (next.clone(), None, Some(self.seed.clone())),
                None => (self.seed.clone(), None, self.previous.clone()),
            },
            Step::Note | Step::Forget => (self.seed.clone(), None, None),
        };
        Self {
            seed,
            next,
            previous,
            stepped_at: Some(now),
        }
    }

    fn text(&self) -> SecretString {
        let shown =
            |seed: &Option<SecretString>| seed.as_ref().map(|seed| seed.expose_secret().to_owned());
        let value = json!({
            "seed": self.seed.expose_secret(),
            "next": shown(&self.next),
            "previous": shown(&self.previous),
            "stepped_at": self.stepped_at,
        });
        value.to_string().into()
    }
}
