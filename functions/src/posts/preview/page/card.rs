//! A post on one account, ready to be drawn.

use std::collections::BTreeSet;

use domain::{Account, Locale, Platform};
use platforms::rules::{Count, Finding, LinkCard, PartPreview};

use super::extras::Extras;
use super::gallery::{Addresses, Gallery};
use super::text::Text;
use super::words;
use crate::posts::preview::view::Shown;

/// A post on one account.
#[derive(Debug)]
pub(super) struct Card {
    /// Its place on the page, from 0.
    pub(super) number: usize,
    pub(super) platform: Platform,
    /// The platform as a class of the style.
    pub(super) class: String,
    /// What the account is called.
    pub(super) name: String,
    /// Its handle as the platform writes it.
    pub(super) handle: String,
    /// What stands in place of its picture.
    pub(super) initials: String,
    pub(super) title: Option<String>,
    pub(super) parts: Vec<PartCard>,
    pub(super) link: Option<LinkCard>,
    pub(super) first_comment: Option<PartCard>,
    pub(super) extras: Extras,
    pub(super) errors: Vec<Note>,
    pub(super) warnings: Vec<Note>,
}

/// Something that is wrong, or doubtful.
#[derive(Debug)]
pub(super) struct Note {
    pub(super) detail: String,
    /// How often it was found: of several files, say.
    pub(super) times: usize,
}

/// One text with its files.
#[derive(Debug)]
pub(super) struct PartCard {
    pub(super) text: Text,
    pub(super) gallery: Gallery,
    pub(super) counts: Vec<CountLine>,
}

/// How long a text is, in words.
#[derive(Debug)]
pub(super) struct CountLine {
    pub(super) words: String,
    /// How much of the limit is used, in hundredths: at most all of it.
    pub(super) used: usize,
    pub(super) is_over: bool,
}

impl Card {
    pub(super) fn new(
        locale: Locale,
        number: usize,
        shown: &Shown<'_>,
        addresses: &Addresses,
        style: &mut BTreeSet<String>,
    ) -> Self {
        let Shown {
            account,
            said,
            preview,
        } = shown;
        let platform = account.platform;
        let extras = Extras::new(locale, platform, said.options.as_ref());
        let mut part = |part: &PartPreview| {
            let gallery = Gallery::new((locale, platform), said, part, addresses, style);
            PartCard {
                text: Text::new(platform, part, words::more(locale, platform)),
                gallery: if extras.is_sensitive {
                    gallery.veiled(words::words(locale).sensitive)
                } else {
                    gallery
                },
                counts: part.counts.iter().map(|of| line(locale, of)).collect(),
            }
        };
        let (errors, warnings): (Vec<_>, Vec<_>) =
            preview.findings.iter().partition(|of| of.is_error());
        Self {
            number,
            platform,
            class: platform.to_string(),
            name: account.name.to_string(),
            handle: handle(account),
            initials: initials(account.name.as_str()),
            title: preview.title.clone(),
            parts: preview.parts.iter().map(&mut part).collect(),
            first_comment: preview.first_comment.as_ref().map(part),
            link: preview.link.clone().filter(|_| !extras.without_card),
            extras,
            errors: notes(&errors),
            warnings: notes(&warnings),
        }
    }

    /// The post itself, without what follows it.
    pub(super) fn first(&self) -> Option<&PartCard> {
        self.parts.first()
    }

    /// What stands in place of the platform's sign.
    pub(super) fn letter(&self) -> char {
        self.platform.title().chars().next().unwrap_or_default()
    }

    /// How it is with it, as a class of the style.
    pub(super) fn state(&self) -> &'static str {
        match (self.errors.is_empty(), self.warnings.is_empty()) {
            (false, _) => "bad",
            (true, false) => "doubt",
            (true, true) => "good",
        }
    }
}

/// What was found, each but once.
fn notes(findings: &[&Finding]) -> Vec<Note> {
    let mut notes: Vec<Note> = Vec::new();
    for finding in findings {
        match notes.iter_mut().find(|note| note.detail == finding.detail) {
            Some(note) => note.times += 1,
            None => notes.push(Note {
                detail: finding.detail.clone(),
                times: 1,
            }),
        }
    }
    notes
}

/// The first letters of the first and the last word of a name.
fn initials(name: &str) -> String {
    let letter = |word: &str| word.chars().find(|letter| letter.is_alphanumeric());
    let mut letters = name.split_whitespace().filter_map(letter);
    let first = letters.next();
    let both = first.into_iter().chain(letters.next_back());
    both.flat_map(char::to_uppercase).collect()
}

/// A handle as the platform writes it.
fn handle(account: &Account) -> String {
    let handle = account.handle.trim_start_matches('@');
    match account.platform {
        Platform::Mastodon
        | Platform::Bluesky
        | Platform::X
        | Platform::Telegram
        | Platform::TikTok
        | Platform::YouTube => format!("@{handle}"),
        Platform::Facebook
        | Platform::Instagram
        | Platform::Threads
        | Platform::LinkedIn
        | Platform::Discord
        | Platform::Slack
        | Platform::GoogleBusiness
        | Platform::Pinterest
        | Platform::Reddit => handle.to_owned(),
    }
}

fn line(locale: Locale, count: &Count) -> CountLine {
    let Count {
        unit,
        length,
        limit,
        remaining,
    } = *count;
    let separator = words::words(locale).thousands;
    let [length_words, limit_words] =
        [length, limit].map(|number| grouped(number as u64, separator));
    let left = grouped(remaining.unsigned_abs(), separator);
    let is_over = remaining < 0;
    CountLine {
        words: words::count(locale, unit, [&length_words, &limit_words, &left], is_over),
        used: (length * 100).div_ceil(limit.max(1)).min(100),
        is_over,
    }
}

/// A number with its digits in groups of three.
fn grouped(number: u64, separator: char) -> String {
    let digits = number.to_string();
    let mut grouped = String::with_capacity(digits.len() * 4 / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push(separator);
        }
        grouped.push(digit);
    }
    grouped
}
