//! Mails: to whom they go, and what they tell.

mod accounts;
mod credentials;
mod en;
mod id;
mod letter;
mod moment;
mod news;
mod posts;
mod publication;
mod teams;

use std::fmt::Display;
use std::str::FromStr;

use anyhow::{Context, Result};
use app::App;
use app::auth::links::{self, Purpose};
use domain::{Activity, ActivityId, Locale, Scope, User, UserId, UserStatus};

pub(crate) use self::letter::{Letter, Recipient};
use self::moment::Moment;
use self::news::News;
use super::message::{About, Mail};

/// Writes a mail. What it would have been about may be gone by now: then there is none.
pub(crate) async fn write(app: &App, mail: &Mail) -> Result<Option<Letter>> {
    let told = match mail.about {
        About::Registration { registration } => credentials::sign_up(app, registration).await?,
        About::PasswordResetLink { reset } => credentials::password_reset(app, reset).await?,
        About::EmailChangeLink { change } => credentials::new_address(app, change).await?,
        About::EmailChangeNotice { change } => {
            credentials::wish_for_address(app, mail.event, change).await?
        }
        About::EmailChanged { change, to_new } => {
            credentials::changed_address(app, mail.event, change, to_new).await?
        }
        About::Publication {
            user,
            post,
            publication,
        } => publication::end(app, user, post, publication).await?,
        About::Invitation { invitation } => Box::pin(teams::invitation(app, invitation)).await?,
        About::MemberAdded { user, team } => teams::added(app, mail.event, team, user).await?,
        About::MemberRoleChanged { user, team } => {
            teams::role_changed(app, mail.event, team, user).await?
        }
        About::MemberRemoved { user, team } => teams::removed(app, mail.event, team, user).await?,
        About::AccountNeedsReconnect {
            user,
            team,
            account,
        } => accounts::needs_reconnect(app, user, team, account).await?,
        About::AccountExpiring {
            user,
            team,
            account,
        } => accounts::expiring(app, user, team, account).await?,
        About::Post { user, post, what } => {
            Box::pin(posts::told(app, mail.event, (post, user), what)).await?
        }
        About::PasswordChanged { user, .. }
        | About::IdentityLinked { user }
        | About::IdentityUnlinked { user }
        | About::NewSignIn { user }
        | About::SessionReused { user }
        | About::RoleChanged { user }
        | About::Disabled { user }
        | About::Enabled { user } => of_entry(app, mail, user).await?,
    };
    told.map(|told| letter::compose(told.to, &told.news))
        .transpose()
}

/// What is told, and to whom.
struct Told {
    to: Recipient,
    news: News,
}

/// What an entry of somebody's own log says.
async fn of_entry(app: &App, mail: &Mail, user: UserId) -> Result<Option<Told>> {
    let Some(user) = app.store.user(user).await? else {
        return Ok(None);
    };
    let Some(entry) = entry(app, Scope::User(user.id), mail.event).await? else {
        return Ok(None);
    };
    let moment = Moment::of(&entry, &user);
    let news = match mail.about {
        About::PasswordChanged { by_link, .. } => News::PasswordChanged { by_link, moment },
        About::IdentityLinked { .. } => News::IdentityLinked {
            provider: detail(&entry, "provider")?,
            moment,
        },
        About::IdentityUnlinked { .. } => News::IdentityUnlinked {
            provider: detail(&entry, "provider")?,
            moment,
        },
        About::NewSignIn { .. } => News::NewSignIn {
            // Whatever is no provider is a password.
            provider: entry
                .details
                .get("method")
                .and_then(|method| method.parse().ok()),
            moment,
        },
        About::SessionReused { .. } => News::SessionReused { moment },
        About::RoleChanged { .. } => News::RoleChanged {
            role: detail(&entry, "role")?,
            moment,
        },
        About::Disabled { .. } => News::Disabled { moment },
        About::Enabled { .. } => News::Enabled { moment },
        About::Registration { .. }
        | About::PasswordResetLink { .. }
        | About::EmailChangeLink { .. }
        | About::EmailChangeNotice { .. }
        | About::EmailChanged { .. }
        | About::Publication { .. }
        | About::Invitation { .. }
        | About::MemberAdded { .. }
        | About::MemberRoleChanged { .. }
        | About::MemberRemoved { .. }
        | About::AccountNeedsReconnect { .. }
        | About::AccountExpiring { .. }
        | About::Post { .. } => return Ok(None),
    };
    let to = Recipient::from(user);
    Ok(Some(Told { to, news }))
}

/// The entry that a mail tells of.
async fn entry(app: &App, scope: Scope, id: ActivityId) -> Result<Option<Activity>> {
    Ok(app.store.entry(scope, id).await?)
}

/// Somebody who is told of a team's things: nobody is whose user account is closed.
async fn active(app: &App, id: UserId) -> Result<Option<User>> {
    let user = app.store.user(id).await?;
    Ok(user.filter(|user| user.status == UserStatus::Active))
}

/// What every entry of this kind says.
fn detail<T: FromStr>(entry: &Activity, name: &'static str) -> Result<T> {
    let value = entry.details.get(name).and_then(|value| value.parse().ok());
    value.with_context(|| format!("an entry {} without a usable {name}", entry.kind))
}

/// The address of a page, with what the page needs.
async fn link(
    app: &App,
    page: &str,
    purpose: Purpose,
    id: impl Display,
    locale: Locale,
) -> Result<String> {
    let token = links::issue(&app.link_key().await?, purpose, id);
    let address = app.address(page).await?;
    Ok(format!("{address}?token={token}&locale={locale}"))
}
