//! Who is told that somebody said yes or no to a post.

use serde_json::json;

use super::{BEN, CARA, DAY, Desk, leads_to, link, says, told};
use crate::harness::{World, seconds};

const APPROVED: &str = "A post of the team Harbour news was approved";
const REJECTED: &str = "A post of the team Harbour news was rejected";

#[tokio::test]
async fn whoever_wrote_a_post_or_sees_to_it_is_told_of_a_yes_by_somebody_else() {
    let world = World::start().await;
    let desk = Desk::open(&world).await;
    let (news, cara) = (desk.news(), &desk.staff.cara);
    let at = world.now() + seconds(2 * DAY);
    let mut body = desk.body("Bread");
    body["team_id"] = json!(news.team);
    body["assignee_id"] = json!(desk.staff.ben.id);
    let post = cara.api.post("/posts", &body).await.expect(201).id();
    desk.schedule(cara, &post, at).await;
    let before = world.mail_count().await;
    world.advance(seconds(600)).await;
    desk.decide(&news.ana, &post, "approve", Some("Lovely"))
        .await;
    let mails = world.mails_after(before).await;
    let approved_id = "Postingan tim Harbour news telah disetujui";
    assert_eq!(told(&mails), [(BEN, approved_id), (CARA, APPROVED)]);
    let [ben, cara] = [BEN, CARA].map(|to| mails.iter().find(|mail| mail.to == to).unwrap());
    assert_eq!(
        cara.text.trim_end().lines().collect::<Vec<_>>(),
        [
            "Hello Cara Lestari,",
            "",
            "Ana said yes to this post. It goes out at its time.",
            "",
            "Time: Wednesday, 3 June 2026, 12:00 UTC",
            "At the latest: Wednesday, 3 June 2026, 13:00 UTC",
            "To: harbour@mastodon.sandbox on Mastodon",
            "Decided: Monday, 1 June 2026, 12:10 UTC",
            "",
            "> Bread",
            "",
            "Sent automatically by Tayang to cara@example.com.",
        ]
    );
    says(
        ben,
        &[
            "Ana menyetujui postingan ini. Postingan ini diterbitkan pada waktunya.",
            "Rabu, 3 Juni 2026 pukul 19.00 WIB",
        ],
    );
    world.finish().await;
}

#[tokio::test]
async fn nobody_is_told_of_a_yes_or_no_of_his_own() {
    let world = World::start().await;
    let desk = Desk::open(&world).await;
    desk.settings(&json!({ "own_approval": true })).await;
    let cara = &desk.staff.cara;
    let post = desk.ask("Bread", world.now() + seconds(2 * DAY)).await;
    let before = world.mail_count().await;
    desk.decide(cara, &post, "reject", Some("Too dry")).await;
    let path = format!("/posts/{post}/submit");
    cara.api.post(&path, &json!({})).await.expect(200);
    desk.decide(cara, &post, "approve", None).await;
    let mails = world.mails_after(before).await;
    assert!(
        mails.iter().all(|mail| mail.to != CARA),
        "{:?}",
        told(&mails)
    );
    world.finish().await;
}

#[tokio::test]
async fn a_no_comes_with_its_reason() {
    let world = World::start().await;
    let desk = Desk::open(&world).await;
    let post = desk.ask("Bread", world.now() + seconds(2 * DAY)).await;
    let before = world.mail_count().await;
    let reason = "Open at <eight>.\nIn winter.";
    desk.decide(&desk.news().ana, &post, "reject", Some(reason))
        .await;
    let mail = world.mail_after(before).await;
    assert_eq!((mail.to.as_str(), mail.subject.as_str()), (CARA, REJECTED));
    assert_eq!(
        mail.text.trim_end().lines().collect::<Vec<_>>(),
        [
            "Hello Cara Lestari,",
            "",
            "Ana said no to this post, so it does not go out. The reason:",
            "",
            "Post: Bread",
            "Time: Wednesday, 3 June 2026, 12:00 UTC",
            "At the latest: Wednesday, 3 June 2026, 13:00 UTC",
            "To: harbour@mastodon.sandbox on Mastodon",
            "Decided: Monday, 1 June 2026, 12:00 UTC",
            "",
            "> Open at <eight>.",
            "> In winter.",
            "",
            &format!("How to change it: {}", link(&mail)),
            "",
            &format!(
                "Change it with PUT /posts/{post}, and ask again with POST /posts/{post}/submit."
            ),
            "",
            "Sent automatically by Tayang to cara@example.com.",
        ]
    );
    leads_to(&world, &link(&mail), "posts-update").await;

    desk.staff.cara.move_to_jakarta().await;
    let post = desk.ask("Milk", world.now() + seconds(2 * DAY)).await;
    let before = world.mail_count().await;
    desk.decide(&desk.news().ana, &post, "reject", Some("Too late"))
        .await;
    let mail = world.mail_after(before).await;
    assert_eq!(
        (mail.to.as_str(), mail.subject.as_str()),
        (CARA, "Postingan tim Harbour news ditolak")
    );
    says(
        &mail,
        &[
            "Ana menolak postingan ini, maka postingan ini tidak diterbitkan. Alasannya:",
            "Too late",
            "Milk",
            &format!("Silakan ubah dengan PUT /posts/{post}"),
        ],
    );
    world.finish().await;
}

#[tokio::test]
async fn a_yes_or_no_to_further_times_is_told_as_such() {
    let world = World::start().await;
    let desk = Desk::open(&world).await;
    let (ana, cara) = (&desk.news().ana, &desk.staff.cara);
    let at = world.now() + seconds(2 * DAY);
    let post = desk.ask("Bread", at).await;
    desk.decide(ana, &post, "approve", None).await;
    desk.repeat(cara, &post, &[at + seconds(DAY)]).await;
    let before = world.mail_count().await;
    desk.decide(ana, &post, "reject", Some("Once is enough"))
        .await;
    let mail = world.mail_after(before).await;
    assert_eq!(
        (mail.to.as_str(), mail.subject.as_str()),
        (
            CARA,
            "Further times of a post of the team Harbour news were rejected"
        )
    );
    says(
        &mail,
        &[
            "Ana said no to letting this post go out again. The reason:",
            "Once is enough",
            &format!("POST /posts/repost/{post}"),
        ],
    );
    leads_to(&world, &link(&mail), "posts-repost").await;

    desk.repeat(cara, &post, &[at + seconds(DAY)]).await;
    let before = world.mail_count().await;
    desk.decide(ana, &post, "approve", None).await;
    let mail = world.mail_after(before).await;
    assert_eq!(
        mail.subject,
        "Further times of a post of the team Harbour news were approved"
    );
    says(
        &mail,
        &[
            "Ana said yes to letting this post go out again.",
            "Thursday, 4 June 2026, 12:00 UTC",
        ],
    );
    world.finish().await;
}
