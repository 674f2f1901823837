//! Signing in at a provider: setting out, and who came back.

use app::{App, Error, Request, RequestExt, Result};
use domain::{Identity, PersonName, Provider, Session, User};
use platforms::sign_in::{Attempt, Profile, SignInError};

use super::trip::{self, CALLBACK, Purpose, SetOut};

/// Sends a browser to a provider, to sign in or up. `pointer` says where the request named the provider.
pub(crate) async fn sign_in(
    app: &App,
    request: &Request,
    provider: Provider,
    pointer: &str,
) -> Result<SetOut> {
    let locale = request.locale();
    set_out(app, request, provider, pointer, |nonce, verifier| {
        Purpose::SignIn {
            provider,
            nonce,
            verifier,
            locale,
        }
    })
    .await
}

/// Sends a browser to a provider, so that it opens the user account too.
pub(crate) async fn link(
    app: &App,
    request: &Request,
    provider: Provider,
    (user, session): (&User, &Session),
) -> Result<SetOut> {
    let (user, session) = (user.id, session.id);
    set_out(app, request, provider, "/provider", |nonce, verifier| {
        Purpose::Link {
            provider,
            nonce,
            verifier,
            user,
            session,
        }
    })
    .await
}

async fn set_out(
    app: &App,
    request: &Request,
    provider: Provider,
    pointer: &str,
    purpose: impl FnOnce(String, String) -> Purpose,
) -> Result<SetOut> {
    let sign_in = app.provider(provider, pointer)?;
    app.admit_trip(request.place()?).await?;
    let (state, nonce, verifier) = (trip::random(), trip::random(), trip::random());
    let attempt = attempt(app, &state, &nonce, &verifier).await?;
    let authorization_url = sign_in
        .authorization_url(app.egress()?, &attempt, app.now())
        .await
        .map_err(refused)?;
    let purpose = purpose(nonce, verifier);
    trip::begin(app, request, &state, authorization_url, &purpose).await
}

async fn attempt(app: &App, state: &str, nonce: &str, verifier: &str) -> Result<Attempt> {
    Ok(Attempt {
        redirect_uri: app.address(CALLBACK).await?,
        state: state.to_owned(),
        nonce: nonce.into(),
        verifier: verifier.into(),
    })
}

/// What a browser brings back.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Return<'a> {
    /// The state.
    pub(crate) state: &'a str,
    /// The code to exchange.
    pub(crate) code: &'a str,
    /// Who sent it back, by its own words (RFC 9207).
    pub(crate) issuer: Option<&'a str>,
}

/// Exchanges the code for somebody the provider vouches for.
pub(crate) async fn finish(
    app: &App,
    provider: Provider,
    (nonce, verifier): (&str, &str),
    back: &Return<'_>,
) -> Result<Profile> {
    let sign_in = app.provider(provider, "?state")?;
    let attempt = attempt(app, back.state, nonce, verifier).await?;
    let secret = app.provider_secret(provider).await?;
    let (egress, now) = (app.egress()?, app.now());
    let profile = sign_in.finish(egress, &attempt, back.code, back.issuer, &secret, now);
    profile.await.map_err(refused)
}

/// The identity that a profile is of.
pub(crate) fn identity(app: &App, provider: Provider, profile: &Profile) -> Identity {
    Identity {
        provider,
        issuer: profile.issuer.clone(),
        subject: profile.subject.clone(),
        email: profile.email.clone(),
        linked_at: app.now(),
    }
}

/// The name of somebody new; the part before the @ where the provider gave none.
pub(crate) fn name(profile: &Profile) -> Option<PersonName> {
    let mailbox = || PersonName::parse(profile.email.as_ref()?.mailbox()).ok();
    profile.name.clone().or_else(mailbox)
}

fn refused(error: SignInError) -> Error {
    match error {
        SignInError::Refused { reason } => Error::Conflict(reason),
        SignInError::Unreachable { reason } => Error::Upstream(reason),
    }
}
