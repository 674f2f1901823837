//! Posts, as the API shows them.

mod content;
mod history;
mod publication;
mod repetition;

use domain::post::Change;
use domain::{Account, Post, Publication, When};
use platforms::rules::Finding;
use serde::Serialize;
use store::{Attempt, History, PostRecord};
use utoipa::ToSchema;

pub use self::content::{ContentView, FindingView};
pub use self::history::{EditionView, FeedbackView};
pub use self::publication::PublicationView;
pub use self::repetition::RepetitionView;

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
    /// Who last changed what it says, where it goes, or when.
    pub edited_by_id: String,
    /// Who is to see to it.
    pub assignee_id: Option<String>,
    /// Words to find it by.
    pub labels: Vec<String>,
    /// What it says.
    #[serde(flatten)]
    pub content: ContentView,
    /// Where it goes.
    pub account_ids: Vec<String>,
    /// Those of its accounts where it was cancelled.
    pub cancelled_account_ids: Vec<String>,
    /// `draft`, `pending`, `approved`, `rejected`, `publishing`, `published`, `partly_published`, `failed` or `cancelled`.
    #[schema(example = "approved")]
    pub status: String,
    /// When it goes out (RFC 3339), once that is chosen.
    #[schema(format = "date-time")]
    pub publish_at: Option<String>,
    /// The local time that was chosen, where one was.
    #[schema(example = "2030-01-31T09:00:00")]
    pub local_time: Option<String>,
    /// The time zone (IANA) of that local time.
    #[schema(example = "Asia/Jakarta")]
    pub time_zone: Option<String>,
    /// The account whose queue the time was taken from.
    pub queue_account_id: Option<String>,
    /// How many seconds late it may go out; after that it is not sent any more.
    pub max_late_seconds: Option<i64>,
    /// The hash of what is approved, or waits for it: content, files, accounts and time. `approve` and `reject` take it.
    pub content_hash: Option<String>,
    /// The yes that it goes out under.
    pub approval: Option<ApprovalView>,
    /// Its further times, where it has any.
    pub repetition: Option<RepetitionView>,
    /// What platforms would refuse, and what is unwise: in answers to creating and editing it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub findings: Option<Vec<FindingView>>,
    /// Counts what it said: rises when its content or its accounts change.
    pub edition: u32,
    /// Counts the changes; the same as the `ETag`.
    pub version: u64,
    /// When it was made (RFC 3339).
    #[schema(format = "date-time")]
    pub created_at: String,
    /// When it last changed (RFC 3339).
    #[schema(format = "date-time")]
    pub updated_at: String,
}

/// Somebody's yes.
#[derive(Debug, Serialize, ToSchema)]
pub struct ApprovalView {
    /// The hash of what was approved.
    pub content_hash: String,
    /// Who approved it.
    pub by_id: String,
    /// When (RFC 3339).
    #[schema(format = "date-time")]
    pub at: String,
}

/// A post with everything that hangs on it.
#[derive(Debug, Serialize, ToSchema)]
pub struct PostDetailView {
    /// The post.
    #[serde(flatten)]
    pub post: PostView,
    /// Its publications, one for each account and time.
    pub publications: Vec<PublicationView>,
    /// What was said about it, oldest first; only where the post is asked for by itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub feedback: Option<Vec<FeedbackView>>,
    /// What it said, newest first, at most 50; only where the post is asked for by itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub editions: Option<Vec<EditionView>>,
}

impl From<&domain::post::Approval> for ApprovalView {
    fn from(approval: &domain::post::Approval) -> Self {
        Self {
            content_hash: approval.hash.as_str().to_owned(),
            by_id: approval.by.to_string(),
            at: approval.at.to_string(),
        }
    }
}

impl From<&Post> for PostView {
    fn from(post: &Post) -> Self {
        let timing = post.timing.as_ref();
        let local = timing.and_then(|timing| match &timing.when {
            When::Instant(_) => None,
            When::Local(local) => Some(local),
        });
        let approved = post.approval.as_ref().map(|approval| approval.hash.clone());
        let awaited = post.awaits().map(|awaited| awaited.hash());
        let hash = awaited
            .or(approved)
            .or_else(|| post.to_approve().map(|it| it.hash()));
        let texts = |ids: &[domain::AccountId]| ids.iter().map(ToString::to_string).collect();
        Self {
            id: post.id.to_string(),
            team_id: post.team.to_string(),
            author_id: post.author.to_string(),
            edited_by_id: post.edited_by.to_string(),
            assignee_id: post.assignee.map(|user| user.to_string()),
            labels: post.labels.iter().map(ToString::to_string).collect(),
            content: ContentView::from(&post.content),
            account_ids: texts(&post.accounts),
            cancelled_account_ids: texts(&post.left_out),
            status: post.status.to_string(),
            publish_at: timing.map(|timing| timing.schedule.publish_at.to_string()),
            local_time: local.map(|local| local.at.to_string()),
            time_zone: local.map(|local| local.zone.to_string()),
            queue_account_id: timing
                .and_then(|timing| timing.queue)
                .map(|id| id.to_string()),
            max_late_seconds: timing.map(|timing| timing.schedule.max_late.as_secs()),
            content_hash: hash.map(|hash| hash.as_str().to_owned()),
            approval: post.approval.as_ref().map(ApprovalView::from),
            repetition: post.repetition.as_ref().map(RepetitionView::from),
            findings: None,
            edition: post.edition,
            version: post.version,
            created_at: post.created_at.to_string(),
            updated_at: post.updated_at.to_string(),
        }
    }
}

impl PostView {
    /// The same, with what the platforms have to say.
    pub(super) fn with_findings(mut self, found: &[(Account, Finding)]) -> Self {
        self.findings = Some(found.iter().map(FindingView::from).collect());
        self
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
            feedback: None,
            editions: None,
        }
    }

    /// A post as a decision has left it.
    pub(super) fn changed(change: &Change, before: &PostRecord) -> Self {
        Self::new(&change.post, &change.publications_now(), &before.attempts)
    }

    /// A post with its history.
    pub(super) fn whole(record: &PostRecord, history: &History) -> Self {
        let feedback = history.feedback.iter().map(FeedbackView::from);
        let editions = history.editions.iter().map(EditionView::from);
        Self {
            feedback: Some(feedback.collect()),
            editions: Some(editions.collect()),
            ..Self::new(&record.post, &record.publications, &record.attempts)
        }
    }

    /// The same, with what the platforms have to say.
    pub(super) fn with_findings(mut self, found: &[(Account, Finding)]) -> Self {
        self.post = self.post.with_findings(found);
        self
    }
}
