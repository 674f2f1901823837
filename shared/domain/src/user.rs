//! People: sign-ups, user accounts and their signed-in devices.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use strum::{Display, EnumString};

use crate::error::Refused;
use crate::ids::{RegistrationId, SessionId, UserId};
use crate::text::{Email, PersonName};

/// How long a sign-up waits for its e-mail address to be confirmed.
pub const REGISTRATION_LIFETIME: SignedDuration = SignedDuration::from_mins(60);
/// How long a session lives, however often it is renewed.
pub const SESSION_LIFETIME: SignedDuration = SignedDuration::from_hours(30 * 24);
/// How long a session lives without being renewed.
pub const SESSION_IDLE_LIFETIME: SignedDuration = SignedDuration::from_hours(14 * 24);
/// How long the refresh token just replaced still answers with its successor: a lost answer is not a theft.
pub const REFRESH_GRACE: SignedDuration = SignedDuration::from_secs(10);

/// What a user account may do in the deployment as a whole; rights in a team come from the membership.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Display, EnumString)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum UserRole {
    /// May create teams and manage users.
    Admin,
    /// Works in the teams that it was added to.
    Member,
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
    /// The argon2id hash of the password, in PHC string format.
    pub password_hash: String,
    /// When it ends if nobody confirms it.
    pub expires_at: Timestamp,
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
    /// What the account may do in the deployment.
    pub role: UserRole,
    /// The argon2id hash of the password, in PHC string format.
    pub password_hash: String,
    /// When the account was made.
    pub created_at: Timestamp,
}

impl User {
    /// Refuses everybody but the deployment's admins.
    pub fn require_admin(&self) -> Result<(), Refused> {
        match self.role {
            UserRole::Admin => Ok(()),
            UserRole::Member => Err(Refused::AdminsOnly),
        }
    }
}

/// A signed-in device: a family of refresh tokens of which only the newest generation counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Its id.
    pub id: SessionId,
    /// Whose it is.
    pub user: UserId,
    /// The number of the newest refresh token.
    pub generation: u32,
    /// When that token was issued.
    pub renewed_at: Timestamp,
    /// When the session ends for good.
    pub expires_at: Timestamp,
}

/// What presenting a refresh token means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Renewal {
    /// The newest token: the session moves on to its next generation.
    Rotate(Session),
    /// The token just replaced, within the grace: its successor is given once more, nothing changes.
    Repeat,
    /// A token that was replaced long ago: somebody holds a copy, so the session must end.
    Reused,
    /// The session is over.
    Expired,
}

impl Session {
    /// A new session of `user`.
    pub fn start(id: SessionId, user: UserId, now: Timestamp) -> Self {
        Self {
            id,
            user,
            generation: 1,
            renewed_at: now,
            expires_at: now + SESSION_LIFETIME,
        }
    }

    /// Decides what presenting the token of `generation` means.
    pub fn renew(&self, generation: u32, now: Timestamp) -> Renewal {
        if now >= self.expires_at || now >= self.renewed_at + SESSION_IDLE_LIFETIME {
            Renewal::Expired
        } else if generation == self.generation {
            Renewal::Rotate(Self {
                generation: generation + 1,
                renewed_at: now,
                ..self.clone()
            })
        } else if generation + 1 == self.generation && now < self.renewed_at + REFRESH_GRACE {
            Renewal::Repeat
        } else {
            Renewal::Reused
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids;

    fn session() -> Session {
        Session::start(
            ids::new(Timestamp::UNIX_EPOCH, [1; 10]),
            ids::new(Timestamp::UNIX_EPOCH, [2; 10]),
            Timestamp::UNIX_EPOCH,
        )
    }

    #[test]
    fn the_newest_token_rotates_and_its_predecessor_repeats_for_ten_seconds_only() {
        let now = Timestamp::UNIX_EPOCH + SignedDuration::from_secs(100);
        let Renewal::Rotate(next) = session().renew(1, now) else {
            panic!("must rotate")
        };
        assert_eq!(next.generation, 2);
        assert_eq!(
            next.renew(1, now + SignedDuration::from_secs(9)),
            Renewal::Repeat
        );
        assert_eq!(
            next.renew(1, now + SignedDuration::from_secs(10)),
            Renewal::Reused
        );
    }

    #[test]
    fn a_token_two_generations_old_is_a_theft_even_at_once() {
        let now = Timestamp::UNIX_EPOCH;
        let third = Session {
            generation: 3,
            ..session()
        };
        assert_eq!(third.renew(1, now), Renewal::Reused);
        assert_eq!(third.renew(7, now), Renewal::Reused);
    }

    #[test]
    fn a_session_ends_when_idle_and_when_old() {
        let session = session();
        assert_eq!(
            session.renew(1, Timestamp::UNIX_EPOCH + SESSION_IDLE_LIFETIME),
            Renewal::Expired
        );
        let busy = Session {
            renewed_at: Timestamp::UNIX_EPOCH + SESSION_LIFETIME,
            ..session
        };
        assert_eq!(
            busy.renew(1, Timestamp::UNIX_EPOCH + SESSION_LIFETIME),
            Renewal::Expired
        );
    }
}
