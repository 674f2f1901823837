//! Access tokens that somebody else made, or that say something else than they did.

use app::app::ACCESS_TOKENS;
use app::secrets;
use aws_lc_rs::hmac;
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use secrecy::ExposeSecret;
use serde_json::{Value, json};

use super::comparable;
use crate::harness::{Person, World, seconds};

/// A genuine token in parts, and the key that signed it.
struct Genuine {
    key: Ed25519KeyPair,
    header: Value,
    claims: Value,
    token: String,
}

/// A token of these parts: what it is signed with decides over its last part.
fn token(header: &Value, claims: &Value, sign: impl FnOnce(&[u8]) -> Vec<u8>) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let message = format!("{}.{}", part(header), part(claims));
    let signature = URL_SAFE_NO_PAD.encode(sign(message.as_bytes()));
    format!("{message}.{signature}")
}

fn with(value: &Value, name: &str, other: Value) -> Value {
    let mut changed = value.clone();
    if other.is_null() {
        changed.as_object_mut().unwrap().remove(name);
    } else {
        changed[name] = other;
    }
    changed
}

impl Genuine {
    async fn of(world: &World, person: &Person) -> Self {
        let app = world.stack.app();
        let secret = secrets::read(&app.aws, &app.config.signing_secret).await;
        let secret: Value = serde_json::from_str(secret.unwrap().expose_secret()).unwrap();
        let seed = secret["seed"].as_str().unwrap().to_owned().into();
        let key = Ed25519KeyPair::from_seed_unchecked(&secrets::derive(&seed, ACCESS_TOKENS));
        let token = person.api.token.clone().unwrap();
        let part = |n: usize| {
            let part = token.split('.').nth(n).unwrap();
            serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
        };
        let genuine = Self {
            key: key.unwrap(),
            header: part(0),
            claims: part(1),
            token: token.clone(),
        };
        // What is made here is as good as what the system makes, so that only what is changed below can be refused.
        let copy = genuine.signed(&genuine.header, &genuine.claims);
        world
            .anonymous
            .with_token(&copy)
            .get("/me")
            .await
            .expect(200);
        genuine
    }

    fn sign(&self, message: &[u8]) -> Vec<u8> {
        self.key.sign(message).as_ref().to_vec()
    }

    fn signed(&self, header: &Value, claims: &Value) -> String {
        token(header, claims, |message| self.sign(message))
    }

    fn with_header(&self, name: &str, value: Value) -> String {
        self.signed(&with(&self.header, name, value), &self.claims)
    }

    fn with_claim(&self, name: &str, value: Value) -> String {
        self.signed(&self.header, &with(&self.claims, name, value))
    }
}

/// Nothing but a session can be had for any of the tokens, and nobody learns which way one is wrong.
async fn are_refused(world: &World, tokens: &[(&str, String)]) {
    let mut told: Vec<_> = Vec::new();
    for (what, token) in tokens {
        let api = world.anonymous.with_token(token);
        let answer = api.get("/me").await;
        assert_eq!(answer.status, 401, "{what}: {}", answer.text);
        assert_eq!(answer.headers["www-authenticate"], "Bearer", "{what}");
        told.push((what, comparable(&answer)));
    }
    let [(_, first), rest @ ..] = told.as_slice() else {
        return;
    };
    for (what, answer) in rest {
        assert_eq!(answer, first, "{what}");
    }
}

#[tokio::test]
async fn a_token_counts_only_with_the_one_algorithm_and_a_signature_of_the_published_key() {
    let world = World::start().await;
    let ana = world.sign_up("ana").await;
    let genuine = Genuine::of(&world, &ana).await;
    let public = genuine.key.public_key().as_ref().to_vec();
    let x = URL_SAFE_NO_PAD.encode(&public);
    let spki = [
        b"\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00",
        &public[..],
    ]
    .concat();
    let pem = format!(
        "-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n",
        STANDARD.encode(spki)
    );
    let jwk = json!({ "crv": "Ed25519", "kty": "OKP", "x": x }).to_string();
    let stranger = Ed25519KeyPair::from_seed_unchecked(&[7; 32]).unwrap();
    let unsigned = |algorithm: &str| {
        let header = with(&genuine.header, "alg", json!(algorithm));
        token(&header, &genuine.claims, |_| Vec::new())
    };
    let hs256 = |secret: &[u8]| {
        let header = with(&genuine.header, "alg", json!("HS256"));
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
        let sign = |message: &[u8]| hmac::sign(&key, message).as_ref().to_vec();
        token(&header, &genuine.claims, sign)
    };
    let by_stranger = |header: &Value| {
        let sign = |message: &[u8]| stranger.sign(message).as_ref().to_vec();
        token(header, &genuine.claims, sign)
    };
    let (message, _) = genuine.token.rsplit_once('.').unwrap();
    are_refused(
        &world,
        &[
            ("none", unsigned("none")),
            ("None", unsigned("None")),
            ("nOnE", unsigned("nOnE")),
            ("NONE", unsigned("NONE")),
            ("none, signed", genuine.with_header("alg", json!("none"))),
            ("no signature", unsigned("EdDSA")),
            ("no third part", message.to_owned()),
            ("HS256 with the key", hs256(&public)),
            ("HS256 with the key as text", hs256(x.as_bytes())),
            ("HS256 with the key as PEM", hs256(pem.as_bytes())),
            ("HS256 with the key as JWK", hs256(jwk.as_bytes())),
            ("HS256 with nothing", hs256(b"")),
            ("RS256", genuine.with_header("alg", json!("RS256"))),
            ("ES256", genuine.with_header("alg", json!("ES256"))),
            ("no algorithm", genuine.with_header("alg", Value::Null)),
            ("algorithms", genuine.with_header("alg", json!(["EdDSA"]))),
            ("another key", by_stranger(&genuine.header)),
            ("another type", genuine.with_header("typ", json!("JWT"))),
            ("no type", genuine.with_header("typ", Value::Null)),
        ],
    )
    .await;
    world.finish().await;
}

#[tokio::test]
async fn a_token_cannot_bring_its_own_key_nor_say_where_one_is() {
    let world = World::start().await;
    let ana = world.sign_up("ana").await;
    let genuine = Genuine::of(&world, &ana).await;
    let stranger = Ed25519KeyPair::from_seed_unchecked(&[7; 32]).unwrap();
    let x = URL_SAFE_NO_PAD.encode(stranger.public_key().as_ref());
    let jwk = json!({ "crv": "Ed25519", "kty": "OKP", "x": x, "kid": "mine" });
    let strange_ids = [
        "../../../../dev/null".to_owned(),
        "..%2f..%2fdev%2fnull".to_owned(),
        "' OR '1'='1".to_owned(),
        "x\0y".to_owned(),
        "SIGNING_KEYS".to_owned(),
        String::new(),
        "k".repeat(10_000),
    ];
    let mut forged = Vec::new();
    for kid in strange_ids.iter().map(String::as_str).chain(["mine"]) {
        let mut header = with(&genuine.header, "kid", json!(kid));
        for (name, value) in [
            ("jwk", jwk.clone()),
            ("jku", json!("https://evil.example/jwks.json")),
            ("x5u", json!("https://evil.example/cert.pem")),
            ("x5c", json!(["MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A"])),
        ] {
            header[name] = value;
            let sign = |message: &[u8]| stranger.sign(message).as_ref().to_vec();
            forged.push((name, token(&header, &genuine.claims, sign)));
        }
        // Signed by the right key, under a wrong name.
        forged.push(("kid", genuine.with_header("kid", json!(kid))));
    }
    for kid in [Value::Null, json!(1), json!(["a"]), json!({ "a": 1 })] {
        forged.push(("kid of another type", genuine.with_header("kid", kid)));
    }
    are_refused(&world, &forged).await;
    world.finish().await;
}

#[tokio::test]
async fn each_claim_of_a_token_is_needed_and_must_say_what_it_said() {
    let world = World::start().await;
    let ana = world.sign_up("ana").await;
    let ben = world.sign_up("ben").await;
    let genuine = Genuine::of(&world, &ana).await;
    let bens = Genuine::of(&world, &ben).await;
    let now = world.now().as_second();
    let (user, session) = (&bens.claims["sub"], &bens.claims["sid"]);
    let mut wrong = Vec::new();
    for name in ["iss", "aud", "exp", "nbf", "iat", "sub", "sid", "jti"] {
        assert!(!genuine.claims[name].is_null(), "{name}");
        for value in [Value::Null, json!(true), json!({}), json!("")] {
            wrong.push((name, genuine.with_claim(name, value)));
        }
    }
    for (name, value) in [
        ("iss", json!("urn:tayang:other")),
        ("aud", json!("urn:tayang:other:api")),
        ("aud", json!([])),
        ("aud", json!(genuine.claims["iss"])),
        ("exp", json!("2100-01-01T00:00:00Z")),
        ("nbf", json!(now + 31)),
        ("iat", json!(now + 31)),
        ("sub", user.clone()),
        ("sub", json!("user_01kaw3x0fhe9ps6r4h8x5tq7vd")),
        ("sub", json!(genuine.claims["sid"])),
        ("sid", session.clone()),
        ("sid", json!(genuine.claims["sub"])),
        ("sub", json!("USER#x")),
    ] {
        wrong.push((name, genuine.with_claim(name, value)));
    }
    for (what, token) in &wrong {
        let api = world.anonymous.with_token(token);
        let answer = api.get("/me").await;
        assert_eq!(answer.status, 401, "{what}: {}", answer.text);
    }
    // Both claims of somebody else together are that person's token, so the test above tells them apart.
    let both = with(&genuine.claims, "sub", user.clone());
    let both = with(&both, "sid", session.clone());
    let both = genuine.signed(&genuine.header, &both);
    let both = world.anonymous.with_token(&both).get("/me").await;
    assert_eq!(both.expect(200).body["id"], ben.id);
    world.finish().await;
}

#[tokio::test]
async fn a_token_lives_for_fifteen_minutes_and_clocks_may_differ_by_half_a_minute() {
    let world = World::start().await;
    let ana = world.sign_up("ana").await;
    let genuine = Genuine::of(&world, &ana).await;
    let claim = |name: &str| genuine.claims[name].as_i64().unwrap();
    assert_eq!(claim("exp") - claim("iat"), 900);
    let now = world.now().as_second();
    for name in ["nbf", "iat"] {
        let early = genuine.with_claim(name, json!(now + 30));
        let early = world.anonymous.with_token(&early);
        early.get("/me").await.expect(200);
    }
    world.later(seconds(929)).await;
    ana.api.get("/me").await.expect(200);
    world.later(seconds(1)).await;
    ana.api.get("/me").await.expect_problem(401);
    world.finish().await;
}

#[tokio::test]
async fn no_changed_letter_of_a_token_is_overlooked() {
    let world = World::start().await;
    let ana = world.sign_up("ana").await;
    let genuine = ana.api.token.clone().unwrap();
    // The last letter of a part has bits that stand for nothing: a strict reader refuses those too.
    for place in (0..genuine.len()).filter(|place| place % 7 == 0 || *place + 3 > genuine.len()) {
        let mut changed = genuine.clone().into_bytes();
        changed[place] = if changed[place] == b'A' { b'B' } else { b'A' };
        let changed = String::from_utf8(changed).unwrap();
        let answer = world.anonymous.with_token(&changed).get("/me").await;
        assert_eq!(answer.status, 401, "letter {place}: {}", answer.text);
    }
    for odd in [
        String::new(),
        ".".into(),
        "..".into(),
        "a.b.c".into(),
        format!("{genuine}."),
        format!("{genuine}.{genuine}"),
        format!(".{genuine}"),
        format!("{genuine}="),
        "x".repeat(8_000),
    ] {
        let answer = world.anonymous.with_token(&odd).get("/me").await;
        assert_eq!(answer.status, 401, "{odd:.40}: {}", answer.text);
    }
    // Of two headers neither counts.
    for other in ["Bearer x", &format!("Bearer {genuine}")] {
        let twice = world.anonymous.saying("authorization", other);
        let twice = twice.with_token(&genuine);
        twice.get("/me").await.expect_problem(401);
    }
    for scheme in ["Basic", "Token", "DPoP", ""] {
        let header = format!("{scheme} {genuine}");
        let api = world.anonymous.saying("authorization", &header);
        api.get("/me").await.expect_problem(401);
    }
    world.finish().await;
}

#[tokio::test]
async fn the_keys_that_are_published_have_nothing_of_the_private_ones() {
    let world = World::start().await;
    let ana = world.sign_up("ana").await;
    let genuine = Genuine::of(&world, &ana).await;
    let keys = world.anonymous.get("/.well-known/jwks.json").await;
    let keys = keys.expect(200).body["keys"].clone();
    let expected = json!([{
        "kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "use": "sig",
        "kid": genuine.header["kid"],
        "x": URL_SAFE_NO_PAD.encode(genuine.key.public_key().as_ref()),
    }]);
    assert_eq!(keys, expected);
    world.finish().await;
}
