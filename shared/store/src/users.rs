//! Sign-ups and user accounts.

use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;
use domain::user::Proof;
use domain::{
    Activity, Email, Identity, Locale, Member, PersonName, Registration, RegistrationId, User,
    UserId, UserRole, UserStatus, Zone,
};
use serde::{Deserialize, Serialize};

use crate::Store;
use crate::activity::append;
use crate::error::{Error, Result};
use crate::identities::{self, IdentityItem};
use crate::item::{Item, from_item, number, page_size, parse, text, to_item, with_expiry};
use crate::keys::{self, Key, PK, SK};
use crate::transaction::Write;

const REGISTRATION: &str = "registration";
const USER: &str = "user";
const ADDRESS_TAKEN: &str = "this address has a user account already: log in";

#[derive(Debug, Serialize, Deserialize)]
struct RegistrationItem {
    id: String,
    email: Email,
    name: PersonName,
    locale: Locale,
    zone: Zone,
    password_hash: Option<String>,
    identity: Option<IdentityItem>,
    browser: Option<String>,
    ends_at: String,
}

#[derive(Debug, Serialize, Deserialize)]
struct UserItem {
    id: String,
    email: Email,
    name: PersonName,
    locale: Locale,
    zone: Zone,
    role: String,
    status: String,
    password_hash: Option<String>,
    revision: u32,
    epoch: u32,
    credentials_at: String,
    signed_in_at: Option<String>,
    created_at: String,
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct OwnerItem {
    pub(crate) user: String,
}

/// What is known when somebody confirms an address.
#[derive(Debug)]
pub struct Confirmation {
    /// The sign-up, if it is still there.
    pub registration: Option<Registration>,
    /// Whether the deployment has its first admin.
    pub has_admin: bool,
}

/// A user account as it comes into being.
#[derive(Clone, Copy, Debug)]
pub struct NewUser<'a> {
    /// The user.
    pub user: &'a User,
    /// The sign-up that it is made of, which goes away.
    pub from: Option<RegistrationId>,
    /// How the user signs in besides, or instead of, a password.
    pub identity: Option<&'a Identity>,
    /// Whether it is to be the deployment's first admin, which only one can become.
    pub claims_admin: bool,
}

pub(crate) fn read_user(item: Item) -> Result<User> {
    let body: UserItem = from_item(USER, item)?;
    Ok(User {
        id: parse(USER, &body.id)?,
        email: body.email,
        name: body.name,
        locale: body.locale,
        zone: body.zone,
        role: parse(USER, &body.role)?,
        status: parse(USER, &body.status)?,
        password_hash: body.password_hash,
        revision: body.revision,
        epoch: body.epoch,
        credentials_at: parse(USER, &body.credentials_at)?,
        signed_in_at: body.signed_in_at.map(|at| parse(USER, &at)).transpose()?,
        created_at: parse(USER, &body.created_at)?,
    })
}

fn user_item(user: &User) -> Result<Item> {
    let body = UserItem {
        id: user.id.to_string(),
        email: user.email.clone(),
        name: user.name.clone(),
        locale: user.locale,
        zone: user.zone.clone(),
        role: user.role.to_string(),
        status: user.status.to_string(),
        password_hash: user.password_hash.clone(),
        revision: user.revision,
        epoch: user.epoch,
        credentials_at: user.credentials_at.to_string(),
        signed_in_at: user.signed_in_at.map(|at| at.to_string()),
        created_at: user.created_at.to_string(),
    };
    to_item(&keys::user(user.id), USER, &body)
}

fn read_registration(id: RegistrationId, item: Item) -> Result<Registration> {
    let body: RegistrationItem = from_item(REGISTRATION, item)?;
    let proof = match (body.password_hash, body.identity, body.browser) {
        (Some(hash), _, _) => Proof::Password(hash),
        (None, Some(identity), Some(browser)) => Proof::Identity {
            identity: identity.read()?,
            browser,
        },
        _ => {
            let what = "a stored registration has nothing to sign in with";
            return Err(Error::Failed(what.into()));
        }
    };
    Ok(Registration {
        id,
        email: body.email,
        name: body.name,
        locale: body.locale,
        zone: body.zone,
        proof,
        expires_at: parse(REGISTRATION, &body.ends_at)?,
    })
}

pub(crate) fn owner(key: &Key, kind: &str, user: UserId) -> Result<Item> {
    let body = OwnerItem {
        user: user.to_string(),
    };
    to_item(key, kind, &body)
}

/// The user can sign in and is as it was read, and whoever else read it must read it again: what belongs to it changes with this write.
pub(crate) fn user_as_read(user: &User) -> Write {
    let next = [(":next", number(user.revision + 1))];
    Write::update(keys::user(user.id), "SET #revision = :next", next).only_if(
        "#revision = :revision AND #epoch = :epoch AND #status = :active",
        &[
            (":revision", number(user.revision)),
            (":epoch", number(user.epoch)),
            (":active", text(UserStatus::Active.to_string())),
        ],
    )
}

/// One admin more or less; the last one stays.
fn count_admins(before: bool, after: bool) -> Option<Write> {
    let change = |by: i32| Write::update(keys::admins(), "ADD #count :by", [(":by", number(by))]);
    match (before, after) {
        (false, true) => Some(change(1)),
        (true, false) => Some(change(-1).only_if("#count > :one", &[(":one", number(1))])),
        (true, true) | (false, false) => None,
    }
}

/// The writes by which a user becomes what it is now: the user, perhaps the number of admins, what else there is, and the entries.
pub(crate) fn replacement(
    before: &User,
    after: &User,
    more: Vec<Write>,
    entries: &[Activity],
) -> Result<Vec<Write>> {
    let next = User {
        revision: before.revision + 1,
        ..after.clone()
    };
    let unchanged = [(":revision", number(before.revision))];
    let put = Write::put(user_item(&next)?).only_if("#revision = :revision", &unchanged);
    let mut writes = vec![put];
    writes.extend(count_admins(before.is_admin(), after.is_admin()));
    writes.extend(more);
    for entry in entries {
        writes.push(append(entry)?);
    }
    Ok(writes)
}

impl Store {
    pub(crate) async fn get(&self, key: &Key) -> Result<Option<Item>> {
        Ok(self
            .client
            .get_item()
            .table_name(&self.table)
            .set_key(Some(key.attributes()))
            .consistent_read(true)
            .send()
            .await?
            .item)
    }

    /// A query of what a user has whose sort keys begin so.
    pub(crate) fn belongings(&self, user: UserId, prefix: &str) -> QueryFluentBuilder {
        self.client
            .query()
            .table_name(&self.table)
            .key_condition_expression("#PK = :pk AND begins_with(#SK, :prefix)")
            .expression_attribute_names("#PK", PK)
            .expression_attribute_names("#SK", SK)
            .expression_attribute_values(":pk", text(keys::user_partition(user)))
            .expression_attribute_values(":prefix", text(prefix))
            .consistent_read(true)
    }

    /// Keeps a sign-up, with the entry that has the mail sent. Whether anybody has the address is not looked at.
    pub async fn register(&self, registration: &Registration, entry: &Activity) -> Result<()> {
        let (password_hash, identity, browser) = match &registration.proof {
            Proof::Password(hash) => (Some(hash.clone()), None, None),
            Proof::Identity { identity, browser } => (
                None,
                Some(IdentityItem::of(identity)),
                Some(browser.clone()),
            ),
        };
        let body = RegistrationItem {
            id: registration.id.to_string(),
            email: registration.email.clone(),
            name: registration.name.clone(),
            locale: registration.locale,
            zone: registration.zone.clone(),
            password_hash,
            identity,
            browser,
            ends_at: registration.expires_at.to_string(),
        };
        let item = with_expiry(
            to_item(&keys::registration(registration.id), REGISTRATION, &body)?,
            registration.expires_at,
        );
        Ok(self
            .transact(vec![Write::create(item), append(entry)?])
            .await?)
    }

    /// A sign-up.
    pub async fn registration(&self, id: RegistrationId) -> Result<Option<Registration>> {
        let item = self.get(&keys::registration(id)).await?;
        item.map(|item| read_registration(id, item)).transpose()
    }

    /// Whether the deployment has an admin.
    pub async fn has_admin(&self) -> Result<bool> {
        Ok(self.get(&keys::admins()).await?.is_some())
    }

    /// A sign-up, and whether the deployment has an admin, in one round trip each at the same time.
    pub async fn confirmation(&self, id: RegistrationId) -> Result<Confirmation> {
        let (registration, has_admin) =
            futures::try_join!(self.registration(id), self.has_admin())?;
        Ok(Confirmation {
            registration,
            has_admin,
        })
    }

    /// Makes a user account. `Error::Stale` says that the sign-up is gone or that somebody else became the first admin.
    pub async fn create_user(&self, new: &NewUser<'_>, entry: &Activity) -> Result<()> {
        let user = new.user;
        let mut writes = vec![
            Write::create(owner(&keys::email(&user.email), "email", user.id)?),
            Write::create(user_item(user)?),
            Write::create(owner(
                &keys::user_in_list(user.id),
                "user_in_list",
                user.id,
            )?),
            append(entry)?,
        ];
        if let Some(from) = new.from {
            writes.push(Write::delete(keys::registration(from)).only_if_it_exists());
        }
        if new.claims_admin {
            #[derive(Serialize)]
            struct Admins {
                count: u32,
            }
            let first = to_item(&keys::admins(), "admins", &Admins { count: 1 })?;
            writes.push(Write::create(first));
        }
        let linked = writes.len();
        if let Some(identity) = new.identity {
            writes.extend(identities::link(user.id, identity)?);
        }
        self.transact(writes).await.map_err(|cancelled| {
            if cancelled.at(0) {
                Error::Taken(ADDRESS_TAKEN)
            } else if cancelled.at(linked) || cancelled.at(linked + 1) {
                Error::Taken(identities::TAKEN)
            } else {
                cancelled.into()
            }
        })
    }

    /// A user.
    pub async fn user(&self, id: UserId) -> Result<Option<User>> {
        self.get(&keys::user(id)).await?.map(read_user).transpose()
    }

    /// Every user in order of id, beginning after `after`, at most `limit`.
    pub async fn users(&self, after: Option<UserId>, limit: usize) -> Result<Vec<User>> {
        let mut query = self
            .client
            .query()
            .table_name(&self.table)
            .key_condition_expression(if after.is_some() {
                "#PK = :pk AND #SK > :after"
            } else {
                "#PK = :pk"
            })
            .expression_attribute_names("#PK", PK)
            .expression_attribute_values(":pk", text(keys::USERS))
            .consistent_read(true)
            .limit(page_size(limit));
        if let Some(after) = after {
            query = query
                .expression_attribute_names("#SK", SK)
                .expression_attribute_values(":after", text(after.to_string()));
        }
        let rows = query.send().await?.items.unwrap_or_default();
        let ids = rows
            .into_iter()
            .map(|row| parse(USER, &from_item::<OwnerItem>(USER, row)?.user))
            .collect::<Result<Vec<UserId>>>()?;
        let wanted = ids.iter().map(|id| keys::user(*id).attributes()).collect();
        let mut users = self
            .batch_get(wanted)
            .await?
            .into_iter()
            .map(read_user)
            .collect::<Result<Vec<_>>>()?;
        users.sort_unstable_by_key(|user| user.id);
        Ok(users)
    }

    /// Who has an address.
    pub async fn email_owner(&self, address: &Email) -> Result<Option<UserId>> {
        let Some(item) = self.get(&keys::email(address)).await? else {
            return Ok(None);
        };
        let owner: OwnerItem = from_item("email", item)?;
        parse("email", &owner.user).map(Some)
    }

    /// The users with these ids, in no particular order; those that do not exist are left out.
    pub async fn users_named(&self, ids: &[UserId]) -> Result<Vec<User>> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let wanted = ids.iter().map(|id| keys::user(*id).attributes()).collect();
        let items = self.batch_get(wanted).await?;
        items.into_iter().map(read_user).collect()
    }

    /// The user who has an address.
    pub async fn user_by_email(&self, address: &Email) -> Result<Option<User>> {
        match self.email_owner(address).await? {
            Some(owner) => self.user(owner).await,
            None => Ok(None),
        }
    }

    /// Replaces a user by what became of it, if nobody else changed it meanwhile; the deployment always keeps an admin.
    pub async fn change_user(
        &self,
        before: &User,
        after: &User,
        entries: &[Activity],
    ) -> Result<()> {
        self.replace_user(before, after, Vec::new(), entries).await
    }

    /// The same, done by one of the deployment's admins, who must still be one at that moment.
    pub async fn change_user_as(
        &self,
        admin: &User,
        before: &User,
        after: &User,
        entries: &[Activity],
    ) -> Result<()> {
        // Who changes himself is held by the condition on his own row.
        let still = (admin.id != before.id).then(|| {
            Write::check(keys::user(admin.id)).only_if(
                "#role = :admin AND #status = :active",
                &[
                    (":admin", text(UserRole::Admin.to_string())),
                    (":active", text(UserStatus::Active.to_string())),
                ],
            )
        });
        let more = still.into_iter().collect();
        self.replace_user(before, after, more, entries).await
    }

    pub(crate) async fn replace_user(
        &self,
        before: &User,
        after: &User,
        more: Vec<Write>,
        entries: &[Activity],
    ) -> Result<()> {
        let counted = before.is_admin() != after.is_admin();
        let writes = replacement(before, after, more, entries)?;
        self.transact(writes).await.map_err(|cancelled| {
            if counted && cancelled.at(1) && !cancelled.at(0) {
                Error::LastAdmin
            } else {
                cancelled.into()
            }
        })
    }

    /// Deletes a user with everything by which it could be entered, and takes it out of its teams, each with an entry in the team's log.
    /// Nothing happens when the deployment or a team would lose its last admin.
    pub async fn delete_user(
        &self,
        user: &User,
        identities: &[Identity],
        members: &[(Member, Activity)],
        entry: &Activity,
    ) -> Result<()> {
        let unchanged = [(":revision", number(user.revision))];
        let mut writes = vec![
            append(entry)?,
            Write::delete(keys::user(user.id)).only_if("#revision = :revision", &unchanged),
        ];
        let mut keep_an_admin = Vec::new();
        if let Some(admins) = count_admins(user.is_admin(), false) {
            keep_an_admin.push(writes.len());
            writes.push(admins);
        }
        for (member, left) in members {
            writes.extend(crate::teams::leave(member));
            writes.push(append(left)?);
            if let Some(admins) = crate::teams::one_admin_less(member) {
                keep_an_admin.push(writes.len());
                writes.push(admins);
            }
        }
        writes.push(Write::delete(keys::email(&user.email)));
        writes.push(Write::delete(keys::user_in_list(user.id)));
        for identity in identities {
            writes.extend(identities::unlink(user.id, identity));
        }
        self.transact(writes).await.map_err(|cancelled| {
            if keep_an_admin.iter().any(|position| cancelled.at(*position)) {
                Error::LastAdmin
            } else {
                cancelled.into()
            }
        })
    }
}
