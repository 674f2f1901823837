//! Invitations to a team, by e-mail.
//!
//! An invitation says nothing about whether the address has a user account: it is the same either way, and whoever owns the address
//! accepts it, after signing up where that is needed. It is gone when it is accepted, declined or taken back.

use jiff::{SignedDuration, Timestamp};

use crate::activity::{Activity, Actor, Entry, Kind, Scope};
use crate::error::Refused;
use crate::ids::{InvitationId, TeamId, UserId};
use crate::team::{Member, MemberChanged, Permission, Role};
use crate::text::Email;
use crate::user::{User, UserStatus};

/// How long an invitation can be accepted.
pub const LIFETIME: SignedDuration = SignedDuration::from_hours(7 * 24);
/// The most invitations of one team that are open at once.
pub const MAX_OPEN: usize = 100;

/// A team asks somebody to join.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invitation {
    /// Its id, part of the link in the mail.
    pub id: InvitationId,
    /// The team.
    pub team: TeamId,
    /// Who is invited.
    pub email: Email,
    /// What the person will be in the team.
    pub role: Role,
    /// Who invited, or had it mailed last.
    pub invited_by: UserId,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was mailed last.
    pub sent_at: Timestamp,
    /// Until when it can be accepted.
    pub expires_at: Timestamp,
}

/// An invitation that changed, with the entry for the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvitationChanged {
    /// The invitation as it is now, or as it was before it went.
    pub invitation: Invitation,
    /// The entry.
    pub activity: Activity,
}

impl Invitation {
    /// Invites the owner of an address.
    pub fn create(
        id: InvitationId,
        member: &Member,
        (email, role): (Email, Role),
        entry: Entry,
        now: Timestamp,
    ) -> Result<InvitationChanged, Refused> {
        member.require(Permission::ManageTeam)?;
        let invitation = Self {
            id,
            team: member.team,
            email,
            role,
            invited_by: member.user,
            created_at: now,
            sent_at: now,
            expires_at: now + LIFETIME,
        };
        Ok(invitation.changed(member, Kind::InvitationSent, entry, now))
    }

    /// Has it mailed once more; from now on it can be accepted as long as a new one.
    pub fn resend(
        &self,
        member: &Member,
        entry: Entry,
        now: Timestamp,
    ) -> Result<InvitationChanged, Refused> {
        member.require(Permission::ManageTeam)?;
        let invitation = Self {
            invited_by: member.user,
            sent_at: now,
            expires_at: now + LIFETIME,
            ..self.clone()
        };
        Ok(invitation.changed(member, Kind::InvitationResent, entry, now))
    }

    /// Takes it back.
    pub fn revoke(
        &self,
        member: &Member,
        entry: Entry,
        now: Timestamp,
    ) -> Result<InvitationChanged, Refused> {
        member.require(Permission::ManageTeam)?;
        Ok(self
            .clone()
            .changed(member, Kind::InvitationRevoked, entry, now))
    }

    /// Whether `user` can accept it now: an invitation belongs to the owner of its address.
    pub fn is_open_to(&self, user: &User, now: Timestamp) -> bool {
        self.email == user.email && user.status == UserStatus::Active && now < self.expires_at
    }

    /// Makes `user` a member.
    pub fn accept(&self, user: &User, entry: Entry, now: Timestamp) -> MemberChanged {
        let member = Member {
            team: self.team,
            user: user.id,
            role: self.role,
            joined_at: now,
        };
        let activity = member
            .entry(entry, Kind::MemberJoined, now)
            .about_invitation(self.id)
            .with("role", self.role.to_string());
        MemberChanged { member, activity }
    }

    /// The owner of the address does not want to join.
    pub fn decline(&self, user: &User, entry: Entry, now: Timestamp) -> Activity {
        let (scope, actor) = (Scope::Team(self.team), Actor::User(user.id));
        self.described(Activity::new(
            entry,
            scope,
            actor,
            Kind::InvitationDeclined,
            now,
        ))
    }

    fn changed(self, by: &Member, kind: Kind, entry: Entry, now: Timestamp) -> InvitationChanged {
        let activity = self.described(by.entry(entry, kind, now));
        InvitationChanged {
            invitation: self,
            activity,
        }
    }

    fn described(&self, entry: Activity) -> Activity {
        entry
            .about_invitation(self.id)
            .with("email", self.email.as_str())
            .with("role", self.role.to_string())
    }
}
