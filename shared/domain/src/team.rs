//! Teams, their members, and who may do what: the matrix of roles stands here and nowhere else.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use strum::{Display, EnumIter, EnumString};

use crate::activity::{Activity, Actor, Entry, Kind, Scope};
use crate::error::Refused;
use crate::ids::{TeamId, UserId};
use crate::locale::Zone;
use crate::schedule;
use crate::text::TeamName;
use crate::user::{User, UserStatus};

/// What a member is in a team.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, Display, EnumString, EnumIter,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Role {
    /// Runs the team: members, accounts, settings.
    Admin,
    /// Writes, schedules and approves posts.
    Editor,
    /// Reads.
    Viewer,
}

/// Something that a role may or may not do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Display, EnumIter)]
#[strum(serialize_all = "snake_case")]
pub enum Permission {
    /// Read posts, accounts, members and activity.
    #[strum(serialize = "read")]
    Read,
    /// Create, edit, schedule, repost and cancel posts.
    #[strum(serialize = "write posts")]
    WritePosts,
    /// Approve and reject posts.
    #[strum(serialize = "approve posts")]
    ApprovePosts,
    /// Send notifications to members.
    #[strum(serialize = "send notifications")]
    Notify,
    /// Change members, roles, invitations, accounts, webhooks and settings.
    #[strum(serialize = "manage the team")]
    ManageTeam,
}

/// The matrix of roles: which roles have which permission.
pub const MATRIX: [(Permission, &[Role]); 5] = [
    (Permission::Read, &[Role::Admin, Role::Editor, Role::Viewer]),
    (Permission::WritePosts, &[Role::Admin, Role::Editor]),
    (Permission::ApprovePosts, &[Role::Admin, Role::Editor]),
    (Permission::Notify, &[Role::Admin, Role::Editor]),
    (Permission::ManageTeam, &[Role::Admin]),
];

impl Role {
    /// Whether the matrix gives this role the permission.
    pub fn may(self, permission: Permission) -> bool {
        MATRIX
            .iter()
            .any(|(of, roles)| *of == permission && roles.contains(&self))
    }

    /// The roles that have the permission: what a write's condition asks of the membership row.
    pub fn with(permission: Permission) -> &'static [Self] {
        MATRIX
            .iter()
            .find(|(of, _)| *of == permission)
            .map_or(&[], |(_, roles)| roles)
    }
}

/// A user in a team. Every decision about a team's things takes one, so that the check of its role cannot be forgotten.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// The team.
    pub team: TeamId,
    /// The user.
    pub user: UserId,
    /// What the user is in the team.
    pub role: Role,
    /// Since when.
    pub joined_at: Timestamp,
}

/// A member who came, changed or went, with the entry for the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemberChanged {
    /// The member as he is now, or as he was before he went.
    pub member: Member,
    /// The entry.
    pub activity: Activity,
}

impl Member {
    /// Makes a user a member, without asking him.
    pub fn add(
        &self,
        user: &User,
        role: Role,
        entry: Entry,
        now: Timestamp,
    ) -> Result<MemberChanged, Refused> {
        self.require(Permission::ManageTeam)?;
        if user.id == self.user {
            return Err(Refused::Conflict(
                "this user is a member of the team already".into(),
            ));
        }
        if user.status != UserStatus::Active {
            return Err(Refused::invalid(
                "/user_id",
                "is a user account that is closed",
            ));
        }
        let member = Self {
            team: self.team,
            user: user.id,
            role,
            joined_at: now,
        };
        let activity = self
            .entry(entry, Kind::MemberAdded, now)
            .about_member(user.id)
            .with("role", role.to_string());
        Ok(MemberChanged { member, activity })
    }

    /// Gives a member another role.
    pub fn change_role(
        &self,
        of: &Self,
        role: Role,
        entry: Entry,
        now: Timestamp,
    ) -> Result<MemberChanged, Refused> {
        self.require(Permission::ManageTeam)?;
        let member = Self { role, ..of.clone() };
        let activity = self
            .entry(entry, Kind::MemberRoleChanged, now)
            .about_member(of.user)
            .with("role_before", of.role.to_string())
            .with("role", role.to_string());
        Ok(MemberChanged { member, activity })
    }

    /// Takes a member out of the team. Everybody may go himself.
    pub fn remove(
        &self,
        other: &Self,
        entry: Entry,
        now: Timestamp,
    ) -> Result<MemberChanged, Refused> {
        let activity = if self.user == other.user {
            self.entry(entry, Kind::MemberLeft, now)
        } else {
            self.require(Permission::ManageTeam)?;
            self.entry(entry, Kind::MemberRemoved, now)
                .about_member(other.user)
        };
        Ok(MemberChanged {
            member: other.clone(),
            activity: activity.with("role", other.role.to_string()),
        })
    }

    /// An entry for the team's log about something that this member does.
    pub(crate) fn entry(&self, entry: Entry, kind: Kind, now: Timestamp) -> Activity {
        let (scope, actor) = (Scope::Team(self.team), Actor::User(self.user));
        Activity::new(entry, scope, actor, kind, now)
    }

    /// Refuses a member whose role lacks the permission.
    pub fn require(&self, permission: Permission) -> Result<(), Refused> {
        if self.role.may(permission) {
            Ok(())
        } else {
            Err(Refused::Forbidden {
                role: self.role,
                permission,
            })
        }
    }
}

/// How a team works.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Whether a post needs somebody's approval before it goes out.
    pub approval_required: bool,
    /// Whether somebody may approve what he wrote himself.
    pub own_approval: bool,
    /// Where the team's clocks are, when nobody says otherwise.
    pub zone: Zone,
    /// How late a post may go out, when nobody says otherwise.
    pub max_late: SignedDuration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            approval_required: false,
            own_approval: false,
            zone: Zone::utc(),
            max_late: schedule::DEFAULT_MAX_LATE,
        }
    }
}

/// What is to be different about a team.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Change {
    /// Another name.
    pub name: Option<TeamName>,
    /// See [`Settings::approval_required`].
    pub approval_required: Option<bool>,
    /// See [`Settings::own_approval`].
    pub own_approval: Option<bool>,
    /// See [`Settings::zone`].
    pub zone: Option<Zone>,
    /// See [`Settings::max_late`].
    pub max_late: Option<SignedDuration>,
}

impl Change {
    fn apply(self, name: TeamName, settings: Settings) -> Result<(TeamName, Settings), Refused> {
        if let Some(max_late) = self.max_late {
            schedule::require_max_late(max_late)?;
        }
        let settings = Settings {
            approval_required: self.approval_required.unwrap_or(settings.approval_required),
            own_approval: self.own_approval.unwrap_or(settings.own_approval),
            zone: self.zone.unwrap_or(settings.zone),
            max_late: self.max_late.unwrap_or(settings.max_late),
        };
        Ok((self.name.unwrap_or(name), settings))
    }
}

/// People who work on the same social accounts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Team {
    /// Its id.
    pub id: TeamId,
    /// What it is called.
    pub name: TeamName,
    /// How it works.
    pub settings: Settings,
    /// Who made it.
    pub created_by: UserId,
    /// When it was made.
    pub created_at: Timestamp,
    /// Rises with every change, so that nobody overwrites what he has not seen.
    pub revision: u32,
}

/// A team as it comes into being, with its first member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TeamCreated {
    /// The team.
    pub team: Team,
    /// Its maker, as its first admin.
    pub member: Member,
    /// The entry for the log.
    pub activity: Activity,
}

/// A team that changed, with the entry for the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TeamChanged {
    /// The team as it is now.
    pub team: Team,
    /// The entry.
    pub activity: Activity,
}

impl Team {
    /// Makes a team: only admins of the deployment may, and the maker becomes the team's first admin.
    pub fn create(
        id: TeamId,
        (name, wish): (TeamName, Change),
        creator: &User,
        entry: Entry,
        now: Timestamp,
    ) -> Result<TeamCreated, Refused> {
        creator.require_admin()?;
        let settings = Settings {
            zone: creator.zone.clone(),
            ..Settings::default()
        };
        let (name, settings) = wish.apply(name, settings)?;
        let actor = Actor::User(creator.id);
        let activity = Activity::new(entry, Scope::Team(id), actor, Kind::TeamCreated, now)
            .with("name", name.as_str());
        Ok(TeamCreated {
            team: Self {
                id,
                name,
                settings,
                created_by: creator.id,
                created_at: now,
                revision: 1,
            },
            member: Member {
                team: id,
                user: creator.id,
                role: Role::Admin,
                joined_at: now,
            },
            activity,
        })
    }

    /// Gives the team another name or other settings. The entry says what is different now.
    pub fn change(
        &self,
        member: &Member,
        change: Change,
        entry: Entry,
        now: Timestamp,
    ) -> Result<TeamChanged, Refused> {
        member.require(Permission::ManageTeam)?;
        let (name, settings) = change.apply(self.name.clone(), self.settings.clone())?;
        let before = self.described();
        let team = Self {
            name,
            settings,
            revision: self.revision + 1,
            ..self.clone()
        };
        let activity = member.entry(entry, Kind::TeamChanged, now);
        let activity = before
            .into_iter()
            .zip(team.described())
            .filter(|(before, after)| before != after)
            .fold(activity, |activity, ((name, was), (_, is))| {
                activity.with(&format!("{name}_before"), was).with(name, is)
            });
        Ok(TeamChanged { team, activity })
    }

    /// Says yes to deleting the team, if who asks repeats its name.
    pub fn delete(
        &self,
        member: &Member,
        name: &str,
        entry: Entry,
        now: Timestamp,
    ) -> Result<Activity, Refused> {
        member.require(Permission::ManageTeam)?;
        if TeamName::parse(name).as_ref() != Ok(&self.name) {
            return Err(Refused::invalid(
                "?name",
                format!(
                    "must repeat the team's name, which is \"{}\", because everything of the team is deleted with it",
                    self.name
                ),
            ));
        }
        let activity = member.entry(entry, Kind::TeamDeleted, now);
        Ok(activity.with("name", self.name.as_str()))
    }

    /// Name and settings in words, for the log.
    fn described(&self) -> [(&'static str, String); 5] {
        let settings = &self.settings;
        [
            ("name", self.name.to_string()),
            ("approval_required", settings.approval_required.to_string()),
            ("own_approval", settings.own_approval.to_string()),
            ("time_zone", settings.zone.to_string()),
            ("max_late_seconds", settings.max_late.as_secs().to_string()),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids;
    use strum::IntoEnumIterator;

    #[test]
    fn every_permission_has_one_row_in_the_matrix() {
        for permission in Permission::iter() {
            assert_eq!(
                MATRIX.iter().filter(|(of, _)| *of == permission).count(),
                1,
                "{permission}"
            );
        }
    }

    #[test]
    fn a_viewer_only_reads_and_an_admin_does_everything() {
        for permission in Permission::iter() {
            assert_eq!(
                Role::Viewer.may(permission),
                permission == Permission::Read,
                "{permission}"
            );
            assert!(Role::Admin.may(permission), "{permission}");
        }
        assert!(!Role::Editor.may(Permission::ManageTeam));
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn member(n: u8, role: Role) -> Member {
        Member {
            team: ids::new(at(1), [1; 10]),
            user: ids::new(at(1), [n; 10]),
            role,
            joined_at: at(1),
        }
    }

    fn team() -> Team {
        Team {
            id: member(2, Role::Admin).team,
            name: TeamName::parse("Harbour news").unwrap(),
            settings: Settings::default(),
            created_by: member(2, Role::Admin).user,
            created_at: at(1),
            revision: 4,
        }
    }

    fn entry() -> Entry {
        Entry::system(ids::new(at(2), [7; 10]))
    }

    #[test]
    fn a_change_says_in_the_log_what_was_and_what_is_and_nothing_else() {
        let change = Change {
            approval_required: Some(true),
            ..Change::default()
        };
        let changed = team().change(&member(2, Role::Admin), change, entry(), at(2));
        let TeamChanged {
            team: after,
            activity,
        } = changed.unwrap();
        assert_eq!((after.revision, &after.name), (5, &team().name));
        let details: Vec<_> = activity.details.into_iter().collect();
        let expected = [
            ("approval_required", "true"),
            ("approval_required_before", "false"),
        ];
        assert_eq!(
            details,
            expected.map(|(name, is)| (name.to_owned(), is.to_owned()))
        );
        let refused = team().change(&member(2, Role::Editor), Change::default(), entry(), at(2));
        assert!(matches!(refused, Err(Refused::Forbidden { .. })));
    }

    #[test]
    fn a_lateness_that_nobody_can_want_is_refused_with_its_field() {
        for seconds in [59, 86_401] {
            let change = Change {
                max_late: Some(SignedDuration::from_secs(seconds)),
                ..Change::default()
            };
            let refused = team().change(&member(2, Role::Admin), change, entry(), at(2));
            let Err(Refused::Invalid { pointer, .. }) = refused else {
                panic!("{seconds}")
            };
            assert_eq!(pointer, "/max_late_seconds");
        }
    }

    #[test]
    fn a_team_is_deleted_by_an_admin_who_repeats_its_name() {
        let delete = |role, name| team().delete(&member(2, role), name, entry(), at(2));
        assert!(delete(Role::Admin, "Harbour news").is_ok());
        for wrong in ["", "harbour news", "Harbour"] {
            assert!(matches!(
                delete(Role::Admin, wrong),
                Err(Refused::Invalid { .. })
            ));
        }
        assert!(matches!(
            delete(Role::Editor, "Harbour news"),
            Err(Refused::Forbidden { .. })
        ));
    }

    #[test]
    fn only_admins_change_others_and_everybody_may_go_himself() {
        let (editor, other) = (member(3, Role::Editor), member(4, Role::Viewer));
        let forbidden = |changed| matches!(changed, Err(Refused::Forbidden { .. }));
        assert!(forbidden(editor.remove(&other, entry(), at(2))));
        assert!(forbidden(editor.change_role(
            &other,
            Role::Admin,
            entry(),
            at(2)
        )));
        assert!(forbidden(editor.change_role(
            &editor,
            Role::Admin,
            entry(),
            at(2)
        )));
        let left = other.remove(&other, entry(), at(2)).unwrap();
        assert_eq!(left.activity.kind, Kind::MemberLeft);
        let removed = member(2, Role::Admin)
            .remove(&other, entry(), at(2))
            .unwrap();
        assert_eq!(removed.activity.kind, Kind::MemberRemoved);
        assert_eq!(removed.activity.member, Some(other.user));
    }
}
