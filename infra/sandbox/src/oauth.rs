//! What Google and Facebook have in common: the addresses they send a browser back to, and PKCE.

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use url::Url;

use crate::{call::text, mint};

/// The name that the consent pages give the one application that is registered.
pub(crate) const APPLICATION: &str = "Tayang";

/// How long a code can be exchanged.
pub(crate) const CODE_LIFE: SignedDuration = SignedDuration::from_mins(10);

/// The redirect address in the fields, if it may be one: https, or http on this machine.
///
/// A real application registers its addresses. Here every start has other ports, so any of that kind is taken as registered.
pub(crate) fn redirect_uri(fields: &Map<String, Value>) -> Option<Url> {
    let url = Url::parse(&text(fields, "redirect_uri")?).ok()?;
    let on_this_machine = matches!(url.host_str(), Some("127.0.0.1" | "localhost" | "[::1]"));
    let allowed = url.scheme() == "https" || (url.scheme() == "http" && on_this_machine);
    (allowed && url.fragment().is_none()).then_some(url)
}

/// A code challenge (RFC 7636).
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Challenge {
    value: String,
    hashed: bool,
}

/// The fields name a method that does not exist.
pub(crate) struct UnknownMethod;

impl Challenge {
    /// The challenge in the fields, if there is one.
    pub(crate) fn read(fields: &Map<String, Value>) -> Result<Option<Self>, UnknownMethod> {
        let Some(value) = text(fields, "code_challenge").filter(|value| !value.is_empty()) else {
            return Ok(None);
        };
        let hashed = match text(fields, "code_challenge_method").as_deref() {
            Some("S256") => true,
            Some("plain") | None => false,
            Some(_) => return Err(UnknownMethod),
        };
        Ok(Some(Self { value, hashed }))
    }

    /// Whether it was made from this verifier.
    pub(crate) fn is_met_by(&self, verifier: &str) -> bool {
        if self.hashed {
            self.value == mint::sha256_base64url(verifier)
        } else {
            self.value == verifier
        }
    }
}
