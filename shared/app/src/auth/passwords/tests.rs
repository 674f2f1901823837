//! Tests of what is accepted.

use super::*;

/// What the check says, for somebody called Ana Lee with the address ana.lee@….
fn refusal(text: &str) -> Option<String> {
    check(
        &SecretString::from(text),
        &["ana.lee", "Ana Lee", "tayang", "Blue Ocean Team"],
    )
    .err()
}

fn is_refused_for(text: &str, reason: &str) {
    let refusal = refusal(text).unwrap_or_else(|| panic!("{text} is accepted"));
    assert!(refusal.contains(reason), "{text}: {refusal}");
}

#[test]
fn fewer_than_fifteen_characters_or_more_than_1024_bytes_are_refused() {
    is_refused_for("", "at least 15 characters");
    is_refused_for("fourteen chars", "at least 15 characters");
    // Accents are no characters of their own, however they are typed.
    is_refused_for("cafe\u{301} tre\u{300}s noir", "at least 15 characters");
    assert_eq!(refusal("caf\u{e9} bien chaud"), None);

    let long = |bytes: usize| -> String { ('\u{4e00}'..).step_by(7).take(bytes / 3).collect() };
    assert_eq!(refusal(&format!("{}x", long(1023))), None);
    is_refused_for(&format!("{}xy", long(1023)), "at most 1024 bytes");
}

#[test]
fn passwords_that_many_people_use_are_refused() {
    for text in [
        "passwordpassword",
        "PasswordPassword",
        "passwordpassword99!",
        "123456789987654321",
        "qwertyuiopasdfgh",
        "1q2w3e4r5t6y7u8i",
        "111111111111111",
        "123456789012345",
        "stairwaytoheaven",
        "manchesterunited",
        "30secondstomars",
    ] {
        is_refused_for(text, "many people use");
    }
}

#[test]
fn repetitions_sequences_walks_over_the_keyboard_and_common_words_alone_are_refused() {
    for text in [
        "ggggggggggggggggg",
        "aaaaaaaaaaaaaaaaaaab",
        "123456789012345678",
        "iloveyouiloveyou",
        "xyxyxyxyxyxyxyxyx",
        "12345678901234567",
        "abcdefghijklmnopqr",
        "zyxwvutsrqponmlkj",
        "aabbccddeeffgghhii",
        "qwertzuiopasdfghjkl",
        "azertyuiopqsdfghjklm",
        "1qaz2wsx3edc4rfv5tgb6yhn",
        "zaq12wsxcde34rfvbgt5",
        "sunshine sunshine sunshine",
        "dragon-dragon-2026",
        "P@ssw0rdP@ssw0rd2025",
        "Summer2025Winter2026",
        "\u{1f600}\u{1f600}\u{1f600}\u{1f600}\u{1f600}\u{1f600}\u{1f600}\u{1f600}\u{1f600}\u{1f600}\u{1f600}\u{1f600}\u{1f600}\u{1f600}\u{1f600}",
    ] {
        is_refused_for(text, "repetitions, sequences");
    }
}

#[test]
fn names_addresses_and_the_name_of_the_service_are_refused_with_trivial_additions_too() {
    for text in [
        "ana.leeana.lee123",
        "Ana Lee Ana Lee 1990",
        "AnaLee-Tayang-2026!",
        "tayangtayang1234",
        "t4y4ng T4Y4NG t4y4ng",
        "blueocean_blueocean",
        "Blue Ocean Team 77",
        "ocean.team.ana.lee",
    ] {
        is_refused_for(text, "your name, your address");
    }
    // The same words do no harm beside enough others.
    assert_eq!(refusal("ana sells violets at tayang"), None);
    assert!(check(&SecretString::from("blueocean_quartz_yonder"), &[]).is_ok());
    assert!(
        check(
            &SecretString::from("banana split for two"),
            &["a", "", "--", "an"]
        )
        .is_ok()
    );
}

#[test]
fn passphrases_and_random_passwords_are_accepted_without_any_rule_of_composition() {
    for text in [
        "correct horse battery",
        "correct horse battery staple",
        "pepper orange tiger guitar",
        "my dog is called rex",
        "das pferd frisst keinen gurkensalat",
        "\u{43b}\u{43e}\u{448}\u{430}\u{434}\u{44c} \u{441}\u{43a}\u{440}\u{435}\u{43f}\u{43a}\u{430} \u{431}\u{430}\u{442}\u{430}\u{440}\u{435}\u{44f}",
        "\u{6625}\u{7720}\u{4e0d}\u{89c9}\u{6653}\u{5904}\u{5904}\u{95fb}\u{557c}\u{9e1f}\u{591c}\u{6765}\u{98ce}\u{96e8}\u{58f0}",
        "749203851662047",
        "kqzvhtwmepxgrba",
        "f3a9c07be41d586e20",
        "Xk9#mQ2$vL7!pR4",
    ] {
        assert_eq!(refusal(text), None, "{text}");
    }
    let phrase = "long passphrase ".repeat(20);
    assert_eq!(refusal(&phrase), None);
}

#[test]
fn spaces_count_and_are_kept() {
    assert_eq!(refusal(" a lake in the fog "), None);
    is_refused_for("               ", "repetitions");
}

#[test]
fn a_refusal_does_not_repeat_the_password() {
    for text in ["canarycanary", "canary1canary1canary1", "canarytayang2026"] {
        let refusal = check(&SecretString::from(text), &["canary", "tayang"]).unwrap_err();
        assert!(!refusal.contains("canary"), "{refusal}");
    }
}
