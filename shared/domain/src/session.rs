//! Signed-in devices: each a family of refresh tokens of which only the newest counts.

use jiff::{SignedDuration, Timestamp};

use crate::ids::{SessionId, UserId};
use crate::place::Place;
use crate::user::{User, UserStatus};

/// How long a session lives, however often it is renewed.
pub const LIFETIME: SignedDuration = SignedDuration::from_hours(30 * 24);
/// How long a session lives without being renewed.
pub const IDLE_LIFETIME: SignedDuration = SignedDuration::from_hours(14 * 24);
/// How long the refresh token just replaced still answers with its successor: a lost answer is not a theft.
pub const GRACE: SignedDuration = SignedDuration::from_secs(10);
/// How long after signing in a person need not prove again who it is.
pub const RECENT: SignedDuration = SignedDuration::from_mins(10);
/// The most characters of a program's description of itself that are kept.
const AGENT_MAX_CHARACTERS: usize = 200;

/// What is known of the program that a person signed in with: what it said of itself, and the network it was in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
    agent: Option<String>,
    /// Where it was last seen.
    pub place: Place,
}

impl Device {
    /// A device. Of what it says of itself (`User-Agent`) the first 200 printable characters are kept.
    pub fn new(agent: Option<&str>, place: Place) -> Self {
        let clean = |agent: &str| {
            let kept: String = agent
                .chars()
                .filter(|c| !c.is_control())
                .take(AGENT_MAX_CHARACTERS)
                .collect();
            Some(kept.trim().to_owned()).filter(|agent| !agent.is_empty())
        };
        Self {
            agent: agent.and_then(clean),
            place,
        }
    }

    /// What it said of itself.
    pub fn agent(&self) -> Option<&str> {
        self.agent.as_deref()
    }
}

/// A signed-in device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Its id.
    pub id: SessionId,
    /// Whose it is.
    pub user: UserId,
    /// The user's epoch in which it began: it ends when the user enters the next one.
    pub epoch: u32,
    /// The number of the newest refresh token.
    pub generation: u32,
    /// Which device, and where it was last seen.
    pub device: Device,
    /// When the person signed in.
    pub started_at: Timestamp,
    /// When the newest refresh token was issued.
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
}

impl Session {
    /// A new session of `user`.
    pub fn start(id: SessionId, user: &User, device: Device, now: Timestamp) -> Self {
        Self {
            id,
            user: user.id,
            epoch: user.epoch,
            generation: 1,
            device,
            started_at: now,
            renewed_at: now,
            expires_at: now + LIFETIME,
        }
    }

    /// Whether it still speaks for its user.
    pub fn is_alive(&self, user: &User, now: Timestamp) -> bool {
        self.user == user.id
            && self.epoch == user.epoch
            && user.status == UserStatus::Active
            && now < self.expires_at
            && now < self.renewed_at + IDLE_LIFETIME
    }

    /// Whether the person signed in so lately that this counts as a proof.
    pub fn is_recent(&self, now: Timestamp) -> bool {
        now < self.started_at + RECENT
    }

    /// Decides what presenting the token of `generation` from `place` means, while the session is alive.
    pub fn renew(&self, generation: u32, place: Place, now: Timestamp) -> Renewal {
        if generation == self.generation {
            let device = Device {
                place,
                ..self.device.clone()
            };
            Renewal::Rotate(Self {
                generation: generation + 1,
                renewed_at: now,
                device,
                ..self.clone()
            })
        } else if generation + 1 == self.generation && now < self.renewed_at + GRACE {
            Renewal::Repeat
        } else {
            Renewal::Reused
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::user::tests::user;

    fn place() -> Place {
        "203.0.113.0/24".parse().unwrap()
    }

    fn session() -> Session {
        let id = crate::ids::new(Timestamp::UNIX_EPOCH, [1; 10]);
        Session::start(
            id,
            &user(),
            Device::new(None, place()),
            Timestamp::UNIX_EPOCH,
        )
    }

    #[test]
    fn the_newest_token_rotates_and_its_predecessor_repeats_for_ten_seconds_only() {
        let now = Timestamp::UNIX_EPOCH + SignedDuration::from_secs(100);
        let Renewal::Rotate(next) = session().renew(1, place(), now) else {
            panic!("must rotate")
        };
        assert_eq!(next.generation, 2);
        let after = |seconds| next.renew(1, place(), now + SignedDuration::from_secs(seconds));
        assert_eq!(after(9), Renewal::Repeat);
        assert_eq!(after(10), Renewal::Reused);
    }

    #[test]
    fn a_token_two_generations_old_is_a_theft_even_at_once() {
        let third = Session {
            generation: 3,
            ..session()
        };
        let renew = |generation| third.renew(generation, place(), Timestamp::UNIX_EPOCH);
        assert_eq!(renew(1), Renewal::Reused);
        assert_eq!(renew(7), Renewal::Reused);
    }

    #[test]
    fn a_session_ends_when_idle_when_old_and_with_its_users_epoch() {
        let (session, user) = (session(), user());
        let start = Timestamp::UNIX_EPOCH;
        assert!(session.is_alive(&user, start));
        assert!(!session.is_alive(&user, start + IDLE_LIFETIME));
        let busy = Session {
            renewed_at: start + LIFETIME,
            ..session.clone()
        };
        assert!(!busy.is_alive(&user, start + LIFETIME));
        let later = User {
            epoch: user.epoch + 1,
            ..user.clone()
        };
        assert!(!session.is_alive(&later, start));
        let disabled = User {
            status: UserStatus::Disabled,
            ..user
        };
        assert!(!session.is_alive(&disabled, start));
    }

    #[test]
    fn what_a_program_says_of_itself_is_cut_and_cleaned() {
        let device = Device::new(Some(&format!(" a\r\nb{} ", "x".repeat(500))), place());
        let agent = device.agent().unwrap();
        assert!(agent.starts_with("abx") && agent.chars().count() <= 200);
        assert_eq!(Device::new(Some(" \n"), place()).agent(), None);
    }
}
