//! The activity log.

use std::collections::BTreeMap;

use domain::chain::Link;
use domain::{Activity, ActivityId, Actor, ContentHash, Scope};
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use crate::Store;
use crate::error::{Result, corrupt};
use crate::item::{Item, from_item, parse, to_item, with_expiry};
use crate::keys::{self, Key};
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
    place: Option<String>,
    // What follows is written by `Store::seal` alone, which takes the partition of the index away again.
    sequence: Option<u64>,
    previous_hash: Option<String>,
    hash: Option<String>,
    unsealed_pk: Option<String>,
}

/// An entry as it stands in the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Logged {
    /// The entry.
    pub entry: Activity,
    /// Its place in the chain of its team's log; none for the first moments, nor in other logs.
    pub link: Option<Link>,
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
        place: entry.place.map(|place| place.to_string()),
        sequence: None,
        previous_hash: None,
        hash: None,
        unsealed_pk: keys::unsealed(entry),
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
    Ok(read_logged(item)?.entry)
}

pub(crate) fn read_logged(item: Item) -> Result<Logged> {
    let mut body: ActivityItem = from_item(TYPE, item)?;
    let sealed = (body.sequence, body.previous_hash.take(), body.hash.take());
    let link = match sealed {
        (Some(sequence), Some(previous), Some(hash)) => Some(Link {
            sequence,
            previous: ContentHash::stored(previous),
            hash: ContentHash::stored(hash),
        }),
        _ => None,
    };
    let entry = entry(body)?;
    Ok(Logged { entry, link })
}

fn entry(body: ActivityItem) -> Result<Activity> {
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
        place: body.place.map(|place| parse(TYPE, &place)).transpose()?,
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
