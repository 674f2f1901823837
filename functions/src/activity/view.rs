//! Entries of the activity log, as the API and the event bus show them.

use std::collections::BTreeMap;

use domain::{Activity, Actor, Scope};
use serde::{Deserialize, Serialize};
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
