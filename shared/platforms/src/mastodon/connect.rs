//! Connecting a Mastodon account: an application registered per server, then OAuth with PKCE.

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use oauth2::basic::{BasicClient, BasicErrorResponse, BasicErrorResponseType, BasicTokenResponse};
use oauth2::{
    AuthType, AuthUrl, AuthorizationCode, ClientId, ClientSecret, CsrfToken, EndpointNotSet,
    EndpointSet, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, RefreshToken, RequestTokenError,
    Scope, TokenResponse, TokenUrl,
};
use secrecy::ExposeSecret;
use serde::Deserialize;
use url::Url;

use super::{ErrorBody, Mastodon, is_id};
use crate::connect::{
    Begin, ConnectError, ConnectInput, Connected, Connector, Field, Health, Pending, Registration,
    Requirements, Trip, host_name,
};
use crate::egress::{Answer, Call, Egress, Failure};
use crate::publisher::{Error, ErrorKind, Target};
use crate::text::quoted;
use crate::tokens::{ClientCredentials, Tokens};

const APPLICATION: &str = "Tayang";
const WHO_AM_I: &str = "/api/v1/accounts/verify_credentials";
const SCOPES: [&str; 4] = [
    "read:accounts",
    "read:statuses",
    "write:statuses",
    "write:media",
];

type OauthClient =
    BasicClient<EndpointSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointSet>;
type TokenError = RequestTokenError<Failure, BasicErrorResponse>;

#[async_trait]
impl Connector for Mastodon {
    fn requirements(&self) -> &'static Requirements {
        &Requirements {
            ways: &[&[Field::Host]],
            registration: Registration::PerHost,
            scopes: &SCOPES,
            chooses: false,
        }
    }

    async fn begin(
        &self,
        egress: &Egress,
        input: &ConnectInput,
        trip: &Trip<'_>,
        client: Option<&ClientCredentials>,
    ) -> Result<Begin, ConnectError> {
        let typed = input
            .host
            .as_deref()
            .or(input.identifier.as_deref())
            .filter(|typed| !typed.trim().is_empty());
        let typed = typed.ok_or_else(|| {
            ConnectError::input(
                Field::Host,
                "say which server holds the account, such as mastodon.social",
            )
        })?;
        let host = host_name(egress, typed)?;
        let client = match client {
            Some(client) => client.clone(),
            None => register(egress, &host, trip.redirect_uri).await?,
        };
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let (authorization_url, _) = oauth(egress, &host, &client, trip.redirect_uri)?
            .authorize_url(|| CsrfToken::new(trip.state.to_owned()))
            .add_scopes(SCOPES.map(|scope| Scope::new(scope.to_owned())))
            .set_pkce_challenge(challenge)
            .url();
        let pending = Pending {
            host,
            client: Some(client),
            verifier: verifier.into_secret().into(),
            redirect_uri: trip.redirect_uri.clone(),
        };
        Ok(Begin::Redirect {
            authorization_url,
            pending: Box::new(pending),
        })
    }

    async fn finish(
        &self,
        egress: &Egress,
        _client: Option<&ClientCredentials>,
        pending: &Pending,
        code: &str,
        now: Timestamp,
    ) -> Result<Vec<Connected>, ConnectError> {
        let host = &pending.host;
        let client = pending.client.as_ref();
        let client = client.ok_or_else(|| ConnectError::refused("begin again"))?;
        let granted = oauth(egress, host, client, &pending.redirect_uri)?
            .exchange_code(AuthorizationCode::new(code.to_owned()))
            .set_pkce_verifier(PkceCodeVerifier::new(
                pending.verifier.expose_secret().to_owned(),
            ))
            .request_async(egress)
            .await
            .map_err(|error| refusal(host, &error))?;
        let tokens = tokens(&granted, client, None, now);
        let missing: Vec<&str> = SCOPES
            .into_iter()
            .filter(|needed| !is_granted(&tokens.scopes, needed))
            .collect();
        if !missing.is_empty() {
            return Err(ConnectError::refused(format!(
                "{host} did not grant everything that is needed: {} is missing",
                missing.join(", ")
            )));
        }
        let profile = profile(egress, host, &tokens).await?;
        let max_characters = max_characters(egress, host).await?;
        let handle = format!("{}@{host}", profile.username);
        let display_name = if profile.display_name.trim().is_empty() {
            handle.clone()
        } else {
            quoted(&profile.display_name)
        };
        let target = Target {
            host: host.clone(),
            remote_id: profile.id,
            handle,
            max_characters,
        };
        Ok(vec![Connected {
            grant: target.remote_id.clone(),
            target,
            display_name,
            url: profile.url,
            tokens,
            permissions: Vec::new(),
        }])
    }

    /// Mastodon's tokens do not end; other servers with the same API may give some that do.
    async fn refresh(
        &self,
        egress: &Egress,
        _client: Option<&ClientCredentials>,
        target: &Target,
        tokens: &Tokens,
        now: Timestamp,
    ) -> Result<Option<Tokens>, Error> {
        let (Some(client), Some(refresh)) = (&tokens.client, &tokens.refresh) else {
            return Ok(None);
        };
        if !tokens.is_due(now) {
            return Ok(None);
        }
        let redirect_uri = egress
            .url(&target.host, "/")
            .map_err(|failure| Error::new(ErrorKind::Temporary, failure.to_string()))?;
        let oauth = oauth(egress, &target.host, client, &redirect_uri)
            .map_err(|error| Error::new(ErrorKind::Temporary, error.to_string()))?;
        let refresh = RefreshToken::new(refresh.expose_secret().to_owned());
        match oauth
            .exchange_refresh_token(&refresh)
            .request_async(egress)
            .await
        {
            Ok(granted) => Ok(Some(self::tokens(&granted, client, Some(tokens), now))),
            Err(RequestTokenError::ServerResponse(error)) => {
                let kind = match error.error() {
                    BasicErrorResponseType::InvalidGrant => ErrorKind::ReconnectAccount,
                    _ => ErrorKind::Temporary,
                };
                Err(Error::new(kind, quoted(&error.to_string())))
            }
            Err(RequestTokenError::Request(failure)) => {
                Err(Error::new(ErrorKind::Temporary, failure.to_string()))
            }
            Err(RequestTokenError::Parse(..) | RequestTokenError::Other(_)) => Err(Error::new(
                ErrorKind::Temporary,
                format!("{} gave an answer that cannot be read", target.host),
            )),
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
        let url = egress.url(&target.host, WHO_AM_I).map_err(temporary)?;
        let call = Call::get(url).bearer(&tokens.access);
        let answer = egress.read(call).await.map_err(temporary)?;
        let words = || {
            let body = answer.json::<ErrorBody>();
            body.map_or_else(
                || format!("status {}", answer.status),
                |body| quoted(&body.error),
            )
        };
        match answer.status.as_u16() {
            200 => Ok(Health::default()),
            401 => Err(Error::new(ErrorKind::ReconnectAccount, words())),
            // The account is suspended, or the scopes are not enough. What a proxy says in other words proves nothing.
            403 if answer.json::<ErrorBody>().is_some() => {
                Err(Error::new(ErrorKind::ReconnectAccount, words()))
            }
            429 => Err(Error::new(
                ErrorKind::RateLimited {
                    retry_after: answer.retry_after(),
                },
                words(),
            )),
            _ => Err(Error::new(ErrorKind::Temporary, words())),
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
        let Some(client) = &tokens.client else {
            return Ok(());
        };
        let url = egress
            .url(&target.host, "/oauth/revoke")
            .map_err(temporary)?;
        let form = [
            ("client_id", client.id.as_str()),
            ("client_secret", client.secret.expose_secret()),
            ("token", tokens.access.expose_secret()),
        ];
        let answer = egress.effect(Call::post(url).form(&form)).await;
        let status = answer.map_err(temporary)?.status;
        // 403: the token belongs to another registration, so it is none that we could give back.
        if status.is_success() || status.as_u16() == 403 {
            return Ok(());
        }
        Err(Error::new(
            ErrorKind::Temporary,
            format!("{} answered with status {status}", target.host),
        ))
    }
}

fn oauth(
    egress: &Egress,
    host: &str,
    client: &ClientCredentials,
    redirect_uri: &Url,
) -> Result<OauthClient, ConnectError> {
    let url = |path| {
        egress
            .url(host, path)
            .map_err(|failure| ConnectError::no_answer(host, &failure))
    };
    Ok(BasicClient::new(ClientId::new(client.id.clone()))
        .set_client_secret(ClientSecret::new(client.secret.expose_secret().to_owned()))
        .set_auth_type(AuthType::RequestBody)
        .set_auth_uri(AuthUrl::from_url(
            egress.browser_url(&url("/oauth/authorize")?),
        ))
        .set_token_uri(TokenUrl::from_url(url("/oauth/token")?))
        .set_redirect_uri(RedirectUrl::from_url(redirect_uri.clone())))
}

#[derive(Deserialize)]
struct Application {
    client_id: String,
    client_secret: String,
}

async fn register(
    egress: &Egress,
    host: &str,
    redirect_uri: &Url,
) -> Result<ClientCredentials, ConnectError> {
    let no_answer = |failure: Failure| ConnectError::no_answer(host, &failure);
    let url = egress.url(host, "/api/v1/apps").map_err(no_answer)?;
    let scopes = SCOPES.join(" ");
    let form = [
        ("client_name", APPLICATION),
        ("redirect_uris", redirect_uri.as_str()),
        ("scopes", &scopes),
    ];
    let answer = egress
        .effect(Call::post(url).form(&form))
        .await
        .map_err(no_answer)?;
    match answer.json::<Application>() {
        Some(application) if answer.status.is_success() => Ok(ClientCredentials {
            id: application.client_id,
            secret: application.client_secret.into(),
        }),
        Some(_) | None => Err(unexpected(host, &answer)),
    }
}

#[derive(Deserialize)]
struct Profile {
    id: String,
    username: String,
    #[serde(default)]
    display_name: String,
    url: Url,
}

async fn profile(egress: &Egress, host: &str, tokens: &Tokens) -> Result<Profile, ConnectError> {
    let no_answer = |failure: Failure| ConnectError::no_answer(host, &failure);
    let url = egress.url(host, WHO_AM_I).map_err(no_answer)?;
    let answer = egress
        .read(Call::get(url).bearer(&tokens.access))
        .await
        .map_err(no_answer)?;
    match answer.json::<Profile>() {
        Some(profile) if answer.status.is_success() && is_profile(&profile) => Ok(profile),
        Some(_) | None => Err(unexpected(host, &answer)),
    }
}

fn is_profile(profile: &Profile) -> bool {
    is_id(&profile.id)
        && is_id(&profile.username)
        && matches!(profile.url.scheme(), "https" | "http")
}

#[derive(Default, Deserialize)]
struct Instance {
    configuration: Option<Configuration>,
    /// The name of it on servers that extended version 1 of this description.
    max_toot_chars: Option<u32>,
}

#[derive(Deserialize)]
struct Configuration {
    statuses: Option<StatusConfiguration>,
}

#[derive(Deserialize)]
struct StatusConfiguration {
    max_characters: Option<u32>,
}

/// The server's own limit; nothing when it does not say, or only speaks a dialect that cannot be read.
async fn max_characters(egress: &Egress, host: &str) -> Result<Option<u32>, ConnectError> {
    for path in ["/api/v2/instance", "/api/v1/instance"] {
        let url = egress
            .url(host, path)
            .map_err(|failure| ConnectError::no_answer(host, &failure))?;
        let answer = egress
            .read(Call::get(url))
            .await
            .map_err(|failure| ConnectError::no_answer(host, &failure))?;
        if answer.status.is_server_error() {
            return Err(unexpected(host, &answer));
        }
        let instance = answer
            .json::<Instance>()
            .filter(|_| answer.status.is_success())
            .unwrap_or_default();
        let configured = instance
            .configuration
            .and_then(|configuration| configuration.statuses?.max_characters);
        if let Some(limit) = configured
            .or(instance.max_toot_chars)
            .filter(|limit| *limit > 0)
        {
            return Ok(Some(limit));
        }
    }
    Ok(None)
}

/// A scope covers itself and what lies below it: `read` covers `read:accounts`.
fn is_granted(granted: &[String], needed: &str) -> bool {
    granted.iter().any(|scope| {
        scope == needed
            || needed
                .strip_prefix(scope.as_str())
                .is_some_and(|rest| rest.starts_with(':'))
    })
}

/// Without a scope in the answer, everything that was asked for is granted (RFC 6749, 5.1).
fn tokens(
    granted: &BasicTokenResponse,
    client: &ClientCredentials,
    old: Option<&Tokens>,
    now: Timestamp,
) -> Tokens {
    let asked = || {
        old.map_or_else(
            || SCOPES.map(str::to_owned).to_vec(),
            |old| old.scopes.clone(),
        )
    };
    let scopes = granted.scopes().map_or_else(asked, |scopes| {
        scopes
            .iter()
            .map(|scope| scope.as_str().to_owned())
            .collect()
    });
    let lifetime = granted
        .expires_in()
        .and_then(|lifetime| SignedDuration::try_from(lifetime).ok());
    let refresh = granted
        .refresh_token()
        .map(|refresh| refresh.secret().clone().into());
    let refresh = refresh.or_else(|| old.and_then(|old| old.refresh.clone()));
    let tokens = Tokens {
        scopes,
        client: Some(client.clone()),
        ..Tokens::lasting(granted.access_token().secret().clone())
    };
    match (lifetime, &refresh) {
        (Some(lifetime), Some(_)) => Tokens {
            refresh,
            ..tokens.renewed_before(lifetime, now)
        },
        (Some(lifetime), None) => tokens.ending_after(lifetime, now),
        (None, _) => Tokens { refresh, ..tokens },
    }
}

fn refusal(host: &str, error: &TokenError) -> ConnectError {
    match error {
        RequestTokenError::ServerResponse(error) => {
            ConnectError::refused(format!("{host} refused: {}", quoted(&error.to_string())))
        }
        RequestTokenError::Request(failure) => ConnectError::no_answer(host, failure),
        RequestTokenError::Parse(..) | RequestTokenError::Other(_) => {
            ConnectError::unreachable(host, "its answer cannot be read")
        }
    }
}

fn unexpected(host: &str, answer: &Answer) -> ConnectError {
    if let Some(error) = ConnectError::of_host(host, answer) {
        return error;
    }
    match answer.json::<ErrorBody>() {
        Some(body) if answer.status.as_u16() != 404 => {
            ConnectError::refused(format!("{host} refused: {}", quoted(&body.error)))
        }
        Some(_) | None => ConnectError::input(
            Field::Host,
            format!("{host} does not speak the Mastodon API"),
        ),
    }
}
