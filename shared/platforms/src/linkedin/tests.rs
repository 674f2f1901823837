//! What LinkedIn's answers mean, and what is sent to it.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use wiremock::matchers::{method, path, path_regex, query_param};
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

use super::LinkedIn;
use crate::connect::{ConnectError, Connected, Connector, Pending};
use crate::publisher::{Error, ErrorKind, Target};
use crate::{ClientCredentials, Egress, Health, Tokens};

/// LinkedIn is asked with spaces and answers with commas.
const SCOPES: &str = "openid,profile,w_member_social,rw_organization_admin,r_organization_social,w_organization_social";
const PERSON: &str = "urn:li:person:Ab-1_z";
const ORGANIZATION: &str = "urn:li:organization:42";
const ACLS: &str = "/rest/organizationAcls";

fn egress(server: &MockServer) -> Egress {
    let at = |host: &str| (host.to_owned(), server.uri().parse().unwrap());
    Egress::new(&BTreeMap::from([
        at("www.linkedin.com"),
        at("api.linkedin.com"),
    ]))
    .unwrap()
}

fn now() -> Timestamp {
    "2026-11-22T20:41:00Z".parse().unwrap()
}

fn days(days: i64) -> SignedDuration {
    SignedDuration::from_hours(24 * days)
}

fn client() -> ClientCredentials {
    ClientCredentials {
        id: "the-client".to_owned(),
        secret: "canary-client".to_owned().into(),
    }
}

fn target(remote_id: &str) -> Target {
    Target {
        host: "www.linkedin.com".to_owned(),
        remote_id: remote_id.to_owned(),
        handle: "Ada".to_owned(),
        max_characters: None,
    }
}

fn tokens(refresh: bool) -> Tokens {
    let tokens = Tokens::lasting("canary-access".to_owned());
    if refresh {
        Tokens {
            refresh: Some("canary-refresh".to_owned().into()),
            ends_at: Some(now() + days(365)),
            ..tokens.renewed_before(days(60), now())
        }
    } else {
        tokens.ending_after(days(60), now())
    }
}

fn form(request: &Request) -> BTreeMap<String, String> {
    url::form_urlencoded::parse(&request.body)
        .into_owned()
        .collect()
}

async fn serve(server: &MockServer, at: &str, status: u16, body: Value) {
    let answer = ResponseTemplate::new(status)
        .insert_header("date", "Sun, 22 Nov 2026 20:41:00 GMT")
        .set_body_json(body);
    Mock::given(path(at))
        .respond_with(answer)
        .mount(server)
        .await;
}

fn granted(scope: &str) -> Value {
    json!({"access_token": "canary-access", "expires_in": 5_184_000, "scope": scope, "token_type": "Bearer"})
}

fn role(organization: &str, role: &str) -> Value {
    json!({"organization": organization, "role": role, "state": "APPROVED", "roleAssignee": PERSON})
}

/// A LinkedIn where Ada has these roles.
async fn with_roles(token: Value, roles: Vec<Value>) -> MockServer {
    let server = MockServer::start().await;
    serve(&server, "/oauth/v2/accessToken", 200, token).await;
    serve(
        &server,
        "/v2/userinfo",
        200,
        json!({"sub": "Ab-1_z", "name": "Ada Lovelace"}),
    )
    .await;
    serve(&server, ACLS, 200, json!({"elements": roles})).await;
    let known = json!({"id": 42, "localizedName": "Kopi\nAurora", "vanityName": "kopi-aurora"});
    serve(&server, "/rest/organizations/42", 200, known).await;
    let strange = json!({"id": 43, "localizedName": "", "vanityName": "../feed"});
    serve(&server, "/rest/organizations/43", 200, strange).await;
    serve(
        &server,
        "/rest/organizations/44",
        403,
        json!({"message": "no"}),
    )
    .await;
    server
}

async fn finish(server: &MockServer) -> Result<Vec<Connected>, ConnectError> {
    let pending = Pending {
        host: "www.linkedin.com".to_owned(),
        client: None,
        verifier: "canary-verifier".to_owned().into(),
        redirect_uri: "https://api.example/oauth/callback".parse().unwrap(),
    };
    let finished = LinkedIn
        .finish(
            &egress(server),
            Some(&client()),
            &pending,
            "the-code",
            now(),
        )
        .await;
    assert!(!format!("{finished:?}").contains("canary"), "{finished:?}");
    finished
}

#[tokio::test]
async fn the_person_and_the_organizations_whose_role_may_post_are_offered() {
    let roles = vec![
        role(ORGANIZATION, "ADMINISTRATOR"),
        role(ORGANIZATION, "CONTENT_ADMINISTRATOR"),
        role("urn:li:organization:43", "CONTENT_ADMINISTRATOR"),
        role("urn:li:organization:44", "ADMINISTRATOR"),
        role("urn:li:organization:45", "DIRECT_SPONSORED_CONTENT_POSTER"),
        role("urn:li:organization:46", "ANALYST"),
        role("urn:li:organization:../47", "ADMINISTRATOR"),
        role("urn:li:organizationBrand:48", "ADMINISTRATOR"),
        json!({"organizationTarget": "urn:li:organization:49", "role": "ADMINISTRATOR", "state": "REQUESTED"}),
    ];
    let server = with_roles(granted(SCOPES), roles).await;
    let accounts = finish(&server).await.unwrap();
    let shown: Vec<_> = accounts
        .iter()
        .map(|account| {
            (
                account.target.remote_id.as_str(),
                account.target.handle.as_str(),
                account.display_name.as_str(),
                account.permissions.join(" "),
            )
        })
        .collect();
    assert_eq!(
        shown,
        [
            (PERSON, "Ada Lovelace", "Ada Lovelace", String::new()),
            (
                ORGANIZATION,
                "kopi-aurora",
                "Kopi Aurora",
                "ADMINISTRATOR CONTENT_ADMINISTRATOR".to_owned()
            ),
            (
                "urn:li:organization:43",
                "43",
                "Organization 43",
                "CONTENT_ADMINISTRATOR".to_owned()
            ),
            (
                "urn:li:organization:44",
                "44",
                "Organization 44",
                "ADMINISTRATOR".to_owned()
            ),
        ]
    );
    assert!(accounts.iter().all(|account| account.grant == PERSON));
    assert!(accounts[1].url.path().ends_with("/company/kopi-aurora/"));
    let sent = server.received_requests().await.unwrap();
    let exchange = form(&sent[0]);
    assert_eq!(exchange["client_id"], "the-client");
    assert_eq!(exchange["client_secret"], "canary-client");
    assert!(!exchange.contains_key("code_verifier"));
    let versioned = sent
        .iter()
        .filter(|request| request.url.path().starts_with("/rest/"));
    for request in versioned {
        assert_eq!(request.headers["linkedin-version"], "202608");
        assert_eq!(request.headers["x-restli-protocol-version"], "2.0.0");
        assert_eq!(request.headers["authorization"], "Bearer canary-access");
    }
}

#[tokio::test]
async fn many_organizations_come_in_pages() {
    let server = with_roles(granted(SCOPES), vec![]).await;
    server.reset().await;
    serve(&server, "/oauth/v2/accessToken", 200, granted(SCOPES)).await;
    serve(&server, "/v2/userinfo", 200, json!({"sub": "Ab-1_z"})).await;
    for (start, count) in [(0, 100), (100, 3)] {
        let roles: Vec<_> = (start..start + count)
            .map(|id| role(&format!("urn:li:organization:{id}"), "ADMINISTRATOR"))
            .collect();
        Mock::given(path(ACLS))
            .and(query_param("start", start.to_string()))
            .and(query_param("state", "APPROVED"))
            .respond_with(ResponseTemplate::new(200).set_body_json(json!({"elements": roles})))
            .mount(&server)
            .await;
    }
    Mock::given(path_regex("^/rest/organizations/[0-9]+$"))
        .respond_with(ResponseTemplate::new(503))
        .mount(&server)
        .await;
    let accounts = finish(&server).await.unwrap();
    assert_eq!(accounts.len(), 1 + 103);
    assert_eq!(accounts[0].display_name, "Ab-1_z");
    assert_eq!(accounts[103].display_name, "Organization 102");
}

#[tokio::test]
async fn without_a_refresh_token_the_access_ends_after_sixty_days_and_with_one_after_a_year() {
    let server = with_roles(granted(SCOPES), vec![]).await;
    let brief = finish(&server).await.unwrap().remove(0).tokens;
    assert_eq!(brief.ends_at, Some(now() + days(60)));
    assert_eq!(brief.renew_at, None);
    let mut long = granted(SCOPES);
    long["refresh_token"] = json!("canary-refresh");
    long["refresh_token_expires_in"] = json!(31_536_000);
    let server = with_roles(long, vec![]).await;
    let long = finish(&server).await.unwrap().remove(0).tokens;
    assert_eq!(long.ends_at, Some(now() + days(365)));
    assert_eq!(long.renew_at, Some(now() + days(50)));
}

#[tokio::test]
async fn too_little_and_strange_answers_are_refused() {
    let missing = SCOPES.replace(",w_organization_social", "");
    let error = finish(&with_roles(granted(&missing), vec![]).await)
        .await
        .unwrap_err();
    assert!(
        matches!(&error, ConnectError::Refused { reason } if reason.contains("w_organization_social is missing")),
        "{error:?}"
    );
    for sub in ["", "a b", "../x", &"a".repeat(65)] {
        let server = MockServer::start().await;
        serve(&server, "/oauth/v2/accessToken", 200, granted(SCOPES)).await;
        serve(
            &server,
            "/v2/userinfo",
            200,
            json!({"sub": sub, "name": "Ada"}),
        )
        .await;
        let error = finish(&server).await.unwrap_err();
        assert!(matches!(error, ConnectError::Unreachable { .. }), "{sub}");
    }
    for (status, refused) in [(403, true), (426, true), (429, false), (500, false)] {
        let server = MockServer::start().await;
        serve(&server, "/oauth/v2/accessToken", 200, granted(SCOPES)).await;
        serve(&server, "/v2/userinfo", 200, json!({"sub": "Ab-1_z"})).await;
        serve(&server, ACLS, status, json!({"message": "words"})).await;
        let error = finish(&server).await.unwrap_err();
        assert_eq!(
            matches!(error, ConnectError::Refused { .. }),
            refused,
            "{status}: {error:?}"
        );
    }
}

#[tokio::test]
async fn renewals_do_not_move_the_end_of_the_year() {
    let server = MockServer::start().await;
    let mut new = granted(SCOPES);
    new["access_token"] = json!("new-access");
    new["refresh_token"] = json!("canary-refresh");
    new["refresh_token_expires_in"] = json!(31_536_000);
    serve(&server, "/oauth/v2/accessToken", 200, new).await;
    let later = now() + days(51);
    let refresh = async |tokens: &Tokens, at: Timestamp| {
        LinkedIn
            .refresh(
                &egress(&server),
                Some(&client()),
                &target(PERSON),
                tokens,
                at,
            )
            .await
            .unwrap()
    };
    let renewed = refresh(&tokens(true), later).await.unwrap();
    assert_eq!(renewed.access.expose_secret(), "new-access");
    assert_eq!(renewed.expires_at, Some(later + days(60)));
    assert_eq!(renewed.ends_at, Some(now() + days(365)));
    assert!(refresh(&tokens(false), now() + days(59)).await.is_none());
    assert_eq!(server.received_requests().await.unwrap().len(), 1);
}

#[tokio::test]
async fn only_a_dead_refresh_token_disconnects() {
    let error = |code: &str| json!({"error": code, "error_description": "words"});
    let table = [
        (400, error("invalid_grant"), ErrorKind::ReconnectAccount),
        (400, error("invalid_request"), ErrorKind::Temporary),
        (401, error("invalid_client"), ErrorKind::Temporary),
        (500, error("invalid_grant"), ErrorKind::Temporary),
    ];
    for (status, body, expected) in table {
        let server = MockServer::start().await;
        serve(&server, "/oauth/v2/accessToken", status, body.clone()).await;
        let at = now() + days(51);
        let error = LinkedIn
            .refresh(
                &egress(&server),
                Some(&client()),
                &target(PERSON),
                &tokens(true),
                at,
            )
            .await
            .unwrap_err();
        assert_eq!(error.kind, expected, "{status} {body}");
    }
}

async fn check(server: &MockServer, remote_id: &str, tokens: &Tokens) -> Result<Health, Error> {
    let checked = LinkedIn
        .check(&egress(server), Some(&client()), &target(remote_id), tokens)
        .await;
    assert!(!format!("{checked:?}").contains("canary"), "{checked:?}");
    checked
}

#[tokio::test]
async fn a_check_asks_who_the_person_is() {
    let error = |number: u32, code: &str| {
        let message = format!("words about {code}");
        json!({"status": 401, "serviceErrorCode": number, "code": code, "message": message})
    };
    let table = [
        (200, json!({"sub": "Ab-1_z"}), true, None),
        (
            200,
            json!({"sub": "other"}),
            true,
            Some(ErrorKind::Temporary),
        ),
        (401, error(65_602, "EXPIRED_ACCESS_TOKEN"), true, None),
        (
            401,
            error(65_602, "EXPIRED_ACCESS_TOKEN"),
            false,
            Some(ErrorKind::ReconnectAccount),
        ),
        (
            401,
            error(65_601, "REVOKED_ACCESS_TOKEN"),
            true,
            Some(ErrorKind::ReconnectAccount),
        ),
        (
            403,
            error(100, "ACCESS_DENIED"),
            true,
            Some(ErrorKind::Temporary),
        ),
        (
            429,
            error(101, "TOO_MANY_REQUESTS"),
            true,
            Some(ErrorKind::RateLimited { retry_after: None }),
        ),
        (500, json!({}), true, Some(ErrorKind::Temporary)),
    ];
    for (status, body, refresh, expected) in table {
        let server = MockServer::start().await;
        serve(&server, "/v2/userinfo", status, body.clone()).await;
        let checked = check(&server, PERSON, &tokens(refresh)).await;
        assert_eq!(checked.err().map(|error| error.kind), expected, "{body}");
        let sent = server.received_requests().await.unwrap();
        assert_eq!((sent.len(), sent[0].method.as_str()), (1, "GET"));
    }
}

#[tokio::test]
async fn a_check_asks_whether_the_person_may_still_post_for_the_organization() {
    let listing = |roles: Vec<Value>| json!({"elements": roles});
    let table = [
        (
            200,
            listing(vec![role(ORGANIZATION, "ADMINISTRATOR")]),
            None,
        ),
        (
            200,
            listing(vec![role(ORGANIZATION, "ANALYST")]),
            Some(ErrorKind::ReconnectAccount),
        ),
        (200, listing(vec![]), Some(ErrorKind::ReconnectAccount)),
        (200, json!({}), Some(ErrorKind::Temporary)),
        (
            403,
            json!({"message": "resource is forbidden"}),
            Some(ErrorKind::Temporary),
        ),
        (503, json!({}), Some(ErrorKind::Temporary)),
    ];
    for (status, body, expected) in table {
        let server = MockServer::start().await;
        serve(&server, ACLS, status, body.clone()).await;
        match check(&server, ORGANIZATION, &tokens(true)).await {
            Ok(health) => {
                let roles = Some(vec!["ADMINISTRATOR".to_owned()]);
                assert_eq!((health.permissions, expected), (roles, None), "{body}");
            }
            Err(error) => assert_eq!(Some(error.kind), expected, "{body}"),
        }
    }
}

#[tokio::test]
async fn tokens_are_given_back_with_the_secret_of_the_application() {
    for (refresh, expected) in [
        (true, vec!["canary-refresh", "canary-access"]),
        (false, vec!["canary-access"]),
    ] {
        let server = MockServer::start().await;
        Mock::given(method("POST"))
            .and(path("/oauth/v2/revoke"))
            .respond_with(ResponseTemplate::new(200))
            .mount(&server)
            .await;
        LinkedIn
            .revoke(
                &egress(&server),
                Some(&client()),
                &target(PERSON),
                &tokens(refresh),
            )
            .await
            .unwrap();
        let sent = server.received_requests().await.unwrap();
        let sent: Vec<_> = sent.iter().map(form).collect();
        let given: Vec<_> = sent.iter().map(|form| form["token"].as_str()).collect();
        assert_eq!(given, expected);
        assert!(
            sent.iter()
                .all(|form| form["client_secret"] == "canary-client")
        );
    }
}
