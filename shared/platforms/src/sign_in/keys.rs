//! The keys that an OpenID Connect server signs with, as it publishes them (RFC 7517).

use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::DecodingKey;
use serde::Deserialize;
use tokio::sync::Mutex;
use url::Url;

use super::SignInError;
use super::document::Document;
use crate::egress::Egress;

/// How often a key that is not known makes us ask for the keys before their time.
const PATIENCE: SignedDuration = SignedDuration::from_mins(1);

/// The keys of one server. Those who need them at the same time wait for one request.
#[derive(Debug, Default)]
pub(super) struct Keys(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    keys: Option<Document<KeySet>>,
    asked_early_at: Option<Timestamp>,
}

#[derive(Debug, Deserialize)]
struct KeySet {
    /// Each is looked at by itself: a set may hold keys of kinds that we do not know.
    keys: Vec<serde_json::Value>,
}

#[derive(Deserialize)]
struct Key {
    kty: String,
    kid: Option<String>,
    #[serde(rename = "use")]
    purpose: Option<String>,
    alg: Option<String>,
    n: String,
    e: String,
}

impl Keys {
    /// The key with this id; without an id, the only key there is. A key that is not known may be new, so the server is asked again,
    /// but not each time.
    pub(super) async fn find(
        &self,
        egress: &Egress,
        provider: &str,
        url: &Url,
        id: Option<&str>,
        now: Timestamp,
    ) -> Result<Option<DecodingKey>, SignInError> {
        let mut known = self.0.lock().await;
        if let Some(document) = known.keys.as_ref().filter(|keys| keys.is_good(now)) {
            let found = document.content.find(id);
            let asked_lately = known
                .asked_early_at
                .is_some_and(|asked| now.duration_since(asked) < PATIENCE);
            if found.is_some() || asked_lately {
                return Ok(found);
            }
            known.asked_early_at = Some(now);
        }
        let document: Document<KeySet> =
            Document::fetch(egress, provider, url.clone(), now).await?;
        let found = document.content.find(id);
        known.keys = Some(document);
        Ok(found)
    }
}

impl KeySet {
    fn find(&self, id: Option<&str>) -> Option<DecodingKey> {
        let mut fitting = self
            .keys
            .iter()
            .filter_map(|key| Key::deserialize(key).ok())
            .filter(Key::signs_with_rs256)
            .filter(|key| id.is_none() || key.kid.as_deref() == id);
        let key = fitting.next()?;
        if fitting.next().is_some() {
            return None; // nothing says which one is meant
        }
        DecodingKey::from_rsa_components(&key.n, &key.e).ok()
    }
}

impl Key {
    fn signs_with_rs256(&self) -> bool {
        self.kty == "RSA"
            && self
                .purpose
                .as_deref()
                .is_none_or(|purpose| purpose == "sig")
            && self.alg.as_deref().is_none_or(|alg| alg == "RS256")
    }
}
