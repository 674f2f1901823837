//! What is not told, because it is true no more when its mail is written, and what is told once.

use std::collections::BTreeSet;

use functions::jobs::message::{About, Waiting};
use serde_json::{Value, json};

use super::{CARA, DAY, Desk, told};
use crate::harness::{Person, World, seconds, start_of_time};

const ALL: [(&str, Waiting); 5] = [
    ("pending", Waiting::Pending),
    ("approval_due", Waiting::ApprovalDue),
    ("approval_missed", Waiting::ApprovalMissed),
    ("decided", Waiting::Decided),
    ("moved", Waiting::Moved),
];

impl Desk {
    /// The newest event of a kind, as the bus had it.
    async fn event(&self, world: &World, kind: &str) -> Value {
        world.settle().await;
        let sent = world.stack.sent().into_iter().rev();
        let requests = sent.filter_map(|body| serde_json::from_str::<Value>(&body).ok());
        let mut details = requests.flat_map(|request| {
            let entries = request["Entries"].as_array().cloned().unwrap_or_default();
            let details = entries.into_iter().rev();
            details
                .filter_map(|entry| serde_json::from_str::<Value>(entry["Detail"].as_str()?).ok())
        });
        details.find(|detail| detail["kind"] == kind).unwrap()
    }

    /// Counts the mails that come of a message to somebody which the queue delivers now.
    async fn late(&self, world: &World, (what, event): (&str, &Value), to: &Person) -> usize {
        let post = &event["post_id"];
        let about = json!({ "about": "post", "user": to.id, "post": post, "what": what });
        world.mails_of(about, event["id"].as_str()).await
    }
}

#[tokio::test]
async fn whoever_may_not_approve_any_more_when_a_mail_is_written_gets_none() {
    let world = World::start().await;
    let desk = Desk::open(&world).await;
    let (news, ben) = (desk.news(), &desk.staff.ben);
    desk.ask("Bread", world.now() + seconds(2 * DAY)).await;
    let event = desk.event(&world, "post.scheduled").await;
    let pending = ("pending", &event);
    assert_eq!(desk.late(&world, pending, ben).await, 1);
    assert_eq!(desk.late(&world, pending, &desk.staff.cara).await, 0);
    assert_eq!(desk.late(&world, pending, &desk.kim).await, 0);
    let path = format!("/teams/{}/members/{}", news.team, ben.id);
    let body = json!({ "role": "viewer" });
    news.ana.api.patch(&path, &body).await.expect(200);
    assert_eq!(desk.late(&world, pending, ben).await, 0);
    world.finish().await;
}

#[tokio::test]
async fn a_post_that_was_decided_on_or_whose_time_has_passed_is_not_asked_about_any_more() {
    let world = World::start().await;
    let mut desk = Desk::open(&world).await;
    let ben = &desk.staff.ben.clone();
    let at = world.now() + seconds(2 * DAY);
    let post = desk.ask("Bread", at).await;
    let asked = desk.event(&world, "post.scheduled").await;
    desk.reach(&world, at - seconds(DAY)).await;
    let due = desk.event(&world, "post.approval_due").await;
    assert_eq!(desk.late(&world, ("pending", &asked), ben).await, 1);
    assert_eq!(desk.late(&world, ("approval_due", &due), ben).await, 1);

    // Its time is near no more.
    let at = world.now() + seconds(9 * DAY);
    desk.schedule(&desk.staff.cara, &post, at).await;
    assert_eq!(desk.late(&world, ("approval_due", &due), ben).await, 0);
    assert_eq!(desk.late(&world, ("pending", &asked), ben).await, 1);

    desk.decide(&desk.news().ana, &post, "approve", None).await;
    assert_eq!(desk.late(&world, ("pending", &asked), ben).await, 0);

    // Nobody can say yes to what would be too late.
    let at = world.now() + seconds(3600);
    desk.ask("Milk", at).await;
    let asked = desk.event(&world, "post.scheduled").await;
    assert_eq!(desk.late(&world, ("pending", &asked), ben).await, 1);
    desk.reach(&world, at + seconds(3600)).await;
    assert_eq!(desk.late(&world, ("pending", &asked), ben).await, 0);
    let missed = desk.event(&world, "post.approval_missed").await;
    assert_eq!(
        desk.late(&world, ("approval_missed", &missed), ben).await,
        1
    );
    let milk = missed["post_id"].as_str().unwrap();
    let at = world.now() + seconds(DAY);
    desk.schedule(&desk.staff.cara, milk, at).await;
    assert_eq!(
        desk.late(&world, ("approval_missed", &missed), ben).await,
        0
    );
    world.finish().await;
}

#[tokio::test]
async fn a_yes_or_no_that_holds_no_more_is_not_told() {
    let world = World::start().await;
    let desk = Desk::open(&world).await;
    let (ana, cara) = (&desk.news().ana, &desk.staff.cara);
    let at = world.now() + seconds(2 * DAY);
    let post = desk.ask("Bread", at).await;
    desk.decide(ana, &post, "reject", Some("Too dry")).await;
    let no = desk.event(&world, "post.rejected").await;
    assert_eq!(desk.late(&world, ("decided", &no), cara).await, 1);
    let path = format!("/posts/{post}/submit");
    cara.api.post(&path, &json!({})).await.expect(200);
    assert_eq!(desk.late(&world, ("decided", &no), cara).await, 0);

    desk.decide(ana, &post, "approve", None).await;
    let yes = desk.event(&world, "post.approved").await;
    assert_eq!(desk.late(&world, ("decided", &yes), cara).await, 1);
    let path = format!("/posts/{post}");
    cara.api.delete(&path).await.expect(200);
    assert_eq!(desk.late(&world, ("decided", &yes), cara).await, 0);
    world.finish().await;
}

#[tokio::test]
async fn whoever_left_the_team_is_told_nothing_of_his_posts() {
    let world = World::start().await;
    let mut desk = Desk::open(&world).await;
    let at = world.now() + seconds(2 * DAY);
    let post = desk.ask("Bread", at).await;
    desk.ask("Milk", at).await;
    world.leave(&desk.staff.cara, &desk.news().team).await;
    let before = world.mail_count().await;
    desk.decide(&desk.news().ana, &post, "reject", Some("Too dry"))
        .await;
    for time in [at - seconds(DAY), at - seconds(3600), at + seconds(3600)] {
        desk.reach(&world, time).await;
    }
    let mails = world.mails_after(before).await;
    assert_eq!(mails.len(), 6, "{:?}", told(&mails));
    assert!(
        mails.iter().all(|mail| mail.to != CARA),
        "{:?}",
        told(&mails)
    );
    world.finish().await;
}

#[tokio::test]
async fn an_event_that_is_delivered_twice_makes_the_same_messages_of_which_the_ids_of_mails_are_made()
 {
    let world = World::start().await;
    let desk = Desk::open(&world).await;
    desk.ask("Bread", world.now() + seconds(2 * DAY)).await;
    let event = desk.event(&world, "post.scheduled").await;
    let messages = || {
        let sent = world.stack.sent().into_iter();
        let requests = sent.filter_map(|body| serde_json::from_str::<Value>(&body).ok());
        let bodies = requests.flat_map(|request| {
            let entries = request["Entries"].as_array().cloned().unwrap_or_default();
            let body = |entry: Value| entry["MessageBody"].as_str().map(str::to_owned);
            entries.into_iter().filter_map(body).collect::<Vec<_>>()
        });
        let of_event = |body: &String| body.contains(event["id"].as_str().unwrap());
        bodies.filter(of_event).collect::<Vec<_>>()
    };
    // Ana, Ben, and the admin whose account is closed, who is left out when the mail is written.
    let once = messages();
    assert_eq!(once.len(), 3, "{once:?}");
    let again = json!({ "version": "0", "id": "again", "source": "tayang", "detail-type": "post.scheduled",
        "account": "123456789012", "region": "local", "resources": [], "time": event["at"], "detail": event });
    world.stack.invoke("jobs-notify", again).await.unwrap();
    assert_eq!(messages(), [once.clone(), once].concat());
    world.finish().await;
}

#[test]
fn what_is_told_of_a_post_is_a_mail_of_its_own_for_each_person_and_each_matter() {
    let now = start_of_time();
    let post = domain::ids::new(now, [1; 10]);
    let marks = ALL.iter().flat_map(|(name, what)| {
        assert_eq!(serde_json::to_value(what).unwrap(), json!(name));
        [2, 3].map(|n| {
            let user = domain::ids::new(now, [n; 10]);
            let what = *what;
            About::Post { user, post, what }.mark()
        })
    });
    let marks: Vec<_> = marks.collect();
    let different: BTreeSet<_> = marks.iter().collect();
    assert_eq!((marks.len(), different.len()), (10, 10), "{marks:?}");
    assert!(marks[0].starts_with("post-pending.user_"), "{marks:?}");
}
