//! The activity log.

use std::collections::BTreeMap;

use domain::{Activity, ActivityId, Actor, Scope, TeamId};
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use crate::Store;
use crate::error::{Result, corrupt};
use crate::item::{Item, from_item, page_size, parse, text, to_item, with_expiry};
use crate::keys::{self, Key, PK, SK};
use crate::transaction::Write;

/// The `type` of an entry: what the stream of the table is filtered by.
pub const TYPE: &str = "activity";

/// How long the record of what never became anybody's is kept.
const PASSING_LIFETIME: SignedDuration = SignedDuration::from_hours(30 * 24);

#[derive(Debug, Serialize, Deserialize)]
struct ActivityItem {
    id: String,
    team: Option<String>,
    user: Option<String>,
    registration: Option<String>,
    password_reset: Option<String>,
    at: String,
    actor: Option<String>,
    kind: String,
    post: Option<String>,
    publication: Option<String>,
    account: Option<String>,
    member: Option<String>,
    invitation: Option<String>,
    email_change: Option<String>,
    #[serde(default)]
    details: BTreeMap<String, String>,
}

pub(crate) fn append(entry: &Activity) -> Result<Write> {
    let (mut team, mut user, mut registration, mut password_reset) = (None, None, None, None);
    match entry.scope {
        Scope::Team(id) => team = Some(id.to_string()),
        Scope::User(id) => user = Some(id.to_string()),
        Scope::Registration(id) => registration = Some(id.to_string()),
        Scope::PasswordReset(id) => password_reset = Some(id.to_string()),
    }
    let body = ActivityItem {
        id: entry.id.to_string(),
        team,
        user,
        registration,
        password_reset,
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
        member: entry.member.map(|id| id.to_string()),
        invitation: entry.invitation.map(|id| id.to_string()),
        email_change: entry.email_change.map(|id| id.to_string()),
        details: entry.details.clone(),
    };
    let item = to_item(&keys::activity(entry), TYPE, &body)?;
    Ok(Write::create(match entry.scope {
        Scope::Team(_) | Scope::User(_) => item,
        // Anybody can cause these, and nobody reads them once the mail is out.
        Scope::Registration(_) | Scope::PasswordReset(_) => {
            with_expiry(item, entry.at + PASSING_LIFETIME)
        }
    }))
}

fn read(item: Item) -> Result<Activity> {
    let body: ActivityItem = from_item(TYPE, item)?;
    let scope = if let Some(team) = &body.team {
        Scope::Team(parse(TYPE, team)?)
    } else if let Some(user) = &body.user {
        Scope::User(parse(TYPE, user)?)
    } else if let Some(registration) = &body.registration {
        Scope::Registration(parse(TYPE, registration)?)
    } else if let Some(reset) = &body.password_reset {
        Scope::PasswordReset(parse(TYPE, reset)?)
    } else {
        return Err(corrupt(TYPE, "it belongs to nobody"));
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
        member: body.member.map(|id| parse(TYPE, &id)).transpose()?,
        invitation: body.invitation.map(|id| parse(TYPE, &id)).transpose()?,
        email_change: body.email_change.map(|id| parse(TYPE, &id)).transpose()?,
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

    /// One entry of somebody's log.
    pub async fn entry(&self, scope: Scope, id: ActivityId) -> Result<Option<Activity>> {
        let key = Key {
            pk: keys::activity_partition(scope),
            sk: id.to_string(),
        };
        self.get(&key).await?.map(read).transpose()
    }

    /// Reads an entry from an item, as the table's stream gives it.
    pub fn activity_from_item(item: Item) -> Result<Activity> {
        read(item)
    }
}
