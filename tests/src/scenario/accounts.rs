//! Social accounts: what can be connected, by consent or by an app password, and the way back.

use anyhow::{Context, Result, ensure};
use reqwest::StatusCode;
use serde_json::{Value, json};

use super::session::{Session, text};

/// Asks what can be connected. Nothing waits for anybody.
pub(super) async fn platforms(session: &Session) -> Result<()> {
    let platforms = session.get("/platforms", StatusCode::OK).await?;
    let all = platforms["items"].as_array().context("no platforms")?;
    for platform in all {
        ensure!(
            platform["available"] == true,
            "cannot be connected: {platform}"
        );
    }
    let todos = session.get("/todos", StatusCode::OK).await?;
    ensure!(todos["items"] == json!([]), "something waits: {todos}");
    Ok(())
}

pub(super) async fn connect_mastodon(session: &Session, team: &str) -> Result<String> {
    let body = json!({ "platform": "mastodon", "host": "mastodon.sandbox" });
    by_consent(session, team, &body, "harbour").await
}

pub(super) async fn connect_x(session: &Session, team: &str) -> Result<String> {
    by_consent(session, team, &json!({ "platform": "x" }), "sari").await
}

pub(super) async fn connect_bluesky(session: &Session, team: &str) -> Result<String> {
    let body = json!({ "platform": "bluesky", "host": "bluesky.sandbox", "identifier": "alice.bluesky.sandbox", "password": "demo-pass-word-0001" });
    let accounts = format!("/teams/{team}/accounts");
    let account = session.post(&accounts, &body, StatusCode::CREATED).await?;
    text(&account, "id")
}

/// Goes through the consent page as a person's browser would.
async fn by_consent(session: &Session, team: &str, body: &Value, account: &str) -> Result<String> {
    let accounts = format!("/teams/{team}/accounts");
    let consent = session.post(&accounts, body, StatusCode::ACCEPTED).await?;
    let back = session.agree(&consent, account).await?;
    let account = session.get(&back, StatusCode::OK).await?;
    text(&account, "id")
}

/// The team's accounts are these, and well.
pub(super) async fn listed(session: &Session, team: &str, expected: &[&String]) -> Result<()> {
    let accounts = session
        .get(&format!("/teams/{team}/accounts"), StatusCode::OK)
        .await?;
    let items = accounts["items"].as_array().context("no accounts")?;
    let well = items.iter().filter(|account| account["status"] == "active");
    let mut ids: Vec<_> = well
        .filter_map(|account| account["id"].as_str())
        .map(ToOwned::to_owned)
        .collect();
    let mut expected: Vec<_> = expected.iter().map(|id| (*id).clone()).collect();
    ids.sort();
    expected.sort();
    ensure!(ids == expected, "other accounts: {accounts}");
    Ok(())
}

/// Disconnects an account, which is gone at once; the platform gets its access back.
pub(super) async fn disconnect(
    session: &Session,
    team: &str,
    account: &str,
    platform: &str,
) -> Result<()> {
    let given_back = session.executed(platform, "revoke").await?;
    let path = format!("/teams/{team}/accounts/{account}");
    session.delete(&path).await?;
    session.get(&path, StatusCode::NOT_FOUND).await?;
    session
        .until_executed(platform, "revoke", given_back + 1)
        .await
}
