//! Posts on their way: single decisions, and histories at random.

mod coverage;
mod deciding;
mod histories;

use jiff::{SignedDuration, Timestamp};

use super::*;
use crate::account::{Access, Account, AccountStatus, Platform};
use crate::activity::Entry;
use crate::ids;
use crate::ids::PublicationId;
use crate::schedule::DEFAULT_MAX_LATE;
use crate::team::{Member, Role, Settings};
use crate::text::{AccountName, Note, PostText};

pub(super) fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

pub(super) fn id<T: type_safe_id::StaticType>(n: u64) -> type_safe_id::TypeSafeId<T> {
    let mut entropy = [0; 10];
    entropy[..8].copy_from_slice(&n.to_be_bytes());
    ids::new(at(1), entropy)
}

pub(super) fn entry(n: u64) -> Entry {
    Entry::system(id(n))
}

pub(super) fn member(n: u8, role: Role) -> Member {
    Member {
        team: id(1),
        user: id(100 + u64::from(n)),
        role,
        joined_at: at(1),
    }
}

pub(super) fn account(n: u8) -> Account {
    Account {
        id: id(n.into()),
        team: id(1),
        platform: Platform::Mastodon,
        host: "mastodon.example".into(),
        remote_id: n.to_string(),
        handle: format!("@{n}@mastodon.example"),
        name: AccountName::parse("Name").unwrap(),
        url: "https://mastodon.example/@n".into(),
        max_characters: None,
        status: AccountStatus::Active,
        problem: None,
        access: Access::default(),
        grant: n.to_string(),
        token_generation: 1,
        connected_by: id(100),
        connected_at: at(1),
        checked_at: at(1),
        chore_at: at(1),
        unsettled: false,
        posting_times: None,
        revision: 1,
    }
}

pub(super) fn asks() -> Settings {
    Settings {
        approval_required: true,
        ..Settings::default()
    }
}

pub(super) fn says(text: &str) -> Content {
    Content::of_text(PostText::parse(text).unwrap())
}

pub(super) fn draft<'a>(text: &str, accounts: &'a [Account]) -> Draft<'a> {
    Draft {
        content: says(text),
        accounts,
        labels: Vec::new(),
        assignee: None,
    }
}

pub(super) fn timing(second: i64, now: Timestamp) -> Timing {
    let when = When::Instant(at(second));
    Timing::new(when, None, DEFAULT_MAX_LATE, "/publish_at", now).unwrap()
}

pub(super) fn note(text: &str) -> Note {
    Note::parse(text).unwrap()
}

/// Ids of publications, one after another.
pub(super) fn counting(from: u64) -> impl FnMut() -> PublicationId {
    let mut n = from;
    move || {
        n += 1;
        id(n)
    }
}

pub(super) const HOUR: SignedDuration = SignedDuration::from_hours(1);
