//! Many people at once, doing anything at random to the same posts while these go out: afterwards every row agrees with every other.

mod checks;
mod client;
mod random;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use domain::Role;
use futures::future::join_all;
use serde_json::json;

use self::client::Client;
use crate::harness::{Newsroom, Person, World, seconds};

/// What the clients draw their deeds from. They race each other, so a seed repeats the deeds and not who comes first.
const SEED: u64 = 20_261_123;
const CLIENTS: u64 = 8;
/// A deed takes some 50 ms where nothing is optimised: `cargo test --release -p tests chaos` does them all.
const DEEDS: u64 = if cfg!(debug_assertions) {
    1_600
} else {
    10_000
};
/// After so many the clock is moved further than by the seconds in between.
const ROUND: u64 = 200;
/// So many posts are there to do something to; a new one takes the place of an old one.
const POOL: usize = 200;

/// Whom and what the clients have at hand.
struct Scene<'a> {
    world: &'a World,
    team: String,
    accounts: [String; 2],
    people: Vec<Person>,
    pool: Mutex<Vec<String>>,
    texts: AtomicU64,
    seen: Mutex<Seen>,
}

/// What the clients were answered.
#[derive(Default)]
struct Seen {
    /// How many changes of each post were answered with success.
    changes: BTreeMap<String, usize>,
    /// Every hash that an answer called approved.
    approved: BTreeSet<String>,
    /// How often each deed got each status.
    answers: BTreeMap<(&'static str, u16), usize>,
}

impl<'a> Scene<'a> {
    async fn open(world: &'a World) -> Self {
        let news = Newsroom::open(world).await;
        let mut people = vec![news.ana];
        let others = [
            ("bima", Role::Admin),
            ("citra", Role::Editor),
            ("dewi", Role::Editor),
            ("eka", Role::Viewer),
        ];
        for (name, role) in others {
            let person = world.sign_up(name).await;
            world.join(&person, &news.team, role).await;
            people.push(person);
        }
        let hours = (0..24).map(|hour| json!({ "day": "monday", "time": format!("{hour:02}:30") }));
        let slots = json!({ "posting_times": hours.collect::<Vec<_>>() });
        let path = format!("/teams/{}/accounts/{}", news.team, news.bluesky);
        people[0].api.patch(&path, &slots).await.expect(200);
        Self {
            world,
            team: news.team,
            accounts: [news.mastodon, news.bluesky],
            people,
            pool: Mutex::default(),
            texts: AtomicU64::new(0),
            seen: Mutex::default(),
        }
    }

    /// Everybody's tokens anew: they are good for a quarter of an hour.
    async fn renew(&mut self) {
        for person in &mut self.people {
            let body = json!({ "refresh_token": person.refresh_token });
            let tokens = person.api.post("/refresh-token", &body).await.expect(200);
            person.refresh_token = tokens.field("refresh_token");
            person.api = person.api.with_token(&tokens.field("access_token"));
        }
    }

    /// A text that no other post has.
    fn text(&self) -> String {
        format!("Notice {}", self.texts.fetch_add(1, Ordering::Relaxed))
    }
}

#[tokio::test]
async fn whatever_many_people_do_at_once_every_row_agrees_and_only_what_was_approved_is_out() {
    println!("seed {SEED}");
    let world = World::start().await;
    let mut scene = Scene::open(&world).await;
    let mut clients: Vec<_> = (0..CLIENTS).map(|n| Client::new(SEED + n)).collect();
    for round in 0..DEEDS / ROUND {
        scene.renew().await;
        let deeds = ROUND / CLIENTS;
        join_all(clients.iter_mut().map(|client| client.act(&scene, deeds))).await;
        let pause = [1, 20, 70, 200][usize::try_from(round % 4).unwrap()];
        world.advance(seconds(pause)).await;
    }
    println!("{:?}", scene.seen.lock().unwrap().answers);
    scene.renew().await;
    checks::hold(&scene).await;
    world.advance(seconds(600)).await;
    scene.renew().await;
    checks::hold(&scene).await;
    world.finish().await;
}
