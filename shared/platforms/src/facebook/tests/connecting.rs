//! From the dialog to the pages.

use super::*;

#[tokio::test]
async fn the_dialog_is_asked_for_every_permission_and_to_ask_again() {
    let stage = Stage::set().await;
    let redirect_uri: Url = "https://api.example/oauth/callback".parse().unwrap();
    let trip = Trip {
        redirect_uri: &redirect_uri,
        state: "the-state",
        now: now(),
    };
    let input = ConnectInput::default();
    let begun = Facebook
        .begin(&stage.egress, &input, &trip, Some(&client()))
        .await;
    let Begin::Redirect {
        authorization_url, ..
    } = begun.unwrap()
    else {
        panic!("Facebook needs consent");
    };
    assert_eq!(
        authorization_url.path(),
        "/www.facebook.com/v26.0/dialog/oauth"
    );
    let query: BTreeMap<_, _> = authorization_url.query_pairs().collect();
    assert_eq!(query["client_id"], "1000000000000001");
    assert_eq!(query["scope"], SCOPES.join(","));
    assert_eq!(query["auth_type"], "rerequest");
    assert_eq!(query["state"], "the-state");
    assert_eq!(query["code_challenge_method"], "S256");
    let unknown = Facebook.begin(&stage.egress, &input, &trip, None).await;
    assert!(matches!(unknown, Err(ConnectError::Refused { .. })));
}

#[tokio::test]
async fn every_page_becomes_an_account_of_one_grant_with_a_token_that_lasts() {
    let second = json!({ "id": "100200300400502", "name": "", "access_token": "canary-page-2" });
    let stage = Stage::with(&SCOPES, json!([page(), second])).await;
    let accounts = stage.finish().await.unwrap();
    let [first, second] = accounts.as_slice() else {
        panic!("{accounts:?}");
    };
    assert_eq!(first.target, target());
    assert_eq!(first.display_name, "Kopi Senja");
    assert_eq!(first.permissions, ["ADVERTISE", "CREATE_CONTENT"]);
    assert_eq!(first.tokens.access.expose_secret(), "canary-page-1");
    assert_eq!(first.tokens.scopes, SCOPES);
    assert_eq!(first.url.path(), format!("/www.facebook.com/{PAGE}"));
    // Nothing of it ends, and nothing but the token of the page is kept.
    let ends = (first.tokens.expires_at, first.tokens.ends_at);
    assert_eq!((ends, first.tokens.renew_at), ((None, None), None));
    assert!(first.tokens.refresh.is_none());
    // A page without a name of its own is known by its number.
    assert_eq!(second.target.handle, "100200300400502");
    assert_eq!(second.display_name, "100200300400502");
    assert!(accounts.iter().all(|account| account.grant == PERSON));
    assert!(!format!("{accounts:?}").contains("canary"));
    let client = client();
    let refreshed = Facebook
        .refresh(
            &stage.egress,
            Some(&client),
            &first.target,
            &first.tokens,
            now(),
        )
        .await;
    assert!(refreshed.unwrap().is_none());
}

#[tokio::test]
async fn the_long_token_lists_the_pages_and_every_call_carries_its_proof() {
    let stage = Stage::with(&SCOPES, json!([page()])).await;
    stage.finish().await.unwrap();
    let requests = stage.requests().await;
    let [code, long, rest @ ..] = requests.as_slice() else {
        panic!("{requests:?}");
    };
    let (code, long) = (query(code), query(long));
    assert_eq!(code["code"], "canary-code-1");
    assert_eq!(code["code_verifier"], "canary-verifier-1");
    assert_eq!(code["client_secret"], "canary-app-secret-1");
    assert_eq!(code["redirect_uri"], pending().redirect_uri.as_str());
    assert_eq!(long["fb_exchange_token"], "canary-short-1");
    assert_eq!(rest.len(), 3);
    for request in rest {
        let authorization = &request.headers["authorization"];
        assert_eq!(authorization, "Bearer canary-long-1");
        let query = query(request);
        assert_eq!(query["appsecret_proof"], proof_of("canary-long-1"));
        assert!(!query.values().any(|value| value.contains("canary")));
    }
}

#[tokio::test]
async fn a_permission_that_is_missing_is_named_and_no_page_is_listed() {
    let granted = ["public_profile", "pages_show_list", "pages_read_engagement"];
    let stage = Stage::with(&granted, json!([page()])).await;
    let reason = reason(stage.finish().await);
    assert!(reason.contains("pages_manage_posts is missing"), "{reason}");
    assert!(!reason.contains("pages_show_list"), "{reason}");
    let asked = stage.requests().await;
    assert!(!asked.iter().any(|it| it.url.path().ends_with("/accounts")));
}

#[tokio::test]
async fn somebody_without_a_page_to_publish_on_is_told_what_to_do() {
    let stage = Stage::with(&SCOPES, json!([])).await;
    assert!(reason(stage.finish().await).contains("make one"));
    let mut analyst = page();
    analyst["tasks"] = json!(["ANALYZE"]);
    let mut nobody = page();
    nobody["id"] = json!("100200300400509");
    nobody.as_object_mut().unwrap().remove("access_token");
    let stage = Stage::with(&SCOPES, json!([analyst, nobody])).await;
    assert!(reason(stage.finish().await).contains("ask an admin of the page"));
}

#[tokio::test]
async fn a_long_list_of_pages_is_read_to_its_end_but_not_for_ever() {
    let stage = Stage::set().await;
    let paging = json!({ "cursors": { "after": "next/1&x=" }, "next": "https://evil.example/?access_token=x" });
    let mut other = page();
    other["id"] = json!("100200300400777");
    Mock::given(path(format!("{GRAPH}/me/accounts")))
        .and(query_param("after", "next/1&x="))
        .respond_with(
            ResponseTemplate::new(200).set_body_json(json!({ "data": [other], "paging": paging })),
        )
        .mount(&stage.server)
        .await;
    let first = json!({ "data": [page()], "paging": paging });
    stage.get("/me/accounts", 200, first).await;
    let client = client();
    let graph = crate::facebook::graph::Graph {
        egress: &stage.egress,
        client: &client,
    };
    let pages = graph.pages(&"canary-long-1".to_owned().into()).await;
    assert_eq!(pages.unwrap().len(), 2);
    assert_eq!(stage.requests().await.len(), 2);
}

#[tokio::test]
async fn a_hostile_list_of_pages_is_not_taken() {
    for id in ["", "1/../me", "me", "12a", &"1".repeat(33)] {
        let mut hostile = page();
        hostile["id"] = json!(id);
        let stage = Stage::with(&SCOPES, json!([hostile])).await;
        let result = stage.finish().await;
        assert!(
            matches!(result, Err(ConnectError::Unreachable { .. })),
            "{id}: {result:?}"
        );
    }
    let mut hostile = page();
    hostile["name"] = json!(format!("a\nb{}", "x".repeat(100_000)));
    hostile["username"] = json!("../../login?next=");
    let tasks: Vec<_> = (0..5_000).map(|_| "CREATE_CONTENT").collect();
    hostile["tasks"] = json!(tasks);
    let stage = Stage::with(&SCOPES, json!([hostile])).await;
    let account = stage.finish().await.unwrap().remove(0);
    assert!(account.display_name.starts_with("a bx"));
    assert!(account.display_name.len() <= 300);
    assert_eq!(account.target.handle, PAGE);
    assert_eq!(account.permissions.len(), 100);
}

#[tokio::test]
async fn a_code_that_is_refused_and_a_platform_that_is_busy_are_told_apart() {
    let used = "This authorization code has been used. AQDcanary9f8s7d6f8s7d6f";
    let table = [
        (400, error(100, Some(36009), used), true),
        (
            400,
            error(190, Some(460), "Malformed access token EAAcanary123456789"),
            true,
        ),
        (400, error(101, None, "Error validating application."), true),
        (
            400,
            error(4, None, "Application request limit reached"),
            false,
        ),
        (
            500,
            error(2, None, "Service temporarily unavailable"),
            false,
        ),
        (500, json!("no object"), false),
        (200, json!({}), false),
        (302, json!({}), false),
    ];
    for (status, body, refused) in table {
        let stage = Stage::set().await;
        stage.get("/oauth/access_token", status, body.clone()).await;
        let error = stage.finish().await.unwrap_err();
        let is_refused = matches!(error, ConnectError::Refused { .. });
        assert_eq!(is_refused, refused, "{status} {body}: {error:?}");
        assert!(!format!("{error} {error:?}").contains("canary"), "{error}");
    }
}
