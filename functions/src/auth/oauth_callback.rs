//! GET /oauth/callback — where a provider or a platform sends the browser after its consent page

use app::lambda::Function;
use app::{App, Error, Request, RequestExt, Response, Result, respond};
use domain::{Locale, Platform, Provider};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::landing::{self, Landing};
use super::provider::{self, Return};
use super::returning;
use super::trip::{self, Browser, Purpose};
use super::view::{LoggedIn, MessageView};
use crate::accounts::connection::{self, Finished};
use crate::accounts::view::{AccountView, OfferView};
use crate::me::view::IdentityView;

/// The deployed function.
pub const FUNCTION: Function = Function::endpoint("auth-oauth-callback", |app, request| {
    Box::pin(handle(app, request))
});

/// What the provider says (RFC 6749, 4.1.2). Providers add parameters of their own, so unknown ones are not refused here.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Callback {
    /// What we gave the provider along: it is good for one return, in the browser that set out.
    state: String,
    /// The code to exchange for tokens.
    code: Option<String>,
    /// Why there is no code.
    error: Option<String>,
    /// Who sent the browser back (RFC 9207).
    iss: Option<String>,
}

/// What a person's no is called (RFC 6749, 4.1.2.1), and what LinkedIn calls it: on its page for signing in, and on that for agreeing.
const REFUSED: [&str; 3] = [
    "access_denied",
    "user_cancelled_login",
    "user_cancelled_authorize",
];
const NOTHING_TO_FINISH: &str = "there is nothing left to finish here: begin again";

/// What a return led to.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
pub enum Arrived {
    /// An account is connected to the team.
    Connected(Box<AccountView>),
    /// The consent opened several accounts: choose with `POST /oauth/choose`.
    Choose(OfferView),
    /// Somebody is signed in.
    SignedIn(Box<LoggedIn>),
    /// The user can sign in this way too.
    Linked(IdentityView),
    /// The address must be confirmed by mail first, in the same browser.
    MailSent(MailSent),
}

/// A mail is on its way.
#[derive(Debug, Serialize, ToSchema)]
pub struct MailSent {
    /// In words.
    #[serde(flatten)]
    pub message: MessageView,
    /// The address that it goes to.
    #[schema(format = "email")]
    pub email: String,
}

/// Finishes what was begun: connects an account, signs in or up, or links an identity. Browsers get a page, programs that accept JSON the result.
#[utoipa::path(get, path = "/oauth/callback", tag = "identity", operation_id = "auth-oauth-callback", params(Callback),
    responses((status = 200, description = "What it led to", body = Arrived)))]
pub async fn handle(app: &App, request: Request) -> Result<Response> {
    let outcome = finish(app, &request).await;
    if request.wants_json() {
        return respond::ok(&outcome?);
    }
    let is_bare = request.uri().query().is_none_or(str::is_empty);
    if is_bare {
        // The page cleaned its address when it was finished, and was loaded again.
        let (status, detail) = (StatusCode::UNPROCESSABLE_ENTITY, NOTHING_TO_FINISH);
        return landing::page(request.locale(), &Landing::Refused { status, detail });
    }
    show(request.locale(), outcome)
}

async fn finish(app: &App, request: &Request) -> Result<Arrived> {
    let Callback {
        state,
        code,
        error,
        iss,
    } = request.query()?;
    let purpose = trip::take(app, request, &state).await?;
    let code = match (code, error) {
        (Some(code), None) => code,
        (_, Some(error)) if REFUSED.contains(&error.as_str()) => {
            return Err(Error::Conflict(
                "you did not allow it, so nothing was changed".into(),
            ));
        }
        // The provider's words are not repeated: anybody can make a browser bring any words here.
        _ => {
            return Err(Error::Unreadable(
                "the provider sent neither a code nor a known reason: begin again".into(),
            ));
        }
    };
    let back = Return {
        state: &state,
        code: &code,
        issuer: iss.as_deref(),
    };
    match purpose {
        Purpose::Connect {
            platform,
            pending,
            team,
            user,
            again,
        } => {
            let browser = Browser::of(request).ok_or_else(|| Error::NotFound("?state".into()))?;
            let back = connection::Back {
                began: (team, user),
                again,
                browser: &browser,
                place: request.place()?,
            };
            let finished = connection::finish(app, &back, platform, &pending, &code).await?;
            Ok(match finished {
                Finished::Connected(account) => Arrived::Connected(account),
                Finished::Choose(offer) => Arrived::Choose(offer),
            })
        }
        Purpose::SignIn {
            provider,
            nonce,
            verifier,
            locale,
        } => {
            let profile = provider::finish(app, provider, (&nonce, &verifier), &back).await?;
            returning::sign_in(app, request, provider, profile, (&state, locale)).await
        }
        Purpose::Link {
            provider,
            nonce,
            verifier,
            user,
            session,
        } => {
            let profile = provider::finish(app, provider, (&nonce, &verifier), &back).await?;
            returning::link(app, request, (user, session), provider, &profile).await
        }
    }
}

fn show(locale: Locale, outcome: Result<Arrived>) -> Result<Response> {
    match outcome {
        Ok(Arrived::Connected(account)) => landing::page(
            locale,
            &Landing::Connected {
                handle: &account.handle,
                platform: title(&account.platform),
            },
        ),
        Ok(Arrived::Choose(offer)) => {
            let (offer, platform) = (&offer, title(&offer.platform));
            landing::page(locale, &Landing::Choose { offer, platform })
        }
        Ok(Arrived::SignedIn(logged_in)) => landing::page(
            locale,
            &Landing::SignedIn {
                name: &logged_in.user.name,
                access_token: &logged_in.tokens.access_token,
                refresh_token: &logged_in.tokens.refresh_token,
            },
        ),
        Ok(Arrived::Linked(identity)) => {
            let provider: Option<Provider> = identity.provider.parse().ok();
            let provider = provider.map_or("", Provider::title);
            landing::page(locale, &Landing::Linked { provider })
        }
        Ok(Arrived::MailSent(mail)) => landing::page(
            locale,
            &Landing::MailSent {
                address: &mail.email,
            },
        ),
        Err(error) => landing::refused(locale, error),
    }
}

/// A platform's name for people.
fn title(platform: &str) -> &'static str {
    let platform: Option<Platform> = platform.parse().ok();
    platform.map_or("", Platform::title)
}
