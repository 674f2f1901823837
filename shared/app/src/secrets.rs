//! Secrets Manager: each secret is read once, when it is first needed.

use anyhow::{Context, Result};
use aws_lc_rs::hkdf;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use tokio::sync::OnceCell;
use url::Url;

use crate::aws::Clients;

/// A secret as it is stored: a seed that keys are derived from, and for the deployment its address.
#[derive(Debug, Deserialize)]
pub struct Secret {
    seed: SecretString,
    /// The address that clients reach the API at; only the deployment's secret has it.
    pub base_url: Option<Url>,
}

impl Secret {
    /// Derives a 256-bit key for one purpose (HKDF-SHA256, RFC 5869).
    ///
    /// # Panics
    /// Never: 32 bytes are within what HKDF can derive.
    pub fn key(&self, purpose: &str) -> [u8; 32] {
        let mut key = [0; 32];
        let seed = hkdf::Salt::new(hkdf::HKDF_SHA256, b"tayang")
            .extract(self.seed.expose_secret().as_bytes());
        let filled = seed
            .expand(&[purpose.as_bytes()], hkdf::HKDF_SHA256)
            .and_then(|okm| okm.fill(&mut key));
        assert!(filled.is_ok(), "32 bytes are within HKDF's limit");
        key
    }
}

/// A secret of which only the name is known until it is needed.
#[derive(Debug)]
pub struct LazySecret {
    name: String,
    value: OnceCell<Secret>,
}

impl LazySecret {
    /// The secret called `name`.
    pub fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            value: OnceCell::new(),
        }
    }

    /// The secret, read from Secrets Manager the first time.
    pub async fn get(&self, clients: &Clients) -> Result<&Secret> {
        self.value
            .get_or_try_init(|| async {
                let answer = clients
                    .secrets()
                    .get_secret_value()
                    .secret_id(&self.name)
                    .send()
                    .await;
                let answer = answer.with_context(|| format!("reading the secret {}", self.name))?;
                let json = answer
                    .secret_string()
                    .with_context(|| format!("the secret {} has no text", self.name))?;
                serde_json::from_str(json).with_context(|| {
                    format!("the secret {} is not the JSON that was expected", self.name)
                })
            })
            .await
    }
}
