//! Mails in English.

mod credentials;
mod posts;
mod teams;

use domain::{Email, PersonName};
use jiff::Zoned;

use super::letter::{Content, Fact};
use super::moment::{Moment, zone};
use super::news::{End, News};

/// The first line.
pub(super) fn greeting(name: Option<&PersonName>) -> String {
    name.map_or_else(|| "Hello,".to_owned(), |name| format!("Hello {name},"))
}

/// The last line.
pub(super) fn footer(address: &Email) -> String {
    format!("Sent automatically by Tayang to {address}.")
}

/// What the news say.
pub(super) fn content(news: &News) -> Content {
    match news {
        News::SignUp { link, provider } => credentials::sign_up(link, *provider),
        News::AccountExists {
            provider,
            is_closed,
        } => credentials::account_exists(*provider, *is_closed),
        News::PasswordReset { link, is_first } => credentials::password_reset(link, *is_first),
        News::PasswordChanged { by_link, moment } => {
            credentials::password_changed(*by_link, moment)
        }
        News::EmailChange { link } => credentials::email_change(link),
        News::EmailTaken => credentials::email_taken(),
        News::EmailChangeRequested { to, moment } => {
            credentials::email_change_requested(to, moment)
        }
        News::EmailIsNew { from, moment } => credentials::email_is_new(from, moment),
        News::EmailIsOld { to, moment } => credentials::email_is_old(to, moment),
        News::IdentityLinked { provider, moment } => {
            credentials::identity_linked(*provider, moment)
        }
        News::IdentityUnlinked { provider, moment } => {
            credentials::identity_unlinked(*provider, moment)
        }
        News::NewSignIn { provider, moment } => credentials::new_sign_in(*provider, moment),
        News::SessionReused { moment } => credentials::session_reused(moment),
        News::RoleChanged { role, moment } => credentials::role_changed(*role, moment),
        News::Disabled { moment } => credentials::disabled(moment),
        News::Enabled { moment } => credentials::enabled(moment),
        News::Publication {
            end,
            destination,
            quote,
        } => publication(end, &destination.named("on")).quote(quote),
        News::Invitation(invited) => teams::invitation(invited),
        News::MemberAdded { team, role, deed } => teams::member_added(team, *role, deed),
        News::MemberRoleChanged {
            team,
            before,
            role,
            deed,
        } => teams::member_role_changed(team, *before, *role, deed),
        News::MemberRemoved { team, deed } => teams::member_removed(team, deed),
        News::AccountNeedsReconnect { access, reason } => {
            teams::account_needs_reconnect(access, reason.as_deref())
        }
        News::AccountExpiring { access, ends_at } => teams::account_expiring(access, ends_at),
        News::Post(news) => posts::content(news),
    }
}

fn publication(end: &End, place: &str) -> Content {
    match end {
        End::Published { url } => {
            let what = format!("Your post was published as {place}.");
            Content::new("Your post is out", &[&what]).button("See it", url)
        }
        End::Refused { reason } => {
            let what = format!(
                "{place}: the platform refused your post, and it was not published. It said: {reason}"
            );
            Content::new("Your post was refused", &[&what])
        }
        End::Unclear { reason } => {
            let what = format!(
                "{place}: your post was sent, but no answer came, so it may be out or not ({reason})."
            );
            let then = "Please look. We do not send it again by ourselves, because it might then be out twice.";
            Content::new("Please look: is your post out?", &[&what, then])
        }
        End::Blocked { reason } => {
            let what =
                format!("{place} must be connected again before your post can go out ({reason}).");
            Content::new("Your post waits for its account", &[&what])
        }
        End::Missed => {
            let what = format!(
                "{place}: your post could not go out within the time you allowed, so it was not sent."
            );
            Content::new("Your post was not published in time", &[&what])
        }
        End::Cancelled => {
            let what = format!(
                "{place}: your post will not be published there, because the account is no longer connected to the team."
            );
            Content::new("Your post was cancelled", &[&what])
        }
    }
}

/// When and where something happened.
fn facts(moment: &Moment) -> Vec<Fact> {
    moment.facts(time(&moment.at), ["When", "Network", "Program"], "on")
}

/// Such as `Tuesday, 3 March 2026, 14:05 WIB`.
fn time(at: &Zoned) -> String {
    format!("{} {}", at.strftime("%A, %-d %B %Y, %H:%M"), zone(at))
}
