//! Who somebody is and what opens an account, as somebody sees it who would like to be somebody else.

mod addresses;
mod admins;
mod canaries;
mod deletion;
mod facebook;
mod flaws;
mod google;
mod limits;
mod linking;
mod methods;
mod passwords;
mod prehijack;
mod profile;
mod purposes;
mod renewals;
mod resets;
mod rotation;
mod sessions;
mod setting_out;
mod sign_up;
mod throttling;
mod tokens;
mod trips;
mod visitor;

use std::fmt::Write;

use aws_sdk_dynamodb::types::AttributeValue;
use domain::User;
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::harness::{Answer, Api, World, seconds};

/// A password that is good too, and nobody's at first.
const OTHER_PASSWORD: &str = "seven grey herons wade";

impl World {
    /// Moves the clock at once, when everything is done that was begun.
    async fn later(&self, by: SignedDuration) {
        self.settle().await;
        self.jump(by).await;
    }

    /// What the table holds of somebody.
    async fn stored(&self, email: &str) -> User {
        let email = domain::Email::parse(email).unwrap();
        self.store().user_by_email(&email).await.unwrap().unwrap()
    }

    /// Changes one attribute of a user behind everybody's back.
    async fn set_of_user(&self, user: &str, attribute: &str, value: AttributeValue) {
        let app = self.stack.app();
        let key = |text: String| AttributeValue::S(text);
        let update = app
            .aws
            .dynamodb()
            .update_item()
            .table_name(&app.config.table)
            .key("PK", key(format!("USER#{user}")))
            .key("SK", key("META".to_owned()))
            .update_expression("SET #a = :v")
            .condition_expression("attribute_exists(PK)");
        update
            .expression_attribute_names("#a", attribute)
            .expression_attribute_values(":v", value)
            .send()
            .await
            .unwrap();
    }

    /// The texts of the mails to an address, oldest first.
    fn letters(&self, address: &str) -> Vec<String> {
        let mails = self.stack.mails().into_iter();
        mails
            .filter(|mail| mail.to == address)
            .map(|mail| mail.text)
            .collect()
    }

    /// The token in the newest mail to an address with a link to a page.
    async fn token_from(&self, address: &str, page: &str) -> String {
        self.settle().await;
        let mark = format!("{page}?token=");
        let letters = self.letters(address);
        let letter = letters.iter().rfind(|letter| letter.contains(&mark));
        let letter = letter.unwrap_or_else(|| panic!("no mail to {address} leads to {page}"));
        token_after(letter, &mark)
    }

    /// Asks for a new password and waits for the mail. Time passes, because a wish only counts when it is newer than the password.
    async fn reset_token(&self, email: &str) -> String {
        self.later(seconds(1)).await;
        let body = json!({ "email": email });
        let asked = self.elsewhere().post("/forgot-password", &body).await;
        asked.expect(202);
        self.token_from(email, "/reset-password").await
    }

    /// Confirms with the newest mail that asks for it.
    async fn confirm(&self, visitor: &Api, email: &str) -> Answer {
        let token = self.token_from(email, "/verify-email").await;
        visitor
            .post("/verify-email", &json!({ "token": token }))
            .await
    }
}

/// Every item of both tables, as one text.
async fn everything_in_the_tables(world: &World) -> String {
    let app = world.stack.app();
    let mut text = String::new();
    for table in [&app.config.table, &app.config.vault_table] {
        let mut from = None;
        loop {
            let scan = app.aws.dynamodb().scan().table_name(table);
            let page = scan.set_exclusive_start_key(from).send().await.unwrap();
            for item in page.items.unwrap_or_default() {
                writeln!(text, "{}", shown(&AttributeValue::M(item))).unwrap();
            }
            from = page.last_evaluated_key;
            if from.is_none() {
                break;
            }
        }
    }
    assert!(text.contains("USER#") || text.contains("TRIP#"));
    text
}

/// A value in the same words each time: maps are shown in order.
fn shown(value: &AttributeValue) -> Value {
    match value {
        AttributeValue::M(map) => {
            let shown = map.iter().map(|(name, value)| (name.clone(), shown(value)));
            Value::Object(shown.collect())
        }
        AttributeValue::L(list) => list.iter().map(shown).collect(),
        AttributeValue::S(text) => json!(text),
        other => json!(format!("{other:?}")),
    }
}

/// The token that follows a mark in a text.
fn token_after(text: &str, mark: &str) -> String {
    let is_of_token = |letter: &char| letter.is_ascii_alphanumeric() || "_-.".contains(*letter);
    text.split(mark)
        .nth(1)
        .unwrap()
        .chars()
        .take_while(is_of_token)
        .collect()
}

/// An answer without what is different in every one: the id of the request, and the time.
fn comparable(answer: &Answer) -> (u16, Vec<(String, String)>, Value) {
    let mut body = answer.body.clone();
    if body["instance"].is_string() {
        body["instance"] = Value::Null;
    }
    let headers = answer
        .headers
        .iter()
        .filter(|(name, _)| !["apigw-requestid", "date"].contains(&name.as_str()))
        .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()));
    let mut headers: Vec<_> = headers.collect();
    headers.sort();
    (answer.status, headers, body)
}

/// How long an answer says to wait, in seconds.
#[track_caller]
fn retry_after(answer: &Answer) -> i64 {
    assert_eq!(answer.status, 429, "{}", answer.text);
    answer.headers["retry-after"]
        .to_str()
        .unwrap()
        .parse()
        .unwrap()
}
