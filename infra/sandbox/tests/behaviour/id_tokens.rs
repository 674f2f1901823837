//! ID tokens: what they say, what they are signed with, and how they can be made to be wrong.

use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sandbox::{Effect, Fault, Flaw};
use serde_json::{Value, json};

use crate::{
    google::{code, exchange},
    stage::{Stage, header, json as body, string},
};

struct Token {
    header: Value,
    claims: Value,
    signed: String,
    signature: Vec<u8>,
}

impl Token {
    fn read(text: &str) -> Self {
        let [header, claims, signature] = text.split('.').collect::<Vec<_>>()[..] else {
            panic!("three parts: {text}")
        };
        let decoded = |part: &str| URL_SAFE_NO_PAD.decode(part).unwrap();
        Self {
            header: serde_json::from_slice(&decoded(header)).unwrap(),
            claims: serde_json::from_slice(&decoded(claims)).unwrap(),
            signed: format!("{header}.{claims}"),
            signature: decoded(signature),
        }
    }

    /// Whether the published key of its name signed it, by RS256.
    async fn is_valid(&self, stage: &Stage) -> bool {
        let published = keys(stage).await;
        let found = published
            .iter()
            .find(|key| key["kid"] == self.header["kid"]);
        let Some(key) = found.filter(|_| self.header["alg"] == "RS256") else {
            return false;
        };
        let number = |name: &str| URL_SAFE_NO_PAD.decode(string(&key[name])).unwrap();
        let (n, e) = (number("n"), number("e"));
        assert_eq!((n.len(), e.as_slice()), (256, &[1, 0, 1][..]));
        let key = RsaPublicKeyComponents { n, e };
        let verified = key.verify(
            &RSA_PKCS1_2048_8192_SHA256,
            self.signed.as_bytes(),
            &self.signature,
        );
        verified.is_ok()
    }
}

async fn keys(stage: &Stage) -> Vec<Value> {
    let certs = stage.get("/google.sandbox/oauth2/v3/certs");
    let answer = certs.send().await.unwrap();
    assert!(header(&answer, "cache-control").contains("max-age=21600"));
    body(answer).await["keys"].as_array().unwrap().clone()
}

async fn token(stage: &Stage, account: &str) -> Token {
    let answer = exchange(stage, &code(stage, account).await, &[]).await;
    assert_eq!(answer.status(), 200);
    Token::read(&string(&body(answer).await["id_token"]))
}

async fn flawed(stage: &Stage, flaw: Flaw) -> Token {
    let fault = Fault::on("token", Effect::FlawedIdToken(flaw));
    stage.sandbox.script(fault.host("google.sandbox"));
    token(stage, "sari").await
}

#[tokio::test]
async fn a_token_says_who_it_is_about_and_for_whom() {
    let stage = Stage::set().await;
    let token = token(&stage, "sari").await;
    assert!(token.is_valid(&stage).await);
    let now = stage.now().as_second();
    let mut claims = token.claims;
    assert_eq!(claims["at_hash"].take().as_str().unwrap().len(), 22);
    assert_eq!(
        claims,
        json!({
            "iss": "https://google.sandbox", "aud": "tayang.apps.google.sandbox", "azp": "tayang.apps.google.sandbox",
            "sub": "110000000000000000001", "iat": now, "exp": now + 3_600, "nonce": "n-0S6_WzA2Mj", "at_hash": null,
            "email": "sari.wijaya.sandbox@gmail.com", "email_verified": true,
            "name": "Sari Wijaya", "given_name": "Sari", "family_name": "Wijaya",
            "picture": format!("{}/google.sandbox/avatars/sari.svg", stage.base),
        })
    );
}

#[tokio::test]
async fn the_people_differ_in_domain_and_verification() {
    let stage = Stage::set().await;
    for (account, domain, verified) in [
        ("bima", json!("kopi-aurora.example"), true),
        ("citra", Value::Null, true),
        ("dimas", Value::Null, false),
    ] {
        let claims = token(&stage, account).await.claims;
        assert_eq!(claims["hd"], domain, "{account}");
        assert_eq!(claims["email_verified"], verified, "{account}");
    }
}

#[tokio::test]
async fn a_new_key_signs_after_a_rotation_and_the_old_one_is_gone() {
    let stage = Stage::set().await;
    let before = token(&stage, "sari").await;
    assert!(before.is_valid(&stage).await);
    stage.sandbox.rotate_keys();
    let after = token(&stage, "sari").await;
    assert_ne!(after.header["kid"], before.header["kid"]);
    assert!(after.is_valid(&stage).await);
    assert!(!before.is_valid(&stage).await);
    assert_eq!(keys(&stage).await.len(), 1);
}

#[tokio::test]
async fn a_flawed_claim_is_signed_all_the_same() {
    let stage = Stage::set().await;
    let now = stage.now().as_second();
    let others = json!({ "email": "other@gmail.com", "name": null });
    let others = Flaw::Claims(others.as_object().unwrap().clone());
    for (flaw, claim, expected) in [
        (Flaw::WrongNonce, "nonce", json!("another-nonce")),
        (
            Flaw::WrongAudience,
            "aud",
            json!("another.apps.google.sandbox"),
        ),
        (Flaw::WrongIssuer, "iss", json!("https://issuer.example")),
        (Flaw::Expired, "exp", json!(now - 3_600)),
        (Flaw::NoSubject, "sub", Value::Null),
        (others.clone(), "email", json!("other@gmail.com")),
        (others, "name", Value::Null),
    ] {
        let token = flawed(&stage, flaw).await;
        assert_eq!(token.claims[claim], expected);
        assert!(token.is_valid(&stage).await, "{claim}");
    }
    assert_eq!(token(&stage, "sari").await.claims["nonce"], "n-0S6_WzA2Mj");
}

#[tokio::test]
async fn a_flawed_signature_is_made_as_attackers_make_it() {
    let stage = Stage::set().await;
    let published = keys(&stage).await[0]["kid"].clone();
    for (flaw, algorithm, names_published_key, length) in [
        (Flaw::AlgorithmNone, "none", true, 0),
        (Flaw::SignedWithPublicKey, "HS256", true, 32),
        (Flaw::UnknownKey, "RS256", false, 256),
        (Flaw::BadSignature, "RS256", true, 256),
    ] {
        let token = flawed(&stage, flaw).await;
        assert_eq!(token.header["alg"], algorithm);
        assert_eq!(token.header["kid"] == published, names_published_key);
        assert_eq!(token.signature.len(), length);
        assert!(!token.is_valid(&stage).await, "{algorithm}");
    }
}

#[tokio::test]
async fn flaws_can_be_scripted_over_http() {
    let stage = Stage::set().await;
    let faults = json!([
        { "operation": "token", "effect": { "flawed_id_token": "wrong_issuer" } },
        { "operation": "token", "effect": { "flawed_id_token": { "claims": { "email_verified": "true" } } } },
    ]);
    let added = stage.post("/_faults").json(&faults).send().await.unwrap();
    assert_eq!(body(added).await, json!({ "added": 2 }));
    let first = token(&stage, "sari").await;
    assert_eq!(first.claims["iss"], "https://issuer.example");
    let second = token(&stage, "sari").await;
    assert_eq!(second.claims["email_verified"], "true");
}
