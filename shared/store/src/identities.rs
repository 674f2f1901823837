//! Identities at providers: each opens one user account.

use domain::{Activity, Email, Identity, Provider, User, UserId};
use serde::{Deserialize, Serialize};

use crate::Store;
use crate::activity::append;
use crate::error::{Error, Result};
use crate::item::{Item, from_item, parse, to_item};
use crate::keys;
use crate::transaction::Write;
use crate::users::{OwnerItem, owner, user_as_read};

const TYPE: &str = "identity";
const OWNER: &str = "identity_owner";
/// What is said when an identity, or the place for one of that provider, is taken.
pub(crate) const TAKEN: &str =
    "this sign-in belongs to another user account, or yours has one of this provider already";

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct IdentityItem {
    provider: Provider,
    issuer: String,
    subject: String,
    email: Option<Email>,
    linked_at: String,
}

impl IdentityItem {
    pub(crate) fn of(identity: &Identity) -> Self {
        Self {
            provider: identity.provider,
            issuer: identity.issuer.clone(),
            subject: identity.subject.clone(),
            email: identity.email.clone(),
            linked_at: identity.linked_at.to_string(),
        }
    }

    pub(crate) fn read(self) -> Result<Identity> {
        Ok(Identity {
            provider: self.provider,
            issuer: self.issuer,
            subject: self.subject,
            email: self.email,
            linked_at: parse(TYPE, &self.linked_at)?,
        })
    }
}

fn read(item: Item) -> Result<Identity> {
    from_item::<IdentityItem>(TYPE, item)?.read()
}

/// The two rows of an identity; neither may exist.
pub(crate) fn link(user: UserId, identity: &Identity) -> Result<[Write; 2]> {
    let row = keys::identity(user, identity.provider);
    let owned = keys::identity_owner(&identity.issuer, &identity.subject);
    Ok([
        Write::create(to_item(&row, TYPE, &IdentityItem::of(identity))?),
        Write::create(owner(&owned, OWNER, user)?),
    ])
}

pub(crate) fn unlink(user: UserId, identity: &Identity) -> [Write; 2] {
    [
        Write::delete(keys::identity(user, identity.provider)).only_if_it_exists(),
        Write::delete(keys::identity_owner(&identity.issuer, &identity.subject)),
    ]
}

/// What a user can still sign in with after an identity is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OtherWay {
    /// A password.
    Password,
    /// An identity at another provider.
    Identity(Provider),
}

impl Store {
    /// The identities of a user.
    pub async fn identities(&self, user: UserId) -> Result<Vec<Identity>> {
        let query = self.belongings(user, keys::IDENTITY);
        let rows = query.send().await?.items.unwrap_or_default();
        rows.into_iter().map(read).collect()
    }

    /// The user whom an identity belongs to.
    pub async fn user_by_identity(&self, issuer: &str, subject: &str) -> Result<Option<User>> {
        let Some(item) = self.get(&keys::identity_owner(issuer, subject)).await? else {
            return Ok(None);
        };
        let owner: OwnerItem = from_item(OWNER, item)?;
        self.user(parse(OWNER, &owner.user)?).await
    }

    /// Lets an identity open a user account, if the user is still as it was read.
    pub async fn link_identity(
        &self,
        user: &User,
        identity: &Identity,
        entry: &Activity,
    ) -> Result<()> {
        let [row, owner] = link(user.id, identity)?;
        let writes = vec![row, owner, user_as_read(user), append(entry)?];
        self.transact(writes).await.map_err(|cancelled| {
            if cancelled.at(0) || cancelled.at(1) {
                Error::Taken(TAKEN)
            } else {
                cancelled.into()
            }
        })
    }

    /// Takes an identity from a user who has another way to sign in.
    pub async fn unlink_identity(
        &self,
        user: UserId,
        identity: &Identity,
        other: OtherWay,
        entry: &Activity,
    ) -> Result<()> {
        let stays = match other {
            OtherWay::Password => {
                Write::check(keys::user(user)).only_if("attribute_exists(#password_hash)", &[])
            }
            OtherWay::Identity(provider) => {
                Write::check(keys::identity(user, provider)).only_if_it_exists()
            }
        };
        let [row, owner] = unlink(user, identity);
        Ok(self
            .transact(vec![row, owner, stays, append(entry)?])
            .await?)
    }
}
