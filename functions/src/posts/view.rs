//! Posts, as the API shows them.

use domain::publication::{State, StateName};
use domain::{Post, Publication};
use serde::Serialize;
use store::{Attempt, PostRecord};
use utoipa::ToSchema;

/// A post.
#[derive(Debug, Serialize, ToSchema)]
pub struct PostView {
    /// Its id.
    #[schema(example = "post_01kaw3x0fhe9ps6r4h8x5tq7vd")]
    pub id: String,
    /// The team.
    pub team_id: String,
    /// Who wrote it.
    pub author_id: String,
    /// What it says.
    pub text: String,
    /// Where it goes.
    pub account_ids: Vec<String>,
    /// `draft`, `pending`, `approved`, `rejected`, `publishing`, `published`, `partly_published`, `failed` or `cancelled`.
    #[schema(example = "approved")]
    pub status: String,
    /// When it goes out (RFC 3339), once that is chosen.
    #[schema(format = "date-time")]
    pub publish_at: Option<String>,
    /// How many seconds late it may go out; after that it is not sent any more.
    pub max_late_seconds: Option<i64>,
    /// Counts the changes.
    pub version: u64,
    /// When it was made (RFC 3339).
    #[schema(format = "date-time")]
    pub created_at: String,
    /// When it last changed (RFC 3339).
    #[schema(format = "date-time")]
    pub updated_at: String,
}

/// One post to one account at one time.
#[derive(Debug, Serialize, ToSchema)]
pub struct PublicationView {
    /// Its id.
    pub id: String,
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

/// A post with everything that hangs on it.
#[derive(Debug, Serialize, ToSchema)]
pub struct PostDetailView {
    /// The post.
    #[serde(flatten)]
    pub post: PostView,
    /// Its publications, one for each account.
    pub publications: Vec<PublicationView>,
}

impl From<&Post> for PostView {
    fn from(post: &Post) -> Self {
        Self {
            id: post.id.to_string(),
            team_id: post.team.to_string(),
            author_id: post.author.to_string(),
            text: post.content.text.to_string(),
            account_ids: post.accounts.iter().map(ToString::to_string).collect(),
            status: post.status.to_string(),
            publish_at: post
                .schedule
                .map(|schedule| schedule.publish_at.to_string()),
            max_late_seconds: post.schedule.map(|schedule| schedule.max_late.as_secs()),
            version: post.version,
            created_at: post.created_at.to_string(),
            updated_at: post.updated_at.to_string(),
        }
    }
}

impl PublicationView {
    fn new(publication: &Publication, attempts: &[Attempt]) -> Self {
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

impl PostDetailView {
    pub(crate) fn new(post: &Post, publications: &[Publication], attempts: &[Attempt]) -> Self {
        Self {
            post: PostView::from(post),
            publications: publications
                .iter()
                .map(|publication| PublicationView::new(publication, attempts))
                .collect(),
        }
    }
}

impl From<&PostRecord> for PostDetailView {
    fn from(record: &PostRecord) -> Self {
        Self::new(&record.post, &record.publications, &record.attempts)
    }
}
