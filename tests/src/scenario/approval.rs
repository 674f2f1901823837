//! A post that one person writes and another one decides on, up to the moment before it would go out.

use anyhow::{Result, ensure};
use jiff::Timestamp;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::session::{Session, text};

/// Has Budi write a post in a team that asks for approval, and Ana decide: no first, yes to what he makes of it. Then it is called off.
pub(super) async fn decided_by_somebody_else(
    ana: &Session,
    budi: &Session,
    team: &str,
    accounts: &[String],
    tomorrow: Timestamp,
) -> Result<()> {
    ask(ana, team, true).await?;
    let words = format!("Fresh bread from seven. {tomorrow}");
    let mut draft = json!({
        "team_id": team, "text": words, "account_ids": accounts, "labels": ["bread"],
        "versions": [
            { "platform": "mastodon", "text": format!("{words} #harbour"), "options": { "platform": "mastodon", "visibility": "unlisted" } },
            { "platform": "bluesky", "options": { "platform": "bluesky", "languages": ["en"] } },
        ],
    });
    let post = budi.post("/posts", &draft, StatusCode::CREATED).await?;
    let post = text(&post, "id")?;
    looks_right(budi, &post, accounts.len()).await?;

    let time = json!({ "post_id": post, "publish_at": tomorrow.to_string() });
    let time = budi.post("/posts/schedule", &time, StatusCode::OK).await?;
    expect(&time, "pending")?;
    let no = json!({ "content_hash": time["content_hash"], "feedback": "In winter it is eight." });
    let rejected = decide(ana, &post, "reject", &no, StatusCode::OK).await?;
    expect(&rejected, "rejected")?;

    // He changes what he has seen, and nobody changes what somebody else has changed since.
    let path = format!("/posts/{post}");
    let (seen, tag) = budi.get_with_etag(&path).await?;
    ensure!(
        seen["feedback"][0]["text"] == no["feedback"],
        "no feedback: {seen}"
    );
    let words = words.replace("seven", "eight");
    draft["text"] = json!(words);
    draft["versions"][0]["text"] = json!(words);
    draft.as_object_mut().map(|draft| draft.remove("team_id"));
    let put = |expected| budi.call_if_match(Method::PUT, &path, &draft, &tag, expected);
    expect(&put(StatusCode::OK).await?, "draft")?;
    put(StatusCode::PRECONDITION_FAILED).await?;

    let path = format!("/posts/{post}/submit");
    let submitted = budi.call(Method::POST, &path, None, StatusCode::OK).await?;
    expect(&submitted, "pending")?;
    let yes = json!({ "content_hash": submitted["content_hash"] });
    decide(budi, &post, "approve", &yes, StatusCode::CONFLICT).await?;
    let before = json!({ "content_hash": time["content_hash"] });
    decide(ana, &post, "approve", &before, StatusCode::CONFLICT).await?;
    let approved = decide(ana, &post, "approve", &yes, StatusCode::OK).await?;
    expect(&approved, "approved")?;

    let listed = format!("/posts?team_id={team}&status=scheduled&label=bread&sort=publish_at");
    let is_there = |page: &Value| page["items"][0]["id"] == post.as_str();
    budi.until("the post in the list", &listed, is_there)
        .await?;
    would_repeat(budi, &post).await?;
    cancelled(budi, &post).await?;
    ask(ana, team, false).await
}

/// Has the team ask for the approval of somebody else, or no longer.
async fn ask(ana: &Session, team: &str, asks: bool) -> Result<()> {
    let change = json!({ "approval_required": asks, "own_approval": false });
    let path = format!("/teams/{team}");
    ana.call(Method::PATCH, &path, Some(&change), StatusCode::OK)
        .await?;
    Ok(())
}

async fn decide(
    who: &Session,
    post: &str,
    how: &str,
    word: &Value,
    expected: StatusCode,
) -> Result<Value> {
    who.post(&format!("/posts/{post}/{how}"), word, expected)
        .await
}

fn expect(post: &Value, status: &str) -> Result<()> {
    ensure!(post["status"] == status, "not {status}: {post}");
    Ok(())
}

/// The preview shows the post on every account, as data and as a page, and finds nothing wrong with it.
async fn looks_right(budi: &Session, post: &str, accounts: usize) -> Result<()> {
    let wish = json!({ "post_id": post });
    let preview = budi.post("/posts/preview", &wish, StatusCode::OK).await?;
    let shown = preview["accounts"].as_array().map_or(0, Vec::len);
    ensure!(
        preview["publishable"] == true && shown == accounts,
        "another preview: {preview}"
    );
    let page = budi.page_of("/posts/preview", &wish).await?;
    ensure!(page.contains("Fresh bread from seven."), "no post: {page}");
    Ok(())
}

/// Further times are shown before anything is kept.
async fn would_repeat(budi: &Session, post: &str) -> Result<()> {
    let rule =
        json!({ "rule": "FREQ=WEEKLY;COUNT=4", "time_zone": "Europe/Berlin", "dry_run": true });
    let path = format!("/posts/repost/{post}");
    let would = budi.post(&path, &rule, StatusCode::OK).await?;
    let next = would["repetition"]["next"].as_array().map_or(0, Vec::len);
    ensure!(next >= 3, "no further times: {would}");
    let kept = budi.get(&format!("/posts/{post}"), StatusCode::OK).await?;
    ensure!(kept["repetition"].is_null(), "it was kept: {kept}");
    Ok(())
}

async fn cancelled(budi: &Session, post: &str) -> Result<()> {
    let path = format!("/posts/{post}");
    let gone = budi.call(Method::DELETE, &path, None, StatusCode::OK);
    expect(&gone.await?, "cancelled")?;
    let again = budi.call(Method::DELETE, &path, None, StatusCode::CONFLICT);
    again.await?;
    Ok(())
}
