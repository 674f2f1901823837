//! Who is told that an account must be connected again, and what becomes of its posts.

use std::collections::BTreeSet;

use functions::jobs::message::About;
use sandbox::{Effect, Fault};
use serde_json::json;

use super::staff::{Staff, put_admin};
use super::{link, path, says, told};
use crate::harness::{World, seconds, start_of_time};

const CREATE_STATUS: &str = "create_status";
const NEEDS_RECONNECT: &str = "account_needs_reconnect";
const EXPIRING: &str = "account_expiring";
const DAY: i64 = 24 * 3600;

#[tokio::test]
async fn every_active_admin_of_the_team_is_told_once_that_an_account_must_be_connected_again() {
    let world = World::start().await;
    let staff = Staff::open(&world).await;
    let news = &staff.news;
    let revoked = Fault::on(CREATE_STATUS, Effect::RevokeToken);
    world.stack.sandbox().script(revoked);
    let body = json!({ "team_id": news.team, "text": "Waits", "account_ids": [news.mastodon] });
    let post = staff.cara.api.post("/posts", &body).await.expect(201).id();
    let body = json!({ "post_id": post, "publish_at": (world.now() + seconds(30)).to_string() });
    let scheduled = staff.cara.api.post("/posts/schedule", &body).await;
    scheduled.expect(200);
    let before = world.mail_count().await;
    world.advance(seconds(600)).await;
    let mails = world.mails_after(before).await;
    let place = "harbour@mastodon.sandbox on Mastodon";
    assert_eq!(
        told(&mails),
        [
            (
                "ana@example.com",
                format!("{place} must be connected again").as_str()
            ),
            (
                "ben@example.com",
                "harbour@mastodon.sandbox di Mastodon harus dihubungkan kembali"
            ),
            ("cara@example.com", "Your post waits for its account"),
        ]
    );
    let call = format!(
        "POST /teams/{}/accounts/{}/reconnect",
        news.team, news.mastodon
    );
    let account = format!("/teams/{}/accounts/{}", news.team, news.mastodon);
    let account = news.ana.api.get(&account).await.expect(200);
    let problem = account.field("problem");
    let of = |address: &str| mails.iter().find(|mail| mail.to == address).unwrap();
    let (ana, ben) = (of("ana@example.com"), of("ben@example.com"));
    says(
        ana,
        &[
            "the team Harbour news",
            place,
            "What is scheduled waits.",
            &call,
            &problem,
        ],
    );
    says(
        ben,
        &[
            "tim Harbour news",
            "Alasan yang kami terima:",
            &call,
            &problem,
        ],
    );
    assert!(ana.text.contains(&format!("> {problem}")), "{}", ana.text);

    // The button leads to what is to be called.
    let link = link(ana);
    assert!(link.starts_with(world.stack.api_url()), "{link}");
    let (page, fragment) = link.split_once('#').unwrap();
    world.anonymous.get(&path(page)).await.expect(307);
    let (_, operation) = fragment.rsplit_once('/').unwrap();
    let api = world.anonymous.get("/openapi.json").await.expect(200).body;
    let reconnect = &api["paths"]["/teams/{teamId}/accounts/{accountId}/reconnect"]["post"];
    assert_eq!(reconnect["operationId"], operation);
    let tag = reconnect["tags"][0].as_str().unwrap();
    assert_eq!(fragment, format!("/{tag}/{operation}"));
    world.finish().await;
}

#[tokio::test]
async fn every_active_admin_of_the_team_is_told_once_that_the_access_to_an_account_ends() {
    let world = World::start().await;
    let staff = Staff::open(&world).await;
    let before = world.mail_count().await;
    staff.ends_in(&world, seconds(5 * DAY)).await;
    let mails = world.mails_after(before).await;
    assert_eq!(
        told(&mails),
        [
            (
                "ana@example.com",
                "The access to harbour@mastodon.sandbox on Mastodon ends soon"
            ),
            (
                "ben@example.com",
                "Akses ke harbour@mastodon.sandbox di Mastodon segera berakhir"
            ),
        ]
    );
    let of = |address: &str| mails.iter().find(|mail| mail.to == address).unwrap();
    says(
        of("ana@example.com"),
        &["the team Harbour news, ends on Saturday, 6 June 2026, 12:00 UTC."],
    );
    says(
        of("ben@example.com"),
        &["tim Harbour news, berakhir pada Sabtu, 6 Juni 2026 pukul 19.00 WIB."],
    );
    world.finish().await;
}

#[tokio::test]
async fn a_team_with_more_admins_than_are_read_at_once_has_each_of_them_told_once() {
    let world = World::start().await;
    let staff = Staff::open(&world).await;
    for n in 0..55 {
        put_admin(&world, &staff.news, n).await;
    }
    let before = world.mail_count().await;
    staff.lose(&world).await;
    let mails = world.mails_after(before).await;
    let told: BTreeSet<_> = mails.iter().map(|mail| mail.to.as_str()).collect();
    assert_eq!((mails.len(), told.len()), (57, 57));
    world.finish().await;
}

#[test]
fn what_one_event_tells_several_people_is_not_taken_for_the_same_mail() {
    let now = start_of_time();
    let (team, account) = (
        domain::ids::new(now, [1; 10]),
        domain::ids::new(now, [2; 10]),
    );
    let marks = |n| {
        let user = domain::ids::new(now, [n; 10]);
        let lost = About::AccountNeedsReconnect {
            user,
            team,
            account,
        };
        let expiring = About::AccountExpiring {
            user,
            team,
            account,
        };
        [lost.mark(), expiring.mark()]
    };
    let all: BTreeSet<_> = marks(3).into_iter().chain(marks(4)).collect();
    assert_eq!(all.len(), 4, "{all:?}");
}

#[tokio::test]
async fn an_account_that_is_well_again_or_gone_when_a_mail_is_written_is_not_mailed_about() {
    let world = World::start().await;
    let staff = Staff::open(&world).await;
    staff.lose(&world).await;
    assert_eq!(staff.late(&world, NEEDS_RECONNECT, &staff.ben).await, 1);
    assert_eq!(staff.late(&world, EXPIRING, &staff.ben).await, 0);
    staff.news.ana.connect_mastodon(&staff.news.team).await;
    assert_eq!(staff.late(&world, NEEDS_RECONNECT, &staff.ben).await, 0);
    staff.lose(&world).await;
    let account = format!(
        "/teams/{}/accounts/{}",
        staff.news.team, staff.news.mastodon
    );
    staff.news.ana.api.delete(&account).await.expect(204);
    assert_eq!(staff.late(&world, NEEDS_RECONNECT, &staff.ben).await, 0);
    world.finish().await;
}

#[tokio::test]
async fn whoever_is_no_longer_an_admin_when_a_mail_is_written_gets_none() {
    let world = World::start().await;
    let staff = Staff::open(&world).await;
    staff.lose(&world).await;
    assert_eq!(staff.late(&world, NEEDS_RECONNECT, &staff.ben).await, 1);
    let path = format!("/teams/{}/members/{}", staff.news.team, staff.ben.id);
    let body = json!({ "role": "editor" });
    staff.news.ana.api.patch(&path, &body).await.expect(200);
    assert_eq!(staff.late(&world, NEEDS_RECONNECT, &staff.ben).await, 0);
    world.leave(&staff.ben, &staff.news.team).await;
    assert_eq!(staff.late(&world, NEEDS_RECONNECT, &staff.ben).await, 0);
    world.finish().await;
}

#[tokio::test]
async fn an_end_that_has_come_or_was_put_off_when_its_mail_is_written_is_not_announced() {
    let world = World::start().await;
    let staff = Staff::open(&world).await;
    staff.ends_in(&world, seconds(60)).await;
    assert_eq!(staff.late(&world, EXPIRING, &staff.ben).await, 1);
    world.jump(seconds(60)).await;
    assert_eq!(staff.late(&world, EXPIRING, &staff.ben).await, 0);
    staff.ends_in(&world, seconds(60 * DAY)).await;
    assert_eq!(staff.late(&world, EXPIRING, &staff.ben).await, 0);
    world.finish().await;
}

#[tokio::test]
async fn whoever_wrote_a_post_is_told_that_it_was_cancelled_with_its_account() {
    let world = World::start().await;
    let staff = Staff::open(&world).await;
    staff.cara.move_to_jakarta().await;
    let news = &staff.news;
    let body = json!({ "team_id": news.team, "text": "Never out", "account_ids": [news.mastodon] });
    let post = staff.cara.api.post("/posts", &body).await.expect(201).id();
    let body = json!({ "post_id": post, "publish_at": (world.now() + seconds(DAY)).to_string() });
    let scheduled = staff.cara.api.post("/posts/schedule", &body).await;
    scheduled.expect(200);
    let before = world.mail_count().await;
    let account = format!("/teams/{}/accounts/{}", news.team, news.mastodon);
    news.ana.api.delete(&account).await.expect(204);
    let mail = world.mail_after(before).await;
    assert_eq!(
        (mail.to.as_str(), mail.subject.as_str()),
        ("cara@example.com", "Postingan Anda dibatalkan")
    );
    says(
        &mail,
        &["tidak lagi terhubung dengan tim", "Never out", "Mastodon"],
    );
    world.finish().await;
}

#[tokio::test]
async fn a_team_that_is_deleted_sends_no_mail_about_its_posts_and_accounts() {
    let world = World::start().await;
    let staff = Staff::open(&world).await;
    let news = &staff.news;
    staff.lose(&world).await;
    let post = news.draft("Never out", &[&news.bluesky]).await;
    news.schedule(&post, world.now() + seconds(DAY)).await;
    let before = world.mail_count().await;
    let team = format!("/teams/{}?name=Harbour%20news", news.team);
    news.ana.api.delete(&team).await.expect(204);
    assert_eq!(staff.late(&world, NEEDS_RECONNECT, &news.ana).await, 0);
    world.advance(seconds(1800)).await;
    assert_eq!(told(&world.mails_after(before).await), []);
    world.finish().await;
}
