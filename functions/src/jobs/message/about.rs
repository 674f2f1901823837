//! What a mail says, and to whom: ids only, never anybody's text.

use domain::{
    AccountId, EmailChangeId, InvitationId, PasswordResetId, PostId, PublicationId, RegistrationId,
    TeamId, UserId,
};
use serde::{Deserialize, Serialize};
use strum::Display;

/// What a mail says, and to whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "about", rename_all = "snake_case")]
pub enum About {
    /// Somebody signed up: confirm the address, or hear that it has an account already.
    Registration {
        /// The sign-up.
        registration: RegistrationId,
    },
    /// Somebody asked for a new password: the link to choose it.
    PasswordResetLink {
        /// The wish.
        reset: PasswordResetId,
    },
    /// The password is another one now.
    PasswordChanged {
        /// Whose.
        user: UserId,
        /// Whether it was chosen by the link of a mail.
        by_link: bool,
    },
    /// Somebody asked for another address: to the new one, to confirm it.
    EmailChangeLink {
        /// The wish.
        change: EmailChangeId,
    },
    /// Somebody asked for another address: to the one until now.
    EmailChangeNotice {
        /// The wish.
        change: EmailChangeId,
    },
    /// The address is another one now.
    EmailChanged {
        /// The wish that was fulfilled.
        change: EmailChangeId,
        /// Whether this mail goes to the new address, or to the one before.
        to_new: bool,
    },
    /// A sign-in at a provider opens the account from now on.
    IdentityLinked {
        /// Whose account.
        user: UserId,
    },
    /// A sign-in at a provider opens the account no more.
    IdentityUnlinked {
        /// Whose account.
        user: UserId,
    },
    /// Somebody signed in from where nobody had signed in before.
    NewSignIn {
        /// To whose account.
        user: UserId,
    },
    /// A token was used twice, so its session was ended.
    SessionReused {
        /// Whose session it was.
        user: UserId,
    },
    /// An admin of the deployment changed what a user may do.
    RoleChanged {
        /// Which user.
        user: UserId,
    },
    /// An admin of the deployment closed a user account.
    Disabled {
        /// Which.
        user: UserId,
    },
    /// An admin of the deployment opened a user account again.
    Enabled {
        /// Which.
        user: UserId,
    },
    /// A publication reached an end, or needs somebody.
    Publication {
        /// Who is told.
        user: UserId,
        /// The post.
        post: PostId,
        /// The publication.
        publication: PublicationId,
    },
    /// A team asks somebody to join.
    Invitation {
        /// The invitation.
        invitation: InvitationId,
    },
    /// An admin of a team made somebody a member.
    MemberAdded {
        /// Whom.
        user: UserId,
        /// The team.
        team: TeamId,
    },
    /// An admin of a team changed what a member may do.
    MemberRoleChanged {
        /// Which member.
        user: UserId,
        /// The team.
        team: TeamId,
    },
    /// An admin took somebody out of a team.
    MemberRemoved {
        /// Whom.
        user: UserId,
        /// The team.
        team: TeamId,
    },
    /// An account must be connected again.
    AccountNeedsReconnect {
        /// Who is told.
        user: UserId,
        /// The team.
        team: TeamId,
        /// The account.
        account: AccountId,
    },
    /// The access to an account ends soon.
    AccountExpiring {
        /// Who is told.
        user: UserId,
        /// The team.
        team: TeamId,
        /// The account.
        account: AccountId,
    },
    /// A post that is still to go out, or was.
    Post {
        /// Who is told.
        user: UserId,
        /// The post.
        post: PostId,
        /// What is told of it.
        what: Waiting,
    },
}

/// What a mail tells of a post that is still to go out, or was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Display)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "kebab-case")]
pub enum Waiting {
    /// It waits for somebody's yes or no.
    Pending,
    /// The same, and its time is near.
    ApprovalDue,
    /// Nobody said yes in time.
    ApprovalMissed,
    /// Somebody said yes or no.
    Decided,
    /// The rules of a time zone changed, and with them the instant that it goes out at.
    Moved,
}

impl About {
    /// The kind of mail and, where one event is told to several people, the person: different for every mail of one event, so the mail's own
    /// id is made of it.
    pub fn mark(&self) -> String {
        let kind = match self {
            Self::Registration { .. } => "registration",
            Self::PasswordResetLink { .. } => "password-reset-link",
            Self::PasswordChanged { .. } => "password-changed",
            Self::EmailChangeLink { .. } => "email-change-link",
            Self::EmailChangeNotice { .. } => "email-change-notice",
            Self::EmailChanged { to_new: true, .. } => "email-changed-new",
            Self::EmailChanged { to_new: false, .. } => "email-changed-old",
            Self::IdentityLinked { .. } => "identity-linked",
            Self::IdentityUnlinked { .. } => "identity-unlinked",
            Self::NewSignIn { .. } => "new-sign-in",
            Self::SessionReused { .. } => "session-reused",
            Self::RoleChanged { .. } => "role-changed",
            Self::Disabled { .. } => "disabled",
            Self::Enabled { .. } => "enabled",
            Self::Publication { .. } => "publication",
            Self::Invitation { .. } => "invitation",
            Self::MemberAdded { .. } => "member-added",
            Self::MemberRoleChanged { .. } => "member-role-changed",
            Self::MemberRemoved { .. } => "member-removed",
            Self::AccountNeedsReconnect { user, .. } => {
                return format!("account-needs-reconnect.{user}");
            }
            Self::AccountExpiring { user, .. } => return format!("account-expiring.{user}"),
            Self::Post { user, what, .. } => return format!("post-{what}.{user}"),
        };
        kind.to_owned()
    }
}
