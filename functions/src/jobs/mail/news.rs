//! What mails tell, in no language yet: every language says each of these.

mod posts;

use domain::{Email, PersonName, Platform, Provider, Role, TeamName, UserRole};
use jiff::Zoned;

pub(super) use self::posts::{Labels, Matter, PostNews, Times};
use super::moment::Moment;

/// What a mail tells.
pub(super) enum News {
    /// Somebody signed up: confirm the address.
    SignUp {
        /// Where to confirm it.
        link: String,
        /// Where the sign-up came from, if not from a form with a password.
        provider: Option<Provider>,
    },
    /// Somebody signed up with the address of an account that exists.
    AccountExists {
        /// Where the sign-up came from, if not from a form with a password.
        provider: Option<Provider>,
        /// Whether an admin has closed that account.
        is_closed: bool,
    },
    /// Somebody asked for a new password.
    PasswordReset {
        /// Where to choose it.
        link: String,
        /// Whether the account has none so far.
        is_first: bool,
    },
    /// The password is another one now.
    PasswordChanged {
        /// Whether it was chosen by the link of a mail.
        by_link: bool,
        /// When and where.
        moment: Moment,
    },
    /// To the new address: confirm it.
    EmailChange {
        /// Where to confirm it.
        link: String,
    },
    /// To the owner of the address that somebody else asked for.
    EmailTaken,
    /// To the address until now: somebody asked for another one.
    EmailChangeRequested {
        /// The new address.
        to: Email,
        /// When and where.
        moment: Moment,
    },
    /// To the new address: it is the account's from now on.
    EmailIsNew {
        /// The address before.
        from: Email,
        /// When and where.
        moment: Moment,
    },
    /// To the address before: it is the account's no more.
    EmailIsOld {
        /// The new address.
        to: Email,
        /// When and where.
        moment: Moment,
    },
    /// A sign-in at a provider opens the account from now on.
    IdentityLinked {
        /// Which provider.
        provider: Provider,
        /// When and where.
        moment: Moment,
    },
    /// A sign-in at a provider opens the account no more.
    IdentityUnlinked {
        /// Which provider.
        provider: Provider,
        /// When and where.
        moment: Moment,
    },
    /// Somebody signed in from where nobody had signed in before.
    NewSignIn {
        /// By way of which provider, if not with the password.
        provider: Option<Provider>,
        /// When and where.
        moment: Moment,
    },
    /// A token was used twice, so its session was ended.
    SessionReused {
        /// When and where.
        moment: Moment,
    },
    /// An admin changed what the user may do.
    RoleChanged {
        /// What that is now.
        role: UserRole,
        /// When.
        moment: Moment,
    },
    /// An admin closed the account.
    Disabled {
        /// When.
        moment: Moment,
    },
    /// An admin opened the account again.
    Enabled {
        /// When.
        moment: Moment,
    },
    /// A publication reached an end, or needs somebody.
    Publication {
        /// Which end.
        end: End,
        /// Where the post goes.
        destination: Destination,
        /// How the post begins.
        quote: String,
    },
    /// A team asks the owner of an address to join.
    Invitation(Invited),
    /// An admin of a team made the user a member.
    MemberAdded {
        /// Of which team.
        team: TeamName,
        /// As what.
        role: Role,
        /// By whom, and when.
        deed: Deed,
    },
    /// An admin of a team changed what the user may do there.
    MemberRoleChanged {
        /// In which team.
        team: TeamName,
        /// What the user was.
        before: Role,
        /// What the user is now.
        role: Role,
        /// By whom, and when.
        deed: Deed,
    },
    /// An admin took the user out of a team.
    MemberRemoved {
        /// Out of which.
        team: TeamName,
        /// By whom, and when.
        deed: Deed,
    },
    /// The platform no longer lets us in to an account.
    AccountNeedsReconnect {
        /// To which.
        access: Access,
        /// Why, in the platform's words, where it has said anything.
        reason: Option<String>,
    },
    /// The access to an account ends soon.
    AccountExpiring {
        /// To which.
        access: Access,
        /// When it ends.
        ends_at: Zoned,
    },
    /// A post that is still to go out, or was.
    Post(PostNews),
}

/// Who invites whom to what.
pub(super) struct Invited {
    /// The team.
    pub(super) team: TeamName,
    /// Who invites, unless that user account is gone.
    pub(super) inviter: Option<PersonName>,
    /// What the person will be.
    pub(super) role: Role,
    /// The address that is invited.
    pub(super) email: Email,
    /// What must be done before it can be accepted.
    pub(super) first: Option<First>,
    /// Where to accept it.
    pub(super) link: String,
    /// Until when it can be accepted, by the team's clocks.
    pub(super) until: Zoned,
}

/// What must be done before an invitation can be accepted.
pub(super) enum First {
    /// Nobody has signed up with the address.
    SignUp,
    /// An admin of the deployment has closed the account, and can open it again.
    Reopen,
}

/// Who did something in a team, and when.
pub(super) struct Deed {
    /// Who, unless that user account is gone.
    pub(super) by: Option<PersonName>,
    /// When.
    pub(super) moment: Moment,
}

/// The access of a team to an account.
pub(super) struct Access {
    /// The account.
    pub(super) account: Destination,
    /// The team.
    pub(super) team: TeamName,
    /// What to call to connect the account again, such as `POST /teams/…/accounts/…/reconnect`.
    pub(super) call: String,
    /// Where that is described.
    pub(super) documentation: String,
}

/// What became of a publication.
pub(super) enum End {
    /// It is out.
    Published {
        /// Where to see it.
        url: String,
    },
    /// The platform refused it.
    Refused {
        /// What the platform said.
        reason: String,
    },
    /// Nobody can know whether it is out.
    Unclear {
        /// What is known.
        reason: String,
    },
    /// The account must be connected again first.
    Blocked {
        /// What the platform said.
        reason: String,
    },
    /// It was too late, and it was not sent.
    Missed,
    /// Its account was disconnected before.
    Cancelled,
}

/// Where a post goes.
pub(super) struct Destination {
    /// The platform.
    pub(super) platform: Platform,
    /// The name of the account there, unless it is gone.
    pub(super) handle: Option<String>,
}

impl Destination {
    /// Both in one, such as `@ana on Mastodon`; `on` is that word of a language.
    pub(super) fn named(&self, on: &str) -> String {
        let platform = self.platform.title();
        self.handle.as_ref().map_or_else(
            || platform.to_owned(),
            |handle| format!("{handle} {on} {platform}"),
        )
    }
}
