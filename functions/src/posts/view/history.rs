//! What a post said and what was said about it, as the API shows it.

use domain::post::Feedback;
use serde::Serialize;
use store::Edition;
use utoipa::ToSchema;

use super::ContentView;

/// What somebody said about a post.
#[derive(Debug, Serialize, ToSchema)]
pub struct FeedbackView {
    /// Its id.
    pub id: String,
    /// Who said it.
    pub by_id: String,
    /// When (RFC 3339).
    #[schema(format = "date-time")]
    pub at: String,
    /// `approved`, `rejected` or `comment`.
    #[schema(example = "rejected")]
    pub decision: String,
    /// In words.
    pub text: Option<String>,
    /// Which edition of the post it is about.
    pub edition: u32,
    /// The hash of what was decided on.
    pub content_hash: Option<String>,
}

/// What a post said once.
#[derive(Debug, Serialize, ToSchema)]
pub struct EditionView {
    /// Its number, from 1.
    pub edition: u32,
    /// Who wrote it.
    pub by_id: String,
    /// When (RFC 3339).
    #[schema(format = "date-time")]
    pub at: String,
    /// Where it went.
    pub account_ids: Vec<String>,
    /// What it said.
    #[serde(flatten)]
    pub content: ContentView,
}

impl From<&Feedback> for FeedbackView {
    fn from(feedback: &Feedback) -> Self {
        Self {
            id: feedback.id.to_string(),
            by_id: feedback.by.to_string(),
            at: feedback.at.to_string(),
            decision: feedback.decision.to_string(),
            text: feedback.text.as_ref().map(ToString::to_string),
            edition: feedback.edition,
            content_hash: feedback.hash.as_ref().map(|hash| hash.as_str().to_owned()),
        }
    }
}

impl From<&Edition> for EditionView {
    fn from(edition: &Edition) -> Self {
        Self {
            edition: edition.number,
            by_id: edition.by.to_string(),
            at: edition.at.to_string(),
            account_ids: edition.accounts.iter().map(ToString::to_string).collect(),
            content: ContentView::from(&edition.content),
        }
    }
}
