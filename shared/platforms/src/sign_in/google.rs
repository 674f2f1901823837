//! Google, or any other server that conforms to OpenID Connect Core and Discovery 1.0: <https://openid.net/specs/openid-connect-core-1_0.html>.

use async_trait::async_trait;
use jiff::Timestamp;
use oauth2::basic::{
    BasicErrorResponse, BasicErrorResponseType, BasicRevocationErrorResponse,
    BasicTokenIntrospectionResponse, BasicTokenType,
};
use oauth2::{
    AuthType, AuthorizationCode, ClientId, ClientSecret, ExtraTokenFields, PkceCodeVerifier,
    RedirectUrl, RequestTokenError, StandardRevocableToken, StandardTokenResponse, TokenUrl,
};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use tokio::sync::Mutex;
use url::Url;

use super::document::Document;
use super::id_token::{self, Expected};
use super::keys::Keys;
use super::{Attempt, Profile, SignIn, SignInError};
use crate::egress::{Egress, Failure};

const SCOPE: &str = "openid email profile";

type TokenAnswer = StandardTokenResponse<IdToken, BasicTokenType>;
type TokenError = RequestTokenError<Failure, BasicErrorResponse>;
type Client = oauth2::Client<
    BasicErrorResponse,
    TokenAnswer,
    BasicTokenIntrospectionResponse,
    StandardRevocableToken,
    BasicRevocationErrorResponse,
>;

/// Signs people in with Google or another OpenID Connect server. It remembers what the server publishes about itself, so keep it.
#[derive(Debug)]
pub struct OpenId {
    issuer: Url,
    client_id: String,
    discovery: Mutex<Option<Document<Discovery>>>,
    keys: Keys,
}

/// What a server publishes about itself (OpenID Connect Discovery, 3).
#[derive(Clone, Debug, Deserialize)]
struct Discovery {
    issuer: String,
    authorization_endpoint: Url,
    token_endpoint: Url,
    jwks_uri: Url,
    token_endpoint_auth_methods_supported: Option<Vec<String>>,
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
}

/// The part of the token endpoint's answer that OpenID Connect adds. We ask for nothing else with it: the access token is dropped.
#[derive(Debug, Deserialize, Serialize)]
struct IdToken {
    #[serde(skip_serializing)]
    id_token: Option<SecretString>,
}

impl ExtraTokenFields for IdToken {}

impl OpenId {
    /// A server by its issuer, and what we are called there.
    pub fn new(issuer: Url, client_id: String) -> Self {
        Self {
            issuer,
            client_id,
            discovery: Mutex::default(),
            keys: Keys::default(),
        }
    }

    /// The server's name, for people.
    fn name(&self) -> &str {
        self.issuer.host_str().unwrap_or("the provider")
    }

    /// What the server says about itself. Those who need it at the same time wait for one request.
    async fn discover(&self, egress: &Egress, now: Timestamp) -> Result<Discovery, SignInError> {
        let mut known = self.discovery.lock().await;
        if let Some(document) = known.as_ref().filter(|document| document.is_good(now)) {
            return Ok(document.content.clone());
        }
        let issuer = self.issuer.as_str();
        let issuer = issuer.strip_suffix('/').unwrap_or(issuer);
        let url = Url::parse(&format!("{issuer}/.well-known/openid-configuration"))
            .map_err(|_| SignInError::bad_settings(self.name()))?;
        let document: Document<Discovery> = Document::fetch(egress, self.name(), url, now).await?;
        let discovery = document.content.clone();
        if !self.is_issuer(&discovery.issuer) {
            return Err(SignInError::refused(format!(
                "{} cannot be used: it says that it is somebody else",
                self.name()
            )));
        }
        let endpoints = [
            &discovery.authorization_endpoint,
            &discovery.token_endpoint,
            &discovery.jwks_uri,
        ];
        for endpoint in endpoints {
            egress
                .allows(endpoint)
                .map_err(|failure| SignInError::no_answer(self.name(), &failure))?;
        }
        *known = Some(document);
        Ok(discovery)
    }

    /// Whether a server that names itself so is the one we mean: to the letter, except that a [`Url`] cannot tell a host with a slash
    /// from one without. In that case the server decides, and from then on what it said counts to the letter.
    fn is_issuer(&self, named: &str) -> bool {
        let ours = self.issuer.as_str();
        let bare = self.issuer.path() == "/" && self.issuer.query().is_none();
        named == ours || (bare && ours.strip_suffix('/') == Some(named))
    }

    async fn exchange(
        &self,
        egress: &Egress,
        discovery: &Discovery,
        attempt: &Attempt,
        code: &str,
        secret: &SecretString,
    ) -> Result<SecretString, SignInError> {
        let answer = Client::new(ClientId::new(self.client_id.clone()))
            .set_client_secret(ClientSecret::new(secret.expose_secret().to_owned()))
            .set_auth_type(
                discovery
                    .auth_type()
                    .ok_or_else(|| SignInError::bad_settings(self.name()))?,
            )
            .set_token_uri(TokenUrl::from_url(discovery.token_endpoint.clone()))
            .set_redirect_uri(RedirectUrl::from_url(attempt.redirect_uri.clone()))
            .exchange_code(AuthorizationCode::new(code.to_owned()))
            .set_pkce_verifier(PkceCodeVerifier::new(
                attempt.verifier.expose_secret().to_owned(),
            ))
            .request_async(egress)
            .await
            .map_err(|error| refusal(self.name(), &error))?;
        let token = answer.extra_fields().id_token.clone();
        token.ok_or_else(|| self.flawed("there is none"))
    }

    fn flawed(&self, flaw: &str) -> SignInError {
        SignInError::refused(format!(
            "the proof of identity from {} is not good: {flaw}; start again",
            self.name()
        ))
    }
}

#[async_trait]
impl SignIn for OpenId {
    async fn authorization_url(
        &self,
        egress: &Egress,
        attempt: &Attempt,
        now: Timestamp,
    ) -> Result<Url, SignInError> {
        let discovery = self.discover(egress, now).await?;
        let mut page = attempt.page(discovery.authorization_endpoint, &self.client_id, SCOPE);
        page.query_pairs_mut()
            .append_pair("nonce", attempt.nonce.expose_secret());
        Ok(egress.browser_url(&page))
    }

    async fn finish(
        &self,
        egress: &Egress,
        attempt: &Attempt,
        code: &str,
        issuer: Option<&str>,
        secret: &SecretString,
        now: Timestamp,
    ) -> Result<Profile, SignInError> {
        let discovery = self.discover(egress, now).await?;
        // Before anything else: a code that another server issued must not be shown to this one.
        if !discovery.is_named_by(issuer) {
            return Err(SignInError::refused(format!(
                "the answer does not come from {}; start again",
                self.name()
            )));
        }
        let token = self
            .exchange(egress, &discovery, attempt, code, secret)
            .await?;
        let token = token.expose_secret();
        let id = id_token::key_id(token).map_err(|flaw| self.flawed(flaw))?;
        let keys = &discovery.jwks_uri;
        let key = self
            .keys
            .find(egress, self.name(), keys, id.as_deref(), now)
            .await?
            .ok_or_else(|| self.flawed("it is signed with a key that is not known"))?;
        let expected = Expected {
            issuer: &discovery.issuer,
            client_id: &self.client_id,
            nonce: &attempt.nonce,
            now,
        };
        id_token::verify(token, &key, &expected).map_err(|flaw| self.flawed(flaw))
    }
}

impl Discovery {
    /// Whether a callback with this `iss` parameter is an answer of this server. Without one it is, unless the server always sends it.
    fn is_named_by(&self, issuer: Option<&str>) -> bool {
        match issuer {
            Some(named) => named == self.issuer,
            None => !self.authorization_response_iss_parameter_supported,
        }
    }

    /// How we prove who we are: `client_secret_basic` if the server says nothing (OpenID Connect Discovery, 3).
    fn auth_type(&self) -> Option<AuthType> {
        let Some(methods) = &self.token_endpoint_auth_methods_supported else {
            return Some(AuthType::BasicAuth);
        };
        let supports = |method: &str| methods.iter().any(|known| known == method);
        if supports("client_secret_basic") {
            Some(AuthType::BasicAuth)
        } else {
            supports("client_secret_post").then_some(AuthType::RequestBody)
        }
    }
}

fn refusal(provider: &str, error: &TokenError) -> SignInError {
    match error {
        RequestTokenError::ServerResponse(error) => match error.error() {
            BasicErrorResponseType::InvalidGrant => SignInError::start_again(provider),
            BasicErrorResponseType::InvalidClient
            | BasicErrorResponseType::InvalidRequest
            | BasicErrorResponseType::InvalidScope
            | BasicErrorResponseType::UnauthorizedClient
            | BasicErrorResponseType::UnsupportedGrantType => SignInError::bad_settings(provider),
            BasicErrorResponseType::Extension(code) => match code.as_str() {
                "redirect_uri_mismatch" => SignInError::bad_settings(provider),
                "server_error" | "temporarily_unavailable" => {
                    SignInError::unreachable(provider, "it is busy")
                }
                _ => SignInError::refused(format!("{provider} refused to sign you in")),
            },
        },
        RequestTokenError::Request(failure) => SignInError::no_answer(provider, failure),
        RequestTokenError::Parse(..) | RequestTokenError::Other(_) => {
            SignInError::unreachable(provider, "its answer cannot be read")
        }
    }
}
