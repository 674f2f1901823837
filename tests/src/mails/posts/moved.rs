//! Who is told that the rules of a time zone changed, and with them the instant of a post.

use domain::Entry;
use domain::post::{Change, Scene};
use serde_json::json;
use store::Guard;

use super::{BEN, CARA, DAY, Desk, leads_to, link, says, told};
use crate::harness::{World, seconds};

impl Desk {
    /// Finds that a post had an hour later as its time when the rules were others.
    async fn rules_change(&self, world: &World, post: &str) {
        let (app, store) = (world.stack.app(), world.store());
        let record = store.post(post.parse().unwrap()).await.unwrap().unwrap();
        let team = store.team(record.post.team).await.unwrap().unwrap();
        let mut before = record.post;
        if let Some((_, next)) = before.repetition.as_mut().and_then(|of| of.next.as_mut()) {
            *next += seconds(3600);
        } else {
            before.timing.as_mut().unwrap().schedule.publish_at += seconds(3600);
        }
        let scene = Scene {
            settings: &team.settings,
            accounts: &[],
            publications: &record.publications,
        };
        let entry = Entry::system(app.new_id());
        let moved: Option<Change> = before.moved_by_rules(&scene, entry, app.now());
        let change = moved.expect("the rules are others");
        store.save_post(&change, &Guard::default()).await.unwrap();
    }
}

#[tokio::test]
async fn whoever_wrote_a_post_or_chose_its_time_is_told_that_the_rules_of_a_zone_moved_it() {
    let world = World::start().await;
    let desk = Desk::open(&world).await;
    let post = desk.write("Bread").await;
    let body = json!({ "post_id": post, "publish_at": "2026-06-05T09:00:00", "time_zone": "America/New_York" });
    let scheduled = desk.staff.ben.api.post("/posts/schedule", &body).await;
    scheduled.expect(200);
    let before = world.mail_count().await;
    desk.rules_change(&world, &post).await;
    let mails = world.mails_after(before).await;
    let moved = "A post of the team Harbour news goes out at another instant";
    let moved_id = "Saat terbit postingan tim Harbour news bergeser";
    assert_eq!(told(&mails), [(BEN, moved_id), (CARA, moved)]);
    let [ben, cara] = [BEN, CARA].map(|to| mails.iter().find(|mail| mail.to == to).unwrap());
    assert_eq!(
        cara.text.trim_end().lines().collect::<Vec<_>>(),
        [
            "Hello Cara Lestari,",
            "",
            "The rules of a time zone have changed. The time of this post was chosen by the clocks there, so it goes out at another instant now.",
            "",
            "Time before: Friday, 5 June 2026, 14:00 UTC",
            "Time: Friday, 5 June 2026, 13:00 UTC",
            "At the latest: Friday, 5 June 2026, 14:00 UTC",
            "To: harbour@mastodon.sandbox on Mastodon",
            "Local time: Friday, 5 June 2026, 09:00 EDT (America/New_York)",
            "",
            "> Bread",
            "",
            &format!("How to choose another time: {}", link(cara)),
            "",
            "If that is not right, choose another time with POST /posts/schedule.",
            "",
            "Sent automatically by Tayang to cara@example.com.",
        ]
    );
    leads_to(&world, &link(cara), "posts-schedule").await;
    says(
        ben,
        &[
            "Aturan sebuah zona waktu telah berubah.",
            "Jumat, 5 Juni 2026 pukul 21.00 WIB",
            "Jumat, 5 Juni 2026 pukul 20.00 WIB",
            "Jumat, 5 Juni 2026 pukul 09.00 EDT (America/New_York)",
        ],
    );
    world.finish().await;
}

#[tokio::test]
async fn whoever_wished_for_further_times_is_told_that_the_next_of_them_moved() {
    let world = World::start().await;
    let desk = Desk::open(&world).await;
    let ana = &desk.news().ana;
    let post = desk.ask("Bread", world.now() + seconds(2 * DAY)).await;
    desk.decide(ana, &post, "approve", None).await;
    let rule = json!({ "rule": "FREQ=DAILY;COUNT=3", "starts_at": "2026-06-05T09:00:00", "time_zone": "America/New_York" });
    let path = format!("/posts/repost/{post}");
    desk.staff.ben.api.post(&path, &rule).await.expect(200);
    desk.decide(ana, &post, "approve", None).await;
    let before = world.mail_count().await;
    desk.rules_change(&world, &post).await;
    let mails = world.mails_after(before).await;
    let to: Vec<_> = mails.iter().map(|mail| mail.to.as_str()).collect();
    assert!(
        to.contains(&BEN) && to.contains(&CARA) && to.len() == 2,
        "{to:?}"
    );
    let cara = mails.iter().find(|mail| mail.to == CARA).unwrap();
    says(
        cara,
        &[
            "Friday, 5 June 2026, 14:00 UTC",
            "Friday, 5 June 2026, 13:00 UTC",
            "Friday, 5 June 2026, 09:00 EDT (America/New_York)",
            &format!("DELETE /posts/repost/{post}"),
        ],
    );
    leads_to(&world, &link(cara), "posts-repost").await;
    world.finish().await;
}
