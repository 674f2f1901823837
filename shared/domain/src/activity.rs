//! The activity log: what happened, written in the same transaction as the thing that happened.

use std::collections::BTreeMap;

use jiff::Timestamp;
use strum::{Display, EnumIter, EnumString};

use crate::ids::{
    AccountId, ActivityId, EmailChangeId, InvitationId, PasswordResetId, PostId, PublicationId,
    RegistrationId, TeamId, UserId,
};
use crate::place::Place;

/// What an entry is made with: its id, and where the person was who did it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The id of the entry.
    pub id: ActivityId,
    /// The network that the request came from; none for what Tayang does by itself.
    pub place: Option<Place>,
}

impl Entry {
    /// An entry for what nobody asked for at this moment.
    pub fn system(id: ActivityId) -> Self {
        Self { id, place: None }
    }
}

/// Whose record an entry belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// A team's log, which its members read.
    Team(TeamId),
    /// A person's own security record.
    User(UserId),
    /// A sign-up before it is a user.
    Registration(RegistrationId),
    /// A wish for a new password, of whoever has the address.
    PasswordReset(PasswordResetId),
}

/// Who did it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Actor {
    /// A person.
    User(UserId),
    /// Tayang itself, at its time.
    System,
}

/// What happened. The names are stable: they are the events that others subscribe to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Display, EnumString, EnumIter)]
pub enum Kind {
    /// Somebody signed up and must confirm the address.
    #[strum(serialize = "registration.requested")]
    RegistrationRequested,
    /// A user account was made.
    #[strum(serialize = "user.created")]
    UserCreated,
    /// A user changed name, language or time zone.
    #[strum(serialize = "user.changed")]
    UserChanged,
    /// An admin of the deployment changed what a user may do.
    #[strum(serialize = "user.role_changed")]
    UserRoleChanged,
    /// An admin of the deployment closed a user account.
    #[strum(serialize = "user.disabled")]
    UserDisabled,
    /// An admin of the deployment opened a user account again.
    #[strum(serialize = "user.enabled")]
    UserEnabled,
    /// A user deleted the account.
    #[strum(serialize = "user.deleted")]
    UserDeleted,
    /// A user chose another password.
    #[strum(serialize = "password.changed")]
    PasswordChanged,
    /// Somebody asked for a new password.
    #[strum(serialize = "password.reset_requested")]
    PasswordResetRequested,
    /// A user chose a new password by the link of a mail.
    #[strum(serialize = "password.reset")]
    PasswordReset,
    /// A user asked for another address.
    #[strum(serialize = "email.change_requested")]
    EmailChangeRequested,
    /// A user has another address.
    #[strum(serialize = "email.changed")]
    EmailChanged,
    /// A user can sign in at a provider from now on.
    #[strum(serialize = "identity.linked")]
    IdentityLinked,
    /// A user can no longer sign in at a provider.
    #[strum(serialize = "identity.unlinked")]
    IdentityUnlinked,
    /// Somebody signed in.
    #[strum(serialize = "session.started")]
    SessionStarted,
    /// A user ended one of the sessions, or all others.
    #[strum(serialize = "session.ended")]
    SessionEnded,
    /// A refresh token, or the way back from a provider, was used twice: its session ended.
    #[strum(serialize = "session.reused")]
    SessionReused,
    /// A team was made.
    #[strum(serialize = "team.created")]
    TeamCreated,
    /// A team got another name or other settings.
    #[strum(serialize = "team.changed")]
    TeamChanged,
    /// A team was deleted, with everything that hangs on it.
    #[strum(serialize = "team.deleted")]
    TeamDeleted,
    /// An admin made a user a member.
    #[strum(serialize = "member.added")]
    MemberAdded,
    /// Somebody accepted an invitation.
    #[strum(serialize = "member.joined")]
    MemberJoined,
    /// An admin changed what a member may do.
    #[strum(serialize = "member.role_changed")]
    MemberRoleChanged,
    /// An admin took a member out of the team.
    #[strum(serialize = "member.removed")]
    MemberRemoved,
    /// A member left the team.
    #[strum(serialize = "member.left")]
    MemberLeft,
    /// An admin invited somebody by e-mail.
    #[strum(serialize = "invitation.sent")]
    InvitationSent,
    /// An admin had an invitation mailed once more.
    #[strum(serialize = "invitation.resent")]
    InvitationResent,
    /// An admin took an invitation back.
    #[strum(serialize = "invitation.revoked")]
    InvitationRevoked,
    /// Whoever was invited does not want to join.
    #[strum(serialize = "invitation.declined")]
    InvitationDeclined,
    /// A social account was connected.
    #[strum(serialize = "account.connected")]
    AccountConnected,
    /// A social account was connected again.
    #[strum(serialize = "account.reconnected")]
    AccountReconnected,
    /// The access to a social account ends soon and cannot be renewed without its owner.
    #[strum(serialize = "account.expiring")]
    AccountExpiring,
    /// The platform no longer accepts our access to a social account: it must be connected again.
    #[strum(serialize = "account.needs_reconnect")]
    AccountNeedsReconnect,
    /// A social account is not the team's any more.
    #[strum(serialize = "account.disconnected")]
    AccountDisconnected,
    /// When an account's queue has free slots was changed.
    #[strum(serialize = "account.changed")]
    AccountChanged,
    /// A draft was made.
    #[strum(serialize = "post.created")]
    PostCreated,
    /// A post says something else, or goes elsewhere.
    #[strum(serialize = "post.edited")]
    PostEdited,
    /// A post waits for somebody's yes.
    #[strum(serialize = "post.submitted")]
    PostSubmitted,
    /// Somebody said yes to a post.
    #[strum(serialize = "post.approved")]
    PostApproved,
    /// Somebody said no to a post.
    #[strum(serialize = "post.rejected")]
    PostRejected,
    /// Somebody said something about a post.
    #[strum(serialize = "post.commented")]
    PostCommented,
    /// A post got its time.
    #[strum(serialize = "post.scheduled")]
    PostScheduled,
    /// The rules of a time zone changed, and with them the instant that a post goes out at.
    #[strum(serialize = "post.moved")]
    PostMoved,
    /// A post waits for somebody's yes, and its time is near.
    #[strum(serialize = "post.approval_due")]
    PostApprovalDue,
    /// Nobody said yes to a post in time.
    #[strum(serialize = "post.approval_missed")]
    PostApprovalMissed,
    /// A post will not go out, on some accounts or on all.
    #[strum(serialize = "post.cancelled")]
    PostCancelled,
    /// Somebody has taken note of what failed of a post.
    #[strum(serialize = "post.noted")]
    PostNoted,
    /// A post goes out again at further times.
    #[strum(serialize = "post.repeated")]
    PostRepeated,
    /// A post goes out again no more.
    #[strum(serialize = "post.repeat_stopped")]
    PostRepeatStopped,
    /// One of the further times of a post is left out.
    #[strum(serialize = "post.occurrence_skipped")]
    PostOccurrenceSkipped,
    /// A post is out on an account.
    #[strum(serialize = "publication.published")]
    PublicationPublished,
    /// The platform refused a post.
    #[strum(serialize = "publication.refused")]
    PublicationRefused,
    /// Nobody can know whether a post went out: a human must look.
    #[strum(serialize = "publication.unclear")]
    PublicationUnclear,
    /// An account must be connected again before its post can go out.
    #[strum(serialize = "publication.blocked")]
    PublicationBlocked,
    /// A post could not go out in time and was not sent.
    #[strum(serialize = "publication.missed")]
    PublicationMissed,
    /// A post will not go out on an account, because the account was disconnected.
    #[strum(serialize = "publication.cancelled")]
    PublicationCancelled,
}

/// An entry of the log. It is only ever appended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Activity {
    /// Its id, which sorts by time.
    pub id: ActivityId,
    /// Whose record it belongs to.
    pub scope: Scope,
    /// When it happened.
    pub at: Timestamp,
    /// Where the person was who did it, where a request is behind it.
    pub place: Option<Place>,
    /// Who did it.
    pub actor: Actor,
    /// What happened.
    pub kind: Kind,
    /// The post concerned.
    pub post: Option<PostId>,
    /// The publication concerned.
    pub publication: Option<PublicationId>,
    /// The account concerned.
    pub account: Option<AccountId>,
    /// The member concerned, where that is not who did it.
    pub member: Option<UserId>,
    /// The invitation concerned.
    pub invitation: Option<InvitationId>,
    /// The wish for another address concerned.
    pub email_change: Option<EmailChangeId>,
    /// What else is worth knowing: short texts by name, never a secret.
    pub details: BTreeMap<String, String>,
}

impl Activity {
    /// An entry about nothing in particular; the `about_…` and `with` methods say more.
    pub fn new(entry: Entry, scope: Scope, actor: Actor, kind: Kind, at: Timestamp) -> Self {
        Self {
            id: entry.id,
            scope,
            at,
            place: entry.place,
            actor,
            kind,
            post: None,
            publication: None,
            account: None,
            member: None,
            invitation: None,
            email_change: None,
            details: BTreeMap::new(),
        }
    }

    /// Says which post it is about.
    #[must_use]
    pub fn about_post(mut self, post: PostId) -> Self {
        self.post = Some(post);
        self
    }

    /// Says which account it is about.
    #[must_use]
    pub fn about_account(mut self, account: AccountId) -> Self {
        self.account = Some(account);
        self
    }

    /// Says which publication it is about.
    #[must_use]
    pub fn about_publication(mut self, publication: PublicationId) -> Self {
        self.publication = Some(publication);
        self
    }

    /// Says which member it is about.
    #[must_use]
    pub fn about_member(mut self, member: UserId) -> Self {
        self.member = Some(member);
        self
    }

    /// Says which invitation it is about.
    #[must_use]
    pub fn about_invitation(mut self, invitation: InvitationId) -> Self {
        self.invitation = Some(invitation);
        self
    }

    /// Says which wish for another address it is about.
    #[must_use]
    pub fn about_email_change(mut self, change: EmailChangeId) -> Self {
        self.email_change = Some(change);
        self
    }

    /// Adds a detail.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.details.insert(name.to_owned(), value.into());
        self
    }
}
