//! Invitations to a team, and the link in them.

use serde_json::{Value, json};

use super::{link, path, says, told};
use crate::harness::{Answer, Person, World, seconds};

/// How long an invitation can be accepted, in seconds.
const WEEK: i64 = 7 * 24 * 3600;

async fn invite(by: &Person, team: &str, email: &str, role: &str) -> String {
    let body = json!({ "email": email, "role": role });
    let path = format!("/teams/{team}/members");
    by.api.post(&path, &body).await.expect(202).id()
}

async fn teams_of(person: &Person) -> Vec<Value> {
    let list = person.api.get("/teams").await.expect(200);
    list.body["items"].as_array().unwrap().clone()
}

/// Opens the page that a link leads to.
async fn open(world: &World, link: &str) -> String {
    let page = world.anonymous.get(&path(link)).await.expect(200);
    assert_eq!(page.headers["content-type"], "text/html; charset=utf-8");
    page.text
}

/// Presses the page's button.
async fn accept(world: &World, link: &str) -> Answer {
    let url = url::Url::parse(link).unwrap();
    let mut query = url.query_pairs();
    let token = query.find(|(name, _)| name == "token").unwrap().1;
    let body = json!({ "token": token });
    world.anonymous.post(url.path(), &body).await
}

#[tokio::test]
async fn an_invitation_goes_to_its_address_in_the_owners_language_and_its_link_leads_into_the_team()
{
    let world = World::start().await;
    let ana = world.known_as("ana", "Ana Wijaya").await;
    let ben = world.known_as("ben", "Ben").await;
    ben.move_to_jakarta().await;
    world.known_as("eve", "Eve").await;
    let team = json!({ "name": "Harbour news", "time_zone": "Asia/Makassar" });
    let team = ana.api.post("/teams", &team).await.expect(201).id();
    let before = world.mail_count().await;
    invite(&ana, &team, "ben@example.com", "editor").await;
    let mail = world.mail_after(before).await;
    assert_eq!(
        told(std::slice::from_ref(&mail)),
        [(
            "ben@example.com",
            "Ana Wijaya mengundang Anda ke tim Harbour news"
        )]
    );
    says(
        &mail,
        &[
            "Ana Wijaya mengundang Anda bergabung dengan tim Harbour news di Tayang sebagai editor",
            "menulis, menyetujui, dan menjadwalkan postingan",
            "berlaku 7 hari, sampai Senin, 8 Juni 2026 pukul 20.00 WITA.",
        ],
    );
    let link = link(&mail);
    assert!(link.starts_with(world.stack.api_url()), "{link}");
    assert!(link.contains("/accept-invitation?token=") && link.ends_with("&locale=id"));

    let page = open(&world, &link).await;
    for word in [
        "lang=\"id\"",
        "Ana Wijaya",
        "Harbour news",
        "<button id=\"accept\"",
    ] {
        assert!(page.contains(word), "{word} in {page}");
    }
    // Scanners of mails follow links too.
    assert_eq!(teams_of(&ben).await, Vec::<Value>::new());
    let joined = accept(&world, &link).await.expect(200);
    assert_eq!(
        (&joined.body["id"], &joined.body["role"]),
        (&json!(team), &json!("editor"))
    );
    assert_eq!(teams_of(&ben).await.len(), 1);
    let again = accept(&world, &link).await.expect_problem(422);
    assert_eq!(again.pointer(), "/token");
    let page = open(&world, &link).await;
    assert!(
        page.contains("Undangan ini tidak dapat digunakan lagi") && !page.contains("<button"),
        "{page}"
    );
    // Who joined, and who invited, are told nothing more.
    assert_eq!(world.mail_count().await, before + 1);
    world.finish().await;
}

#[tokio::test]
async fn a_stranger_reads_the_same_invitation_as_a_user_and_besides_that_he_must_sign_up_first() {
    let world = World::start().await;
    let ana = world.known_as("ana", "Ana").await;
    world.known_as("ben", "Ben").await;
    let team = ana.create_team("Harbour news").await;
    let before = world.mail_count().await;
    let mut letters = Vec::new();
    for address in ["ben@example.com", "cara@example.com"] {
        invite(&ana, &team, address, "viewer").await;
        let mail = world.mail_after(before + letters.len()).await;
        assert_eq!(mail.to, address);
        letters.push(mail);
    }
    let [known, unknown] = &letters[..] else {
        panic!()
    };
    assert_eq!(known.subject, unknown.subject);
    let (to_ben, to_cara) = (link(known), link(unknown));
    let lines = |text: &str| -> Vec<String> {
        let text = text.replace(&to_ben, "LINK").replace(&to_cara, "LINK");
        let text = text.replace("cara@", "ben@");
        text.lines().map(str::to_owned).collect()
    };
    let (known, unknown) = (lines(&known.text), lines(&unknown.text));
    assert_eq!(known[0], "Hello,", "no name that only an account has");
    let more: Vec<_> = unknown
        .iter()
        .filter(|line| !known.contains(line))
        .collect();
    assert_eq!(
        more,
        [
            "There is no account for ben@example.com yet. Sign up with this address first, then join."
        ]
    );
    assert!(known.iter().all(|line| unknown.contains(line)), "{known:?}");

    let page = open(&world, &to_cara).await;
    assert!(
        page.contains("There is no account for cara@example.com yet")
            && !page.contains("<button id=\"accept\""),
        "{page}"
    );
    accept(&world, &to_cara).await.expect_problem(409);
    let cara = world.known_as("cara", "Cara").await;
    let page = open(&world, &to_cara).await;
    assert!(page.contains("<button id=\"accept\""), "{page}");
    let joined = accept(&world, &to_cara).await.expect(200);
    assert_eq!(joined.body["role"], "viewer");
    assert_eq!(teams_of(&cara).await.len(), 1);
    world.finish().await;
}

#[tokio::test]
async fn a_stranger_reads_the_language_of_whoever_invites_him() {
    let world = World::start().await;
    let ana = world.known_as("ana", "Ana").await;
    ana.move_to_jakarta().await;
    let team = ana.create_team("Kabar Pelabuhan").await;
    let before = world.mail_count().await;
    invite(&ana, &team, "cara@example.com", "admin").await;
    let mail = world.mail_after(before).await;
    assert_eq!(mail.subject, "Ana mengundang Anda ke tim Kabar Pelabuhan");
    says(
        &mail,
        &[
            "Halo,",
            "Belum ada akun untuk cara@example.com. Mendaftarlah dahulu dengan alamat ini",
            "pukul 19.00 WIB",
        ],
    );
    let link = link(&mail);
    let page = open(&world, &link).await;
    assert!(
        page.contains("lang=\"id\"") && page.contains("Belum ada akun untuk cara@example.com"),
        "{page}"
    );
    world.finish().await;
}

#[tokio::test]
async fn an_invitation_that_is_resent_comes_again_from_whoever_resent_it_and_is_good_for_another_week()
 {
    let world = World::start().await;
    let ana = world.known_as("ana", "Ana").await;
    let dewi = world.known_as("dewi", "Dewi").await;
    let team = ana.create_team("Harbour news").await;
    world.join(&dewi, &team, domain::Role::Admin).await;
    let before = world.mail_count().await;
    let id = invite(&ana, &team, "cara@example.com", "editor").await;
    let first = world.mail_after(before).await;
    says(&first, &["until Monday, 8 June 2026, 12:00 UTC."]);
    world.jump(seconds(WEEK - 1)).await;
    let dewi = world.log_in(&dewi.email).await;
    let before = world.mail_count().await;
    let path = format!("/teams/{team}/invitations/{id}/resend");
    dewi.api.post(&path, &json!({})).await.expect(202);
    let second = world.mail_after(before).await;
    assert_eq!(second.to, "cara@example.com");
    assert_eq!(second.subject, "Dewi invites you to the team Harbour news");
    says(&second, &["until Monday, 15 June 2026, 11:59 UTC."]);
    assert_eq!(link(&first), link(&second));
    world.jump(seconds(WEEK - 1)).await;
    world.sign_up("cara").await;
    accept(&world, &link(&second)).await.expect(200);
    world.finish().await;
}

#[tokio::test]
async fn an_invitation_that_is_gone_or_over_when_its_mail_is_written_is_not_mailed() {
    let world = World::start().await;
    let ana = world.known_as("ana", "Ana").await;
    let ben = world.known_as("ben", "Ben").await;
    let (team, other) = (ana.create_team("One").await, ana.create_team("Two").await);
    let late = async |id: &str| {
        let about = json!({ "about": "invitation", "invitation": id });
        world.mails_of(about, None).await
    };

    let revoked = invite(&ana, &team, "ben@example.com", "editor").await;
    assert_eq!(late(&revoked).await, 1);
    let path = format!("/teams/{team}/invitations/{revoked}");
    ana.api.delete(&path).await.expect(204);
    assert_eq!(late(&revoked).await, 0);

    let declined = invite(&ana, &team, "ben@example.com", "editor").await;
    let path = format!("/invitations/{declined}");
    ben.api.delete(&path).await.expect(204);
    assert_eq!(late(&declined).await, 0);

    let of_no_team = invite(&ana, &other, "cara@example.com", "editor").await;
    let path = format!("/teams/{other}?name=Two");
    ana.api.delete(&path).await.expect(204);
    assert_eq!(late(&of_no_team).await, 0);

    let expired = invite(&ana, &team, "cara@example.com", "editor").await;
    world.settle().await;
    world.jump(seconds(WEEK - 1)).await;
    assert_eq!(late(&expired).await, 1);
    world.jump(seconds(1)).await;
    assert_eq!(late(&expired).await, 0);
    world.finish().await;
}

#[tokio::test]
async fn an_invitation_to_a_closed_account_says_that_it_must_be_opened_first() {
    let world = World::start().await;
    let ana = world.known_as("ana", "Ana").await;
    let ben = world.known_as("ben", "Ben").await;
    let team = ana.create_team("Harbour news").await;
    let user = format!("/users/{}", ben.id);
    let disabled = json!({ "status": "disabled" });
    ana.api.patch(&user, &disabled).await.expect(200);
    let before = world.mail_count().await;
    invite(&ana, &team, "ben@example.com", "editor").await;
    let mail = world.mail_after(before).await;
    says(&mail, &["You can join when an admin has opened it again."]);
    accept(&world, &link(&mail)).await.expect_problem(422);
    let active = json!({ "status": "active" });
    ana.api.patch(&user, &active).await.expect(200);
    accept(&world, &link(&mail)).await.expect(200);
    world.finish().await;
}

#[tokio::test]
async fn names_bring_no_markup_into_an_invitation_or_its_page() {
    let world = World::start().await;
    let ana = world.known_as("ana", "<b>Ana</b> \"A\"").await;
    let team = ana
        .create_team("<script>x</script> & =?utf-8?q?sons?=")
        .await;
    let before = world.mail_count().await;
    invite(&ana, &team, "cara@example.com", "editor").await;
    let mail = world.mail_after(before).await;
    let html = mail.html.as_ref().unwrap();
    assert!(
        mail.text.contains("<b>Ana</b> \"A\" invites you"),
        "{}",
        mail.text
    );
    let page = open(&world, &link(&mail)).await;
    for text in [html, &page] {
        assert!(
            !text.contains("<b>") && !text.contains("<script>x"),
            "{text}"
        );
        assert!(
            text.contains("&#60;script&#62;x&#60;/script&#62; &#38; "),
            "{text}"
        );
    }
    assert_eq!(mail.to, "cara@example.com");
    world.finish().await;
}
