//! Teams and their members.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::{AttributeValue, KeysAndAttributes};
use domain::team::{MemberChanged, Settings, TeamChanged, TeamCreated};
use domain::{
    Activity, Member, Permission, Role, Team, TeamId, TeamName, UserId, UserRole, UserStatus, Zone,
};
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use crate::Store;
use crate::activity::append;
use crate::chores::{self, Chore};
use crate::error::{Error, Result};
use crate::item::{Item, flag, from_item, number, parse, seconds, text, to_item};
use crate::keys::{self, SK};
use crate::transaction::{Write, pause};

const TEAM: &str = "team";
const MEMBER: &str = "member";
const BATCH_GET_MAX: usize = 100;

#[derive(Debug, Serialize, Deserialize)]
struct TeamItem {
    id: String,
    name: TeamName,
    created_by: String,
    created_at: String,
    approval_required: bool,
    own_approval: bool,
    zone: Zone,
    max_late: i64,
    revision: u32,
    /// How many admins the team has: it always keeps one.
    admins: u32,
    /// Since when it is being cleared away.
    deleted_at: Option<String>,
}

#[derive(Debug, Serialize, Deserialize)]
struct MemberItem {
    team: String,
    user: String,
    role: String,
    joined_at: String,
}

/// A team as one of its members sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TeamOfUser {
    /// The team.
    pub team: Team,
    /// The user's membership.
    pub member: Member,
}

/// The team; nothing, when it was deleted.
fn read_team(item: Item) -> Result<Option<Team>> {
    let body: TeamItem = from_item(TEAM, item)?;
    if body.deleted_at.is_some() {
        return Ok(None);
    }
    Ok(Some(Team {
        id: parse(TEAM, &body.id)?,
        name: body.name,
        settings: Settings {
            approval_required: body.approval_required,
            own_approval: body.own_approval,
            zone: body.zone,
            max_late: SignedDuration::from_secs(body.max_late),
        },
        created_by: parse(TEAM, &body.created_by)?,
        created_at: parse(TEAM, &body.created_at)?,
        revision: body.revision,
    }))
}

fn read_member(item: Item) -> Result<Member> {
    let body: MemberItem = from_item(MEMBER, item)?;
    Ok(Member {
        team: parse(MEMBER, &body.team)?,
        user: parse(MEMBER, &body.user)?,
        role: parse(MEMBER, &body.role)?,
        joined_at: parse(MEMBER, &body.joined_at)?,
    })
}

fn is_member(item: &Item) -> bool {
    let sk = item.get(SK).and_then(|sk| sk.as_s().ok());
    sk.is_some_and(|sk| sk.starts_with(keys::MEMBER))
}

fn member_item(member: &Member) -> Result<Item> {
    let body = MemberItem {
        team: member.team.to_string(),
        user: member.user.to_string(),
        role: member.role.to_string(),
        joined_at: member.joined_at.to_string(),
    };
    to_item(&keys::member(member.team, member.user), MEMBER, &body)
}

fn pointer(member: &Member) -> Result<Item> {
    #[derive(Serialize)]
    struct Pointer {
        team: String,
    }
    to_item(
        &keys::team_of_user(member.user, member.team),
        "team_of_user",
        &Pointer {
            team: member.team.to_string(),
        },
    )
}

/// The member is gone, if he still has the role that was read.
pub(crate) fn leave(member: &Member) -> [Write; 2] {
    let role = [(":role", text(member.role.to_string()))];
    [
        Write::delete(keys::member(member.team, member.user)).only_if("#role = :role", &role),
        Write::delete(keys::team_of_user(member.user, member.team)),
    ]
}

/// The team has one admin less, if the member was one, and keeps at least one.
pub(crate) fn one_admin_less(member: &Member) -> Option<Write> {
    let less = |team| {
        let minus = [(":minus", number(-1))];
        Write::update(keys::team(team), "ADD #admins :minus", minus)
            .only_if("#admins > :one", &[(":one", number(1))])
    };
    (member.role == Role::Admin).then(|| less(member.team))
}

/// The condition that the team is there and was not deleted.
pub(crate) fn team_lives(team: TeamId) -> Write {
    Write::check(keys::team(team)).only_if(LIVES, &[])
}

const LIVES: &str = "attribute_exists(#PK) AND attribute_not_exists(#deleted_at)";

/// The user becomes a member, which he must not be, of a team that must not be deleted. The first action is the member's own.
pub(crate) fn join(member: &Member) -> Result<Vec<Write>> {
    let team = if member.role == Role::Admin {
        let more = [(":one", number(1))];
        Write::update(keys::team(member.team), "ADD #admins :one", more).only_if(LIVES, &[])
    } else {
        team_lives(member.team)
    };
    Ok(vec![
        Write::create(member_item(member)?),
        Write::create(pointer(member)?),
        team,
    ])
}

/// The condition that the member still has a role with the permission at the moment of the write.
pub(crate) fn member_may(member: &Member, permission: Permission) -> Write {
    let roles = Role::with(permission);
    let names: Vec<_> = (0..roles.len()).map(|n| format!(":role{n}")).collect();
    let values: Vec<_> = names
        .iter()
        .map(String::as_str)
        .zip(roles.iter().map(|role| text(role.to_string())))
        .collect();
    Write::check(keys::member(member.team, member.user))
        .only_if(format!("#role IN ({})", names.join(", ")), &values)
}

impl Store {
    /// Keeps a new team with its first member.
    pub async fn create_team(&self, created: &TeamCreated) -> Result<()> {
        let team = &created.team;
        let body = TeamItem {
            id: team.id.to_string(),
            name: team.name.clone(),
            created_by: team.created_by.to_string(),
            created_at: team.created_at.to_string(),
            approval_required: team.settings.approval_required,
            own_approval: team.settings.own_approval,
            zone: team.settings.zone.clone(),
            max_late: seconds(team.settings.max_late),
            revision: team.revision,
            admins: 1,
            deleted_at: None,
        };
        let admin = Write::check(keys::user(team.created_by)).only_if(
            "#role = :admin AND #status = :active",
            &[
                (":admin", text(UserRole::Admin.to_string())),
                (":active", text(UserStatus::Active.to_string())),
            ],
        );
        let writes = vec![
            Write::create(to_item(&keys::team(team.id), TEAM, &body)?),
            Write::create(member_item(&created.member)?),
            Write::create(pointer(&created.member)?),
            append(&created.activity)?,
            admin,
        ];
        self.transact(writes).await.map_err(|cancelled| {
            if cancelled.at(4) {
                Error::Forbidden
            } else {
                cancelled.into()
            }
        })
    }

    /// Keeps a team's new name and settings.
    pub async fn change_team(&self, changed: &TeamChanged, member: &Member) -> Result<()> {
        let team = &changed.team;
        let update = "SET #name = :name, #approval_required = :approval_required, #own_approval = :own_approval, #zone = :zone, #max_late = :max_late, #revision = :revision";
        let values = [
            (":name", text(team.name.as_str())),
            (":approval_required", flag(team.settings.approval_required)),
            (":own_approval", flag(team.settings.own_approval)),
            (":zone", text(team.settings.zone.as_str())),
            (":max_late", number(seconds(team.settings.max_late))),
            (":revision", number(team.revision)),
        ];
        let condition = format!("{LIVES} AND #revision = :before");
        let before = [(":before", number(team.revision - 1))];
        let writes = vec![
            member_may(member, Permission::ManageTeam),
            Write::update(keys::team(team.id), update, values).only_if(condition, &before),
            append(&changed.activity)?,
        ];
        self.transact_as_member(writes).await
    }

    /// Deletes a team: at once for everybody, and nothing of it is published any more. What hangs on it is cleared away by whoever does
    /// the chore.
    pub async fn delete_team(&self, team: &Team, entry: &Activity, member: &Member) -> Result<()> {
        let update = "SET #deleted_at = :at, #publishing_stopped = :at";
        let at = [(":at", text(entry.at.to_string()))];
        let condition = format!("{LIVES} AND #revision = :revision");
        let revision = [(":revision", number(team.revision))];
        let chore = Chore {
            at: entry.at,
            team: team.id,
            about: chores::About::Team,
        };
        let writes = vec![
            member_may(member, Permission::ManageTeam),
            Write::update(keys::team(team.id), update, at).only_if(condition, &revision),
            chores::put(&chore)?,
            append(entry)?,
        ];
        self.transact_as_member(writes).await
    }

    /// Removes the row of a deleted team, the last of what was left of it.
    pub async fn remove_team(&self, chore: &Chore) -> Result<()> {
        let writes = vec![
            Write::delete(keys::team(chore.team)).only_if("attribute_exists(#deleted_at)", &[]),
            chores::done(chore),
        ];
        Ok(self.transact(writes).await?)
    }

    /// Adds a user to a team.
    pub async fn add_member(&self, changed: &MemberChanged, by: &Member) -> Result<()> {
        let member = &changed.member;
        let mut writes = vec![member_may(by, Permission::ManageTeam)];
        writes.extend(join(member)?);
        writes.push(append(&changed.activity)?);
        writes.push(Write::check(keys::user(member.user)).only_if(
            "#status = :active",
            &[(":active", text(UserStatus::Active.to_string()))],
        ));
        self.transact(writes).await.map_err(|cancelled| {
            if cancelled.at(0) {
                Error::Forbidden
            } else if cancelled.at(1) {
                Error::Taken("this user is a member of the team already")
            } else {
                cancelled.into()
            }
        })
    }

    /// Gives a member another role than `before`, by an admin, who may be the same. The team always keeps an admin.
    pub async fn change_role(
        &self,
        before: &Member,
        changed: &MemberChanged,
        by: &Member,
    ) -> Result<()> {
        let after = &changed.member;
        // Who changes his own role was read twice, and must have been the same both times: that is what the condition is about.
        if by.user == before.user && by.role != before.role {
            return Err(Error::Stale);
        }
        let role = [(":before", text(before.role.to_string()))];
        let own = Write::put(member_item(after)?).only_if("#role = :before", &role);
        let count = match (before.role == Role::Admin, after.role == Role::Admin) {
            (true, false) => one_admin_less(before),
            (false, true) => {
                let more = [(":one", number(1))];
                let more = Write::update(keys::team(after.team), "ADD #admins :one", more);
                Some(more.only_if(LIVES, &[]))
            }
            (true, true) | (false, false) => None,
        };
        self.change_membership(own, count, before, changed, by)
            .await
    }

    /// Takes a member out of a team, which always keeps an admin; by an admin, or by the member.
    pub async fn remove_member(&self, changed: &MemberChanged, by: &Member) -> Result<()> {
        let member = &changed.member;
        let [own, pointer] = leave(member);
        let count = one_admin_less(member);
        let mut more = vec![pointer];
        more.extend(count);
        self.change_membership(own, more, member, changed, by).await
    }

    async fn change_membership(
        &self,
        own: Write,
        more: impl IntoIterator<Item = Write>,
        before: &Member,
        changed: &MemberChanged,
        by: &Member,
    ) -> Result<()> {
        let mut writes = vec![own, append(&changed.activity)?];
        let rest = writes.len();
        writes.extend(more);
        let counter = rest..writes.len();
        if by.user != before.user {
            writes.push(member_may(by, Permission::ManageTeam));
        }
        let admin = writes.len() - 1;
        self.transact(writes).await.map_err(|cancelled| {
            if by.user != before.user && cancelled.at(admin) {
                Error::Forbidden
            } else if !cancelled.at(0) && counter.clone().any(|position| cancelled.at(position)) {
                Error::LastAdmin
            } else {
                cancelled.into()
            }
        })
    }

    /// Takes members out of a team that is cleared away.
    pub async fn remove_members(&self, members: &[Member]) -> Result<()> {
        for some in members.chunks(40) {
            let writes = some.iter().flat_map(|member| {
                [
                    Write::delete(keys::member(member.team, member.user)),
                    Write::delete(keys::team_of_user(member.user, member.team)),
                ]
            });
            self.transact(writes.collect()).await?;
        }
        Ok(())
    }

    /// A user's membership of a team that was not deleted.
    pub async fn member(&self, team: TeamId, user: UserId) -> Result<Option<Member>> {
        Ok(self.team_of(team, user).await?.map(|both| both.member))
    }

    /// A team that was not deleted, as one of its members sees it.
    pub async fn team_of(&self, team: TeamId, user: UserId) -> Result<Option<TeamOfUser>> {
        let wanted = [keys::team(team), keys::member(team, user)].map(|key| key.attributes());
        let (mut found, mut member) = (None, None);
        for item in self.batch_get(wanted.into()).await? {
            if is_member(&item) {
                member = Some(read_member(item)?);
            } else {
                found = read_team(item)?;
            }
        }
        Ok(found
            .zip(member)
            .map(|(team, member)| TeamOfUser { team, member }))
    }

    /// A team that was not deleted, whoever asks.
    pub async fn team(&self, id: TeamId) -> Result<Option<Team>> {
        let item = self.get(&keys::team(id)).await?;
        Ok(item.map(read_team).transpose()?.flatten())
    }

    /// The members of a team in order of user id, beginning after `after`.
    pub async fn members(
        &self,
        team: TeamId,
        after: Option<UserId>,
        limit: usize,
    ) -> Result<Vec<Member>> {
        let after = after.map(|user| keys::member(team, user).sk);
        let items = self.below(
            keys::team_partition(team),
            keys::MEMBER,
            after.as_deref(),
            limit,
        );
        items.await?.into_iter().map(read_member).collect()
    }

    /// The teams of a user in order of id, beginning after `after`, at most `limit` (up to 50).
    pub async fn teams_of(
        &self,
        user: UserId,
        after: Option<TeamId>,
        limit: usize,
    ) -> Result<Vec<TeamOfUser>> {
        let (mut found, mut after) = (Vec::new(), after);
        loop {
            let from = after.map(|team| keys::team_of_user(user, team).sk);
            let rows = self
                .below(
                    keys::user_partition(user),
                    keys::TEAM_OF_USER,
                    from.as_deref(),
                    limit,
                )
                .await?;
            let ids: Vec<TeamId> = rows
                .iter()
                .filter_map(|row| row.get(SK)?.as_s().ok())
                .filter_map(|sk| sk.strip_prefix(keys::TEAM_OF_USER)?.parse().ok())
                .collect();
            let is_last = rows.len() < limit;
            after = ids.last().copied();
            // A team that is being cleared away is left out, so another round may be needed to fill the page.
            found.extend(self.teams_named(user, &ids).await?);
            if is_last || after.is_none() || found.len() >= limit {
                found.truncate(limit);
                return Ok(found);
            }
        }
    }

    /// Those of the teams that were not deleted and that the user is a member of, in the same order.
    async fn teams_named(&self, user: UserId, ids: &[TeamId]) -> Result<Vec<TeamOfUser>> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let wanted: Vec<_> = ids
            .iter()
            .flat_map(|id| [keys::team(*id), keys::member(*id, user)])
            .map(|key| key.attributes())
            .collect();
        let (mut teams, mut members) = (HashMap::new(), HashMap::new());
        for item in self.batch_get(wanted).await? {
            if is_member(&item) {
                let member = read_member(item)?;
                members.insert(member.team.to_string(), member);
            } else if let Some(team) = read_team(item)? {
                teams.insert(team.id.to_string(), team);
            }
        }
        let both = |id: &TeamId| {
            Some(TeamOfUser {
                team: teams.remove(&id.to_string())?,
                member: members.remove(&id.to_string())?,
            })
        };
        Ok(ids.iter().filter_map(both).collect())
    }

    /// Reads up to any number of items by key, in no particular order; those that do not exist are left out.
    pub(crate) async fn batch_get(
        &self,
        keys: Vec<HashMap<String, AttributeValue>>,
    ) -> Result<Vec<Item>> {
        let mut items = Vec::with_capacity(keys.len());
        for chunk in keys.chunks(BATCH_GET_MAX) {
            let mut wanted = chunk.to_vec();
            let mut attempt = 0;
            while !wanted.is_empty() {
                let request = KeysAndAttributes::builder()
                    .set_keys(Some(wanted))
                    .consistent_read(true)
                    .build()
                    .map_err(|error| Error::Failed(error.to_string()))?;
                let answer = self
                    .client
                    .batch_get_item()
                    .request_items(&self.table, request)
                    .send()
                    .await?;
                items.extend(
                    answer
                        .responses
                        .unwrap_or_default()
                        .remove(&self.table)
                        .unwrap_or_default(),
                );
                wanted = answer
                    .unprocessed_keys
                    .unwrap_or_default()
                    .remove(&self.table)
                    .map(|rest| rest.keys)
                    .unwrap_or_default();
                if !wanted.is_empty() {
                    pause(attempt).await;
                    attempt += 1;
                }
            }
        }
        Ok(items)
    }
}
