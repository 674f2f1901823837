//! A team from its beginning to its end: its settings, and who is in it.

use anyhow::{Result, ensure};
use jiff::Timestamp;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::people;
use super::session::{Session, text};

const NAME: &str = "Harbour news";

/// Creates the team; answers with its id.
pub(super) async fn create(ana: &Session) -> Result<String> {
    let team = ana
        .post("/teams", &json!({ "name": NAME }), StatusCode::CREATED)
        .await?;
    text(&team, "id")
}

/// Changes the settings that were seen, and no others.
pub(super) async fn change_settings(ana: &Session, team: &str) -> Result<()> {
    let path = format!("/teams/{team}");
    let (before, seen) = ana.get_with_etag(&path).await?;
    ensure!(
        before["max_late_seconds"] == 3_600 && before["time_zone"] == "Asia/Jakarta",
        "other settings: {before}"
    );
    let change = json!({ "max_late_seconds": 7_200 });
    ana.call_if_match(Method::PATCH, &path, &change, &seen, StatusCode::OK)
        .await?;
    // Somebody who has seen the settings before does not overwrite these.
    let late = json!({ "max_late_seconds": 60 });
    let stale = StatusCode::PRECONDITION_FAILED;
    ana.call_if_match(Method::PATCH, &path, &late, &seen, stale)
        .await?;
    let (after, now) = ana.get_with_etag(&path).await?;
    ensure!(
        after["max_late_seconds"] == 7_200 && now != seen,
        "not changed: {after}"
    );
    Ok(())
}

/// Invites Budi, who has no user account yet: he signs up, and joins by the mail's link.
pub(super) async fn invite(
    ana: &Session,
    team: &str,
    budi: &mut Session,
    now: Timestamp,
) -> Result<()> {
    let wish = json!({ "email": people::address("Budi", now), "role": "viewer" });
    let members = format!("/teams/{team}/members");
    let invitation = ana.post(&members, &wish, StatusCode::ACCEPTED).await?;
    let email = text(&invitation, "email")?;
    let link = ana.link_to(&email, "/accept-invitation?token=").await?;
    people::sign_up(budi, "Budi", now).await?;

    let todos = budi.get("/todos", StatusCode::OK).await?;
    ensure!(
        todos["items"][0]["invitation_id"] == invitation["id"],
        "nothing to answer: {todos}"
    );
    let page = budi
        .page(&format!("/accept-invitation?token={link}"))
        .await?;
    ensure!(
        page.contains(NAME),
        "the page does not name the team: {page}"
    );
    let token = json!({ "token": link });
    let joined = budi
        .post("/accept-invitation", &token, StatusCode::OK)
        .await?;
    ensure!(
        joined["id"] == team && joined["role"] == "viewer",
        "another team: {joined}"
    );
    budi.post(
        "/accept-invitation",
        &token,
        StatusCode::UNPROCESSABLE_ENTITY,
    )
    .await?;
    Ok(())
}

/// Lets Budi write, too.
pub(super) async fn make_editor(ana: &Session, team: &str, budi: &Session) -> Result<()> {
    let draft = json!({ "team_id": team, "text": "May I?", "account_ids": [] });
    budi.post("/posts", &draft, StatusCode::FORBIDDEN).await?;
    let path = member(team, budi).await?;
    let editor = json!({ "role": "editor" });
    ana.call(Method::PATCH, &path, Some(&editor), StatusCode::OK)
        .await?;
    let members = ana
        .get(&format!("/teams/{team}/members"), StatusCode::OK)
        .await?;
    let roles: Vec<&Value> = members["items"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|member| &member["role"])
        .collect();
    ensure!(roles == ["admin", "editor"], "other members: {members}");
    budi.mail(&budi.email, "Your role in the team").await?;
    Ok(())
}

/// Takes Budi out of the team, who is out at once.
pub(super) async fn remove(ana: &Session, team: &str, budi: &Session) -> Result<()> {
    ana.delete(&member(team, budi).await?).await?;
    budi.get(&format!("/teams/{team}"), StatusCode::NOT_FOUND)
        .await?;
    budi.mail(&budi.email, "You are no longer in the team")
        .await?;
    Ok(())
}

/// Deletes the team, which is gone at once; what hangs on it follows, the access to Mastodon among it.
pub(super) async fn delete(ana: &Session, team: &str) -> Result<()> {
    let given_back = ana.executed("mastodon", "revoke").await?;
    ana.delete(&format!("/teams/{team}?name=Harbour+news"))
        .await?;
    ana.get(&format!("/teams/{team}"), StatusCode::NOT_FOUND)
        .await?;
    ana.until_executed("mastodon", "revoke", given_back + 1)
        .await
}

/// The path of somebody's membership.
async fn member(team: &str, somebody: &Session) -> Result<String> {
    let me = somebody.get("/me", StatusCode::OK).await?;
    Ok(format!("/teams/{team}/members/{}", text(&me, "id")?))
}
