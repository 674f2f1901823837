//! Deleting one's own account: nothing of it opens anything any more, and nobody else is harmed.

use domain::Role;
use serde_json::json;

use super::OTHER_PASSWORD;
use crate::harness::{Newsroom, PASSWORD, World, seconds};

#[tokio::test]
async fn a_deleted_account_is_gone_with_everything_that_opened_it() {
    let world = World::start().await;
    world.sign_up("admin").await;
    let ana = world.sign_up("ana").await;
    let mut phone = world.visitor(5).enter(&ana.email).await;
    phone.api.link("google", "sari").await.expect(200);
    let unfinished_link = phone.api.agreed_to_link("facebook", "eka").await;
    let reset = world.reset_token(&ana.email).await;
    let wish = json!({ "email": "ana@example.org" });
    ana.api.post("/me/email", &wish).await.expect(202);
    let address = world.token_from("ana@example.org", "/verify-email").await;

    phone.api.delete("/me").await.expect(204);

    assert!(phone.is_over().await);
    world
        .anonymous
        .renew(&ana.refresh_token)
        .await
        .expect_problem(401);
    ana.api.get("/me").await.expect_problem(401);
    ana.api.delete("/me").await.expect_problem(401);
    world
        .anonymous
        .log_in(&ana.email, PASSWORD)
        .await
        .expect_problem(401);
    let body = json!({ "token": reset, "new_password": OTHER_PASSWORD });
    world
        .anonymous
        .post("/reset-password", &body)
        .await
        .expect_problem(422);
    let body = json!({ "token": address });
    world
        .anonymous
        .post("/verify-email", &body)
        .await
        .expect_problem(422);
    phone.api.get(&unfinished_link).await.expect_problem(401);
    let user = ana.id.parse().unwrap();
    assert!(world.store().user(user).await.unwrap().is_none());

    // Address and identity are free for whoever comes next, who gets nothing of the old account.
    let next = world.sign_up("ana").await;
    assert_ne!(next.id, ana.id);
    let sari = world.visitor(6).sign_in_at("google", "sari").await;
    let sari = sari.expect(200);
    assert!(![&ana.id, &next.id].contains(&&sari.body["user"]["id"].as_str().unwrap().to_owned()));
    // Nor do the old links open the new account with the same address.
    let body = json!({ "token": reset, "new_password": OTHER_PASSWORD });
    world
        .anonymous
        .post("/reset-password", &body)
        .await
        .expect_problem(422);
    world.finish().await;
}

#[tokio::test]
async fn deleting_needs_a_sign_in_of_the_last_ten_minutes() {
    let world = World::start().await;
    world.sign_up("admin").await;
    let ana = world.sign_up("ana").await;
    world.later(seconds(600)).await;
    ana.api.delete("/me").await.expect_problem(403);
    let renewed = world.anonymous.renew(&ana.refresh_token).await.expect(200);
    let renewed = world.anonymous.with_token(&renewed.field("access_token"));
    renewed.delete("/me").await.expect_problem(403);
    let ana = world.anonymous.enter(&ana.email).await;
    ana.api.delete("/me").await.expect(204);
    world.finish().await;
}

#[tokio::test]
async fn the_last_admin_of_the_deployment_stays() {
    let world = World::start().await;
    let ana = world.sign_up("ana").await;
    let ben = world.sign_up("ben").await;
    ana.api.delete("/me").await.expect_problem(409);
    assert_eq!(ana.api.get("/me").await.expect(200).body["id"], ana.id);
    let promote = json!({ "role": "admin" });
    let path = format!("/users/{}", ben.id);
    ana.api.patch(&path, &promote).await.expect(200);
    // Of the two that are left, both at once are too many.
    let (one, two) = futures::join!(ana.api.delete("/me"), ben.api.delete("/me"));
    let mut statuses = [one.status, two.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [204, 409], "{} {}", one.text, two.text);
    let left = world.store().users(None, 10).await.unwrap();
    assert!(left.len() == 1 && left[0].is_admin());
    world.finish().await;
}

#[tokio::test]
async fn the_last_admin_of_a_team_stays_and_others_leave_it_with_an_entry() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    let ben = world.sign_up("ben").await;
    let cleo = world.sign_up("cleo").await;
    let promote = json!({ "role": "admin" });
    let path = format!("/users/{}", cleo.id);
    news.ana.api.patch(&path, &promote).await.expect(200);
    world.join(&ben, &news.team, Role::Editor).await;
    let body = json!({ "team_id": news.team, "text": "By Ben", "account_ids": [news.mastodon] });
    let post = ben.api.post("/posts", &body).await.expect(201).id();

    news.ana.api.delete("/me").await.expect_problem(409);
    world.later(seconds(1)).await;
    ben.api.delete("/me").await.expect(204);

    let log = format!("/activity?team_id={}", news.team);
    let log = news.ana.api.get(&log).await.expect(200);
    let entry = &log.body["items"][0];
    assert_eq!(
        (&entry["kind"], &entry["actor_id"]),
        (&json!("member.left"), &json!(ben.id)),
        "{entry}"
    );
    // What he wrote stays with the team.
    assert_eq!(news.post(&post).await["text"], "By Ben");

    world.join(&cleo, &news.team, Role::Admin).await;
    news.ana.api.delete("/me").await.expect(204);
    let teams = cleo.api.get("/teams").await.expect(200);
    assert_eq!(teams.body["items"][0]["id"], news.team);
    cleo.api.delete("/me").await.expect_problem(409);
    world.finish().await;
}
