//! Entries of the activity log, as the API and the event bus show them.

use std::collections::BTreeMap;

use domain::chain::{Head, Link};
use domain::{Activity, Actor, Scope};
use serde::{Deserialize, Serialize};
use store::Logged;
use utoipa::ToSchema;

/// Something that happened.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ActivityView {
    /// Its id.
    pub id: String,
    /// What happened, such as `publication.published`.
    #[schema(example = "publication.published")]
    pub kind: String,
    /// When (RFC 3339).
    #[schema(format = "date-time")]
    pub at: String,
    /// Who did it; absent when Tayang did it by itself.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub actor_id: Option<String>,
    /// The team.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub team_id: Option<String>,
    /// The person whose security record it belongs to.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub user_id: Option<String>,
    /// The sign-up that it belongs to.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub registration_id: Option<String>,
    /// The wish for a new password that it belongs to.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub password_reset_id: Option<String>,
    /// The post concerned.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub post_id: Option<String>,
    /// The publication concerned.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub publication_id: Option<String>,
    /// The account concerned.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub account_id: Option<String>,
    /// The member concerned, where that is not who did it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub member_id: Option<String>,
    /// The invitation concerned.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub invitation_id: Option<String>,
    /// The wish for another address concerned.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub email_change_id: Option<String>,
    /// What else is worth knowing.
    #[serde(skip_serializing_if = "BTreeMap::is_empty", default)]
    pub details: BTreeMap<String, String>,
}

impl From<&Activity> for ActivityView {
    fn from(entry: &Activity) -> Self {
        let (mut team_id, mut user_id) = (None, None);
        let (mut registration_id, mut password_reset_id) = (None, None);
        match entry.scope {
            Scope::Team(id) => team_id = Some(id.to_string()),
            Scope::User(id) => user_id = Some(id.to_string()),
            Scope::Registration(id) => registration_id = Some(id.to_string()),
            Scope::PasswordReset(id) => password_reset_id = Some(id.to_string()),
        }
        Self {
            id: entry.id.to_string(),
            kind: entry.kind.to_string(),
            at: entry.at.to_string(),
            actor_id: if let Actor::User(user) = entry.actor {
                Some(user.to_string())
            } else {
                None
            },
            team_id,
            user_id,
            registration_id,
            password_reset_id,
            post_id: entry.post.map(|id| id.to_string()),
            publication_id: entry.publication.map(|id| id.to_string()),
            account_id: entry.account.map(|id| id.to_string()),
            member_id: entry.member.map(|id| id.to_string()),
            invitation_id: entry.invitation.map(|id| id.to_string()),
            email_change_id: entry.email_change.map(|id| id.to_string()),
            details: entry.details.clone(),
        }
    }
}

/// An entry of a team's log, as its members see it.
///
/// All of it but the two hashes is what the entry's hash is made of, now and whenever somebody looks: a field that is added here must be
/// absent from entries that were sealed without it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct EntryView {
    /// What happened.
    #[serde(flatten)]
    pub event: ActivityView,
    /// Who did it.
    pub actor: ActorView,
    /// The network that the request came from (/24 or /64), where a request is behind it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "203.0.113.0/24")]
    pub address_prefix: Option<String>,
    /// Its number in the team's chain, from 1; absent for the first moments.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1)]
    pub sequence: Option<u64>,
    /// The hash of the entry before it; 64 zeros for the first one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub previous_hash: Option<String>,
    /// SHA-256 of `previous_hash` and of this entry without the two hashes, as canonical JSON (RFC 8785).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hash: Option<String>,
}

/// Who did something.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ActorView {
    /// `user`, or `system` for what Tayang did by itself.
    #[schema(example = "user")]
    pub r#type: &'static str,
    /// The user.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
}

/// The end of a team's chain.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct HeadView {
    /// How many entries are in the chain; every one of them is older than this answer.
    pub sequence: u64,
    /// The hash of the last one; 64 zeros when there is none.
    pub hash: String,
}

impl EntryView {
    /// An entry at its place in the chain, before it has a hash.
    pub(super) fn numbered(entry: &Activity, sequence: u64) -> Self {
        Self {
            sequence: Some(sequence),
            ..Self::unsealed(entry)
        }
    }

    fn unsealed(entry: &Activity) -> Self {
        let event = ActivityView::from(entry);
        Self {
            actor: ActorView {
                r#type: match entry.actor {
                    Actor::User(_) => "user",
                    Actor::System => "system",
                },
                id: event.actor_id.clone(),
            },
            address_prefix: entry.place.map(|place| place.to_string()),
            event,
            sequence: None,
            previous_hash: None,
            hash: None,
        }
    }
}

impl From<&Logged> for EntryView {
    fn from(logged: &Logged) -> Self {
        let hash = |of: fn(&Link) -> &str| logged.link.as_ref().map(|link| of(link).to_owned());
        Self {
            sequence: logged.link.as_ref().map(|link| link.sequence),
            previous_hash: hash(|link| link.previous.as_str()),
            hash: hash(|link| link.hash.as_str()),
            ..Self::unsealed(&logged.entry)
        }
    }
}

impl From<&Head> for HeadView {
    fn from(head: &Head) -> Self {
        Self {
            sequence: head.sequence,
            hash: head.hash.as_str().to_owned(),
        }
    }
}
