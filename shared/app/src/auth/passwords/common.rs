//! The passwords that many people use, as fingerprints: nobody reads somebody's password here, and a look-up needs no start-up.

use std::collections::BTreeSet;

use aws_lc_rs::digest::{SHA256, digest};
use unicode_normalization::UnicodeNormalization;

use super::MIN_CHARACTERS;

/// The first bytes of the SHA-256 of each password in lower case, in order. They are the 9728 passwords of 15 characters and more
/// among the million most frequent ones of the collection SecLists; ASVS 6.2.4 asks for the first 3000 that are long enough.
/// `cargo run -p app --example common_passwords` writes them.
static FINGERPRINTS: &[u8] = include_bytes!("common.bin");

type Fingerprint = [u8; 8];

/// Whether this password, in lower case, is one of them, as it is or with digits and signs around it.
pub(super) fn contains(password: &str) -> bool {
    let bare = password.trim_matches(|character: char| !character.is_alphabetic());
    is_listed(password) || is_listed(bare)
}

fn is_listed(password: &str) -> bool {
    let (fingerprints, _) = FINGERPRINTS.as_chunks();
    fingerprints.binary_search(&fingerprint(password)).is_ok()
}

fn fingerprint(password: &str) -> Fingerprint {
    let mut fingerprint = Fingerprint::default();
    for (byte, of_digest) in fingerprint
        .iter_mut()
        .zip(digest(&SHA256, password.as_bytes()).as_ref())
    {
        *byte = *of_digest;
    }
    fingerprint
}

/// The fingerprints of a list of passwords, one on each line, as this file's list of them is stored. Those that are too short to be chosen are left out.
pub fn fingerprints(passwords: &str) -> Vec<u8> {
    let all: BTreeSet<Fingerprint> = passwords
        .lines()
        .map(|line| line.nfkc().collect::<String>().to_lowercase())
        .filter(|line| line.chars().count() >= MIN_CHARACTERS)
        .map(|line| fingerprint(&line))
        .collect();
    all.into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_more_than_three_thousand_fingerprints_in_order() {
        let (fingerprints, rest) = FINGERPRINTS.as_chunks::<8>();
        assert!(fingerprints.len() > 3_000 && rest.is_empty());
        assert!(fingerprints.is_sorted_by(|a, b| a < b));
    }

    #[test]
    fn a_list_is_stored_in_order_without_what_is_too_short() {
        let stored = fingerprints("passwordpassword\nshort\nPASSWORDPASSWORD\nqwertyuiopasdfgh\n");
        let (stored, _) = stored.as_chunks();
        let mut expected = ["passwordpassword", "qwertyuiopasdfgh"].map(fingerprint);
        expected.sort_unstable();
        assert_eq!(stored, expected);
    }
}
