//! ID tokens: what must hold before somebody is believed to be who they say (OpenID Connect Core, 3.1.3.7).

use aws_lc_rs::constant_time::verify_slices_are_equal;
use domain::Email;
use jiff::Timestamp;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::Value;

use super::{Profile, address, name};

const MAX_BYTES: usize = 16 * 1024;
const SUBJECT_MAX_BYTES: usize = 255;
/// How far two clocks may be apart, in seconds.
const LEEWAY: f64 = 60.0;
const GOOGLE: &str = "https://accounts.google.com";
/// Google may leave the scheme out, and says so in its documentation.
const GOOGLE_IN_SHORT: &str = "accounts.google.com";

/// What is wrong with a token, in words of ours.
type Flaw = &'static str;

/// What a token must say.
pub(super) struct Expected<'a> {
    pub(super) issuer: &'a str,
    pub(super) client_id: &'a str,
    pub(super) nonce: &'a SecretString,
    pub(super) now: Timestamp,
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    aud: Audience,
    azp: Option<String>,
    exp: f64,
    iat: f64,
    nbf: Option<f64>,
    nonce: String,
    // What is said about the person may be of any shape: it is dropped when it is not usable.
    #[serde(default)]
    email: Value,
    #[serde(default)]
    email_verified: Value,
    #[serde(default)]
    hd: Value,
    #[serde(default)]
    name: Value,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Several(Vec<String>),
}

/// The id of the key that a token says it is signed with. Addresses of keys, and keys that a token brings along, are not looked at.
pub(super) fn key_id(token: &str) -> Result<Option<String>, Flaw> {
    if token.len() > MAX_BYTES {
        return Err("it is too long");
    }
    let header = jsonwebtoken::decode_header(token).map_err(|_| "it cannot be read")?;
    if header.alg != Algorithm::RS256 {
        return Err("it is not signed in the agreed way");
    }
    // Access tokens, logout tokens and others that are signed with the same keys say so in their type (RFC 8725, 3.11).
    let of_another_kind = |typ: &String| typ.to_ascii_lowercase().ends_with("+jwt");
    if header.typ.as_ref().is_some_and(of_another_kind) {
        return Err("it is a token of another kind");
    }
    if header.crit.is_some() {
        return Err("it must not be used without extensions that are not known here");
    }
    Ok(header.kid)
}

/// Checks everything and says who it is.
pub(super) fn verify(
    token: &str,
    key: &DecodingKey,
    expected: &Expected<'_>,
) -> Result<Profile, Flaw> {
    let mut only_signature = Validation::new(Algorithm::RS256);
    only_signature.required_spec_claims.clear();
    // The library looks at the system's clock, and knows less of what must hold than `check` does.
    only_signature.validate_exp = false;
    only_signature.validate_aud = false;
    let claims = jsonwebtoken::decode::<Claims>(token, key, &only_signature)
        .map_err(|error| match error.kind() {
            jsonwebtoken::errors::ErrorKind::Json(_) => "it is not complete",
            _ => "its signature is wrong",
        })?
        .claims;
    check(&claims, expected)?;
    let email = address(claims.email.as_str());
    let email_is_certain = email
        .as_ref()
        .is_some_and(|email| is_certain(email, &claims));
    Ok(Profile {
        issuer: expected.issuer.to_owned(),
        subject: claims.sub,
        email,
        email_is_certain,
        name: name(claims.name.as_str()),
    })
}

fn check(claims: &Claims, expected: &Expected<'_>) -> Result<(), Flaw> {
    let short = expected.issuer == GOOGLE && claims.iss == GOOGLE_IN_SHORT;
    if claims.iss != expected.issuer && !short {
        return Err("it is from somebody else");
    }
    let (for_us, alone) = match &claims.aud {
        Audience::One(one) => (one == expected.client_id, true),
        Audience::Several(several) => (
            several.iter().any(|one| one == expected.client_id),
            several.len() == 1,
        ),
    };
    if !for_us {
        return Err("it is meant for another application");
    }
    match &claims.azp {
        Some(party) if party != expected.client_id => {
            return Err("it was issued to another application");
        }
        None if !alone => return Err("it does not say which application it was issued to"),
        Some(_) | None => {}
    }
    let now = expected.now.as_duration().as_secs_f64();
    if claims.exp + LEEWAY <= now {
        return Err("it has expired");
    }
    if claims.iat > now + LEEWAY || claims.nbf.is_some_and(|from| from > now + LEEWAY) {
        return Err("it is from the future");
    }
    let nonce = expected.nonce.expose_secret().as_bytes();
    if nonce.is_empty() || verify_slices_are_equal(claims.nonce.as_bytes(), nonce).is_err() {
        return Err("it answers another attempt");
    }
    let subject = &claims.sub;
    let printable = subject.bytes().all(|byte| (b' '..=b'~').contains(&byte));
    if subject.is_empty() || subject.len() > SUBJECT_MAX_BYTES || !printable {
        return Err("it does not properly say who it is about");
    }
    Ok(())
}

/// Google answers for the addresses of its own mail, and for those of the organisation that an account belongs to. Any other verified
/// address belonged to the person once, and may have changed hands since.
fn is_certain(email: &Email, claims: &Claims) -> bool {
    let verified = claims.email_verified == Value::Bool(true) || claims.email_verified == "true";
    let domain = email
        .as_str()
        .rsplit_once('@')
        .map_or("", |(_, domain)| domain);
    let organisation = claims.hd.as_str();
    verified
        && (matches!(domain, "gmail.com" | "googlemail.com")
            || organisation.is_some_and(|name| name.eq_ignore_ascii_case(domain)))
}
