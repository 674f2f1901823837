//! The activity log.

use std::collections::BTreeMap;

use domain::{Activity, ActivityId, Actor, Scope, TeamId};
use serde::{Deserialize, Serialize};

use crate::Store;
use crate::error::{Result, corrupt};
use crate::item::{Item, from_item, page_size, parse, text, to_item};
use crate::keys::{self, PK, SK};
use crate::transaction::Write;

/// The `type` of an entry: what the stream of the table is filtered by.
pub const TYPE: &str = "activity";

#[derive(Debug, Serialize, Deserialize)]
struct ActivityItem {
    id: String,
    team: Option<String>,
    user: Option<String>,
    registration: Option<String>,
    at: String,
    actor: Option<String>,
    kind: String,
    post: Option<String>,
    publication: Option<String>,
    account: Option<String>,
    #[serde(default)]
    details: BTreeMap<String, String>,
}

pub(crate) fn append(entry: &Activity) -> Result<Write> {
    let (team, user, registration) = match entry.scope {
        Scope::Team(id) => (Some(id.to_string()), None, None),
        Scope::User(id) => (None, Some(id.to_string()), None),
        Scope::Registration(id) => (None, None, Some(id.to_string())),
    };
    let body = ActivityItem {
        id: entry.id.to_string(),
        team,
        user,
        registration,
        at: entry.at.to_string(),
        actor: if let Actor::User(user) = entry.actor {
            Some(user.to_string())
        } else {
            None
        },
        kind: entry.kind.to_string(),
        post: entry.post.map(|id| id.to_string()),
        publication: entry.publication.map(|id| id.to_string()),
        account: entry.account.map(|id| id.to_string()),
        details: entry.details.clone(),
    };
    Ok(Write::create(to_item(&keys::activity(entry), TYPE, &body)?))
}

fn read(item: Item) -> Result<Activity> {
    let body: ActivityItem = from_item(TYPE, item)?;
    let id = |value: &Option<String>| value.clone();
    let scope = match (id(&body.team), id(&body.user), id(&body.registration)) {
        (Some(team), _, _) => Scope::Team(parse(TYPE, &team)?),
        (_, Some(user), _) => Scope::User(parse(TYPE, &user)?),
        (_, _, Some(registration)) => Scope::Registration(parse(TYPE, &registration)?),
        _ => return Err(corrupt(TYPE, "it belongs to nobody")),
    };
    Ok(Activity {
        id: parse(TYPE, &body.id)?,
        scope,
        at: parse(TYPE, &body.at)?,
        actor: body
            .actor
            .map(|user| parse(TYPE, &user))
            .transpose()?
            .map_or(Actor::System, Actor::User),
        kind: parse(TYPE, &body.kind)?,
        post: body.post.map(|id| parse(TYPE, &id)).transpose()?,
        publication: body.publication.map(|id| parse(TYPE, &id)).transpose()?,
        account: body.account.map(|id| parse(TYPE, &id)).transpose()?,
        details: body.details,
    })
}

impl Store {
    /// A team's entries, newest first, beginning after `before`.
    pub async fn activity(
        &self,
        team: TeamId,
        before: Option<ActivityId>,
        limit: usize,
    ) -> Result<Vec<Activity>> {
        let mut query = self
            .client
            .query()
            .table_name(&self.table)
            .key_condition_expression(if before.is_some() {
                "#PK = :pk AND #SK < :before"
            } else {
                "#PK = :pk"
            })
            .expression_attribute_names("#PK", PK)
            .expression_attribute_values(":pk", text(keys::activity_partition(Scope::Team(team))))
            .consistent_read(true)
            .scan_index_forward(false)
            .limit(page_size(limit));
        if let Some(before) = before {
            query = query
                .expression_attribute_names("#SK", SK)
                .expression_attribute_values(":before", text(before.to_string()));
        }
        query
            .send()
            .await?
            .items
            .unwrap_or_default()
            .into_iter()
            .map(read)
            .collect()
    }

    /// Reads an entry from an item, as the table's stream gives it.
    pub fn activity_from_item(item: Item) -> Result<Activity> {
        read(item)
    }
}
