//! What a post waits for, and whose turn it is.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use strum::{Display, EnumIter, EnumString};

use super::{Post, RepetitionState, Status};
use crate::ids::UserId;
use crate::publication::{Publication, State};
use crate::team::{Member, Permission, Settings};

/// What is to be done about a post.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, Display, EnumString, EnumIter,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum TodoKind {
    /// It is not known whether it went out: look there.
    CheckPublication,
    /// It did not go out, on some account or on all.
    FailedPublication,
    /// It waits for a yes or a no.
    ApprovePost,
    /// Somebody said no: change it and ask again.
    RevisePost,
    /// It is to be written.
    FinishDraft,
}

/// What is to be done about a post, as it is kept for its team.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Todo {
    /// What.
    pub kind: TodoKind,
    /// Since when.
    pub since: Timestamp,
    /// By when: the time of the post, where it has one.
    pub due_at: Option<Timestamp>,
    /// Who wrote the post.
    pub author: UserId,
    /// Who last changed it.
    pub edited_by: UserId,
    /// Who is to see to it.
    pub assignee: Option<UserId>,
    /// How the post begins.
    pub excerpt: String,
}

/// How many characters of a post stand in a list.
const EXCERPT: usize = 80;

impl Post {
    /// What is to be done about it; nothing, when it waits for nobody.
    pub fn todo(&self, publications: &[Publication]) -> Option<Todo> {
        let unclear =
            |publication: &Publication| matches!(publication.state, State::Unclear { .. });
        let lost = |publication: &Publication| {
            !self.left_out.contains(&publication.account)
                && matches!(publication.state, State::Refused { .. } | State::Missed)
        };
        let pending = |state: RepetitionState| state == RepetitionState::Pending;
        let repeats = self.repetition.as_ref().map(|repetition| repetition.state);
        let is_live = !matches!(self.status, Status::Draft | Status::Cancelled);
        let kind = if publications.iter().any(unclear) {
            TodoKind::CheckPublication
        } else if is_live && !self.noted && publications.iter().any(lost) {
            TodoKind::FailedPublication
        } else if self.status == Status::Pending || repeats.is_some_and(pending) {
            TodoKind::ApprovePost
        } else if self.status == Status::Rejected {
            TodoKind::RevisePost
        } else if self.status == Status::Draft && self.assignee.is_some() {
            TodoKind::FinishDraft
        } else {
            return None;
        };
        let timing = self.timing.as_ref();
        Some(Todo {
            kind,
            since: self.updated_at,
            due_at: timing.map(|timing| timing.schedule.publish_at),
            author: self.author,
            edited_by: self.repeats().map_or(self.edited_by, |of| of.by),
            assignee: self.assignee,
            excerpt: self.excerpt(),
        })
    }

    /// How it begins: its first line, cut.
    pub fn excerpt(&self) -> String {
        let text = self.content.body.text.as_str().trim();
        let line = text.lines().next().unwrap_or_default();
        let mut cut: String = line.chars().take(EXCERPT).collect();
        if cut.len() < line.len() {
            cut.push('…');
        }
        cut
    }
}

impl Todo {
    /// Whether it is this member's turn.
    pub fn is_for(&self, member: &Member, settings: &Settings) -> bool {
        let is_mine = member.user == self.author || self.assignee == Some(member.user);
        match self.kind {
            TodoKind::CheckPublication | TodoKind::FailedPublication => {
                member.role.may(Permission::ManageTeam)
                    || (member.role.may(Permission::WritePosts) && is_mine)
            }
            TodoKind::ApprovePost => {
                let is_own = member.user == self.author || member.user == self.edited_by;
                member.role.may(Permission::ApprovePosts) && (settings.own_approval || !is_own)
            }
            TodoKind::RevisePost => member.role.may(Permission::WritePosts) && is_mine,
            TodoKind::FinishDraft => {
                member.role.may(Permission::WritePosts) && self.assignee == Some(member.user)
            }
        }
    }
}
