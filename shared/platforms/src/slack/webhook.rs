//! Incoming webhooks: their addresses, and how to learn whether one is alive without posting.

use http::header::CONTENT_TYPE;
use secrecy::{ExposeSecret, SecretString};

use super::{Problem, is_id};
use crate::egress::{Answer, Call, Egress};
use crate::text::quoted;

const HOST: &str = "hooks.slack.com";

/// The codes by which Slack says that a webhook does not work any more, or not for us.
pub(super) const DEAD: &[&str] = &[
    "no_service",
    "no_service_id",
    "no_team",
    "team_disabled",
    "invalid_token",
    "no_active_hooks",
    "channel_not_found",
    "channel_is_archived",
    "action_prohibited",
    "posting_to_general_channel_denied",
];

/// What a webhook that is alive says to a payload that cannot be read, or has no text.
const ALIVE: &[&str] = &[
    "invalid_payload",
    "no_text",
    "missing_text_or_fallback_or_attachments",
];

/// A webhook's address, taken apart.
pub(super) struct Address<'a> {
    pub(super) team: &'a str,
    pub(super) hook: &'a str,
    token: &'a str,
}

impl<'a> Address<'a> {
    /// Reads `https://hooks.slack.com/services/T…/B…/…`, and nothing else.
    pub(super) fn read(address: &'a str) -> Option<Self> {
        let path = address.strip_prefix("https://")?.strip_prefix(HOST)?;
        let mut parts = path.strip_prefix("/services/")?.split('/');
        let (team, hook, token) = (parts.next()?, parts.next()?, parts.next()?);
        let fits = parts.next().is_none()
            && is_id(team, b"T")
            && is_id(hook, b"B")
            && (16..=64).contains(&token.len())
            && token.bytes().all(|byte| byte.is_ascii_alphanumeric());
        fits.then_some(Self { team, hook, token })
    }

    /// The address, built anew.
    pub(super) fn secret(&self) -> SecretString {
        format!("https://{HOST}{}", self.path()).into()
    }

    fn path(&self) -> String {
        let Self { team, hook, token } = self;
        format!("/services/{team}/{hook}/{token}")
    }
}

/// Asks whether a webhook is alive. There is no request that reads one; so it is sent what is no JSON, in which nothing can be found
/// to post: the documented answer of one that is alive is `invalid_payload`, while others answer what is wrong with them.
pub(super) async fn probe(egress: &Egress, address: &Address<'_>) -> Result<(), Problem> {
    let url = egress.url(HOST, &address.path()).map_err(Problem::Silent)?;
    let call = Call::post(url)
        .with_secret_path()
        .form(&[("not", "json")])
        .header(CONTENT_TYPE, "application/json");
    let answer = egress.read(call).await.map_err(Problem::Silent)?;
    verdict(&answer, address)
}

fn verdict(answer: &Answer, address: &Address<'_>) -> Result<(), Problem> {
    let status = answer.status.as_u16();
    if status == 429 {
        return Err(Problem::RateLimited(answer.retry_after()));
    }
    let said = String::from_utf8_lossy(&answer.body);
    let code = said.trim();
    if status == 400 && ALIVE.contains(&code) {
        return Ok(());
    }
    if answer.status.is_client_error() && DEAD.contains(&code) {
        return Err(Problem::Refused(code.to_owned()));
    }
    let words = quoted(&code.replace(address.token, "…"));
    Err(Problem::Unclear(format!(
        "it answered with status {status}: {words}"
    )))
}

/// Whether the access of an account is a webhook's address; otherwise it is a token of the app.
pub(super) fn of(access: &SecretString) -> Option<Address<'_>> {
    Address::read(access.expose_secret())
}
