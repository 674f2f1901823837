//! Secrets Manager: each secret is read when it is first needed, and again now and then, so that rotated keys arrive.

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::{Context, Result};
use aws_lc_rs::hkdf;
use jiff::{SignedDuration, Timestamp};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use tokio::sync::Mutex;
use url::Url;

use crate::aws::Clients;

/// How long a secret is used before it is read again.
pub const LIFETIME: SignedDuration = SignedDuration::from_mins(5);

/// A secret as it is stored: a seed that keys are derived from, and for the deployment its address.
#[derive(Debug, Deserialize)]
pub struct Secret {
    seed: SecretString,
    /// The seed that takes over soon, and the one that was replaced: what was made with their keys is accepted.
    next: Option<SecretString>,
    previous: Option<SecretString>,
    /// The address that clients reach the API at; only the deployment's secret has it.
    pub base_url: Option<Url>,
}

/// What we are known by at the providers: a client secret for each.
pub type ProviderSecrets = BTreeMap<String, SecretString>;

/// What this deployment is registered with at the social platforms, by platform.
pub type PlatformClients = BTreeMap<String, PlatformClient>;

/// A registration at a platform.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlatformClient {
    /// The public id.
    pub client_id: String,
    /// The secret.
    pub client_secret: SecretString,
}

impl Secret {
    /// Derives a 256-bit key for one purpose.
    pub fn key(&self, purpose: &str) -> [u8; 32] {
        derive(&self.seed, purpose)
    }

    /// The keys for the same purpose that other seeds give: what was made with them is good too.
    pub fn other_keys(&self, purpose: &str) -> Vec<[u8; 32]> {
        let others = self.next.iter().chain(&self.previous);
        others.map(|seed| derive(seed, purpose)).collect()
    }
}

/// Derives a 256-bit key for one purpose from a seed (HKDF-SHA256, RFC 5869).
///
/// # Panics
/// Never: 32 bytes are within what HKDF can derive.
pub fn derive(seed: &SecretString, purpose: &str) -> [u8; 32] {
    let mut key = [0; 32];
    let seed =
        hkdf::Salt::new(hkdf::HKDF_SHA256, b"tayang").extract(seed.expose_secret().as_bytes());
    let filled = seed
        .expand(&[purpose.as_bytes()], hkdf::HKDF_SHA256)
        .and_then(|okm| okm.fill(&mut key));
    assert!(filled.is_ok(), "32 bytes are within HKDF's limit");
    key
}

/// A secret of which only the name is known until it is needed.
#[derive(Debug)]
pub struct LazySecret<T = Secret> {
    name: String,
    value: Mutex<Option<(Arc<T>, Timestamp)>>,
}

impl<T: DeserializeOwned> LazySecret<T> {
    /// The secret called `name`.
    pub fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            value: Mutex::new(None),
        }
    }

    /// The secret, read from Secrets Manager if it was not read lately. When that fails, the one that was read last goes on serving.
    pub async fn get(&self, clients: &Clients, now: Timestamp) -> Result<Arc<T>> {
        let mut value = self.value.lock().await;
        let last = match &*value {
            Some((secret, read_at)) if now < *read_at + LIFETIME => return Ok(Arc::clone(secret)),
            last => last.as_ref().map(|(secret, _)| Arc::clone(secret)),
        };
        let secret = match (self.read(clients).await, last) {
            (Ok(secret), _) => Arc::new(secret),
            (Err(error), Some(last)) => {
                tracing::warn!(error = format!("{error:#}"), "a secret was not read again");
                last
            }
            (Err(error), None) => return Err(error),
        };
        *value = Some((Arc::clone(&secret), now));
        Ok(secret)
    }

    /// The secret, read again whatever is known of it.
    pub async fn anew(&self, clients: &Clients, now: Timestamp) -> Result<Arc<T>> {
        *self.value.lock().await = None;
        self.get(clients, now).await
    }

    async fn read(&self, clients: &Clients) -> Result<T> {
        let json = read(clients, &self.name).await?;
        serde_json::from_str(json.expose_secret())
            .with_context(|| format!("the secret {} is not the JSON that was expected", self.name))
    }
}

/// The text of a secret.
pub async fn read(clients: &Clients, name: &str) -> Result<SecretString> {
    let answer = clients.secrets().get_secret_value().secret_id(name);
    let answer = answer.send().await;
    let answer = answer.with_context(|| format!("reading the secret {name}"))?;
    let text = answer.secret_string;
    let text = text.with_context(|| format!("the secret {name} has no text"))?;
    Ok(text.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_purpose_and_each_seed_has_a_key_of_its_own() {
        let json = r#"{"seed": "a", "next": "b", "previous": "c"}"#;
        let secret: Secret = serde_json::from_str(json).unwrap();
        let mut keys = secret.other_keys("x");
        keys.extend([secret.key("x"), secret.key("y")]);
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), 4);
        assert!(!format!("{secret:?}").contains("\"a\""));
    }
}
