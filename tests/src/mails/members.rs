//! Who is told that somebody came into a team, changed there, or went.

use domain::Role;
use serde_json::json;

use super::{says, told};
use crate::harness::{Person, World, seconds};

async fn add(by: &Person, team: &str, user: &str, role: &str) {
    let body = json!({ "user_id": user, "role": role });
    let path = format!("/teams/{team}/members");
    by.api.post(&path, &body).await.expect(201);
}

async fn change_role(by: &Person, team: &str, user: &str, role: &str) {
    let path = format!("/teams/{team}/members/{user}");
    let body = json!({ "role": role });
    by.api.patch(&path, &body).await.expect(200);
}

#[tokio::test]
async fn whoever_is_added_changed_or_removed_is_told_by_whom_and_nobody_else_is() {
    let world = World::start().await;
    let ana = world.known_as("ana", "Ana Wijaya").await;
    let ben = world.known_as("ben", "Ben").await;
    let cara = world.known_as("cara", "Cara").await;
    let team = ana.create_team("Harbour news").await;
    world.join(&cara, &team, Role::Admin).await;
    let before = world.mail_count().await;

    add(&ana, &team, &ben.id, "editor").await;
    let mail = world.mail_after(before).await;
    assert_eq!(
        (mail.to.as_str(), mail.subject.as_str()),
        ("ben@example.com", "You are in the team Harbour news now")
    );
    says(
        &mail,
        &[
            "Hello Ben,",
            "as an editor: you can write, approve and schedule posts there.",
            "Ana Wijaya",
            "Monday, 1 June 2026, 12:00 UTC",
        ],
    );

    world.advance(seconds(600)).await;
    change_role(&ana, &team, &ben.id, "viewer").await;
    let mail = world.mail_after(before + 1).await;
    assert_eq!(
        (mail.to.as_str(), mail.subject.as_str()),
        (
            "ben@example.com",
            "Your role in the team Harbour news was changed"
        )
    );
    says(
        &mail,
        &[
            "You were an editor in the team Harbour news, and now you are a viewer.",
            "Ana Wijaya",
            "Monday, 1 June 2026, 12:10 UTC",
        ],
    );
    // The same role once more is no change.
    change_role(&cara, &team, &ben.id, "viewer").await;
    assert_eq!(world.mail_count().await, before + 2);

    let path = format!("/teams/{team}/members/{}", ben.id);
    cara.api.delete(&path).await.expect(204);
    let mail = world.mail_after(before + 2).await;
    assert_eq!(
        (mail.to.as_str(), mail.subject.as_str()),
        (
            "ben@example.com",
            "You are no longer in the team Harbour news"
        )
    );
    says(&mail, &["Cara"]);
    world.finish().await;
}

#[tokio::test]
async fn a_member_reads_it_in_his_language_by_his_clock() {
    let world = World::start().await;
    let ana = world.known_as("ana", "Ana").await;
    let ben = world.known_as("ben", "Ben").await;
    ben.move_to_jakarta().await;
    let team = ana.create_team("Harbour news").await;
    let before = world.mail_count().await;
    add(&ana, &team, &ben.id, "admin").await;
    world.settle().await;
    change_role(&ana, &team, &ben.id, "viewer").await;
    world.settle().await;
    let path = format!("/teams/{team}/members/{}", ben.id);
    ana.api.delete(&path).await.expect(204);
    let mails = world.mails_after(before).await;
    let subjects: Vec<_> = mails.iter().map(|mail| mail.subject.as_str()).collect();
    assert_eq!(
        subjects,
        [
            "Anda kini anggota tim Harbour news",
            "Peran Anda di tim Harbour news telah diubah",
            "Anda bukan lagi anggota tim Harbour news"
        ]
    );
    says(&mails[1], &["dari admin menjadi pembaca"]);
    for mail in &mails {
        says(mail, &["Halo Ben,", "Senin, 1 Juni 2026 pukul 19.00 WIB"]);
    }
    world.finish().await;
}

#[tokio::test]
async fn whoever_leaves_joins_by_invitation_or_has_a_closed_account_gets_no_mail() {
    let world = World::start().await;
    let ana = world.known_as("ana", "Ana").await;
    let (ben, cara) = (world.sign_up("ben").await, world.sign_up("cara").await);
    let team = ana.create_team("Harbour news").await;
    add(&ana, &team, &ben.id, "editor").await;
    let body = json!({ "email": cara.email, "role": "editor" });
    let path = format!("/teams/{team}/members");
    let id = ana.api.post(&path, &body).await.expect(202).id();
    let before = world.mail_count().await;
    let path = format!("/invitations/{id}/accept");
    cara.api.post(&path, &json!({})).await.expect(200);
    world.leave(&ben, &team).await;
    assert_eq!(world.mail_count().await, before);

    let disabled = json!({ "status": "disabled" });
    let path = format!("/users/{}", cara.id);
    ana.api.patch(&path, &disabled).await.expect(200);
    let mails = world.mails_after(before).await;
    assert_eq!(
        told(&mails),
        [("cara@example.com", "Your account was closed")]
    );
    change_role(&ana, &team, &cara.id, "viewer").await;
    assert_eq!(world.mail_count().await, before + 1);
    world.finish().await;
}

#[tokio::test]
async fn an_admin_who_changes_his_own_role_is_told_too() {
    let world = World::start().await;
    let ana = world.known_as("ana", "Ana").await;
    let ben = world.known_as("ben", "Ben").await;
    let team = ana.create_team("Harbour news").await;
    add(&ana, &team, &ben.id, "admin").await;
    let before = world.mail_count().await;
    change_role(&ana, &team, &ana.id, "editor").await;
    let mail = world.mail_after(before).await;
    assert_eq!(mail.to, "ana@example.com");
    says(
        &mail,
        &["You were an admin in the team Harbour news, and now you are an editor."],
    );
    world.finish().await;
}

#[tokio::test]
async fn nobody_is_told_of_a_team_that_is_no_more() {
    let world = World::start().await;
    let ana = world.known_as("ana", "Ana").await;
    let ben = world.known_as("ben", "Ben").await;
    let team = ana.create_team("Harbour news").await;
    add(&ana, &team, &ben.id, "editor").await;
    world.settle().await;
    let log = format!("/activity?team_id={team}");
    let log = ana.api.get(&log).await.expect(200).body;
    let entries = log["items"].as_array().unwrap();
    let added = entries.iter().find(|entry| entry["kind"] == "member.added");
    let added = added.unwrap()["id"].as_str().unwrap();
    let late = async || {
        let about = json!({ "about": "member_added", "user": ben.id, "team": team });
        world.mails_of(about, Some(added)).await
    };
    assert_eq!(late().await, 1);
    let path = format!("/teams/{team}?name=Harbour%20news");
    ana.api.delete(&path).await.expect(204);
    assert_eq!(late().await, 0);
    world.finish().await;
}
