//! Changing what somebody signs in with: passwords and addresses, and the wishes for them that a mail must confirm.

use domain::user::LINK_LIFETIME;
use domain::{
    Activity, Email, EmailChange, EmailChangeId, Identity, PasswordReset, PasswordResetId, User,
};
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use crate::Store;
use crate::activity::append;
use crate::error::{Error, Result};
use crate::identities;
use crate::item::{from_item, parse, to_item, with_expiry};
use crate::keys;
use crate::transaction::Write;
use crate::users::{owner, replacement};

const RESET: &str = "password_reset";
const CHANGE: &str = "email_change";
/// How long a change of address is remembered: the mails about it name both addresses.
const CHANGE_MEMORY: SignedDuration = SignedDuration::from_hours(7 * 24);

#[derive(Debug, Serialize, Deserialize)]
struct ResetItem {
    email: Email,
    requested_at: String,
}

#[derive(Debug, Serialize, Deserialize)]
struct ChangeItem {
    user: String,
    epoch: u32,
    from: Email,
    to: Email,
    requested_at: String,
}

impl Store {
    /// Keeps a wish for a new password, with the entry that has the mail sent. Whether anybody has the address is not looked at.
    pub async fn request_password_reset(
        &self,
        reset: &PasswordReset,
        entry: &Activity,
    ) -> Result<()> {
        let body = ResetItem {
            email: reset.email.clone(),
            requested_at: reset.requested_at.to_string(),
        };
        let item = to_item(&keys::password_reset(reset.id), RESET, &body)?;
        let item = with_expiry(item, reset.requested_at + LINK_LIFETIME);
        Ok(self
            .transact(vec![Write::create(item), append(entry)?])
            .await?)
    }

    /// A wish for a new password.
    pub async fn password_reset(&self, id: PasswordResetId) -> Result<Option<PasswordReset>> {
        let Some(item) = self.get(&keys::password_reset(id)).await? else {
            return Ok(None);
        };
        let body: ResetItem = from_item(RESET, item)?;
        Ok(Some(PasswordReset {
            id,
            email: body.email,
            requested_at: parse(RESET, &body.requested_at)?,
        }))
    }

    /// Gives a user the new password that a wish asked for. What somebody else could have put on the account goes: the identities.
    pub async fn reset_password(
        &self,
        before: &User,
        after: &User,
        reset: PasswordResetId,
        identities: &[Identity],
        entry: &Activity,
    ) -> Result<()> {
        let mut more = vec![Write::delete(keys::password_reset(reset)).only_if_it_exists()];
        for identity in identities {
            more.extend(identities::unlink(before.id, identity));
        }
        self.replace_user(before, after, more, std::slice::from_ref(entry))
            .await
    }

    /// Keeps a wish for another address, with the entry that has the mails sent.
    pub async fn request_email_change(&self, change: &EmailChange, entry: &Activity) -> Result<()> {
        let body = ChangeItem {
            user: change.user.to_string(),
            epoch: change.epoch,
            from: change.from.clone(),
            to: change.to.clone(),
            requested_at: change.requested_at.to_string(),
        };
        let item = to_item(&keys::email_change(change.id), CHANGE, &body)?;
        let item = with_expiry(item, change.requested_at + CHANGE_MEMORY);
        Ok(self
            .transact(vec![Write::create(item), append(entry)?])
            .await?)
    }

    /// A wish for another address, be it open or not.
    pub async fn email_change(&self, id: EmailChangeId) -> Result<Option<EmailChange>> {
        let Some(item) = self.get(&keys::email_change(id)).await? else {
            return Ok(None);
        };
        let body: ChangeItem = from_item(CHANGE, item)?;
        Ok(Some(EmailChange {
            id,
            user: parse(CHANGE, &body.user)?,
            epoch: body.epoch,
            from: body.from,
            to: body.to,
            requested_at: parse(CHANGE, &body.requested_at)?,
        }))
    }

    /// Gives a user another address, which nobody else may have.
    pub async fn change_email(&self, before: &User, after: &User, entry: &Activity) -> Result<()> {
        let more = vec![
            Write::create(owner(&keys::email(&after.email), "email", after.id)?),
            Write::delete(keys::email(&before.email)),
        ];
        let writes = replacement(before, after, more, std::slice::from_ref(entry))?;
        // The user comes first, and a change of address is none of role or status.
        self.transact(writes).await.map_err(|cancelled| {
            if cancelled.at(1) && !cancelled.at(0) {
                Error::Taken("this address belongs to another user account")
            } else {
                cancelled.into()
            }
        })
    }
}
