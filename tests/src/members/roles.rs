//! What members become and stop being, and that it counts at once.

use std::collections::BTreeMap;

use domain::Role;
use serde_json::json;

use super::{by_id, logged, member, members, role, roles};
use crate::harness::{Newsroom, World, seconds};

#[tokio::test]
async fn another_role_counts_from_the_next_request_on() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    let ben = world.sign_up("ben").await;
    world.join(&ben, &news.team, Role::Viewer).await;
    let draft = json!({ "team_id": news.team, "text": "Mine", "account_ids": [news.mastodon] });
    let rename = json!({ "name": "Harbour news" });
    let may = async |writes: u16, manages: u16| {
        assert_eq!(ben.api.post("/posts", &draft).await.status, writes);
        let managed = ben
            .api
            .patch(&format!("/teams/{}", news.team), &rename)
            .await;
        assert_eq!(managed.status, manages);
    };
    may(403, 403).await;
    let path = member(&news.team, &ben);
    let (mut before, steps) = (
        "viewer",
        [
            ("editor", 201, 403),
            ("admin", 201, 200),
            ("viewer", 403, 403),
        ],
    );
    for (name, writes, manages) in steps {
        world.advance(seconds(1)).await;
        let changed = news.ana.api.patch(&path, &role(name)).await.expect(200);
        assert_eq!(
            (&changed.body["role"], &changed.body["user_id"]),
            (&json!(name), &json!(ben.id))
        );
        assert_eq!(
            logged(&news.ana, &news.team).await,
            (
                json!("member.role_changed"),
                json!(news.ana.id),
                json!({ "role": name, "role_before": before })
            )
        );
        may(writes, manages).await;
        before = name;
    }
    // The same role again is no change.
    let entries = async || {
        news.ana
            .api
            .get(&format!("/activity?team_id={}", news.team))
            .await
            .body["items"]
            .as_array()
            .unwrap()
            .len()
    };
    let count = entries().await;
    news.ana.api.patch(&path, &role("viewer")).await.expect(200);
    assert_eq!(entries().await, count);
    world.finish().await;
}

#[tokio::test]
async fn nobody_gives_a_role_who_may_not_and_nobody_raises_himself() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    let (ben, eve, kim) = (
        world.sign_up("ben").await,
        world.sign_up("eve").await,
        world.sign_up("kim").await,
    );
    world.join(&ben, &news.team, Role::Editor).await;
    world.join(&eve, &news.team, Role::Viewer).await;
    for person in [&ben, &eve] {
        for other in [&news.ana, &ben, &eve] {
            for name in ["admin", "editor", "viewer"] {
                let refused = person
                    .api
                    .patch(&member(&news.team, other), &role(name))
                    .await;
                refused.expect_problem(403);
            }
        }
        for other in [&news.ana, &ben, &eve]
            .into_iter()
            .filter(|other| other.id != person.id)
        {
            person
                .api
                .delete(&member(&news.team, other))
                .await
                .expect_problem(403);
        }
        for name in ["admin", "editor", "viewer"] {
            let added = person
                .api
                .post(&members(&news.team), &by_id(&kim, name))
                .await;
            added.expect_problem(403);
            let by_address = json!({ "email": kim.email, "role": name });
            person
                .api
                .post(&members(&news.team), &by_address)
                .await
                .expect_problem(403);
        }
    }
    assert_eq!(
        roles(&news).await,
        BTreeMap::from([
            (news.ana.id.clone(), "admin".to_owned()),
            (ben.id, "editor".to_owned()),
            (eve.id, "viewer".to_owned()),
        ])
    );
    world.finish().await;
}

#[tokio::test]
async fn whoever_is_removed_or_leaves_is_out_at_once_and_may_be_added_again() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    let ben = world.sign_up("ben").await;
    let team = format!("/teams/{}", news.team);
    let own = member(&news.team, &ben);
    for (by, kind) in [(&news.ana, "member.removed"), (&ben, "member.left")] {
        world.join(&ben, &news.team, Role::Editor).await;
        ben.api.get(&team).await.expect(200);
        world.advance(seconds(1)).await;
        by.api.delete(&own).await.expect(204);
        assert_eq!(
            logged(&news.ana, &news.team).await,
            (json!(kind), json!(by.id), json!({ "role": "editor" }))
        );
        ben.api.get(&team).await.expect_problem(404);
        ben.api.delete(&own).await.expect_problem(404);
        news.ana.api.delete(&own).await.expect_problem(404);
        news.ana
            .api
            .patch(&own, &role("viewer"))
            .await
            .expect_problem(404);
        assert_eq!(
            ben.api.get("/teams").await.expect(200).body["items"],
            json!([])
        );
        world.advance(seconds(1)).await;
    }
    world.finish().await;
}

#[tokio::test]
async fn what_somebody_wrote_and_scheduled_stays_with_the_team_when_he_leaves() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    let ben = world.sign_up("ben").await;
    world.join(&ben, &news.team, Role::Editor).await;
    let draft = json!({ "team_id": news.team, "text": "Ben's", "account_ids": [news.mastodon] });
    let post = ben.api.post("/posts", &draft).await.expect(201).id();
    let at = (world.now() + seconds(300)).to_string();
    let schedule = json!({ "post_id": post, "publish_at": at });
    ben.api.post("/posts/schedule", &schedule).await.expect(200);
    world.leave(&ben, &news.team).await;
    ben.api
        .get(&format!("/posts/{post}"))
        .await
        .expect_problem(404);
    ben.api
        .post("/posts/schedule", &schedule)
        .await
        .expect_problem(404);
    world.advance(seconds(301)).await;
    assert_eq!(world.published(), ["Ben's"]);
    assert_eq!(news.state(&post).await, "published");
    world.finish().await;
}
