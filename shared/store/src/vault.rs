//! The vault: what is sealed, the leases by which only one at a time renews tokens, and what is needed to change keys.

use aws_sdk_dynamodb::types::AttributeValue;
use domain::{AccountId, OfferId, Platform};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::Store;
use crate::error::{Error, Result};
use crate::item::{Item, from_item, page_size, text, to_item, with_expiry};
use crate::keys::{self, Key};
use crate::transaction::{Write, names_in};

const TYPE: &str = "sealed";

/// Something sealed under a key of its own, which is wrapped with one of the vault's keys.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Envelope {
    /// What is sealed.
    pub sealed: String,
    /// Its own key, wrapped.
    pub wrapped: String,
    /// The id of the vault's key that it is wrapped with.
    pub key_id: String,
    /// What both are bound to: whoever opens it says it anew, this is only for wrapping it with another key.
    pub context: String,
}

/// The tokens of an account, as they are to be sealed instead of as they were.
#[derive(Clone, Debug)]
pub struct Replaced {
    /// The account.
    pub account: AccountId,
    /// What was read.
    pub before: Envelope,
    /// What takes its place.
    pub after: Envelope,
}

/// A wrapped key in the vault, and where it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrapped {
    key: Key,
    /// The wrapped key.
    pub wrapped: String,
    /// What it is bound to.
    pub context: String,
}

impl Wrapped {
    /// The wrapped key of an envelope that is nowhere in the vault.
    pub fn new(envelope: &Envelope) -> Self {
        Self {
            key: Key {
                pk: String::new(),
                sk: String::new(),
            },
            wrapped: envelope.wrapped.clone(),
            context: envelope.context.clone(),
        }
    }
}

#[derive(Debug, Deserialize)]
struct WrappedItem {
    #[serde(rename = "PK")]
    pk: String,
    #[serde(rename = "SK")]
    sk: String,
    wrapped: String,
    context: String,
}

pub(crate) fn item(key: &Key, envelope: &Envelope) -> Result<Item> {
    let mut item = to_item(key, TYPE, envelope)?;
    item.insert(keys::KEY_PK.into(), key_partition(key, &envelope.key_id));
    Ok(item)
}

fn key_partition(key: &Key, key_id: &str) -> AttributeValue {
    text(keys::sealed_under(key_id, keys::vault_shard(key)))
}

/// Destroys the tokens of an account.
pub(crate) fn destroy(account: AccountId) -> Write {
    Write::delete(keys::tokens(account)).in_vault()
}

impl Store {
    /// The sealed tokens of an account.
    pub async fn sealed_tokens(&self, account: AccountId) -> Result<Option<Envelope>> {
        self.envelope(&keys::tokens(account)).await
    }

    /// Lets `owner` alone renew, until `until`, the tokens of an account and of those that share them, if nobody else does.
    pub async fn lease_tokens(
        &self,
        account: AccountId,
        (owner, until): (&str, Timestamp),
        now: Timestamp,
    ) -> Result<()> {
        let update = "SET #lease_owner = :owner, #lease_until = :until";
        let condition =
            "attribute_exists(#PK) AND (attribute_not_exists(#lease_until) OR #lease_until < :now)";
        let values = [
            (":owner", text(owner)),
            (":until", text(keys::due_time(until))),
            (":now", text(keys::due_time(now))),
        ];
        self.update_vault(&keys::tokens(account), (update, condition), values)
            .await
    }

    /// Ends a lease before its time.
    pub async fn release_tokens(&self, account: AccountId, owner: &str) -> Result<()> {
        let update = "REMOVE #lease_owner, #lease_until";
        let condition = "#lease_owner = :owner";
        let values = [(":owner", text(owner))];
        self.update_vault(&keys::tokens(account), (update, condition), values)
            .await
    }

    /// Replaces the sealed tokens of accounts, all or none, if they are still the ones that were read.
    pub async fn replace_tokens(&self, replaced: &[Replaced]) -> Result<()> {
        let update = "SET #sealed = :sealed, #wrapped = :wrapped, #key_id = :key_id, #context = :context, #key_pk = :key_pk";
        let writes = replaced.iter().map(
            |Replaced {
                 account,
                 before,
                 after,
             }| {
                let key = keys::tokens(*account);
                let values = [
                    (":sealed", text(&after.sealed)),
                    (":wrapped", text(&after.wrapped)),
                    (":key_id", text(&after.key_id)),
                    (":context", text(&after.context)),
                    (":key_pk", key_partition(&key, &after.key_id)),
                ];
                Write::update(key, update, values)
                    .only_if("#sealed = :before", &[(":before", text(&before.sealed))])
                    .in_vault()
            },
        );
        Ok(self.transact(writes.collect()).await?)
    }

    /// The sealed credentials of our registration at a server.
    pub async fn sealed_client(&self, platform: Platform, host: &str) -> Result<Option<Envelope>> {
        self.envelope(&keys::client(platform, host)).await
    }

    /// Keeps the sealed credentials of our registration at a server.
    pub async fn keep_client(
        &self,
        platform: Platform,
        host: &str,
        envelope: &Envelope,
    ) -> Result<()> {
        let item = item(&keys::client(platform, host), envelope)?;
        self.put_in_vault(item).await
    }

    /// Keeps accounts to choose from, until it is too late to choose.
    pub async fn keep_offer(
        &self,
        id: OfferId,
        envelope: &Envelope,
        expires_at: Timestamp,
    ) -> Result<()> {
        let item = item(&keys::offer(id), envelope)?;
        self.put_in_vault(with_expiry(item, expires_at)).await
    }

    /// Accounts to choose from.
    pub async fn offer(&self, id: OfferId) -> Result<Option<Envelope>> {
        self.envelope(&keys::offer(id)).await
    }

    /// Forgets accounts that were chosen from.
    pub async fn forget_offer(&self, id: OfferId) -> Result<()> {
        let delete = self.client.delete_item().table_name(&self.vault_table);
        let key = keys::offer(id).attributes();
        delete.set_key(Some(key)).send().await?;
        Ok(())
    }

    /// Wrapped keys under one of the vault's keys, from one shard of the index: which follows the table with a small delay.
    pub async fn wrapped_under(
        &self,
        key_id: &str,
        shard: u8,
        limit: usize,
    ) -> Result<Vec<Wrapped>> {
        let query = self
            .client
            .query()
            .table_name(&self.vault_table)
            .index_name(keys::BY_KEY)
            .key_condition_expression("#pk = :pk")
            .expression_attribute_names("#pk", keys::KEY_PK)
            .expression_attribute_values(":pk", text(keys::sealed_under(key_id, shard)));
        let items = query.limit(page_size(limit)).send().await?.items;
        let read = |item| {
            let body: WrappedItem = from_item(TYPE, item)?;
            Ok(Wrapped {
                key: Key {
                    pk: body.pk,
                    sk: body.sk,
                },
                wrapped: body.wrapped,
                context: body.context,
            })
        };
        items.unwrap_or_default().into_iter().map(read).collect()
    }

    /// Keeps a key that was wrapped with another of the vault's keys. `Error::Stale` means that it was sealed anew meanwhile.
    pub async fn rewrap(&self, before: &Wrapped, wrapped: &str, key_id: &str) -> Result<()> {
        let update = "SET #wrapped = :wrapped, #key_id = :key_id, #key_pk = :key_pk";
        let condition = "#wrapped = :before";
        let values = [
            (":wrapped", text(wrapped)),
            (":key_id", text(key_id)),
            (":key_pk", key_partition(&before.key, key_id)),
            (":before", text(&before.wrapped)),
        ];
        self.update_vault(&before.key, (update, condition), values)
            .await
    }

    async fn update_vault(
        &self,
        key: &Key,
        (update, condition): (&str, &str),
        values: impl IntoIterator<Item = (&'static str, AttributeValue)>,
    ) -> Result<()> {
        let values = values
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .collect();
        let request = self
            .client
            .update_item()
            .table_name(&self.vault_table)
            .set_key(Some(key.attributes()))
            .update_expression(update)
            .condition_expression(condition)
            .set_expression_attribute_names(Some(names_in(&[update, condition])))
            .set_expression_attribute_values(Some(values));
        request.send().await?;
        Ok(())
    }

    async fn put_in_vault(&self, item: Item) -> Result<()> {
        let put = self.client.put_item().table_name(&self.vault_table);
        put.set_item(Some(item)).send().await?;
        Ok(())
    }

    async fn envelope(&self, key: &Key) -> Result<Option<Envelope>> {
        let get = self.client.get_item().table_name(&self.vault_table);
        let get = get.set_key(Some(key.attributes())).consistent_read(true);
        let item = get.send().await.map_err(Error::from)?.item;
        item.map(|item| from_item(TYPE, item)).transpose()
    }
}
