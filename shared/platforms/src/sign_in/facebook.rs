//! Facebook Login, Graph API v26.0: <https://developers.facebook.com/docs/facebook-login/guides/advanced/manual-flow>.

use async_trait::async_trait;
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use url::Url;

use super::document::MAX_BYTES;
use super::{Attempt, Profile, SignIn, SignInError, address, name};
use crate::egress::{Answer, Call, Egress};
use crate::meta::proof;

const NAME: &str = "Facebook";
const ISSUER: &str = "https://www.facebook.com";
const PAGES: &str = "www.facebook.com";
const API: &str = "graph.facebook.com";
const DIALOG_PATH: &str = "/v26.0/dialog/oauth";
const TOKEN_PATH: &str = "/v26.0/oauth/access_token";
const PROFILE_PATH: &str = "/v26.0/me";
const SCOPE: &str = "public_profile,email";
const ID_MAX_BYTES: usize = 64;

/// Signs people in with Facebook.
#[derive(Debug)]
pub struct Facebook {
    client_id: String,
}

#[derive(Deserialize)]
struct Token {
    access_token: SecretString,
}

/// `id` belongs to the person and this application. An address may be missing, and nothing says whether it is verified.
#[derive(Deserialize)]
struct Person {
    id: String,
    #[serde(default)]
    name: serde_json::Value,
    #[serde(default)]
    email: serde_json::Value,
}

#[derive(Deserialize)]
struct ErrorBody {
    error: GraphError,
}

#[derive(Deserialize)]
struct GraphError {
    code: Option<i64>,
    error_subcode: Option<i64>,
    #[serde(default)]
    is_transient: bool,
}

impl Facebook {
    /// Facebook, and what we are called there: the app's id.
    pub fn new(client_id: String) -> Self {
        Self { client_id }
    }
}

#[async_trait]
impl SignIn for Facebook {
    async fn authorization_url(
        &self,
        egress: &Egress,
        attempt: &Attempt,
        _: Timestamp,
    ) -> Result<Url, SignInError> {
        let dialog = url(egress, PAGES, DIALOG_PATH)?;
        Ok(egress.browser_url(&attempt.page(dialog, &self.client_id, SCOPE)))
    }

    async fn finish(
        &self,
        egress: &Egress,
        attempt: &Attempt,
        code: &str,
        issuer: Option<&str>,
        secret: &SecretString,
        _: Timestamp,
    ) -> Result<Profile, SignInError> {
        if issuer.is_some_and(|named| named != ISSUER) {
            return Err(SignInError::refused(
                "the answer does not come from Facebook; start again",
            ));
        }
        let mut exchange = url(egress, API, TOKEN_PATH)?;
        exchange.query_pairs_mut().extend_pairs([
            ("client_id", self.client_id.as_str()),
            ("redirect_uri", attempt.redirect_uri.as_str()),
            ("client_secret", secret.expose_secret()),
            ("code", code),
            ("code_verifier", attempt.verifier.expose_secret()),
        ]);
        // A code is good for one request, so this one is not to be repeated, although it is a GET.
        let token = egress
            .effect(Call::get(exchange))
            .await
            .map_err(|failure| SignInError::no_answer(NAME, &failure))
            .and_then(|answer| read::<Token>(&answer))?
            .access_token;
        let mut me = url(egress, API, PROFILE_PATH)?;
        me.query_pairs_mut().extend_pairs([
            ("fields", "id,name,email"),
            ("appsecret_proof", &proof(secret, &token)),
        ]);
        let person = egress
            .read(Call::get(me).bearer(&token))
            .await
            .map_err(|failure| SignInError::no_answer(NAME, &failure))
            .and_then(|answer| read::<Person>(&answer))?;
        if !is_id(&person.id) {
            return Err(SignInError::refused(
                "Facebook does not properly say who you are",
            ));
        }
        Ok(Profile {
            issuer: ISSUER.to_owned(),
            subject: person.id,
            email: address(person.email.as_str()),
            email_is_certain: false,
            name: name(person.name.as_str()),
        })
    }
}

fn url(egress: &Egress, host: &str, path: &str) -> Result<Url, SignInError> {
    egress
        .url(host, path)
        .map_err(|failure| SignInError::no_answer(NAME, &failure))
}

fn is_id(id: &str) -> bool {
    (1..=ID_MAX_BYTES).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_digit())
}

fn read<T: DeserializeOwned>(answer: &Answer) -> Result<T, SignInError> {
    if let Some(busy) = SignInError::of_busy(NAME, answer) {
        return Err(busy);
    }
    let unreadable = || SignInError::unreachable(NAME, "its answer cannot be read");
    if answer.body.len() > MAX_BYTES {
        return Err(unreadable());
    }
    // The body says more than the status, which is not always the one of an error.
    if let Some(ErrorBody { error }) = answer.json() {
        return Err(refusal(&error));
    }
    Some(answer)
        .filter(|answer| answer.status.is_success())
        .and_then(Answer::json)
        .ok_or_else(unreadable)
}

/// <https://developers.facebook.com/docs/graph-api/guides/error-handling>; the subcodes of 100 are about the code.
fn refusal(error: &GraphError) -> SignInError {
    if error.is_transient {
        return SignInError::unreachable(NAME, "it is busy");
    }
    match (error.code, error.error_subcode) {
        (Some(100), Some(36007 | 36009)) => SignInError::start_again(NAME),
        (Some(100), Some(36008)) | (Some(1 | 101 | 191), _) => SignInError::bad_settings(NAME),
        (Some(2 | 4 | 17 | 32 | 341 | 613), _) => SignInError::unreachable(NAME, "it is busy"),
        (Some(102 | 190), _) => SignInError::refused(
            "Facebook ended its permission before you were signed in; start again",
        ),
        (Some(3 | 10 | 200..=299), _) => {
            SignInError::refused("Facebook was not permitted to say who you are; start again")
        }
        (Some(code), Some(subcode)) => SignInError::refused(format!(
            "Facebook refused to sign you in (error {code}/{subcode})"
        )),
        (Some(code), None) => {
            SignInError::refused(format!("Facebook refused to sign you in (error {code})"))
        }
        (None, _) => SignInError::refused("Facebook refused to sign you in"),
    }
}
