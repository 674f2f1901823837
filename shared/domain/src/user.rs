//! People: sign-ups, user accounts, and what they have confirmed by mail.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use strum::{Display, EnumIter, EnumString};

use crate::error::Refused;
use crate::identity::Identity;
use crate::ids::{EmailChangeId, PasswordResetId, RegistrationId, UserId};
use crate::locale::{Locale, Zone};
use crate::text::{Email, PersonName};

/// How long the link of a mail works: to confirm an address, or to choose a new password.
pub const LINK_LIFETIME: SignedDuration = SignedDuration::from_mins(60);

/// What a user account may do in the deployment as a whole; rights in a team come from the membership.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Display, EnumString, EnumIter,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum UserRole {
    /// May create teams and manage users.
    Admin,
    /// Works in the teams that it was added to.
    Member,
}

/// Whether a user account can be used.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Display, EnumString, EnumIter,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum UserStatus {
    /// It can.
    Active,
    /// An admin of the deployment has closed it: nobody can sign in to it and every session has ended.
    Disabled,
}

/// A sign-up whose e-mail address is not confirmed yet. Nobody can sign in with it and it holds no address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registration {
    /// Its id, part of the link in the mail.
    pub id: RegistrationId,
    /// The address to confirm.
    pub email: Email,
    /// The person's name.
    pub name: PersonName,
    /// The language of mails.
    pub locale: Locale,
    /// Where the person's clocks are.
    pub zone: Zone,
    /// How the person will sign in.
    pub proof: Proof,
    /// When it ends if nobody confirms it.
    pub expires_at: Timestamp,
}

/// What a sign-up brings to sign in with later.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Proof {
    /// The hash of a password, in PHC string format.
    Password(String),
    /// Somebody at a provider that does not vouch for the address. Only the browser that came back from there may confirm it:
    /// otherwise the address's owner could be led to open an account that somebody else can enter.
    Identity {
        /// Who it is there.
        identity: Identity,
        /// The hash of that browser's cookie.
        browser: String,
    },
}

/// A wish for a new password. Whether anybody has the address is not known when it is made, so it takes as long either way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PasswordReset {
    /// Its id, part of the link in the mail.
    pub id: PasswordResetId,
    /// The address that was typed in.
    pub email: Email,
    /// When.
    pub requested_at: Timestamp,
}

impl PasswordReset {
    /// Whether it may still change the user's password: within the hour, and if nothing about the credentials changed since.
    pub fn is_open(&self, user: &User, now: Timestamp) -> bool {
        self.email == user.email
            && user.status == UserStatus::Active
            && now < self.requested_at + LINK_LIFETIME
            && self.requested_at > user.credentials_at
    }
}

/// A user's wish for another address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EmailChange {
    /// Its id, part of the link in the mail.
    pub id: EmailChangeId,
    /// Whose address it is.
    pub user: UserId,
    /// The user's epoch: the wish dies with it.
    pub epoch: u32,
    /// The address until now.
    pub from: Email,
    /// The new address, to be confirmed.
    pub to: Email,
    /// When it was asked for.
    pub requested_at: Timestamp,
}

impl EmailChange {
    /// Whether it may still change the user's address.
    pub fn is_open(&self, user: &User, now: Timestamp) -> bool {
        self.user == user.id
            && self.epoch == user.epoch
            && user.status == UserStatus::Active
            && now < self.requested_at + LINK_LIFETIME
    }
}

/// A person with a confirmed e-mail address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// Its id.
    pub id: UserId,
    /// The confirmed address.
    pub email: Email,
    /// The person's name.
    pub name: PersonName,
    /// The language of mails.
    pub locale: Locale,
    /// Where the person's clocks are.
    pub zone: Zone,
    /// What the account may do in the deployment.
    pub role: UserRole,
    /// Whether it can be used.
    pub status: UserStatus,
    /// The hash of the password, in PHC string format; absent when the person signs in at a provider only.
    pub password_hash: Option<String>,
    /// Rises with every change, so that nobody overwrites what he has not seen.
    pub revision: u32,
    /// Sessions and wishes carry the epoch that they began in; the next one ends them all at once.
    pub epoch: u32,
    /// When password or address last changed: links that were mailed before it are dead.
    pub credentials_at: Timestamp,
    /// When somebody last signed in.
    pub signed_in_at: Option<Timestamp>,
    /// When the account was made.
    pub created_at: Timestamp,
}

impl User {
    /// A new user account with an address that is confirmed.
    pub fn new(
        id: UserId,
        email: Email,
        name: PersonName,
        (locale, zone): (Locale, Zone),
        (role, password_hash): (UserRole, Option<String>),
        now: Timestamp,
    ) -> Self {
        Self {
            id,
            email,
            name,
            locale,
            zone,
            role,
            status: UserStatus::Active,
            password_hash,
            revision: 1,
            epoch: 1,
            credentials_at: now,
            signed_in_at: None,
            created_at: now,
        }
    }

    /// Refuses everybody but the deployment's admins.
    pub fn require_admin(&self) -> Result<(), Refused> {
        if self.is_admin() {
            Ok(())
        } else {
            Err(Refused::AdminsOnly)
        }
    }

    /// Whether the user is one of the deployment's admins and can act as one.
    pub fn is_admin(&self) -> bool {
        self.role == UserRole::Admin && self.status == UserStatus::Active
    }

    /// The user with every session ended.
    #[must_use]
    pub fn in_next_epoch(&self) -> Self {
        Self {
            epoch: self.epoch + 1,
            ..self.clone()
        }
    }

    /// The user with another password. Every session ends, and so does every link and wish from before.
    #[must_use]
    pub fn with_password(&self, hash: String, now: Timestamp) -> Self {
        Self {
            password_hash: Some(hash),
            credentials_at: now,
            ..self.in_next_epoch()
        }
    }

    /// The user with another address, which is confirmed. Every session ends, and so does every link and wish from before.
    #[must_use]
    pub fn with_email(&self, email: Email, now: Timestamp) -> Self {
        Self {
            email,
            credentials_at: now,
            ..self.in_next_epoch()
        }
    }

    /// The user in another state. Every session of one who is disabled ends.
    #[must_use]
    pub fn with_status(&self, status: UserStatus) -> Self {
        Self {
            status,
            ..self.in_next_epoch()
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::ids;

    pub(crate) fn user() -> User {
        User::new(
            ids::new(Timestamp::UNIX_EPOCH, [2; 10]),
            Email::parse("ana@example.com").unwrap(),
            PersonName::parse("Ana").unwrap(),
            (Locale::En, Zone::utc()),
            (UserRole::Member, Some("hash".into())),
            Timestamp::UNIX_EPOCH,
        )
    }

    fn at(minutes: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_mins(minutes)
    }

    fn reset(requested_at: Timestamp) -> PasswordReset {
        PasswordReset {
            id: ids::new(requested_at, [3; 10]),
            email: user().email,
            requested_at,
        }
    }

    #[test]
    fn a_reset_works_for_an_hour_and_dies_with_every_change_of_the_credentials() {
        let reset = reset(at(10));
        assert!(reset.is_open(&user(), at(69)));
        assert!(!reset.is_open(&user(), at(70)));
        let changed = user().with_password("other".into(), at(11));
        assert!(!reset.is_open(&changed, at(12)));
        let moved = user().with_email(Email::parse("eve@example.com").unwrap(), at(11));
        assert!(!reset.is_open(&moved, at(12)));
        assert!(!reset.is_open(&user().with_status(UserStatus::Disabled), at(12)));
    }

    #[test]
    fn a_wish_for_another_address_dies_with_the_epoch() {
        let user = user();
        let change = EmailChange {
            id: ids::new(at(10), [4; 10]),
            user: user.id,
            epoch: user.epoch,
            from: user.email.clone(),
            to: Email::parse("ana@example.org").unwrap(),
            requested_at: at(10),
        };
        assert!(change.is_open(&user, at(11)));
        assert!(!change.is_open(&user, at(70)));
        assert!(!change.is_open(&user.with_password("other".into(), at(11)), at(12)));
        assert!(!change.is_open(&user.in_next_epoch(), at(12)));
    }

    #[test]
    fn whoever_is_disabled_is_no_admin_any_more() {
        let admin = User {
            role: UserRole::Admin,
            ..user()
        };
        assert!(admin.require_admin().is_ok());
        assert!(
            admin
                .with_status(UserStatus::Disabled)
                .require_admin()
                .is_err()
        );
        assert!(user().require_admin().is_err());
    }
}
