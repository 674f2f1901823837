//! How secrets are made and compared: what the whole of the code must keep to is read off the code.

use std::path::{Path, PathBuf};

use super::template::{file, read};

/// The only file that asks the system for chance.
const CHANCE: &str = "shared/app/src/random.rs";
/// The least that a secret of ours consists of (ASVS 5.0.0, 11.5.1): 128 bits.
const LEAST_BYTES: usize = 16;

/// Every source file of what is deployed, without its tests.
fn sources() -> Vec<(String, String)> {
    let mut found = Vec::new();
    for folder in [
        "shared/domain",
        "shared/media",
        "shared/store",
        "shared/platforms",
        "shared/app",
        "functions",
    ] {
        collect(&file(folder).join("src"), &mut found);
    }
    assert!(found.len() > 150, "only {} files", found.len());
    found
}

fn collect(folder: &Path, found: &mut Vec<(String, String)>) {
    let mut entries: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    entries.sort();
    for path in entries {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let is_test = name.starts_with("tests") || name.starts_with("conformance");
        if path.is_dir() && !is_test {
            collect(&path, found);
        } else if path.extension().is_some_and(|kind| kind == "rs") && !is_test {
            let text = std::fs::read_to_string(&path).unwrap();
            let deployed = text
                .split("#[cfg(test)]\nmod tests {")
                .next()
                .unwrap_or_default();
            found.push((path.display().to_string(), deployed.to_owned()));
        }
    }
}

#[test]
fn no_secret_is_compared_in_a_time_that_tells_of_it() {
    for (path, text) in sources() {
        for (number, line) in text.lines().enumerate() {
            let compares = line.contains("==") || line.contains("!=");
            assert!(
                !(compares && line.contains("expose_secret")),
                "{path}:{}: {line}",
                number + 1
            );
        }
    }
    // What is presented and recomputed is compared by the library, and what is stored by its hash.
    let keys = read("shared/app/src/keys.rs");
    assert!(
        keys.contains("hmac::verify(") && !keys.contains("hmac::sign(key, message).as_ref() ==")
    );
    assert!(read("shared/platforms/src/tokens.rs").contains("verify_slices_are_equal(ours"));
}

#[test]
fn chance_has_one_source_and_no_secret_has_less_than_128_bits() {
    for (path, text) in sources() {
        let asks = text.contains("aws_lc_rs::rand")
            || text.contains("rand::")
            || text.contains("getrandom");
        assert_eq!(asks, path.ends_with(CHANCE), "{path}");
    }
    for manifest in [
        "shared/domain",
        "shared/store",
        "shared/platforms",
        "shared/app",
        "functions",
    ] {
        let manifest = read(&format!("{manifest}/Cargo.toml"));
        for other in ["\nrand", "\nfastrand", "\ngetrandom", "\noorandom"] {
            assert!(!manifest.contains(other), "{other} in {manifest}");
        }
    }
    // States, cookies and seeds; a worker's name is told from others by less, and opens nothing.
    let trip = read("functions/src/auth/trip.rs");
    let bytes = trip.split("const RANDOM_BYTES: usize = ").nth(1).unwrap();
    let bytes: usize = bytes.split(';').next().unwrap().parse().unwrap();
    assert!(bytes >= 2 * LEAST_BYTES, "{bytes}");
    assert_ne!(app::random::bytes::<LEAST_BYTES>(), app::random::bytes());
}
