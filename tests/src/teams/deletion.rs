//! Deleting a team: whoever may, and at once for everybody.

use aws_sdk_dynamodb::types::AttributeValue;
use domain::{Kind, Role};
use futures::join;
use serde_json::{Value, json};

use crate::harness::{Answer, Newsroom, Person, World, seconds};

impl Newsroom {
    pub(super) async fn delete(&self) {
        let path = format!("/teams/{}?name=Harbour%20news", self.team);
        self.ana.api.delete(&path).await.expect(204);
    }

    /// What happened in the team, newest first; deleted or not.
    async fn kinds(&self, world: &World) -> Vec<Kind> {
        let team = self.team.parse().unwrap();
        let log = world.store().activity(team, None, 200).await.unwrap();
        log.iter().map(|entry| entry.kind).collect()
    }

    pub(super) async fn count(&self, world: &World, kind: Kind) -> usize {
        let kinds = self.kinds(world).await;
        kinds.into_iter().filter(|it| *it == kind).count()
    }
}

fn without_request(answer: Answer) -> Value {
    let mut body = answer.expect_problem(404).body;
    body["instance"] = Value::Null;
    body
}

#[tokio::test]
async fn a_team_is_deleted_by_an_admin_who_repeats_its_name() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    let ben = world.sign_up("ben").await;
    world.join(&ben, &news.team, Role::Editor).await;
    let path = format!("/teams/{}", news.team);
    for query in [
        "",
        "?name=",
        "?name=harbour%20news",
        "?name=Harbour",
        "?name=Harbour%20news!",
    ] {
        let refused = news.ana.api.delete(&format!("{path}{query}")).await;
        assert_eq!(refused.expect_problem(422).pointer(), "?name", "{query}");
    }
    let right = format!("{path}?name=Harbour%20news");
    ben.api.delete(&right).await.expect_problem(403);
    news.ana.api.get(&path).await.expect(200);
    news.ana.api.delete(&right).await.expect(204);
    news.ana.api.delete(&right).await.expect_problem(404);
    assert_eq!(news.count(&world, Kind::TeamDeleted).await, 1);
    world.finish().await;
}

#[tokio::test]
async fn of_two_who_delete_a_team_at_once_one_does() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    let path = format!("/teams/{}?name=Harbour%20news", news.team);
    let (one, two) = join!(news.ana.api.delete(&path), news.ana.api.delete(&path));
    let mut statuses = [one.status, two.status];
    statuses.sort_unstable();
    // The other one finds it gone, changed meanwhile, or himself a member no more.
    let other = [403, 404, 412].contains(&statuses[1]);
    assert!(statuses[0] == 204 && other, "{statuses:?}");
    assert_eq!(news.count(&world, Kind::TeamDeleted).await, 1);
    world.finish().await;
}

/// The team's row as it is from the moment of a deletion on, when nothing that follows has begun.
async fn mark(world: &World, team: &str) {
    let app = world.stack.app();
    let key = |text: String| AttributeValue::S(text);
    let update = app.aws.dynamodb().update_item();
    update
        .table_name(&app.config.table)
        .key("PK", key(format!("TEAM#{team}")))
        .key("SK", key("META".to_owned()))
        .update_expression("SET #deleted_at = :now")
        .expression_attribute_names("#deleted_at", "deleted_at")
        .expression_attribute_values(":now", key(world.now().to_string()))
        .send()
        .await
        .unwrap();
}

#[tokio::test]
async fn a_deleted_team_is_at_once_for_everybody_like_one_that_never_was() {
    let world = World::start().await;
    let scene = Doomed::open(&world).await;
    scene.news.delete().await;
    scene.is_gone(&world).await;
    world.finish().await;
}

#[tokio::test]
async fn a_deleted_team_is_gone_before_any_of_it_is_cleared_away() {
    let world = World::start().await;
    let scene = Doomed::open(&world).await;
    mark(&world, &scene.news.team).await;
    scene.is_gone(&world).await;
    world.finish().await;
}

/// A team before its end, with a member, somebody who is invited, and a post.
struct Doomed {
    news: Newsroom,
    ben: Person,
    eve: Person,
    invitation: String,
    token: String,
    post: String,
}

impl Doomed {
    async fn open(world: &World) -> Self {
        let news = Newsroom::open(world).await;
        let (ben, eve) = (world.sign_up("ben").await, world.sign_up("eve").await);
        world.join(&ben, &news.team, Role::Viewer).await;
        let invitation = world.invite(&eve.email, &news.team, Role::Editor).await;
        Self {
            token: world.invitation_token(&invitation).await,
            post: news.draft("Too late", &[&news.mastodon]).await,
            news,
            ben,
            eve,
            invitation,
        }
    }

    /// Nobody finds anything of it.
    async fn is_gone(&self, world: &World) {
        let Self {
            news,
            ben,
            eve,
            invitation,
            token,
            post,
        } = self;
        let nobody = "team_01kaw3x0fhe9ps6r4h8x5tq7vd";
        let never = "post_01kaw3x0fhe9ps6r4h8x5tq7vd";
        for person in [&news.ana, ben] {
            for path in [
                "/teams/TEAM".to_owned(),
                "/teams/TEAM/members".to_owned(),
                "/teams/TEAM/invitations".to_owned(),
                "/teams/TEAM/accounts".to_owned(),
                format!("/teams/TEAM/accounts/{}", news.mastodon),
                "/posts?team_id=TEAM".to_owned(),
                "/activity?team_id=TEAM".to_owned(),
            ] {
                let gone = person.api.get(&path.replace("TEAM", &news.team)).await;
                let unknown = person.api.get(&path.replace("TEAM", nobody)).await;
                assert_eq!(without_request(gone), without_request(unknown), "{path}");
            }
            let gone = person.api.get(&format!("/posts/{post}")).await;
            let unknown = person.api.get(&format!("/posts/{never}")).await;
            assert_eq!(without_request(gone), without_request(unknown));
            for list in ["/teams", "/posts", "/todos"] {
                let list = person.api.get(list).await.expect(200);
                assert_eq!(list.body["items"], json!([]), "{}", list.text);
            }
        }
        let ana = &news.ana.api;
        for (path, body) in [
            (
                "/teams/TEAM/members",
                json!({ "email": "new@example.com", "role": "viewer" }),
            ),
            (
                "/teams/TEAM/members",
                json!({ "user_id": eve.id, "role": "viewer" }),
            ),
            (
                "/teams/TEAM/accounts",
                json!({ "platform": "mastodon", "host": "mastodon.sandbox" }),
            ),
            (
                "/posts",
                json!({ "team_id": "TEAM", "text": "New", "account_ids": [news.mastodon] }),
            ),
        ] {
            let asked = |team: &str| {
                let body = body.to_string().replace("TEAM", team);
                (
                    path.replace("TEAM", team),
                    serde_json::from_str::<Value>(&body).unwrap(),
                )
            };
            let ((here, there), (mine, other)) = (asked(&news.team), asked(nobody));
            let (gone, unknown) = (ana.post(&here, &there).await, ana.post(&mine, &other).await);
            assert_eq!(without_request(gone), without_request(unknown), "{path}");
        }
        let at = (world.now() + seconds(60)).to_string();
        let schedule = json!({ "post_id": post, "publish_at": at });
        ana.post("/posts/schedule", &schedule)
            .await
            .expect_problem(404);
        ana.patch(&format!("/teams/{}", news.team), &json!({ "name": "Back" }))
            .await
            .expect_problem(404);
        ben.api
            .delete(&format!("/teams/{}/members/{}", news.team, ben.id))
            .await
            .expect_problem(404);

        let mine = eve.api.get("/invitations").await.expect(200);
        assert_eq!(mine.body["items"], json!([]));
        let todos = eve.api.get("/todos").await.expect(200);
        assert_eq!(todos.body["items"], json!([]));
        let accept = format!("/invitations/{invitation}/accept");
        eve.api.post(&accept, &json!({})).await.expect_problem(404);
        let by_link = world
            .anonymous
            .post("/accept-invitation", &json!({ "token": token }))
            .await;
        assert_eq!(by_link.expect_problem(422).pointer(), "/token");
    }
}
