//! Publications, as the API shows them.

use domain::Publication;
use domain::publication::{State, StateName};
use serde::Serialize;
use store::Attempt;
use utoipa::ToSchema;

/// One post to one account at one time.
#[derive(Debug, Serialize, ToSchema)]
pub struct PublicationView {
    /// Its id.
    pub id: String,
    /// Which of the post's times it is for: 0 for its own, from 1 for further ones.
    pub occurrence: u32,
    /// The account.
    pub account_id: String,
    /// The platform.
    pub platform: String,
    /// `waiting`, `preparing`, `armed`, `published`, `refused`, `unclear`, `blocked`, `missed` or `cancelled`.
    #[schema(example = "published")]
    pub state: String,
    /// When it is to go out (RFC 3339).
    #[schema(format = "date-time")]
    pub publish_at: String,
    /// When the request was sent.
    #[schema(format = "date-time")]
    pub sent_at: Option<String>,
    /// When the platform confirmed it.
    #[schema(format = "date-time")]
    pub confirmed_at: Option<String>,
    /// The post's address on the platform.
    #[schema(format = "uri")]
    pub url: Option<String>,
    /// The platform's id of the post.
    pub remote_id: Option<String>,
    /// Why it stands where it stands, where there is more to say.
    pub reason: Option<String>,
    /// The hash of the content that goes out: SHA-256 in hexadecimal.
    pub content_hash: String,
    /// What each try came to, oldest first.
    pub attempts: Vec<AttemptView>,
}

/// What one try to publish came to.
#[derive(Debug, Serialize, ToSchema)]
pub struct AttemptView {
    /// When it ended (RFC 3339).
    #[schema(format = "date-time")]
    pub at: String,
    /// The state that it led to.
    pub outcome: String,
    /// Why, in words.
    pub reason: Option<String>,
}

impl PublicationView {
    pub(super) fn new(publication: &Publication, attempts: &[Attempt]) -> Self {
        let (mut url, mut remote_id, mut confirmed_at, mut reason) = (None, None, None, None);
        match &publication.state {
            State::Published {
                remote_id: id,
                url: address,
                at,
            } => {
                (url, remote_id, confirmed_at) = (
                    Some(address.clone()),
                    Some(id.clone()),
                    Some(at.to_string()),
                );
            }
            State::Refused { reason: why }
            | State::Unclear { reason: why }
            | State::Blocked { reason: why } => reason = Some(why.clone()),
            State::Waiting
            | State::Preparing { .. }
            | State::Armed { .. }
            | State::Missed
            | State::Cancelled => {}
        }
        let of_this = attempts
            .iter()
            .filter(|attempt| attempt.publication == publication.id);
        Self {
            id: publication.id.to_string(),
            occurrence: publication.occurrence,
            account_id: publication.account.to_string(),
            platform: publication.platform.to_string(),
            state: StateName::from(&publication.state).to_string(),
            publish_at: publication.schedule.publish_at.to_string(),
            sent_at: publication.sent_at.map(|at| at.to_string()),
            confirmed_at,
            url,
            remote_id,
            reason,
            content_hash: publication.content.as_str().to_owned(),
            attempts: of_this
                .map(|attempt| AttemptView {
                    at: attempt.at.to_string(),
                    outcome: attempt.outcome.clone(),
                    reason: attempt.reason.clone(),
                })
                .collect(),
        }
    }
}
