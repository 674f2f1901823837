//! Somebody is back from a provider, who vouches for them: whose user account that opens, or makes.

use app::{App, Error, Request, RequestExt, Result};
use domain::user::{LINK_LIFETIME, Proof as SignUpProof};
use domain::{Identity, Kind, Locale, Provider, Registration, SessionId, User, UserId, Zone};
use platforms::sign_in::Profile;

use super::oauth_callback::{Arrived, MailSent};
use super::sign_in::{self, Proof};
use super::sign_up::{self, Newcomer};
use super::trip::Browser;
use super::view::MessageView;
use super::{login, provider, record, register};
use crate::me::view::IdentityView;

/// Signs somebody in whose identity is known, or up. An address alone never opens an account that exists: whoever has one signs in to
/// it and links the identity there.
pub(super) async fn sign_in(
    app: &App,
    request: &Request,
    provider: Provider,
    profile: Profile,
    (state, locale): (&str, Locale),
) -> Result<Arrived> {
    let known = app
        .store
        .user_by_identity(&profile.issuer, &profile.subject)
        .await?;
    let user = match known {
        Some(user) => user,
        None if profile.email_is_certain => {
            sign_up(app, request, provider, &profile, locale).await?
        }
        None => return ask_for_confirmation(app, request, provider, profile, locale).await,
    };
    login::require_active(&user)?;
    let method = provider.to_string();
    let recognised = app.recognises(&user.email, request.place()?).await?;
    let proof = Proof {
        method: &method,
        recognised,
        rehashed: None,
        trip: Some(state),
    };
    let logged_in = sign_in::start(app, request, &user, &proof).await?;
    Ok(Arrived::SignedIn(Box::new(logged_in)))
}

/// The provider is the authority on the address, so no mail of ours is needed.
async fn sign_up(
    app: &App,
    request: &Request,
    provider: Provider,
    profile: &Profile,
    locale: Locale,
) -> Result<User> {
    let newcomer = newcomer(app, provider, profile, locale)?;
    let has_admin = app.store.has_admin().await?;
    let title = provider.title();
    match sign_up::create(app, &newcomer, request.place()?, has_admin).await {
        Err(Error::Conflict(_)) => Err(Error::Conflict(format!(
            "there is an account with the address of this {title} account: sign in to it as you did before, then link {title}"
        ))),
        created => created,
    }
}

fn newcomer(app: &App, provider: Provider, profile: &Profile, locale: Locale) -> Result<Newcomer> {
    let title = provider.title();
    let no_address = || {
        Error::Conflict(format!(
            "{title} did not share an e-mail address: sign up with an address and a password, then link {title}"
        ))
    };
    let email = profile.email.clone().ok_or_else(no_address)?;
    let name = provider::name(profile).ok_or_else(no_address)?;
    Ok(Newcomer {
        email,
        name,
        locale,
        zone: Zone::utc(),
        password_hash: None,
        identity: Some(provider::identity(app, provider, profile)),
        from: None,
    })
}

/// The provider does not vouch for the address: a mail asks, and only this browser may answer.
async fn ask_for_confirmation(
    app: &App,
    request: &Request,
    provider: Provider,
    profile: Profile,
    locale: Locale,
) -> Result<Arrived> {
    let newcomer = newcomer(app, provider, &profile, locale)?;
    let (Some(identity), Some(browser)) = (newcomer.identity, Browser::of(request)) else {
        return Err(Error::Conflict("this browser is not known any more".into()));
    };
    let place = request.place()?;
    app.admit_mail(&newcomer.email, place).await?;
    let registration = Registration {
        id: app.new_id(),
        email: newcomer.email,
        name: newcomer.name,
        locale,
        zone: newcomer.zone,
        proof: SignUpProof::Identity {
            identity,
            browser: browser.hash(),
        },
        expires_at: app.now() + LINK_LIFETIME,
    };
    register::keep(app, &registration, place).await?;
    Ok(Arrived::MailSent(MailSent {
        message: MessageView {
            message: "We have sent a mail to this address. Open its link in this browser within 60 minutes.",
        },
        email: registration.email.to_string(),
    }))
}

/// Links an identity to the user who set out for it, if that session is still alive.
pub(super) async fn link(
    app: &App,
    request: &Request,
    (user, session): (UserId, SessionId),
    provider: Provider,
    profile: &Profile,
) -> Result<Arrived> {
    let signed_in = app.store.signed_in(user, session).await?;
    let (user, _) = signed_in
        .filter(|(user, session)| session.is_alive(user, app.now()))
        .ok_or(Error::Unauthenticated(
            "the session in which this was begun is over: log in and begin again",
        ))?;
    let identity: Identity = provider::identity(app, provider, profile);
    let entry = record::by_user(app, request, user.id, Kind::IdentityLinked)?
        .with("provider", provider.to_string());
    app.store.link_identity(&user, &identity, &entry).await?;
    Ok(Arrived::Linked(IdentityView::from(&identity)))
}
