//! Replacing the keys that tokens and links are made with, while people work.

use std::collections::BTreeSet;

use app::app::ACCESS_TOKENS;
use app::auth::access::{Signer, Subject};
use app::auth::refresh::RefreshToken;
use app::keys::MacKey;
use app::secrets;
use jiff::{SignedDuration, Timestamp};
use local::Options;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};

use super::OTHER_PASSWORD;
use crate::harness::{PASSWORD, Person, World, seconds};

const DAY: i64 = 86_400;

/// A world in which the job runs when the test says so.
async fn world() -> World {
    World::from(Options {
        schedules: false,
        ..Options::default()
    })
    .await
}

async fn run(world: &World, event: Value) -> Value {
    let answer = world.stack.invoke("jobs-rotate-keys", event).await;
    answer.unwrap()["steps"]["signing"].clone()
}

/// The ids of the keys that are published, after a look for anything that must not be.
async fn published(world: &World) -> BTreeSet<String> {
    let keys = world.anonymous.get("/.well-known/jwks.json").await;
    let keys = keys.expect(200).body["keys"].clone();
    let kid = |key: &Value| {
        let fields: Vec<_> = key.as_object().unwrap().keys().collect();
        assert_eq!(fields, ["alg", "crv", "kid", "kty", "use", "x"]);
        key["kid"].as_str().unwrap().to_owned()
    };
    keys.as_array().unwrap().iter().map(kid).collect()
}

fn kid(person: &Person) -> String {
    let token = person.api.token.as_ref().unwrap();
    let header = token.split('.').next().unwrap();
    let engine = base64::engine::general_purpose::URL_SAFE_NO_PAD;
    let header = base64::Engine::decode(&engine, header).unwrap();
    let header: Value = serde_json::from_slice(&header).unwrap();
    header["kid"].as_str().unwrap().to_owned()
}

/// The seeds of a secret that there are, by their names.
async fn seeds(world: &World, secret: &str) -> BTreeSet<String> {
    let text = secrets::read(&world.stack.app().aws, secret).await.unwrap();
    let secret: Value = serde_json::from_str(text.expose_secret()).unwrap();
    ["seed", "next", "previous"]
        .into_iter()
        .filter(|name| secret[*name].is_string())
        .map(str::to_owned)
        .collect()
}

/// Things that were made at one moment, and are used at another.
struct Kit {
    made: Timestamp,
    person: Person,
    newcomer: String,
    link: String,
}

impl Kit {
    async fn of(world: &World, name: &str) -> Self {
        let newcomer = format!("{name}@example.com");
        world.register(&newcomer, PASSWORD).await;
        Self {
            made: world.now(),
            person: world.anonymous.enter("ana@example.com").await,
            link: world.token_from(&newcomer, "/verify-email").await,
            newcomer,
        }
    }

    fn age(&self, world: &World) -> SignedDuration {
        world.now().duration_since(self.made)
    }

    /// Uses everything that still has its time: minutes for the access token, an hour for the link, days for the session.
    async fn works(mut self, world: &World) {
        let age = self.age(world);
        if age < SignedDuration::from_mins(15) {
            self.person.api.get("/me").await.expect(200);
            self.person.api.get("/teams").await.expect(200);
        }
        assert!(!self.person.is_over().await, "{}", self.newcomer);
        if age < SignedDuration::from_mins(60) {
            let body = json!({ "token": self.link });
            let confirmed = world.anonymous.post("/verify-email", &body).await;
            confirmed.expect(201);
        }
    }
}

/// Somebody with a link of the kind that is used up with the account's other links.
async fn asked(world: &World, name: &str) -> [String; 2] {
    let person = world.sign_up(name).await;
    let newer = format!("newer.{name}@example.com");
    let wish = json!({ "email": newer });
    person.api.post("/me/email", &wish).await.expect(202);
    let address = world.token_from(&newer, "/verify-email").await;
    [address, world.reset_token(&person.email).await]
}

#[tokio::test]
async fn nothing_that_was_made_with_an_old_key_fails_at_any_step_of_a_rotation() {
    let world = world().await;
    let before = world.sign_up("ana").await;
    let old = published(&world).await;
    assert_eq!(old, BTreeSet::from([kid(&before)]));
    let [address, _] = asked(&world, "ben").await;
    let [_, reset] = asked(&world, "cleo").await;

    // Things of every age at every moment: half of them are used at once, and half when the access token is about to expire.
    let begin = world.now();
    let (mut kits, mut steps) = (Vec::new(), Vec::new());
    for n in 0..18 {
        steps.push(run(&world, json!({ "begin": n == 2 })).await);
        let kit = Kit::of(&world, &format!("p{n}")).await;
        if n % 2 == 0 {
            kit.works(&world).await;
        } else {
            kits.push(kit);
        }
        let is_old = |kit: &Kit| kit.age(&world) >= SignedDuration::from_mins(14);
        while kits.first().is_some_and(is_old) {
            kits.remove(0).works(&world).await;
        }
        let keys = published(&world).await;
        let expected = if n < 2 { 1 } else { 2 };
        assert_eq!(keys.len(), expected, "{n}: {keys:?}");
        let next = begin + seconds((n + 1) * 120);
        world.later(next.duration_since(world.now())).await;
    }
    let taken: Vec<_> = steps.iter().filter_map(Value::as_str).collect();
    assert_eq!(taken, ["note", "announce", "switch"], "{steps:?}");
    let link = json!({ "token": address });
    let moved = world.anonymous.post("/verify-email", &link).await;
    moved.expect(200);
    let chosen = json!({ "token": reset, "new_password": OTHER_PASSWORD });
    let chosen = world.anonymous.post("/reset-password", &chosen).await;
    chosen.expect(200);

    // The key is another one now; the old one is gone when no token of it can be good any more.
    let after = world.anonymous.enter("ana@example.com").await;
    assert!(!old.contains(&kid(&after)));
    world.later(seconds(46 * 60)).await;
    assert_eq!(published(&world).await, BTreeSet::from([kid(&after)]));
    for kit in kits {
        kit.works(&world).await;
    }
    world.finish().await;
}

#[tokio::test]
async fn an_old_refresh_token_renews_its_session_weeks_after_the_key_was_replaced() {
    let world = world().await;
    let mut people = Vec::new();
    for name in ["ana", "ben", "cleo"] {
        people.push(world.sign_up(name).await);
    }
    assert_eq!(run(&world, json!({ "begin": true })).await, "announce");
    people.push(world.sign_up("dora").await);
    world.later(seconds(600)).await;
    assert_eq!(run(&world, json!({})).await, "switch");
    people.push(world.sign_up("eve").await);
    for (person, wait) in people.iter_mut().zip([DAY, 5 * DAY, 7 * DAY, 0, 0]) {
        world.later(seconds(wait)).await;
        assert!(!person.is_over().await, "{}", person.email);
        assert_eq!(run(&world, json!({})).await, Value::Null);
    }
    // When no session of that time can live any more, the old seed is forgotten.
    let app = world.stack.app();
    for secret in [&app.config.signing_secret, &app.config.link_secret] {
        let both = BTreeSet::from(["previous".to_owned(), "seed".to_owned()]);
        assert_eq!(seeds(&world, secret).await, both);
    }
    world.later(seconds(17 * DAY)).await;
    assert_eq!(run(&world, json!({})).await, "forget");
    for secret in [&app.config.signing_secret, &app.config.link_secret] {
        let one = BTreeSet::from(["seed".to_owned()]);
        assert_eq!(seeds(&world, secret).await, one);
    }
    world.anonymous.enter("ana@example.com").await;
    world.finish().await;
}

/// What a thief makes who has a copy of a seed: tokens of a session that lives.
async fn forged(world: &World, seed: &SecretString, person: &Person) -> (String, String) {
    let user = person.id.parse().unwrap();
    let sessions = person.api.get("/me/sessions").await.expect(200);
    let sessions = sessions.body["items"].as_array().unwrap();
    let current = sessions.iter().find(|session| session["current"] == true);
    let session = current.unwrap()["id"].as_str().unwrap().parse().unwrap();
    let signer = Signer::new(&secrets::derive(seed, ACCESS_TOKENS)).unwrap();
    let subject = Subject { user, session };
    let access = signer.issue(&world.stack.app().config.issuer, subject, world.now());
    let refresh = RefreshToken {
        user,
        session,
        generation: 1,
    };
    let key = MacKey::new(&secrets::derive(seed, "refresh-token"));
    (access.unwrap(), refresh.issue(&key))
}

#[tokio::test]
async fn what_is_made_with_a_copy_of_a_seed_is_worth_nothing_after_two_rotations() {
    let world = world().await;
    world.sign_up("ana").await;
    let app = world.stack.app();
    let text = secrets::read(&app.aws, &app.config.signing_secret).await;
    let text: Value = serde_json::from_str(text.unwrap().expose_secret()).unwrap();
    let stolen = SecretString::from(text["seed"].as_str().unwrap());

    // Until then a copy is a key: this shows that what is refused below is refused for its seed.
    let ana = world.visitor(1).enter("ana@example.com").await;
    let (access, refresh) = forged(&world, &stolen, &ana).await;
    world
        .anonymous
        .with_token(&access)
        .get("/me")
        .await
        .expect(200);
    world.anonymous.renew(&refresh).await.expect(200);

    for _ in 0..2 {
        assert_eq!(run(&world, json!({ "begin": true })).await, "announce");
        world.later(seconds(600)).await;
        assert_eq!(run(&world, json!({})).await, "switch");
    }
    // Each function reads its secrets again within five minutes, and public keys end 45 minutes after their last use.
    world.later(seconds(46 * 60)).await;
    let ana = world.visitor(1).enter("ana@example.com").await;
    let (access, refresh) = forged(&world, &stolen, &ana).await;
    let thief = world.anonymous.with_token(&access);
    thief.get("/me").await.expect_problem(401);
    world.anonymous.renew(&refresh).await.expect_problem(401);
    ana.api.get("/me").await.expect(200);
    world.finish().await;
}

#[tokio::test]
async fn a_rotation_that_is_begun_twice_is_one_rotation() {
    let world = world().await;
    world.sign_up("ana").await;
    let begin = json!({ "begin": true });
    let (one, two) = futures::join!(
        world.stack.invoke("jobs-rotate-keys", begin.clone()),
        world.stack.invoke("jobs-rotate-keys", begin.clone())
    );
    let answers = [one.unwrap(), two.unwrap()];
    let announced = answers
        .iter()
        .filter(|answer| answer["steps"]["signing"] == "announce");
    assert_eq!(announced.count(), 1, "{answers:?}");
    assert_eq!(published(&world).await.len(), 2);
    for _ in 0..3 {
        assert_eq!(run(&world, begin.clone()).await, Value::Null);
    }
    assert_eq!(published(&world).await.len(), 2);
    world.later(seconds(600)).await;
    assert_eq!(run(&world, begin.clone()).await, "switch");
    assert_eq!(published(&world).await.len(), 2);
    world.finish().await;
}

#[tokio::test]
async fn keys_are_replaced_every_ninety_days_without_anybody_asking() {
    let world = world().await;
    world.sign_up("ana").await;
    assert_eq!(run(&world, json!({})).await, "note");
    world.later(seconds(90 * DAY - 1)).await;
    assert_eq!(run(&world, json!({})).await, Value::Null);
    world.later(seconds(1)).await;
    assert_eq!(run(&world, json!({})).await, "announce");
    world.finish().await;
}

#[tokio::test]
async fn the_schedule_takes_a_rotation_to_its_end() {
    let world = World::start().await;
    let ana = world.sign_up("ana").await;
    run(&world, json!({ "begin": true })).await;
    world.advance(seconds(31 * 60)).await;
    let later = world.anonymous.enter(&ana.email).await;
    assert_ne!(kid(&ana), kid(&later));
    assert_eq!(published(&world).await.len(), 2);
    world.advance(seconds(46 * 60)).await;
    assert_eq!(published(&world).await, BTreeSet::from([kid(&later)]));
    world.finish().await;
}
