//! What is sealed in the vault opens where it was put, and nowhere else: whoever can write into the table still gets no token used.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use aws_sdk_dynamodb::types::AttributeValue;
use domain::{Account, Role};
use secrecy::ExposeSecret;
use serde_json::{Value, json};

use super::scene::{SAMPLES, Sample, Scene, has_tokens, offered};
use crate::harness::{World, seconds};

/// A row of the vault.
type Row = HashMap<String, AttributeValue>;

/// Everything in a row that is not its place.
const CONTENT: [&str; 5] = ["sealed", "wrapped", "key_id", "context", "key_pk"];
/// What is moved so that it must not open.
const STOLEN: [&[&str]; 4] = [&CONTENT, &["sealed"], &["wrapped"], &["sealed", "wrapped"]];

fn sample(platform: &str) -> Sample {
    *SAMPLES
        .iter()
        .find(|sample| sample.platform == platform)
        .unwrap()
}

pub(super) async fn rows(world: &World) -> Vec<Row> {
    let app = world.stack.app();
    let scan = app
        .aws
        .dynamodb()
        .scan()
        .table_name(&app.config.vault_table);
    scan.send().await.unwrap().items.unwrap_or_default()
}

async fn row(world: &World, place: &str) -> Row {
    let rows = rows(world).await.into_iter();
    let mut rows = rows.filter(|row| row["PK"].as_s().unwrap() == place);
    rows.next()
        .unwrap_or_else(|| panic!("nothing is at {place}"))
}

async fn tokens_of(world: &World, account: &Account) -> Row {
    row(world, &format!("ACCOUNT#{}", account.id)).await
}

async fn put(world: &World, row: Row) {
    let app = world.stack.app();
    let put = app
        .aws
        .dynamodb()
        .put_item()
        .table_name(&app.config.vault_table);
    put.set_item(Some(row)).send().await.unwrap();
}

/// The row with these attributes of another.
fn with(row: &Row, other: &Row, attributes: &[&str]) -> Row {
    let mut row = row.clone();
    for attribute in attributes {
        row.insert((*attribute).to_owned(), other[*attribute].clone());
    }
    row
}

/// The access token of an account, if what the vault has for it opens.
async fn opened(world: &World, account: &Account) -> Option<String> {
    let sealed = world
        .store()
        .sealed_tokens(account.id)
        .await
        .unwrap()
        .unwrap();
    let tokens = world.stack.app().open_tokens(account, &sealed).await.ok()?;
    Some(tokens.access.expose_secret().to_owned())
}

/// How often it was logged that something does not open.
fn alarms(world: &World) -> usize {
    world.logged().matches("vault.does_not_open").count()
}

/// A second team, in which somebody else connects the accounts.
async fn other_team(world: &World, scene: &Scene) -> Scene {
    let ben = world.sign_up("ben").await;
    let team = scene.ana.create_team("Ferry times").await;
    world.join(&ben, &team, Role::Admin).await;
    Scene { ana: ben, team }
}

/// Connects the account that a person has on Mastodon.
async fn mastodon(scene: &Scene, person: &'static str) -> String {
    let back = scene.agreed(&sample("mastodon"), person).await;
    scene.ana.api.get(&back).await.expect(200).id()
}

#[tokio::test]
async fn tokens_that_are_moved_open_for_nobody_and_that_is_logged() {
    let world = World::start().await;
    let scene = Scene::open(&world).await;
    let others = other_team(&world, &scene).await;
    let own = mastodon(&scene, "harbour").await;
    let beside = mastodon(&scene, "aurora").await;
    let beside = scene.stored(&world, &beside).await;
    let theirs = mastodon(&others, "aurora").await;
    let theirs = others.stored(&world, &theirs).await;
    let older = scene.stored(&world, &own).await;
    let older_row = tokens_of(&world, &older).await;
    assert_eq!(scene.connect_again(&sample("mastodon"), &own).await, own);
    let account = scene.stored(&world, &own).await;
    assert_ne!(account.token_generation, older.token_generation);

    let honest = tokens_of(&world, &account).await;
    let token = opened(&world, &account).await.unwrap();
    let strange = [
        tokens_of(&world, &beside).await,
        tokens_of(&world, &theirs).await,
        older_row,
    ];
    for other in &strange {
        for stolen in STOLEN {
            let before = alarms(&world);
            put(&world, with(&honest, other, stolen)).await;
            assert_eq!(opened(&world, &account).await, None, "{stolen:?}");
            assert_eq!(alarms(&world), before + 1, "{stolen:?}");
        }
        // What a row says about itself is not believed: with it changed, the right tokens open, and never other ones.
        let before = alarms(&world);
        for claimed in ["context", "key_id", "key_pk"] {
            put(&world, with(&honest, other, &[claimed])).await;
            assert_eq!(opened(&world, &account).await.as_ref(), Some(&token));
        }
        assert_eq!(alarms(&world), before);
        put(&world, honest.clone()).await;
        assert_eq!(opened(&world, &account).await.as_ref(), Some(&token));
    }
    world.finish().await;
}

#[tokio::test]
async fn a_due_post_whose_tokens_were_moved_waits_and_nothing_reaches_the_platform() {
    let world = World::start().await;
    let scene = Scene::open(&world).await;
    let others = other_team(&world, &scene).await;
    let mut places = Vec::new();
    for (team, person) in [(&scene, "harbour"), (&others, "aurora")] {
        let id = mastodon(team, person).await;
        let account = team.stored(&world, &id).await;
        places.push((account.clone(), tokens_of(&world, &account).await));
    }
    let bluesky = scene.connect(&sample("bluesky")).await;
    let account = scene.stored(&world, &bluesky).await;
    let older = tokens_of(&world, &account).await;
    scene.connect_again(&sample("bluesky"), &bluesky).await;
    let newer = tokens_of(&world, &account).await;

    let mut posts = Vec::new();
    for (team, account, text) in [
        (&scene, places[0].0.id.to_string(), "From the harbour"),
        (&others, places[1].0.id.to_string(), "From the ferry"),
        (&scene, bluesky, "From the sky"),
    ] {
        let post = team.draft(text, &[&account]).await;
        team.schedule(&world, &post, 600).await;
        posts.push((team, post));
    }
    let (ana, ben) = (&places[0].1, &places[1].1);
    put(&world, with(ana, ben, &CONTENT)).await;
    put(&world, with(ben, ana, &CONTENT)).await;
    put(&world, older).await;
    let asked = world.stack.sandbox().requests().len();
    world.advance(seconds(720)).await;
    assert_eq!(world.published(), Vec::<String>::new());
    assert_eq!(world.stack.sandbox().requests().len(), asked);
    assert!(alarms(&world) >= 3);
    for (team, post) in &posts {
        assert_ne!(team.state(post).await, "published");
    }

    // Put back, they go out: once each.
    for row in [ana, ben, &newer] {
        put(&world, row.clone()).await;
    }
    world.advance(seconds(600)).await;
    let published: BTreeSet<_> = world.published().into_iter().collect();
    let texts = ["From the ferry", "From the harbour", "From the sky"];
    assert_eq!(published, BTreeSet::from(texts.map(str::to_owned)));
    assert_eq!(world.published().len(), 3);
    world.end().await;
}

#[tokio::test]
async fn an_offer_opens_for_the_browser_the_team_and_the_person_it_was_made_for() {
    let world = World::start().await;
    let scene = Scene::open(&world).await;
    let others = other_team(&world, &scene).await;
    let (mut ids, mut kept) = (Vec::new(), Vec::new());
    for team in [&scene, &others] {
        let back = team.agreed(&sample("facebook"), "sari").await;
        let (offer, _) = offered(&team.ana.api, &back).await;
        kept.push(row(&world, &format!("OFFER#{offer}")).await);
        ids.push(offer.parse().unwrap());
    }
    let contexts: Vec<_> = kept
        .iter()
        .map(|row| row["context"].as_s().unwrap())
        .collect();
    let [of_ana, of_ben] = [contexts[0], contexts[1]].map(|context| {
        let parts: Vec<_> = context.split('|').collect();
        parts
    });
    let app = world.stack.app();
    let (id, browser, strange) = (ids[0], of_ana[4], of_ben[4]);
    assert!(app.offer(id, browser).await.unwrap().is_some());
    assert!(app.offer(id, strange).await.unwrap().is_none());

    // The other's offer at this place is no offer at all.
    put(&world, with(&kept[0], &kept[1], &CONTENT)).await;
    for browser in [browser, strange] {
        assert!(app.offer(id, browser).await.unwrap().is_none());
    }
    for stolen in &STOLEN[1..] {
        put(&world, with(&kept[0], &kept[1], stolen)).await;
        assert!(app.offer(id, browser).await.is_err(), "{stolen:?}");
    }
    // One that claims to be made for somebody else passes the look at the claim, and does not open.
    for part in [1, 2, 4] {
        let mut claim = of_ana.clone();
        claim[part] = of_ben[part];
        let mut forged = kept[0].clone();
        forged.insert("context".into(), AttributeValue::S(claim.join("|")));
        put(&world, forged).await;
        let before = alarms(&world);
        assert!(app.offer(id, claim[4]).await.is_err(), "part {part}");
        assert_eq!(alarms(&world), before + 1);
        let choice = json!({ "offer_id": id.to_string(), "accounts": ["100200300400501"] });
        let refused = others.ana.api.post("/oauth/choose", &choice).await;
        assert!(refused.status >= 400, "{refused:?}");
    }
    for team in [&scene, &others] {
        assert_eq!(team.accounts().await, Vec::<Value>::new());
    }
    put(&world, kept[0].clone()).await;
    assert!(app.offer(id, browser).await.unwrap().is_some());
    world.end().await;
}

#[tokio::test]
async fn the_vault_has_nothing_in_the_clear_and_its_index_not_even_what_is_sealed() {
    let world = World::start().await;
    let scene = Scene::open(&world).await;
    for sample in &SAMPLES {
        let account = scene.connect(sample).await;
        assert!(has_tokens(&world, &account).await);
    }
    scene.agreed(&sample("facebook"), "sari").await;
    let back = scene.agreed(&sample("facebook"), "sari").await;
    offered(&scene.ana.api, &back).await;

    let mut kinds: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for row in rows(&world).await {
        let kind = row["PK"]
            .as_s()
            .unwrap()
            .split('#')
            .next()
            .unwrap()
            .to_owned();
        kinds.entry(kind).or_default().extend(row.into_keys());
    }
    let known = ["PK", "SK", "type"].into_iter().chain(CONTENT);
    let known: BTreeSet<_> = known.map(str::to_owned).collect();
    let mut passing = known.clone();
    passing.insert("expires_at".to_owned());
    let expected = [("ACCOUNT", &known), ("CLIENT", &known), ("OFFER", &passing)];
    let expected = expected.map(|(kind, names)| (kind.to_owned(), names.clone()));
    assert_eq!(kinds, BTreeMap::from(expected));

    let app = world.stack.app();
    let text = world
        .stack
        .items(&app.config.vault_table)
        .unwrap()
        .join("\n");
    let secrets = world.stack.sandbox().secrets();
    assert!(secrets.len() > SAMPLES.len());
    for secret in secrets
        .iter()
        .map(String::as_str)
        .chain(["sbxsecret", "demo-pass-word"])
    {
        assert!(!text.contains(secret), "a secret is in the clear");
    }

    let mut listed = 0;
    let key = app.vault_keys().await.unwrap().id().to_owned();
    for shard in 0..store::keys::SHARDS {
        let query = app
            .aws
            .dynamodb()
            .query()
            .table_name(&app.config.vault_table);
        let query = query.index_name(store::keys::BY_KEY);
        let query = query.key_condition_expression("key_pk = :pk");
        let place = AttributeValue::S(format!("KEY#{key}#{shard:02}"));
        let found = query.expression_attribute_values(":pk", place).send().await;
        for row in found.unwrap().items.unwrap() {
            let names: BTreeSet<_> = row.into_keys().collect();
            let projected = ["PK", "SK", "context", "key_pk", "wrapped"];
            assert_eq!(names, BTreeSet::from(projected.map(str::to_owned)));
            listed += 1;
        }
    }
    assert_eq!(listed, rows(&world).await.len());
    world.finish().await;
}
