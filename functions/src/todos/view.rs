//! What waits for somebody, as the API shows it.

use domain::post::{Todo, TodoKind};
use domain::{Account, Invitation, PostId, Team};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

/// Something that waits for you.
#[derive(Debug, Serialize, ToSchema)]
pub struct TodoView {
    /// `check_publication`: nobody knows whether a post went out. `failed_publication`: a post did not go out. `reconnect_account`: connect an
    /// account again, what is scheduled for it waits. `approve_post`. `revise_post`: it was rejected. `finish_draft`. `answer_invitation`.
    #[schema(example = "approve_post")]
    pub kind: String,
    /// The team.
    pub team_id: String,
    /// Its name.
    pub team_name: String,
    /// The post.
    pub post_id: Option<String>,
    /// The account.
    pub account_id: Option<String>,
    /// The invitation.
    pub invitation_id: Option<String>,
    /// What it is about, in a sentence.
    #[schema(example = "Connect @ana@mastodon.social on Mastodon again: the token was revoked")]
    pub summary: String,
    /// Since when it waits (RFC 3339).
    #[schema(format = "date-time")]
    pub since: String,
    /// By when: the time of the post, where it has one (RFC 3339).
    #[schema(format = "date-time")]
    pub due_at: Option<String>,
    #[serde(skip)]
    urgency: (u8, Timestamp),
}

impl TodoView {
    /// Sorts what is urgent to the front: what may be wrong out there first, then what waits nearest to its time.
    pub(super) fn urgency(&self) -> (u8, Timestamp) {
        self.urgency
    }

    /// An account to connect again.
    pub(super) fn reconnect(team: &Team, account: &Account) -> Self {
        let why = account.problem.as_ref();
        Self {
            account_id: Some(account.id.to_string()),
            summary: format!(
                "Connect {} on {} again{}",
                account.handle,
                account.platform.title(),
                why.map_or_else(String::new, |why| format!(": {why}"))
            ),
            ..Self::of(team, "reconnect_account", account.chore_at, 2)
        }
    }

    /// An invitation to answer.
    pub(super) fn answer(team: &Team, invitation: &Invitation) -> Self {
        Self {
            invitation_id: Some(invitation.id.to_string()),
            summary: format!("Join {} as {}", team.name, invitation.role),
            ..Self::of(team, "answer_invitation", invitation.sent_at, 4)
        }
    }

    /// A post that waits.
    pub(super) fn post(team: &Team, id: PostId, todo: &Todo) -> Self {
        let excerpt = &todo.excerpt;
        let (rank, summary) = match todo.kind {
            TodoKind::CheckPublication => (0, format!("Look whether this went out: {excerpt}")),
            TodoKind::FailedPublication => (1, format!("This did not go out: {excerpt}")),
            TodoKind::ApprovePost => (3, format!("Approve or reject: {excerpt}")),
            TodoKind::RevisePost => (3, format!("This was rejected, change it: {excerpt}")),
            TodoKind::FinishDraft => (3, format!("Finish the draft: {excerpt}")),
        };
        let urgency = (rank, todo.due_at.unwrap_or(Timestamp::MAX));
        Self {
            post_id: Some(id.to_string()),
            summary,
            due_at: todo.due_at.map(|at| at.to_string()),
            urgency,
            ..Self::of(team, &todo.kind.to_string(), todo.since, rank)
        }
    }

    fn of(team: &Team, kind: &str, since: Timestamp, rank: u8) -> Self {
        Self {
            kind: kind.to_owned(),
            team_id: team.id.to_string(),
            team_name: team.name.to_string(),
            post_id: None,
            account_id: None,
            invitation_id: None,
            summary: String::new(),
            since: since.to_string(),
            due_at: None,
            urgency: (rank, since),
        }
    }
}

/// What waits for you, and how much of each kind.
#[derive(Debug, Serialize, ToSchema)]
pub struct TodosView {
    /// What waits, the most urgent first.
    pub items: Vec<TodoView>,
    /// Always absent: the list is whole.
    pub next_cursor: Option<String>,
    /// How much waits of each kind.
    pub counts: std::collections::BTreeMap<String, usize>,
}
