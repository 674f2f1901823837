//! How an account of a platform is connected, and how its tokens are kept fresh.

use async_trait::async_trait;
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use url::Url;

use crate::egress::{Answer, Egress, Failure};
use crate::publisher::{Error, Target};
use crate::text::quoted;
use crate::tokens::{ClientCredentials, PlainClient, Tokens, Unreadable, to_secret_json};

/// One platform's way of giving us access to its accounts, of keeping that access, and of giving it back.
#[async_trait]
pub trait Connector: Send + Sync {
    /// What a person brings and what we must be known by there.
    fn requirements(&self) -> &'static Requirements;

    /// Starts: either the account is connected at once, or the person must agree in a browser first.
    async fn begin(
        &self,
        egress: &Egress,
        input: &ConnectInput,
        trip: &Trip<'_>,
        client: Option<&ClientCredentials>,
    ) -> Result<Begin, ConnectError>;

    /// Finishes with the code that the browser brought back, which is good for one call. One consent may open several accounts
    /// (pages, organizations, channels): then the person chooses. None at all is [`ConnectError::Refused`], with what to do about it.
    async fn finish(
        &self,
        egress: &Egress,
        client: Option<&ClientCredentials>,
        pending: &Pending,
        code: &str,
        now: Timestamp,
    ) -> Result<Vec<Connected>, ConnectError>;

    /// Gets new tokens when it is time; nothing when there is no need. Must not run twice at once for one account.
    /// [`ErrorKind::ReconnectAccount`](crate::ErrorKind::ReconnectAccount) only when the platform says that the old ones are worth nothing.
    async fn refresh(
        &self,
        egress: &Egress,
        client: Option<&ClientCredentials>,
        target: &Target,
        tokens: &Tokens,
        now: Timestamp,
    ) -> Result<Option<Tokens>, Error>;

    /// Asks whether the tokens still open the account, without leaving a trace there.
    async fn check(
        &self,
        egress: &Egress,
        client: Option<&ClientCredentials>,
        target: &Target,
        tokens: &Tokens,
    ) -> Result<Health, Error>;

    /// Gives the access back: from now on the tokens open nothing. Tokens that open nothing already are no error.
    async fn revoke(
        &self,
        egress: &Egress,
        client: Option<&ClientCredentials>,
        target: &Target,
        tokens: &Tokens,
    ) -> Result<(), Error>;
}

/// What it takes to connect an account of a platform.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Requirements {
    /// What a person fills in, by way: one of these sets is enough. An empty set means that agreeing in a browser is all.
    pub ways: &'static [&'static [Field]],
    /// How this application is known there.
    pub registration: Registration,
    /// What the platform must grant, in its own words; nothing, where access cannot be divided.
    pub scopes: &'static [&'static str],
    /// Whether one consent may open several accounts, of which a person chooses.
    pub chooses: bool,
}

/// Something that a person fills in to connect an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, strum::Display)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Field {
    /// The server that holds the account.
    Host,
    /// The handle, address or id of the account.
    Identifier,
    /// A password made for this application.
    Password,
    /// The token of a bot.
    Token,
    /// The address of an incoming webhook, which is a secret.
    WebhookUrl,
}

/// How this application is known to a platform.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Registration {
    /// Not at all: what a person brings is enough.
    None,
    /// By credentials that whoever deploys Tayang gets from the platform, for the deployment as a whole.
    Deployment,
    /// By credentials that Tayang gets by itself, from each server.
    PerHost,
}

/// The journey of a browser to the platform and back.
#[derive(Clone, Copy, Debug)]
pub struct Trip<'a> {
    /// Where the platform sends the browser; it must be the same in both steps.
    pub redirect_uri: &'a Url,
    /// What the platform gives the browser along.
    pub state: &'a str,
    /// When it begins.
    pub now: Timestamp,
}

/// What a person fills in to connect an account; each platform needs its own part of it.
#[derive(Clone, Debug, Default)]
pub struct ConnectInput {
    /// The server that holds the account.
    pub host: Option<String>,
    /// The handle, e-mail address or id of the account.
    pub identifier: Option<String>,
    /// A password made for this application.
    pub password: Option<SecretString>,
    /// The token of a bot.
    pub token: Option<SecretString>,
    /// The address of an incoming webhook.
    pub webhook_url: Option<SecretString>,
}

impl ConnectInput {
    /// Which fields are filled in.
    pub fn filled(&self) -> Vec<Field> {
        let text =
            |value: &Option<String>| value.as_deref().is_some_and(|text| !text.trim().is_empty());
        let secret = |value: &Option<SecretString>| {
            value
                .as_ref()
                .is_some_and(|secret| !secret.expose_secret().trim().is_empty())
        };
        [
            (Field::Host, text(&self.host)),
            (Field::Identifier, text(&self.identifier)),
            (Field::Password, secret(&self.password)),
            (Field::Token, secret(&self.token)),
            (Field::WebhookUrl, secret(&self.webhook_url)),
        ]
        .into_iter()
        .filter_map(|(field, filled)| filled.then_some(field))
        .collect()
    }
}

/// The first step's result.
#[derive(Debug)]
pub enum Begin {
    /// Send the browser there, and keep the rest until it comes back.
    Redirect {
        /// Where the person agrees.
        authorization_url: Url,
        /// What `finish` needs.
        pending: Box<Pending>,
    },
    /// Nothing more is needed.
    Connected(Box<Connected>),
}

/// What must be remembered while a person is at the platform. It cannot be serialised by accident: see [`Pending::to_sealed_json`].
#[derive(Clone, Debug)]
pub struct Pending {
    /// The server that holds the account.
    pub host: String,
    /// The registration that was made or used, where each server has its own; worth keeping for the next account on this host.
    pub client: Option<ClientCredentials>,
    /// Proves that the one who finishes is the one who began (PKCE).
    pub verifier: SecretString,
    /// Where the platform sends the browser; it must be the same in both steps.
    pub redirect_uri: Url,
}

#[derive(Serialize, Deserialize)]
struct PlainPending {
    host: String,
    client: Option<PlainClient>,
    verifier: String,
    redirect_uri: Url,
}

impl Pending {
    /// All of it as JSON in the clear, for the vault to seal and for nothing else.
    pub fn to_sealed_json(&self) -> Result<SecretString, Unreadable> {
        to_secret_json(&PlainPending {
            host: self.host.clone(),
            client: self.client.as_ref().map(PlainClient::from),
            verifier: self.verifier.expose_secret().to_owned(),
            redirect_uri: self.redirect_uri.clone(),
        })
    }

    /// Reads what [`Pending::to_sealed_json`] wrote.
    pub fn from_json(json: &str) -> Result<Self, Unreadable> {
        let plain: PlainPending = serde_json::from_str(json).map_err(|_| Unreadable)?;
        Ok(Self {
            host: plain.host,
            client: plain.client.map(ClientCredentials::from),
            verifier: plain.verifier.into(),
            redirect_uri: plain.redirect_uri,
        })
    }
}

/// An account that is ready to publish.
#[derive(Clone, Debug)]
pub struct Connected {
    /// Where and who it is.
    pub target: Target,
    /// Its display name; the handle when it has none.
    pub display_name: String,
    /// The address of its profile.
    pub url: Url,
    /// The access to it.
    pub tokens: Tokens,
    /// What we may do there, in the platform's words, where it says so besides the scopes: tasks on a page, rights of a bot.
    pub permissions: Vec<String>,
    /// Whose consent the access hangs on, as the platform calls it: giving back the access to one account of a grant may end all of them.
    pub grant: String,
}

#[derive(Serialize, Deserialize)]
struct PlainConnected {
    target: Target,
    display_name: String,
    url: Url,
    tokens: String,
    permissions: Vec<String>,
    grant: String,
}

impl Connected {
    /// Several accounts, with their tokens, as JSON in the clear, for the vault to seal and for nothing else.
    pub fn list_to_sealed_json(accounts: &[Self]) -> Result<SecretString, Unreadable> {
        let plain = accounts.iter().map(|account| {
            Ok(PlainConnected {
                target: account.target.clone(),
                display_name: account.display_name.clone(),
                url: account.url.clone(),
                tokens: account.tokens.to_sealed_json()?.expose_secret().to_owned(),
                permissions: account.permissions.clone(),
                grant: account.grant.clone(),
            })
        });
        to_secret_json(&plain.collect::<Result<Vec<_>, Unreadable>>()?)
    }

    /// Reads what [`Connected::list_to_sealed_json`] wrote.
    pub fn list_from_json(json: &str) -> Result<Vec<Self>, Unreadable> {
        let plain: Vec<PlainConnected> = serde_json::from_str(json).map_err(|_| Unreadable)?;
        let read = |plain: PlainConnected| {
            Ok(Self {
                tokens: Tokens::from_json(&plain.tokens)?,
                target: plain.target,
                display_name: plain.display_name,
                url: plain.url,
                permissions: plain.permissions,
                grant: plain.grant,
            })
        };
        plain.into_iter().map(read).collect()
    }
}

/// How an account is, by the platform's word.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Health {
    /// What we may do there now, where the platform says so besides the scopes.
    pub permissions: Option<Vec<String>>,
}

/// Why an account could not be connected.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConnectError {
    /// Something that was filled in is missing or wrong.
    #[error("{message}")]
    Input {
        /// Which part.
        field: Field,
        /// What to do about it.
        message: String,
    },
    /// The platform said no, or granted less than is needed.
    #[error("{reason}")]
    Refused {
        /// Its words.
        reason: String,
    },
    /// The platform did not answer, or could not.
    #[error("{reason}")]
    Unreachable {
        /// What happened.
        reason: String,
    },
}

impl ConnectError {
    pub(crate) fn input(field: Field, message: impl Into<String>) -> Self {
        Self::Input {
            field,
            message: message.into(),
        }
    }

    pub(crate) fn refused(reason: impl Into<String>) -> Self {
        Self::Refused {
            reason: reason.into(),
        }
    }

    pub(crate) fn unreachable(host: &str, what: impl std::fmt::Display) -> Self {
        Self::Unreachable {
            reason: format!("{host} could not be used: {what}"),
        }
    }

    /// No answer from a host that a person filled in.
    pub(crate) fn no_answer(host: &str, failure: &Failure) -> Self {
        match failure {
            Failure::Forbidden(rule) => {
                Self::input(Field::Host, format!("{host} cannot be used: {rule}"))
            }
            Failure::NotSent(_) => Self::unreachable(
                host,
                "there is no connection; check the name, or try again later",
            ),
            Failure::Ambiguous(_) => {
                Self::unreachable(host, "it did not answer properly; try again later")
            }
        }
    }

    /// An answer that is the host's fault, or a redirect; nothing when it is neither.
    pub(crate) fn of_host(host: &str, answer: &Answer) -> Option<Self> {
        let status = answer.status;
        if status.is_redirection() {
            let elsewhere = answer
                .header("location")
                .and_then(|location| Url::parse(location).ok());
            let hint = elsewhere
                .as_ref()
                .and_then(Url::host_str)
                .filter(|name| *name != host);
            let advice = hint.map_or_else(String::new, |name| format!("; try {}", quoted(name)));
            return Some(Self::input(
                Field::Host,
                format!("{host} is not the server itself, it points elsewhere{advice}"),
            ));
        }
        let busy = status.is_server_error() || status.as_u16() == 429;
        busy.then(|| {
            Self::unreachable(
                host,
                format!("it answered with status {status}; try again later"),
            )
        })
    }
}

/// Reads a server's name from what a person may have typed: a host name, a URL, or a full handle.
pub fn host_name(egress: &Egress, typed: &str) -> Result<String, ConnectError> {
    let typed = typed.trim();
    let name = typed.strip_prefix("https://").unwrap_or(typed);
    let name = name.split_once('/').map_or(name, |(name, _)| name);
    let name = name.rsplit_once('@').map_or(name, |(_, name)| name);
    let wrong = || {
        ConnectError::input(
            Field::Host,
            format!(
                "\"{}\" is not the name of a server, such as mastodon.social",
                quoted(typed)
            ),
        )
    };
    let url = Url::parse(&format!("https://{name}/")).map_err(|_| wrong())?;
    let host = url.host_str().ok_or_else(wrong)?.to_owned();
    let plain = url.port().is_none()
        && url.path() == "/"
        && url.query().is_none()
        && url.fragment().is_none();
    if !plain {
        return Err(wrong());
    }
    egress
        .url(&host, "/")
        .map_err(|failure| ConnectError::no_answer(&host, &failure))?;
    Ok(host)
}
