//! Who is told that a post waits for a yes, and how.

mod decided;
mod late;
mod moved;

use domain::Role;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::staff::Staff;
use super::{link, path, says, told};
use crate::harness::{Answer, Newsroom, Person, World, seconds};

const DAY: i64 = 24 * 3600;
const ANA: &str = "ana@example.com";
const BEN: &str = "ben@example.com";
const CARA: &str = "cara@example.com";
const WAITS: &str = "A post of the team Harbour news waits for your approval";
const WAITS_ID: &str = "Postingan tim Harbour news menunggu persetujuan Anda";
const STILL_WAITS: &str = "A post of the team Harbour news still waits for your approval";
const STILL_WAITS_ID: &str = "Postingan tim Harbour news masih menunggu persetujuan Anda";

/// A team that asks for approval: admins, of whom one reads Indonesian and one has a closed account; an editor, Cara; a viewer; somebody who
/// was an editor.
struct Desk {
    staff: Staff,
    kim: Person,
}

impl Desk {
    async fn open(world: &World) -> Self {
        let staff = Staff::open(world).await;
        let kim = world.sign_up("kim").await;
        let lea = world.sign_up("lea").await;
        world.join(&kim, &staff.news.team, Role::Viewer).await;
        world.join(&lea, &staff.news.team, Role::Editor).await;
        world.leave(&lea, &staff.news.team).await;
        staff.cara.change(&json!({ "name": "Cara Lestari" })).await;
        let desk = Self { staff, kim };
        desk.settings(&json!({ "approval_required": true })).await;
        desk
    }

    fn news(&self) -> &Newsroom {
        &self.staff.news
    }

    async fn settings(&self, change: &Value) {
        let path = format!("/teams/{}", self.news().team);
        self.news().ana.api.patch(&path, change).await.expect(200);
    }

    /// Writes a post as Cara.
    async fn write(&self, text: &str) -> String {
        let body = self.body(text);
        let mut body = body;
        body["team_id"] = json!(self.news().team);
        let written = self.staff.cara.api.post("/posts", &body).await;
        written.expect(201).id()
    }

    fn body(&self, text: &str) -> Value {
        json!({ "text": text, "account_ids": [self.news().mastodon] })
    }

    /// Writes a post and schedules it, as Cara.
    async fn ask(&self, text: &str, at: Timestamp) -> String {
        let post = self.write(text).await;
        self.schedule(&self.staff.cara, &post, at).await;
        post
    }

    async fn schedule(&self, by: &Person, post: &str, at: Timestamp) {
        let body = json!({ "post_id": post, "publish_at": at.to_string() });
        by.api.post("/posts/schedule", &body).await.expect(200);
    }

    /// Says yes or no to what waits.
    async fn decide(&self, by: &Person, post: &str, verb: &str, feedback: Option<&str>) {
        let seen = self.news().post(post).await;
        let mut body = json!({ "content_hash": seen["content_hash"] });
        if let Some(feedback) = feedback {
            body["feedback"] = json!(feedback);
        }
        let path = format!("/posts/{post}/{verb}");
        by.api.post(&path, &body).await.expect(200);
    }

    /// Lets nothing happen until shortly before a time, and then everything that does until it has come. Then people log in
    /// anew.
    async fn reach(&mut self, world: &World, time: Timestamp) {
        let short = seconds(400);
        world.jump(time.duration_since(world.now()) - short).await;
        world.advance(short + seconds(1)).await;
        let Staff { news, ben, cara } = &mut self.staff;
        for person in [&mut news.ana, ben, cara] {
            *person = world.log_in(&person.email).await;
        }
    }

    async fn repeat(&self, by: &Person, post: &str, times: &[Timestamp]) -> Answer {
        let times: Vec<_> = times.iter().map(ToString::to_string).collect();
        let path = format!("/posts/repost/{post}");
        let answer = by.api.post(&path, &json!({ "times": times })).await;
        answer.expect(200)
    }
}

#[tokio::test]
async fn a_post_that_waits_is_told_to_everybody_who_may_approve_it_and_to_nobody_else() {
    let world = World::start().await;
    let desk = Desk::open(&world).await;
    let before = world.mail_count().await;
    let at = world.now() + seconds(2 * DAY);
    let post = desk.ask("Fresh <bread>\nat seven", at).await;
    let mails = world.mails_after(before).await;
    assert_eq!(told(&mails), [(ANA, WAITS), (BEN, WAITS_ID)]);
    let [ana, ben] = [ANA, BEN].map(|to| mails.iter().find(|mail| mail.to == to).unwrap());
    let button = link(ana);
    let words = [
        "Hello Ana,",
        "",
        "Cara Lestari asks for your yes or no to this post. Without a yes it does not go out.",
        "",
        "Time: Wednesday, 3 June 2026, 12:00 UTC",
        "At the latest: Wednesday, 3 June 2026, 13:00 UTC",
        "To: harbour@mastodon.sandbox on Mastodon",
        "Asked: Monday, 1 June 2026, 12:00 UTC",
        "",
        "> Fresh <bread>",
        "",
        &format!("How to approve or reject it: {button}"),
        "",
        &format!(
            "Approve it with POST /posts/{post}/approve, or reject it with POST /posts/{post}/reject. Everybody who may approve it gets this mail, and one yes is enough."
        ),
        "",
        "Sent automatically by Tayang to ana@example.com.",
    ];
    let lines: Vec<_> = ana.text.trim_end().lines().collect();
    assert_eq!(lines, words);
    assert!(
        ana.html
            .as_ref()
            .unwrap()
            .contains("Fresh &#60;bread&#62;</blockquote>")
    );
    says(
        ben,
        &[
            "Cara Lestari meminta keputusan Anda tentang postingan ini. Tanpa persetujuan, postingan ini tidak diterbitkan.",
            "Rabu, 3 Juni 2026 pukul 19.00 WIB",
            "Rabu, 3 Juni 2026 pukul 20.00 WIB",
            "harbour@mastodon.sandbox di Mastodon",
            "Cara menyetujui atau menolaknya",
            &format!("Setujui dengan POST /posts/{post}/approve"),
        ],
    );
    leads_to(&world, &button, "posts-approve").await;
    world.finish().await;
}

/// The button leads to the part of the documentation that describes an operation.
async fn leads_to(world: &World, button: &str, operation: &str) {
    let (page, fragment) = button.split_once('#').unwrap();
    world.anonymous.get(&path(page)).await.expect(307);
    let api = world.anonymous.get("/openapi.json").await.expect(200).body;
    let paths = api["paths"].as_object().unwrap().values();
    let mut operations = paths.flat_map(|path| path.as_object().unwrap().values());
    let described = operations.find(|other| other["operationId"] == operation);
    let tag = described.unwrap()["tags"][0].as_str().unwrap();
    assert_eq!(fragment, format!("/{tag}/{operation}"));
}

#[tokio::test]
async fn what_leaves_a_post_waiting_is_not_told_again_and_what_takes_its_yes_away_is() {
    let world = World::start().await;
    let desk = Desk::open(&world).await;
    let (news, cara) = (desk.news(), &desk.staff.cara);
    let at = world.now() + seconds(10 * DAY);
    let draft = desk.write("A draft").await;
    let before = world.mail_count().await;
    let edit = async |post: &str, text: &str| {
        let path = format!("/posts/{post}");
        cara.api.put(&path, &desk.body(text)).await.expect(200);
    };
    edit(&draft, "Another draft").await;
    assert_eq!(told(&world.mails_after(before).await), []);

    let post = desk.ask("Bread", at).await;
    let before = world.mail_count().await;
    edit(&post, "Fresh bread").await;
    desk.schedule(cara, &post, at + seconds(60)).await;
    assert_eq!(told(&world.mails_after(before).await), []);

    desk.decide(&news.ana, &post, "approve", None).await;
    let before = world.mail_count().await;
    edit(&post, "Stale bread").await;
    let mails = world.mails_after(before).await;
    assert_eq!(told(&mails), [(ANA, WAITS), (BEN, WAITS_ID)]);
    says(&mails[0], &["Stale bread"]);

    desk.decide(&news.ana, &post, "reject", Some("No")).await;
    let before = world.mail_count().await;
    let path = format!("/posts/{post}/submit");
    cara.api.post(&path, &json!({})).await.expect(200);
    assert_eq!(
        told(&world.mails_after(before).await),
        [(ANA, WAITS), (BEN, WAITS_ID)]
    );
    world.finish().await;
}

#[tokio::test]
async fn whoever_may_approve_his_own_posts_is_reminded_of_them_but_not_told_what_he_did_himself() {
    let world = World::start().await;
    let mut desk = Desk::open(&world).await;
    desk.settings(&json!({ "own_approval": true })).await;
    let before = world.mail_count().await;
    let at = world.now() + seconds(2 * DAY);
    let post = desk.ask("Bread", at).await;
    let mails = world.mails_after(before).await;
    assert_eq!(told(&mails), [(ANA, WAITS), (BEN, WAITS_ID)]);

    let before = world.mail_count().await;
    desk.reach(&world, at - seconds(DAY)).await;
    let mails = world.mails_after(before).await;
    let all = [
        (ANA, STILL_WAITS),
        (BEN, STILL_WAITS_ID),
        (CARA, STILL_WAITS),
    ];
    assert_eq!(told(&mails), all);

    // What somebody else changes of it is told to its author, who may approve that too.
    desk.decide(&desk.staff.cara, &post, "approve", None).await;
    let before = world.mail_count().await;
    let path = format!("/posts/{post}");
    let edited = desk.body("Stale bread");
    desk.news().ana.api.put(&path, &edited).await.expect(200);
    let mails = world.mails_after(before).await;
    assert_eq!(told(&mails), [(BEN, WAITS_ID), (CARA, WAITS)]);
    world.finish().await;
}

#[tokio::test]
async fn a_day_and_an_hour_before_its_time_and_when_it_is_too_late_a_post_that_waits_is_told_of() {
    let world = World::start().await;
    let mut desk = Desk::open(&world).await;
    let at = world.now() + seconds(2 * DAY);
    desk.ask("Bread", at).await;
    for ahead in [DAY, 3600] {
        let before = world.mail_count().await;
        desk.reach(&world, at - seconds(ahead)).await;
        let mails = world.mails_after(before).await;
        assert_eq!(told(&mails), [(ANA, STILL_WAITS), (BEN, STILL_WAITS_ID)]);
        let [ana, ben] = [ANA, BEN].map(|to| mails.iter().find(|mail| mail.to == to).unwrap());
        says(
            ana,
            &[
                "The time of this post is near, and nobody has said yes or no to it yet. Without a yes it does not go out.",
                "Wednesday, 3 June 2026, 12:00 UTC",
                "Wednesday, 3 June 2026, 13:00 UTC",
            ],
        );
        says(
            ben,
            &[
                "Waktu terbit postingan ini sudah dekat, tetapi belum ada yang menyetujui atau menolaknya.",
                "Rabu, 3 Juni 2026 pukul 19.00 WIB",
            ],
        );
    }
    let before = world.mail_count().await;
    desk.reach(&world, at + seconds(3600)).await;
    let mails = world.mails_after(before).await;
    let missed = "A post of the team Harbour news was not approved in time";
    let missed_id = "Postingan tim Harbour news tidak disetujui pada waktunya";
    assert_eq!(
        told(&mails),
        [(ANA, missed), (BEN, missed_id), (CARA, missed)]
    );
    let [ben, cara] = [BEN, CARA].map(|to| mails.iter().find(|mail| mail.to == to).unwrap());
    says(
        cara,
        &[
            "Hello Cara Lestari,",
            "Nobody said yes to this post in time, so nothing of it went out.",
            "Wednesday, 3 June 2026, 12:00 UTC",
            "To publish it after all, choose another time with POST /posts/schedule.",
            "Bread",
        ],
    );
    says(
        ben,
        &[
            "Tidak ada yang menyetujui postingan ini pada waktunya, maka postingan ini tidak diterbitkan.",
        ],
    );
    leads_to(&world, &link(cara), "posts-schedule").await;
    assert_eq!(world.published(), Vec::<String>::new());
    desk.reach(&world, at + seconds(3 * DAY)).await;
    assert_eq!(world.mails_after(before).await.len(), 3);
    world.finish().await;
}

#[tokio::test]
async fn further_times_that_wait_are_told_like_a_post_and_only_where_a_team_asks_for_approval() {
    let world = World::start().await;
    let desk = Desk::open(&world).await;
    let (news, cara) = (desk.news(), &desk.staff.cara);
    let at = world.now() + seconds(2 * DAY);
    let post = desk.ask("Bread", at).await;
    desk.decide(&news.ana, &post, "approve", None).await;
    let before = world.mail_count().await;
    let times = [at + seconds(DAY), at + seconds(2 * DAY)];
    desk.repeat(cara, &post, &times).await;
    let mails = world.mails_after(before).await;
    let waits = "Further times of a post of the team Harbour news wait for your approval";
    let waits_id = "Penayangan ulang postingan tim Harbour news menunggu persetujuan Anda";
    assert_eq!(told(&mails), [(ANA, waits), (BEN, waits_id)]);
    let [ana, ben] = [ANA, BEN].map(|to| mails.iter().find(|mail| mail.to == to).unwrap());
    says(
        ana,
        &[
            "Cara Lestari wants this post to go out again, and asks for your yes or no. Without a yes it does not.",
        ],
    );
    for line in [
        "Next time: Thursday, 4 June 2026, 12:00 UTC",
        "Times to come: 2",
    ] {
        assert!(ana.text.lines().any(|other| other == line), "{}", ana.text);
    }
    for line in [
        "Waktu berikutnya: Kamis, 4 Juni 2026 pukul 19.00 WIB",
        "Sisa penayangan: 2",
    ] {
        assert!(ben.text.lines().any(|other| other == line), "{}", ben.text);
    }

    desk.settings(&json!({ "approval_required": false })).await;
    let other = desk.ask("Milk", at).await;
    let before = world.mail_count().await;
    desk.repeat(cara, &other, &times).await;
    assert_eq!(told(&world.mails_after(before).await), []);
    world.finish().await;
}
