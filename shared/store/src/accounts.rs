//! Connected accounts: every change moves the account's chore and what its team's admins must do along, in the same transaction.

use domain::account::{Access, AccountChanged};
use domain::queue::PostingTimes;
use domain::{
    Account, AccountId, AccountName, AccountStatus, Activity, Member, Permission, Platform, PostId,
    PublicationId, TeamId,
};
use serde::{Deserialize, Serialize};

use crate::Store;
use crate::activity::append;
use crate::chores::{self, Chore};
use crate::error::{Error, Result, corrupt};
use crate::item::{Item, from_item, number, page_size, parse, text, to_item};
use crate::keys::{self, PK, SK};
use crate::teams::member_may;
use crate::transaction::Write;
use crate::vault::{self, Envelope};

pub(crate) const ACCOUNT: &str = "account";
const REMOTE: &str = "remote_account";
/// As many as one transaction can write.
const OF_GRANT: usize = 100;

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
    problem: Option<String>,
    #[serde(default)]
    scopes: Vec<String>,
    #[serde(default)]
    permissions: Vec<String>,
    ends_at: Option<String>,
    grant: String,
    token_generation: u32,
    connected_by: String,
    connected_at: String,
    checked_at: String,
    chore_at: String,
    unsettled: bool,
    posting_times: Option<PostingTimes>,
    revision: u64,
}

#[derive(Debug, Serialize, Deserialize)]
struct RemoteItem {
    account: String,
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
        problem: account.problem.clone(),
        scopes: account.access.scopes.clone(),
        permissions: account.access.permissions.clone(),
        ends_at: account.access.ends_at.map(|end| end.to_string()),
        grant: account.grant.clone(),
        token_generation: account.token_generation,
        connected_by: account.connected_by.to_string(),
        connected_at: account.connected_at.to_string(),
        checked_at: account.checked_at.to_string(),
        chore_at: account.chore_at.to_string(),
        unsettled: account.unsettled,
        posting_times: account.posting_times.clone(),
        revision: account.revision,
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
        problem: body.problem,
        access: Access {
            scopes: body.scopes,
            permissions: body.permissions,
            ends_at: body.ends_at.map(|end| parse(ACCOUNT, &end)).transpose()?,
        },
        grant: body.grant,
        token_generation: body.token_generation,
        connected_by: parse(ACCOUNT, &body.connected_by)?,
        connected_at: parse(ACCOUNT, &body.connected_at)?,
        checked_at: parse(ACCOUNT, &body.checked_at)?,
        chore_at: parse(ACCOUNT, &body.chore_at)?,
        unsettled: body.unsettled,
        posting_times: body.posting_times,
        revision: body.revision,
    })
}

fn is_connected(account: &Account) -> bool {
    account.status != AccountStatus::Disconnected
}

fn grant_of(account: &Account) -> keys::Key {
    let of = (account.team, account.id);
    keys::grant(account.platform, &account.host, &account.grant, of)
}

/// The account as it is now, with its chore and its place among what the team's admins must do. The first action is the account's own.
fn change(before: Option<&Account>, after: &Account) -> Result<Vec<Write>> {
    let put = write(after)?;
    let mut writes = vec![match before {
        None => Write::create(put),
        Some(before) => Write::put(put).only_if(
            "#revision = :revision",
            &[(":revision", number(before.revision))],
        ),
    }];
    let chore = Chore::of(after);
    if let Some(old) = before.and_then(Chore::of)
        && Some(old) != chore
    {
        writes.push(chores::done(&old));
    }
    if let Some(chore) = chore {
        writes.push(chores::put(&chore)?);
    }
    let todo = keys::todo_for_account(after.team, after.id);
    if after.status == AccountStatus::NeedsReconnect {
        #[derive(Serialize)]
        struct Todo {
            account: String,
        }
        let body = Todo {
            account: after.id.to_string(),
        };
        writes.push(Write::put(to_item(&todo, "todo", &body)?));
    } else if before.is_some_and(|before| before.status == AccountStatus::NeedsReconnect) {
        writes.push(Write::delete(todo));
    }
    Ok(writes)
}

impl Store {
    /// The account by which the team has connected this remote account, so that connecting it again keeps its id.
    pub async fn connected(
        &self,
        team: TeamId,
        platform: Platform,
        host: &str,
        remote_id: &str,
    ) -> Result<Option<Account>> {
        let key = keys::remote_account(team, platform, host, remote_id);
        let Some(item) = self.get(&key).await? else {
            return Ok(None);
        };
        let remote: RemoteItem = from_item(REMOTE, item)?;
        self.account(team, parse(REMOTE, &remote.account)?).await
    }

    /// Keeps a newly connected account, or one that was connected again, with its sealed tokens.
    pub async fn connect_account(
        &self,
        before: Option<&Account>,
        changed: &AccountChanged,
        tokens: &Envelope,
        member: &Member,
    ) -> Result<()> {
        let account = &changed.account;
        let remote = to_item(
            &keys::remote_account(
                account.team,
                account.platform,
                &account.host,
                &account.remote_id,
            ),
            REMOTE,
            &RemoteItem {
                account: account.id.to_string(),
            },
        )?;
        let grant = to_item(
            &grant_of(account),
            "grant",
            &RemoteItem {
                account: account.id.to_string(),
            },
        )?;
        let mut writes = vec![
            member_may(member, Permission::ManageTeam),
            append(&changed.activity)?,
            Write::put(vault::item(&keys::tokens(account.id), tokens)?).in_vault(),
            Write::put(grant),
            if before.is_some() {
                Write::put(remote)
            } else {
                Write::create(remote)
            },
        ];
        if let Some(before) = before.filter(|before| grant_of(before) != grant_of(account)) {
            writes.push(Write::delete(grant_of(before)));
        }
        writes.extend(change(before, account)?);
        self.transact_as_member(writes).await
    }

    /// Keeps what became of an account, with the entry that tells of it, if there is one.
    pub async fn change_account(
        &self,
        before: &Account,
        after: &Account,
        entry: Option<&Activity>,
    ) -> Result<()> {
        let mut writes = change(Some(before), after)?;
        if let Some(entry) = entry {
            writes.push(append(entry)?);
        }
        Ok(self.transact(writes).await?)
    }

    /// Takes an account from its team. Its tokens are destroyed, and its publications cancelled, by whoever does the chore.
    pub async fn disconnect_account(
        &self,
        before: &Account,
        changed: &AccountChanged,
        member: Option<&Member>,
    ) -> Result<()> {
        let remote = keys::remote_account(
            before.team,
            before.platform,
            &before.host,
            &before.remote_id,
        );
        let mut writes = change(Some(before), &changed.account)?;
        writes.push(append(&changed.activity)?);
        writes.push(Write::delete(remote));
        writes.push(Write::delete(grant_of(before)));
        let Some(member) = member else {
            return Ok(self.transact(writes).await?);
        };
        writes.insert(0, member_may(member, Permission::ManageTeam));
        self.transact_as_member(writes).await
    }

    /// Keeps another plan of an account.
    pub async fn plan_account(
        &self,
        before: &Account,
        changed: &AccountChanged,
        member: &Member,
    ) -> Result<()> {
        let mut writes = vec![member_may(member, Permission::ManageTeam)];
        writes.extend(change(Some(before), &changed.account)?);
        writes.push(append(&changed.activity)?);
        self.transact_as_member(writes).await
    }

    /// Removes what is left of a disconnected account, the tokens before all else.
    pub async fn remove_account(&self, account: &Account) -> Result<()> {
        let mut writes = vec![
            Write::delete(keys::account(account.team, account.id)).only_if(
                "#status = :disconnected",
                &[(
                    ":disconnected",
                    text(AccountStatus::Disconnected.to_string()),
                )],
            ),
            vault::destroy(account.id),
        ];
        writes.extend(Chore::of(account).as_ref().map(chores::done));
        Ok(self.transact(writes).await?)
    }

    /// The connected accounts, of this team or another, that hang on the consent that this account hangs on: itself among them, while it is
    /// connected. In order, at most 100.
    pub async fn of_grant(&self, account: &Account) -> Result<Vec<(TeamId, AccountId)>> {
        let partition = keys::grant_partition(account.platform, &account.host, &account.grant);
        let items = self.below(partition, "", None, OF_GRANT).await?;
        let read = |item: Item| {
            let sk = item.get(SK).and_then(|sk| sk.as_s().ok());
            let (team, account) = sk
                .and_then(|sk| sk.split_once('#'))
                .ok_or_else(|| corrupt("grant", "its key"))?;
            Ok((parse("grant", team)?, parse("grant", account)?))
        };
        items.into_iter().map(read).collect()
    }

    /// The accounts of a team in order of id, beginning after `after`.
    pub async fn accounts(
        &self,
        team: TeamId,
        after: Option<AccountId>,
        limit: usize,
    ) -> Result<Vec<Account>> {
        let (mut accounts, mut after) = (Vec::new(), after);
        loop {
            let some = self.every_account(team, after, limit).await?;
            let is_last = some.len() < limit;
            after = some.last().map(|account| account.id);
            accounts.extend(some.into_iter().filter(is_connected));
            if is_last || accounts.len() >= limit {
                accounts.truncate(limit);
                return Ok(accounts);
            }
        }
    }

    /// The same, and those that are being cleared away.
    pub async fn every_account(
        &self,
        team: TeamId,
        after: Option<AccountId>,
        limit: usize,
    ) -> Result<Vec<Account>> {
        let after = after.map(|id| keys::account(team, id).sk);
        let items = self.below(
            keys::team_partition(team),
            keys::ACCOUNT,
            after.as_deref(),
            limit,
        );
        items.await?.into_iter().map(read).collect()
    }

    /// An account of a team.
    pub async fn account(&self, team: TeamId, id: AccountId) -> Result<Option<Account>> {
        Ok(self.known_account(team, id).await?.filter(is_connected))
    }

    /// The same, even when it is being cleared away.
    pub async fn known_account(&self, team: TeamId, id: AccountId) -> Result<Option<Account>> {
        let item = self.get(&keys::account(team, id)).await?;
        item.map(read).transpose()
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
        accounts.retain(is_connected);
        accounts.sort_unstable_by_key(|account| account.id);
        Ok(accounts)
    }

    /// The accounts that a team's admins must connect again, in order of id, at most `limit`.
    pub async fn todos(&self, team: TeamId, limit: usize) -> Result<Vec<Account>> {
        let items = self.below(keys::team_partition(team), keys::TODO_ACCOUNT, None, limit);
        let ids = items.await?.into_iter().map(|item| {
            let todo: RemoteItem = from_item("todo", item)?;
            parse("todo", &todo.account)
        });
        let ids = ids.collect::<Result<Vec<_>>>()?;
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        self.accounts_named(team, &ids).await
    }

    /// Publications of an account that may yet go out, beginning after `after`.
    pub async fn open_publications(
        &self,
        account: AccountId,
        after: Option<(PostId, PublicationId)>,
        limit: usize,
    ) -> Result<Vec<(PostId, PublicationId)>> {
        let after = after.map(|(post, publication)| keys::open(account, post, publication).sk);
        let items = self.below(keys::open_partition(account), "", after.as_deref(), limit);
        let read = |item: Item| {
            let sk = item.get(SK).and_then(|sk| sk.as_s().ok());
            let (post, publication) = sk
                .and_then(|sk| sk.split_once('#'))
                .ok_or_else(|| corrupt("open publication", "its key"))?;
            Ok((
                parse("open publication", post)?,
                parse("open publication", publication)?,
            ))
        };
        items.await?.into_iter().map(read).collect()
    }

    /// Does a transaction whose first action is the condition on a member's role.
    pub(crate) async fn transact_as_member(&self, writes: Vec<Write>) -> Result<()> {
        self.transact(writes).await.map_err(|cancelled| {
            if cancelled.at(0) {
                Error::Forbidden
            } else {
                cancelled.into()
            }
        })
    }

    /// The items of a partition whose sort key begins with `prefix`, in order, beginning after `after`.
    pub(crate) async fn below(
        &self,
        partition: String,
        prefix: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Item>> {
        self.beside(partition, prefix, after, (limit, true)).await
    }

    /// The last items of a partition whose sort key begins with `prefix`, the last first.
    pub(crate) async fn last_below(
        &self,
        partition: String,
        prefix: &str,
        limit: usize,
    ) -> Result<Vec<Item>> {
        self.beside(partition, prefix, None, (limit, false)).await
    }

    async fn beside(
        &self,
        partition: String,
        prefix: &str,
        after: Option<&str>,
        (limit, forward): (usize, bool),
    ) -> Result<Vec<Item>> {
        // No sort key has a space, so this comes right after `after`; all are ASCII, so a tilde comes after them.
        let first = after.map_or_else(|| prefix.to_owned(), |after| format!("{after} "));
        let first = if first.is_empty() {
            " ".to_owned()
        } else {
            first
        };
        let query = self
            .client
            .query()
            .table_name(&self.table)
            .key_condition_expression("#PK = :pk AND #SK BETWEEN :first AND :last")
            .expression_attribute_names("#PK", PK)
            .expression_attribute_names("#SK", SK)
            .expression_attribute_values(":pk", text(partition))
            .expression_attribute_values(":first", text(first))
            .expression_attribute_values(":last", text(format!("{prefix}~")))
            .scan_index_forward(forward)
            .consistent_read(true);
        Ok(query
            .limit(page_size(limit))
            .send()
            .await?
            .items
            .unwrap_or_default())
    }
}
