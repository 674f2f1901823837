//! Posts: planned, published once, and written down.

use anyhow::{Context, Result, ensure};
use jiff::Timestamp;
use reqwest::StatusCode;
use serde_json::{Value, json};

use super::Report;
use super::session::{Session, text};

/// Writes a post and gives it its time.
pub(super) async fn plan(
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

/// The post, once it is published.
pub(super) async fn published(session: &Session, post: &str) -> Result<Value> {
    let done = |post: &Value| post["status"] == "published";
    session
        .until("the post to be published", &format!("/posts/{post}"), done)
        .await
}

impl Report {
    /// Adds what became of a post's publications.
    pub(super) fn add(&mut self, post: &Value) -> Result<()> {
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
pub(super) async fn once_on_the_timeline(
    session: &Session,
    words: &str,
    accounts: usize,
) -> Result<()> {
    let timeline = session.of_sandbox("/timeline.json").await?;
    let posts = timeline.as_array().context("a timeline")?.iter();
    let times = posts.filter(|post| post["text"] == words).count();
    ensure!(
        times == accounts,
        "published {times} times on {accounts} accounts"
    );
    Ok(())
}

/// The team's log tells it all.
pub(super) async fn logged(session: &Session, team: &str, post: &str) -> Result<()> {
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
    for kind in [
        "team.created",
        "team.changed",
        "invitation.sent",
        "member.joined",
        "member.role_changed",
        "account.connected",
        "account.disconnected",
        "post.edited",
        "post.submitted",
        "post.approved",
        "post.rejected",
        "post.cancelled",
    ] {
        let told = entries.iter().any(|entry| entry["kind"] == kind);
        ensure!(told, "no {kind} in the log");
    }
    Ok(())
}
