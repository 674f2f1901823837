//! ID tokens: what they say, and the ways in which one can be wrong.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::{
    CLIENT_ID, ISSUER, keys,
    tables::{Grant, Person},
};
use crate::{
    call::{Call, Reply},
    state::State,
};

const LIFE_SECONDS: i64 = 3_600;

/// What can be wrong with an ID token.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Flaw {
    /// It carries another nonce than the request had.
    WrongNonce,
    /// It is for another application.
    WrongAudience,
    /// It is from another issuer.
    WrongIssuer,
    /// It ended an hour ago.
    Expired,
    /// It does not say whom it is about.
    NoSubject,
    /// Its algorithm is `none`, and it has no signature.
    AlgorithmNone,
    /// Its algorithm is HS256, and the secret is the public key as PEM.
    SignedWithPublicKey,
    /// It is signed by a key that is not published, and says so.
    UnknownKey,
    /// It names the published key, and another one signed it.
    BadSignature,
    /// These claims are in it instead of its own; `null` leaves one out.
    Claims(Map<String, Value>),
}

/// What a token is signed with.
enum Signer {
    Own,
    PublicHalf,
    Stranger,
    Nobody,
}

/// The token for what was granted, with the flaw that the call is to meet.
pub(super) fn issue(
    state: &State,
    call: &Call,
    person: &Person,
    grant: &Grant,
    access_token: &str,
) -> Result<String, Reply> {
    let mut claims = claims(call, person, grant, access_token);
    let own = keys::current(state)?;
    let (mut algorithm, mut named, mut signer) = ("RS256", own.id.clone(), Signer::Own);
    match &call.flaw {
        None => {}
        Some(Flaw::WrongNonce) => claims["nonce"] = json!("another-nonce"),
        Some(Flaw::WrongAudience) => {
            claims["aud"] = json!("another.apps.google.sandbox");
            claims["azp"] = claims["aud"].clone();
        }
        Some(Flaw::WrongIssuer) => claims["iss"] = json!("https://issuer.example"),
        Some(Flaw::Expired) => {
            for name in ["iat", "exp"] {
                let at = claims[name].as_i64().unwrap_or_default();
                claims[name] = json!(at - 2 * LIFE_SECONDS);
            }
        }
        Some(Flaw::NoSubject) => replace(&mut claims, "sub", &Value::Null),
        Some(Flaw::AlgorithmNone) => (algorithm, signer) = ("none", Signer::Nobody),
        Some(Flaw::SignedWithPublicKey) => (algorithm, signer) = ("HS256", Signer::PublicHalf),
        Some(Flaw::UnknownKey) => {
            named.clone_from(&keys::stranger()?.id);
            signer = Signer::Stranger;
        }
        Some(Flaw::BadSignature) => signer = Signer::Stranger,
        Some(Flaw::Claims(others)) => {
            for (name, value) in others {
                replace(&mut claims, name, value);
            }
        }
    }
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let header = json!({ "alg": algorithm, "kid": named, "typ": "JWT" });
    let message = format!("{}.{}", part(&header), part(&claims));
    let signature = match signer {
        Signer::Own => own.sign(&message)?,
        Signer::PublicHalf => own.sign_with_public_half(&message)?,
        Signer::Stranger => keys::stranger()?.sign(&message)?,
        Signer::Nobody => Vec::new(),
    };
    Ok(format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature)))
}

fn claims(call: &Call, person: &Person, grant: &Grant, access_token: &str) -> Value {
    let now = call.now.as_second();
    let half_of_digest = &Sha256::digest(access_token)[..16];
    let mut claims = json!({
        "iss": ISSUER, "azp": CLIENT_ID, "aud": CLIENT_ID, "sub": person.sub,
        "at_hash": URL_SAFE_NO_PAD.encode(half_of_digest),
        "iat": now, "exp": now + LIFE_SECONDS,
    });
    let granted = |scope: &str| grant.scopes.iter().any(|granted| granted == scope);
    if let Some(domain) = person.workspace {
        claims["hd"] = json!(domain);
    }
    if let Some(nonce) = &grant.nonce {
        claims["nonce"] = json!(nonce);
    }
    if granted("email") {
        claims["email"] = json!(person.email);
        claims["email_verified"] = json!(person.email_verified);
    }
    if granted("profile") {
        claims["name"] = json!(person.name);
        claims["given_name"] = json!(person.given_name);
        claims["family_name"] = json!(person.family_name);
        claims["picture"] = json!(format!("{}/avatars/{}.svg", call.base, person.account));
    }
    claims
}

fn replace(claims: &mut Value, name: &str, value: &Value) {
    match claims.as_object_mut() {
        Some(claims) if value.is_null() => {
            claims.remove(name);
        }
        _ => claims[name] = value.clone(),
    }
}
