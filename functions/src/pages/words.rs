//! What pages say, in no language yet: every language fills in each of these.

use http::StatusCode;

use crate::accounts::view::OfferView;

/// Everything that is the same for everybody.
pub(crate) struct Words {
    /// That nothing works without a script.
    pub(crate) no_script: &'static str,
    /// To make a secret visible.
    pub(crate) show: &'static str,
    /// To make it invisible again.
    pub(crate) hide: &'static str,
    /// What a page says while a request did not succeed and can be repeated.
    pub(crate) trouble: Trouble,
    /// The page that a link to confirm an address opens.
    pub(crate) verify_email: VerifyEmail,
    /// The page that a link to choose a password opens.
    pub(crate) reset_password: ResetPassword,
    /// The page that the link of an invitation opens.
    pub(crate) accept_invitation: AcceptInvitation,
    /// The page on which somebody chooses among accounts.
    pub(crate) choice: Choice,
    /// The tokens of somebody who came back from a provider.
    pub(crate) tokens: Tokens,
}

/// Why a request is to be repeated.
pub(crate) struct Trouble {
    /// There was no answer.
    pub(crate) offline: &'static str,
    /// There were too many.
    pub(crate) too_many: &'static str,
    /// A fault of ours.
    pub(crate) failed: &'static str,
}

/// Where a page ends.
pub(crate) struct End {
    /// The heading.
    pub(crate) title: String,
    /// What is to be done now.
    pub(crate) text: String,
}

impl End {
    pub(super) fn new(title: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            text: text.into(),
        }
    }
}

/// The page that a link to confirm an address opens.
pub(crate) struct VerifyEmail {
    /// The heading.
    pub(crate) title: &'static str,
    /// What the button does.
    pub(crate) text: &'static str,
    /// The button.
    pub(crate) confirm: &'static str,
    /// The sign-up became a user account.
    pub(crate) created: End,
    /// The user account has the new address.
    pub(crate) changed: End,
    /// The link is too old, was used, or is none.
    pub(crate) unusable: End,
    /// The address, or what was to be signed in with, belongs to somebody.
    pub(crate) taken: End,
    /// The sign-up was begun in another browser.
    pub(crate) elsewhere: End,
}

/// The page that a link to choose a password opens.
pub(crate) struct ResetPassword {
    /// The heading.
    pub(crate) title: &'static str,
    /// What else happens.
    pub(crate) text: &'static str,
    /// The first field.
    pub(crate) password: &'static str,
    /// What the password needs.
    pub(crate) hint: String,
    /// The second field.
    pub(crate) again: &'static str,
    /// The button.
    pub(crate) save: &'static str,
    /// The password is too short.
    pub(crate) too_short: String,
    /// The two fields are not the same.
    pub(crate) different: &'static str,
    /// The password is refused; why follows in English.
    pub(crate) refused: &'static str,
    /// The password is changed.
    pub(crate) done: End,
    /// The link is too old, was used, or is none.
    pub(crate) unusable: End,
}

/// The page that the link of an invitation opens.
pub(crate) struct AcceptInvitation {
    /// The button.
    pub(crate) accept: &'static str,
    /// The way to sign up at a provider, whose name follows, for who has no account yet.
    pub(crate) sign_up_with: &'static str,
    /// The other way.
    pub(crate) sign_up: &'static str,
    /// The way on, for who has signed up meanwhile.
    pub(crate) signed_up: &'static str,
    /// The user is a member.
    pub(crate) joined: End,
    /// The user was a member already, or has not signed up yet.
    pub(crate) not_yet: End,
    /// The link is too old, was used, or is none.
    pub(crate) unusable: End,
}

/// A role in a team.
pub(crate) struct RoleWords {
    /// What somebody with it is, such as `an editor`.
    pub(crate) is: &'static str,
    /// What somebody with it can do.
    pub(crate) can: &'static str,
}

/// Who invites whom to what.
pub(crate) struct Invited {
    /// The heading.
    pub(crate) title: String,
    /// What for.
    pub(crate) text: String,
    /// What must be done first, by who has no account yet.
    pub(crate) first: Option<String>,
}

/// The page on which somebody chooses among accounts.
pub(crate) struct Choice {
    /// Which accounts are to be connected.
    pub(crate) text: &'static str,
    /// Beside an account that the team has already.
    pub(crate) connected: &'static str,
    /// The button.
    pub(crate) connect: &'static str,
    /// Nothing is chosen, or too much.
    pub(crate) how_many: String,
    /// The accounts are connected.
    pub(crate) done: End,
    /// It is too late, or another browser.
    pub(crate) unusable: End,
    /// It was refused.
    pub(crate) refused: End,
}

/// What the way to a provider or a platform and back led to.
#[derive(Clone, Copy)]
pub(crate) enum Landing<'a> {
    /// A social account is connected to the team.
    Connected {
        /// What it is called there.
        handle: &'a str,
        /// The platform's name.
        platform: &'a str,
    },
    /// The consent opened several accounts: the person chooses.
    Choose {
        /// Of what.
        offer: &'a OfferView,
        /// The platform's name.
        platform: &'a str,
    },
    /// Somebody is signed in.
    SignedIn {
        /// The person's name.
        name: &'a str,
        /// A secret.
        access_token: &'a str,
        /// Another one.
        refresh_token: &'a str,
    },
    /// The user can sign in this way too.
    Linked {
        /// The provider's name.
        provider: &'a str,
    },
    /// The address must be confirmed first, in the same browser.
    MailSent {
        /// Where the mail went.
        address: &'a str,
    },
    /// It led to nothing.
    Refused {
        /// The status of the answer.
        status: StatusCode,
        /// Why, in English.
        detail: &'a str,
    },
}

/// The tokens of somebody who came back from a provider.
pub(crate) struct Tokens {
    /// That they are secrets.
    pub(crate) warning: &'static str,
    /// The name of the one.
    pub(crate) access: &'static str,
    /// What it is good for.
    pub(crate) access_hint: &'static str,
    /// The name of the other.
    pub(crate) refresh: &'static str,
    /// What it is good for.
    pub(crate) refresh_hint: &'static str,
    /// To copy one.
    pub(crate) copy: &'static str,
    /// That one was copied.
    pub(crate) copied: &'static str,
    /// The way to the documentation.
    pub(crate) documentation: &'static str,
}
