//! Trips of a browser to a provider or platform: what we remember meanwhile, bound to that browser, and good for one return.

use anyhow::Context;
use app::secrets::derive;
use app::{App, Error, Request, RequestExt, Response, Result};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::{AccountId, Kind, Locale, Platform, Provider, SessionId, TeamId, UserId};
use http::HeaderValue;
use http::header::SET_COOKIE;
use jiff::{SignedDuration, Timestamp};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use store::{Taken, Trip};
use url::Url;

use super::record;

/// Where providers and platforms send the browser back to; the same for all of them.
pub(crate) const CALLBACK: &str = "/oauth/callback";
/// How long the person may take there.
const LIFETIME: SignedDuration = SignedDuration::from_mins(10);
/// The prefix makes browsers accept the cookie from this host alone, over TLS alone (RFC 6265bis, 4.1.3.2).
const COOKIE: &str = "__Host-tayang-browser";
/// How long a browser keeps the cookie: longer than a sign-up waits for its mail to be answered.
const COOKIE_SECONDS: u32 = 7_200;
const RANDOM_BYTES: usize = 32;

/// What a trip is for.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Purpose {
    /// To sign in, or up.
    SignIn {
        provider: Provider,
        nonce: String,
        verifier: String,
        locale: Locale,
    },
    /// To let somebody who is signed in come in that way too.
    Link {
        provider: Provider,
        nonce: String,
        verifier: String,
        user: UserId,
        session: SessionId,
    },
    /// To connect an account to a team; `pending` is the connector's.
    Connect {
        platform: Platform,
        pending: String,
        team: TeamId,
        user: UserId,
        again: Option<AccountId>,
    },
}

/// A trip that begins.
#[derive(Debug)]
pub(crate) struct SetOut {
    /// Where the browser goes.
    pub(crate) authorization_url: Url,
    /// Until when it can come back.
    pub(crate) expires_at: Timestamp,
    /// What the browser must bring again.
    pub(crate) cookie: Browser,
}

/// What tells one browser from another: a random value that only it has, in a cookie.
#[derive(Clone, Debug)]
pub(crate) struct Browser(SecretString);

impl Browser {
    /// The browser that sent the request, if it has been given a cookie.
    pub(crate) fn of(request: &Request) -> Option<Self> {
        let value = request.cookie(COOKIE)?;
        let bytes = URL_SAFE_NO_PAD.decode(value).ok()?;
        (bytes.len() == RANDOM_BYTES).then(|| Self(value.into()))
    }

    fn known_or_new(request: &Request) -> Self {
        Self::of(request).unwrap_or_else(|| Self(random().into()))
    }

    /// What may be stored: the cookie cannot be made of it.
    pub(crate) fn hash(&self) -> String {
        URL_SAFE_NO_PAD.encode(derive(&self.0, "browser"))
    }

    fn key(&self) -> app::seal::SealingKey {
        app::seal::SealingKey::new(&derive(&self.0, "trip"))
    }

    /// Has the browser keep the cookie.
    pub(crate) fn keep(&self, response: &mut Response) -> Result<()> {
        let value = self.0.expose_secret();
        let cookie = format!(
            "{COOKIE}={value}; Path=/; Max-Age={COOKIE_SECONDS}; Secure; HttpOnly; SameSite=Lax"
        );
        let mut cookie = HeaderValue::from_str(&cookie).context("a cookie")?;
        cookie.set_sensitive(true);
        response.headers_mut().append(SET_COOKIE, cookie);
        Ok(())
    }
}

/// 256 unpredictable bits.
pub(crate) fn random() -> String {
    URL_SAFE_NO_PAD.encode(app::random::bytes::<RANDOM_BYTES>())
}

/// Remembers a trip until its browser comes back. What is remembered opens with that browser's cookie only.
pub(crate) async fn begin(
    app: &App,
    request: &Request,
    state: &str,
    authorization_url: Url,
    purpose: &Purpose,
) -> Result<SetOut> {
    let cookie = Browser::known_or_new(request);
    let json = serde_json::to_vec(purpose).context("writing a trip down")?;
    let trip = Trip {
        sealed: cookie.key().seal(&json, state),
        browser: cookie.hash(),
        expires_at: app.now() + LIFETIME,
    };
    app.store.begin_trip(state, &trip).await?;
    Ok(SetOut {
        authorization_url,
        expires_at: trip.expires_at,
        cookie,
    })
}

/// Takes out what was remembered under `state`. That works once, and in the browser that set out.
pub(crate) async fn take(app: &App, request: &Request, state: &str) -> Result<Purpose> {
    let unusable = |why: &str| Error::invalid("?state", format!("{why}: begin again"));
    let unknown = "belongs to nothing that is under way";
    let browser = Browser::of(request);
    let hash = browser.as_ref().map(Browser::hash).unwrap_or_default();
    let trip = match app.store.take_trip(state, &hash).await? {
        Taken::Back(trip) => trip,
        Taken::Unknown => return Err(unusable(unknown)),
        // A page that is loaded again: nothing tells of a thief.
        Taken::Again => return Err(unusable("was used already")),
        // Somebody else has the address that the browser came back to, code and all (RFC 6749, 4.1.2); or somebody was lured into
        // agreeing to a trip that another one began. Either way it ends here.
        Taken::Elsewhere(session) => {
            if let Some((user, session)) = session {
                end_session(app, request, user, session).await?;
            }
            return Err(unusable("belongs to another browser"));
        }
    };
    if app.now() >= trip.expires_at {
        return Err(unusable("is too old"));
    }
    let json = browser
        .and_then(|browser| browser.key().open(&trip.sealed, state).ok())
        .ok_or_else(|| unusable(unknown))?;
    Ok(serde_json::from_slice(&json).context("reading a trip")?)
}

async fn end_session(app: &App, request: &Request, user: UserId, session: SessionId) -> Result<()> {
    tracing::warn!(event = "session.reused", %user, %session, "the way back from a provider was used in another browser");
    let entry = record::by_nobody(app, request, user, Kind::SessionReused)?;
    match app.store.end_session(user, session, &entry).await {
        Err(store::Error::Stale) => Ok(()),
        done => Ok(done?),
    }
}
