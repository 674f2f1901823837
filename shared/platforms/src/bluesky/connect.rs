//! Connecting a Bluesky account with an app password, and keeping its session alive.

use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::{Value, json};
use url::Url;

use super::{Bluesky, ErrorBody, WEB, is_did, shown, wait};
use crate::connect::{
    Begin, ConnectError, ConnectInput, Connected, Connector, Field, Health, Pending, Registration,
    Requirements, Trip, host_name,
};
use crate::egress::{Answer, Call, Egress, Failure};
use crate::publisher::{Error, ErrorKind, Target};
use crate::text::quoted;
use crate::tokens::{ClientCredentials, Tokens};

const DEFAULT_HOST: &str = "bsky.social";
/// Used when a session does not say how long it lasts: half of what servers grant.
const SESSION: SignedDuration = SignedDuration::from_mins(60);

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Session {
    access_jwt: SecretString,
    refresh_jwt: SecretString,
    did: String,
    handle: String,
    did_doc: Option<DidDocument>,
    active: Option<bool>,
    status: Option<String>,
}

#[derive(Deserialize)]
struct DidDocument {
    id: String,
    #[serde(default)]
    service: Vec<DidService>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct DidService {
    id: String,
    /// A URL; the specification allows other shapes for other services.
    service_endpoint: Value,
}

#[async_trait]
impl Connector for Bluesky {
    fn requirements(&self) -> &'static Requirements {
        &Requirements {
            ways: &[&[Field::Identifier, Field::Password]],
            registration: Registration::None,
            scopes: &[],
            chooses: false,
        }
    }

    async fn begin(
        &self,
        egress: &Egress,
        input: &ConnectInput,
        trip: &Trip<'_>,
        _client: Option<&ClientCredentials>,
    ) -> Result<Begin, ConnectError> {
        let filled = |value: &Option<String>| {
            value
                .as_deref()
                .map(str::trim)
                .filter(|value| !value.is_empty())
                .map(str::to_owned)
        };
        let identifier = filled(&input.identifier).ok_or_else(|| {
            ConnectError::input(
                Field::Identifier,
                "enter the handle, such as ada.bsky.social",
            )
        })?;
        let identifier = identifier.trim_start_matches('@');
        let password = input
            .password
            .as_ref()
            .filter(|password| !password.expose_secret().is_empty());
        let password = password.ok_or_else(|| {
            ConnectError::input(
                Field::Password,
                "enter an app password, made in Bluesky's settings",
            )
        })?;
        let host = host_name(
            egress,
            filled(&input.host).as_deref().unwrap_or(DEFAULT_HOST),
        )?;
        let no_answer = |failure: Failure| ConnectError::no_answer(&host, &failure);
        let url = egress
            .url(&host, "/xrpc/com.atproto.server.createSession")
            .map_err(no_answer)?;
        let body = json!({ "identifier": identifier, "password": password.expose_secret() });
        let answer = egress
            .effect(Call::post(url).json(&body))
            .await
            .map_err(no_answer)?;
        match answer.json::<Session>() {
            Some(session) if answer.status.is_success() => {
                connected(egress, &host, session, trip.now)
                    .map(|connected| Begin::Connected(Box::new(connected)))
            }
            Some(_) | None => Err(refusal(&host, &answer)),
        }
    }

    async fn finish(
        &self,
        _egress: &Egress,
        _client: Option<&ClientCredentials>,
        _pending: &Pending,
        _code: &str,
        _now: Timestamp,
    ) -> Result<Vec<Connected>, ConnectError> {
        Err(ConnectError::refused(
            "Bluesky accounts are connected with an app password, in one step",
        ))
    }

    async fn refresh(
        &self,
        egress: &Egress,
        _client: Option<&ClientCredentials>,
        target: &Target,
        tokens: &Tokens,
        now: Timestamp,
    ) -> Result<Option<Tokens>, Error> {
        if !tokens.is_due(now) {
            return Ok(None);
        }
        let refresh = tokens
            .refresh
            .as_ref()
            .ok_or_else(|| Error::new(ErrorKind::ReconnectAccount, "there is no refresh token"))?;
        let temporary = |failure: Failure| Error::new(ErrorKind::Temporary, failure.to_string());
        let url = egress
            .url(&target.host, "/xrpc/com.atproto.server.refreshSession")
            .map_err(temporary)?;
        let answer = egress
            .effect(Call::post(url).bearer(refresh))
            .await
            .map_err(temporary)?;
        match answer.json::<Session>() {
            Some(session) if answer.status.is_success() && session.did == target.remote_id => {
                Ok(Some(self::tokens(session, now)))
            }
            Some(_) if answer.status.is_success() => Err(Error::new(
                ErrorKind::ReconnectAccount,
                "the session belongs to another account",
            )),
            Some(_) | None => Err(refresh_error(&answer)),
        }
    }

    async fn check(
        &self,
        egress: &Egress,
        _client: Option<&ClientCredentials>,
        target: &Target,
        tokens: &Tokens,
    ) -> Result<Health, Error> {
        let temporary = |failure: Failure| Error::new(ErrorKind::Temporary, failure.to_string());
        let url = egress
            .url(&target.host, "/xrpc/com.atproto.server.getSession")
            .map_err(temporary)?;
        let call = Call::get(url).bearer(&tokens.access);
        let answer = egress.read(call).await.map_err(temporary)?;
        if answer.status.is_success() {
            return Ok(Health::default());
        }
        let said = answer.json::<ErrorBody>();
        // The access token may be over; whether the session is, the next renewal shows.
        match said {
            Some(said) if said.error == "ExpiredToken" && !said.message.contains("revoked") => {
                Ok(Health::default())
            }
            Some(_) | None => Err(refresh_error(&answer)),
        }
    }

    async fn revoke(
        &self,
        egress: &Egress,
        _client: Option<&ClientCredentials>,
        target: &Target,
        tokens: &Tokens,
    ) -> Result<(), Error> {
        let temporary = |failure: Failure| Error::new(ErrorKind::Temporary, failure.to_string());
        let Some(refresh) = &tokens.refresh else {
            return Ok(());
        };
        let url = egress
            .url(&target.host, "/xrpc/com.atproto.server.deleteSession")
            .map_err(temporary)?;
        let answer = egress.effect(Call::post(url).bearer(refresh)).await;
        let answer = answer.map_err(temporary)?;
        let error = refresh_error(&answer);
        if answer.status.is_success() || error.kind == ErrorKind::ReconnectAccount {
            return Ok(());
        }
        Err(error)
    }
}

fn connected(
    egress: &Egress,
    host: &str,
    session: Session,
    now: Timestamp,
) -> Result<Connected, ConnectError> {
    if session.active == Some(false) {
        let status = session
            .status
            .as_deref()
            .map_or_else(|| "not active".to_owned(), quoted);
        return Err(ConnectError::refused(format!("the account is {status}")));
    }
    let profile = Url::parse(&format!("https://{WEB}/profile/{}", session.did))
        .ok()
        .filter(|_| is_did(&session.did));
    let url = profile
        .ok_or_else(|| ConnectError::unreachable(host, "it gave an id that is not a DID"))?;
    let home = match session
        .did_doc
        .as_ref()
        .filter(|document| document.id == session.did)
        .and_then(home)
    {
        Some(service) => egress.host_of(&service).map_err(|failure| {
            ConnectError::no_answer(service.host_str().unwrap_or_default(), &failure)
        })?,
        None => host.to_owned(),
    };
    let handle = quoted(&session.handle);
    let url = shown(egress, &home, url);
    let target = Target {
        host: home,
        remote_id: session.did.clone(),
        handle: handle.clone(),
        max_characters: None,
    };
    Ok(Connected {
        grant: target.remote_id.clone(),
        target,
        display_name: handle,
        url,
        tokens: tokens(session, now),
        permissions: Vec::new(),
    })
}

/// The server that holds the account, from its public identity document.
fn home(document: &DidDocument) -> Option<Url> {
    let service = document
        .service
        .iter()
        .find(|service| service.id.ends_with("#atproto_pds"))?;
    Url::parse(service.service_endpoint.as_str()?).ok()
}

fn tokens(session: Session, now: Timestamp) -> Tokens {
    let lifetime =
        end_of(session.access_jwt.expose_secret()).map_or(SESSION, |end| end.duration_since(now));
    let tokens = Tokens {
        refresh: Some(session.refresh_jwt),
        ..Tokens::lasting(session.access_jwt)
    };
    tokens.renewed_before(lifetime, now)
}

/// When a token ends, by its own account; it is only used to renew in time, so its signature does not matter here.
fn end_of(jwt: &str) -> Option<Timestamp> {
    #[derive(Deserialize)]
    struct Claims {
        exp: i64,
    }
    let claims = URL_SAFE_NO_PAD.decode(jwt.split('.').nth(1)?).ok()?;
    let Claims { exp } = serde_json::from_slice(&claims).ok()?;
    Timestamp::from_second(exp).ok()
}

fn refusal(host: &str, answer: &Answer) -> ConnectError {
    if let Some(error) = ConnectError::of_host(host, answer) {
        return error;
    }
    let Some(body) = answer.json::<ErrorBody>() else {
        return ConnectError::input(Field::Host, format!("{host} is not a Bluesky server"));
    };
    match body.error.as_str() {
        "AuthFactorTokenRequired" => ConnectError::input(
            Field::Password,
            "this account asks for a code by e-mail: use an app password, made in Bluesky's settings",
        ),
        "AuthenticationRequired" => {
            ConnectError::input(Field::Password, "the handle or the app password is wrong")
        }
        "InvalidRequest" => ConnectError::input(
            Field::Identifier,
            format!("{host} does not accept this: {}", body.words()),
        ),
        _ => ConnectError::refused(format!("{host} refused: {}", body.words())),
    }
}

/// The errors by which a server says that a session, or the account itself, is over.
const ENDED: [&str; 8] = [
    "ExpiredToken",
    "InvalidToken",
    "AuthMissing",
    "AuthenticationRequired",
    "AccountNotFound",
    "AccountTakedown",
    "AccountDeactivated",
    "AccountSuspended",
];

fn refresh_error(answer: &Answer) -> Error {
    let said = answer.json::<ErrorBody>();
    let reason = said
        .as_ref()
        .map_or_else(|| format!("status {}", answer.status), ErrorBody::words);
    let kind = match (answer.status.as_u16(), said) {
        (429, _) => ErrorKind::RateLimited {
            retry_after: wait(answer),
        },
        (400 | 401 | 403, Some(said)) if ENDED.contains(&said.error.as_str()) => {
            ErrorKind::ReconnectAccount
        }
        _ => ErrorKind::Temporary,
    };
    Error::new(kind, reason)
}
