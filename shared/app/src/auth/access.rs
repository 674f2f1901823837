//! Access tokens: JWTs after RFC 9068, signed with Ed25519. Whoever verifies them holds public keys only.

use std::collections::HashMap;
use std::sync::RwLock;

use anyhow::Context;
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::{SessionId, UserId};
use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};

/// How long an access token lives.
pub const LIFETIME: SignedDuration = SignedDuration::from_mins(15);
/// How far the clocks of issuer and verifier may differ.
const LEEWAY: SignedDuration = SignedDuration::from_secs(30);
const TYPE: &str = "at+jwt";

#[derive(Debug, Serialize, Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    sub: UserId,
    sid: SessionId,
    jti: String,
    iat: i64,
    nbf: i64,
    exp: i64,
}

/// Whom a token speaks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Subject {
    /// The user.
    pub user: UserId,
    /// The session that the token belongs to.
    pub session: SessionId,
}

/// A public key as it is stored and published (RFC 8037).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKey {
    /// Its id.
    pub kid: String,
    /// Its 32 bytes in base64url.
    pub x: String,
    /// When it stops being good for anything.
    pub ends_at: Option<Timestamp>,
}

/// Issues access tokens.
pub struct Signer {
    public: PublicKey,
    key: EncodingKey,
}

impl std::fmt::Debug for Signer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Signer")
            .field("public", &self.public)
            .finish_non_exhaustive()
    }
}

impl Signer {
    /// The signer whose private key is these 32 secret bytes.
    pub fn new(seed: &[u8; 32]) -> anyhow::Result<Self> {
        let pair = Ed25519KeyPair::from_seed_unchecked(seed).context("making the signing key")?;
        let x = pair.public_key().as_ref();
        let kid = URL_SAFE_NO_PAD
            .encode(&aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, x).as_ref()[..12]);
        let pkcs8 = pair.to_pkcs8v1().context("encoding the signing key")?;
        Ok(Self {
            public: PublicKey {
                kid,
                x: URL_SAFE_NO_PAD.encode(x),
                ends_at: None,
            },
            key: EncodingKey::from_ed_der(pkcs8.as_ref()),
        })
    }

    /// The key that verifies what this signs.
    pub fn public(&self) -> &PublicKey {
        &self.public
    }

    /// An access token for `subject`.
    pub fn issue(&self, issuer: &str, subject: Subject, now: Timestamp) -> anyhow::Result<String> {
        let header = Header {
            typ: Some(TYPE.into()),
            kid: Some(self.public.kid.clone()),
            ..Header::new(Algorithm::EdDSA)
        };
        let claims = Claims {
            iss: issuer.to_owned(),
            aud: audience(issuer),
            sub: subject.user,
            sid: subject.session,
            jti: URL_SAFE_NO_PAD.encode(crate::random::bytes::<16>()),
            iat: now.as_second(),
            nbf: now.as_second(),
            exp: (now + LIFETIME).as_second(),
        };
        jsonwebtoken::encode(&header, &claims, &self.key).context("signing an access token")
    }
}

fn audience(issuer: &str) -> String {
    format!("{issuer}:api")
}

/// The public keys that are known so far.
#[derive(Debug, Default)]
pub struct KeyRing(RwLock<HashMap<String, PublicKey>>);

/// Why a token is not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotAccepted {
    /// It names a key that is not on the ring; the ring may be older than the key.
    UnknownKey,
    /// It was valid once.
    Expired,
    /// It is not a token of ours.
    Invalid,
}

impl KeyRing {
    /// Replaces the keys.
    pub fn replace(&self, keys: impl IntoIterator<Item = PublicKey>) {
        if let Ok(mut ring) = self.0.write() {
            *ring = keys.into_iter().map(|key| (key.kid.clone(), key)).collect();
        }
    }

    /// Checks a token and says who it speaks for.
    pub fn verify(
        &self,
        token: &str,
        issuer: &str,
        now: Timestamp,
    ) -> Result<Subject, NotAccepted> {
        let header = jsonwebtoken::decode_header(token).map_err(|_| NotAccepted::Invalid)?;
        if header.typ.as_deref() != Some(TYPE) || header.alg != Algorithm::EdDSA {
            return Err(NotAccepted::Invalid);
        }
        // The key id only selects from our list; any key that the token brings along is ignored.
        let kid = header.kid.ok_or(NotAccepted::Invalid)?;
        let key = self
            .0
            .read()
            .ok()
            .and_then(|ring| ring.get(&kid).cloned())
            .filter(|key| key.ends_at.is_none_or(|end| now < end))
            .ok_or(NotAccepted::UnknownKey)?;
        let key = DecodingKey::from_ed_components(&key.x).map_err(|_| NotAccepted::Invalid)?;
        let mut validation = Validation::new(Algorithm::EdDSA);
        validation.set_issuer(&[issuer]);
        validation.set_audience(&[audience(issuer)]);
        validation.set_required_spec_claims(&["iss", "aud", "sub"]);
        // The library looks at the system's clock; ours is asked below.
        validation.validate_exp = false;
        let claims = jsonwebtoken::decode::<Claims>(token, &key, &validation)
            .map_err(|_| NotAccepted::Invalid)?
            .claims;
        let (now, leeway) = (now.as_second(), LEEWAY.as_secs());
        if claims.jti.is_empty() || claims.nbf > now + leeway || claims.iat > now + leeway {
            return Err(NotAccepted::Invalid);
        }
        if claims.exp + leeway <= now {
            return Err(NotAccepted::Expired);
        }
        Ok(Subject {
            user: claims.sub,
            session: claims.sid,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    const ISSUER: &str = "urn:tayang:test";

    fn now() -> Timestamp {
        Timestamp::from_second(1_800_000_000).unwrap()
    }

    fn subject() -> Subject {
        Subject {
            user: domain::ids::new(now(), [1; 10]),
            session: domain::ids::new(now(), [2; 10]),
        }
    }

    fn ring(signer: &Signer) -> KeyRing {
        let ring = KeyRing::default();
        ring.replace([signer.public().clone()]);
        ring
    }

    fn forge(header: &Value, claims: &Value, signature: &[u8]) -> String {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        format!(
            "{}.{}.{}",
            part(header),
            part(claims),
            URL_SAFE_NO_PAD.encode(signature)
        )
    }

    #[test]
    fn a_token_names_its_caller_until_it_expires() {
        let signer = Signer::new(&[7; 32]).unwrap();
        let token = signer.issue(ISSUER, subject(), now()).unwrap();
        assert_eq!(ring(&signer).verify(&token, ISSUER, now()), Ok(subject()));
        assert_eq!(
            ring(&signer).verify(&token, ISSUER, now() + LIFETIME + LEEWAY),
            Err(NotAccepted::Expired)
        );
        assert_eq!(
            ring(&signer).verify(&token, "urn:tayang:other", now()),
            Err(NotAccepted::Invalid)
        );
        assert_eq!(
            ring(&signer).verify(&token, ISSUER, now() - SignedDuration::from_mins(5)),
            Err(NotAccepted::Invalid)
        );
        assert_eq!(
            KeyRing::default().verify(&token, ISSUER, now()),
            Err(NotAccepted::UnknownKey)
        );
    }

    #[test]
    fn forged_tokens_are_refused() {
        let signer = Signer::new(&[7; 32]).unwrap();
        let token = signer.issue(ISSUER, subject(), now()).unwrap();
        let claims: Value = serde_json::from_slice(
            &URL_SAFE_NO_PAD
                .decode(token.split('.').nth(1).unwrap())
                .unwrap(),
        )
        .unwrap();
        let kid = &signer.public().kid;
        let none = forge(
            &json!({"alg": "none", "typ": "at+jwt", "kid": kid}),
            &claims,
            b"",
        );
        let empty = forge(
            &json!({"alg": "EdDSA", "typ": "at+jwt", "kid": kid}),
            &claims,
            b"",
        );
        let public = URL_SAFE_NO_PAD.decode(&signer.public().x).unwrap();
        let hmac = jsonwebtoken::encode(
            &Header {
                typ: Some(TYPE.into()),
                kid: Some(kid.clone()),
                ..Header::new(Algorithm::HS256)
            },
            &claims,
            &EncodingKey::from_secret(&public),
        )
        .unwrap();
        for forged in [
            none,
            empty,
            hmac,
            String::new(),
            "a.b.c".into(),
            "x".repeat(10_000),
        ] {
            assert_eq!(
                ring(&signer).verify(&forged, ISSUER, now()),
                Err(NotAccepted::Invalid),
                "{forged:.80}"
            );
        }
        for strange in ["../../etc/passwd", "' OR 1=1", &"k".repeat(10_000)] {
            let forged = forge(
                &json!({"alg": "EdDSA", "typ": "at+jwt", "kid": strange, "jku": "https://evil.example"}),
                &claims,
                b"",
            );
            assert_eq!(
                ring(&signer).verify(&forged, ISSUER, now()),
                Err(NotAccepted::UnknownKey)
            );
        }
    }

    #[test]
    fn every_claim_is_required_and_the_type_counts() {
        let signer = Signer::new(&[7; 32]).unwrap();
        let token = signer.issue(ISSUER, subject(), now()).unwrap();
        let claims: Value = serde_json::from_slice(
            &URL_SAFE_NO_PAD
                .decode(token.split('.').nth(1).unwrap())
                .unwrap(),
        )
        .unwrap();
        let sign = |claims: &Value, typ: &str| {
            let header = Header {
                typ: Some(typ.into()),
                kid: Some(signer.public().kid.clone()),
                ..Header::new(Algorithm::EdDSA)
            };
            jsonwebtoken::encode(&header, claims, &signer.key).unwrap()
        };
        assert!(
            ring(&signer)
                .verify(&sign(&claims, "at+jwt"), ISSUER, now())
                .is_ok()
        );
        assert!(
            ring(&signer)
                .verify(&sign(&claims, "JWT"), ISSUER, now())
                .is_err()
        );
        for claim in claims.as_object().unwrap().keys() {
            let mut without = claims.clone();
            without.as_object_mut().unwrap().remove(claim);
            assert_eq!(
                ring(&signer).verify(&sign(&without, "at+jwt"), ISSUER, now()),
                Err(NotAccepted::Invalid),
                "without {claim}"
            );
        }
    }
}
