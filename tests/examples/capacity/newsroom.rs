//! A team, and whoever works in it: calls the functions as the gateway does, and reads the meter.

use anyhow::{Context, Result, bail, ensure};
use app::App;
use local::Stack;
use serde_json::{Value, json};

use crate::meter::{Cost, Meter};

const EMAIL: &str = "ana@example.com";
const PASSWORD: &str = "a heron waits on the pier";

/// Somebody with a team and an account, on functions whose requests are counted.
pub(crate) struct Newsroom<'a> {
    stack: &'a Stack,
    app: App,
    meter: Meter,
    token: String,
    pub(crate) team: String,
    account: String,
}

impl<'a> Newsroom<'a> {
    pub(crate) async fn open(stack: &'a Stack) -> Result<Self> {
        let meter = Meter::default();
        let mut news = Self {
            app: meter.app(stack),
            stack,
            meter,
            token: String::new(),
            team: String::new(),
            account: String::new(),
        };
        let who = json!({ "email": EMAIL, "password": PASSWORD, "name": "Ana" });
        news.answer("auth-register", "POST", ("/register", ""), &who)
            .await?;
        news.settle().await?;
        let mails = stack.mails();
        let mail = mails.first().context("no mail came")?;
        let (_, token) = mail
            .text
            .split_once("/verify-email?token=")
            .context("no link came")?;
        let token = token.split(|c: char| c == '&' || c.is_whitespace()).next();
        let token = json!({ "token": token });
        news.answer("auth-verify-email", "POST", ("/verify-email", ""), &token)
            .await?;
        let who = json!({ "email": EMAIL, "password": PASSWORD });
        let signed_in = news
            .answer("auth-login", "POST", ("/login", ""), &who)
            .await?;
        news.token = field(&signed_in, "access_token")?;
        let name = json!({ "name": "Harbour news" });
        let team = news
            .answer("teams-create", "POST", ("/teams", ""), &name)
            .await?;
        news.team = field(&team, "id")?;
        let bluesky = json!({ "platform": "bluesky", "host": "bluesky.sandbox", "identifier": "alice.bluesky.sandbox", "password": "demo-pass-word-0001" });
        let path = format!("/teams/{}/accounts", news.team);
        let at = (path.as_str(), news.team.as_str());
        let account = news
            .answer("accounts-connect", "POST", at, &bluesky)
            .await?;
        news.account = field(&account, "id")?;
        news.settle().await?;
        Ok(news)
    }

    pub(crate) async fn settle(&self) -> Result<()> {
        self.stack.settle().await
    }

    /// Whether the team asks for approval.
    pub(crate) async fn asks(&self, asks: bool) -> Result<()> {
        let body = json!({ "approval_required": asks, "own_approval": true });
        let path = format!("/teams/{}", self.team);
        self.answer("teams-update", "PATCH", (&path, &self.team), &body)
            .await?;
        Ok(())
    }

    pub(crate) async fn write(&self, text: &str) -> Result<(String, Cost)> {
        let body = json!({ "team_id": self.team, "text": text, "account_ids": [self.account] });
        self.meter.read();
        let post = self
            .answer("posts-create", "POST", ("/posts", ""), &body)
            .await?;
        Ok((field(&post, "id")?, self.meter.read()))
    }

    /// So many posts.
    pub(crate) async fn several(&self, number: usize) -> Result<Vec<String>> {
        let mut posts = Vec::new();
        for n in 0..number {
            posts.push(self.write(&format!("One of several: {n}")).await?.0);
        }
        Ok(posts)
    }

    pub(crate) async fn edit(&self, post: &str, text: &str) -> Result<Cost> {
        let body = json!({ "text": text, "account_ids": [self.account] });
        self.cost(
            "posts-update",
            "PUT",
            (&format!("/posts/{post}"), post),
            &body,
        )
        .await
    }

    pub(crate) async fn get(&self, path: &str) -> Result<Cost> {
        let post = path.rsplit('/').next().unwrap_or_default();
        self.cost("posts-get", "GET", (path, post), &Value::Null)
            .await
    }

    pub(crate) async fn schedule(&self, posts: &[impl AsRef<str>]) -> Result<Cost> {
        let one = |post: &str| json!({ "post_id": post, "publish_at": "2026-07-01T12:00:00Z" });
        let posts: Vec<_> = posts.iter().map(|post| one(post.as_ref())).collect();
        let body = match posts.as_slice() {
            [one] => one.clone(),
            several => json!({ "posts": several }),
        };
        self.cost("posts-schedule", "POST", ("/posts/schedule", ""), &body)
            .await
    }

    pub(crate) async fn approve(&self, post: &str) -> Result<Cost> {
        let path = format!("/posts/{post}");
        let seen = self
            .answer("posts-get", "GET", (&path, post), &Value::Null)
            .await?;
        let body = json!({ "content_hash": field(&seen, "content_hash")? });
        let path = format!("/posts/{post}/approve");
        self.cost("posts-approve", "POST", (&path, post), &body)
            .await
    }

    pub(crate) async fn cancel(&self, post: &str) -> Result<Cost> {
        self.cost(
            "posts-cancel",
            "DELETE",
            (&format!("/posts/{post}"), post),
            &Value::Null,
        )
        .await
    }

    /// Posts something about a post: the path before its id, and behind.
    pub(crate) async fn post(
        &self,
        function: &str,
        (before, post, behind): (&str, &str, &str),
        body: &Value,
    ) -> Result<Cost> {
        let path = format!("{before}/{post}{behind}");
        self.cost(function, "POST", (&path, post), body).await
    }

    pub(crate) async fn list(&self, function: &str, path: &str) -> Result<Cost> {
        self.cost(function, "GET", (path, ""), &Value::Null).await
    }

    pub(crate) async fn tick(&self) -> Result<Cost> {
        self.meter.read();
        self.invoke("jobs-publisher", json!({})).await?;
        Ok(self.meter.read())
    }

    async fn cost(
        &self,
        function: &str,
        method: &str,
        at: (&str, &str),
        body: &Value,
    ) -> Result<Cost> {
        self.meter.read();
        self.answer(function, method, at, body).await?;
        Ok(self.meter.read())
    }

    /// What a function answers with success to a request for a path with an id in it.
    async fn answer(
        &self,
        function: &str,
        method: &str,
        (path, id): (&str, &str),
        body: &Value,
    ) -> Result<Value> {
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        let query_pairs: serde_json::Map<_, _> = pairs
            .map(|(name, value)| (name.to_owned(), json!(value)))
            .collect();
        let name = if id.starts_with("post_") {
            "postId"
        } else {
            "teamId"
        };
        let http = json!({ "method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1", "userAgent": "capacity" });
        let answer = self
            .invoke(
                function,
                json!({
                    "version": "2.0", "routeKey": "$default", "rawPath": path, "rawQueryString": query,
                    "headers": { "accept": "application/json", "content-type": "application/json", "authorization": format!("Bearer {}", self.token) },
                    "queryStringParameters": query_pairs,
                    "pathParameters": if id.is_empty() { json!({}) } else { json!({ name: id }) },
                    "requestContext": { "accountId": "0", "apiId": "a", "domainName": "localhost", "domainPrefix": "a", "http": http, "requestId": "r", "routeKey": "$default", "stage": "$default", "time": "01/Jun/2026:12:00:00 +0000", "timeEpoch": 0 },
                    "body": (!body.is_null()).then(|| body.to_string()),
                    "isBase64Encoded": false,
                }),
            )
            .await?;
        let text = answer["body"].as_str().unwrap_or_default();
        let status = answer["statusCode"].as_u64().unwrap_or_default();
        ensure!((200..300).contains(&status), "{function}: {status} {text}");
        Ok(serde_json::from_str(text).unwrap_or_default())
    }

    async fn invoke(&self, name: &str, event: Value) -> Result<Value> {
        let mut functions = functions::CATALOGUE.iter();
        let Some(function) = functions.find(|function| function.name == name) else {
            bail!("there is no function {name}");
        };
        Ok(function.invoke(&self.app, event).await?)
    }
}

fn field(answer: &Value, name: &str) -> Result<String> {
    let value = answer[name].as_str();
    Ok(value
        .with_context(|| format!("no {name} in {answer}"))?
        .to_owned())
}
