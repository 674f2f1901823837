//! LinkedIn: tokens of sixty days, refresh tokens for some, organizations and roles.

use jiff::SignedDuration;
use sandbox::{Effect, Fault};
use serde_json::{Value, json};

use crate::registered::{Registered, told};
use crate::stage::{Stage, json as read, parameter, string};

const LINKEDIN: Registered = Registered {
    authorize: "/www.linkedin.com/oauth/v2/authorization",
    token: "/www.linkedin.com/oauth/v2/accessToken",
    client: ("client_id", "tayang-linkedin", "linkedin-sandbox-secret"),
    basic: false,
    agent: "test",
    scope: "openid profile w_member_social rw_organization_admin r_organization_social w_organization_social",
    parameters: &[],
    pkce: false,
};
const PERSON: &str = "/api.linkedin.com/v2/userinfo";
const ROLES: &str = "/api.linkedin.com/rest/organizationAcls?q=roleAssignee&state=APPROVED";
const DAY: i64 = 86_400;

async fn versioned(stage: &Stage, path: &str, token: &str) -> (u16, Value) {
    let get = stage.get(path).header("linkedin-version", "202608");
    let answer = get.bearer_auth(token).send().await.unwrap();
    (answer.status().as_u16(), read(answer).await)
}

#[tokio::test]
async fn both_decisions_go_back() {
    let stage = Stage::set().await;
    let agreed = LINKEDIN.decide(&stage, "sari", &[]).await;
    assert!(parameter(&agreed, "code").contains("sbxcode"));
    let denied = LINKEDIN.decide(&stage, "sari", &[("decision", "deny")]);
    assert_eq!(
        parameter(&denied.await, "error"),
        "user_cancelled_authorize"
    );
}

#[tokio::test]
async fn a_code_works_once_within_half_an_hour() {
    let stage = Stage::set().await;
    let code = LINKEDIN.code(&stage, "bima", &[]).await;
    let wrong = [("client_secret", "wrong")];
    let (status, body) = told(LINKEDIN.exchange(&stage, &code, &wrong).await).await;
    assert_eq!((status, &body["error"]), (401, &json!("invalid_client")));
    let (status, body) = told(LINKEDIN.exchange(&stage, &code, &[]).await).await;
    assert_eq!((status, &body["expires_in"]), (200, &json!(60 * DAY)));
    assert_eq!(body["refresh_token_expires_in"], 365 * DAY);
    assert_eq!(body["scope"], LINKEDIN.scope.replace(' ', ","));
    assert!(string(&body["access_token"]).starts_with("AQXsbxsecret"));
    let (status, body) = told(LINKEDIN.exchange(&stage, &code, &[]).await).await;
    assert_eq!((status, &body["error"]), (400, &json!("invalid_request")));
    let late = LINKEDIN.code(&stage, "bima", &[]).await;
    stage.pass(SignedDuration::from_mins(30));
    assert_eq!(LINKEDIN.exchange(&stage, &late, &[]).await.status(), 400);
}

#[tokio::test]
async fn a_renewal_does_not_put_off_the_end_of_the_year() {
    let stage = Stage::set().await;
    let granted = LINKEDIN.granted(&stage, "sari", &[]).await;
    let refresh = string(&granted["refresh_token"]);
    for month in 1..=6 {
        stage.pass(SignedDuration::from_hours(59 * 24));
        let (status, renewed) = told(LINKEDIN.renew(&stage, &refresh).await).await;
        assert_eq!(status, 200);
        assert_eq!(renewed["refresh_token"], refresh);
        let left = (365 - month * 59) * DAY;
        assert_eq!(renewed["refresh_token_expires_in"], left);
    }
    stage.pass(SignedDuration::from_hours(59 * 24));
    let (status, body) = told(LINKEDIN.renew(&stage, &refresh).await).await;
    assert_eq!((status, &body["error"]), (400, &json!("invalid_grant")));
}

#[tokio::test]
async fn some_are_given_no_refresh_token_and_their_access_ends_after_sixty_days() {
    let stage = Stage::set().await;
    let granted = LINKEDIN.granted(&stage, "dimas", &[]).await;
    assert!(granted.get("refresh_token").is_none());
    assert!(granted.get("refresh_token_expires_in").is_none());
    let access = string(&granted["access_token"]);
    let (status, person) = LINKEDIN.read(&stage, PERSON, &access).await;
    assert_eq!((status, &person["sub"]), (200, &json!("dimas0Put3")));
    stage.pass(SignedDuration::from_hours(60 * 24));
    let (status, body) = LINKEDIN.read(&stage, PERSON, &access).await;
    assert_eq!(
        (status, &body["code"]),
        (401, &json!("EXPIRED_ACCESS_TOKEN"))
    );
    assert_eq!(body["serviceErrorCode"], 65_602);
}

#[tokio::test]
async fn organizations_are_told_with_roles_to_those_who_have_some() {
    let stage = Stage::set().await;
    for (account, expected) in [
        (
            "sari",
            vec![
                "ADMINISTRATOR",
                "CONTENT_ADMINISTRATOR",
                "DIRECT_SPONSORED_CONTENT_POSTER",
            ],
        ),
        ("bima", vec!["CONTENT_ADMINISTRATOR"]),
        ("dimas", vec![]),
    ] {
        let access = LINKEDIN.access(&stage, account).await;
        let (_, body) = versioned(&stage, ROLES, &access).await;
        let elements = body["elements"].as_array().unwrap().clone();
        let roles: Vec<_> = elements
            .iter()
            .map(|element| string(&element["role"]))
            .collect();
        assert_eq!(roles, expected, "{account}");
    }
    let access = LINKEDIN.access(&stage, "sari").await;
    let (_, second) = versioned(&stage, &format!("{ROLES}&start=1&count=1"), &access).await;
    assert_eq!(
        second["elements"][0]["organization"],
        "urn:li:organization:24000002"
    );
    let organization = "/api.linkedin.com/rest/organizations/24000001";
    let (_, body) = versioned(&stage, organization, &access).await;
    assert_eq!(body["localizedName"], "Kopi Aurora");
    assert_eq!(body["vanityName"], "kopi-aurora");
    let stranger = LINKEDIN.access(&stage, "citra").await;
    let (status, _) = versioned(&stage, organization, &stranger).await;
    assert_eq!(status, 403);
    let (status, body) = LINKEDIN.read(&stage, ROLES, &access).await;
    assert_eq!(
        (status, &body["code"]),
        (426, &json!("NONEXISTENT_VERSION"))
    );
    let without = [("without", "rw_organization_admin")];
    let narrow = LINKEDIN.granted(&stage, "sari", &without).await;
    let (status, body) = versioned(&stage, ROLES, &string(&narrow["access_token"])).await;
    assert_eq!((status, &body["serviceErrorCode"]), (403, &json!(100)));
}

#[tokio::test]
async fn a_token_that_is_taken_or_given_back_is_told_from_one_that_ran_out() {
    let stage = Stage::set().await;
    let access = LINKEDIN.access(&stage, "sari").await;
    let revoke = "/www.linkedin.com/oauth/v2/revoke";
    let answer = LINKEDIN.form(&stage, revoke, &[("token", &access)]).send();
    assert_eq!(answer.await.unwrap().status(), 200);
    let (status, body) = LINKEDIN.read(&stage, PERSON, &access).await;
    assert_eq!(
        (status, &body["code"]),
        (401, &json!("REVOKED_ACCESS_TOKEN"))
    );
    let granted = LINKEDIN.granted(&stage, "sari", &[]).await;
    stage
        .sandbox
        .script(Fault::on("userinfo", Effect::RevokeToken));
    let (_, body) = LINKEDIN
        .read(&stage, PERSON, &string(&granted["access_token"]))
        .await;
    assert_eq!(body["serviceErrorCode"], 65_601);
    let renewed = LINKEDIN
        .renew(&stage, &string(&granted["refresh_token"]))
        .await;
    assert_eq!(renewed.status(), 400);
}

#[tokio::test]
async fn what_was_agreed_to_survives_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let stage = Stage::set().await;
    stage.sandbox.persist_to(folder.path()).unwrap();
    let code = LINKEDIN.code(&stage, "sari", &[]).await;
    let access = LINKEDIN.access(&stage, "bima").await;
    let again = Stage::set().await;
    again.sandbox.persist_to(folder.path()).unwrap();
    assert_eq!(LINKEDIN.read(&again, PERSON, &access).await.0, 200);
    assert_eq!(LINKEDIN.exchange(&again, &code, &[]).await.status(), 200);
    assert_eq!(LINKEDIN.exchange(&again, &code, &[]).await.status(), 400);
}
