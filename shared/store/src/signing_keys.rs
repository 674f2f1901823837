//! The public keys that access tokens are verified with.

use serde::{Deserialize, Serialize};

use crate::Store;
use crate::error::Result;
use crate::item::{from_item, text, to_item};
use crate::keys::{self, PK};

const TYPE: &str = "signing_key";

/// A public Ed25519 key (RFC 8037).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SigningKey {
    /// Its id.
    pub kid: String,
    /// Its bytes in base64url.
    pub x: String,
}

impl Store {
    /// Publishes a key. Publishing it again changes nothing.
    pub async fn publish_signing_key(&self, key: &SigningKey) -> Result<()> {
        let item = to_item(&keys::signing_key(&key.kid), TYPE, key)?;
        self.client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(item))
            .send()
            .await?;
        Ok(())
    }

    /// Every published key.
    pub async fn signing_keys(&self) -> Result<Vec<SigningKey>> {
        let query = self
            .client
            .query()
            .table_name(&self.table)
            .key_condition_expression("#PK = :pk")
            .consistent_read(true);
        let query = query
            .expression_attribute_names("#PK", PK)
            .expression_attribute_values(":pk", text(keys::SIGNING_KEYS));
        query
            .send()
            .await?
            .items
            .unwrap_or_default()
            .into_iter()
            .map(|item| from_item(TYPE, item))
            .collect()
    }
}
