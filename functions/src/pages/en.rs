//! Pages in English.

use app::auth::passwords::MIN_CHARACTERS;
use domain::user::LINK_LIFETIME;

use super::words::{End, Landing, ResetPassword, Tokens, Trouble, VerifyEmail, Words};

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
        Landing::Connected { handle } => End::new(
            "Connected",
            format!("{handle} is connected. You can close this page."),
        ),
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
