//! The chains of the teams' logs: their ends, and the entries that have no place in one yet.

use domain::chain::{Head, Link};
use domain::{ActivityId, ContentHash, Scope, TeamId, ids};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::Store;
use crate::activity::{self, Logged};
use crate::error::{Result, corrupt};
use crate::item::{from_item, number, page_size, parse, text, to_item};
use crate::keys::{self, Key, PK, SK, UNSEALED, UNSEALED_PK};
use crate::transaction::Write;

const TYPE: &str = "chain";

#[derive(Serialize, Deserialize)]
struct HeadItem {
    sequence: u64,
    hash: String,
}

impl Store {
    /// The end of a team's chain.
    pub async fn chain_head(&self, team: TeamId) -> Result<Head> {
        let Some(item) = self.get(&keys::chain_head(team)).await? else {
            return Ok(Head::default());
        };
        let HeadItem { sequence, hash } = from_item(TYPE, item)?;
        Ok(Head {
            sequence,
            hash: ContentHash::stored(hash),
        })
    }

    /// Entries of a team's log, oldest first; those that there are not are left out.
    pub async fn entries(&self, team: TeamId, ids: &[ActivityId]) -> Result<Vec<Logged>> {
        let pk = keys::activity_partition(Scope::Team(team));
        let key = |id: &ActivityId| Key {
            pk: pk.clone(),
            sk: id.to_string(),
        };
        let wanted = ids.iter().map(|id| key(id).attributes()).collect();
        let items = self.batch_get(wanted).await?.into_iter();
        let mut entries: Vec<_> = items.map(activity::read_logged).collect::<Result<_>>()?;
        entries.sort_unstable_by_key(|logged| logged.entry.id);
        Ok(entries)
    }

    /// Puts entries after the end of their team's chain, all or none. `Stale` if the chain has another end by now, or one of them has its place.
    pub async fn seal(
        &self,
        team: TeamId,
        head: &Head,
        links: &[(ActivityId, Link)],
    ) -> Result<()> {
        let Some((_, last)) = links.last() else {
            return Ok(());
        };
        let pk = keys::activity_partition(Scope::Team(team));
        let mut writes: Vec<_> = links
            .iter()
            .map(|(id, link)| {
                let key = Key {
                    pk: pk.clone(),
                    sk: id.to_string(),
                };
                let values = [
                    (":sequence", number(link.sequence)),
                    (":previous_hash", text(link.previous.as_str())),
                    (":hash", text(link.hash.as_str())),
                ];
                let sealed = format!(
                    "SET #sequence = :sequence, #previous_hash = :previous_hash, #hash = :hash REMOVE #{UNSEALED_PK}"
                );
                let condition = format!("attribute_exists({PK}) AND attribute_not_exists(#sequence)");
                Write::update(key, sealed, values).only_if(condition, &[])
            })
            .collect();
        writes.push(new_head(team, head, last)?);
        Ok(self.transact(writes).await?)
    }

    /// The oldest entries of one shard that were written before `until` and have no place in a chain yet. The index follows the table with a
    /// delay, so some may have it by now.
    pub async fn unsealed(
        &self,
        shard: u8,
        until: Timestamp,
        limit: usize,
    ) -> Result<Vec<(TeamId, ActivityId)>> {
        let until: ActivityId = ids::new(until, [0; 10]);
        let query = self
            .client
            .query()
            .table_name(&self.table)
            .index_name(UNSEALED)
            .key_condition_expression(format!("#{UNSEALED_PK} = :pk AND #SK < :until"))
            .expression_attribute_names(format!("#{UNSEALED_PK}"), UNSEALED_PK)
            .expression_attribute_names("#SK", SK)
            .expression_attribute_values(":pk", text(keys::unsealed_partition(shard)))
            .expression_attribute_values(":until", text(until.to_string()));
        let items = query.limit(page_size(limit)).send().await?.items;
        let named = items.unwrap_or_default().into_iter().map(|item| {
            let key = Key::of(&item).ok_or_else(|| corrupt(TYPE, "an entry has no key"))?;
            let team = keys::team_of_activity(&key).unwrap_or_default();
            Ok((parse(TYPE, team)?, parse(TYPE, &key.sk)?))
        });
        named.collect()
    }
}

/// The new end of a chain, if it still has the one that was read.
fn new_head(team: TeamId, before: &Head, last: &Link) -> Result<Write> {
    let body = HeadItem {
        sequence: last.sequence,
        hash: last.hash.as_str().to_owned(),
    };
    let item = to_item(&keys::chain_head(team), TYPE, &body)?;
    if before.sequence == 0 {
        return Ok(Write::create(item));
    }
    let values = [
        (":before", number(before.sequence)),
        (":hash_before", text(before.hash.as_str())),
    ];
    Ok(Write::put(item).only_if("#sequence = :before AND #hash = :hash_before", &values))
}
