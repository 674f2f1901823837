//! Connecting a person's account on LinkedIn, and the organizations that this person may post for.

use async_trait::async_trait;
use jiff::Timestamp;
use secrecy::SecretString;
use serde::Deserialize;

use super::{LinkedIn, organizations};
use crate::connect::{
    Begin, ConnectError, ConnectInput, Connected, Connector, Health, Pending, Registration,
    Requirements, Trip,
};
use crate::egress::{Answer, Call, Egress, Failure};
use crate::oauth::{self, ClientAuth, Server, at};
use crate::publisher::{Error, ErrorKind, Target};
use crate::text::quoted;
use crate::tokens::{ClientCredentials, Tokens};

pub(super) const TITLE: &str = "LinkedIn";
pub(super) const WEB: &str = "www.linkedin.com";
pub(super) const API: &str = "api.linkedin.com";
/// The last three are for organizations: whom they let post, what they posted, and posting.
const SCOPES: [&str; 6] = [
    "openid",
    "profile",
    "w_member_social",
    "rw_organization_admin",
    "r_organization_social",
    "w_organization_social",
];
const SERVER: Server = Server {
    title: TITLE,
    host: WEB,
    authorize: (WEB, "/oauth/v2/authorization"),
    token: (WEB, "/oauth/v2/accessToken"),
    revoke: Some((WEB, "/oauth/v2/revoke")),
    scopes: &SCOPES,
    separator: " ",
    client: ClientAuth::Form("client_id"),
    pkce: false,
    parameters: &[],
    dead: &["invalid_grant"],
};
const WHO_AM_I: (&str, &str) = (API, "/v2/userinfo");
const PERSON: &str = "urn:li:person:";
const ID_MAX_BYTES: usize = 64;

#[async_trait]
impl Connector for LinkedIn {
    fn requirements(&self) -> &'static Requirements {
        &Requirements {
            ways: &[&[]],
            registration: Registration::Deployment,
            scopes: &SCOPES,
            chooses: true,
        }
    }

    async fn begin(
        &self,
        egress: &Egress,
        _input: &ConnectInput,
        trip: &Trip<'_>,
        client: Option<&ClientCredentials>,
    ) -> Result<Begin, ConnectError> {
        SERVER.begin(egress, trip, client)
    }

    async fn finish(
        &self,
        egress: &Egress,
        client: Option<&ClientCredentials>,
        pending: &Pending,
        code: &str,
        now: Timestamp,
    ) -> Result<Vec<Connected>, ConnectError> {
        // Most applications get no refresh token: then the access ends with its first token.
        let grant = SERVER.exchange(egress, client, pending, code).await?;
        let tokens = grant.into_tokens(&SCOPES, None, now);
        let call = Call::get(at(egress, WHO_AM_I)?).bearer(&tokens.access);
        let answer = egress.read(call).await;
        let answer = answer.map_err(|failure| ConnectError::no_answer(TITLE, &failure))?;
        let person = person(&answer).ok_or_else(|| refusal(&answer))?;
        let grant = format!("{PERSON}{}", person.sub);
        let named = Some(quoted(&person.name)).filter(|name| !name.is_empty());
        let name = named.unwrap_or_else(|| person.sub.clone());
        let mut accounts = vec![Connected {
            display_name: name.clone(),
            // Where a person's page is cannot be read with these scopes.
            url: egress.browser_url(&at(egress, (WEB, "/"))?),
            tokens: tokens.clone(),
            permissions: Vec::new(),
            grant: grant.clone(),
            target: target(grant.clone(), name),
        }];
        for (organization, roles) in organizations::of(egress, &tokens.access).await? {
            let known = organizations::named(egress, &tokens.access, organization).await;
            let page = format!("/company/{}/", known.handle);
            accounts.push(Connected {
                display_name: known.name,
                url: egress.browser_url(&at(egress, (WEB, &page))?),
                tokens: tokens.clone(),
                permissions: roles,
                grant: grant.clone(),
                target: target(organizations::urn(organization), known.handle),
            });
        }
        Ok(accounts)
    }

    async fn refresh(
        &self,
        egress: &Egress,
        client: Option<&ClientCredentials>,
        _target: &Target,
        tokens: &Tokens,
        now: Timestamp,
    ) -> Result<Option<Tokens>, Error> {
        let renewed = SERVER.refresh(egress, client, tokens, now).await?;
        // A year after the first consent it is over, whatever is renewed until then.
        Ok(renewed.map(|renewed| Tokens {
            ends_at: tokens.ends_at.or(renewed.ends_at),
            ..renewed
        }))
    }

    async fn check(
        &self,
        egress: &Egress,
        _client: Option<&ClientCredentials>,
        target: &Target,
        tokens: &Tokens,
    ) -> Result<Health, Error> {
        if target.remote_id.starts_with(PERSON) {
            let same = |answer: &Answer| {
                let person = person(answer);
                person.is_some_and(|person| {
                    target.remote_id.strip_prefix(PERSON) == Some(person.sub.as_str())
                })
            };
            let answer = asked(egress, tokens).await?;
            return if same(&answer) {
                Ok(Health::default())
            } else {
                not_well(tokens, &answer)
            };
        }
        let roles = match organizations::list(egress, &tokens.access).await? {
            Ok(organizations) => organizations
                .into_iter()
                .find(|(id, _)| organizations::urn(*id) == target.remote_id)
                .map(|(_, roles)| roles),
            Err(answer) => return not_well(tokens, &answer),
        };
        let permissions = roles.ok_or_else(|| {
            let words = "LinkedIn: whoever connected this organization may no longer post for it; somebody who may has to connect it again";
            Error::new(ErrorKind::ReconnectAccount, words)
        })?;
        Ok(Health {
            permissions: Some(permissions),
        })
    }

    async fn revoke(
        &self,
        egress: &Egress,
        client: Option<&ClientCredentials>,
        _target: &Target,
        tokens: &Tokens,
    ) -> Result<(), Error> {
        SERVER.give_back_both(egress, client, tokens).await
    }
}

fn target(remote_id: String, handle: String) -> Target {
    Target {
        host: WEB.to_owned(),
        remote_id,
        handle,
        max_characters: None,
    }
}

#[derive(Deserialize)]
struct Person {
    sub: String,
    #[serde(default)]
    name: String,
}

/// Whom a token stands for, if the answer says it in a way that can be used in an address.
fn person(answer: &Answer) -> Option<Person> {
    let person: Person = answer.json().filter(|_| answer.status.is_success())?;
    let fits = (1..=ID_MAX_BYTES).contains(&person.sub.len())
        && person
            .sub
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
    fits.then_some(person)
}

async fn asked(egress: &Egress, tokens: &Tokens) -> Result<Answer, Error> {
    let temporary = |failure: Failure| Error::new(ErrorKind::Temporary, failure.to_string());
    let url = egress.url(WHO_AM_I.0, WHO_AM_I.1).map_err(temporary)?;
    let call = Call::get(url).bearer(&tokens.access);
    egress.read(call).await.map_err(temporary)
}

/// The shape of every error of the API.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ErrorBody {
    message: String,
    #[serde(default)]
    service_error_code: u32,
    #[serde(default)]
    code: String,
}

impl ErrorBody {
    /// Whether it says that the access token came to its end, and not that it was taken back.
    fn expired(&self) -> bool {
        self.service_error_code == 65602 || self.code == "EXPIRED_ACCESS_TOKEN"
    }
}

pub(super) fn words(answer: &Answer) -> String {
    answer.json::<ErrorBody>().map_or_else(
        || format!("{TITLE}: status {}", answer.status),
        |said| format!("{TITLE}: {}", quoted(&said.message)),
    )
}

/// What an answer means that does not show the account. Missing permissions prove nothing: LinkedIn reports some for a moment.
fn not_well(tokens: &Tokens, answer: &Answer) -> Result<Health, Error> {
    let expired = || {
        answer
            .json::<ErrorBody>()
            .is_some_and(|said| said.expired())
    };
    let kind = match answer.status.as_u16() {
        401 if tokens.refresh.is_some() && expired() => return Ok(Health::default()),
        401 => return oauth::not_taken(tokens, answer, words(answer)),
        429 => ErrorKind::RateLimited {
            retry_after: answer.retry_after(),
        },
        _ => ErrorKind::Temporary,
    };
    Err(Error::new(kind, words(answer)))
}

pub(super) fn refusal(answer: &Answer) -> ConnectError {
    let status = answer.status;
    if status.is_client_error() && status.as_u16() != 429 {
        return ConnectError::refused(format!("{} (status {status})", words(answer)));
    }
    let what = if status.is_success() {
        "its answer cannot be read".to_owned()
    } else {
        format!("it answered with status {status}; try again later")
    };
    ConnectError::unreachable(TITLE, what)
}

/// No answer from the API while an account is connected.
pub(super) async fn read(
    egress: &Egress,
    call: Call,
    access: &SecretString,
) -> Result<Answer, Failure> {
    egress.read(super::versioned(call).bearer(access)).await
}
