//! English words about what somebody signs in with, and about the user account.

use domain::user::LINK_LIFETIME;
use domain::{Email, Provider, UserRole};

use super::facts;
use crate::jobs::mail::letter::{Content, Fact};
use crate::jobs::mail::moment::Moment;

const IF_NOT_YOU: &str = "If it was not you, choose a new password at once (“forgot password”): that ends every session and removes linked sign-ins.";

pub(super) fn sign_up(link: &str, provider: Option<Provider>) -> Content {
    let minutes = LINK_LIFETIME.as_mins();
    let subject = "Confirm your address";
    let content = match provider.map(Provider::title) {
        None => {
            let what = format!(
                "Welcome to Tayang. Confirm within {minutes} minutes that this address is yours, and your account is ready."
            );
            Content::new(subject, &[&what]).closing(
                "If you did not sign up, do nothing: without a confirmation there is no account.",
            )
        }
        Some(provider) => {
            let what = format!(
                "Welcome to Tayang. Somebody, probably you, signed up with {provider} and this address. Confirm within {minutes} minutes that the address is yours, in the same browser in which you came from {provider}, and your account is ready."
            );
            Content::new(subject, &[&what]).closing(format!(
                "If you did not do this, do not confirm: somebody else’s {provider} account would open yours."
            ))
        }
    };
    content.button("Confirm", link)
}

pub(super) fn account_exists(provider: Option<Provider>, is_closed: bool) -> Content {
    let by = provider.map_or(String::new(), |provider| {
        format!(" by way of {}", provider.title())
    });
    let what = format!("Somebody, probably you, signed up at Tayang{by} with this address.");
    let then = if is_closed {
        "It belongs to an account that an admin of this deployment has closed, so nothing was changed. Only an admin can open it again."
    } else {
        "It has an account already, so nothing was changed: just log in."
    };
    let content = Content::new("You have an account already", &[&what, then]);
    match provider.map(Provider::title) {
        _ if is_closed => content,
        None => content.closing("If you do not know your password any more, choose a new one (“forgot password”)."),
        Some(provider) => content.closing(format!(
            "To sign in with {provider} from now on, log in as you did before and link {provider} to your account."
        )),
    }
}

pub(super) fn password_reset(link: &str, is_first: bool) -> Content {
    let minutes = LINK_LIFETIME.as_mins();
    let (title, wish) = if is_first {
        (
            "Choose a password",
            "a password for your account, which has none so far",
        )
    } else {
        ("Choose a new password", "a new password for your account")
    };
    let what = format!(
        "Somebody, probably you, asked for {wish}. You can choose it within {minutes} minutes."
    );
    let also = "Every session ends when you do, and linked sign-ins (Google, Facebook) are removed; you can link them again afterwards.";
    Content::new(title, &[&what, also])
        .button(title, link)
        .closing("If it was not you, do nothing: nothing is changed.")
}

pub(super) fn password_changed(by_link: bool, moment: &Moment) -> Content {
    let (what, closing) = if by_link {
        (
            "A new password was chosen for your account by the link in a mail. Every session has ended, and linked sign-ins (Google, Facebook) were removed.",
            "If it was not you, somebody else can read your mail: make your mailbox safe first, then choose a new password at once (“forgot password”).",
        )
    } else {
        (
            "The password of your account was changed. Every session has ended: log in with the new one.",
            IF_NOT_YOU,
        )
    };
    Content::new("Your password was changed", &[what])
        .facts(facts(moment))
        .closing(closing)
}

pub(super) fn email_change(link: &str) -> Content {
    let what = format!(
        "Somebody, probably you, wants to use this address for an account at Tayang. Confirm within {} minutes that it is yours.",
        LINK_LIFETIME.as_mins()
    );
    let then = "Every session ends when you do: log in with the new address afterwards.";
    Content::new("Confirm your new address", &[&what, then])
        .button("Confirm", link)
        .closing("If you did not ask for this, do nothing: nothing is changed.")
}

pub(super) fn email_taken() -> Content {
    let what = "Another user of Tayang wanted to change the address of an account to yours. It belongs to your account, so nothing was changed.";
    Content::new("Somebody wanted to use your address", &[what]).closing(
        "You need not do anything. If it was you: an address can only belong to one account.",
    )
}

pub(super) fn email_change_requested(to: &Email, moment: &Moment) -> Content {
    let what = format!(
        "Somebody, probably you, asked to change the address of your account to {to}. It changes as soon as that is confirmed by the link in our mail to that address."
    );
    let closing = "If it was you, there is nothing to do here. If it was not, choose a new password at once (“forgot password”): that ends every session, and this request too.";
    Content::new("Somebody asked to change your address", &[&what])
        .facts(facts(moment))
        .closing(closing)
}

pub(super) fn email_is_new(from: &Email, moment: &Moment) -> Content {
    let what = format!(
        "The address of your account is now this one and no longer {from}. Every session has ended: log in with the new address."
    );
    Content::new("Your address was changed", &[&what])
        .facts(facts(moment))
        .closing("If it was not you, tell an admin of this deployment.")
}

pub(super) fn email_is_old(to: &Email, moment: &Moment) -> Content {
    let what = format!(
        "The address of your account is now {to} and no longer this one. Every session has ended: log in with the new address."
    );
    let closing = "If it was not you, tell an admin of this deployment at once: you cannot log in with this address any more.";
    Content::new("Your address was changed", &[&what])
        .facts(facts(moment))
        .closing(closing)
}

pub(super) fn identity_linked(provider: Provider, moment: &Moment) -> Content {
    let provider = provider.title();
    let what = format!("From now on you can sign in to your account with {provider}.");
    Content::new(format!("{provider} was linked to your account"), &[&what])
        .facts(facts(moment))
        .closing(IF_NOT_YOU)
}

pub(super) fn identity_unlinked(provider: Provider, moment: &Moment) -> Content {
    let provider = provider.title();
    let what = format!("You can no longer sign in to your account with {provider}.");
    Content::new(
        format!("{provider} was unlinked from your account"),
        &[&what],
    )
    .facts(facts(moment))
    .closing(IF_NOT_YOU)
}

pub(super) fn new_sign_in(provider: Option<Provider>, moment: &Moment) -> Content {
    let what = "Somebody signed in to your account from a network that we do not know you in.";
    let how = Fact {
        label: "With",
        value: provider.map_or("Password", Provider::title).to_owned(),
    };
    let mut facts = facts(moment);
    facts.push(how);
    let closing = format!("If it was you, there is nothing to do. {IF_NOT_YOU}");
    Content::new("New sign-in to your account", &[what])
        .facts(facts)
        .closing(closing)
}

pub(super) fn session_reused(moment: &Moment) -> Content {
    let what = "A key that one of your devices had already exchanged was used a second time. That happens when somebody holds a copy of it, so we ended that session: log in again on the device.";
    let closing =
        "If you do not know why this happened, change your password: that ends every session.";
    Content::new("We ended one of your sessions", &[what])
        .facts(facts(moment))
        .closing(closing)
}

pub(super) fn role_changed(role: UserRole, moment: &Moment) -> Content {
    let what = match role {
        UserRole::Admin => {
            "You are now an admin of this deployment of Tayang: you can create teams and manage users."
        }
        UserRole::Member => {
            "You are no longer an admin of this deployment of Tayang. Your roles in teams stay as they are."
        }
    };
    Content::new("Your role was changed", &[what]).facts(facts(moment))
}

pub(super) fn disabled(moment: &Moment) -> Content {
    let what = "An admin of this deployment of Tayang has closed your account. Every session has ended, and nobody can log in to it.";
    Content::new("Your account was closed", &[what])
        .facts(facts(moment))
        .closing("If you think that this is a mistake, ask an admin.")
}

pub(super) fn enabled(moment: &Moment) -> Content {
    let what = "An admin of this deployment of Tayang has opened your account again. You can log in as before.";
    Content::new("Your account is open again", &[what]).facts(facts(moment))
}
