//! Invitations to a team: who is asked, who can join by them, and until when.

mod ending;
mod limits;
mod links;
mod once;
mod roles;

use domain::Kind;
use serde_json::{Value, json};

use crate::harness::{Answer, Newsroom, PASSWORD, Person, World, seconds};

const DAY: i64 = 24 * 3_600;
const WEEK: i64 = 7 * DAY;

impl Newsroom {
    async fn invite(&self, email: &str, role: &str) -> Answer {
        let path = format!("/teams/{}/members", self.team);
        let body = json!({ "email": email, "role": role });
        self.ana.api.post(&path, &body).await
    }

    /// The team's invitations, as its admin sees them.
    async fn invitations(&self) -> Vec<Value> {
        let path = format!("/teams/{}/invitations", self.team);
        items(&self.ana.api.get(&path).await.expect(200))
    }

    fn invitation(&self, id: &str) -> String {
        format!("/teams/{}/invitations/{id}", self.team)
    }

    async fn resend(&self, id: &str) -> Answer {
        let path = format!("{}/resend", self.invitation(id));
        self.ana.api.post(&path, &json!({})).await
    }

    /// The kinds of entries in the team's log, newest first.
    async fn logged(&self, world: &World) -> Vec<Kind> {
        let team = self.team.parse().unwrap();
        let log = world.store().activity(team, None, 300).await.unwrap();
        log.iter().map(|entry| entry.kind).collect()
    }

    /// Signs the admin in again: an access token lives for a quarter of an hour.
    async fn later(self, world: &World) -> Self {
        let ana = world.log_in(&self.ana.email).await;
        Self { ana, ..self }
    }
}

fn items(answer: &Answer) -> Vec<Value> {
    answer.body["items"].as_array().unwrap().clone()
}

async fn accept(person: &Person, invitation: &str) -> Answer {
    let path = format!("/invitations/{invitation}/accept");
    person.api.post(&path, &json!({})).await
}

async fn decline(person: &Person, invitation: &str) -> Answer {
    let path = format!("/invitations/{invitation}");
    person.api.delete(&path).await
}

/// Accepts with the token of the mail.
async fn accept_by_link(world: &World, token: &str) -> Answer {
    let body = json!({ "token": token });
    world.anonymous.post("/accept-invitation", &body).await
}

async fn mine(person: &Person) -> Vec<Value> {
    items(&person.api.get("/invitations").await.expect(200))
}

async fn is_member(person: &Person, team: &str) -> bool {
    person.api.get(&format!("/teams/{team}")).await.status == 200
}

/// An answer without what must be different: ids and times of its own, and the address.
fn without_own(answer: &Answer, email: &str) -> (u16, Vec<(String, String)>, String) {
    let own = ["apigw-requestid", "date"];
    let headers = answer.headers.iter();
    let headers = headers.filter(|(name, _)| !own.contains(&name.as_str()));
    let mut headers: Vec<_> = headers
        .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
        .collect();
    headers.sort();
    let body = answer.text.replace(email, "ADDRESS");
    let body = match answer.body["id"].as_str() {
        Some(id) => body.replace(id, "ID"),
        None => body,
    };
    (answer.status, headers, body)
}

#[tokio::test]
async fn an_invitation_is_answered_the_same_whoever_has_the_address() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    let (_, closed) = (world.sign_up("known").await, world.sign_up("close").await);
    let disable = json!({ "status": "disabled" });
    let path = format!("/users/{}", closed.id);
    news.ana.api.patch(&path, &disable).await.expect(200);
    // Signed up, and never confirmed.
    world.register("begun@example.com", PASSWORD).await;
    world.settle().await;
    // All of one length, because that of the body is a header.
    let addresses = ["known", "close", "begun", "guest"].map(|name| format!("{name}@example.com"));
    let mut answers = Vec::new();
    for email in &addresses {
        let answer = news.invite(email, "editor").await;
        let listed = news.invitations().await;
        assert!(listed.contains(&answer.body), "{email}");
        answers.push(without_own(&answer.expect(202), email));
    }
    for answer in &answers[1..] {
        assert_eq!(*answer, answers[0]);
    }
    // So is whatever is asked about an invitation afterwards.
    let mut answers = Vec::new();
    for invitation in news.invitations().await {
        let email = invitation["email"].as_str().unwrap();
        let id = invitation["id"].as_str().unwrap();
        let again = news.invite(email, "viewer").await.expect_problem(409);
        let resent = news.resend(id).await.expect(202);
        let revoked = news.ana.api.delete(&news.invitation(id)).await.expect(204);
        let again = (again.status, again.body["detail"].clone());
        answers.push((
            again,
            without_own(&resent, email),
            without_own(&revoked, email),
        ));
    }
    for answer in &answers[1..] {
        assert_eq!(*answer, answers[0]);
    }
    world.finish().await;
}

#[tokio::test]
async fn whoever_is_invited_joins_with_the_role_of_the_invitation_and_the_team_hears_of_it() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    let ben = world.sign_up("ben").await;
    let invited = news.invite(&ben.email, "editor").await.expect(202);
    assert_eq!(
        invited.body,
        json!({
            "id": invited.id(), "team_id": news.team, "email": ben.email, "role": "editor", "status": "open", "invited_by": news.ana.id,
            "sent_at": world.now().to_string(), "expires_at": (world.now() + seconds(WEEK)).to_string(),
        })
    );
    let [own] = &mine(&ben).await[..] else {
        panic!("one invitation")
    };
    assert_eq!(
        (&own["id"], &own["team_id"], &own["team_name"], &own["role"]),
        (
            &invited.body["id"],
            &json!(news.team),
            &json!("Harbour news"),
            &json!("editor")
        )
    );
    assert!(!is_member(&ben, &news.team).await);
    world.advance(seconds(1)).await;
    let joined = accept(&ben, &invited.id()).await.expect(200);
    assert_eq!(
        (&joined.body["id"], &joined.body["role"]),
        (&json!(news.team), &json!("editor"))
    );
    assert!(is_member(&ben, &news.team).await);
    assert_eq!(
        (mine(&ben).await, news.invitations().await),
        (vec![], vec![])
    );
    let log = ben
        .api
        .get(&format!("/activity?team_id={}", news.team))
        .await
        .expect(200);
    let entry = &log.body["items"][0];
    assert_eq!(
        (
            &entry["kind"],
            &entry["actor_id"],
            &entry["invitation_id"],
            &entry["details"]
        ),
        (
            &json!("member.joined"),
            &json!(ben.id),
            &invited.body["id"],
            &json!({ "role": "editor" })
        )
    );
    world.finish().await;
}

#[tokio::test]
async fn whoever_signs_up_after_being_invited_finds_the_invitation() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    // Written in another way, it is the same address.
    let invited = news.invite("Ben@Example.COM", "viewer").await.expect(202);
    let ben = world.sign_up("ben").await;
    assert_eq!(mine(&ben).await[0]["id"], invited.body["id"]);
    assert!(
        !is_member(&ben, &news.team).await,
        "signing up alone makes nobody a member"
    );
    accept(&ben, &invited.id()).await.expect(200);
    assert!(is_member(&ben, &news.team).await);
    world.finish().await;
}

#[tokio::test]
async fn an_invitation_is_its_addresses_and_for_others_like_one_that_never_was() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    let (ben, eve) = (world.sign_up("ben").await, world.sign_up("eve").await);
    let invitation = news.invite(&ben.email, "admin").await.expect(202).id();
    let never = "invitation_01kaw3x0fhe9ps6r4h8x5tq7vd";
    let told = |answer: Answer| {
        let mut body = answer.expect_problem(404).body;
        body["instance"] = Value::Null;
        body
    };
    for person in [&eve, &news.ana] {
        assert_eq!(
            told(accept(person, &invitation).await),
            told(accept(person, never).await)
        );
        assert_eq!(
            told(decline(person, &invitation).await),
            told(decline(person, never).await)
        );
        assert_eq!(mine(person).await, Vec::<Value>::new());
    }
    assert!(!is_member(&eve, &news.team).await);
    // Being invited shows nothing of the team, and lets nobody see or change who else is.
    let path = news.invitation(&invitation);
    ben.api.delete(&path).await.expect_problem(404);
    let resend = format!("{path}/resend");
    ben.api.post(&resend, &json!({})).await.expect_problem(404);
    ben.api
        .get(&format!("/teams/{}/invitations", news.team))
        .await
        .expect_problem(404);
    accept(&ben, &invitation).await.expect(200);
    world.finish().await;
}

#[tokio::test]
async fn an_invitation_does_not_follow_its_owner_to_another_address() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    let ben = world.sign_up("ben").await;
    let invitation = news.invite(&ben.email, "editor").await.expect(202).id();
    let store = world.store();
    let user = store.user(ben.id.parse().unwrap()).await.unwrap().unwrap();
    let wish = json!({ "email": "ben@example.org", "current_password": PASSWORD });
    ben.api.post("/me/email", &wish).await.expect(202);
    let token = world.verification_token("ben@example.org").await;
    let confirm = json!({ "token": token });
    world
        .anonymous
        .post("/verify-email", &confirm)
        .await
        .expect(200);
    let ben = world.log_in("ben@example.org").await;
    assert_eq!(mine(&ben).await, Vec::<Value>::new());
    accept(&ben, &invitation).await.expect_problem(404);
    let by_link = accept_by_link(&world, &world.invitation_token(&invitation).await).await;
    // Nobody has the address now.
    by_link.expect_problem(409);
    // Nor does a request that read the old address before the change.
    let (app, id) = (world.stack.app(), invitation.parse().unwrap());
    let read = store.invitation(id).await.unwrap().unwrap();
    assert!(read.is_open_to(&user, world.now()));
    let joined = read.accept(&user, domain::Entry::system(app.new_id()), app.now());
    let refused = store.accept_invitation(&read, &joined, &user).await;
    assert!(matches!(refused, Err(store::Error::Stale)), "{refused:?}");
    assert!(!is_member(&ben, &news.team).await);
    world.finish().await;
}
