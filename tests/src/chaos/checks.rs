//! What must hold when nothing more happens.

use std::collections::{BTreeMap, BTreeSet};

use domain::content::Approved;
use domain::publication::State;
use domain::{Publication, Status};
use serde_json::Value;
use store::PostRecord;

use super::Scene;

/// Where an item lies.
type Rows = BTreeSet<(String, String)>;

/// Compares the posts with everything that follows from them.
pub(super) async fn hold(scene: &Scene<'_>) {
    scene.world.settle().await;
    let posts = posts(scene).await;
    let items = items(scene);
    for record in &posts {
        let after = record.post.status_after(&record.publications);
        assert_eq!(record.post.status, after, "{}", record.post.id);
    }
    same(
        "due rows",
        &rows(&items, "DUE#", ""),
        &due(&posts),
        time_and_rest,
    );
    let open = posts.iter().flat_map(|record| {
        let open = record.publications.iter().filter(|of| of.is_open());
        open.map(|of| {
            (
                format!("OPEN#{}", of.account),
                format!("{}#{}", of.post, of.id),
            )
        })
    });
    same(
        "open rows",
        &rows(&items, "OPEN#", ""),
        &open.collect(),
        as_it_is,
    );
    same(
        "armed rows",
        &rows(&items, "ARMED#", ""),
        &Rows::new(),
        as_it_is,
    );
    same(
        "chores",
        &rows(&items, "CHORE#", "#post_"),
        &chores(&posts),
        time_and_rest,
    );
    same(
        "slots",
        &rows(&items, "SLOT#", ""),
        &slots(&posts),
        place_and_time,
    );
    todos(scene, &posts).await;
    outside(scene, &posts).await;
    log(scene, &posts).await;
}

/// Every post that anybody wrote.
async fn posts(scene: &Scene<'_>) -> Vec<PostRecord> {
    let written: Vec<_> = scene.seen.lock().unwrap().changes.keys().cloned().collect();
    let mut posts = Vec::new();
    for id in written {
        let record = scene.world.store().post(id.parse().unwrap()).await.unwrap();
        posts.push(record.expect("what was written is there"));
    }
    posts
}

/// The main table, as it lies there.
fn items(scene: &Scene<'_>) -> Vec<Value> {
    let table = &scene.world.stack.app().config.table;
    let items = scene.world.stack.items(table).unwrap();
    let items = items.iter().map(|item| serde_json::from_str(item).unwrap());
    items.collect()
}

/// The keys of the items whose partition begins so, and whose sort key has that somewhere.
fn rows(items: &[Value], partition: &str, within: &str) -> Rows {
    let keys = items.iter().map(|item| {
        let part = |name: &str| item[name]["S"].as_str().unwrap().to_owned();
        (part("PK"), part("SK"))
    });
    let meant = keys.filter(|(pk, sk)| pk.starts_with(partition) && sk.contains(within));
    meant.collect()
}

/// A row without its shard: whoever looks for it looks in all of them.
fn time_and_rest((_, sk): &(String, String)) -> (String, String) {
    let (time, rest) = sk.split_once('#').unwrap();
    let time: i64 = time.parse().unwrap();
    (time.to_string(), rest.to_owned())
}

fn place_and_time((pk, sk): &(String, String)) -> (String, String) {
    let time: i64 = sk.parse().unwrap();
    (pk.clone(), time.to_string())
}

fn as_it_is((pk, sk): &(String, String)) -> (String, String) {
    (pk.clone(), sk.clone())
}

fn same(what: &str, there: &Rows, wanted: &Rows, seen: fn(&(String, String)) -> (String, String)) {
    let is: Rows = there.iter().map(seen).collect();
    assert_eq!(is.len(), there.len(), "{what}: one of them is there twice");
    let too_many: Vec<_> = is.difference(wanted).collect();
    let missing: Vec<_> = wanted.difference(&is).collect();
    assert!(
        too_many.is_empty() && missing.is_empty(),
        "{what}: too many {too_many:?}, missing {missing:?}"
    );
}

fn due(posts: &[PostRecord]) -> Rows {
    let all = posts.iter().flat_map(|record| &record.publications);
    let due = all.filter(|publication| publication.is_due_sometime());
    let row = |of: &Publication| {
        let at = of.next_at.as_millisecond().to_string();
        (at, format!("{}#{}", of.post, of.id))
    };
    due.map(row).collect()
}

fn chores(posts: &[PostRecord]) -> Rows {
    let chore = |record: &PostRecord| {
        let at = record.post.chore_at?.as_millisecond().to_string();
        Some((at, format!("{}#{}", record.post.team, record.post.id)))
    };
    posts.iter().filter_map(chore).collect()
}

fn slots(posts: &[PostRecord]) -> Rows {
    let slot = |record: &PostRecord| {
        let timing = record.post.timing.as_ref()?;
        let queue = timing
            .queue
            .filter(|_| record.post.status != Status::Cancelled)?;
        let at = timing.schedule.publish_at.as_millisecond();
        Some((format!("SLOT#{queue}"), at.to_string()))
    };
    let taken: Vec<_> = posts.iter().filter_map(slot).collect();
    let slots: Rows = taken.iter().cloned().collect();
    assert_eq!(slots.len(), taken.len(), "two posts in one slot");
    slots
}

async fn todos(scene: &Scene<'_>, posts: &[PostRecord]) {
    let team = scene.team.parse().unwrap();
    let there = scene.world.store().posts_to_do(team, 10_000).await.unwrap();
    let there: BTreeMap<_, _> = there.into_iter().collect();
    let wanted = posts.iter().filter_map(
        |PostRecord {
             post, publications, ..
         }| { Some((post.id, post.todo(publications)?)) },
    );
    assert_eq!(there, wanted.collect::<BTreeMap<_, _>>());
}

/// What the platforms have is what was approved, each once and in its time.
async fn outside(scene: &Scene<'_>, posts: &[PostRecord]) {
    let executed = scene.world.stack.sandbox().executed();
    let mut published = BTreeMap::new();
    for record in posts {
        for publication in &record.publications {
            if let State::Published { remote_id, .. } = &publication.state {
                let place = (publication.platform.to_string(), remote_id.clone());
                assert!(published.insert(place, publication).is_none(), "twice");
            }
        }
    }
    assert_eq!(executed.len(), published.len(), "each is out once");
    for it in &executed {
        let place = (it.platform.clone(), it.id.clone());
        let publication = published.remove(&place).expect("it is known where it is");
        let store = scene.world.store();
        let approved = store.snapshot(&publication.content).await.unwrap();
        let approved = approved.expect("what goes out was approved");
        let seen = scene.seen.lock().unwrap();
        assert!(
            approved.repeat.is_some() || seen.approved.contains(publication.content.as_str()),
            "nobody was told that this is approved: {publication:?}"
        );
        assert_eq!(it.text, approved.content.body.text.as_str());
        assert!(approved.accounts.contains(&publication.account));
        assert!(
            is_planned(&approved, publication),
            "{approved:?} {publication:?}"
        );
        let late = it.at.duration_since(publication.schedule.publish_at);
        assert!(
            !late.is_negative() && late <= publication.schedule.max_late,
            "{late}"
        );
    }
}

fn is_planned(approved: &Approved, publication: &Publication) -> bool {
    let at = publication.schedule.publish_at;
    match &approved.repeat {
        None => publication.occurrence == 0 && approved.when.resolve("").unwrap() == at,
        Some(repeat) => publication.occurrence > 0 && repeat.occurrences().any(|(_, of)| of == at),
    }
}

/// The log has an entry for each change that was answered with success and for each publication that is out, and its chain holds.
async fn log(scene: &Scene<'_>, posts: &[PostRecord]) {
    let api = scene.world.stack.api_url().parse().unwrap();
    let token = scene.people[0].api.token.as_deref().unwrap();
    let log = audit::read(&api, &scene.team, token).await.unwrap();
    let holds = audit::verify(&log, None, scene.world.now());
    let sealed = holds
        .map(|holds| holds.entries)
        .map_err(|broken| broken.to_string());
    assert_eq!(sealed, Ok(u64::try_from(log.entries.len()).unwrap()));
    let (mut by_people, mut out) = (BTreeMap::new(), BTreeMap::new());
    for entry in &log.entries {
        let Some(post) = entry.get("post_id").and_then(Value::as_str) else {
            continue;
        };
        if entry["actor"]["type"] == "user" {
            *by_people.entry(post.to_owned()).or_insert(0_usize) += 1;
        } else if entry["kind"] == "publication.published" {
            *out.entry(post.to_owned()).or_insert(0_usize) += 1;
        }
    }
    assert_eq!(by_people, scene.seen.lock().unwrap().changes);
    let published = posts.iter().filter_map(|record| {
        let states = record.publications.iter().map(|of| &of.state);
        let number = states
            .filter(|of| matches!(of, State::Published { .. }))
            .count();
        (number > 0).then(|| (record.post.id.to_string(), number))
    });
    assert_eq!(out, published.collect::<BTreeMap<_, _>>());
}
