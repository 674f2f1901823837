//! Reading a team's log, all of it or what is wanted.

use aws_sdk_dynamodb::types::AttributeValue;
use domain::{AccountId, Activity, ActivityId, Actor, Kind, PostId, Scope, TeamId, ids};
use jiff::{SignedDuration, Timestamp};

use crate::Store;
use crate::activity::{Logged, TYPE, read_logged};
use crate::error::Result;
use crate::item::{Item, page_size, parse, text};
use crate::keys::{self, Key, PK, SK};
use crate::transaction::names_in;

/// An entry and its id are made one after the other: by so much their times may differ.
const APART: SignedDuration = SignedDuration::from_mins(1);
/// How many entries one request looks through for those that are wanted, in how large steps.
const LOOK_MOST: usize = 1_000;
const LOOK_STEP: usize = 200;

/// Which entries of a team's log are wanted: those that everything given is true of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// One of these happened; anything, when it is empty.
    pub kinds: Vec<Kind>,
    /// Who did it.
    pub actor: Option<Actor>,
    /// The post concerned.
    pub post: Option<PostId>,
    /// The account concerned.
    pub account: Option<AccountId>,
    /// It happened then or later.
    pub from: Option<Timestamp>,
    /// It happened earlier.
    pub to: Option<Timestamp>,
}

/// A part of a team's log, newest first.
#[derive(Clone, Debug, Default)]
pub struct LogPage {
    /// What was found.
    pub entries: Vec<Logged>,
    /// How far it was looked, where there may be more.
    pub rest_after: Option<ActivityId>,
}

impl Wanted {
    /// The first and the last id that such an entry can have.
    fn bounds(&self) -> (String, String) {
        let (first, last) = (self.from, self.to);
        let first = first.map_or(Timestamp::UNIX_EPOCH, earlier);
        let last = last.map_or(Timestamp::MAX, later);
        let first: ActivityId = ids::new(first, [0; 10]);
        let last: ActivityId = ids::new(last, [u8::MAX; 10]);
        (first.to_string(), last.to_string())
    }

    /// What the database is to leave out, with the values in it.
    fn filter(&self) -> Option<(String, Vec<(String, AttributeValue)>)> {
        let (mut conditions, mut values) = (Vec::new(), Vec::new());
        let mut value = |name: String, value: String| {
            values.push((name.clone(), text(value)));
            name
        };
        if !self.kinds.is_empty() {
            let kinds = self.kinds.iter().enumerate();
            let names: Vec<_> = kinds
                .map(|(n, kind)| value(format!(":kind{n}"), kind.to_string()))
                .collect();
            conditions.push(format!("#kind IN ({})", names.join(", ")));
        }
        match self.actor {
            Some(Actor::User(user)) => {
                let user = value(":actor".into(), user.to_string());
                conditions.push(format!("#actor = {user}"));
            }
            Some(Actor::System) => conditions.push("attribute_not_exists(#actor)".into()),
            None => {}
        }
        if let Some(post) = self.post {
            let post = value(":post".into(), post.to_string());
            conditions.push(format!("#post = {post}"));
        }
        if let Some(account) = self.account {
            let account = value(":account".into(), account.to_string());
            conditions.push(format!("#account = {account}"));
        }
        (!conditions.is_empty()).then(|| (conditions.join(" AND "), values))
    }

    fn is_in_time(&self, entry: &Activity) -> bool {
        self.from.is_none_or(|from| from <= entry.at) && self.to.is_none_or(|to| entry.at < to)
    }
}

fn earlier(time: Timestamp) -> Timestamp {
    time.checked_sub(APART).unwrap_or(Timestamp::UNIX_EPOCH)
}

fn later(time: Timestamp) -> Timestamp {
    time.checked_add(APART).unwrap_or(Timestamp::MAX)
}

impl Store {
    /// A team's entries, newest first, beginning after `before`.
    pub async fn activity(
        &self,
        team: TeamId,
        before: Option<ActivityId>,
        limit: usize,
    ) -> Result<Vec<Activity>> {
        let page = self.log(team, &Wanted::default(), before, limit).await?;
        let entries = page.entries.into_iter();
        Ok(entries.map(|logged| logged.entry).collect())
    }

    /// What is wanted of a team's log, newest first, beginning after `before`: `limit` entries, or fewer when so many others lie in
    /// between that looking through them all is left to the next page.
    pub async fn log(
        &self,
        team: TeamId,
        wanted: &Wanted,
        before: Option<ActivityId>,
        limit: usize,
    ) -> Result<LogPage> {
        let (mut page, mut before, mut looked) = (LogPage::default(), before, 0);
        loop {
            let (items, count, last) = self.look(team, wanted, before, limit).await?;
            for item in items {
                let logged = read_logged(item)?;
                if !wanted.is_in_time(&logged.entry) {
                    continue;
                }
                if page.entries.len() == limit {
                    page.rest_after = page.entries.last().map(|logged| logged.entry.id);
                    return Ok(page);
                }
                page.entries.push(logged);
            }
            looked += count;
            if last.is_none() || looked >= LOOK_MOST {
                page.rest_after = last;
                return Ok(page);
            }
            before = last;
        }
    }

    /// One look: what it found, how many entries it went through, and where it ended, if not at the end.
    async fn look(
        &self,
        team: TeamId,
        wanted: &Wanted,
        before: Option<ActivityId>,
        limit: usize,
    ) -> Result<(Vec<Item>, usize, Option<ActivityId>)> {
        let pk = keys::activity_partition(Scope::Team(team));
        let (first, last) = wanted.bounds();
        let mut query = self
            .client
            .query()
            .table_name(&self.table)
            .key_condition_expression("#PK = :pk AND #SK BETWEEN :first AND :last")
            .expression_attribute_names("#PK", PK)
            .expression_attribute_names("#SK", SK)
            .expression_attribute_values(":pk", text(&pk))
            .expression_attribute_values(":first", text(first))
            .expression_attribute_values(":last", text(last))
            .consistent_read(true)
            .scan_index_forward(false)
            .limit(page_size(limit + 1));
        if let Some(before) = before {
            let sk = before.to_string();
            let start = Key { pk, sk }.attributes();
            query = query.set_exclusive_start_key(Some(start));
        }
        if let Some((filter, values)) = wanted.filter() {
            query = query.limit(page_size(LOOK_STEP));
            for (name, stands_for) in names_in(&[&filter]) {
                query = query.expression_attribute_names(name, stands_for);
            }
            for (name, value) in values {
                query = query.expression_attribute_values(name, value);
            }
            query = query.filter_expression(filter);
        }
        let answer = query.send().await?;
        let count = usize::try_from(answer.scanned_count).unwrap_or(0);
        let last = answer.last_evaluated_key.as_ref().and_then(Key::of);
        let last = last.map(|key| parse(TYPE, &key.sk)).transpose()?;
        Ok((answer.items.unwrap_or_default(), count, last))
    }
}
