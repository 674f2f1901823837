//! How many mails can be had sent, and how many trips to a provider begun.

use serde_json::{Value, json};

use super::{comparable, retry_after};
use crate::harness::{PASSWORD, World, seconds};

#[tokio::test]
async fn an_address_can_be_made_to_get_five_mails_in_an_hour_be_it_known_or_not() {
    let world = World::start().await;
    let ana = world.sign_up("ana").await;
    world.sign_up("ben").await;
    world.later(seconds(3_600)).await;
    let ben = world.visitor(9).enter("ben@example.com").await;
    let mut told = Vec::new();
    for email in ["ana@example.com", "nobody@example.com"] {
        let sign_up = json!({ "email": email, "password": PASSWORD, "name": "Eve" });
        let forgot = json!({ "email": email });
        let mut answers = Vec::new();
        for n in 0..7 {
            let (path, body) = [("/register", &sign_up), ("/forgot-password", &forgot)][n % 2];
            answers.push(comparable(&world.elsewhere().post(path, body).await));
        }
        let statuses: Vec<_> = answers.iter().map(|(status, ..)| *status).collect();
        assert_eq!(statuses, [202, 202, 202, 202, 202, 429, 429]);
        let body = json!({ "email": email, "current_password": PASSWORD });
        let wish = ben.api.post("/me/email", &body);
        assert_eq!(retry_after(&wish.await), 3_600);
        told.push(answers);
    }
    assert_eq!(told[0], told[1]);
    let of_last_hour = world.subjects(&ana.email).len() - 1;
    assert!(of_last_hour <= 5, "{of_last_hour}");
    world.later(seconds(3_600)).await;
    let again = json!({ "email": ana.email });
    let again = world.elsewhere().post("/forgot-password", &again).await;
    again.expect(202);
    world.finish().await;
}

#[tokio::test]
async fn one_place_can_have_thirty_mails_sent_in_an_hour() {
    let world = World::start().await;
    let here = world.visitor(1);
    let forgot = |n: usize| json!({ "email": format!("somebody{n}@example.com") });
    for n in 0..30 {
        here.post("/forgot-password", &forgot(n)).await.expect(202);
    }
    let body: Value = forgot(30);
    assert_eq!(
        retry_after(&here.post("/forgot-password", &body).await),
        3_600
    );
    let sign_up = json!({ "email": "new@example.com", "password": PASSWORD, "name": "Eve" });
    assert_eq!(retry_after(&here.post("/register", &sign_up).await), 3_600);
    let elsewhere = world.visitor(2);
    elsewhere.post("/forgot-password", &body).await.expect(202);
    world.finish().await;
}

#[tokio::test]
async fn one_place_can_set_out_for_a_provider_sixty_times_in_ten_minutes() {
    let world = World::start().await;
    let here = world.visitor(1);
    let body = json!({ "provider": "google" });
    for n in 0..60 {
        match n % 3 {
            0 => here.post("/login", &body).await.expect(202),
            1 => here.post("/register", &body).await.expect(202),
            _ => here
                .get("/oauth/authorize?provider=facebook")
                .await
                .expect(200),
        };
    }
    for path in ["/login", "/register"] {
        assert_eq!(retry_after(&here.post(path, &body).await), 600);
    }
    world.visitor(2).post("/login", &body).await.expect(202);
    world.finish().await;
}
