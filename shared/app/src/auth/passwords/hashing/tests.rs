//! Tests of hashing and verifying.

use super::*;

fn pepper() -> Pepper {
    Pepper::new(&[7; 32])
}

fn secret(text: &str) -> SecretString {
    SecretString::from(text)
}

async fn is_password(text: &str, stored: &str) -> bool {
    let verdict = verify(&secret(text), Some(stored), &pepper()).await;
    verdict.unwrap().matches
}

/// A hash with costs and a pepper of its own.
fn hashed(text: &str, (m, t, p): (u32, u32, u32), pepper: Option<&Pepper>) -> String {
    let mut params = ParamsBuilder::new();
    params.m_cost(m).t_cost(t).p_cost(p);
    let hasher = match pepper {
        Some(pepper) => {
            params.keyid(KeyId::new(&pepper.id).unwrap());
            let key = pepper.key.expose_secret();
            Argon2::new_with_secret(key, ALGORITHM, VERSION, params.build().unwrap()).unwrap()
        }
        None => Argon2::new(ALGORITHM, VERSION, params.build().unwrap()),
    };
    hasher.hash_password(text.as_bytes()).unwrap().to_string()
}

const UP_TO_DATE: Verdict = Verdict {
    matches: true,
    outdated: false,
};
const OUTDATED: Verdict = Verdict {
    matches: true,
    outdated: true,
};
const NO_MATCH: Verdict = Verdict {
    matches: false,
    outdated: false,
};
const NOW: (u32, u32, u32) = (MEMORY_KIB, PASSES, LANES);

#[tokio::test]
async fn a_password_verifies_in_either_unicode_form_and_no_other_does() {
    let composed = secret("caf\u{e9} au lait complet");
    let decomposed = secret("cafe\u{301} au lait complet");
    for (set, typed) in [(&composed, &decomposed), (&decomposed, &composed)] {
        let stored = hash(set, &pepper()).await.unwrap();
        let verdict = verify(typed, Some(&stored), &pepper()).await.unwrap();
        assert_eq!(verdict, UP_TO_DATE);
        assert!(!is_password("another password", &stored).await);
    }
}

#[tokio::test]
async fn a_hash_says_algorithm_version_costs_and_pepper_and_never_comes_twice() {
    let password = secret("correct horse battery");
    let first = hash(&password, &pepper()).await.unwrap();
    let second = hash(&password, &pepper()).await.unwrap();
    let start = "$argon2id$v=19$m=19456,t=2,p=1,keyid=";
    assert!(first.starts_with(start), "{first}");
    assert_ne!(first, second);
    let parsed = PasswordHash::new(&first).unwrap();
    assert_eq!(Params::try_from(&parsed).unwrap().keyid(), pepper().id);
    assert_eq!(parsed.salt.unwrap().len(), SALT_BYTES);
    assert_eq!(parsed.hash.unwrap().len(), OUTPUT_BYTES);
}

#[tokio::test]
async fn every_byte_up_to_the_last_counts() {
    for length in [64, 72, MAX_BYTES] {
        let password = "x".repeat(length);
        let stored = hash(&secret(&password), &pepper()).await.unwrap();
        let shorter = &password[..length - 1];
        assert!(is_password(&password, &stored).await, "{length}");
        assert!(!is_password(shorter, &stored).await, "{length}");
        assert!(!is_password(&format!("{shorter}y"), &stored).await);
        assert!(!is_password(&format!("{password}x"), &stored).await);
    }
    let long = secret(&"x".repeat(MAX_BYTES + 1));
    assert!(hash(&long, &pepper()).await.is_err());
}

#[tokio::test]
async fn an_overlong_password_does_not_even_match_the_empty_one() {
    let stored = hash(&secret(""), &pepper()).await.unwrap();
    assert!(is_password("", &stored).await);
    assert!(!is_password(&"x".repeat(MAX_BYTES + 1), &stored).await);
}

#[tokio::test]
async fn a_hash_without_pepper_or_with_lower_costs_matches_and_is_outdated() {
    let (password, pepper) = (secret("correct horse battery"), pepper());
    let verdict = async |costs, with: Option<&Pepper>| {
        let stored = hashed("correct horse battery", costs, with);
        verify(&password, Some(&stored), &pepper).await.unwrap()
    };
    assert_eq!(verdict(NOW, Some(&pepper)).await, UP_TO_DATE);
    assert_eq!(verdict((32_768, 3, 2), Some(&pepper)).await, UP_TO_DATE);
    assert_eq!(verdict(NOW, None).await, OUTDATED);
    assert_eq!(verdict((8_192, 2, 1), Some(&pepper)).await, OUTDATED);
    assert_eq!(verdict((19_456, 1, 1), Some(&pepper)).await, OUTDATED);
}

#[tokio::test]
async fn another_variant_or_version_of_argon2_matches_and_is_outdated() {
    let password = secret("correct horse battery");
    for (algorithm, version) in [(Algorithm::Argon2i, VERSION), (ALGORITHM, Version::V0x10)] {
        let old = Argon2::new(algorithm, version, Params::default());
        let stored = old.hash_password(b"correct horse battery").unwrap();
        let verdict = verify(&password, Some(&stored.to_string()), &pepper()).await;
        assert_eq!(verdict.unwrap(), OUTDATED);
    }
}

#[tokio::test]
async fn a_password_does_not_match_under_another_pepper_or_without_it() {
    let password = secret("correct horse battery");
    let stored = hash(&password, &pepper()).await.unwrap();
    let other = Pepper::new(&[8; 32]);
    let verdict = verify(&password, Some(&stored), &other).await.unwrap();
    assert_eq!(verdict, NO_MATCH);
    let keyid = stored.find(",keyid=").unwrap();
    let salt = keyid + stored[keyid..].find('$').unwrap();
    let stripped = format!("{}{}", &stored[..keyid], &stored[salt..]);
    assert!(!is_password("correct horse battery", &stripped).await);
}

#[tokio::test]
async fn nobody_is_verified_with_the_costs_of_everybody_and_never_matches() {
    let password = secret("correct horse battery");
    let verdict = verify(&password, None, &pepper()).await.unwrap();
    assert_eq!(verdict, NO_MATCH);

    let dummy = pepper().dummy().unwrap();
    let stored = hash(&password, &pepper()).await.unwrap();
    let real = PasswordHash::new(&stored).unwrap();
    assert_eq!(
        (dummy.algorithm, dummy.version),
        (real.algorithm, real.version)
    );
    assert_eq!(Params::try_from(&dummy), Params::try_from(&real));
    assert_eq!(dummy.salt.unwrap().len(), real.salt.unwrap().len());
}

#[tokio::test]
async fn a_stored_hash_that_is_broken_foreign_or_too_costly_is_an_error() {
    let too_costly = [
        (MAX_MEMORY_KIB + 1, 1, 1),
        (64, MAX_PASSES + 1, 1),
        (64, 1, 5),
    ];
    let costly = too_costly.map(|costs| hashed("x", costs, None));
    let rest = "$AAECAwQFBgcICQoLDA0ODw$AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";
    let foreign = format!("$scrypt$ln=17,r=8,p=1{rest}");
    let unfinished = "$argon2id$v=19$m=19456,t=2,p=1$AAECAwQFBgcICQoLDA0ODw";
    let broken = ["", "plain text", unfinished, &foreign];
    for stored in costly.iter().map(String::as_str).chain(broken) {
        let verdict = verify(&secret("x"), Some(stored), &pepper()).await;
        assert!(verdict.is_err(), "{stored}");
    }
}

#[test]
fn a_pepper_does_not_show_its_key() {
    let shown = format!("{:?}", Pepper::new(&[0xAB; 32]));
    assert!(!shown.contains("171, 171"), "{shown}");
}
