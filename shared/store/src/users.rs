//! Sign-ups and user accounts.

use domain::{Activity, Email, PersonName, Registration, RegistrationId, User, UserId, UserRole};
use serde::{Deserialize, Serialize};

use crate::Store;
use crate::activity::append;
use crate::error::{Error, Result};
use crate::item::{Item, from_item, parse, to_item, with_expiry};
use crate::keys::{self, Key};
use crate::transaction::Write;

const REGISTRATION: &str = "registration";
const USER: &str = "user";

#[derive(Debug, Serialize, Deserialize)]
struct RegistrationItem {
    id: String,
    email: Email,
    name: PersonName,
    password_hash: String,
    ends_at: String,
}

#[derive(Debug, Serialize, Deserialize)]
struct UserItem {
    id: String,
    email: Email,
    name: PersonName,
    role: String,
    password_hash: String,
    created_at: String,
}

#[derive(Debug, Serialize, Deserialize)]
struct OwnerItem {
    user: String,
}

/// What is known when somebody confirms an address.
#[derive(Debug)]
pub struct Confirmation {
    /// The sign-up, if it is still there.
    pub registration: Option<Registration>,
    /// Whether the deployment has its first admin.
    pub has_admin: bool,
}

fn read_user(item: Item) -> Result<User> {
    let body: UserItem = from_item(USER, item)?;
    Ok(User {
        id: parse(USER, &body.id)?,
        email: body.email,
        name: body.name,
        role: parse(USER, &body.role)?,
        password_hash: body.password_hash,
        created_at: parse(USER, &body.created_at)?,
    })
}

impl Store {
    async fn get(&self, key: &Key) -> Result<Option<Item>> {
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

    /// Keeps a sign-up, with the entry that has the mail sent.
    pub async fn register(&self, registration: &Registration, entry: &Activity) -> Result<()> {
        let body = RegistrationItem {
            id: registration.id.to_string(),
            email: registration.email.clone(),
            name: registration.name.clone(),
            password_hash: registration.password_hash.clone(),
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

    /// Appends one entry to somebody's security record.
    pub async fn note(&self, entry: &Activity) -> Result<()> {
        Ok(self.transact(vec![append(entry)?]).await?)
    }

    /// A sign-up.
    pub async fn registration(&self, id: RegistrationId) -> Result<Option<Registration>> {
        let Some(item) = self.get(&keys::registration(id)).await? else {
            return Ok(None);
        };
        let body: RegistrationItem = from_item(REGISTRATION, item)?;
        Ok(Some(Registration {
            id,
            email: body.email,
            name: body.name,
            password_hash: body.password_hash,
            expires_at: parse(REGISTRATION, &body.ends_at)?,
        }))
    }

    /// A sign-up, and whether the deployment has its first admin, in one round trip each at the same time.
    pub async fn confirmation(&self, id: RegistrationId) -> Result<Confirmation> {
        let admin = keys::first_admin();
        let (registration, admin) = futures::try_join!(self.registration(id), self.get(&admin))?;
        Ok(Confirmation {
            registration,
            has_admin: admin.is_some(),
        })
    }

    /// Turns a sign-up into a user account. `claims_admin` makes it the deployment's first admin, which only one can become:
    /// `Error::Stale` then says that somebody else was faster.
    pub async fn create_user(
        &self,
        user: &User,
        from: RegistrationId,
        claims_admin: bool,
        entry: &Activity,
    ) -> Result<()> {
        let body = UserItem {
            id: user.id.to_string(),
            email: user.email.clone(),
            name: user.name.clone(),
            role: user.role.to_string(),
            password_hash: user.password_hash.clone(),
            created_at: user.created_at.to_string(),
        };
        let owner = OwnerItem {
            user: user.id.to_string(),
        };
        let mut writes = vec![
            Write::create(to_item(&keys::user(user.id), USER, &body)?),
            Write::create(to_item(&keys::email(&user.email), "email", &owner)?),
            Write::delete(keys::registration(from)).only_if_it_exists(),
            append(entry)?,
        ];
        if claims_admin {
            writes.push(Write::create(to_item(
                &keys::first_admin(),
                "first_admin",
                &owner,
            )?));
        }
        self.transact(writes).await.map_err(|cancelled| {
            if cancelled.at(1) {
                Error::Taken("this address has a user account already: log in")
            } else {
                cancelled.into()
            }
        })
    }

    /// A user.
    pub async fn user(&self, id: UserId) -> Result<Option<User>> {
        self.get(&keys::user(id)).await?.map(read_user).transpose()
    }

    /// Who has an address.
    pub async fn email_owner(&self, address: &Email) -> Result<Option<UserId>> {
        let Some(item) = self.get(&keys::email(address)).await? else {
            return Ok(None);
        };
        let owner: OwnerItem = from_item("email", item)?;
        parse("email", &owner.user).map(Some)
    }

    /// The user who has an address. An address that nobody has takes as many reads as one that somebody has.
    pub async fn user_by_email(&self, address: &Email) -> Result<Option<User>> {
        let nobody = UserId::from_uuid(uuid::Uuid::nil());
        let owner = self.email_owner(address).await?;
        self.user(owner.unwrap_or(nobody)).await
    }

    /// Makes a user what the deployment wants him to be: the role that `UserRole` names.
    pub async fn set_user_role(&self, id: UserId, role: UserRole) -> Result<()> {
        let update = Write::update(
            keys::user(id),
            "SET #role = :role",
            [(":role", crate::item::text(role.to_string()))],
        );
        Ok(self.transact(vec![update.only_if_it_exists()]).await?)
    }
}
