//! The way to a platform and back, on every platform that asks for consent: what is asked, what comes back, and who may bring it.

use std::collections::{BTreeMap, BTreeSet};

use domain::Role;
use sandbox::{Effect, Fault};
use serde_json::{Value, json};
use url::Url;

use super::scene::{SAMPLES, Sample, Scene, X, agree, requests};
use crate::harness::{World, decide, seconds};

/// The platforms whose applications on the web have no PKCE.
const WITHOUT_PKCE: [&str; 7] = [
    "instagram",
    "threads",
    "linkedin",
    "tiktok",
    "pinterest",
    "reddit",
    "slack",
];

fn asked() -> impl Iterator<Item = Sample> {
    SAMPLES.into_iter().filter(|sample| sample.person.is_some())
}

fn query(address: &str) -> BTreeMap<String, String> {
    let address = Url::parse(address).unwrap();
    address.query_pairs().into_owned().collect()
}

/// Nothing came of it: no account, and nothing in the vault but our registrations at servers.
async fn nothing_is_connected(world: &World, scene: &Scene) {
    assert_eq!(scene.accounts().await, Vec::<Value>::new());
    let vault = &world.stack.app().config.vault_table;
    for item in world.stack.items(vault).unwrap() {
        assert!(item.contains("CLIENT#"), "{item}");
    }
}

#[tokio::test]
async fn every_platform_is_asked_for_what_is_needed_with_everything_that_protects_the_way() {
    let world = World::start().await;
    let scene = Scene::open(&world).await;
    let list = scene.ana.api.get("/platforms").await.expect(200);
    let home = format!("{}/oauth/callback", world.stack.api_url());
    let mut never_again = BTreeSet::new();
    for sample in asked() {
        let begun = scene.begin(&sample).await.expect(202);
        let asked = query(&begun.field("authorization_url"));
        assert_eq!(asked["response_type"], "code", "{sample:?}");
        assert_eq!(asked["redirect_uri"], home, "{sample:?}");
        assert!(asked["state"].len() >= 43, "{sample:?}");
        assert!(never_again.insert(asked["state"].clone()), "{sample:?}");
        assert_eq!(
            asked.contains_key("code_challenge"),
            !WITHOUT_PKCE.contains(&sample.platform),
            "{sample:?}"
        );
        if let Some(challenge) = asked.get("code_challenge") {
            assert_eq!(asked["code_challenge_method"], "S256", "{sample:?}");
            assert_eq!(challenge.len(), 43, "{sample:?}");
            assert!(never_again.insert(challenge.clone()), "{sample:?}");
        }
        let platforms = list.body["items"].as_array().unwrap();
        let platform = platforms
            .iter()
            .find(|item| item["platform"] == sample.platform);
        let needed = platform.unwrap()["scopes"].as_array().unwrap().iter();
        let needed: BTreeSet<_> = needed.map(|scope| scope.as_str().unwrap()).collect();
        let wanted: BTreeSet<_> = asked["scope"].split([' ', ',']).collect();
        assert_eq!(wanted, needed, "{sample:?}");
    }
    world.finish().await;
}

#[tokio::test]
async fn a_refused_consent_connects_nothing_and_can_be_given_later() {
    let world = World::start().await;
    let scene = Scene::open(&world).await;
    for sample in asked() {
        let begun = scene.begin(&sample).await.expect(202);
        let address = begun.field("authorization_url");
        let no = [("account", sample.person.unwrap()), ("decision", "deny")];
        let back = decide(&address, &no).await;
        let refused = scene.ana.api.get(&back).await.expect_problem(409);
        let detail = refused.field("detail");
        assert!(
            detail.contains("you did not allow it"),
            "{sample:?}: {detail}"
        );
    }
    nothing_is_connected(&world, &scene).await;
    world.jump(seconds(601)).await;
    let account = scene.connect(&X).await;
    assert_eq!(scene.status(&account).await, "active");
    world.finish().await;
}

#[tokio::test]
async fn a_consent_that_lacks_anything_that_is_needed_connects_nothing_and_names_it() {
    let world = World::start().await;
    let mut scene = Scene::open(&world).await;
    // Mastodon grants what was asked for, or nothing.
    for sample in asked().filter(|sample| sample.platform != "mastodon") {
        world.jump(seconds(601)).await;
        scene.sign_in(&world).await;
        let asked = scene.begin(&sample).await.expect(202);
        let scopes = query(&asked.field("authorization_url"))["scope"].clone();
        for scope in scopes.split([' ', ',']) {
            let begun = scene.begin(&sample).await.expect(202);
            let form = [
                ("account", sample.person.unwrap()),
                ("decision", "authorize"),
                ("without", scope),
            ];
            let back = decide(&begun.field("authorization_url"), &form).await;
            let refused = scene.ana.api.get(&back).await.expect_problem(409);
            let detail = refused.field("detail");
            let said = detail.contains(scope) || detail.contains("short time");
            assert!(said, "{} without {scope}: {detail}", sample.platform);
        }
    }
    nothing_is_connected(&world, &scene).await;
    world.finish().await;
}

#[tokio::test]
async fn a_way_back_counts_for_the_platform_that_it_was_begun_for() {
    let world = World::start().await;
    let scene = Scene::open(&world).await;
    let reddit = SAMPLES
        .iter()
        .find(|sample| sample.platform == "reddit")
        .unwrap();
    let begun = scene.begin(&X).await.expect(202);
    let other = scene.begin(reddit).await.expect(202);
    let (begun, other) = (agree(&begun, "sari").await, agree(&other, "sari").await);
    let code_of = |back: &str| query(&format!("https://a.example{back}"))["code"].clone();
    let crossed = begun.replace(&code_of(&begun), &code_of(&other));
    scene.ana.api.get(&crossed).await.expect_problem(409);
    nothing_is_connected(&world, &scene).await;
    let asked = requests(&world, "token");
    assert_eq!(asked.len(), 1, "the code of another platform went to one");
    assert_eq!(asked[0].host, "api.x.com");
    world.finish().await;
}

#[tokio::test]
async fn whoever_may_no_longer_connect_when_he_is_back_connects_nothing() {
    let world = World::start().await;
    let scene = Scene::open(&world).await;
    let ben = world.sign_up("ben").await;
    world.join(&ben, &scene.team, Role::Admin).await;
    let of_ben = Scene {
        ana: ben.clone(),
        team: scene.team.clone(),
    };
    let [demoted, removed] = [
        of_ben.agreed(&X, "sari").await,
        of_ben.agreed(&X, "bima").await,
    ];
    let member = format!("/teams/{}/members/{}", scene.team, ben.id);
    let editor = json!({ "role": "editor" });
    scene.ana.api.patch(&member, &editor).await.expect(200);
    ben.api.get(&demoted).await.expect_problem(403);
    scene.ana.api.delete(&member).await.expect(204);
    let gone = ben.api.get(&removed).await.expect_problem(404);
    assert!(gone.text.contains("state"), "{}", gone.text);
    nothing_is_connected(&world, &scene).await;
    let tokens = requests(&world, "token");
    assert!(tokens.is_empty(), "no platform was asked: {tokens:?}");
    world.finish().await;
}

#[tokio::test]
async fn a_deleted_team_gets_no_account_from_a_way_that_was_begun_before() {
    let world = World::start().await;
    let scene = Scene::open(&world).await;
    let back = scene.agreed(&X, "sari").await;
    let path = format!("/teams/{}?name=Harbour%20news", scene.team);
    scene.ana.api.delete(&path).await.expect(204);
    world.settle().await;
    scene.ana.api.get(&back).await.expect_problem(404);
    assert!(requests(&world, "token").is_empty());
    world.finish().await;
}

#[tokio::test]
async fn while_a_platform_does_not_answer_nothing_is_connected_and_it_is_said() {
    let world = World::start().await;
    let scene = Scene::open(&world).await;
    for effect in [
        Effect::FailBeforeExec { status: Some(503) },
        Effect::FailBeforeExec { status: None },
        Effect::ExecThenReset,
        Effect::TooManyRequests { reset_seconds: 60 },
        Effect::ExecThenAnswer {
            status: 200,
            body: Value::Null,
        },
    ] {
        let back = scene.agreed(&X, "sari").await;
        world
            .stack
            .sandbox()
            .script(Fault::on("token", effect.clone()));
        let answer = scene.ana.api.get(&back).await;
        let refused = answer.expect_problem(502);
        assert!(
            refused.text.contains("try again"),
            "{effect:?} {}",
            refused.text
        );
        // The state was used, and so was the code: one begins again.
        scene.ana.api.get(&back).await.expect_problem(422);
    }
    nothing_is_connected(&world, &scene).await;
    scene.connect(&X).await;
    world.finish().await;
}

#[tokio::test]
async fn accounts_are_shown_with_what_was_granted_and_what_we_may_do_and_never_with_a_token() {
    let world = World::start().await;
    let scene = Scene::open(&world).await;
    for sample in SAMPLES {
        scene.connect(&sample).await;
    }
    let viewer = world.sign_up("vera").await;
    world.join(&viewer, &scene.team, Role::Viewer).await;
    let list = viewer.api.get(&scene.accounts_path()).await.expect(200);
    let accounts = list.body["items"].as_array().unwrap();
    assert_eq!(accounts.len(), SAMPLES.len());
    let fields = [
        "access_ends_at",
        "checked_at",
        "connected_at",
        "connected_by",
        "handle",
        "host",
        "id",
        "max_characters",
        "name",
        "permissions",
        "platform",
        "posting_times",
        "problem",
        "scopes",
        "status",
        "team_id",
        "url",
    ];
    for account in accounts {
        let names: Vec<_> = account.as_object().unwrap().keys().collect();
        assert_eq!(names, fields);
        let id = account["id"].as_str().unwrap();
        assert_eq!(scene.account(id).await, *account);
    }
    let of = |platform: &str| {
        let mut found = accounts
            .iter()
            .filter(|account| account["platform"] == platform);
        found.next().unwrap()
    };
    assert_eq!(
        of("facebook")["permissions"][0],
        "PROFILE_PLUS_CREATE_CONTENT"
    );
    assert!(!of("telegram")["permissions"].as_array().unwrap().is_empty());
    assert_eq!(of("x")["scopes"].as_array().unwrap().len(), 5);
    // Whoever gets no refresh token from LinkedIn has access for sixty days.
    let end = of("linkedin")["access_ends_at"].as_str().unwrap();
    let end: jiff::Timestamp = end.parse().unwrap();
    assert!(end > world.now() + seconds(59 * 86_400), "{end}");
    for (what, secret) in [("a path", "/services/"), ("a webhook", "api/webhooks")] {
        assert!(!list.text.contains(secret), "{what} in {}", list.text);
    }
    world.finish().await;
}

#[tokio::test]
async fn a_person_can_begin_to_connect_thirty_times_in_ten_minutes() {
    let world = World::start().await;
    let scene = Scene::open(&world).await;
    for _ in 0..30 {
        scene.begin(&X).await.expect(202);
    }
    let refused = scene.begin(&X).await.expect_problem(429);
    assert!(refused.headers.contains_key("retry-after"));
    world.jump(seconds(600)).await;
    scene.begin(&X).await.expect(202);
    world.finish().await;
}
