//! Addresses that were signed beforehand.

use app::media::signature::{ALGORITHM, canonical_query, query_signature};
use http::header;
use jiff::{SignedDuration, Timestamp};
use url::Url;

use super::Call;
use super::refusal::Refusal;
use crate::aws::ADMINISTRATOR;

pub(super) const SIGNATURE: &str = "X-Amz-Signature";
/// The longest that an address may be good for.
const LONGEST: i64 = 604_800;

/// Who signed the address, if the signature is right and the time is not over.
pub(super) fn caller(call: &Call<'_>) -> Result<String, Refusal> {
    let incomplete = || {
        Refusal::invalid(
            "AuthorizationQueryParametersError",
            "Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.",
        )
    };
    let field = |name: &str| call.query.get(name).map(String::as_str);
    let (time, scope) = (field("X-Amz-Date"), field("X-Amz-Credential"));
    let (caller, scope) = scope
        .and_then(|credential| credential.split_once('/'))
        .ok_or_else(incomplete)?;
    let time = time.ok_or_else(incomplete)?;
    let expires = field("X-Amz-Expires").and_then(|seconds| seconds.parse().ok());
    let expires = expires.filter(|seconds| (1..=LONGEST).contains(seconds));
    let (Some(expires), Some(ALGORITHM), Some("host")) = (
        expires,
        field("X-Amz-Algorithm"),
        field("X-Amz-SignedHeaders"),
    ) else {
        return Err(incomplete());
    };
    let at = moment(time).ok_or_else(incomplete)?;
    if call.services.objects.now() > at + SignedDuration::from_secs(expires) {
        return Err(Refusal::forbidden("Request has expired"));
    }
    let host = call.headers.get(header::HOST);
    let host = host.and_then(|host| host.to_str().ok()).unwrap_or_default();
    let url = Url::parse(&format!("http://{host}{}", call.uri.path()));
    let url = url.map_err(|_| incomplete())?;
    let fields = call.query.iter().filter(|(name, _)| *name != SIGNATURE);
    let query = canonical_query(fields.map(|(name, value)| (name.as_str(), value.as_str())));
    let method = call.method.as_str();
    let right = query_signature(ADMINISTRATOR, scope, time, (method, &url, &query));
    if field(SIGNATURE) != Some(right.as_str()) {
        return Err(Refusal::signature());
    }
    Ok(caller.to_owned())
}

/// `20300131T090000Z`.
fn moment(text: &str) -> Option<Timestamp> {
    let time = jiff::civil::DateTime::strptime("%Y%m%dT%H%M%SZ", text).ok()?;
    Some(time.in_tz("UTC").ok()?.timestamp())
}
