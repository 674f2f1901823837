//! Writing down a decision about posts: everything that it changes, at once or not at all.

use std::collections::HashSet;

use domain::post::{Change, Moved};
use domain::{AccountId, ContentHash, Member, Permission, Post, Publication, Status, Team};
use serde::Serialize;

use super::history;
use crate::Store;
use crate::activity::append;
use crate::chores::{self, Chore};
use crate::error::{Error, Result};
use crate::item::{number, text, to_item, with_expiry};
use crate::keys::{self, Key};
use crate::publishing::{self, due_row, open_row};
use crate::teams::member_may;
use crate::transaction::{Cancelled, MOST_WRITES, Write};

/// For how long after its time the row of a taken slot stays: nobody asks for it any more.
const SLOT_LIFETIME: jiff::SignedDuration = jiff::SignedDuration::from_hours(24);

/// What a decision rests on: it is only written while this holds.
#[derive(Clone, Copy, Debug, Default)]
pub struct Guard<'a> {
    /// The member who decided, and what that takes.
    pub member: Option<(&'a Member, Permission)>,
    /// How the team works.
    pub team: Option<&'a Team>,
}

impl Guard<'_> {
    fn writes(&self) -> Vec<Write> {
        let member = self.member.map(|(member, may)| member_may(member, may));
        let team = self.team.map(|team| {
            Write::check(keys::team(team.id)).only_if(
                "#revision = :team_revision",
                &[(":team_revision", number(team.revision))],
            )
        });
        member.into_iter().chain(team).collect()
    }
}

/// The row of the slot that a post has taken of a queue.
pub(super) fn slot(post: &Post) -> Option<Key> {
    let holds = !matches!(post.status, Status::Cancelled);
    let timing = post.timing.as_ref().filter(|_| holds)?;
    Some(keys::slot(timing.queue?, timing.schedule.publish_at))
}

/// What is to be done about a post: its row on the team's list, or that there is none.
pub(super) fn todo(post: &Post, publications: &[Publication]) -> Result<Write> {
    let key = keys::todo_for_post(post.team, post.id);
    Ok(match post.todo(publications) {
        Some(todo) => {
            let mut item = to_item(&key, super::history::TODO, &todo)?;
            item.insert("post".into(), text(post.id.to_string()));
            Write::put(item)
        }
        None => Write::delete(key),
    })
}

/// Everything that one decision changes, but what may be written before it. Its first write is the post's.
fn writes(change: &Change) -> Result<Vec<Write>> {
    let Change { before, post, .. } = change;
    let item = super::write(post)?;
    let mut writes = vec![match before {
        None => Write::create(item),
        Some(before) => Write::put(item).only_if(
            "#version = :version",
            &[(":version", number(before.version))],
        ),
    }];
    writes.push(append(&change.activity)?);
    if change.is_new_edition() {
        writes.push(history::edition(post)?);
    }
    if let Some(feedback) = &change.feedback {
        writes.push(history::feedback(post.id, feedback)?);
    }
    for moved in change.publications.iter().filter(|moved| moved.is_change()) {
        writes.extend(publication(moved)?);
    }
    let had_todo = match before {
        Some(before) => before.todo(&before_all(change)).is_some(),
        None => false,
    };
    let now = change.publications_now();
    if had_todo || post.todo(&now).is_some() {
        writes.push(todo(post, &now)?);
    }
    let (was, is) = (
        before.as_ref().and_then(Chore::of_post),
        Chore::of_post(post),
    );
    if was != is {
        writes.extend(was.as_ref().map(chores::done));
    }
    let (was, is) = (before.as_ref().and_then(slot), slot(post));
    if was != is {
        writes.extend(was.map(Write::delete));
        writes.extend(is.as_ref().map(|key| take(key, post)).transpose()?);
    }
    Ok(writes)
}

/// What may be written before a decision, because it does no harm when that fails: a snapshot is known by its hash, and a chore that its post
/// does not know of is dropped.
fn ahead(change: &Change, kept: &mut HashSet<ContentHash>) -> Result<Vec<Write>> {
    let mut writes = Vec::new();
    // Posts that say the same at the same time share one, and no transaction writes an item twice.
    if let Some(approved) = change.approved.as_ref().filter(|it| kept.insert(it.hash())) {
        writes.push(super::snapshot(approved)?);
    }
    let was = change.before.as_ref().and_then(Chore::of_post);
    if let Some(chore) = Chore::of_post(&change.post).filter(|is| was.as_ref() != Some(is)) {
        writes.push(chores::put(&chore)?);
    }
    Ok(writes)
}

fn before_all(change: &Change) -> Vec<Publication> {
    let before = change.publications.iter();
    before.filter_map(|moved| moved.before.clone()).collect()
}

/// A slot is taken by one post only.
fn take(key: &Key, post: &Post) -> Result<Write> {
    #[derive(Serialize)]
    struct Slot {
        post: String,
    }
    let body = Slot {
        post: post.id.to_string(),
    };
    let at = post
        .timing
        .as_ref()
        .map(|timing| timing.schedule.publish_at);
    let item = to_item(key, "slot", &body)?;
    Ok(Write::create(match at {
        Some(at) => with_expiry(item, at + SLOT_LIFETIME),
        None => item,
    }))
}

/// A publication with the rows by which it is found.
fn publication(moved: &Moved) -> Result<Vec<Write>> {
    let Moved { before, after } = moved;
    let item = publishing::write(after)?;
    let mut writes = vec![match before {
        None => Write::create(item),
        Some(before) => Write::put(item).only_if(
            "#revision = :revision",
            &[(":revision", number(before.revision))],
        ),
    }];
    let due = |publication: &Publication| publication.is_due_sometime();
    let leaves = before
        .as_ref()
        .filter(|before| due(before) && (!due(after) || before.next_at != after.next_at));
    writes.extend(
        leaves.map(|before| Write::delete(keys::due(before.next_at, before.post, before.id))),
    );
    let was_due = before.as_ref().is_some_and(due);
    if due(after) && (!was_due || leaves.is_some()) {
        writes.push(due_row(after)?);
    }
    let was_open = before.as_ref().is_some_and(Publication::is_open);
    match (was_open, after.is_open()) {
        (false, true) => writes.push(open_row(after)?),
        (true, false) => writes.push(Write::delete(keys::open(
            after.account,
            after.post,
            after.id,
        ))),
        _ => {}
    }
    Ok(writes)
}

impl Store {
    /// Keeps a decision about a post, while what it rests on holds.
    pub async fn save_post(&self, change: &Change, guard: &Guard<'_>) -> Result<()> {
        self.save_posts(std::slice::from_ref(change), guard).await
    }

    /// Keeps decisions about several posts: all of them or none.
    pub async fn save_posts(&self, changes: &[Change], guard: &Guard<'_>) -> Result<()> {
        let mut all = guard.writes();
        for change in changes {
            all.extend(writes(change)?);
            // A new account of the post must still be the team's at that moment.
            let had = |account: &AccountId| {
                let before = change.before.as_ref();
                before.is_some_and(|before| before.accounts.contains(account))
            };
            let team = change.post.team;
            let new = change.post.accounts.iter().filter(|account| !had(account));
            all.extend(
                new.map(|account| Write::check(keys::account(team, *account)).only_if_it_exists()),
            );
        }
        if all.len() > MOST_WRITES {
            return Err(Error::TooMuch {
                writes: all.len(),
                most: MOST_WRITES,
            });
        }
        let (mut ahead, mut kept) = (Vec::new(), HashSet::new());
        for change in changes {
            ahead.extend(self::ahead(change, &mut kept)?);
        }
        if all.len() + ahead.len() <= MOST_WRITES {
            all.extend(ahead);
        } else {
            self.transact(ahead).await?;
        }
        let has_member = guard.member.is_some();
        self.transact(all)
            .await
            .map_err(|cancelled| forbidden_first(cancelled, has_member))
    }
}

/// In these transactions the member's role is the first condition, where there is one.
fn forbidden_first(cancelled: Cancelled, has_member: bool) -> Error {
    if has_member && cancelled.at(0) {
        Error::Forbidden
    } else {
        cancelled.into()
    }
}
