//! Files: announced, uploaded by a signed form, checked, used by posts, and deleted when nobody uses them.

mod checking;
mod forms;
mod keeping;
mod samples;
mod teams;

use reqwest::multipart::{Form, Part};
use reqwest::{Client, Response};
use serde_json::{Value, json};

use crate::harness::{Newsroom, Person, World};

/// A client as a page is one: it knows nothing but what it was given.
#[expect(
    clippy::disallowed_methods,
    reason = "the tests are clients of their own"
)]
fn page() -> Client {
    Client::builder().no_proxy().build().unwrap()
}

/// What S3 answered: the status, and the code of its error.
#[derive(Debug, PartialEq, Eq)]
struct Uploaded {
    status: u16,
    code: String,
    message: String,
}

impl Uploaded {
    async fn read(response: Response) -> Self {
        let status = response.status().as_u16();
        let text = response.text().await.unwrap();
        let part = |name: &str| {
            let (_, rest) = text.split_once(&format!("<{name}>"))?;
            Some(rest.split_once('<')?.0.to_owned())
        };
        Self {
            status,
            code: part("Code").unwrap_or_default(),
            message: part("Message").unwrap_or_default(),
        }
    }
}

/// Fills in a form and posts it with a file.
async fn post_form(form: &Value, file: &[u8]) -> Uploaded {
    let fields = form["fields"].as_object().unwrap().iter();
    let parts = fields.fold(Form::new(), |parts, (name, value)| {
        parts.text(name.clone(), value.as_str().unwrap().to_owned())
    });
    let parts = parts.part("file", Part::bytes(file.to_vec()).file_name("a file"));
    let request = page().post(form["url"].as_str().unwrap());
    Uploaded::read(request.multipart(parts).send().await.unwrap()).await
}

/// Announces a file; the answer has the form.
async fn announce(person: &Person, team: &str, kind: &str, bytes: usize) -> Value {
    let body = json!({ "team_id": team, "content_type": kind, "bytes": bytes });
    person.api.post("/media", &body).await.expect(201).body
}

/// Announces a file and uploads it; its id.
async fn upload(person: &Person, team: &str, kind: &str, file: &[u8]) -> String {
    let announced = announce(person, team, kind, file.len()).await;
    let uploaded = post_form(&announced["upload"], file).await;
    assert_eq!(uploaded.status, 204, "{uploaded:?}");
    announced["id"].as_str().unwrap().to_owned()
}

/// A file as the API shows it.
async fn show(person: &Person, id: &str) -> Value {
    let answer = person.api.get(&format!("/media/{id}")).await;
    answer.expect(200).body
}

/// Uploads a file and waits until it was checked.
async fn checked(world: &World, news: &Newsroom, kind: &str, file: &[u8]) -> Value {
    let id = upload(&news.ana, &news.team, kind, file).await;
    world.settle().await;
    show(&news.ana, &id).await
}

/// What is read at the address of a file.
async fn download(shown: &Value) -> Response {
    let address = shown["url"].as_str().unwrap();
    page().get(address).send().await.unwrap()
}

fn holds(file: &[u8], text: &[u8]) -> bool {
    file.windows(text.len()).any(|part| part == text)
}
