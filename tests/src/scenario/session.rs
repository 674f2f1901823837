//! Somebody with a browser: speaks to the API, to consent pages and to the mailbox, and waits.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use reqwest::header::{ACCEPT, COOKIE, ETAG, IF_MATCH, LOCATION, SET_COOKIE};
use reqwest::{Client, Method, RequestBuilder, Response, StatusCode};
use serde_json::Value;

use super::Target;
use super::mailbox::find_mail;

/// How often something that takes its time is looked at again.
const POLL: Duration = Duration::from_millis(250);

/// Speaks to the API, with or without a token, as one browser.
#[derive(Debug)]
pub(super) struct Session {
    client: Client,
    target: Target,
    /// The access token of whoever is signed in.
    pub(super) token: Option<String>,
    /// The address of whoever is signed in.
    pub(super) email: String,
    /// The cookie that the API gave, as it is sent back: `name=value`.
    cookie: Mutex<Option<String>>,
}

impl Session {
    /// Somebody who is not signed in.
    #[expect(
        clippy::disallowed_methods,
        reason = "the system may run elsewhere, and is reached like any web site"
    )]
    pub(super) fn new(target: &Target) -> Result<Self> {
        let client = Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(Duration::from_secs(30))
            .build()?;
        Ok(Self {
            client,
            target: target.clone(),
            token: None,
            email: String::new(),
            cookie: Mutex::new(None),
        })
    }

    pub(super) async fn healthy(&self) -> Result<()> {
        self.get("/health", StatusCode::OK).await?;
        Ok(())
    }

    pub(super) async fn get(&self, path: &str, expected: StatusCode) -> Result<Value> {
        self.call(Method::GET, path, None, expected).await
    }

    /// What is there, and its `ETag`.
    pub(super) async fn get_with_etag(&self, path: &str) -> Result<(Value, String)> {
        let answer = self.send(self.request(Method::GET, path)).await?;
        let tag = answer.headers().get(ETAG).context("no ETag")?;
        let tag = tag.to_str()?.to_owned();
        Ok((read(answer, path, StatusCode::OK).await?, tag))
    }

    /// A page as a browser gets it.
    pub(super) async fn page(&self, path: &str) -> Result<String> {
        let request = self.client.get(format!("{}{path}", self.target.api));
        let answer = request.header(ACCEPT, "text/html").send().await?;
        let (status, page) = (answer.status(), answer.text().await?);
        ensure!(
            status == StatusCode::OK,
            "the page {path} answered {status}: {page}"
        );
        Ok(page)
    }

    pub(super) async fn post(
        &self,
        path: &str,
        body: &Value,
        expected: StatusCode,
    ) -> Result<Value> {
        self.call(Method::POST, path, Some(body), expected).await
    }

    /// The page that a browser gets for what it sends.
    pub(super) async fn page_of(&self, path: &str, body: &Value) -> Result<String> {
        let request = self.client.post(format!("{}{path}", self.target.api));
        let token = self.token.as_deref().unwrap_or_default();
        let request = request.bearer_auth(token).header(ACCEPT, "text/html");
        let answer = request.json(body).send().await?;
        let (status, page) = (answer.status(), answer.text().await?);
        ensure!(
            status == StatusCode::OK,
            "the page {path} answered {status}: {page}"
        );
        Ok(page)
    }

    /// Changes what was seen with this `ETag`.
    pub(super) async fn call_if_match(
        &self,
        method: Method,
        path: &str,
        body: &Value,
        seen: &str,
        expected: StatusCode,
    ) -> Result<Value> {
        let request = self.request(method, path).header(IF_MATCH, seen);
        read(self.send(request.json(body)).await?, path, expected).await
    }

    pub(super) async fn delete(&self, path: &str) -> Result<()> {
        self.call(Method::DELETE, path, None, StatusCode::NO_CONTENT)
            .await?;
        Ok(())
    }

    pub(super) async fn call(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
        expected: StatusCode,
    ) -> Result<Value> {
        let mut request = self.request(method.clone(), path);
        if let Some(body) = body {
            request = request.json(body);
        }
        let answer = self.send(request).await;
        let what = format!("{method} {path}");
        read(answer.with_context(|| what.clone())?, &what, expected).await
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let address = format!("{}{path}", self.target.api);
        let mut request = self.client.request(method, address);
        request = request.header(ACCEPT, "application/json");
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        if let Some(cookie) = self.cookie().as_deref() {
            request = request.header(COOKIE, cookie);
        }
        request
    }

    async fn send(&self, request: RequestBuilder) -> Result<Response> {
        let answer = request.send().await?;
        if let Some(given) = answer.headers().get(SET_COOKIE) {
            let pair = given.to_str()?.split(';').next();
            *self.cookie() = pair.map(ToOwned::to_owned);
        }
        Ok(answer)
    }

    fn cookie(&self) -> MutexGuard<'_, Option<String>> {
        self.cookie.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Agrees on the consent page that an answer leads to; answers with the path and query of the way back.
    pub(super) async fn agree(&self, consent: &Value, account: &str) -> Result<String> {
        let address = url::Url::parse(&text(consent, "authorization_url")?)?;
        let page = self.client.get(address.clone()).send().await?;
        ensure!(
            page.status() == StatusCode::OK,
            "the consent page answered {}",
            page.status()
        );
        let mut form: Vec<(String, String)> = address.query_pairs().into_owned().collect();
        form.extend([
            ("account".into(), account.into()),
            ("decision".into(), "authorize".into()),
        ]);
        let mut post_to = address;
        post_to.set_query(None);
        let answer = self.client.post(post_to).form(&form).send().await?;
        let back = answer.headers().get(LOCATION);
        let back = back
            .and_then(|value| value.to_str().ok())
            .with_context(|| format!("no way back: {}", answer.status()))?;
        // The callback's host is the deployment's own address; behind an emulator the API is reached under another one.
        let back = url::Url::parse(back)?;
        Ok(format!(
            "{}?{}",
            back.path(),
            back.query().unwrap_or_default()
        ))
    }

    /// What the sandbox says at a path.
    pub(super) async fn of_sandbox(&self, path: &str) -> Result<Value> {
        let address = format!("{}{path}", self.target.sandbox);
        Ok(self.client.get(address).send().await?.json().await?)
    }

    /// How often a platform of the sandbox has carried out an operation so far.
    pub(super) async fn executed(&self, platform: &str, operation: &str) -> Result<usize> {
        let requests = self.of_sandbox("/_requests").await?;
        let is_one = |request: &&Value| {
            request["platform"] == platform
                && request["operation"] == operation
                && request["executed"] == true
        };
        let requests = requests.as_array().context("no requests")?.iter();
        Ok(requests.filter(is_one).count())
    }

    /// Waits until a platform of the sandbox has carried out an operation that often.
    pub(super) async fn until_executed(
        &self,
        platform: &str,
        operation: &str,
        times: usize,
    ) -> Result<()> {
        let deadline = Instant::now() + self.target.patience;
        while self.executed(platform, operation).await? < times {
            if Instant::now() > deadline {
                bail!("waited too long for {platform} to carry out {operation}");
            }
            pause().await;
        }
        Ok(())
    }

    pub(super) async fn until(
        &self,
        what: &str,
        path: &str,
        done: impl Fn(&Value) -> bool,
    ) -> Result<Value> {
        let deadline = Instant::now() + self.target.patience;
        loop {
            let seen = self.get(path, StatusCode::OK).await?;
            if done(&seen) {
                return Ok(seen);
            }
            if Instant::now() > deadline {
                bail!("waited too long for {what}; it was {seen:#}");
            }
            pause().await;
        }
    }

    /// Waits for a mail to `address` that contains `words`, and answers with its text.
    pub(super) async fn mail(&self, address: &str, words: &str) -> Result<String> {
        let deadline = Instant::now() + self.target.patience;
        loop {
            let mailbox = self.client.get(&self.target.mailbox).send().await?;
            if let Some(mail) = find_mail(&mailbox.json().await?, &[address, words]) {
                return Ok(mail);
            }
            if Instant::now() > deadline {
                bail!("waited too long for a mail to {address} with {words:?}");
            }
            pause().await;
        }
    }

    /// Waits for a mail to `address` with a link that begins like this, and answers with the token that follows.
    pub(super) async fn link_to(&self, address: &str, link: &str) -> Result<String> {
        let mail = self.mail(address, link).await?;
        let token = mail.split(link).nth(1).context("the mail has no link")?;
        let is_part = |c: &char| c.is_ascii_alphanumeric() || "_-.".contains(*c);
        Ok(token.chars().take_while(is_part).collect())
    }
}

async fn read(answer: Response, what: &str, expected: StatusCode) -> Result<Value> {
    let (status, body) = (answer.status(), answer.text().await?);
    ensure!(status == expected, "{what} answered {status}: {body}");
    if status == StatusCode::NO_CONTENT {
        return Ok(Value::Null);
    }
    serde_json::from_str(&body).with_context(|| format!("{what} answered {body}"))
}

#[expect(
    clippy::disallowed_methods,
    reason = "a system that runs elsewhere is waited for in real time"
)]
async fn pause() {
    tokio::time::sleep(POLL).await;
}

/// A field that is text.
pub(super) fn text(value: &Value, field: &str) -> Result<String> {
    value[field]
        .as_str()
        .map(ToOwned::to_owned)
        .with_context(|| format!("no {field} in {value}"))
}
