//! The rules, and that they hold.

mod counted;
mod files;
mod options;
mod properties;
mod shown;
mod texts;

use domain::Platform;
use strum::IntoEnumIterator;

use super::{Applies, rules};
use crate::publisher;

#[test]
fn every_platform_has_rules_of_its_own() {
    for platform in Platform::iter() {
        let rules = rules(platform);
        assert_eq!(rules.platform, platform);
        assert!(rules.documentation.starts_with("https://"), "{platform}");
        assert!(rules.text.iter().any(|limit| !limit.advice), "{platform}");
        assert!(
            !rules.requires_media || rules.media.most > 0,
            "{platform}: what needs files takes some"
        );
    }
}

#[test]
fn files_that_are_taken_have_types_of_their_kind_and_a_number_that_fits() {
    for platform in Platform::iter() {
        let media = &rules(platform).media;
        for kind in [
            domain::MediaKind::Image,
            domain::MediaKind::Animation,
            domain::MediaKind::Video,
            domain::MediaKind::Document,
        ] {
            let Some(file) = media.of(kind) else { continue };
            assert!(!file.types.is_empty(), "{platform} {kind}");
            assert!(
                file.types.iter().all(|one| one.kind() == kind),
                "{platform} {kind}"
            );
            assert!((1..=media.most).contains(&file.most), "{platform} {kind}");
        }
    }
}

#[test]
fn every_text_has_a_limit_whatever_files_it_has() {
    for platform in Platform::iter() {
        let limits = || rules(platform).text.iter().filter(|limit| !limit.advice);
        let any = |one: Applies, other: Applies| {
            limits().any(|limit| limit.applies == Applies::Always || limit.applies == one)
                && limits().any(|limit| limit.applies == Applies::Always || limit.applies == other)
        };
        assert!(
            any(Applies::WithMedia, Applies::WithoutMedia)
                || any(Applies::WithImages, Applies::WithVideo),
            "{platform}"
        );
    }
}

#[test]
fn a_platform_with_threads_lets_every_part_of_a_post_stand() {
    for platform in Platform::iter() {
        let parts = rules(platform).threads.unwrap_or(25);
        assert_eq!(parts as usize, domain::content::MAX_PARTS + 1, "{platform}");
    }
}

#[test]
fn rules_and_publishers_are_of_the_same_platforms() {
    for platform in Platform::iter() {
        if let Some(publisher) = publisher(platform) {
            assert_eq!(publisher.capabilities().platform, rules(platform).platform);
        }
    }
}
