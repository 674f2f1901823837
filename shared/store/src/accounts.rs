//! Connected accounts, and the vault of sealed tokens.

use domain::{Account, AccountId, AccountName, Activity, Member, Permission, Platform, TeamId};
use serde::{Deserialize, Serialize};

use crate::Store;
use crate::activity::append;
use crate::error::{Error, Result};
use crate::item::{Item, from_item, number, page_size, parse, text, to_item};
use crate::keys::{self, Key, PK, SK};
use crate::teams::member_may;
use crate::transaction::{Write, names_in};

const ACCOUNT: &str = "account";
const SEALED: &str = "sealed";

#[derive(Debug, Serialize, Deserialize)]
struct AccountItem {
    id: String,
    team: String,
    platform: Platform,
    host: String,
    remote_id: String,
    handle: String,
    name: AccountName,
    url: String,
    max_characters: Option<u32>,
    status: String,
    token_generation: u32,
    connected_by: String,
    connected_at: String,
}

#[derive(Debug, Serialize, Deserialize)]
struct SealedItem {
    sealed: String,
}

#[derive(Debug, Serialize, Deserialize)]
struct RemoteItem {
    account: String,
}

/// A remote account that a team has connected before, so that connecting it again keeps its id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Connected {
    /// The account's id.
    pub id: AccountId,
    /// How many tokens it has had.
    pub token_generation: u32,
}

fn write(account: &Account) -> Result<Item> {
    let body = AccountItem {
        id: account.id.to_string(),
        team: account.team.to_string(),
        platform: account.platform,
        host: account.host.clone(),
        remote_id: account.remote_id.clone(),
        handle: account.handle.clone(),
        name: account.name.clone(),
        url: account.url.clone(),
        max_characters: account.max_characters,
        status: account.status.to_string(),
        token_generation: account.token_generation,
        connected_by: account.connected_by.to_string(),
        connected_at: account.connected_at.to_string(),
    };
    to_item(&keys::account(account.team, account.id), ACCOUNT, &body)
}

fn read(item: Item) -> Result<Account> {
    let body: AccountItem = from_item(ACCOUNT, item)?;
    Ok(Account {
        id: parse(ACCOUNT, &body.id)?,
        team: parse(ACCOUNT, &body.team)?,
        platform: body.platform,
        host: body.host,
        remote_id: body.remote_id,
        handle: body.handle,
        name: body.name,
        url: body.url,
        max_characters: body.max_characters,
        status: parse(ACCOUNT, &body.status)?,
        token_generation: body.token_generation,
        connected_by: parse(ACCOUNT, &body.connected_by)?,
        connected_at: parse(ACCOUNT, &body.connected_at)?,
    })
}

fn sealed(key: &Key, value: &str) -> Result<Item> {
    to_item(
        key,
        SEALED,
        &SealedItem {
            sealed: value.to_owned(),
        },
    )
}

impl Store {
    /// Whether the team has connected this remote account before.
    pub async fn connected(
        &self,
        team: TeamId,
        platform: Platform,
        host: &str,
        remote_id: &str,
    ) -> Result<Option<Connected>> {
        let get = self.client.get_item().table_name(&self.table).set_key(Some(
            keys::remote_account(team, platform, host, remote_id).attributes(),
        ));
        let Some(item) = get.consistent_read(true).send().await?.item else {
            return Ok(None);
        };
        let remote: RemoteItem = from_item("remote_account", item)?;
        let id = parse("remote_account", &remote.account)?;
        Ok(self.account(team, id).await?.map(|account| Connected {
            id,
            token_generation: account.token_generation,
        }))
    }

    /// Keeps a newly connected account, or one that was connected again, with its sealed tokens.
    pub async fn connect_account(
        &self,
        account: &Account,
        sealed_tokens: &str,
        member: &Member,
        entry: &Activity,
    ) -> Result<()> {
        let remote = to_item(
            &keys::remote_account(
                account.team,
                account.platform,
                &account.host,
                &account.remote_id,
            ),
            "remote_account",
            &RemoteItem {
                account: account.id.to_string(),
            },
        )?;
        let (put, remote) = if account.token_generation == 1 {
            (Write::create(write(account)?), Write::create(remote))
        } else {
            let before = [(":before", number(account.token_generation - 1))];
            (
                Write::put(write(account)?).only_if("#token_generation = :before", &before),
                Write::put(remote),
            )
        };
        let writes = vec![
            put,
            remote,
            Write::put(sealed(&keys::tokens(account.id), sealed_tokens)?).in_vault(),
            append(entry)?,
            member_may(member, Permission::ManageTeam),
        ];
        self.transact(writes).await.map_err(|cancelled| {
            if cancelled.at(4) {
                Error::Forbidden
            } else {
                cancelled.into()
            }
        })
    }

    /// The accounts of a team in order of id, beginning after `after`.
    pub async fn accounts(
        &self,
        team: TeamId,
        after: Option<AccountId>,
        limit: usize,
    ) -> Result<Vec<Account>> {
        let first = after.map_or_else(
            || keys::ACCOUNT.to_owned(),
            |id| format!("{}!", keys::account(team, id).sk),
        );
        let query = self
            .client
            .query()
            .table_name(&self.table)
            .key_condition_expression("#PK = :pk AND #SK BETWEEN :first AND :last")
            .consistent_read(true);
        let query = query
            .expression_attribute_names("#PK", PK)
            .expression_attribute_names("#SK", SK)
            .expression_attribute_values(":pk", text(keys::team_partition(team)));
        let query = query
            .expression_attribute_values(":first", text(first))
            .expression_attribute_values(":last", text(format!("{}~", keys::ACCOUNT)));
        query
            .limit(page_size(limit))
            .send()
            .await?
            .items
            .unwrap_or_default()
            .into_iter()
            .map(read)
            .collect()
    }

    /// An account of a team.
    pub async fn account(&self, team: TeamId, id: AccountId) -> Result<Option<Account>> {
        let get = self
            .client
            .get_item()
            .table_name(&self.table)
            .set_key(Some(keys::account(team, id).attributes()))
            .consistent_read(true);
        get.send().await?.item.map(read).transpose()
    }

    /// The accounts of a team with these ids, in order of id; those that the team does not have are left out.
    pub async fn accounts_named(&self, team: TeamId, ids: &[AccountId]) -> Result<Vec<Account>> {
        let mut ids = ids.to_vec();
        ids.sort_unstable();
        ids.dedup();
        let items = self
            .batch_get(
                ids.iter()
                    .map(|id| keys::account(team, *id).attributes())
                    .collect(),
            )
            .await?;
        let mut accounts = items.into_iter().map(read).collect::<Result<Vec<_>>>()?;
        accounts.sort_unstable_by_key(|account| account.id);
        Ok(accounts)
    }

    /// The sealed tokens of an account.
    pub async fn sealed_tokens(&self, account: AccountId) -> Result<Option<String>> {
        self.sealed_in_vault(&keys::tokens(account)).await
    }

    /// Replaces the sealed tokens of an account, if they are still the ones that were read.
    pub async fn replace_tokens(
        &self,
        account: AccountId,
        before: &str,
        after: &str,
    ) -> Result<()> {
        let (update, condition) = ("SET #sealed = :after", "#sealed = :before");
        self.client
            .update_item()
            .table_name(&self.vault_table)
            .set_key(Some(keys::tokens(account).attributes()))
            .update_expression(update)
            .condition_expression(condition)
            .set_expression_attribute_names(Some(names_in(&[update, condition])))
            .expression_attribute_values(":after", text(after))
            .expression_attribute_values(":before", text(before))
            .send()
            .await?;
        Ok(())
    }

    /// The sealed credentials of our registration at a server.
    pub async fn sealed_client(&self, platform: Platform, host: &str) -> Result<Option<String>> {
        self.sealed_in_vault(&keys::client(platform, host)).await
    }

    /// Keeps the sealed credentials of our registration at a server.
    pub async fn keep_client(&self, platform: Platform, host: &str, value: &str) -> Result<()> {
        let item = sealed(&keys::client(platform, host), value)?;
        self.client
            .put_item()
            .table_name(&self.vault_table)
            .set_item(Some(item))
            .send()
            .await?;
        Ok(())
    }

    async fn sealed_in_vault(&self, key: &Key) -> Result<Option<String>> {
        let get = self
            .client
            .get_item()
            .table_name(&self.vault_table)
            .set_key(Some(key.attributes()))
            .consistent_read(true);
        let item = get
            .send()
            .await?
            .item
            .map(|item| from_item::<SealedItem>(SEALED, item))
            .transpose()?;
        Ok(item.map(|item| item.sealed))
    }
}
