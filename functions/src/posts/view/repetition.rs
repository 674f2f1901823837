//! The further times of posts, as the API shows them.

use domain::post::{Repetition, RepetitionState};
use domain::repeat::Repeat;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

/// How many of the next times are shown.
const NEXT: usize = 10;

/// The further times of a post.
#[derive(Debug, Serialize, ToSchema)]
pub struct RepetitionView {
    /// `pending`: they wait for an approval. `active`: the post goes out at them. `stopped`, `ended`.
    #[schema(example = "active")]
    pub state: String,
    /// The rule (RFC 5545), where they were given by one.
    #[schema(example = "FREQ=WEEKLY;BYDAY=MO;COUNT=10")]
    pub rule: Option<String>,
    /// The time zone (IANA) that the rule is in.
    pub time_zone: Option<String>,
    /// How many seconds late each may go out.
    pub max_late_seconds: i64,
    /// Who wished for it.
    pub by_id: String,
    /// The numbers of those that are left out.
    pub skipped: Vec<u32>,
    /// The next ones, at most ten.
    pub next: Vec<OccurrenceView>,
}

/// One of the further times of a post.
#[derive(Debug, Serialize, ToSchema)]
pub struct OccurrenceView {
    /// Its number, as its publications have it: what `DELETE /posts/repost/{postId}?occurrence=` takes.
    pub occurrence: u32,
    /// When (RFC 3339).
    #[schema(format = "date-time")]
    pub publish_at: String,
}

impl OccurrenceView {
    /// The next times that are not left out.
    pub(in crate::posts) fn upcoming(repetition: &Repetition, now: Timestamp) -> Vec<Self> {
        let is_over = matches!(
            repetition.state,
            RepetitionState::Stopped | RepetitionState::Ended
        );
        let most = if is_over { 0 } else { NEXT };
        let next = repetition.repeat.upcoming(now, &repetition.skipped, most);
        let view = |(number, at): (u32, Timestamp)| Self {
            occurrence: repetition.offset + number,
            publish_at: at.to_string(),
        };
        next.into_iter().map(view).collect()
    }
}

impl From<&Repetition> for RepetitionView {
    fn from(repetition: &Repetition) -> Self {
        let (rule, zone) = match &repetition.repeat {
            Repeat::Times(_) => (None, None),
            Repeat::Rule(rule) => (Some(rule.text()), Some(rule.zone.to_string())),
        };
        // From the one that publications wait for; before it was approved, from the first.
        let from = repetition.next.map_or(Timestamp::MIN, |(_, at)| {
            at - jiff::SignedDuration::from_millis(1)
        });
        Self {
            state: repetition.state.to_string(),
            rule,
            time_zone: zone,
            max_late_seconds: repetition.max_late.as_secs(),
            by_id: repetition.by.to_string(),
            skipped: repetition
                .skipped
                .iter()
                .map(|number| repetition.offset + number)
                .collect(),
            next: OccurrenceView::upcoming(repetition, from),
        }
    }
}
