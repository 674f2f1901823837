//! Mails: to whom they go, and what they tell.

mod credentials;
mod en;
mod id;
mod letter;
mod moment;
mod news;
mod publication;

use std::str::FromStr;

use anyhow::{Context, Result};
use app::App;
use domain::{Activity, ActivityId, Scope, User, UserId};

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
    let Some(entry) = entry(app, &user, mail.event).await? else {
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
        | About::Publication { .. } => return Ok(None),
    };
    let to = Recipient::from(user);
    Ok(Some(Told { to, news }))
}

/// The entry of a user's own log that a mail tells of.
async fn entry(app: &App, user: &User, id: ActivityId) -> Result<Option<Activity>> {
    Ok(app.store.entry(Scope::User(user.id), id).await?)
}

/// What every entry of this kind says.
fn detail<T: FromStr>(entry: &Activity, name: &'static str) -> Result<T> {
    let value = entry.details.get(name).and_then(|value| value.parse().ok());
    value.with_context(|| format!("an entry {} without a usable {name}", entry.kind))
}
