//! Posts that wait for somebody: for whoever's turn it is, the most urgent first.

use domain::Role;
use sandbox::{Effect, Fault};
use serde_json::{Value, json};

use super::todos;
use crate::harness::{Person, World, seconds};
use crate::posts::scene::{Desk, each};

/// What waits for somebody: of which kind, and about which post.
async fn waits(person: &Person) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let todos = todos(person).await.into_iter();
    todos
        .map(|todo| (text(&todo["kind"]), text(&todo["post_id"])))
        .collect()
}

fn one(kind: &str, post: &str) -> Vec<(String, String)> {
    vec![(kind.to_owned(), post.to_owned())]
}

fn none() -> Vec<(String, String)> {
    Vec::new()
}

#[tokio::test]
async fn a_pending_post_waits_for_those_who_may_approve_it_and_a_rejected_one_for_its_author() {
    let world = World::start().await;
    let desk = Desk::that_asks(&world).await;
    let Desk { news, ben, eve } = &desk;
    let kim = world.sign_up("kim").await;
    world.join(&kim, &news.team, Role::Viewer).await;
    let at = (world.now() + seconds(600)).to_string();
    let post = desk.pending("Opens at nine\nand closes at one", &at).await;
    for person in [eve, &news.ana] {
        assert_eq!(waits(person).await, one("approve_post", &post));
    }
    for person in [ben, &kim] {
        assert_eq!(waits(person).await, none());
    }
    let [todo] = &todos(eve).await[..] else {
        panic!("one thing waits")
    };
    assert_eq!(
        (&todo["summary"], &todo["due_at"], &todo["since"]),
        (
            &json!("Approve or reject: Opens at nine"),
            &json!(at),
            &json!(world.now().to_string())
        )
    );
    news.set(&json!({ "own_approval": true })).await;
    assert_eq!(waits(ben).await, one("approve_post", &post));
    news.set(&json!({ "own_approval": false })).await;

    let hash = eve.seen(&post).await;
    eve.reject(&post, &hash, "No").await.expect(200);
    assert_eq!(waits(ben).await, one("revise_post", &post));
    for person in [eve, &news.ana, &kim] {
        assert_eq!(waits(person).await, none());
    }
    ben.edit(&post, &news.body("Opens at eight", &[&news.mastodon]))
        .await
        .expect(200);
    ben.submit(&post).await.expect(200);
    assert_eq!(
        (waits(ben).await, waits(eve).await),
        (none(), one("approve_post", &post))
    );
    let hash = eve.seen(&post).await;
    eve.approve(&post, &hash).await.expect(200);
    assert_eq!((waits(ben).await, waits(eve).await), (none(), none()));
    world.finish().await;
}

#[tokio::test]
async fn a_draft_waits_for_whoever_is_to_see_to_it_until_it_has_a_time() {
    let world = World::start().await;
    let Desk { news, ben, eve } = Desk::open(&world).await;
    let mut body = news.body("Half a page", &[&news.mastodon]);
    body["assignee_id"] = json!(eve.id);
    let post = ben.write(&body).await;
    assert_eq!(
        (waits(&eve).await, waits(&ben).await),
        (one("finish_draft", &post), none())
    );
    body["assignee_id"] = json!(ben.id);
    ben.edit(&post, &body).await.expect(200);
    assert_eq!(
        (waits(&eve).await, waits(&ben).await),
        (none(), one("finish_draft", &post))
    );
    news.schedule(&post, world.now() + seconds(600)).await;
    assert_eq!(waits(&ben).await, none());
    world.finish().await;
}

#[tokio::test]
async fn what_failed_waits_for_its_author_and_the_admins_until_somebody_takes_note() {
    let world = World::start().await;
    let Desk { news, ben, eve } = Desk::open(&world).await;
    let body = json!({ "error": "Validation failed: no" });
    let refuse = Fault::on("create_status", Effect::Reject { status: 422, body });
    world.stack.sandbox().script(refuse);
    let post = ben.write(&news.body("Refused", &[&news.mastodon])).await;
    let fine = ben.write(&news.body("Fine", &[&news.bluesky])).await;
    for post in [&post, &fine] {
        ben.schedule(post, "now").await.expect(200);
    }
    world.settle().await;
    for person in [&ben, &news.ana] {
        assert_eq!(waits(person).await, one("failed_publication", &post));
    }
    assert_eq!(waits(&eve).await, none());
    let joe = world.sign_up("joe").await;
    let path = format!("/todos/{post}");
    joe.api.delete(&path).await.expect_problem(404);
    ben.api
        .delete(&format!("/todos/{fine}"))
        .await
        .expect_problem(409);
    ben.api.delete(&path).await.expect(204);
    for person in [&ben, &news.ana] {
        assert_eq!(waits(person).await, none());
    }
    ben.api.delete(&path).await.expect_problem(409);
    assert_eq!(news.post(&post).await["status"], "failed");
    let kinds = news.kinds_about(&post).await;
    assert!(kinds.iter().any(|kind| kind == "post.noted"), "{kinds:?}");

    // It fails anew, so it waits anew.
    let body = json!({ "error": "Validation failed: no" });
    let refuse = Fault::on("create_status", Effect::Reject { status: 422, body });
    world.stack.sandbox().script(refuse);
    ben.schedule(&post, "now").await.expect(200);
    world.settle().await;
    assert_eq!(waits(&ben).await, one("failed_publication", &post));
    // And it is done when it is out.
    ben.schedule(&post, "now").await.expect(200);
    world.settle().await;
    assert_eq!(waits(&ben).await, none());
    assert_eq!(news.post(&post).await["status"], "published");
    world.finish().await;
}

#[tokio::test]
async fn what_may_be_out_waits_to_be_looked_at_and_cannot_be_dismissed() {
    let world = World::start().await;
    let Desk { news, ben, eve } = Desk::open(&world).await;
    let lost = Fault::on("create_status", Effect::ExecThen500);
    world.stack.sandbox().script(lost);
    let post = ben.write(&news.body("Perhaps", &[&news.mastodon])).await;
    ben.schedule(&post, "now").await.expect(200);
    world.settle().await;
    for person in [&ben, &news.ana] {
        assert_eq!(waits(person).await, one("check_publication", &post));
    }
    assert_eq!(waits(&eve).await, none());
    ben.api
        .delete(&format!("/todos/{post}"))
        .await
        .expect_problem(409);
    world.finish().await;
}

/// A post that Eve wrote and Ben said yes to, for now.
async fn of_eve(world: &World, desk: &Desk, text: &str) -> String {
    let Desk { news, ben, eve } = desk;
    let post = eve.write(&news.body(text, &[&news.mastodon])).await;
    eve.schedule(&post, "now").await.expect(200);
    let hash = ben.seen(&post).await;
    ben.approve(&post, &hash).await.expect(200);
    world.settle().await;
    post
}

#[tokio::test]
async fn what_is_urgent_comes_first_and_each_kind_is_counted() {
    let world = World::start().await;
    let desk = Desk::that_asks(&world).await;
    let Desk { news, ben, eve } = &desk;
    let other = news.ana.create_team("Other").await;
    world.invite(&eve.email, &other, Role::Viewer).await;
    let after = |by: i64| (world.now() + seconds(by)).to_string();
    let later = desk.pending("Later", &after(900)).await;
    let sooner = desk.pending("Sooner", &after(700)).await;
    let mut body = news.body("Draft", &[&news.mastodon]);
    body["assignee_id"] = json!(eve.id);
    let draft = ben.write(&body).await;
    // Eve's own: one was refused, and of one nobody knows.
    let reject = Effect::Reject {
        status: 422,
        body: json!({ "error": "Validation failed: no" }),
    };
    world
        .stack
        .sandbox()
        .script(Fault::on("create_status", reject));
    let refused = of_eve(&world, &desk, "Refused").await;
    world
        .stack
        .sandbox()
        .script(Fault::on("create_status", Effect::ExecThen500));
    let unclear = of_eve(&world, &desk, "Unclear").await;

    let list = eve.api.get("/todos").await.expect(200).body;
    assert_eq!(
        each(&list["items"], "kind"),
        [
            "check_publication",
            "failed_publication",
            "approve_post",
            "approve_post",
            "finish_draft",
            "answer_invitation"
        ]
    );
    let posts: Vec<_> = list["items"].as_array().unwrap()[..5]
        .iter()
        .map(|todo| &todo["post_id"])
        .collect();
    assert_eq!(
        posts,
        [
            &json!(unclear),
            &json!(refused),
            &json!(sooner),
            &json!(later),
            &json!(draft)
        ]
    );
    assert_eq!(
        list["counts"],
        json!({ "check_publication": 1, "failed_publication": 1, "approve_post": 2, "finish_draft": 1, "answer_invitation": 1 })
    );
    world.leave(eve, &news.team).await;
    let left = eve.api.get("/todos").await.expect(200).body;
    assert_eq!(left["counts"], json!({ "answer_invitation": 1 }));
    world.finish().await;
}
