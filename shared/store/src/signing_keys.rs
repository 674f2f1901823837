//! The public keys that access tokens are verified with.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::Store;
use crate::error::{Error, Result};
use crate::item::{from_item, number, parse, text, to_item, with_expiry};
use crate::keys::{self, PK};
use crate::transaction::names_in;

const TYPE: &str = "signing_key";

/// A public Ed25519 key (RFC 8037).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SigningKey {
    /// Its id.
    pub kid: String,
    /// Its bytes in base64url.
    pub x: String,
    /// When it stops being good for anything; open while it signs.
    pub ends_at: Option<Timestamp>,
}

#[derive(Debug, Serialize, Deserialize)]
struct KeyItem {
    kid: String,
    x: String,
    ends_at: Option<String>,
}

impl Store {
    /// Publishes a key, if it is not there yet; one that is to end keeps its end.
    pub async fn publish_signing_key(&self, kid: &str, x: &str) -> Result<()> {
        let body = KeyItem {
            kid: kid.to_owned(),
            x: x.to_owned(),
            ends_at: None,
        };
        let put = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(to_item(&keys::signing_key(kid), TYPE, &body)?))
            .condition_expression("attribute_not_exists(#PK)")
            .expression_attribute_names("#PK", PK);
        match put.send().await.map_err(Error::from) {
            Ok(_) | Err(Error::Stale) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Says when a key ends.
    pub async fn end_signing_key(&self, kid: &str, x: &str, at: Timestamp) -> Result<()> {
        let body = KeyItem {
            kid: kid.to_owned(),
            x: x.to_owned(),
            ends_at: Some(at.to_string()),
        };
        let item = with_expiry(to_item(&keys::signing_key(kid), TYPE, &body)?, at);
        let put = self.client.put_item().table_name(&self.table);
        put.set_item(Some(item)).send().await?;
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
        let rows = query.send().await?.items.unwrap_or_default();
        rows.into_iter()
            .map(|item| {
                let body: KeyItem = from_item(TYPE, item)?;
                Ok(SigningKey {
                    kid: body.kid,
                    x: body.x,
                    ends_at: body.ends_at.map(|at| parse(TYPE, &at)).transpose()?,
                })
            })
            .collect()
    }

    /// Lets one caller rotate keys for a while; the others get `Error::Stale`.
    pub async fn claim_key_rotation(&self, now: Timestamp, lasts: SignedDuration) -> Result<()> {
        let update = "SET #until = :until";
        let condition = "attribute_not_exists(#until) OR #until <= :now";
        self.client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(keys::key_rotation().attributes()))
            .update_expression(update)
            .condition_expression(condition)
            .set_expression_attribute_names(Some(names_in(&[update, condition])))
            .expression_attribute_values(":until", number((now + lasts).as_second()))
            .expression_attribute_values(":now", number(now.as_second()))
            .send()
            .await?;
        Ok(())
    }

    /// Lets the next caller rotate keys at once.
    pub async fn release_key_rotation(&self) -> Result<()> {
        let delete = self.client.delete_item().table_name(&self.table);
        let key = keys::key_rotation().attributes();
        delete.set_key(Some(key)).send().await?;
        Ok(())
    }
}
