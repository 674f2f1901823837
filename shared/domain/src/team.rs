//! Teams, their members, and who may do what: the matrix of roles stands here and nowhere else.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use strum::{Display, EnumIter, EnumString};

use crate::activity::{Activity, Actor, Kind, Scope};
use crate::error::Refused;
use crate::ids::{ActivityId, TeamId, UserId};
use crate::text::TeamName;
use crate::user::User;

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

impl Member {
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

/// People who work on the same social accounts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Team {
    /// Its id.
    pub id: TeamId,
    /// What it is called.
    pub name: TeamName,
    /// Who made it.
    pub created_by: UserId,
    /// When it was made.
    pub created_at: Timestamp,
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

impl Team {
    /// Makes a team: only admins of the deployment may, and the maker becomes the team's first admin.
    pub fn create(
        id: TeamId,
        name: TeamName,
        creator: &User,
        entry: ActivityId,
        now: Timestamp,
    ) -> Result<TeamCreated, Refused> {
        creator.require_admin()?;
        let activity = Activity::new(
            entry,
            Scope::Team(id),
            Actor::User(creator.id),
            Kind::TeamCreated,
            now,
        )
        .with("name", name.as_str());
        Ok(TeamCreated {
            team: Self {
                id,
                name,
                created_by: creator.id,
                created_at: now,
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
}

#[cfg(test)]
mod tests {
    use super::*;
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
}
