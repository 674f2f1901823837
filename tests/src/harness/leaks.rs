//! What opens something turns up nowhere but where it belongs: looked for at the end of every test, in everything that the test had made.

use std::collections::HashSet;
use std::sync::{Arc, Mutex};

use aho_corasick::AhoCorasick;
use reqwest::header::{HeaderMap, SET_COOKIE};
use serde_json::Value;

use super::{PASSWORD, World};

/// What every token and every code of the newer platforms of the sandbox has in it.
const MARKS: [&str; 2] = ["sbxsecret", "sbxcode"];
/// So many letters of a long secret are looked for: the last ones, which differ.
const ENOUGH: usize = 24;
/// Fields of secrets that are none.
const PUBLIC: [&str; 3] = ["base_url", "client_id", "stepped_at"];
/// The routes that hand out tokens of our own.
const SIGN_IN: [&str; 3] = ["POST /login", "POST /refresh-token", "GET /oauth/callback"];

/// Everything that the API answered in a test.
#[derive(Clone, Debug, Default)]
pub(crate) struct Answers(Arc<Mutex<Vec<Kept>>>);

#[derive(Debug)]
struct Kept {
    /// Method and path, without a query.
    route: String,
    text: String,
}

impl Answers {
    /// Keeps an answer. Its cookie is for the browser.
    pub(super) fn keep(&self, method: &str, path: &str, headers: &HeaderMap, body: &str) {
        let path = path.split('?').next().unwrap();
        let mut text = body.to_owned();
        for (name, value) in headers.iter().filter(|(name, _)| *name != SET_COOKIE) {
            text.push('\n');
            text.push_str(name.as_str());
            text.push(' ');
            text.push_str(&String::from_utf8_lossy(value.as_bytes()));
        }
        let route = format!("{method} {path}");
        self.0.lock().unwrap().push(Kept { route, text });
    }
}

/// Something to look for.
struct Needle {
    what: &'static str,
    /// Whether it is a token of our own, which some routes hand out.
    is_ours: bool,
}

/// What to look for, each once.
#[derive(Default)]
struct Needles {
    known: HashSet<String>,
    texts: Vec<String>,
    of: Vec<Needle>,
}

impl Needles {
    fn add(&mut self, what: &'static str, secret: &str, is_ours: bool) {
        let from = secret.len().saturating_sub(ENOUGH);
        let end = secret.get(from..).unwrap_or(secret);
        let covered = !MARKS.contains(&secret) && MARKS.iter().any(|mark| secret.contains(mark));
        if !covered && self.known.insert(end.to_owned()) {
            self.texts.push(end.to_owned());
            self.of.push(Needle { what, is_ours });
        }
    }

    fn of(world: &World) -> Self {
        let mut needles = Self::default();
        needles.add("a password", PASSWORD, false);
        for mark in MARKS {
            needles.add("what a platform gave out", mark, false);
        }
        for secret in world.stack.sandbox().secrets() {
            needles.add("what a platform gave out", &secret, false);
        }
        for text in world.stack.secrets().values() {
            needles.add_texts_in(&serde_json::from_str(text).unwrap());
        }
        for answer in world.anonymous.answers.0.lock().unwrap().iter() {
            if SIGN_IN.contains(&answer.route.as_str()) {
                needles.add_tokens_in(&answer.text);
            }
        }
        needles
    }

    fn add_texts_in(&mut self, secret: &Value) {
        match secret {
            Value::String(text) => self.add("a secret of the deployment", text, false),
            Value::Object(fields) => fields
                .iter()
                .filter(|(name, _)| !PUBLIC.contains(&name.as_str()))
                .for_each(|(_, value)| self.add_texts_in(value)),
            Value::Array(values) => values.iter().for_each(|value| self.add_texts_in(value)),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    fn add_tokens_in(&mut self, answer: &str) {
        for field in ["\"access_token\":\"", "\"refresh_token\":\""] {
            let values = answer.split(field).skip(1);
            for token in values.filter_map(|rest| rest.split('"').next()) {
                self.add("a token of ours", token, true);
            }
        }
    }
}

/// Looks for everything at once.
struct Search {
    automaton: AhoCorasick,
    needles: Vec<Needle>,
    found: Vec<String>,
}

impl Search {
    fn of(world: &World) -> Self {
        let Needles {
            texts, of: needles, ..
        } = Needles::of(world);
        let automaton = AhoCorasick::builder().prefilter(false).build(texts);
        Self {
            automaton: automaton.unwrap(),
            needles,
            found: Vec::new(),
        }
    }

    fn look(&mut self, place: &str, text: &str) {
        let hands_out = SIGN_IN.contains(&place);
        for hit in self.automaton.find_overlapping_iter(text) {
            let needle = &self.needles[hit.pattern().as_usize()];
            if !(hands_out && needle.is_ours) {
                self.found.push(format!("{} in {place}", needle.what));
            }
        }
    }
}

impl World {
    /// What turned up where it does not belong: in an answer, the log, a message, an event, a mail, or the main table.
    pub(crate) fn leaks(&self) -> Vec<String> {
        let mut search = Search::of(self);
        for Kept { route, text } in self.anonymous.answers.0.lock().unwrap().iter() {
            search.look(route, text);
        }
        search.look("the log", &self.logged());
        for sent in self.stack.sent() {
            search.look("a message or event", &sent);
        }
        for mail in self.stack.mails() {
            let html = mail.html.unwrap_or_default();
            search.look("a mail", &format!("{} {} {html}", mail.subject, mail.text));
        }
        let table = &self.stack.app().config.table;
        for item in self.stack.items(table).unwrap() {
            search.look("the main table", &item);
        }
        search.found.sort();
        search.found.dedup();
        search.found
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_dynamodb::types::AttributeValue;
    use sandbox::Mail;
    use serde_json::json;

    use super::*;
    use crate::harness::Newsroom;

    const NONE: [&str; 0] = [];

    impl World {
        async fn plant_in_table(&self, text: &str) {
            let app = self.stack.app();
            let value = |text: &str| AttributeValue::S(text.to_owned());
            let put = app.aws.dynamodb().put_item();
            let put = put.table_name(&app.config.table);
            let put = put.item("PK", value("X")).item("SK", value("X"));
            put.item("text", value(text)).send().await.unwrap();
        }

        async fn plant_in_message(&self, text: &str) {
            let app = self.stack.app();
            let send = app.aws.sqs().send_message();
            let send = send.queue_url(&app.config.email_queue_url);
            send.message_body(text).send().await.unwrap();
        }

        async fn plant_in_event(&self, text: &str) {
            let app = self.stack.app();
            let entry = aws_sdk_eventbridge::types::PutEventsRequestEntry::builder();
            let entry = entry.event_bus_name(&app.config.event_bus);
            let entry = entry.source("test").detail_type("test");
            let entry = entry.detail(json!({ "text": text }).to_string()).build();
            let put = app.aws.events().put_events();
            put.entries(entry).send().await.unwrap();
        }

        fn plant_in_mail(&self, text: &str) {
            let mail = Mail {
                to: "ana@example.com".to_owned(),
                from: "tayang@localhost".to_owned(),
                subject: "Planted".to_owned(),
                text: String::new(),
                html: Some(format!("<p>{text}</p>")),
                at: self.now(),
            };
            self.stack.sandbox().deliver_mail(mail).unwrap();
        }
    }

    #[tokio::test]
    async fn a_secret_is_found_wherever_it_turns_up() {
        let world = World::start().await;
        let ana = world.sign_up("ana").await;
        assert_eq!(world.leaks(), NONE);
        tracing::info!(name = PASSWORD, "planted");
        assert_eq!(world.leaks(), ["a password in the log"]);
        world.plant_in_mail(PASSWORD);
        assert!(world.leaks().contains(&"a password in a mail".to_owned()));
        world.plant_in_table(PASSWORD).await;
        assert!(
            world
                .leaks()
                .contains(&"a password in the main table".to_owned())
        );
        let passed = "a password in a message or event".to_owned();
        let name = json!({ "name": PASSWORD });
        ana.api.patch("/me", &name).await.expect(200);
        let found = world.leaks();
        assert!(
            found.contains(&"a password in PATCH /me".to_owned()),
            "{found:?}"
        );
        assert!(!found.contains(&passed), "{found:?}");
        world.plant_in_event(PASSWORD).await;
        assert!(world.leaks().contains(&passed));
    }

    #[tokio::test]
    async fn a_secret_in_a_message_is_found() {
        let world = World::start().await;
        world.plant_in_message(PASSWORD).await;
        assert_eq!(world.leaks()[0], "a password in a message or event");
    }

    #[tokio::test]
    async fn a_secret_in_a_header_of_an_answer_is_found() {
        let world = World::start().await;
        let mut headers = HeaderMap::new();
        headers.insert("x-planted", PASSWORD.parse().unwrap());
        world.anonymous.answers.keep("GET", "/?a=b", &headers, "");
        assert_eq!(world.leaks(), ["a password in GET /"]);
    }

    #[tokio::test]
    async fn every_kind_of_secret_is_found() {
        let world = World::start().await;
        let news = Newsroom::open(&world).await;
        let seeds = world.stack.secrets();
        let seed = |name: &str| {
            let named = seeds.iter().find(|(key, _)| key.ends_with(name));
            let secret: Value = serde_json::from_str(named.unwrap().1).unwrap();
            secret["seed"].as_str().unwrap().to_owned()
        };
        let given = world.stack.sandbox().secrets();
        assert!(given.len() > 20, "{}", given.len());
        assert!(given.contains(&"demo-pass-word-0001".to_owned()));
        let ours = [
            &news.ana.refresh_token,
            news.ana.api.token.as_ref().unwrap(),
        ];
        let ours = ours.into_iter().cloned();
        let secrets = given.into_iter().chain([seed("/vault"), seed("/signing")]);
        assert_eq!(world.leaks(), NONE);
        for secret in secrets.chain(ours) {
            let before = log_length(&world);
            tracing::info!(secret, "planted");
            let mut search = Search::of(&world);
            search.look("the log", &world.logged()[before..]);
            assert!(!search.found.is_empty(), "not found: {secret}");
        }
    }

    fn log_length(world: &World) -> usize {
        world.logged().len()
    }

    #[tokio::test]
    async fn a_token_of_ours_belongs_in_the_answers_that_hand_it_out_and_in_no_other() {
        let world = World::start().await;
        let ana = world.sign_up("ana").await;
        assert_eq!(world.leaks(), NONE);
        let token = &ana.refresh_token;
        let name = json!({ "name": token[token.len() - ENOUGH..] });
        ana.api.patch("/me", &name).await.expect(200);
        let found = world.leaks();
        assert!(
            found.contains(&"a token of ours in PATCH /me".to_owned()),
            "{found:?}"
        );
        assert!(
            !found.iter().any(|found| found.ends_with("POST /login")),
            "{found:?}"
        );
    }
}
