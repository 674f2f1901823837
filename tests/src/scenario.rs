//! The one path that everything hangs on, from signing up to a published post, against any running system.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use jiff::{SignedDuration, Timestamp};
use reqwest::header::{COOKIE, SET_COOKIE};
use reqwest::{Client, Method, StatusCode};
use serde_json::{Value, json};

/// How often something that takes its time is looked at again.
const POLL: Duration = Duration::from_millis(250);

/// Somebody whom the sandbox knows where people sign in with Google.
const GOOGLE_ACCOUNT: &str = "dimas";

/// A running system.
#[derive(Clone, Debug)]
pub struct Target {
    /// Where the API is.
    pub api: String,
    /// Where the sandbox is.
    pub sandbox: String,
    /// Where sent mails can be read: JSON in which every mail's text appears somewhere.
    pub mailbox: String,
    /// How long anything may take.
    pub patience: Duration,
    /// How many posts are published.
    pub posts: i32,
    /// How far ahead the first one is scheduled, and how much later each next one.
    pub ahead: SignedDuration,
    /// See `ahead`.
    pub between: SignedDuration,
}

/// What came of it.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// The addresses of the published posts, one for each account.
    pub urls: Vec<String>,
    /// How long after its time each was armed and sent, in milliseconds.
    pub sent_after_ms: Vec<i64>,
    /// How long after its time the platform had confirmed each, in milliseconds.
    pub confirmed_after_ms: Vec<i64>,
}

/// Speaks to the API, with or without a token, as one browser.
#[derive(Debug)]
struct Session {
    client: Client,
    target: Target,
    token: Option<String>,
    /// The cookie that the API gave, as it is sent back: `name=value`.
    cookie: Mutex<Option<String>>,
}

/// Walks the whole path and checks every step.
#[expect(
    clippy::disallowed_methods,
    reason = "the system may run elsewhere, by the real time, and is reached like any web site"
)]
pub async fn run(target: &Target) -> Result<Report> {
    let client = Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .timeout(Duration::from_secs(30))
        .build()?;
    let mut session = Session {
        client,
        target: target.clone(),
        token: None,
        cookie: Mutex::new(None),
    };
    session.get("/health", StatusCode::OK).await?;
    let email = sign_in(&mut session).await.context("signing in")?;
    describe_oneself(&session, &email).await?;
    by_google(&session).await.context("signing in at Google")?;

    let team = session
        .post(
            "/teams",
            &json!({ "name": "Harbour news" }),
            StatusCode::CREATED,
        )
        .await?;
    let team = text(&team, "id")?;
    let accounts = vec![
        connect_mastodon(&session, &team)
            .await
            .context("connecting Mastodon")?,
        connect_bluesky(&session, &team)
            .await
            .context("connecting Bluesky")?,
    ];

    let mut posts = Vec::new();
    let first = Timestamp::now() + target.ahead;
    for n in 0..target.posts {
        let words = format!("The harbour market opens at nine. {first} #{n}");
        let at = first + target.between * n;
        let post = plan(&session, &team, &accounts, &words, at).await?;
        posts.push((post, words));
    }

    let mut report = Report::default();
    for (post, words) in &posts {
        let path = format!("/posts/{post}");
        let done = |post: &Value| post["status"] == "published";
        let published = session
            .until("the post to be published", &path, done)
            .await?;
        report.add(&published)?;
        once_on_the_timeline(&session, words, accounts.len()).await?;
        logged(&session, &team, post).await?;
    }
    session.mail(&email, "Your post is out").await?;
    sign_out(&session).await.context("signing out")?;
    Ok(report)
}

/// Writes a post and gives it its time.
async fn plan(
    session: &Session,
    team: &str,
    accounts: &[String],
    words: &str,
    at: Timestamp,
) -> Result<String> {
    let draft = json!({ "team_id": team, "text": words, "account_ids": accounts });
    let post = session.post("/posts", &draft, StatusCode::CREATED).await?;
    let post = text(&post, "id")?;
    let time = json!({ "post_id": post, "publish_at": at.to_string() });
    session
        .post("/posts/schedule", &time, StatusCode::OK)
        .await?;
    Ok(post)
}

#[expect(
    clippy::disallowed_methods,
    reason = "an address that nobody had before"
)]
async fn sign_in(session: &mut Session) -> Result<String> {
    let email = format!("ana+{}@example.com", Timestamp::now().as_millisecond());
    let password = "correct horse battery";
    session
        .post(
            "/register",
            &json!({ "email": email, "password": password, "name": "Ana" }),
            StatusCode::ACCEPTED,
        )
        .await?;
    let mail = session.mail(&email, "verify-email?token").await?;
    let token = mail
        .split("verify-email?token=")
        .nth(1)
        .context("the mail has no link")?;
    let token: String = token
        .chars()
        .take_while(|c| c.is_ascii_alphanumeric() || "_-.".contains(*c))
        .collect();
    session
        .post(
            "/verify-email",
            &json!({ "token": token }),
            StatusCode::CREATED,
        )
        .await?;
    let tokens = session
        .post(
            "/login",
            &json!({ "email": email, "password": password }),
            StatusCode::OK,
        )
        .await?;
    let renewed = session
        .post(
            "/refresh-token",
            &json!({ "refresh_token": text(&tokens, "refresh_token")? }),
            StatusCode::OK,
        )
        .await?;
    session.token = Some(text(&renewed, "access_token")?);
    let keys = session
        .get("/.well-known/jwks.json", StatusCode::OK)
        .await?;
    ensure!(
        keys["keys"].as_array().is_some_and(|keys| !keys.is_empty()),
        "no public keys: {keys}"
    );
    Ok(email)
}

/// Looks at the own profile and changes it.
async fn describe_oneself(session: &Session, email: &str) -> Result<()> {
    let me = session.get("/me", StatusCode::OK).await?;
    ensure!(me["email"] == email, "somebody else is signed in: {me}");
    let zone = json!({ "time_zone": "Asia/Jakarta" });
    session
        .call(Method::PATCH, "/me", Some(&zone), StatusCode::OK)
        .await?;
    let me = session.get("/me", StatusCode::OK).await?;
    ensure!(me["time_zone"] == "Asia/Jakarta", "not changed: {me}");
    Ok(())
}

/// Ends the session: its token opens nothing from then on.
async fn sign_out(session: &Session) -> Result<()> {
    session
        .call(Method::POST, "/logout", None, StatusCode::NO_CONTENT)
        .await?;
    session.get("/me", StatusCode::UNAUTHORIZED).await?;
    Ok(())
}

/// Goes through the consent page as a person's browser would.
async fn connect_mastodon(session: &Session, team: &str) -> Result<String> {
    let body = json!({ "platform": "mastodon", "host": "mastodon.sandbox" });
    let consent = session
        .post(
            &format!("/teams/{team}/accounts"),
            &body,
            StatusCode::ACCEPTED,
        )
        .await?;
    let back = agree(session, &text(&consent, "authorization_url")?, "harbour").await?;
    let account = session.get(&back, StatusCode::OK).await?;
    text(&account, "id")
}

/// Lets Google open the account too, and signs in that way.
async fn by_google(session: &Session) -> Result<()> {
    let google = json!({ "provider": "google" });
    let consent = session
        .post("/me/identities", &google, StatusCode::ACCEPTED)
        .await?;
    let back = agree(
        session,
        &text(&consent, "authorization_url")?,
        GOOGLE_ACCOUNT,
    )
    .await?;
    session.get(&back, StatusCode::OK).await?;
    let me = session.get("/me", StatusCode::OK).await?;
    ensure!(
        me["identities"][0]["provider"] == "google",
        "not linked: {me}"
    );

    let consent = session
        .post("/login", &google, StatusCode::ACCEPTED)
        .await?;
    let back = agree(
        session,
        &text(&consent, "authorization_url")?,
        GOOGLE_ACCOUNT,
    )
    .await?;
    let again = session.get(&back, StatusCode::OK).await?;
    ensure!(again["user"]["id"] == me["id"], "somebody else: {again}");

    // Google's account is free again for whoever walks here next.
    session
        .call(
            Method::DELETE,
            "/me/identities/google",
            None,
            StatusCode::NO_CONTENT,
        )
        .await?;
    Ok(())
}

/// Agrees on a consent page as a person's browser would; answers with the path and query of the way back.
async fn agree(session: &Session, authorization_url: &str, account: &str) -> Result<String> {
    let address = url::Url::parse(authorization_url)?;
    let page = session.client.get(address.clone()).send().await?;
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
    let answer = session.client.post(post_to).form(&form).send().await?;
    let back = answer
        .headers()
        .get("location")
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

async fn connect_bluesky(session: &Session, team: &str) -> Result<String> {
    let body = json!({ "platform": "bluesky", "host": "bluesky.sandbox", "identifier": "alice.bluesky.sandbox", "password": "demo-pass-word-0001" });
    let account = session
        .post(
            &format!("/teams/{team}/accounts"),
            &body,
            StatusCode::CREATED,
        )
        .await?;
    text(&account, "id")
}

impl Report {
    /// Adds what became of a post's publications.
    fn add(&mut self, post: &Value) -> Result<()> {
        for publication in post["publications"].as_array().context("no publications")? {
            ensure!(
                publication["state"] == "published",
                "not published: {publication}"
            );
            let time = |field| {
                anyhow::Ok(
                    text(publication, field)?
                        .parse::<Timestamp>()?
                        .as_millisecond(),
                )
            };
            let due = time("publish_at")?;
            self.urls.push(text(publication, "url")?);
            self.sent_after_ms.push(time("sent_at")? - due);
            self.confirmed_after_ms.push(time("confirmed_at")? - due);
        }
        Ok(())
    }
}

/// The platforms' own truth: the words are out once for each account.
async fn once_on_the_timeline(session: &Session, words: &str, accounts: usize) -> Result<()> {
    let timeline: Value = session
        .client
        .get(format!("{}/timeline.json", session.target.sandbox))
        .send()
        .await?
        .json()
        .await?;
    let times = timeline
        .as_array()
        .context("a timeline")?
        .iter()
        .filter(|post| post["text"] == words)
        .count();
    ensure!(
        times == accounts,
        "published {times} times on {accounts} accounts"
    );
    Ok(())
}

async fn logged(session: &Session, team: &str, post: &str) -> Result<()> {
    let (mut entries, mut path) = (Vec::new(), format!("/activity?team_id={team}"));
    loop {
        let page = session.get(&path, StatusCode::OK).await?;
        entries.extend(page["items"].as_array().context("a log")?.clone());
        let Some(next) = page["next_cursor"].as_str() else {
            break;
        };
        path = format!("/activity?team_id={team}&cursor={next}");
    }
    for kind in ["post.created", "post.scheduled", "publication.published"] {
        let told = entries
            .iter()
            .any(|entry| entry["kind"] == kind && entry["post_id"] == post);
        ensure!(told, "no {kind} of {post} in the log");
    }
    for kind in ["team.created", "account.connected"] {
        let told = entries.iter().any(|entry| entry["kind"] == kind);
        ensure!(told, "no {kind} in the log");
    }
    Ok(())
}

impl Session {
    async fn get(&self, path: &str, expected: StatusCode) -> Result<Value> {
        self.call(Method::GET, path, None, expected).await
    }

    async fn post(&self, path: &str, body: &Value, expected: StatusCode) -> Result<Value> {
        self.call(Method::POST, path, Some(body), expected).await
    }

    async fn call(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
        expected: StatusCode,
    ) -> Result<Value> {
        let mut request = self
            .client
            .request(method.clone(), format!("{}{path}", self.target.api))
            .header("accept", "application/json");
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        if let Some(body) = body {
            request = request.json(body);
        }
        if let Some(cookie) = self.cookie().as_deref() {
            request = request.header(COOKIE, cookie);
        }
        let answer = request
            .send()
            .await
            .with_context(|| format!("{method} {path}"))?;
        if let Some(given) = answer.headers().get(SET_COOKIE) {
            let pair = given.to_str()?.split(';').next();
            *self.cookie() = pair.map(ToOwned::to_owned);
        }
        let (status, body) = (answer.status(), answer.text().await?);
        ensure!(
            status == expected,
            "{method} {path} answered {status}: {body}"
        );
        if status == StatusCode::NO_CONTENT {
            return Ok(Value::Null);
        }
        serde_json::from_str(&body).with_context(|| format!("{method} {path} answered {body}"))
    }

    fn cookie(&self) -> MutexGuard<'_, Option<String>> {
        self.cookie.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn until(&self, what: &str, path: &str, done: impl Fn(&Value) -> bool) -> Result<Value> {
        let deadline = std::time::Instant::now() + self.target.patience;
        loop {
            let seen = self.get(path, StatusCode::OK).await?;
            if done(&seen) {
                return Ok(seen);
            }
            if std::time::Instant::now() > deadline {
                bail!("waited too long for {what}; it was {seen:#}");
            }
            pause().await;
        }
    }

    /// Waits for a mail to `address` that contains `words`, and answers with its text.
    async fn mail(&self, address: &str, words: &str) -> Result<String> {
        let deadline = std::time::Instant::now() + self.target.patience;
        loop {
            let mailbox: Value = self
                .client
                .get(&self.target.mailbox)
                .send()
                .await?
                .json()
                .await?;
            if let Some(mail) = find_mail(&mailbox, &[address, words]) {
                return Ok(mail);
            }
            if std::time::Instant::now() > deadline {
                bail!("waited too long for a mail to {address} with {words:?}");
            }
            pause().await;
        }
    }
}

/// The innermost JSON object in which all of the words stand, whatever shape the mailbox has.
fn find_mail(value: &Value, words: &[&str]) -> Option<String> {
    let within = match value {
        Value::Array(items) => items.iter().find_map(|item| find_mail(item, words)),
        Value::Object(fields) => fields.values().find_map(|field| find_mail(field, words)),
        _ => return None,
    };
    within.or_else(|| {
        let text = readable(&value.to_string());
        (value.is_object() && words.iter().all(|word| text.contains(word))).then_some(text)
    })
}

/// Undoes what JSON and MIME (quoted-printable, RFC 2045) do to the words of a mail, well enough to find them.
fn readable(json: &str) -> String {
    json.replace("\\r\\n", "\n")
        .replace("\\n", "\n")
        .replace("\\\"", "\"")
        .replace("=\n", "")
        .replace("=3D", "=")
}

#[expect(
    clippy::disallowed_methods,
    reason = "a system that runs elsewhere is waited for in real time"
)]
async fn pause() {
    tokio::time::sleep(POLL).await;
}

fn text(value: &Value, field: &str) -> Result<String> {
    value[field]
        .as_str()
        .map(ToOwned::to_owned)
        .with_context(|| format!("no {field} in {value}"))
}
