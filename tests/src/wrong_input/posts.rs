//! Wrong posts: what the schemas cannot say.

use serde_json::{Value, json};

use super::{Endpoint, refused_at, without_effect};
use crate::authz::scene::Scene;
use crate::harness::{Answer, Newsroom, World, seconds};

/// Texts that mean something to a database.
const MEANINGFUL: [&str; 12] = [
    "#",
    ":v",
    "#status = :v",
    "attribute_exists(PK)",
    "attribute_not_exists(#PK) OR :v = :v",
    "contains(content, :v)",
    "TEAM#team_01kaw3x0fhe9ps6r4h8x5tq7vd",
    "POST#x",
    "META",
    "{\"S\":\"text\"}",
    "' OR 1=1 --",
    "*",
];

fn items(answer: Answer) -> Vec<Value> {
    answer.expect(200).body["items"].as_array().unwrap().clone()
}

fn encoded(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

#[tokio::test]
async fn the_team_of_a_post_cannot_be_changed_and_nothing_else_of_it_either() {
    let scene = Scene::open().await;
    let wanted = |route: &str, _: &Value| route == "PUT /posts/{postId}";
    let edit = Endpoint::those(&scene, wanted).await.remove(0);
    without_effect(scene, async |scene| {
        for team in [&scene.ours.team, &scene.theirs.team] {
            let body = edit.with("team_id", json!(team));
            refused_at(edit.send(scene, &body).await, "/team_id", team);
        }
        for field in [
            "id",
            "status",
            "author_id",
            "edited_by_id",
            "approved_by",
            "approval",
            "content_hash",
            "publish_at",
            "edition",
            "version",
            "remote_id",
            "publications",
            "created_at",
        ] {
            for value in [json!("approved"), json!(1), json!(null), json!({})] {
                let body = edit.with(field, value);
                refused_at(edit.send(scene, &body).await, &format!("/{field}"), field);
            }
        }
    })
    .await;
}

#[tokio::test]
async fn what_means_something_to_a_database_is_found_as_text_and_finds_nothing_else() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    let other = news.draft("Nothing of that", &[&news.bluesky]).await;
    for text in MEANINGFUL {
        let body = json!({ "team_id": news.team, "text": format!("Words: {text}"), "account_ids": [news.bluesky], "labels": [text] });
        let post = news.ana.api.post("/posts", &body).await.expect(201).id();
        for filter in ["label", "text"] {
            let path = format!("/posts?team_id={}&{filter}={}", news.team, encoded(text));
            let found = items(news.ana.api.get(&path).await);
            let ids: Vec<_> = found
                .iter()
                .map(|post| post["id"].as_str().unwrap())
                .collect();
            assert!(ids.contains(&post.as_str()), "{filter}={text}: {ids:?}");
            assert!(!ids.contains(&other.as_str()), "{filter}={text}");
            let wanted = |found: &&Value| match filter {
                "label" => found["labels"] == json!([text]),
                _ => found["text"].as_str().unwrap().contains(text),
            };
            assert_eq!(
                found.iter().filter(wanted).count(),
                ids.len(),
                "{filter}={text}"
            );
        }
        // The same words where only certain ones are taken.
        for (filter, pointer) in [
            ("status", "?status"),
            ("platform", "?platform"),
            ("sort", "?sort"),
            ("order", "?order"),
            ("cursor", "?cursor"),
            ("from", "?from"),
            ("account_id", "?account_id"),
            ("author_id", "?author_id"),
        ] {
            let path = format!("/posts?team_id={}&{filter}={}", news.team, encoded(text));
            refused_at(
                news.ana.api.get(&path).await,
                pointer,
                &format!("{filter}={text}"),
            );
        }
        for filter in ["kind", "actor_id", "post_id", "account_id", "from", "to"] {
            let path = format!("/activity?team_id={}&{filter}={}", news.team, encoded(text));
            let what = format!("activity {filter}={text}");
            refused_at(news.ana.api.get(&path).await, &format!("?{filter}"), &what);
        }
    }
    world.finish().await;
}

#[tokio::test]
async fn no_text_of_a_post_reaches_another_partition_of_the_table() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    let before = world.keys().await;
    let hostile = format!("META#TEAM#{}#MEMBER#{}", news.team, news.ana.id);
    let body = json!({
        "team_id": news.team, "text": hostile, "account_ids": [news.bluesky], "labels": ["TEAM#x", "#META"],
        "first_comment": hostile, "parts": [{ "text": hostile }],
    });
    let post = news.ana.api.post("/posts", &body).await.expect(201).id();
    let feedback = json!({ "feedback": hostile });
    let path = format!("/posts/{post}/feedback");
    news.ana.api.post(&path, &feedback).await.expect(201);
    world.settle().await;
    let known = ["POST#", "HISTORY#", "ACTIVITY#", "CHAIN#"];
    let of_team = [format!("TEAM#{}|TODO#POST#{post}", news.team)];
    for key in world.keys().await {
        let is_new = !before.contains(&key);
        let is_known = known.iter().any(|begin| key.starts_with(begin)) || of_team.contains(&key);
        assert!(!is_new || is_known, "{key}");
        assert!(!key.contains("META#TEAM"), "{key}");
    }
    world.finish().await;
}

impl World {
    /// The keys of everything in the main table.
    async fn keys(&self) -> Vec<String> {
        let app = self.stack.app();
        let scan = app.aws.dynamodb().scan().table_name(&app.config.table);
        let items = scan.consistent_read(true).send().await.unwrap();
        assert!(items.last_evaluated_key.is_none());
        let key = |name: &str, item: &std::collections::HashMap<_, _>| {
            let value: &aws_sdk_dynamodb::types::AttributeValue = &item[name];
            value.as_s().unwrap().clone()
        };
        let items = items.items();
        let each = items
            .iter()
            .map(|item| format!("{}|{}", key("PK", item), key("SK", item)));
        each.collect()
    }
}

/// Times that have passed, or lie too far ahead.
const OUT_OF_REACH: [&str; 2] = ["2020-01-01T00:00:00Z", "2036-01-01T00:00:00Z"];

#[tokio::test]
async fn a_time_that_is_none_is_named_wherever_one_is_chosen() {
    let scene = Scene::open().await;
    let routes = ["POST /posts/repost/{postId}", "POST /posts/schedule"];
    let endpoints = Endpoint::those(&scene, |route, _| routes.contains(&route)).await;
    let (mut tried, times) = (
        0,
        [
            "2027-02-29T12:00:00Z",
            "2027-01-01T24:00:01Z",
            "2027-01-01T12:00:60",
            "2027-03-14T02:30:00[America/New_York]",
            "2027-01-01",
            "2027-13-01T12:00:00Z",
            "2027-01-01T12:00:00+25:00:00:00",
            "tomorrow",
            "NOW",
            "1",
            "9999999-01-01T00:00:00Z",
            "-000000-01-01T00:00:00Z",
        ],
    );
    without_effect(scene, async |scene| {
        for endpoint in &endpoints {
            let body = endpoint.call.body.clone().unwrap();
            let places = [
                "/publish_at",
                "/posts/0/publish_at",
                "/posts/1/publish_at",
                "/times/0",
                "/times/1",
            ];
            for place in places
                .into_iter()
                .filter(|place| body.pointer(place).is_some())
            {
                // Of further times some may be over.
                let past = place.ends_with("publish_at").then_some(OUT_OF_REACH);
                for time in times.into_iter().chain(past.into_iter().flatten()) {
                    let mut body = body.clone();
                    *body.pointer_mut(place).unwrap() = json!(time);
                    // Whoever names a queue names it for a slot of that.
                    if let Some(one) = body.pointer_mut(place.trim_end_matches("/publish_at")) {
                        one.as_object_mut()
                            .map(|one| one.remove("queue_account_id"));
                    }
                    let what = format!("{} {place} {time}", endpoint.route);
                    refused_at(endpoint.send(scene, &body).await, place, &what);
                    tried += 1;
                }
            }
        }
    })
    .await;
    assert!(tried > 60, "only {tried}");
}

#[tokio::test]
async fn a_rule_that_is_none_or_never_ends_is_named() {
    let scene = Scene::open().await;
    let wanted = |route: &str, _: &Value| route == "POST /posts/repost/{postId}";
    let endpoints = Endpoint::those(&scene, wanted).await;
    let has_rule = |endpoint: &&Endpoint| endpoint.call.body.as_ref().unwrap()["rule"].is_string();
    let at = endpoints
        .iter()
        .position(|endpoint| has_rule(&endpoint))
        .unwrap();
    without_effect(scene, async |scene| {
        for rule in [
            "weekly",
            "FREQ=SECONDLY;COUNT=3",
            "FREQ=MINUTELY;INTERVAL=30;COUNT=3",
            "FREQ=WEEKLY;COUNT=0",
            "FREQ=WEEKLY;COUNT=-1",
            "FREQ=WEEKLY;COUNT=18446744073709551616",
            "FREQ=WEEKLY;COUNT=3;COUNT=4",
            "FREQ=WEEKLY;UNTIL=yesterday",
            "FREQ=YEARLY;BYMONTH=13;COUNT=3",
            "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30;COUNT=3",
            "RRULE:FREQ=WEEKLY\nEXDATE:20270101T000000Z",
            "FREQ=WEEKLY;X-NAME=1;COUNT=3",
        ] {
            let body = endpoints[at].with("rule", json!(rule));
            refused_at(endpoints[at].send(scene, &body).await, "/rule", rule);
        }
        let both = endpoints[at].with("times", json!(["2026-07-01T09:00:00Z"]));
        refused_at(
            endpoints[at].send(scene, &both).await,
            "",
            "times and a rule",
        );
    })
    .await;
}

#[tokio::test]
async fn a_decision_names_what_it_is_about_by_a_hash_that_is_one() {
    let scene = Scene::open().await;
    let routes = [
        "POST /posts/{postId}/approve",
        "POST /posts/{postId}/reject",
    ];
    let endpoints = Endpoint::those(&scene, |route, _| routes.contains(&route)).await;
    without_effect(scene, async |scene| {
        for endpoint in &endpoints {
            let right = endpoint.call.body.clone().unwrap()["content_hash"].clone();
            let right = right.as_str().unwrap();
            for wrong in [
                "x",
                &right[1..],
                &right.to_uppercase(),
                &format!(" {right}"),
                &"#".repeat(64),
            ] {
                let body = endpoint.with("content_hash", json!(wrong));
                refused_at(endpoint.send(scene, &body).await, "/content_hash", wrong);
            }
            // A hash of something else is one, and is told apart.
            let other = endpoint.with("content_hash", json!("0".repeat(64)));
            endpoint.send(scene, &other).await.expect_problem(409);
        }
    })
    .await;
}

#[tokio::test]
async fn slots_of_a_queue_that_are_none_are_named() {
    let scene = Scene::open().await;
    let wanted = |route: &str, _: &Value| route == "PATCH /teams/{teamId}/accounts/{accountId}";
    let plan = Endpoint::those(&scene, wanted).await.remove(0);
    without_effect(scene, async |scene| {
        for (day, time) in [
            ("Monday", "09:00"),
            ("mon", "09:00"),
            ("", "09:00"),
            ("#", "09:00"),
            ("monday", "9:00"),
            ("monday", "24:00"),
            ("monday", "09:60"),
            ("monday", "09:00:00"),
            ("monday", "-1:00"),
            ("monday", ""),
        ] {
            let slots = json!([{ "day": "friday", "time": "17:30" }, { "day": day, "time": time }]);
            let body = plan.with("posting_times", slots);
            let what = format!("{day} {time}");
            refused_at(plan.send(scene, &body).await, "/posting_times/1", &what);
        }
        let twice =
            json!([{ "day": "friday", "time": "17:30" }, { "day": "friday", "time": "17:30" }]);
        let body = plan.with("posting_times", twice);
        refused_at(
            plan.send(scene, &body).await,
            "/posting_times",
            "a slot twice",
        );
        let days = ["monday", "tuesday", "wednesday", "thursday", "friday"];
        let many = (0..101)
            .map(|n| json!({ "day": days[n % 5], "time": format!("{:02}:{:02}", n % 24, n % 60) }));
        let body = plan.with("posting_times", many.collect());
        refused_at(plan.send(scene, &body).await, "/posting_times", "101 slots");
        for zone in [
            "",
            "Mars",
            "Asia/Jakarta\u{0}",
            "+07:00",
            "../../etc/localtime",
        ] {
            let body = plan.with("time_zone", json!(zone));
            refused_at(plan.send(scene, &body).await, "/time_zone", zone);
        }
    })
    .await;
}

#[tokio::test]
async fn asking_in_another_way_than_the_api_has_changes_no_post() {
    let scene = Scene::open().await;
    let paths = [
        format!("/posts/{}", scene.ours.post),
        format!("/posts/{}/approve", scene.ours.post),
        format!("/posts/{}/submit", scene.ours.post),
        format!("/posts/repost/{}", scene.ours.post),
        format!("/todos/{}", scene.ours.post),
        "/posts/schedule".to_owned(),
        "/posts/preview".to_owned(),
    ];
    without_effect(scene, async |scene| {
        for path in &paths {
            for method in [
                "HEAD", "OPTIONS", "PATCH", "TRACE", "PURGE", "put", "delete",
            ] {
                let method = reqwest::Method::from_bytes(method.as_bytes()).unwrap();
                for header in [
                    "x-http-method-override",
                    "x-method-override",
                    "x-http-method",
                ] {
                    let api = scene.admin.api.saying(header, "DELETE");
                    let body = Some("{}".to_owned());
                    let answer = api.send(method.clone(), path, body, "application/json");
                    let status = answer.await.status;
                    assert!(
                        matches!(status, 204 | 400 | 404 | 405 | 501),
                        "{method} {path}: {status}"
                    );
                }
            }
        }
        // A method in a header does not count: this is a look at the post, and nothing more.
        let api = scene.admin.api.saying("x-http-method-override", "DELETE");
        api.get(&paths[0]).await.expect(200);
    })
    .await;
}

#[tokio::test]
async fn a_version_of_a_post_that_is_none_is_refused_and_one_among_several_counts() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    let post = news.draft("Hello", &[&news.bluesky]).await;
    let at = (world.now() + seconds(3_600)).to_string();
    let path = format!("/posts/{post}");
    let body = json!({ "text": "Other", "account_ids": [news.bluesky] });
    for seen in [
        "\"0\"",
        "\"2\"",
        "1",
        "W/\"1\"",
        "\"\"",
        "\"1",
        "#",
        "\"18446744073709551617\"",
    ] {
        let api = news.ana.api.saying("if-match", seen);
        api.put(&path, &body).await.expect_problem(412);
        let time = json!({ "post_id": post, "publish_at": at });
        api.post("/posts/schedule", &time).await.expect_problem(412);
        api.delete(&path).await.expect_problem(412);
    }
    let unchanged = news.post(&post).await;
    assert_eq!(
        (&unchanged["text"], &unchanged["status"]),
        (&json!("Hello"), &json!("draft"))
    );
    let api = news.ana.api.saying("if-match", "\"7\", \"1\"");
    api.put(&path, &body).await.expect(200);
    world.finish().await;
}
