//! The activity log: what it tells, to whom, and that its chain of hashes shows whatever was done to it.

mod chain;
mod filters;
mod table;
mod tampering;

use std::collections::BTreeSet;

use audit::Log;
use domain::Role;
use jiff::Timestamp;
use serde_json::Value;

use crate::harness::{Answer, Newsroom, Person, World, seconds};

impl Newsroom {
    /// A page of the team's log, as a member asks for it; `query` begins with `&` where it says more.
    async fn log(&self, query: &str) -> Answer {
        let path = format!("/activity?team_id={}{query}", self.team);
        self.ana.api.get(&path).await
    }

    /// The log as the command reads it.
    async fn audited(&self, world: &World) -> Log {
        read(world, &self.ana, &self.team).await
    }
}

async fn read(world: &World, person: &Person, team: &str) -> Log {
    let api = world.stack.api_url().parse().unwrap();
    let token = person.api.token.as_deref().unwrap();
    audit::read(&api, team, token).await.unwrap()
}

fn items(answer: &Answer) -> &[Value] {
    answer.body["items"].as_array().unwrap()
}

fn kinds(answer: &Answer) -> Vec<&str> {
    let kinds = items(answer).iter().map(|entry| &entry["kind"]);
    kinds.map(|kind| kind.as_str().unwrap()).collect()
}

/// What the command says of the log at this moment.
fn verdict(log: &Log, now: Timestamp) -> Result<u64, String> {
    let verdict = audit::verify(log, None, now);
    let entries = verdict.map(|holds| holds.entries);
    entries.map_err(|broken| broken.to_string())
}

#[tokio::test]
async fn the_log_tells_the_whole_way_of_a_post_newest_first() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    world.advance(seconds(1)).await;
    let post = news.draft("Fresh bread at nine", &[&news.bluesky]).await;
    world.advance(seconds(1)).await;
    news.schedule(&post, world.now() + seconds(30)).await;
    world.advance(seconds(31)).await;
    let log = news.log("").await.expect(200);
    assert_eq!(
        kinds(&log)[..3],
        ["publication.published", "post.scheduled", "post.created"]
    );
    let published = &items(&log)[0];
    assert_eq!(published["post_id"], post.as_str());
    assert!(
        published["actor_id"].is_null() && published["details"]["url"].is_string(),
        "{published}"
    );
    world.finish().await;
}

#[tokio::test]
async fn a_long_log_comes_in_pages_each_entry_once() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    for n in 0..110 {
        news.draft(&format!("Draft {n}"), &[&news.bluesky]).await;
    }
    let (mut seen, mut query) = (BTreeSet::new(), String::new());
    loop {
        let page = news.log(&query).await.expect(200);
        for entry in items(&page) {
            assert!(
                seen.insert(entry["id"].as_str().unwrap().to_owned()),
                "an entry twice"
            );
        }
        let Some(next) = page.body["next_cursor"].as_str() else {
            break;
        };
        query = format!("&cursor={next}");
    }
    assert_eq!(seen.len(), 113, "110 drafts, the team and its two accounts");
    world.finish().await;
}

#[tokio::test]
async fn an_entry_says_who_did_it_and_in_which_network() {
    let world = World::start().await;
    let mut news = Newsroom::open(&world).await;
    news.ana.api = news.ana.api.from_place("127.40.50.60");
    let post = news.draft("Fresh bread at nine", &[&news.bluesky]).await;
    world.advance(seconds(1)).await;
    news.schedule(&post, world.now() + seconds(30)).await;
    world.advance(seconds(31)).await;
    let log = news.log("&limit=2").await.expect(200);
    let [published, scheduled] = items(&log) else {
        panic!("{}", log.text)
    };
    assert_eq!(published["actor"], serde_json::json!({ "type": "system" }));
    assert!(published["address_prefix"].is_null(), "{published}");
    assert_eq!(
        scheduled["actor"],
        serde_json::json!({ "type": "user", "id": news.ana.id })
    );
    assert_eq!(scheduled["actor_id"], news.ana.id);
    assert_eq!(scheduled["address_prefix"], "127.40.50.0/24");
    world.finish().await;
}

#[tokio::test]
async fn whoever_may_only_read_reads_the_log_and_others_find_no_team() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    let [viewer, stranger] = [world.sign_up("bima").await, world.sign_up("citra").await];
    world.join(&viewer, &news.team, Role::Viewer).await;
    let neighbours = news.ana.create_team("Other news").await;
    world.settle().await;
    let log = read(&world, &viewer, &news.team).await;
    assert_eq!(verdict(&log, world.now()), Ok(4));
    let path = format!("/activity?team_id={}", news.team);
    stranger.api.get(&path).await.expect_problem(404);
    let path = format!("/activity?team_id={neighbours}");
    viewer.api.get(&path).await.expect_problem(404);
    world.finish().await;
}

#[tokio::test]
async fn no_network_leaves_the_team_with_the_events_on_the_bus() {
    let world = World::start().await;
    let mut news = Newsroom::open(&world).await;
    news.ana.api = news.ana.api.from_place("127.40.50.60");
    world.advance(seconds(1)).await;
    news.draft("Fresh bread at nine", &[&news.bluesky]).await;
    let entry = news.log("&limit=1").await.expect(200);
    let id = items(&entry)[0]["id"].as_str().unwrap().parse().unwrap();
    let scope = domain::Scope::Team(news.team.parse().unwrap());
    let stored = world.store().entry(scope, id).await.unwrap().unwrap();
    assert_eq!(stored.place.unwrap().to_string(), "127.40.50.0/24");
    let event = functions::activity::view::ActivityView::from(&stored);
    let event = serde_json::to_string(&event).unwrap();
    assert!(!event.contains("127.40.50"), "{event}");
    world.finish().await;
}
