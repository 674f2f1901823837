//! What `GET /platforms` says of each platform is so: it can be connected with what it names, and what it grants is shown.

use std::collections::{BTreeMap, BTreeSet};

use local::Options;
use serde_json::{Value, json};

use super::scene::{SAMPLES, Sample, Scene, has_tokens};
use crate::harness::{World, seconds};

/// The fields that a connection can take.
const FIELDS: [(&str, &str); 5] = [
    ("host", "mastodon.sandbox"),
    ("identifier", "somebody"),
    ("password", "demo-pass-word-0009"),
    ("token", "7000000009:AAsbxsecretNobody000000000000000009"),
    ("webhook_url", "https://example.com/sbxsecret"),
];

async fn listed(scene: &Scene) -> BTreeMap<String, Value> {
    let list = scene.ana.api.get("/platforms").await.expect(200);
    let items = list.body["items"].as_array().unwrap().iter();
    let named = items.map(|item| (item["platform"].as_str().unwrap().to_owned(), item.clone()));
    named.collect()
}

fn texts(value: &Value) -> BTreeSet<String> {
    let texts = value.as_array().unwrap().iter();
    texts
        .map(|text| text.as_str().unwrap().to_owned())
        .collect()
}

fn ways(platform: &Value) -> BTreeSet<BTreeSet<String>> {
    platform["connect"]
        .as_array()
        .unwrap()
        .iter()
        .map(texts)
        .collect()
}

fn way_of(sample: &Sample) -> BTreeSet<String> {
    let names = sample.fields.iter().map(|(name, _)| (*name).to_owned());
    names.collect()
}

#[tokio::test]
async fn every_platform_is_connected_with_exactly_the_fields_that_it_names() {
    let world = World::start().await;
    let scene = Scene::open(&world).await;
    let platforms = listed(&scene).await;
    let mut connected: BTreeMap<&str, BTreeSet<BTreeSet<String>>> = BTreeMap::new();
    for sample in SAMPLES {
        let platform = &platforms[sample.platform];
        assert_eq!(platform["available"], true, "{sample:?}");
        let id = scene.connect(&sample).await;
        let account = scene.account(&id).await;
        assert_eq!(account["platform"], sample.platform);
        if !sample.handle.is_empty() {
            assert_eq!(account["handle"], sample.handle, "{account}");
        }
        assert_eq!(account["status"], "active", "{account}");
        assert_eq!(account["checked_at"], world.now().to_string());
        assert_eq!(account["connected_by"], scene.ana.id.as_str());
        let granted = texts(&account["scopes"]);
        if sample.person.is_some() {
            let missing: Vec<_> = texts(&platform["scopes"])
                .difference(&granted)
                .cloned()
                .collect();
            assert!(missing.is_empty(), "{missing:?} in {account}");
        }
        assert!(has_tokens(&world, &id).await);
        connected
            .entry(sample.platform)
            .or_default()
            .insert(way_of(&sample));
    }
    // Each platform that is said to be there, by each way that is said to lead there.
    let said: BTreeMap<&str, _> = platforms
        .iter()
        .filter(|(_, platform)| platform["available"] == true)
        .map(|(name, platform)| (name.as_str(), ways(platform)))
        .collect();
    assert_eq!(said, connected);
    assert_eq!(scene.accounts().await.len(), SAMPLES.len());
    world.finish().await;
}

#[tokio::test]
async fn a_field_that_a_platform_names_is_missed_when_it_is_not_there() {
    let world = World::start().await;
    let scene = Scene::open(&world).await;
    for sample in SAMPLES {
        for (left_out, _) in sample.fields {
            let mut body = sample.body();
            body.as_object_mut().unwrap().remove(*left_out);
            // Without an address, Slack is asked in a browser.
            if sample.platform == "slack" {
                continue;
            }
            let refused = scene.ana.api.post(&scene.accounts_path(), &body).await;
            let pointer = format!("/{left_out}");
            assert_eq!(refused.expect_problem(422).pointer(), pointer, "{body}");
        }
    }
    assert_eq!(scene.accounts().await, Vec::<Value>::new());
    world.finish().await;
}

#[tokio::test]
async fn a_field_that_a_platform_does_not_name_changes_nothing() {
    let world = World::start().await;
    let scene = Scene::open(&world).await;
    for sample in SAMPLES.iter().filter(|sample| sample.person.is_some()) {
        if sample.platform == "slack" {
            continue;
        }
        let mut body = sample.body();
        for (name, value) in FIELDS.iter().filter(|(name, _)| *name != "host") {
            body[*name] = json!(value);
        }
        let begun = scene.ana.api.post(&scene.accounts_path(), &body).await;
        let address = begun.expect(202).field("authorization_url");
        for (_, value) in &FIELDS[1..] {
            assert!(!address.contains(value), "{address}");
        }
    }
    world.finish().await;
}

#[tokio::test]
async fn only_platforms_that_say_so_let_a_person_choose() {
    let world = World::start().await;
    let scene = Scene::open(&world).await;
    let platforms = listed(&scene).await;
    let choosing: BTreeSet<_> = platforms
        .iter()
        .filter(|(_, platform)| platform["chooses"] == true)
        .map(|(name, _)| name.as_str())
        .collect();
    let expected = [
        "facebook",
        "google_business",
        "linkedin",
        "slack",
        "youtube",
    ];
    assert_eq!(choosing, BTreeSet::from(expected));
    for sample in SAMPLES.iter().filter(|sample| sample.person.is_some()) {
        if sample.platform == "mastodon" {
            continue;
        }
        // Sari has several of whatever one can have several of.
        let back = scene.agreed(sample, "sari").await;
        let arrived = scene.ana.api.get(&back).await.expect(200);
        let has_choice = arrived.body["offer_id"].is_string();
        assert_eq!(has_choice, choosing.contains(sample.platform), "{sample:?}");
    }
    world.finish().await;
}

#[tokio::test]
async fn where_the_deployment_is_not_registered_only_what_people_bring_connects() {
    let clients = BTreeMap::from([("PlatformClients".to_owned(), "{}".to_owned())]);
    let world = World::from(Options {
        parameters: clients,
        ..Options::default()
    })
    .await;
    let scene = Scene::open(&world).await;
    let platforms = listed(&scene).await;
    for sample in SAMPLES {
        let platform = &platforms[sample.platform];
        let leads = sample.person.is_none() || sample.platform == "mastodon";
        assert_eq!(
            ways(platform).contains(&way_of(&sample)),
            leads,
            "{platform}"
        );
        assert_eq!(
            platform["available"],
            !ways(platform).is_empty(),
            "{platform}"
        );
        if leads {
            scene.connect(&sample).await;
            continue;
        }
        let refused = scene.begin(&sample).await.expect_problem(422);
        assert_eq!(refused.pointer(), "/platform", "{sample:?}");
    }
    world.finish().await;
}

#[tokio::test]
async fn what_cannot_be_published_on_yet_says_so_and_takes_no_post() {
    let world = World::start().await;
    let scene = Scene::open(&world).await;
    let platforms = listed(&scene).await;
    for sample in SAMPLES {
        let account = scene.connect(&sample).await;
        let post = scene.draft("Anything", &[&account]).await;
        let at = (world.now() + seconds(600)).to_string();
        let body = json!({ "post_id": post, "publish_at": at });
        let answer = scene.ana.api.post("/posts/schedule", &body).await;
        if platforms[sample.platform]["publishing"].is_null() {
            answer.expect_problem(422);
        } else {
            answer.expect(200);
        }
    }
    world.finish().await;
}
