//! What waits for somebody: shown to whom it waits for, as long as it does.

mod posts;

use domain::Role;
use sandbox::{Effect, Fault};
use serde_json::{Value, json};

use crate::harness::{Newsroom, Person, World, seconds};

async fn todos(person: &Person) -> Vec<Value> {
    let list = person.api.get("/todos").await.expect(200);
    list.body["items"].as_array().unwrap().clone()
}

/// What the team's account on Mastodon is sent away with at its next post.
async fn lose(world: &World, news: &Newsroom) {
    let revoked = Fault::on("create_status", Effect::RevokeToken);
    world.stack.sandbox().script(revoked);
    let post = news.draft("Not let in", &[&news.mastodon]).await;
    news.schedule(&post, world.now() + seconds(30)).await;
    world.advance(seconds(40)).await;
}

#[tokio::test]
async fn an_account_to_connect_again_waits_for_the_admins_of_its_team_until_one_does() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    let (ben, eve, kim) = (
        world.sign_up("ben").await,
        world.sign_up("eve").await,
        world.sign_up("kim").await,
    );
    let outsider = world.sign_up("outsider").await;
    world.join(&ben, &news.team, Role::Admin).await;
    world.join(&eve, &news.team, Role::Editor).await;
    world.join(&kim, &news.team, Role::Viewer).await;
    let other = news.ana.create_team("Other").await;
    world.join(&outsider, &other, Role::Admin).await;
    assert_eq!(todos(&news.ana).await, Vec::<Value>::new());
    lose(&world, &news).await;

    for person in [&news.ana, &ben] {
        let [todo] = &todos(person).await[..] else {
            panic!("one thing waits")
        };
        assert_eq!(
            (
                &todo["kind"],
                &todo["team_id"],
                &todo["team_name"],
                &todo["account_id"],
                &todo["invitation_id"]
            ),
            (
                &json!("reconnect_account"),
                &json!(news.team),
                &json!("Harbour news"),
                &json!(news.mastodon),
                &Value::Null
            )
        );
        let summary = todo["summary"].as_str().unwrap();
        assert!(
            summary.starts_with("Connect harbour@mastodon.sandbox on Mastodon again"),
            "{summary}"
        );
    }
    for person in [&eve, &kim, &outsider] {
        assert_eq!(todos(person).await, Vec::<Value>::new());
    }
    // Who becomes an admin has it to do too, and who is none any more has not.
    let path = |person: &Person| format!("/teams/{}/members/{}", news.team, person.id);
    let role = |role: &str| json!({ "role": role });
    news.ana
        .api
        .patch(&path(&eve), &role("admin"))
        .await
        .expect(200);
    news.ana
        .api
        .patch(&path(&ben), &role("editor"))
        .await
        .expect(200);
    assert_eq!((todos(&eve).await.len(), todos(&ben).await.len()), (1, 0));
    assert_eq!(eve.connect_mastodon(&news.team).await, news.mastodon);
    for person in [&news.ana, &ben, &eve] {
        assert_eq!(todos(person).await, Vec::<Value>::new());
    }
    world.finish().await;
}

#[tokio::test]
async fn what_waits_goes_with_the_account_that_is_disconnected() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    lose(&world, &news).await;
    assert_eq!(todos(&news.ana).await.len(), 1);
    let path = format!("/teams/{}/accounts/{}", news.team, news.mastodon);
    news.ana.api.delete(&path).await.expect(204);
    assert_eq!(todos(&news.ana).await, Vec::<Value>::new());
    world.finish().await;
}

#[tokio::test]
async fn an_invitation_waits_for_the_owner_of_its_address_until_it_is_answered() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    let (ben, eve) = (world.sign_up("ben").await, world.sign_up("eve").await);
    let other = news.ana.create_team("Other").await;
    let (mut invitations, mut expected) = (Vec::new(), Vec::new());
    for (team, name, role) in [
        (&news.team, "Harbour news", Role::Editor),
        (&other, "Other", Role::Viewer),
    ] {
        world.advance(seconds(1)).await;
        let id = world.invite(&ben.email, team, role).await;
        expected.push(json!({
            "kind": "answer_invitation", "team_id": team, "team_name": name, "account_id": null, "post_id": null, "due_at": null, "invitation_id": id,
            "summary": format!("Join {name} as {role}"), "since": world.now().to_string(),
        }));
        invitations.push(id);
    }
    assert_eq!(todos(&ben).await, expected);
    for person in [&eve, &news.ana] {
        assert_eq!(todos(person).await, Vec::<Value>::new());
    }
    let accept = format!("/invitations/{}/accept", invitations[0]);
    ben.api.post(&accept, &json!({})).await.expect(200);
    assert_eq!(todos(&ben).await, expected[1..]);
    let decline = format!("/invitations/{}", invitations[1]);
    ben.api.delete(&decline).await.expect(204);
    assert_eq!(todos(&ben).await, Vec::<Value>::new());
    world.finish().await;
}

#[tokio::test]
async fn nothing_of_a_team_waits_for_whoever_has_left_it() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    let ben = world.sign_up("ben").await;
    world.join(&ben, &news.team, Role::Admin).await;
    lose(&world, &news).await;
    assert_eq!(todos(&ben).await.len(), 1);
    world.leave(&ben, &news.team).await;
    assert_eq!(todos(&ben).await, Vec::<Value>::new());
    world.finish().await;
}
