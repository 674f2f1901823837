//! The link of an invitation: whoever has the mail joins as the owner of its address, and the token is good for nothing else.

use serde_json::json;

use super::{accept, accept_by_link, is_member, mine};
use crate::harness::{Newsroom, PASSWORD, World, seconds};

const PAGE: &str = "/accept-invitation?token=";

#[tokio::test]
async fn the_mails_link_opens_a_page_that_changes_nothing_and_whose_button_joins() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    let ben = world.sign_up("ben").await;
    let invitation = news.invite(&ben.email, "editor").await.expect(202).id();
    let token = world.link_in_mail(&ben.email, PAGE).await;
    assert_eq!(token, world.invitation_token(&invitation).await);
    for _ in 0..3 {
        let page = world
            .anonymous
            .get(&format!("{PAGE}{token}"))
            .await
            .expect(200);
        assert!(page.text.contains("Harbour news") && page.text.contains(&token));
        assert_eq!(page.headers["cache-control"], "no-store");
    }
    assert!(
        !is_member(&ben, &news.team).await,
        "a scanner that follows links joined"
    );
    let joined = accept_by_link(&world, &token).await.expect(200);
    assert_eq!(joined.body["id"], news.team);
    assert!(is_member(&ben, &news.team).await);
    // Used up.
    assert_eq!(
        accept_by_link(&world, &token)
            .await
            .expect_problem(422)
            .pointer(),
        "/token"
    );
    let page = world
        .anonymous
        .get(&format!("{PAGE}{token}"))
        .await
        .expect(200);
    assert!(!page.text.contains("Harbour news") && !page.text.contains("<button"));
    world.finish().await;
}

#[tokio::test]
async fn whoever_presses_the_button_it_is_the_owner_of_the_address_who_joins() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    let (ben, eve) = (world.sign_up("ben").await, world.sign_up("eve").await);
    let invitation = news.invite(&ben.email, "admin").await.expect(202).id();
    let token = world.invitation_token(&invitation).await;
    let body = json!({ "token": token });
    eve.api.post("/accept-invitation", &body).await.expect(200);
    assert!(is_member(&ben, &news.team).await);
    assert!(!is_member(&eve, &news.team).await);
    world.finish().await;
}

#[tokio::test]
async fn without_a_user_account_the_link_says_to_sign_up_first_and_works_afterwards() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    let invitation = news
        .invite("ben@example.com", "editor")
        .await
        .expect(202)
        .id();
    let token = world.invitation_token(&invitation).await;
    let refused = accept_by_link(&world, &token).await.expect_problem(409);
    assert!(refused.text.contains("ben@example.com"), "{}", refused.text);
    // A sign-up that nobody confirmed is nobody's account.
    world.register("ben@example.com", PASSWORD).await;
    accept_by_link(&world, &token).await.expect_problem(409);
    let confirm = json!({ "token": world.verification_token("ben@example.com").await });
    world
        .anonymous
        .post("/verify-email", &confirm)
        .await
        .expect(201);
    accept_by_link(&world, &token).await.expect(200);
    let ben = world.log_in("ben@example.com").await;
    assert!(is_member(&ben, &news.team).await);
    world.finish().await;
}

#[tokio::test]
async fn a_closed_account_joins_nothing() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    let ben = world.sign_up("ben").await;
    let invitation = news.invite(&ben.email, "editor").await.expect(202).id();
    let token = world.invitation_token(&invitation).await;
    let path = format!("/users/{}", ben.id);
    let status = |status: &str| json!({ "status": status });
    news.ana
        .api
        .patch(&path, &status("disabled"))
        .await
        .expect(200);
    accept(&ben, &invitation).await.expect_problem(401);
    assert_eq!(
        accept_by_link(&world, &token)
            .await
            .expect_problem(422)
            .pointer(),
        "/token"
    );
    news.ana
        .api
        .patch(&path, &status("active"))
        .await
        .expect(200);
    let ben = world.log_in(&ben.email).await;
    assert!(!is_member(&ben, &news.team).await);
    accept_by_link(&world, &token).await.expect(200);
    world.finish().await;
}

#[tokio::test]
async fn a_token_of_an_invitation_is_worth_nothing_as_another_and_no_other_is_worth_an_invitation()
{
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    let ben = world.sign_up("ben").await;
    let invitation = news.invite(&ben.email, "editor").await.expect(202).id();
    let token = world.invitation_token(&invitation).await;
    let unusable = |answer: crate::harness::Answer| {
        assert_eq!(answer.expect_problem(422).pointer(), "/token");
    };
    let body = json!({ "token": token, "new_password": "another horse battery" });
    unusable(world.anonymous.post("/reset-password", &body).await);
    unusable(
        world
            .anonymous
            .post("/verify-email", &json!({ "token": token }))
            .await,
    );
    let renewal = json!({ "refresh_token": token });
    world
        .anonymous
        .post("/refresh-token", &renewal)
        .await
        .expect_problem(401);
    let api = world.anonymous.with_token(&token);
    api.get("/me").await.expect_problem(401);
    let back = format!("/oauth/callback?state={token}&code=x");
    ben.api.get(&back).await.expect_problem(422);

    world.advance(seconds(1)).await;
    let forgot = json!({ "email": ben.email });
    world
        .elsewhere()
        .post("/forgot-password", &forgot)
        .await
        .expect(202);
    let reset = world
        .link_in_mail(&ben.email, "/reset-password?token=")
        .await;
    world.register("new@example.com", PASSWORD).await;
    let sign_up = world.verification_token("new@example.com").await;
    let wish = json!({ "email": "ben@example.org", "current_password": PASSWORD });
    ben.api.post("/me/email", &wish).await.expect(202);
    let address = world.verification_token("ben@example.org").await;
    let access = ben.api.token.clone().unwrap();
    for other in [&reset, &sign_up, &address, &access, &ben.refresh_token] {
        unusable(accept_by_link(&world, other).await);
        // Nor with the id of the invitation and the code of another token.
        let code = other.rsplit('.').next().unwrap();
        unusable(accept_by_link(&world, &format!("{invitation}.{code}")).await);
    }
    assert!(!is_member(&ben, &news.team).await);
    accept_by_link(&world, &token).await.expect(200);
    world.finish().await;
}

#[tokio::test]
async fn no_changed_letter_of_a_link_is_overlooked_and_the_page_tells_nothing_of_why() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    let (ben, eve) = (world.sign_up("ben").await, world.sign_up("eve").await);
    let invitation = news.invite(&ben.email, "editor").await.expect(202).id();
    let other = news.invite(&eve.email, "admin").await.expect(202).id();
    let token = world.invitation_token(&invitation).await;
    let code = token.split_once('.').unwrap().1;
    let mut wrong = vec![
        String::new(),
        ".".into(),
        invitation.clone(),
        format!("{invitation}."),
        format!("{other}.{code}"),
        format!("{token}A"),
        format!("{token}.{code}"),
        token[..token.len() - 1].to_owned(),
        token.to_uppercase(),
    ];
    let letter = |text: &str| if text == "A" { "B" } else { "A" };
    wrong.extend((0..code.len() - 1).map(|n| {
        let at = invitation.len() + 1 + n;
        format!(
            "{}{}{}",
            &token[..at],
            letter(&token[at..=at]),
            &token[at + 1..]
        )
    }));
    let shown = async |token: &str| {
        let page = world
            .anonymous
            .get(&format!("{PAGE}{token}"))
            .await
            .expect(200);
        let nonce = page
            .text
            .split("nonce=\"")
            .nth(1)
            .unwrap()
            .split('"')
            .next()
            .unwrap();
        page.text.replace(nonce, "NONCE")
    };
    let unknown = shown("x").await;
    for token in &wrong {
        let refused = accept_by_link(&world, token).await.expect_problem(422);
        assert_eq!(refused.pointer(), "/token", "{token}");
        assert_eq!(shown(token).await, unknown, "{token}");
    }
    assert_eq!((mine(&ben).await.len(), mine(&eve).await.len()), (1, 1));
    accept_by_link(&world, &token).await.expect(200);
    world.finish().await;
}
