//! Whether the access still works, and giving it back.

use super::*;

#[tokio::test]
async fn a_page_that_can_be_read_with_every_permission_is_well() {
    let stage = Stage::set().await;
    stage
        .get(&format!("/{PAGE}"), 200, json!({ "id": PAGE }))
        .await;
    stage
        .get("/debug_token", 200, inspected(true, &SCOPES))
        .await;
    stage.check().await.unwrap();
    let requests = stage.requests().await;
    let read = query(&requests[0]);
    assert_eq!(read["appsecret_proof"], proof_of("canary-page-1"));
    assert_eq!(requests[0].headers["authorization"], "Bearer canary-page-1");
    let own = "1000000000000001|canary-app-secret-1";
    assert_eq!(
        requests[1].headers["authorization"],
        format!("Bearer {own}")
    );
    assert_eq!(query(&requests[1])["appsecret_proof"], proof_of(own));
    assert!(requests.iter().all(|request| request.method == "GET"));
    let (target, tokens) = (target(), tokens());
    let unknown = Facebook.check(&stage.egress, None, &target, &tokens);
    assert_eq!(unknown.await.unwrap_err().kind, ErrorKind::Temporary);
}

/// Asks how the page is, when reading it and inspecting its token are answered like this.
async fn checked(page: (u16, Value), inspection: (u16, Value)) -> Result<(), Error> {
    let stage = Stage::set().await;
    stage.get(&format!("/{PAGE}"), page.0, page.1).await;
    stage.get("/debug_token", inspection.0, inspection.1).await;
    stage.check().await
}

#[tokio::test]
async fn a_page_whose_token_is_dead_must_be_connected_again() {
    let nameless = json!({ "error": { "type": "OAuthException", "message": "no" } });
    for (status, page) in [
        (400, error(190, Some(460), "The password was changed")),
        (401, error(190, Some(463), "Session has expired")),
        (400, error(102, None, "API session")),
        (400, nameless),
    ] {
        let said = page.to_string();
        let alive = inspected(true, &SCOPES);
        let error = checked((status, page), (200, alive)).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::ReconnectAccount, "{said}: {error}");
    }
}

#[tokio::test]
async fn a_page_without_its_permissions_must_be_connected_again() {
    let readable = || (200, json!({ "id": PAGE }));
    for (page, inspection) in [
        (readable(), inspected(false, &[])),
        (readable(), inspected(false, &SCOPES)),
        (
            (400, error(10, None, "Not permitted")),
            inspected(false, &[]),
        ),
        (readable(), inspected(true, &SCOPES[..1])),
        (
            (403, error(200, None, "Not permitted")),
            inspected(true, &SCOPES[1..]),
        ),
    ] {
        let said = format!("{page:?} {inspection}");
        let error = checked(page, (200, inspection)).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::ReconnectAccount, "{said}: {error}");
    }
}

#[tokio::test]
async fn nothing_else_disconnects_a_page() {
    let alive = || inspected(true, &SCOPES);
    let limited = ErrorKind::RateLimited { retry_after: None };
    let later = ErrorKind::Temporary;
    let mut passing = error(190, None, "Try again");
    passing["error"]["is_transient"] = json!(true);
    let unproven = "Invalid appsecret_proof provided in the API argument";
    for (status, page, expected) in [
        (403, error(200, None, "Not permitted"), &later),
        (400, error(100, Some(33), "Object does not exist"), &later),
        (400, error(100, None, unproven), &later),
        (400, passing, &later),
        (200, json!({ "id": "5" }), &later),
        (200, json!({}), &later),
        (500, error(1, None, "Unknown error"), &later),
        (503, json!("<html>"), &later),
        (401, json!({}), &later),
        (400, error(4, None, "Limit"), &limited),
        (429, json!("slow down"), &limited),
    ] {
        let said = page.to_string();
        let error = checked((status, page), (200, alive())).await.unwrap_err();
        assert_eq!(&error.kind, expected, "{said}: {error}");
    }
    // Facebook does not take our own credentials, or does not say: that tells nothing about the page.
    let wrong = error(190, None, "Invalid OAuth access token signature.");
    for (status, inspection) in [
        (400, wrong),
        (200, json!({ "data": {} })),
        (200, json!({ "data": { "is_valid": true } })),
        (500, json!({})),
    ] {
        let said = inspection.to_string();
        let readable = (200, json!({ "id": PAGE }));
        let error = checked(readable, (status, inspection)).await.unwrap_err();
        assert_eq!(error.kind, later, "{said}: {error}");
    }
}

#[tokio::test]
async fn no_answer_disconnects_no_page() {
    let Stage { server, egress } = Stage::set().await;
    drop(server);
    let (client, target, tokens) = (client(), target(), tokens());
    let unanswered = Facebook.check(&egress, Some(&client), &target, &tokens);
    assert_eq!(unanswered.await.unwrap_err().kind, ErrorKind::Temporary);
}

#[tokio::test]
async fn how_long_to_wait_is_read_from_the_usage_of_the_business() {
    let stage = Stage::set().await;
    let usage = r#"{"17":[{"type":"pages","estimated_time_to_regain_access":3},{"estimated_time_to_regain_access":12}],"x":1}"#;
    let answer = ResponseTemplate::new(400)
        .insert_header("x-business-use-case-usage", usage)
        .set_body_json(error(32, None, "Page request limit reached"));
    Mock::given(method("GET"))
        .respond_with(answer)
        .mount(&stage.server)
        .await;
    let limited = stage.check().await.unwrap_err();
    let retry_after = Some(jiff::SignedDuration::from_mins(12));
    assert_eq!(limited.kind, ErrorKind::RateLimited { retry_after });
}

#[tokio::test]
async fn access_is_given_back_in_our_own_name_by_the_id_of_the_person() {
    let stage = Stage::set().await;
    stage
        .get("/debug_token", 200, inspected(true, &SCOPES))
        .await;
    let forget = format!("/{PERSON}/permissions");
    let done = json!({ "success": true });
    stage.answer("DELETE", &forget, 200, done).await;
    stage.revoke().await.unwrap();
    let requests = stage.requests().await;
    let [inspect, forget] = requests.as_slice() else {
        panic!("{requests:?}");
    };
    assert_eq!(query(inspect)["input_token"], "canary-page-1");
    let own = "1000000000000001|canary-app-secret-1";
    assert_eq!(forget.headers["authorization"], format!("Bearer {own}"));
    assert_eq!(query(forget)["appsecret_proof"], proof_of(own));
}

#[tokio::test]
async fn giving_back_what_is_gone_is_no_error_and_everything_else_is() {
    let gone = |valid: bool| json!({ "data": { "is_valid": valid, "scopes": [] } });
    let busy = || error(2, None, "Try later");
    let table = [
        (200, gone(false), 200, json!({ "success": true }), true),
        (
            200,
            inspected(false, &[]),
            200,
            json!({ "success": true }),
            true,
        ),
        (
            200,
            inspected(true, &SCOPES),
            400,
            error(190, Some(458), "Not authorized"),
            true,
        ),
        (200, gone(true), 200, json!({ "success": true }), false),
        (200, inspected(true, &SCOPES), 500, busy(), false),
        (
            200,
            inspected(true, &SCOPES),
            400,
            error(100, None, "Unsupported"),
            false,
        ),
        (
            400,
            error(190, None, "Invalid OAuth access token signature."),
            200,
            json!({}),
            false,
        ),
        (500, busy(), 200, json!({ "success": true }), false),
    ];
    for (inspecting, inspection, forgetting, answer, done) in table {
        let stage = Stage::set().await;
        let said = format!("{inspection} {answer}");
        stage.get("/debug_token", inspecting, inspection).await;
        let place = format!("/{PERSON}/permissions");
        stage.answer("DELETE", &place, forgetting, answer).await;
        let result = stage.revoke().await;
        assert_eq!(result.is_ok(), done, "{said}: {result:?}");
        if let Err(error) = result {
            assert_eq!(error.kind, ErrorKind::Temporary, "{said}");
        }
    }
    let stage = Stage::set().await;
    let mut hostile = inspected(true, &SCOPES);
    hostile["data"]["user_id"] = json!("1/../me");
    stage.get("/debug_token", 200, hostile).await;
    assert!(stage.revoke().await.is_err());
    assert_eq!(stage.requests().await.len(), 1);
}
