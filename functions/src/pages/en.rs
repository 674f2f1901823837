//! Pages in English.

use app::auth::passwords::MIN_CHARACTERS;
use domain::user::LINK_LIFETIME;
use domain::{Email, Role, invitation};

use super::words::{
    AcceptInvitation, Choice, End, Invited, Landing, ResetPassword, RoleWords, Tokens, Trouble,
    VerifyEmail, Words,
};
use crate::auth::oauth_choose::MOST;

/// What the pages say.
pub(super) fn words() -> Words {
    Words {
        no_script: "This page needs JavaScript.",
        show: "Show",
        hide: "Hide",
        trouble: Trouble {
            offline: "There is no connection. Try again.",
            too_many: "That was too often. Wait a little, then try again.",
            failed: "That did not work because of an error on our side. Try again.",
        },
        verify_email: verify_email(),
        reset_password: reset_password(),
        accept_invitation: accept_invitation(),
        choice: choice(),
        tokens: tokens(),
    }
}

fn verify_email() -> VerifyEmail {
    VerifyEmail {
        title: "Confirm your address",
        text: "One click says that this address is yours.",
        confirm: "Confirm",
        created: End::new(
            "Your account is ready",
            "You can log in now, and close this page.",
        ),
        changed: End::new(
            "Your address is changed",
            "Every session has ended: log in again, with the new address.",
        ),
        unusable: End::new(
            "This link cannot be used any more",
            "If you have confirmed your address already, just log in. If not, ask for a new mail.",
        ),
        taken: End::new(
            "There is nothing to confirm",
            "This address, or the sign-in you used, belongs to an account already: just log in.",
        ),
        elsewhere: End::new(
            "Not in this browser",
            "Only the browser in which you signed up can confirm this address: open the link of the mail there.",
        ),
    }
}

fn reset_password() -> ResetPassword {
    ResetPassword {
        title: "Choose a new password",
        text: "When you save it, every session ends, and linked sign-ins (Google, Facebook) are removed.",
        password: "New password",
        hint: format!("At least {MIN_CHARACTERS} characters. A few words are easy to remember."),
        again: "The same again",
        save: "Save",
        too_short: format!("That is too short: at least {MIN_CHARACTERS} characters, please."),
        different: "This is not the same password.",
        refused: "The password",
        done: End::new(
            "Your password is changed",
            "Every session has ended: log in with the new password.",
        ),
        unusable: End::new(
            "This link cannot be used any more",
            format!(
                "It works once, for {} minutes. Ask for a new mail to get another one.",
                LINK_LIFETIME.as_mins()
            ),
        ),
    }
}

fn accept_invitation() -> AcceptInvitation {
    AcceptInvitation {
        accept: "Join the team",
        sign_up_with: "Sign up with",
        sign_up: "Sign up with a password",
        signed_up: "I have signed up",
        joined: End::new(
            "You are in",
            "Log in to work with the team. You can close this page.",
        ),
        not_yet: End::new(
            "Nothing has changed",
            "Perhaps you are a member already: then just log in. Or nobody has signed up with this address yet: do that first, then open the link in the mail again.",
        ),
        unusable: End::new(
            "This invitation cannot be used any more",
            format!(
                "If you have joined already, just log in. If not, it was taken back or declined, or it is older than {} days: ask the team for a new one.",
                invitation::LIFETIME.as_hours() / 24
            ),
        ),
    }
}

/// What a role is called, and what it is good for.
pub(super) fn role(role: Role) -> RoleWords {
    let (is, can) = match role {
        Role::Admin => (
            "an admin",
            "manage the team, and write, approve and schedule posts",
        ),
        Role::Editor => ("an editor", "write, approve and schedule posts"),
        Role::Viewer => ("a viewer", "read the team’s posts"),
    };
    RoleWords { is, can }
}

/// What somebody reads who is invited.
pub(super) fn invited(
    (team, inviter, role): (&str, Option<&str>, Role),
    email: &Email,
    is_known: bool,
) -> Invited {
    let RoleWords { is, can } = self::role(role);
    let inviter = inviter.unwrap_or("Somebody");
    Invited {
        title: format!("Join {team}"),
        text: format!("{inviter} invites you to join the team {team} as {is}: you can {can} there."),
        first: (!is_known).then(|| {
            format!("There is no account for {email} yet. Sign up with this address first, then come back to this page.")
        }),
    }
}

fn choice() -> Choice {
    Choice {
        text: "Your consent covers several accounts. Which of them should the team publish with?",
        connected: "connected already",
        connect: "Connect",
        how_many: format!("Choose at least one account, and {MOST} at most."),
        done: End::new("Connected", "You can close this page."),
        unusable: End::new(
            "It is too late to choose",
            "Begin again: connect the account once more.",
        ),
        refused: End::new(
            "That did not work",
            "You may not connect accounts for this team any more.",
        ),
    }
}

fn tokens() -> Tokens {
    Tokens {
        warning: "These two tokens are secrets: whoever has them can act as you.",
        access: "Access token",
        access_hint: "For requests. In the documentation, enter it at “Authorize”.",
        refresh: "Refresh token",
        refresh_hint: "For POST /refresh-token, once: that answers with the next two.",
        copy: "Copy",
        copied: "Copied",
        documentation: "Open the documentation",
    }
}

/// What somebody reads who came back.
pub(super) fn landing(landing: &Landing<'_>) -> End {
    match landing {
        Landing::Connected { handle, platform } => End::new(
            "Connected",
            format!("{handle} on {platform} is connected. You can close this page."),
        ),
        Landing::Choose { platform, .. } => {
            End::new(format!("Choose accounts on {platform}"), choice().text)
        }
        Landing::SignedIn { name, .. } => {
            End::new("You are logged in", format!("Welcome, {name}."))
        }
        Landing::Linked { provider } => End::new(
            format!("{provider} is linked"),
            format!("You can sign in with {provider} from now on. You can close this page."),
        ),
        Landing::MailSent { address } => End::new(
            "Look into your mailbox",
            format!(
                "We have sent a mail to {address}. Open its link in this browser, within {} minutes.",
                LINK_LIFETIME.as_mins()
            ),
        ),
        Landing::Refused { detail, .. } => End::new("That did not work", format!("{detail}.")),
    }
}
