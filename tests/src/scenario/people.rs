//! Who somebody is: signing up, in and out, at home and at Google.

use anyhow::{Context, Result, ensure};
use jiff::Timestamp;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::session::{Session, text};

/// Somebody whom the sandbox knows where people sign in with Google.
const GOOGLE_ACCOUNT: &str = "dimas";
const PASSWORD: &str = "correct horse battery";

/// Signs somebody up with an address that nobody had before, and in.
pub(super) async fn sign_up(session: &mut Session, name: &str, now: Timestamp) -> Result<()> {
    let email = address(name, now);
    let person = json!({ "email": email, "password": PASSWORD, "name": name });
    session
        .post("/register", &person, StatusCode::ACCEPTED)
        .await?;
    let link = session.link_to(&email, "/verify-email?token=").await?;
    session
        .post(
            "/verify-email",
            &json!({ "token": link }),
            StatusCode::CREATED,
        )
        .await?;
    let password = json!({ "email": email, "password": PASSWORD });
    let tokens = session.post("/login", &password, StatusCode::OK).await?;
    let last = json!({ "refresh_token": text(&tokens, "refresh_token")? });
    let renewed = session
        .post("/refresh-token", &last, StatusCode::OK)
        .await?;
    session.token = Some(text(&renewed, "access_token")?);
    session.email = email;
    let keys = session
        .get("/.well-known/jwks.json", StatusCode::OK)
        .await?;
    let is_there = |keys: &Vec<Value>| !keys.is_empty();
    ensure!(
        keys["keys"].as_array().is_some_and(is_there),
        "no public keys: {keys}"
    );
    Ok(())
}

/// An address for somebody in this walk.
pub(super) fn address(name: &str, now: Timestamp) -> String {
    let name = name.to_lowercase();
    format!("{name}+{}@example.com", now.as_millisecond())
}

/// Looks at the own profile and changes it.
pub(super) async fn describe_oneself(session: &Session) -> Result<()> {
    let me = session.get("/me", StatusCode::OK).await?;
    ensure!(
        me["email"] == session.email,
        "somebody else is signed in: {me}"
    );
    let zone = json!({ "time_zone": "Asia/Jakarta" });
    session
        .call(Method::PATCH, "/me", Some(&zone), StatusCode::OK)
        .await?;
    let me = session.get("/me", StatusCode::OK).await?;
    ensure!(me["time_zone"] == "Asia/Jakarta", "not changed: {me}");
    Ok(())
}

/// Lets Google open the account too, and signs in that way.
pub(super) async fn by_google(session: &Session) -> Result<()> {
    let google = json!({ "provider": "google" });
    let consent = session
        .post("/me/identities", &google, StatusCode::ACCEPTED)
        .await?;
    let back = session.agree(&consent, GOOGLE_ACCOUNT).await?;
    session.get(&back, StatusCode::OK).await?;
    let me = session.get("/me", StatusCode::OK).await?;
    ensure!(
        me["identities"][0]["provider"] == "google",
        "not linked: {me}"
    );

    let consent = session
        .post("/login", &google, StatusCode::ACCEPTED)
        .await?;
    let back = session.agree(&consent, GOOGLE_ACCOUNT).await?;
    let again = session.get(&back, StatusCode::OK).await?;
    ensure!(again["user"]["id"] == me["id"], "somebody else: {again}");

    // Google's account is free again for whoever walks here next.
    session
        .delete("/me/identities/google")
        .await
        .context("unlinking Google")
}

/// Ends the session: its token opens nothing from then on.
pub(super) async fn sign_out(session: &Session) -> Result<()> {
    session
        .call(Method::POST, "/logout", None, StatusCode::NO_CONTENT)
        .await?;
    session.get("/me", StatusCode::UNAUTHORIZED).await?;
    Ok(())
}
