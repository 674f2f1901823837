//! Mails about what somebody signs in with: those with a link, and those that say what became of it.

use anyhow::Result;
use app::App;
use app::auth::links::Purpose;
use domain::user::Proof;
use domain::{
    ActivityId, EmailChange, EmailChangeId, PasswordResetId, Provider, Registration,
    RegistrationId, Scope, User, UserStatus,
};

use super::letter::Recipient;
use super::moment::Moment;
use super::news::News;
use super::{Told, entry, link};

/// Whoever has the address of a sign-up: a link, or the news that there is an account already.
pub(super) async fn sign_up(app: &App, id: RegistrationId) -> Result<Option<Told>> {
    let registration = app.store.registration(id).await?;
    let Some(registration) = registration.filter(|found| app.now() < found.expires_at) else {
        return Ok(None);
    };
    let provider = provider(&registration);
    if let Some(owner) = app.store.user_by_email(&registration.email).await? {
        let is_closed = owner.status == UserStatus::Disabled;
        return Ok(Some(Told {
            to: Recipient::from(owner),
            news: News::AccountExists {
                provider,
                is_closed,
            },
        }));
    }
    let Registration {
        email,
        name,
        locale,
        ..
    } = registration;
    let link = link(app, "/verify-email", Purpose::VerifyEmail, id, locale).await?;
    Ok(Some(Told {
        to: Recipient {
            email,
            name: Some(name),
            locale,
        },
        news: News::SignUp { link, provider },
    }))
}

fn provider(registration: &Registration) -> Option<Provider> {
    match &registration.proof {
        Proof::Password(_) => None,
        Proof::Identity { identity, .. } => Some(identity.provider),
    }
}

/// Whoever has the address of a wish for a new password. Nobody, or somebody who could not use it, gets no mail.
pub(super) async fn password_reset(app: &App, id: PasswordResetId) -> Result<Option<Told>> {
    let Some(reset) = app.store.password_reset(id).await? else {
        return Ok(None);
    };
    let user = app.store.user_by_email(&reset.email).await?;
    let Some(user) = user.filter(|user| reset.is_open(user, app.now())) else {
        return Ok(None);
    };
    let purpose = Purpose::ResetPassword;
    let link = link(app, "/reset-password", purpose, id, user.locale).await?;
    let is_first = user.password_hash.is_none();
    Ok(Some(Told {
        to: Recipient::from(user),
        news: News::PasswordReset { link, is_first },
    }))
}

/// The address that a user wants to have: a link, or, if it is somebody's already, news for that owner.
pub(super) async fn new_address(app: &App, id: EmailChangeId) -> Result<Option<Told>> {
    let Some((change, user)) = wish(app, id).await? else {
        return Ok(None);
    };
    if !change.is_open(&user, app.now()) {
        return Ok(None);
    }
    if let Some(owner) = app.store.user_by_email(&change.to).await? {
        return Ok((owner.id != user.id).then(|| Told {
            to: Recipient::from(owner),
            news: News::EmailTaken,
        }));
    }
    let link = link(app, "/verify-email", Purpose::ChangeEmail, id, user.locale).await?;
    Ok(Some(Told {
        to: Recipient {
            email: change.to,
            ..user.into()
        },
        news: News::EmailChange { link },
    }))
}

/// The address that a user has had when another one was asked for.
pub(super) async fn wish_for_address(
    app: &App,
    event: ActivityId,
    id: EmailChangeId,
) -> Result<Option<Told>> {
    Ok(happened(app, event, id)
        .await?
        .map(|(change, user, moment)| Told {
            to: Recipient {
                email: change.from,
                ..user.into()
            },
            news: News::EmailChangeRequested {
                to: change.to,
                moment,
            },
        }))
}

/// One of the two addresses of a change that came to pass.
pub(super) async fn changed_address(
    app: &App,
    event: ActivityId,
    id: EmailChangeId,
    to_new: bool,
) -> Result<Option<Told>> {
    let Some((change, user, moment)) = happened(app, event, id).await? else {
        return Ok(None);
    };
    let EmailChange { from, to, .. } = change;
    let (email, news) = if to_new {
        (to, News::EmailIsNew { from, moment })
    } else {
        (from, News::EmailIsOld { to, moment })
    };
    Ok(Some(Told {
        to: Recipient {
            email,
            ..user.into()
        },
        news,
    }))
}

/// A wish for another address, whose it is, and when what the mail tells of happened.
async fn happened(
    app: &App,
    event: ActivityId,
    id: EmailChangeId,
) -> Result<Option<(EmailChange, User, Moment)>> {
    let Some((change, user)) = wish(app, id).await? else {
        return Ok(None);
    };
    let entry = entry(app, Scope::User(user.id), event).await?;
    Ok(entry.map(|entry| {
        let moment = Moment::of(&entry, &user);
        (change, user, moment)
    }))
}

async fn wish(app: &App, id: EmailChangeId) -> Result<Option<(EmailChange, User)>> {
    let Some(change) = app.store.email_change(id).await? else {
        return Ok(None);
    };
    let user = app.store.user(change.user).await?;
    Ok(user.map(|user| (change, user)))
}
