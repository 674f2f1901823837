//! Posts: what a team writes, and its way from draft to published.
//!
//! | from | what happens | to |
//! |---|---|---|
//! | – | a member writes it | draft |
//! | draft, pending, approved | a member schedules it, in a team that does not ask for approval | approved |
//! | draft, pending | a member schedules it, in a team that asks for approval | pending |
//! | approved | its first publication is armed | publishing |
//! | publishing | its last publication ends | published, partly_published, failed, cancelled |

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use strum::{Display, EnumIter, EnumString};

use crate::account::Account;
use crate::activity::{Activity, Actor, Kind, Scope};
use crate::content::{Approved, Content, ContentHash};
use crate::error::Refused;
use crate::ids::{AccountId, ActivityId, PostId, PublicationId, TeamId, UserId};
use crate::publication::{Publication, State};
use crate::schedule::Schedule;
use crate::team::{Member, Permission, Settings};

/// The most accounts that one post may go to: what one transaction can hold with room to spare.
pub const MAX_ACCOUNTS: usize = 20;

/// Where a post stands.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, Display, EnumString, EnumIter,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Status {
    /// It is being written.
    Draft,
    /// It waits for an approval.
    Pending,
    /// Somebody said yes to exactly this content, these accounts and this time.
    Approved,
    /// Somebody said no.
    Rejected,
    /// It is going out.
    Publishing,
    /// It is out on every account.
    Published,
    /// It is out on some accounts and will not be on the others.
    PartlyPublished,
    /// It is out on no account and will not be.
    Failed,
    /// Somebody cancelled it.
    Cancelled,
}

/// Somebody's yes to an exact content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approval {
    /// The hash of what was approved.
    pub hash: ContentHash,
    /// Who approved it.
    pub by: UserId,
    /// When.
    pub at: Timestamp,
}

/// A thing that a team writes to publish it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Post {
    /// Its id.
    pub id: PostId,
    /// The team it belongs to.
    pub team: TeamId,
    /// Who wrote it.
    pub author: UserId,
    /// What it says.
    pub content: Content,
    /// Where it goes, in order of id.
    pub accounts: Vec<AccountId>,
    /// When it goes out, once that is chosen.
    pub schedule: Option<Schedule>,
    /// Where it stands.
    pub status: Status,
    /// The approval that its publications go out under.
    pub approval: Option<Approval>,
    /// Counts the changes; every write is conditional on it.
    pub version: u64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// A post that changed, with the entry for the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PostChanged {
    /// The post as it is now.
    pub post: Post,
    /// The entry.
    pub activity: Activity,
}

/// What a post's time is decided from.
#[derive(Clone, Debug)]
pub struct Plan<'a> {
    /// The time.
    pub schedule: Schedule,
    /// How the post's team works.
    pub settings: &'a Settings,
    /// The post's accounts.
    pub accounts: &'a [Account],
    /// The publications that the post has had so far.
    pub publications: Vec<Publication>,
}

/// A post that got its time, with all that hangs on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PostScheduled {
    /// The post as it is now.
    pub post: Post,
    /// What was approved, if it was.
    pub approved: Option<Approved>,
    /// The publications as they were, of a post that had a time already.
    pub before: Vec<Publication>,
    /// The publications as they are now.
    pub publications: Vec<Publication>,
    /// The entry for the log.
    pub activity: Activity,
}

impl Post {
    /// Writes a draft for one or more accounts of the team.
    pub fn create(
        id: PostId,
        member: &Member,
        content: Content,
        accounts: &[Account],
        entry: ActivityId,
        now: Timestamp,
    ) -> Result<PostChanged, Refused> {
        member.require(Permission::WritePosts)?;
        let mut ids: Vec<_> = accounts.iter().map(|account| account.id).collect();
        ids.sort_unstable();
        ids.dedup();
        if ids.is_empty() || ids.len() > MAX_ACCOUNTS {
            return Err(Refused::invalid(
                "/account_ids",
                format!("must name 1 to {MAX_ACCOUNTS} accounts"),
            ));
        }
        let activity = Activity::new(
            entry,
            Scope::Team(member.team),
            Actor::User(member.user),
            Kind::PostCreated,
            now,
        )
        .about_post(id);
        let post = Self {
            id,
            team: member.team,
            author: member.user,
            content,
            accounts: ids,
            schedule: None,
            status: Status::Draft,
            approval: None,
            version: 1,
            created_at: now,
            updated_at: now,
        };
        Ok(PostChanged { post, activity })
    }

    /// Gives the post its time. In a team that does not ask for approval this approves it too, so its publications begin to wait.
    /// `new_id` makes the ids of new publications.
    pub fn schedule(
        self,
        member: &Member,
        plan: Plan<'_>,
        mut new_id: impl FnMut() -> PublicationId,
        entry: ActivityId,
        now: Timestamp,
    ) -> Result<PostScheduled, Refused> {
        let Plan {
            schedule,
            settings,
            accounts,
            publications,
        } = plan;
        member.require(Permission::WritePosts)?;
        let changeable = matches!(
            self.status,
            Status::Draft | Status::Pending | Status::Approved
        ) && publications.iter().all(Publication::is_open_to_change);
        if !changeable {
            return Err(Refused::Conflict(format!(
                "a post that is {} cannot be scheduled any more",
                self.status
            )));
        }
        for account in accounts {
            account.require_active("/post_id")?;
        }
        let activity = Activity::new(
            entry,
            Scope::Team(self.team),
            Actor::User(member.user),
            Kind::PostScheduled,
            now,
        )
        .about_post(self.id)
        .with("publish_at", schedule.publish_at.to_string());
        if settings.approval_required {
            return self.awaiting_approval(schedule, &publications, activity, now);
        }
        let approved = Approved {
            content: self.content.clone(),
            accounts: self.accounts.clone(),
            publish_at: schedule.publish_at,
        };
        let hash = ContentHash::of(&approved.bytes());
        let moved = if publications.is_empty() {
            accounts
                .iter()
                .map(|account| {
                    Publication::new(
                        new_id(),
                        self.id,
                        self.team,
                        account.id,
                        account.platform,
                        hash.clone(),
                        schedule,
                    )
                })
                .collect()
        } else {
            publications
                .iter()
                .cloned()
                .map(|publication| publication.rescheduled(hash.clone(), schedule))
                .collect()
        };
        let post = Self {
            schedule: Some(schedule),
            status: Status::Approved,
            approval: Some(Approval {
                hash,
                by: member.user,
                at: now,
            }),
            version: self.version + 1,
            updated_at: now,
            ..self
        };
        Ok(PostScheduled {
            post,
            approved: Some(approved),
            before: publications,
            publications: moved,
            activity,
        })
    }

    /// The post with its time, waiting for somebody's yes. One that has publications waiting was approved before the team began to ask
    /// for approval: it keeps that time, because a new one was approved by nobody.
    fn awaiting_approval(
        self,
        schedule: Schedule,
        publications: &[Publication],
        activity: Activity,
        now: Timestamp,
    ) -> Result<PostScheduled, Refused> {
        if !publications.is_empty() {
            return Err(Refused::Conflict(
                "this post was approved for another time, and the team asks for approval now"
                    .into(),
            ));
        }
        let post = Self {
            schedule: Some(schedule),
            status: Status::Pending,
            approval: None,
            version: self.version + 1,
            updated_at: now,
            ..self
        };
        Ok(PostScheduled {
            post,
            approved: None,
            before: Vec::new(),
            publications: Vec::new(),
            activity,
        })
    }

    /// The status that follows from the publications: an end is only reached when none of them may yet go out.
    pub fn status_from(publications: &[Publication]) -> Status {
        let count = |wanted: fn(&State) -> bool| {
            publications
                .iter()
                .filter(|publication| wanted(&publication.state))
                .count()
        };
        let published = count(|state| matches!(state, State::Published { .. }));
        if publications.iter().any(Publication::is_open) {
            Status::Publishing
        } else if published == publications.len() {
            Status::Published
        } else if published > 0 {
            Status::PartlyPublished
        } else if count(|state| *state == State::Cancelled) == publications.len() {
            Status::Cancelled
        } else {
            Status::Failed
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::{Access, AccountStatus, Platform};
    use crate::ids;
    use crate::publication::{Claim, Outcome};
    use crate::schedule::DEFAULT_MAX_LATE;
    use crate::team::Role;
    use crate::text::{AccountName, PostText};

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn member(role: Role) -> Member {
        Member {
            team: ids::new(at(1), [1; 10]),
            user: ids::new(at(1), [2; 10]),
            role,
            joined_at: at(1),
        }
    }

    fn account(n: u8) -> Account {
        Account {
            id: ids::new(at(1), [n; 10]),
            team: member(Role::Admin).team,
            platform: Platform::Mastodon,
            host: "mastodon.example".into(),
            remote_id: n.to_string(),
            handle: format!("@{n}@mastodon.example"),
            name: AccountName::parse("Name").unwrap(),
            url: "https://mastodon.example/@n".into(),
            max_characters: None,
            status: AccountStatus::Active,
            problem: None,
            access: Access::default(),
            grant: n.to_string(),
            token_generation: 1,
            connected_by: member(Role::Admin).user,
            connected_at: at(1),
            checked_at: at(1),
            chore_at: at(1),
            unsettled: false,
            revision: 1,
        }
    }

    fn draft() -> Post {
        let content = Content {
            text: PostText::parse("Hello").unwrap(),
        };
        Post::create(
            ids::new(at(1), [9; 10]),
            &member(Role::Editor),
            content,
            &[account(5), account(4)],
            ids::new(at(1), [8; 10]),
            at(1),
        )
        .unwrap()
        .post
    }

    fn scheduled(
        post: Post,
        publications: Vec<Publication>,
        second: i64,
    ) -> Result<PostScheduled, Refused> {
        scheduled_in(&Settings::default(), post, publications, second)
    }

    fn scheduled_in(
        settings: &Settings,
        post: Post,
        publications: Vec<Publication>,
        second: i64,
    ) -> Result<PostScheduled, Refused> {
        let mut n = 0;
        let new_id = || {
            n += 1;
            ids::new(at(2), [n; 10])
        };
        let accounts = [account(4), account(5)];
        let plan = Plan {
            schedule: Schedule::new(at(second), DEFAULT_MAX_LATE, at(2)).unwrap(),
            settings,
            accounts: &accounts,
            publications,
        };
        let entry = ids::new(at(2), [7; 10]);
        post.schedule(&member(Role::Editor), plan, new_id, entry, at(2))
    }

    #[test]
    fn a_viewer_cannot_write_or_schedule() {
        let content = draft().content;
        let refused = Post::create(
            ids::new(at(1), [9; 10]),
            &member(Role::Viewer),
            content,
            &[account(4)],
            ids::new(at(1), [8; 10]),
            at(1),
        );
        assert!(matches!(refused, Err(Refused::Forbidden { .. })));
        let accounts = [account(4)];
        let plan = Plan {
            schedule: Schedule::new(at(9), DEFAULT_MAX_LATE, at(2)).unwrap(),
            settings: &Settings::default(),
            accounts: &accounts,
            publications: vec![],
        };
        let viewer = member(Role::Viewer);
        let entry = ids::new(at(2), [7; 10]);
        let refused = draft().schedule(&viewer, plan, || unreachable!(), entry, at(2));
        assert!(matches!(refused, Err(Refused::Forbidden { .. })));
    }

    #[test]
    fn scheduling_approves_exactly_the_content_the_accounts_and_the_time() {
        let result = scheduled(draft(), vec![], 100).unwrap();
        let hash = &result.post.approval.as_ref().unwrap().hash;
        let approved = result.approved.as_ref().unwrap();
        assert_eq!(ContentHash::of(&approved.bytes()), *hash);
        assert_eq!(result.publications.len(), 2);
        assert!(
            result
                .publications
                .iter()
                .all(|publication| publication.content == *hash && publication.next_at == at(100))
        );
        let later = scheduled(draft(), vec![], 101).unwrap();
        assert_ne!(later.post.approval.unwrap().hash, *hash);
    }

    #[test]
    fn where_a_team_asks_for_approval_scheduling_approves_nothing() {
        let asks = Settings {
            approval_required: true,
            ..Settings::default()
        };
        let result = scheduled_in(&asks, draft(), vec![], 100).unwrap();
        assert_eq!(result.post.status, Status::Pending);
        assert_eq!(result.post.schedule.unwrap().publish_at, at(100));
        assert!(result.post.approval.is_none() && result.approved.is_none());
        assert!(result.publications.is_empty());
        // What was approved before keeps its time; a new one was approved by nobody.
        let before = scheduled(draft(), vec![], 100).unwrap();
        let refused = scheduled_in(&asks, before.post, before.publications, 101);
        assert!(matches!(refused, Err(Refused::Conflict(_))));
        // And one that waits for approval goes out by scheduling once the team no longer asks for it.
        let result = scheduled(result.post, vec![], 102).unwrap();
        assert_eq!(result.post.status, Status::Approved);
    }

    #[test]
    fn scheduling_again_moves_the_same_publications() {
        let first = scheduled(draft(), vec![], 100).unwrap();
        let ids: Vec<_> = first
            .publications
            .iter()
            .map(|publication| publication.id)
            .collect();
        let again = scheduled(first.post, first.publications, 200).unwrap();
        assert_eq!(
            again
                .publications
                .iter()
                .map(|publication| publication.id)
                .collect::<Vec<_>>(),
            ids
        );
        assert!(
            again
                .publications
                .iter()
                .all(|publication| publication.next_at == at(200) && publication.revision == 2)
        );
    }

    #[test]
    fn a_post_whose_publication_is_armed_cannot_be_moved() {
        let mut first = scheduled(draft(), vec![], 100).unwrap();
        let Claim::Prepare(prepared) = first.publications[0].claim("w", at(100)) else {
            panic!()
        };
        first.publications[0] = prepared.arm("w", serde_json::Value::Null, at(100)).unwrap();
        assert!(matches!(
            scheduled(first.post, first.publications, 200),
            Err(Refused::Conflict(_))
        ));
    }

    #[test]
    fn the_end_follows_from_the_publications() {
        let publications = scheduled(draft(), vec![], 100).unwrap().publications;
        let with = |a: Outcome, b: Outcome| {
            let end = |publication: &Publication, outcome| {
                let Claim::Prepare(prepared) = publication.claim("w", at(100)) else {
                    panic!()
                };
                prepared
                    .arm("w", serde_json::Value::Null, at(100))
                    .unwrap()
                    .after(outcome, at(101))
            };
            Post::status_from(&[end(&publications[0], a), end(&publications[1], b)])
        };
        let out = || Outcome::Published {
            remote_id: "1".into(),
            url: "u".into(),
        };
        let no = || Outcome::Refused("no".into());
        assert_eq!(with(out(), out()), Status::Published);
        assert_eq!(with(out(), no()), Status::PartlyPublished);
        assert_eq!(with(no(), no()), Status::Failed);
        assert_eq!(with(no(), Outcome::Unclear("?".into())), Status::Publishing);
    }
}
