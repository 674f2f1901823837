//! Teams and their members.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::{AttributeValue, KeysAndAttributes};
use domain::team::TeamCreated;
use domain::{
    Activity, Member, Permission, Role, Team, TeamId, TeamName, UserId, UserRole, UserStatus,
};
use serde::{Deserialize, Serialize};

use crate::Store;
use crate::activity::append;
use crate::error::{Error, Result};
use crate::item::{Item, from_item, number, page_size, parse, text, to_item};
use crate::keys::{self, PK, SK};
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
    /// How many admins the team has: it always keeps one.
    admins: u32,
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

fn read_team(item: Item) -> Result<Team> {
    let body: TeamItem = from_item(TEAM, item)?;
    Ok(Team {
        id: parse(TEAM, &body.id)?,
        name: body.name,
        created_by: parse(TEAM, &body.created_by)?,
        created_at: parse(TEAM, &body.created_at)?,
    })
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
            admins: 1,
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

    /// Adds a user to a team.
    pub async fn add_member(&self, member: &Member) -> Result<()> {
        let mut writes = vec![
            Write::create(member_item(member)?),
            Write::create(pointer(member)?),
        ];
        if member.role == Role::Admin {
            let more = Write::update(
                keys::team(member.team),
                "ADD #admins :one",
                [(":one", number(1))],
            );
            writes.push(more.only_if_it_exists());
        }
        Ok(self.transact(writes).await?)
    }

    /// Takes a member out of a team, which always keeps an admin.
    pub async fn remove_member(&self, member: &Member, entry: &Activity) -> Result<()> {
        let mut writes = vec![append(entry)?];
        writes.extend(leave(member));
        let last = writes.len();
        writes.extend(one_admin_less(member));
        self.transact(writes).await.map_err(|cancelled| {
            if cancelled.at(last) {
                Error::LastAdmin
            } else {
                cancelled.into()
            }
        })
    }

    /// A user's membership of a team.
    pub async fn member(&self, team: TeamId, user: UserId) -> Result<Option<Member>> {
        let get = self
            .client
            .get_item()
            .table_name(&self.table)
            .set_key(Some(keys::member(team, user).attributes()))
            .consistent_read(true);
        get.send().await?.item.map(read_member).transpose()
    }

    /// The teams of a user in order of id, beginning after `after`, at most `limit` (up to 50).
    pub async fn teams_of(
        &self,
        user: UserId,
        after: Option<TeamId>,
        limit: usize,
    ) -> Result<Vec<TeamOfUser>> {
        let first = after.map_or_else(
            || keys::TEAM_OF_USER.to_owned(),
            |team| keys::team_of_user(user, team).sk,
        );
        let query = self
            .client
            .query()
            .table_name(&self.table)
            .key_condition_expression("#PK = :pk AND #SK BETWEEN :first AND :last")
            .consistent_read(true);
        let query = query
            .expression_attribute_names("#PK", PK)
            .expression_attribute_names("#SK", SK)
            .expression_attribute_values(":pk", text(keys::user_partition(user)));
        let query = query
            .expression_attribute_values(":first", text(first.clone()))
            .expression_attribute_values(":last", text(format!("{}~", keys::TEAM_OF_USER)));
        // BETWEEN includes its lower end, which is the last item of the page before.
        let rows = query
            .limit(page_size(limit + 1))
            .send()
            .await?
            .items
            .unwrap_or_default();
        let ids: Vec<TeamId> = rows
            .iter()
            .filter_map(|row| row.get(SK)?.as_s().ok())
            .filter(|sk| **sk != first)
            .filter_map(|sk| sk.strip_prefix(keys::TEAM_OF_USER)?.parse().ok())
            .take(limit)
            .collect();
        let wanted: Vec<_> = ids
            .iter()
            .flat_map(|id| [keys::team(*id), keys::member(*id, user)])
            .map(|key| key.attributes())
            .collect();
        let (mut teams, mut members) = (HashMap::new(), HashMap::new());
        for item in self.batch_get(wanted).await? {
            if item
                .get(SK)
                .and_then(|sk| sk.as_s().ok())
                .is_some_and(|sk| sk.starts_with("MEMBER#"))
            {
                let member = read_member(item)?;
                members.insert(member.team.to_string(), member);
            } else {
                let team = read_team(item)?;
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
