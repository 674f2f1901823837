//! Which ID tokens are believed.

use aws_lc_rs::hmac;

use domain::{Email, PersonName};

use super::*;

#[tokio::test]
async fn a_good_token_says_who_it_is() {
    let provider = Provider::start().await;
    assert_eq!(
        provider.finish(&open_id()).await.unwrap(),
        Profile {
            issuer: ISSUER.to_owned(),
            subject: "110169484474386276334".to_owned(),
            email: Email::parse("ada@gmail.com").ok(),
            email_is_certain: true,
            name: PersonName::parse("Ada Lovelace").ok(),
        }
    );
}

/// A token that is signed with a public key as if that were a shared secret.
fn confused(key: &[u8]) -> String {
    let header = with(header(), &json!({"alg": "HS256"}));
    let input = signing_input(&header, &claims());
    let key = hmac::Key::new(hmac::HMAC_SHA256, key);
    let tag = hmac::sign(&key, input.as_bytes());
    format!("{input}.{}", URL_SAFE_NO_PAD.encode(tag))
}

/// Expects each token to be refused for its reason, and a good one to be accepted after all of them.
async fn refused(table: impl IntoIterator<Item = (&'static str, String, &'static str)>) {
    let provider = Provider::start().await;
    let open_id = open_id();
    for (name, token, flaw) in table {
        provider.answer("/token", granted(&token));
        let reason = refusal(provider.finish(&open_id).await);
        assert!(reason.contains(flaw), "{name}: {reason}");
    }
    provider.issue(&claims());
    assert!(provider.finish(&open_id).await.is_ok());
}

fn headed(changes: &Value) -> String {
    token(&with(header(), changes), &claims(), &KEYS[0])
}

#[tokio::test]
async fn a_token_of_another_algorithm_is_refused() {
    let public: PublicKeyComponents<Vec<u8>> = KEYS[0].public_key().into();
    let der = KEYS[0].public_key().as_ref();
    let good = headed(&json!({}));
    let (_, signature) = good.rsplit_once('.').unwrap();
    let unsigned = signing_input(&json!({"alg": "none"}), &claims());
    let (agreed, unreadable) = ("not signed in the agreed way", "it cannot be read");
    refused([
        ("none", format!("{unsigned}."), unreadable),
        (
            "none, signed",
            format!("{unsigned}.{signature}"),
            unreadable,
        ),
        ("HS256 with the modulus", confused(&public.n), agreed),
        ("HS256 with the DER key", confused(der), agreed),
        ("HS256 in name", headed(&json!({"alg": "HS256"})), agreed),
        ("RS512 in name", headed(&json!({"alg": "RS512"})), agreed),
        ("PS256 in name", headed(&json!({"alg": "PS256"})), agreed),
        ("ES256 in name", headed(&json!({"alg": "ES256"})), agreed),
        (
            "small letters",
            headed(&json!({"alg": "rs256"})),
            unreadable,
        ),
        ("no algorithm", headed(&json!({"alg": null})), unreadable),
    ])
    .await;
}

#[tokio::test]
async fn a_token_with_a_signature_that_does_not_fit_is_refused() {
    let good = headed(&json!({}));
    let (input, signature) = good.rsplit_once('.').unwrap();
    let (head, _) = input.split_once('.').unwrap();
    let other = URL_SAFE_NO_PAD.encode(claims().to_string().replace("1101", "1102"));
    let mut bytes = URL_SAFE_NO_PAD.decode(signature).unwrap();
    bytes[100] ^= 1;
    let changed = URL_SAFE_NO_PAD.encode(bytes);
    let other_key = token(&header(), &claims(), &KEYS[1]);
    let wrong = "its signature is wrong";
    refused([
        ("somebody else's key", other_key, wrong),
        ("none", format!("{input}."), wrong),
        ("one other bit", format!("{input}.{changed}"), wrong),
        ("half", format!("{input}.{}", &signature[..40]), wrong),
        ("other claims", format!("{head}.{other}.{signature}"), wrong),
    ])
    .await;
}

#[tokio::test]
async fn a_token_with_a_header_that_means_something_else_is_refused() {
    let good = headed(&json!({}));
    let kid = |kid: Value| headed(&json!({ "kid": kid }));
    let typ = |typ: &str| headed(&json!({ "typ": typ }));
    let extended = headed(&json!({"crit": ["b64"], "b64": false}));
    let (unknown, other, unreadable) = (
        "a key that is not known",
        "a token of another kind",
        "it cannot be read",
    );
    refused([
        ("wrong kid", kid(json!("second")), unknown),
        ("a path as kid", kid(json!("../first")), unknown),
        ("an empty kid", kid(json!("")), unknown),
        ("a number as kid", kid(json!(1)), unreadable),
        ("10 kB of kid", kid(json!("x".repeat(10_000))), unknown),
        (
            "20 kB of kid",
            kid(json!("x".repeat(20_000))),
            "it is too long",
        ),
        ("an access token", typ("at+jwt"), other),
        ("an access token", typ("application/AT+JWT"), other),
        ("a logout token", typ("logout+jwt"), other),
        ("an extension", extended, "without extensions"),
        (
            "two parts",
            good[..good.rfind('.').unwrap()].to_owned(),
            unreadable,
        ),
        ("four parts", format!("{good}.x"), unreadable),
        ("five parts", format!("{good}.x.y"), unreadable),
        ("nothing", String::new(), unreadable),
        ("words", "not a token at all".to_owned(), unreadable),
    ])
    .await;
}

#[tokio::test]
async fn keys_and_addresses_of_keys_in_a_token_are_ignored() {
    let provider = Provider::start().await;
    let somewhere = provider.server.uri();
    let changes = json!({
        "jku": format!("{somewhere}/jku"),
        "x5u": format!("{somewhere}/x5u"),
        "jwk": jwk("first", &KEYS[1]),
        "x5c": ["AAAA"],
    });
    let header = with(header(), &changes);
    provider.answer("/token", granted(&token(&header, &claims(), &KEYS[0])));
    assert!(provider.finish(&open_id()).await.is_ok());
    provider.answer("/token", granted(&token(&header, &claims(), &KEYS[1])));
    let reason = refusal(provider.finish(&open_id()).await);
    assert!(reason.contains("its signature is wrong"), "{reason}");
    assert!(provider.requests("/jku").await.is_empty());
    assert!(provider.requests("/x5u").await.is_empty());
}

#[tokio::test]
async fn a_token_that_says_something_else_is_refused() {
    let provider = Provider::start().await;
    let time = now().as_second();
    let (from, meant, issued, subject, attempt) = (
        "it is from somebody else",
        "it is meant for another application",
        "it was issued to another application",
        "does not properly say who",
        "it answers another attempt",
    );
    let table = [
        (json!({"iss": "https://evil.example"}), from),
        (json!({"iss": "https://google.sandbox/"}), from),
        (json!({"iss": "http://google.sandbox"}), from),
        (json!({"iss": "google.sandbox"}), from),
        (json!({"iss": "https://GOOGLE.sandbox"}), from),
        (json!({"iss": "accounts.google.com"}), from),
        (json!({"iss": "https://accounts.google.com"}), from),
        (json!({"iss": ""}), from),
        (json!({"aud": "other.apps.google.sandbox"}), meant),
        (json!({"aud": format!("{CLIENT} ")}), meant),
        (json!({"aud": ""}), meant),
        (json!({"aud": []}), meant),
        (json!({"aud": ["other", "another"], "azp": CLIENT}), meant),
        (json!({"azp": "other"}), issued),
        (json!({"azp": ""}), issued),
        (json!({"aud": [CLIENT, "other"], "azp": "other"}), issued),
        (
            json!({"aud": [CLIENT, "other"]}),
            "which application it was issued to",
        ),
        (json!({"nonce": "canary-nonce2"}), attempt),
        (json!({"nonce": "Canary-nonce"}), attempt),
        (json!({"nonce": "canary-nonc"}), attempt),
        (json!({"nonce": ""}), attempt),
        (json!({"exp": time - 60}), "it has expired"),
        (json!({"exp": 1_700_000_000.5}), "it has expired"),
        (json!({"exp": 0}), "it has expired"),
        (json!({"exp": -1e300}), "it has expired"),
        (json!({"iat": time + 61}), "it is from the future"),
        (json!({"iat": 1e300}), "it is from the future"),
        (json!({"nbf": time + 61}), "it is from the future"),
        (json!({"sub": ""}), subject),
        (json!({"sub": "1".repeat(256)}), subject),
        (json!({"sub": "é"}), subject),
        (json!({"sub": "a\nb"}), subject),
    ];
    let open_id = open_id();
    for (changes, flaw) in table {
        provider.issue(&with(claims(), &changes));
        let reason = refusal(provider.finish(&open_id).await);
        assert!(reason.contains(flaw), "{changes}: {reason}");
    }
}

#[tokio::test]
async fn a_token_without_one_of_the_required_claims_is_refused() {
    let provider = Provider::start().await;
    let open_id = open_id();
    for claim in ["iss", "sub", "aud", "exp", "iat", "nonce"] {
        for odd in [Value::Null, json!({}), json!([7])] {
            provider.issue(&with(claims(), &json!({ claim: odd })));
            let reason = refusal(provider.finish(&open_id).await);
            assert!(reason.contains("it is not complete"), "{claim}: {reason}");
        }
    }
    for odd in [json!("[1, 2]"), json!([]), json!("text"), json!(7)] {
        provider.issue(&odd);
        let reason = refusal(provider.finish(&open_id).await);
        assert!(reason.contains("it is not complete"), "{odd}: {reason}");
    }
}

#[tokio::test]
async fn tokens_that_the_specification_allows_are_accepted() {
    let provider = Provider::start().await;
    let time = now().as_second();
    let open_id = open_id();
    for changes in [
        json!({"exp": time - 59, "iat": time + 60, "nbf": time + 60}),
        json!({"exp": 1_900_000_000.5}),
        json!({"aud": [CLIENT]}),
        json!({"aud": [CLIENT], "azp": CLIENT}),
        json!({"aud": [CLIENT, "other"], "azp": CLIENT}),
        json!({"azp": CLIENT}),
        json!({"sub": "x".repeat(255)}),
        json!({"sub": "auth0|a b/c@d~"}),
        json!({"unheard_of": {"a": [1]}}),
    ] {
        provider.issue(&with(claims(), &changes));
        let result = provider.finish(&open_id).await;
        assert!(result.is_ok(), "{changes}: {result:?}");
    }
    for changes in [
        json!({"typ": null}),
        json!({"typ": "jwt"}),
        json!({"kid": null}),
    ] {
        let header = with(header(), &changes);
        provider.answer("/token", granted(&token(&header, &claims(), &KEYS[0])));
        let result = provider.finish(&open_id).await;
        assert!(result.is_ok(), "{changes}: {result:?}");
    }
}

#[tokio::test]
async fn google_may_name_itself_without_a_scheme() {
    let issuer = "https://accounts.google.com";
    let provider = Provider::blank(&["accounts.google.com"]).await;
    provider.discovery(&json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/o/oauth2/v2/auth"),
        "token_endpoint": format!("{issuer}/token"),
        "jwks_uri": format!("{issuer}/keys"),
    }));
    provider.answer("/keys", ok(&json!({"keys": [jwk("first", &KEYS[0])]})));
    let google = OpenId::new(issuer.parse().unwrap(), CLIENT.to_owned());
    for named in [issuer, "accounts.google.com"] {
        provider.issue(&with(claims(), &json!({"iss": named})));
        assert_eq!(provider.finish(&google).await.unwrap().issuer, issuer);
    }
    provider.issue(&claims());
    let reason = refusal(provider.finish(&google).await);
    assert!(reason.contains("it is from somebody else"), "{reason}");
}

#[tokio::test]
async fn an_address_is_certain_only_where_the_provider_is_its_authority() {
    let provider = Provider::start().await;
    let open_id = open_id();
    let (gmail, other, yes, none) = ("ada@gmail.com", "ada@example.com", json!(true), json!(null));
    let table = [
        (gmail, yes.clone(), none.clone(), true),
        ("Ada@GMail.com", yes.clone(), none.clone(), true),
        ("ada@googlemail.com", yes.clone(), none.clone(), true),
        (gmail, json!("true"), none.clone(), true),
        (gmail, json!("TRUE"), none.clone(), false),
        (gmail, json!(1), none.clone(), false),
        (gmail, json!(false), none.clone(), false),
        (gmail, json!("false"), none.clone(), false),
        (gmail, none.clone(), none.clone(), false),
        ("ada@notgmail.com", yes.clone(), none.clone(), false),
        (
            "ada@gmail.com.evil.example",
            yes.clone(),
            none.clone(),
            false,
        ),
        (other, yes.clone(), none.clone(), false),
        (other, yes.clone(), json!("example.com"), true),
        (other, yes.clone(), json!("Example.COM"), true),
        (other, yes.clone(), json!("other.example"), false),
        (other, yes.clone(), json!(""), false),
        (other, yes.clone(), json!(true), false),
        (other, json!(false), json!("example.com"), false),
        (other, none, json!("example.com"), false),
        ("ada@a.example.com", yes, json!("example.com"), false),
    ];
    for (email, verified, hd, certain) in table {
        let changes = json!({"email": email, "email_verified": verified, "hd": hd});
        provider.issue(&with(claims(), &changes));
        let profile = provider.finish(&open_id).await.unwrap();
        assert_eq!(profile.email, Email::parse(email).ok(), "{changes}");
        assert_eq!(profile.email_is_certain, certain, "{changes}");
    }
}

#[tokio::test]
async fn an_address_that_is_no_address_is_dropped() {
    let provider = Provider::start().await;
    let open_id = open_id();
    for email in [
        json!(null),
        json!(""),
        json!("no address"),
        json!("ada@gmail.com\r\nBcc: eve@evil.example"),
        json!("\u{212a}ate@gmail.com"),
        json!(["ada@gmail.com"]),
    ] {
        let changes = json!({"email": email, "hd": "gmail.com"});
        provider.issue(&with(claims(), &changes));
        let profile = provider.finish(&open_id).await.unwrap();
        assert_eq!(
            (profile.email, profile.email_is_certain),
            (None, false),
            "{email}"
        );
    }
}

#[tokio::test]
async fn a_name_that_is_no_name_is_dropped() {
    let provider = Provider::start().await;
    let open_id = open_id();
    for name in [
        json!(null),
        json!(""),
        json!("a\nb"),
        json!("x".repeat(81)),
        json!({"a": 1}),
    ] {
        provider.issue(&with(claims(), &json!({"name": name})));
        assert_eq!(
            provider.finish(&open_id).await.unwrap().name,
            None,
            "{name}"
        );
    }
}
