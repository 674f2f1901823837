//! Pages on Facebook: consent to permissions and pages, tokens of pages, and giving everything back.

use aws_lc_rs::hmac;
use jiff::SignedDuration;
use reqwest::{Method, Response};
use sandbox::{Effect, Fault};
use serde_json::{Value, json};

use crate::stage::{REDIRECT, Stage, json as body, parameter, string};

const DIALOG: &str = "/www.facebook.com/v26.0/dialog/oauth";
const GRAPH: &str = "/graph.facebook.com/v26.0";
const APP: &str = "1000000000000001";
const SECRET: &str = "facebook-sandbox-secret";
const OWN: &str = "1000000000000001|facebook-sandbox-secret";
const SCOPE: &str = "pages_show_list,pages_manage_posts,pages_read_engagement";

async fn agreed(stage: &Stage, account: &str, others: &[(&str, &str)]) -> String {
    let mut form = vec![
        ("client_id", APP),
        ("redirect_uri", REDIRECT),
        ("state", "s"),
        ("response_type", "code"),
        ("scope", SCOPE),
        ("account", account),
        ("decision", "authorize"),
    ];
    form.extend(others);
    let back = stage.consent(DIALOG, &form).await;
    parameter(&back, "code")
}

async fn exchange(stage: &Stage, parameters: &[(&str, &str)]) -> Value {
    let get = stage.get(&format!("{GRAPH}/oauth/access_token"));
    let get = get.query(&[("client_id", APP), ("client_secret", SECRET)]);
    body(get.query(parameters).send().await.unwrap()).await
}

async fn short(stage: &Stage, account: &str, others: &[(&str, &str)]) -> String {
    let code = agreed(stage, account, others).await;
    let answer = exchange(stage, &[("code", &code), ("redirect_uri", REDIRECT)]).await;
    string(&answer["access_token"])
}

async fn lengthened(stage: &Stage, token: &str) -> Value {
    let parameters = [
        ("grant_type", "fb_exchange_token"),
        ("fb_exchange_token", token),
    ];
    exchange(stage, &parameters).await
}

async fn long(stage: &Stage, account: &str, others: &[(&str, &str)]) -> String {
    let short = short(stage, account, others).await;
    string(&lengthened(stage, &short).await["access_token"])
}

fn proof(token: &str) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, SECRET.as_bytes());
    let tag = hmac::sign(&key, token.as_bytes());
    let bytes = tag.as_ref().iter();
    bytes.fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
}

async fn call(
    stage: &Stage,
    method: Method,
    path: &str,
    parameters: &[(&str, &str)],
    token: &str,
) -> Response {
    let request = stage
        .http
        .request(method, format!("{}{GRAPH}{path}", stage.base));
    let proof = proof(token);
    let request = request
        .query(parameters)
        .query(&[("appsecret_proof", &proof)]);
    request.bearer_auth(token).send().await.unwrap()
}

async fn get(stage: &Stage, path: &str, parameters: &[(&str, &str)], token: &str) -> Value {
    body(call(stage, Method::GET, path, parameters, token).await).await
}

async fn inspect(stage: &Stage, token: &str) -> Value {
    let parameters = [("input_token", token)];
    get(stage, "/debug_token", &parameters, OWN).await["data"].take()
}

async fn pages(stage: &Stage, token: &str) -> Vec<Value> {
    let fields = [("fields", "id,name,username,access_token,tasks")];
    let list = get(stage, "/me/accounts", &fields, token).await;
    list["data"].as_array().unwrap().clone()
}

fn ids(pages: &[Value]) -> Vec<String> {
    pages.iter().map(|page| string(&page["id"])).collect()
}

#[tokio::test]
async fn the_dialog_offers_pages_when_an_application_asks_for_them() {
    let stage = Stage::set().await;
    let page = async |scope: &str| {
        let query = [
            ("client_id", APP),
            ("redirect_uri", REDIRECT),
            ("scope", scope),
        ];
        let page = stage.get(DIALOG).query(&query).send().await.unwrap();
        page.text().await.unwrap()
    };
    let with_pages = page(SCOPE).await;
    for expected in [
        "Toko Buku Wijaya",
        r#"type="checkbox" name="choice" value="100200300400502""#,
        r#"name="without" value="pages_manage_posts""#,
        "Publishing on your pages",
    ] {
        assert!(with_pages.contains(expected), "{expected}: {with_pages}");
    }
    let sign_in = page("email").await;
    assert!(!sign_in.contains("choice\" value") && !sign_in.contains("without\""));
}

#[tokio::test]
async fn people_have_several_pages_one_or_none_and_may_share_some_of_them() {
    let stage = Stage::set().await;
    for (account, expected) in [
        (
            "sari",
            vec!["100200300400501", "100200300400502", "100200300400503"],
        ),
        ("bima", vec!["100200300400501"]),
        ("eka", vec!["100200300400504"]),
        ("citra", vec!["100200300400503"]),
        ("fitri", vec![]),
    ] {
        let token = long(&stage, account, &[]).await;
        assert_eq!(ids(&pages(&stage, &token).await), expected, "{account}");
    }
    let ticked = [("choice", "100200300400502"), ("choice", "100200300400504")];
    let token = long(&stage, "sari", &ticked).await;
    let pages = pages(&stage, &token).await;
    assert_eq!(ids(&pages), ["100200300400502"]);
    assert_eq!(pages[0]["tasks"], json!(["CREATE_CONTENT", "MODERATE"]));
    assert_eq!(pages[0].get("username"), None);
    let parts = [("fields", "id"), ("limit", "1")];
    let token = long(&stage, "sari", &[]).await;
    let first = get(&stage, "/me/accounts", &parts, &token).await;
    assert!(first["paging"]["next"].is_string());
    let after = string(&first["paging"]["cursors"]["after"]);
    let parts = [("fields", "id"), ("limit", "2"), ("after", &after)];
    let rest = get(&stage, "/me/accounts", &parts, &token).await;
    assert_eq!(rest["data"].as_array().unwrap().len(), 2);
    assert_eq!(rest["paging"].get("next"), None);
}

#[tokio::test]
async fn only_a_page_token_of_a_long_lived_token_has_no_end() {
    let stage = Stage::set().await;
    let short = short(&stage, "eka", &[]).await;
    let answer = lengthened(&stage, &short).await;
    assert_eq!(answer["expires_in"], 60 * 86_400);
    let long = string(&answer["access_token"]);
    let of_short = string(&pages(&stage, &short).await[0]["access_token"]);
    let of_long = string(&pages(&stage, &long).await[0]["access_token"]);
    for token in [&short, &long, &of_short, &of_long] {
        assert!(token.contains("sbxsecret"), "{token}");
    }
    assert_eq!(inspect(&stage, &of_long).await["expires_at"], 0);
    let page = "/100200300400504";
    stage.pass(SignedDuration::from_hours(2));
    let (dead, alive) = (
        get(&stage, page, &[], &of_short).await,
        get(&stage, page, &[], &of_long).await,
    );
    assert_eq!(dead["error"]["error_subcode"], 463);
    assert_eq!(alive["name"], "Warung Eka");
    assert_eq!(lengthened(&stage, &short).await["error"]["code"], 190);
    stage.pass(SignedDuration::from_hours(60 * 24));
    assert_eq!(
        get(&stage, "/me", &[], &long).await["error"]["error_subcode"],
        463
    );
    assert_eq!(get(&stage, page, &[], &of_long).await["name"], "Warung Eka");
    assert_eq!(
        get(&stage, "/me", &[], &of_long).await["name"],
        "Warung Eka"
    );
}

#[tokio::test]
async fn a_declined_permission_is_told_and_missing_and_asked_for_again_only_on_demand() {
    let stage = Stage::set().await;
    let without = [("without", "pages_manage_posts")];
    let token = long(&stage, "sari", &without).await;
    let permissions = get(&stage, "/me/permissions", &[], &token).await;
    let declined = json!({ "permission": "pages_manage_posts", "status": "declined" });
    let granted = json!({ "permission": "pages_show_list", "status": "granted" });
    let data = permissions["data"].as_array().unwrap();
    assert!(
        data.contains(&declined) && data.contains(&granted),
        "{data:?}"
    );
    let granted = async |others: &[(&str, &str)]| {
        let token = long(&stage, "sari", others).await;
        let scopes = inspect(&stage, &token).await["scopes"].take();
        scopes.as_array().unwrap().len()
    };
    assert_eq!(granted(&[]).await, 2);
    assert_eq!(granted(&[("auth_type", "rerequest")]).await, 3);
    assert_eq!(granted(&[]).await, 3);
    let blind = long(&stage, "sari", &[("without", "pages_show_list")]).await;
    let refused = get(&stage, "/me/accounts", &[], &blind).await;
    assert_eq!(refused["error"]["code"], 200);
}

#[tokio::test]
async fn a_token_opens_its_page_for_whoever_knows_the_secret_and_no_other() {
    let stage = Stage::set().await;
    let token = long(&stage, "sari", &[]).await;
    let own = string(&pages(&stage, &token).await[0]["access_token"]);
    let read = get(
        &stage,
        "/100200300400501",
        &[("fields", "id,username")],
        &own,
    )
    .await;
    assert_eq!(
        read,
        json!({ "id": "100200300400501", "username": "kopisenja" })
    );
    let other = get(&stage, "/100200300400502", &[], &own).await;
    let error = (&other["error"]["code"], &other["error"]["error_subcode"]);
    assert_eq!(error, (&json!(100), &json!(33)));
    let bare = stage.get(&format!("{GRAPH}/100200300400501"));
    let bare = bare.bearer_auth(&own).send().await.unwrap();
    assert_eq!(body(bare).await["error"]["code"], 100);
    let own_list = get(&stage, "/me/accounts", &[], &own).await;
    assert_eq!(own_list["error"]["code"], 200);
}

#[tokio::test]
async fn only_the_application_learns_what_a_token_is_worth() {
    let stage = Stage::set().await;
    let token = long(&stage, "sari", &[]).await;
    let own = string(&pages(&stage, &token).await[0]["access_token"]);
    let known = inspect(&stage, &own).await;
    assert_eq!(known["type"], "PAGE");
    assert_eq!(known["app_id"], APP);
    assert_eq!(known["user_id"], "122100000000000003");
    assert_eq!(known["profile_id"], "100200300400501");
    assert_eq!(known["scopes"].as_array().unwrap().len(), 3);
    let unknown = inspect(&stage, "EAAnonsense").await;
    assert_eq!(unknown["is_valid"], false);
    assert_eq!(unknown["error"]["code"], 190);
    for asker in [&token, "1000000000000001|wrong"] {
        let refused = get(&stage, "/debug_token", &[("input_token", &own)], asker).await;
        assert_eq!(refused["error"]["code"], 190, "{asker}");
    }
    let fault = Fault::on("page", Effect::RevokeToken).account("sari");
    stage.sandbox.script(fault);
    let dead = get(&stage, "/100200300400501", &[], &own).await;
    assert_eq!(dead["error"]["code"], 190);
    assert_eq!(inspect(&stage, &own).await["is_valid"], false);
    // One page was lost, not the person.
    assert_eq!(inspect(&stage, &token).await["is_valid"], true);
}

#[tokio::test]
async fn giving_back_ends_every_token_of_the_person_and_of_nobody_else() {
    let stage = Stage::set().await;
    let first = long(&stage, "sari", &[]).await;
    let of_page = string(&pages(&stage, &first).await[0]["access_token"]);
    let of_eka = long(&stage, "eka", &[]).await;
    let stranger = call(
        &stage,
        Method::DELETE,
        "/122100000000000003/permissions",
        &[],
        &of_eka,
    );
    assert_eq!(stranger.await.status(), 400);
    let page = call(&stage, Method::DELETE, "/me/permissions", &[], &of_page);
    assert_eq!(page.await.status(), 400);
    let one = "/122100000000000003/permissions/pages_manage_posts";
    assert_eq!(
        call(&stage, Method::DELETE, one, &[], OWN).await.status(),
        200
    );
    let left = inspect(&stage, &of_page).await;
    assert_eq!(left["is_valid"], true);
    assert_eq!(left["scopes"].as_array().unwrap().len(), 2);
    let everything = "/122100000000000003/permissions";
    let answer = call(&stage, Method::DELETE, everything, &[], OWN).await;
    assert_eq!(body(answer).await, json!({ "success": true }));
    for token in [&first, &of_page] {
        let dead = get(&stage, "/me", &[], token).await;
        assert_eq!(dead["error"]["error_subcode"], 458);
    }
    assert_eq!(
        get(&stage, "/me", &[], &of_eka).await["name"],
        "Eka Saputra"
    );
    // By the person's own token too.
    let own = call(&stage, Method::DELETE, "/me/permissions", &[], &of_eka).await;
    assert_eq!(own.status(), 200);
    assert_eq!(inspect(&stage, &of_eka).await["is_valid"], false);
}

#[tokio::test]
async fn too_many_requests_tell_when_more_are_taken() {
    let stage = Stage::set().await;
    let token = long(&stage, "eka", &[]).await;
    let effect = Effect::TooManyRequests { reset_seconds: 150 };
    stage.sandbox.script(Fault::on("accounts", effect));
    let limited = call(&stage, Method::GET, "/me/accounts", &[], &token).await;
    let usage = limited.headers()["x-business-use-case-usage"]
        .to_str()
        .unwrap();
    assert!(
        usage.contains(r#""estimated_time_to_regain_access":3"#),
        "{usage}"
    );
    assert_eq!(body(limited).await["error"]["code"], 4);
}

#[tokio::test]
async fn tokens_of_pages_and_what_was_declined_survive_the_end_of_the_process() {
    let folder = tempfile::tempdir().unwrap();
    let stage = Stage::set().await;
    stage.sandbox.persist_to(folder.path()).unwrap();
    let token = long(&stage, "eka", &[("without", "pages_manage_posts")]).await;
    let own = string(&pages(&stage, &token).await[0]["access_token"]);
    let other = Stage::set().await;
    other.sandbox.persist_to(folder.path()).unwrap();
    let known = inspect(&other, &own).await;
    assert_eq!(known["profile_id"], "100200300400504");
    assert_eq!(known["expires_at"], 0);
    let again = long(&other, "eka", &[]).await;
    let scopes = inspect(&other, &again).await["scopes"].take();
    assert_eq!(scopes, json!(["pages_show_list", "pages_read_engagement"]));
}
