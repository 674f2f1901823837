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

/// One platform's way of giving us access to an account.
#[async_trait]
pub trait Connector: Send + Sync {
    /// Starts: either the account is connected at once, or the person must agree in a browser first.
    /// `client` is the registration that an earlier connection to the same host brought; without it, one is made where needed.
    async fn begin(
        &self,
        egress: &Egress,
        input: &ConnectInput,
        redirect_uri: &Url,
        state: &str,
        client: Option<ClientCredentials>,
    ) -> Result<Begin, ConnectError>;

    /// Finishes with the code that the browser brought back. A code is good for one call.
    async fn finish(
        &self,
        egress: &Egress,
        pending: &Pending,
        code: &str,
        now: Timestamp,
    ) -> Result<Connected, ConnectError>;

    /// Gets new tokens when the old ones end soon; nothing when there is no need. Must not run twice at once for one account.
    async fn refresh(
        &self,
        egress: &Egress,
        target: &Target,
        tokens: &Tokens,
        now: Timestamp,
    ) -> Result<Option<Tokens>, Error>;
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
    /// The registration that was used; worth keeping for the next account on this host.
    pub client: ClientCredentials,
    /// Proves that the one who finishes is the one who began (PKCE).
    pub verifier: SecretString,
    /// Where the platform sends the browser; it must be the same in both steps.
    pub redirect_uri: Url,
}

#[derive(Serialize, Deserialize)]
struct PlainPending {
    host: String,
    client: PlainClient,
    verifier: String,
    redirect_uri: Url,
}

impl Pending {
    /// All of it as JSON in the clear, for the vault to seal and for nothing else.
    pub fn to_sealed_json(&self) -> Result<SecretString, Unreadable> {
        to_secret_json(&PlainPending {
            host: self.host.clone(),
            client: PlainClient::from(&self.client),
            verifier: self.verifier.expose_secret().to_owned(),
            redirect_uri: self.redirect_uri.clone(),
        })
    }

    /// Reads what [`Pending::to_sealed_json`] wrote.
    pub fn from_json(json: &str) -> Result<Self, Unreadable> {
        let plain: PlainPending = serde_json::from_str(json).map_err(|_| Unreadable)?;
        Ok(Self {
            host: plain.host,
            client: plain.client.into(),
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
}

/// Why an account could not be connected.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConnectError {
    /// Something that was filled in is missing or wrong.
    #[error("{message}")]
    Input {
        /// Which part: `host`, `identifier` or `password`.
        field: &'static str,
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
    pub(crate) fn input(field: &'static str, message: impl Into<String>) -> Self {
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
                Self::input("host", format!("{host} cannot be used: {rule}"))
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
                "host",
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
            "host",
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
