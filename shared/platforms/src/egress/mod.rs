//! The one HTTP client for everything that leaves: checked destinations, no redirects, no retries, capped answers.

mod addresses;
mod call;
mod endpoints;
mod oauth;
mod policy;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::error::Error as _;
use std::fmt::Write as _;
use std::sync::OnceLock;
use std::time::Duration;

use bytes::BytesMut;
use reqwest::dns::Resolve;
use url::Url;

pub use self::call::{Answer, Call};
use self::endpoints::Endpoints;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
const READ_TIMEOUT: Duration = Duration::from_secs(10);
const EFFECT_TIMEOUT: Duration = Duration::from_secs(20);
const BODY_MAX_BYTES: usize = 1024 * 1024;
const ERROR_BODY_MAX_BYTES: usize = 64 * 1024;
const USER_AGENT: &str = concat!("Tayang/", env!("CARGO_PKG_VERSION"));

/// Why there is no answer, told by whether the request can have reached anybody.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// The request breaks the rules for outgoing requests and was not sent.
    #[error("the request is not allowed: {0}")]
    Forbidden(String),
    /// No byte of the request left: there was no connection.
    #[error("no connection: {0}")]
    NotSent(String),
    /// The request, or a part of it, may have arrived.
    #[error("no usable answer: {0}")]
    Ambiguous(String),
}

/// A configured endpoint that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("the endpoint of {host} must be an http or https URL without query or credentials")]
pub struct BadEndpoint {
    /// The host it was configured for.
    pub host: String,
}

enum Way {
    Public,
    Configured,
}

/// The way out. Cheap to make: connections and certificates are prepared at the first call.
#[derive(Debug)]
pub struct Egress {
    endpoints: Endpoints,
    read_timeout: Duration,
    effect_timeout: Duration,
    public: OnceLock<reqwest::Client>,
    configured: OnceLock<reqwest::Client>,
}

impl Egress {
    /// Takes the operator's own endpoints, host name to base URL: requests for such a host go to its base URL instead. The rules for
    /// destinations do not apply to them, nor to URLs that already lie below a base URL.
    pub fn new(endpoints: &BTreeMap<String, Url>) -> Result<Self, BadEndpoint> {
        let (public, configured) = (OnceLock::new(), OnceLock::new());
        Ok(Self {
            endpoints: Endpoints::new(endpoints)?,
            read_timeout: READ_TIMEOUT,
            effect_timeout: EFFECT_TIMEOUT,
            public,
            configured,
        })
    }

    /// Sends a request that changes nothing, or nothing that matters, so that the caller may send it again.
    pub async fn read(&self, call: Call) -> Result<Answer, Failure> {
        self.execute(call, self.read_timeout).await
    }

    /// Sends a request that must not happen twice. It is sent once; `Failure::Ambiguous` means that it may have been carried out.
    pub async fn effect(&self, call: Call) -> Result<Answer, Failure> {
        self.execute(call, self.effect_timeout).await
    }

    /// The URL of a path on a host that somebody outside may have chosen.
    pub fn url(&self, host: &str, path: &str) -> Result<Url, Failure> {
        let url = Url::parse(&format!("https://{host}{path}"))
            .map_err(|error| Failure::Forbidden(error.to_string()))?;
        if url.host_str() == Some(host) {
            self.route(&url).map(|_| url)
        } else {
            Err(Failure::Forbidden(
                "the host is not a plain host name".to_owned(),
            ))
        }
    }

    /// Whether a request to this URL would be let out, for a URL that somebody else is going to open.
    pub fn allows(&self, url: &Url) -> Result<(), Failure> {
        self.route(url).map(|_| ())
    }

    /// Where a browser finds this URL: the same, or at the configured endpoint.
    pub fn browser_url(&self, url: &Url) -> Url {
        self.endpoints.moved(url).unwrap_or_else(|| url.clone())
    }

    /// The host name that stands for a service's URL: the host of an https URL, or the one whose configured endpoint it is.
    pub fn host_of(&self, service: &Url) -> Result<String, Failure> {
        if let Some(host) = self.endpoints.host_at(service) {
            return Ok(host.to_owned());
        }
        if self.endpoints.moved(service).is_none() {
            obey(service)?;
        }
        service
            .host_str()
            .map(str::to_owned)
            .ok_or_else(|| Failure::Forbidden("there is no host".to_owned()))
    }

    /// The same, giving up sooner.
    #[cfg(test)]
    pub(crate) fn impatient(mut self, timeout: Duration) -> Self {
        (self.read_timeout, self.effect_timeout) = (timeout, timeout);
        self
    }

    /// The URL to ask, and the client to ask with; the rules are applied here, for every request.
    fn route(&self, url: &Url) -> Result<(Way, Url), Failure> {
        if let Some(moved) = self.endpoints.moved(url) {
            Ok((Way::Configured, moved))
        } else if self.endpoints.contain(url) {
            Ok((Way::Configured, url.clone()))
        } else {
            obey(url).map(|()| (Way::Public, url.clone()))
        }
    }

    fn client(&self, way: &Way) -> Result<&reqwest::Client, Failure> {
        let (cell, build): (_, fn() -> reqwest::Result<reqwest::Client>) = match way {
            Way::Public => (&self.public, || public_client(addresses::System)),
            Way::Configured => (&self.configured, || client().build()),
        };
        if let Some(client) = cell.get() {
            return Ok(client);
        }
        let client = build().map_err(|error| Failure::NotSent(story(&error)))?;
        Ok(cell.get_or_init(|| client))
    }

    async fn execute(&self, call: Call, timeout: Duration) -> Result<Answer, Failure> {
        if let Some(fault) = call.fault {
            return Err(Failure::Forbidden(fault.to_owned()));
        }
        let (way, url) = self.route(&call.url)?;
        let client = self.client(&way)?;
        let shown = call.shown(&url);
        let mut request = client
            .request(call.method.clone(), url)
            .headers(call.headers)
            .timeout(timeout);
        if let Some(body) = call.body {
            request = request.body(body);
        }
        let result = match request.send().await {
            Ok(response) => collect(response).await,
            Err(error) => Err(failure(error)),
        };
        match &result {
            Ok(answer) => {
                tracing::info!(method = %call.method, url = shown, status = answer.status.as_u16(), "a platform answered");
            }
            Err(failure) => {
                tracing::warn!(method = %call.method, url = shown, error = %failure, "a platform did not answer");
            }
        }
        result
    }
}

fn obey(url: &Url) -> Result<(), Failure> {
    policy::objection(url).map_or(Ok(()), |objection| {
        Err(Failure::Forbidden(objection.to_owned()))
    })
}

/// What every client has in common: one attempt over a fresh connection, straight to the host, and no following of redirects.
#[expect(
    clippy::disallowed_methods,
    reason = "this is the client that everybody else must use"
)]
fn client() -> reqwest::ClientBuilder {
    reqwest::Client::builder()
        .user_agent(USER_AGENT)
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .pool_max_idle_per_host(0)
        .connect_timeout(CONNECT_TIMEOUT)
        .http1_only()
        .referer(false)
        .no_proxy() // a proxy would resolve names on its own and so get around the check of their addresses
}

fn public_client(resolver: impl Resolve + 'static) -> reqwest::Result<reqwest::Client> {
    client()
        .https_only(true)
        .dns_resolver(addresses::PublicOnly(resolver))
        .build()
}

async fn collect(mut response: reqwest::Response) -> Result<Answer, Failure> {
    let status = response.status();
    let headers = std::mem::take(response.headers_mut());
    let limit = if status.is_success() {
        BODY_MAX_BYTES
    } else {
        ERROR_BODY_MAX_BYTES
    };
    let mut body = BytesMut::new();
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) if body.len() + chunk.len() <= limit => body.extend_from_slice(&chunk),
            Ok(Some(_)) if status.is_success() => {
                return Err(Failure::Ambiguous("the answer is too long".to_owned()));
            }
            Err(error) if status.is_success() => {
                return Err(Failure::Ambiguous(story(&error.without_url())));
            }
            // The end; or an error whose status says most, and the rest of its body is not worth losing that.
            Ok(_) | Err(_) => break,
        }
    }
    Ok(Answer {
        status,
        headers,
        body: body.freeze(),
    })
}

fn failure(error: reqwest::Error) -> Failure {
    let error = error.without_url();
    let forbidden = sources(&error).any(<dyn std::error::Error>::is::<addresses::NotPublic>);
    if forbidden || error.is_builder() {
        Failure::Forbidden(story(&error))
    } else if error.is_connect() {
        Failure::NotSent(story(&error))
    } else {
        Failure::Ambiguous(story(&error))
    }
}

fn sources<'e>(
    error: &'e reqwest::Error,
) -> impl Iterator<Item = &'e (dyn std::error::Error + 'static)> {
    std::iter::successors(
        error.source(),
        |&error: &&'e (dyn std::error::Error + 'static)| error.source(),
    )
}

/// An error with its causes, on one line.
fn story(error: &reqwest::Error) -> String {
    sources(error).fold(error.to_string(), |mut story, cause| {
        let _ = write!(story, ": {cause}");
        story
    })
}
