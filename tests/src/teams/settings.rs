//! A team's name and settings, and what they do to its posts.

use domain::post::{Scene, Timing};
use domain::schedule::DEFAULT_MAX_LATE;
use futures::future::join_all;
use futures::join;
use serde_json::{Value, json};

use crate::harness::{Answer, Api, Newsroom, World, seconds};

fn path(team: &str) -> String {
    format!("/teams/{team}")
}

/// Changes a team of which this revision was seen.
async fn change(api: &Api, team: &str, seen: u32, body: Value) -> Answer {
    let api = api.saying("if-match", &format!("\"{seen}\""));
    api.patch(&path(team), &body).await
}

/// What the team's log says about its last change.
async fn logged(api: &Api, team: &str) -> Value {
    let log = api.get(&format!("/activity?team_id={team}")).await;
    let mut entry = log.expect(200).body["items"][0].clone();
    assert_eq!(entry["kind"], "team.changed");
    entry["details"].take()
}

#[tokio::test]
async fn a_team_works_as_its_maker_says_and_otherwise_in_his_time_zone_without_approval() {
    let world = World::start().await;
    let ana = world.sign_up("ana").await;
    let zone = json!({ "time_zone": "Asia/Jakarta" });
    ana.api.patch("/me", &zone).await.expect(200);
    let settings = |answer: &Answer| {
        [
            "approval_required",
            "own_approval",
            "time_zone",
            "max_late_seconds",
            "revision",
            "role",
        ]
        .map(|name| answer.body[name].clone())
    };
    let usual = [
        json!(false),
        json!(false),
        json!("Asia/Jakarta"),
        json!(3_600),
        json!(1),
        json!("admin"),
    ];
    let chosen = json!({ "name": "Kantor", "approval_required": true, "own_approval": true, "time_zone": "Europe/Dublin", "max_late_seconds": 60 });
    let special = [
        json!(true),
        json!(true),
        json!("Europe/Dublin"),
        json!(60),
        json!(1),
        json!("admin"),
    ];
    for (body, expected) in [(json!({ "name": "Dapur" }), usual), (chosen, special)] {
        let made = ana.api.post("/teams", &body).await.expect(201);
        assert_eq!(settings(&made), expected);
        let read = ana.api.get(&path(&made.id())).await.expect(200);
        assert_eq!(
            (&read.body, &read.headers["etag"]),
            (&made.body, &made.headers["etag"])
        );
        assert_eq!(read.headers["etag"], "\"1\"");
        let listed = ana.api.get("/teams").await.expect(200);
        let listed = listed.body["items"].as_array().unwrap().clone();
        assert!(listed.contains(&read.body), "{listed:?}");
    }
    world.finish().await;
}

#[tokio::test]
async fn a_change_leaves_the_rest_as_it_was_and_the_log_says_what_is_different() {
    let world = World::start().await;
    let ana = world.sign_up("ana").await;
    let team = ana.create_team("Harbour news").await;
    let before = ana.api.get(&path(&team)).await.expect(200).body;
    world.advance(seconds(1)).await;
    let body = json!({ "name": "Pier news", "max_late_seconds": 600, "own_approval": false });
    let changed = ana.api.patch(&path(&team), &body).await.expect(200);
    let mut expected = before;
    expected["name"] = json!("Pier news");
    expected["max_late_seconds"] = json!(600);
    expected["revision"] = json!(2);
    assert_eq!(changed.body, expected);
    assert_eq!(changed.headers["etag"], "\"2\"");
    assert_eq!(ana.api.get(&path(&team)).await.expect(200).body, expected);
    assert_eq!(
        logged(&ana.api, &team).await,
        json!({
            "name": "Pier news",
            "name_before": "Harbour news",
            "max_late_seconds": "600",
            "max_late_seconds_before": "3600",
        })
    );
    world.finish().await;
}

#[tokio::test]
async fn whoever_changes_what_he_has_not_seen_is_told_so_and_changes_nothing() {
    let world = World::start().await;
    let ana = world.sign_up("ana").await;
    let team = ana.create_team("Harbour news").await;
    let named = |name: &str| json!({ "name": name });
    change(&ana.api, &team, 1, named("First")).await.expect(200);
    let before = ana.api.get(&path(&team)).await.expect(200).body;
    for stale in ["\"1\"", "\"3\"", "2", "W/\"2\"", "\"\"", "\"1\", \"3\""] {
        let api = ana.api.saying("if-match", stale);
        let refused = api.patch(&path(&team), &named("Second")).await;
        refused.expect_problem(412);
    }
    assert_eq!(ana.api.get(&path(&team)).await.expect(200).body, before);
    for (seen, revision) in [("\"2\"", 3), ("*", 4), ("\"1\", \"4\"", 5)] {
        let api = ana.api.saying("if-match", seen);
        let changed = api.patch(&path(&team), &named("Third")).await.expect(200);
        assert_eq!(changed.body["revision"], revision);
    }
    world.finish().await;
}

#[tokio::test]
async fn of_changes_made_at_once_none_is_lost_unnoticed() {
    let world = World::start().await;
    let ana = world.sign_up("ana").await;
    let team = ana.create_team("Harbour news").await;
    let (approval, late) = join!(
        change(&ana.api, &team, 1, json!({ "approval_required": true })),
        change(&ana.api, &team, 1, json!({ "max_late_seconds": 600 })),
    );
    let mut statuses = [approval.status, late.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 412], "{} {}", approval.text, late.text);
    let read = ana.api.get(&path(&team)).await.expect(200);
    assert_eq!(read.body["approval_required"], approval.status == 200);
    assert_eq!(read.body["max_late_seconds"] == 600, late.status == 200);

    // Without saying what they have seen, some win in turn; whoever did not is told.
    let changes = (0..20_u32).map(|n| {
        let (api, path) = (&ana.api, path(&team));
        async move {
            let body = json!({ "max_late_seconds": 1_000 + n });
            api.patch(&path, &body).await
        }
    });
    let answers = join_all(changes).await;
    let won = answers.iter().filter(|answer| answer.status == 200).count();
    let told = |status| [200, 412, 503].contains(&status);
    assert!(answers.iter().all(|answer| told(answer.status)));
    let read = ana.api.get(&path(&team)).await.expect(200);
    assert!(won > 0);
    assert_eq!(read.body["revision"], 2 + won);
    world.finish().await;
}

#[tokio::test]
async fn a_setting_out_of_its_range_is_named_and_changes_nothing() {
    let world = World::start().await;
    let ana = world.sign_up("ana").await;
    let team = ana.create_team("Harbour news").await;
    let before = ana.api.get(&path(&team)).await.expect(200).body;
    for (field, value) in [
        ("max_late_seconds", json!(59)),
        ("max_late_seconds", json!(86_401)),
        ("max_late_seconds", json!(0)),
        ("time_zone", json!("Asia/Nowhere")),
        ("time_zone", json!("+07:00")),
        ("name", json!(" ")),
        ("name", json!("a".repeat(81))),
    ] {
        let mut body = json!({ "name": "New" });
        body[field] = value;
        for answer in [
            ana.api.patch(&path(&team), &body).await,
            ana.api.post("/teams", &body).await,
        ] {
            assert_eq!(
                answer.expect_problem(422).pointer(),
                format!("/{field}"),
                "{body}"
            );
        }
    }
    assert_eq!(ana.api.get(&path(&team)).await.expect(200).body, before);
    for edge in [60, 86_400] {
        let body = json!({ "max_late_seconds": edge });
        ana.api.patch(&path(&team), &body).await.expect(200);
    }
    world.finish().await;
}

#[tokio::test]
async fn how_late_a_post_may_go_out_is_the_teams_setting_unless_the_post_says_otherwise() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    let late = json!({ "max_late_seconds": 600 });
    news.ana
        .api
        .patch(&path(&news.team), &late)
        .await
        .expect(200);
    let (by_team, by_itself) = (
        news.draft("As the team says", &[&news.mastodon]).await,
        news.draft("As it says itself", &[&news.mastodon]).await,
    );
    let at = world.now() + seconds(100);
    let scheduled = news.schedule(&by_team, at).await;
    assert_eq!(scheduled["max_late_seconds"], 600);
    let body =
        json!({ "post_id": by_itself, "publish_at": at.to_string(), "max_late_seconds": 700 });
    let scheduled = news
        .ana
        .api
        .post("/posts/schedule", &body)
        .await
        .expect(200);
    assert_eq!(scheduled.body["max_late_seconds"], 700);
    // Nothing ran until the one is too late, and the other is not.
    world.jump(seconds(100 + 601)).await;
    world.advance(seconds(60)).await;
    assert_eq!(world.published(), ["As it says itself"]);
    assert_eq!(news.state(&by_team).await, "missed");
    world.finish().await;
}

#[tokio::test]
async fn in_a_team_that_asks_for_approval_a_scheduled_post_waits_for_it_and_does_not_go_out() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    let (approved, pending) = (
        news.draft("Approved before", &[&news.mastodon]).await,
        news.draft("Never approved", &[&news.mastodon, &news.bluesky])
            .await,
    );
    let at = world.now() + seconds(300);
    assert_eq!(news.schedule(&approved, at).await["status"], "approved");
    let moved = news
        .draft("Approved for another time", &[&news.mastodon])
        .await;
    assert_eq!(news.schedule(&moved, at).await["status"], "approved");
    let ask = json!({ "approval_required": true });
    news.ana
        .api
        .patch(&path(&news.team), &ask)
        .await
        .expect(200);

    let scheduled = news.schedule(&pending, at).await;
    assert_eq!(
        (
            &scheduled["status"],
            &scheduled["publish_at"],
            &scheduled["publications"]
        ),
        (&json!("pending"), &json!(at.to_string()), &json!([]))
    );
    // Another time is fine for a post that waits; one that was approved for its time waits for a yes to the new one.
    let later = at + seconds(60);
    assert_eq!(news.schedule(&pending, later).await["status"], "pending");
    assert_eq!(news.schedule(&moved, later).await["status"], "pending");

    world.advance(seconds(600)).await;
    assert_eq!(world.published(), ["Approved before"]);
    assert_eq!(news.post(&pending).await["status"], "pending");
    // When nobody is asked any more, a new time is a yes.
    let do_not = json!({ "approval_required": false });
    news.ana
        .api
        .patch(&path(&news.team), &do_not)
        .await
        .expect(200);
    world.advance(seconds(60)).await;
    assert_eq!(world.published(), ["Approved before"]);
    let scheduled = news.schedule(&pending, world.now() + seconds(30)).await;
    assert_eq!(scheduled["status"], "approved");
    world.advance(seconds(31)).await;
    assert_eq!(world.published().len(), 3);
    world.finish().await;
}

#[tokio::test]
async fn a_post_that_is_scheduled_while_the_team_begins_to_ask_for_approval_is_not_approved_by_that()
 {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    let post = news.draft("Never approved", &[&news.mastodon]).await;
    let (app, store) = (world.stack.app(), world.store());
    let (team, user) = (news.team.parse().unwrap(), news.ana.id.parse().unwrap());
    // What a handler holds in its hands that read the team before the change.
    let both = store.team_of(team, user).await.unwrap().unwrap();
    let record = store.post(post.parse().unwrap()).await.unwrap().unwrap();
    let accounts = store.accounts_named(team, &record.post.accounts);
    let accounts = accounts.await.unwrap();
    let at = world.now() + seconds(300);
    let when = domain::When::Instant(at);
    let timing = Timing::new(when, None, DEFAULT_MAX_LATE, "/publish_at", world.now()).unwrap();
    let scene = Scene {
        settings: &both.team.settings,
        accounts: &accounts,
        publications: &[],
    };
    let scheduled = record.post.schedule(
        &both.member,
        timing,
        &scene,
        || app.new_id(),
        domain::Entry::system(app.new_id()),
        world.now(),
    );
    let scheduled = scheduled.unwrap();
    assert!(scheduled.approved.is_some());
    let ask = json!({ "approval_required": true });
    news.ana
        .api
        .patch(&path(&news.team), &ask)
        .await
        .expect(200);

    let guard = store::Guard {
        member: Some((&both.member, domain::Permission::WritePosts)),
        team: Some(&both.team),
    };
    let refused = store.save_post(&scheduled, &guard).await;
    assert!(matches!(refused, Err(store::Error::Stale)), "{refused:?}");
    assert_eq!(news.post(&post).await["status"], "draft");
    world.advance(seconds(600)).await;
    assert_eq!(world.published(), Vec::<String>::new());
    world.finish().await;
}
