//! Writing a post, and changing it.

use jiff::Timestamp;

use super::{Change, Event, MAX_ACCOUNTS, MAX_LABELS, Moved, Post, Scene, Status, is_transition};
use crate::account::Account;
use crate::activity::{Entry, Kind};
use crate::content::{Content, MAX_MEDIA, MAX_PARTS, MAX_VERSIONS, Part, Version};
use crate::error::Refused;
use crate::ids::{AccountId, PostId, PublicationId, UserId};
use crate::publication::Publication;
use crate::team::{Member, Permission};
use crate::text::Label;

/// What somebody writes.
#[derive(Clone, Debug)]
pub struct Draft<'a> {
    /// What it says.
    pub content: Content,
    /// Where it goes.
    pub accounts: &'a [Account],
    /// Words to find it by.
    pub labels: Vec<Label>,
    /// Who is to see to it: a member of the team.
    pub assignee: Option<UserId>,
}

impl Draft<'_> {
    /// The ids of its accounts and its labels, in order and once each; an error when there are too many of anything.
    fn checked(&self) -> Result<(Vec<AccountId>, Vec<Label>), Refused> {
        let mut accounts: Vec<_> = self.accounts.iter().map(|account| account.id).collect();
        accounts.sort_unstable();
        accounts.dedup();
        if accounts.is_empty() || accounts.len() > MAX_ACCOUNTS {
            return Err(Refused::invalid(
                "/account_ids",
                format!("must name 1 to {MAX_ACCOUNTS} accounts"),
            ));
        }
        let mut labels = self.labels.clone();
        labels.sort_unstable();
        labels.dedup();
        if labels.len() > MAX_LABELS {
            return Err(Refused::invalid(
                "/labels",
                format!("must be at most {MAX_LABELS}"),
            ));
        }
        self.sizes()?;
        if self.content.body.text.is_blank() && self.content.media().is_empty() {
            return Err(Refused::invalid(
                "/text",
                "must not be blank where there is no media",
            ));
        }
        Ok((accounts, labels))
    }

    fn sizes(&self) -> Result<(), Refused> {
        let Content { body, versions } = &self.content;
        few(versions, MAX_VERSIONS, "/versions")?;
        few(&body.media, MAX_MEDIA, "/media")?;
        parts(&body.parts, "")?;
        for (position, version) in versions.iter().enumerate() {
            let at = format!("/versions/{position}");
            let again = |other: &Version| other.of == version.of;
            if versions.iter().take(position).any(again) {
                return Err(Refused::invalid(
                    &at,
                    "is for the same platform or account as an earlier version",
                ));
            }
            few(
                version.media.as_deref().unwrap_or_default(),
                MAX_MEDIA,
                &format!("{at}/media"),
            )?;
            parts(version.parts.as_deref().unwrap_or_default(), &at)?;
        }
        Ok(())
    }
}

fn few<T>(list: &[T], most: usize, pointer: &str) -> Result<(), Refused> {
    if list.len() > most {
        return Err(Refused::invalid(pointer, format!("must be at most {most}")));
    }
    Ok(())
}

fn parts(parts: &[Part], at: &str) -> Result<(), Refused> {
    few(parts, MAX_PARTS, &format!("{at}/parts"))?;
    for (position, part) in parts.iter().enumerate() {
        let at = format!("{at}/parts/{position}");
        few(&part.media, MAX_MEDIA, &format!("{at}/media"))?;
        if part.text.is_blank() && part.media.is_empty() {
            return Err(Refused::invalid(
                &format!("{at}/text"),
                "must not be blank where there is no media",
            ));
        }
    }
    Ok(())
}

impl Post {
    /// Writes a draft for one or more accounts of the team.
    pub fn create(
        id: PostId,
        member: &Member,
        draft: Draft<'_>,
        entry: Entry,
        now: Timestamp,
    ) -> Result<Change, Refused> {
        member.require(Permission::WritePosts)?;
        let (accounts, labels) = draft.checked()?;
        let post = Self {
            id,
            team: member.team,
            author: member.user,
            edited_by: member.user,
            assignee: draft.assignee,
            labels,
            content: draft.content,
            accounts,
            left_out: Vec::new(),
            timing: None,
            status: Status::Draft,
            approval: None,
            repetition: None,
            noted: false,
            chore_at: None,
            edition: 1,
            version: 1,
            created_at: now,
            updated_at: now,
        };
        let activity = post.entry_of(member, entry, Kind::PostCreated, now);
        Ok(Change {
            before: None,
            post,
            publications: Vec::new(),
            approved: None,
            feedback: None,
            activity,
        })
    }

    /// Changes what it says, where it goes, its labels and who sees to it. A yes that was given holds no longer when it says something else or
    /// goes elsewhere: in a team that asks for approval it is pending again, in another one this is the yes.
    pub fn edit(
        &self,
        member: &Member,
        draft: Draft<'_>,
        scene: &Scene<'_>,
        new_id: impl FnMut() -> PublicationId,
        entry: Entry,
        now: Timestamp,
    ) -> Result<Change, Refused> {
        member.require(Permission::WritePosts)?;
        let (accounts, labels) = draft.checked()?;
        let says_the_same =
            draft.content == self.content && accounts == self.accounts && self.left_out.is_empty();
        let activity = self.entry_of(member, entry, Kind::PostEdited, now);
        let activity = activity.with("edition_before", self.edition.to_string());
        let mut post = Self {
            labels,
            assignee: draft.assignee,
            ..self.clone()
        };
        if says_the_same {
            let activity = activity.with("edition", self.edition.to_string());
            let publications = scene.publications.iter().map(Moved::unchanged).collect();
            return Ok(self.changed_to(post, publications, activity, now));
        }
        self.require_editable(scene.publications)?;
        post.content = draft.content;
        post.accounts = accounts;
        post.left_out = Vec::new();
        post.edition = self.edition + 1;
        post.edited_by = member.user;
        post.noted = false;
        let activity = activity.with("edition", post.edition.to_string());
        post.status = match self.status {
            Status::Draft | Status::Rejected | Status::Failed => Status::Draft,
            Status::Approved if !scene.settings.approval_required => {
                return self.approved_anew(member, post, scene, new_id, activity, now);
            }
            _ => Status::Pending,
        };
        post.approval = None;
        let publications = Self::withdrawn(scene.publications, 0);
        Ok(self.changed_to(post, publications, activity, now))
    }

    /// Whether what it says may change: nothing of it may be out, or be going out.
    fn require_editable(&self, publications: &[Publication]) -> Result<(), Refused> {
        let asks = [true, false];
        let is_open = |asks: &bool| {
            let to = [Status::Draft, Status::Pending, Status::Approved];
            to.iter()
                .any(|to| is_transition(Some(self.status), Event::Edit, *asks, *to))
        };
        if !asks.iter().any(is_open) {
            return Err(Refused::Conflict(format!(
                "a post that is {} cannot be edited any more{}",
                self.status,
                match self.status {
                    Status::Cancelled => ": write it anew",
                    Status::Publishing =>
                        ": cancel it on accounts where it has not gone out yet with DELETE /posts/{postId}?account_id=…",
                    _ =>
                        ": write another one, or let it go out again with POST /posts/repost/{postId}",
                }
            )));
        }
        if publications.iter().any(Publication::is_possibly_out) {
            return Err(Refused::Conflict(
                "this post is going out at this moment and cannot be edited any more".into(),
            ));
        }
        if self.is_repeating(publications) {
            return Err(Refused::Conflict(
                "this post goes out again at further times: stop them with DELETE /posts/repost/{postId} before you edit it".into(),
            ));
        }
        Ok(())
    }
}
