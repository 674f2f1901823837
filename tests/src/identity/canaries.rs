//! Secrets stay where they belong: none of them turns up in an answer, a log line, a mail, a queue or a table.

use std::collections::HashMap;
use std::fmt::Write as _;

use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::{Value, json};

use super::everything_in_the_tables;
use super::visitor::COOKIE;
use crate::harness::{Answer, Api, World, seconds};

const FIRST: &str = "canary one sings at dawn";
const SECOND: &str = "canary two hums at noon";
const THIRD: &str = "canary three is asleep";
const WRONG: &str = "canary four was mistyped";

/// Everything that a walk through the system was answered.
#[derive(Default)]
struct Answers(String);

impl Answers {
    fn keep(&mut self, answer: Answer) -> Answer {
        write!(self.0, "{:?} {}", answer.headers, answer.text).unwrap();
        answer
    }
}

/// What must turn up nowhere but where it is given to its owner.
#[derive(Default)]
struct Secrets(HashMap<&'static str, Vec<String>>);

impl Secrets {
    fn add(&mut self, what: &'static str, secret: impl Into<String>) {
        self.0.entry(what).or_default().push(secret.into());
    }

    fn are_not_in(&self, place: &str, text: &str, except: &[&str]) {
        let looked_for = self.0.iter().filter(|(what, _)| !except.contains(what));
        for (what, secrets) in looked_for {
            for secret in secrets {
                assert!(!secret.is_empty());
                assert!(!text.contains(secret), "{what} in {place}");
            }
        }
    }

    fn add_tokens(&mut self, answer: &Answer) {
        for field in ["access_token", "refresh_token"] {
            self.add("token", answer.field(field));
        }
    }
}

async fn walk(world: &World, secrets: &mut Secrets) -> String {
    let mut kept = Answers::default();
    let here = world.visitor(0);
    let email = "ana@example.com";
    let sign_up = json!({ "email": email, "password": FIRST, "name": "Ana" });
    kept.keep(here.post("/register", &sign_up).await.expect(202));
    let link = world.token_from(email, "/verify-email").await;
    secrets.add("link", &link);
    kept.keep(
        here.post("/verify-email", &json!({ "token": link }))
            .await
            .expect(201),
    );
    secrets.add("hash", world.stored(email).await.password_hash.unwrap());
    for wrong in [WRONG, SECOND] {
        kept.keep(here.log_in(email, wrong).await.expect(401));
    }
    let answer = here.log_in(email, FIRST).await.expect(200);
    secrets.add_tokens(&answer);
    let ana = here.entered(&answer);
    let answer = here.renew(&ana.refresh_token).await.expect(200);
    secrets.add_tokens(&answer);
    let mut path = format!("/me?access_token={}", ana.refresh_token);
    kept.keep(here.get(&path).await.expect(401));
    for own in ["/me", "/me/sessions", "/users", "/teams"] {
        kept.keep(ana.api.get(own).await.expect(200));
    }
    let change = json!({ "current_password": WRONG, "new_password": SECOND });
    kept.keep(ana.api.post("/me/password", &change).await.expect(422));
    let weak = json!({ "current_password": FIRST, "new_password": "canary" });
    kept.keep(ana.api.post("/me/password", &weak).await.expect(422));
    let change = json!({ "current_password": FIRST, "new_password": SECOND });
    kept.keep(ana.api.post("/me/password", &change).await.expect(200));
    secrets.add("hash", world.stored(email).await.password_hash.unwrap());

    let reset = world.reset_token(email).await;
    secrets.add("link", &reset);
    let body = json!({ "token": reset, "new_password": THIRD });
    kept.keep(here.post("/reset-password", &body).await.expect(200));
    kept.keep(here.post("/reset-password", &body).await.expect(422));
    secrets.add("hash", world.stored(email).await.password_hash.unwrap());
    let answer = here.log_in(email, THIRD).await.expect(200);
    secrets.add_tokens(&answer);
    let ana = here.entered(&answer);

    let (google, address) = provider_trip(&ana.api, "google", "sari", secrets, &mut kept).await;
    kept.keep(ana.api.get(&google).await.expect(200));
    kept.keep(ana.api.get(&google).await.expect(422));
    path = address;
    let (facebook, _) = provider_trip(&ana.api, "facebook", "eka", secrets, &mut kept).await;
    kept.keep(ana.api.get(&facebook).await.expect(200));
    let visitor = world.visitor(1);
    let back = visitor.agreed("google", "sari").await;
    secrets.add_tokens(&visitor.get(&back).await.expect(200));
    secrets.add("cookie", visitor.cookies()[COOKIE].clone());
    let nobody = "/oauth/callback?state=canary-state&code=canary-code";
    secrets.add("code", "canary-code");
    kept.keep(visitor.get(nobody).await.expect(422));
    assert!(path.contains("state="));
    kept.0
}

/// Sets out to link a provider; the way back, and the address of the page there.
async fn provider_trip(
    api: &Api,
    provider: &str,
    account: &str,
    secrets: &mut Secrets,
    kept: &mut Answers,
) -> (String, String) {
    let wish = json!({ "provider": provider });
    let answer = api.post("/me/identities", &wish).await.expect(202);
    let address = answer.field("authorization_url");
    let back = crate::harness::consent(&address, account, "authorize").await;
    let parameter = |address: &str, wanted: &str| {
        let query = address.split_once('?').unwrap().1;
        let mut pairs = url::form_urlencoded::parse(query.as_bytes()).into_owned();
        pairs
            .find(|(name, _)| name == wanted)
            .map(|(_, value)| value)
    };
    secrets.add("code", parameter(&back, "code").unwrap());
    secrets.add("state", parameter(&address, "state").unwrap());
    secrets.add("cookie", api.cookies()[COOKIE].clone());
    // The address and the cookie are for this browser; everything else of the answer is looked at.
    let mut rest = answer;
    rest.headers.remove("set-cookie");
    rest.text = rest.text.replace(&address, "");
    kept.keep(rest);
    (back, address)
}

/// The secrets that the functions work with, and what the sandbox knows us by.
async fn of_the_system(world: &World, secrets: &mut Secrets) {
    let app = world.stack.app();
    let config = &app.config;
    for name in [
        &config.signing_secret,
        &config.link_secret,
        &config.vault_secret,
        &config.deployment_secret,
        &config.pepper_secret,
    ] {
        let text = app::secrets::read(&app.aws, name).await.unwrap();
        let text = secrecy::ExposeSecret::expose_secret(&text);
        let value: Value = serde_json::from_str(text).unwrap();
        secrets.add("seed", value["seed"].as_str().unwrap());
    }
    secrets.add("client secret", "google-sandbox-secret");
    secrets.add("client secret", "facebook-sandbox-secret");
}

#[tokio::test]
async fn no_secret_turns_up_where_it_does_not_belong() {
    let world = World::start().await;
    let mut secrets = Secrets::default();
    for password in [FIRST, SECOND, THIRD, WRONG] {
        secrets.add("password", password);
    }
    let answers = walk(&world, &mut secrets).await;
    of_the_system(&world, &mut secrets).await;
    world.settle().await;
    world.later(seconds(60)).await;

    secrets.are_not_in("an answer", &answers, &[]);
    secrets.are_not_in(
        "the tables",
        &everything_in_the_tables(&world).await,
        &["hash"],
    );
    for mail in world.stack.mails() {
        let html = mail.html.unwrap_or_default();
        let mail = format!("{} {} {html}", mail.subject, mail.text);
        secrets.are_not_in("a mail", &mail, &["link"]);
    }
    // The providers are shown the codes that they gave out and the client secrets that they know, and nothing else.
    for request in world.stack.sandbox().requests() {
        let request = format!("{request:?}");
        secrets.are_not_in(
            "a request to a provider",
            &request,
            &["code", "state", "client secret"],
        );
    }
    let lines = world.logged();
    assert!(lines.contains("request refused"), "nothing was logged");
    secrets.are_not_in("the log", &lines, &[]);
    for text in ["canary", "ana@example.com", "Bearer ey"] {
        assert!(!lines.contains(text), "{text} in the log");
    }
    world.finish().await;
}

#[tokio::test]
async fn what_could_open_something_is_found_in_the_tables_when_it_is_there() {
    let world = World::start().await;
    let ana = world.sign_up("ana").await;
    let canary = AttributeValue::S("canary".to_owned());
    world.set_of_user(&ana.id, "hidden", canary).await;
    assert!(everything_in_the_tables(&world).await.contains("canary"));
    world.finish().await;
}
