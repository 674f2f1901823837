//! However many decide at once, one decision counts; and no yes outlives what takes it away.

use domain::publication::Claim;
use futures::future::join_all;
use serde_json::{Value, json};
use store::NotArmed;

use super::scene::{Desk, each};
use crate::harness::{World, seconds};

#[tokio::test]
async fn of_twenty_who_say_yes_or_no_at_once_one_has_decided() {
    let world = World::start().await;
    let desk = Desk::that_asks(&world).await;
    let Desk { news, eve, .. } = &desk;
    for round in 0..3 {
        let post = desk
            .pending(
                &format!("Race {round}"),
                &(world.now() + seconds(60)).to_string(),
            )
            .await;
        let hash = eve.seen(&post).await;
        let (yes, no) = (
            join_all((0..10).map(|_| eve.approve(&post, &hash))),
            join_all((0..10).map(|_| news.ana.reject(&post, &hash, "No"))),
        );
        let (yes, no) = if round % 2 == 0 {
            futures::join!(yes, no)
        } else {
            let (no, yes) = futures::join!(no, yes);
            (yes, no)
        };
        let answers: Vec<_> = yes.iter().chain(&no).collect();
        let won: Vec<_> = answers
            .iter()
            .filter(|answer| answer.status == 200)
            .collect();
        let [won] = &won[..] else {
            panic!("{} have decided", won.len());
        };
        let lost = answers
            .iter()
            .filter(|answer| matches!(answer.status, 409 | 412))
            .count();
        assert_eq!(lost, 19, "{answers:?}");
        let read = news.post(&post).await;
        assert_eq!(read["status"], won.body["status"]);
        assert_eq!(each(&read["feedback"], "decision"), [won.field("status")]);
        let goes_out = won.body["status"] == "approved";
        let before = world.published().len();
        world.advance(seconds(90)).await;
        assert_eq!(world.published().len() - before, usize::from(goes_out));
    }
    world.finish().await;
}

#[tokio::test]
async fn a_yes_and_an_edit_at_once_never_publish_what_nobody_saw() {
    let world = World::start().await;
    let desk = Desk::that_asks(&world).await;
    let Desk { news, ben, eve } = &desk;
    for round in 0..4 {
        let post = desk
            .pending("Seen", &(world.now() + seconds(60)).to_string())
            .await;
        let hash = eve.seen(&post).await;
        let unseen = news.body("Unseen", &[&news.mastodon]);
        let (yes, edit) = futures::join!(eve.approve(&post, &hash), ben.edit(&post, &unseen));
        assert!(matches!(yes.status, 200 | 409 | 412), "{}", yes.text);
        assert!(matches!(edit.status, 200 | 412), "{}", edit.text);
        assert!(yes.status == 200 || edit.status == 200, "round {round}");
        world.advance(seconds(90)).await;
    }
    let published = world.published();
    assert!(published.iter().all(|text| text == "Seen"), "{published:?}");
    world.finish().await;
}

#[tokio::test]
async fn a_worker_that_prepares_a_post_cannot_send_it_after_its_yes_was_taken_away() {
    let world = World::start().await;
    let mut desk = Desk::that_asks(&world).await;
    let post = desk
        .pending("Approved", &(world.now() + seconds(600)).to_string())
        .await;
    let hash = desk.eve.seen(&post).await;
    desk.eve.approve(&post, &hash).await.expect(200);
    world.settle().await;
    world.pass(seconds(600)).await;
    let store = world.store();
    let id = post.parse().unwrap();
    let found = store
        .post(id)
        .await
        .unwrap()
        .unwrap()
        .publications
        .remove(0);
    let Claim::Prepare(claimed) = found.claim("worker", world.now()) else {
        panic!("must be claimable")
    };
    store.claim(&found, &claimed).await.unwrap();

    desk.again(&world).await;
    let other = desk.news.body("Other", &[&desk.news.mastodon]);
    desk.ben.edit(&post, &other).await.expect(200);

    let armed = claimed.arm("worker", Value::Null, world.now()).unwrap();
    let account = store
        .account(claimed.team, claimed.account)
        .await
        .unwrap()
        .unwrap();
    let result = store.arm(&claimed, &armed, &account).await;
    assert!(
        matches!(result, Err(NotArmed::Lost | NotArmed::Withdrawn)),
        "{result:?}"
    );
    world.advance(seconds(120)).await;
    assert_eq!(world.published(), Vec::<String>::new());
    assert_eq!(desk.news.post(&post).await["status"], json!("pending"));
    world.finish().await;
}

#[tokio::test]
async fn a_team_that_begins_to_ask_lets_out_what_was_scheduled_and_holds_what_comes() {
    let world = World::start().await;
    let desk = Desk::open(&world).await;
    let Desk { news, ben, .. } = &desk;
    let at = (world.now() + seconds(60)).to_string();
    let before = ben.write(&news.body("Before", &[&news.mastodon])).await;
    ben.schedule(&before, &at).await.expect(200);
    news.set(&json!({ "approval_required": true })).await;
    let after = desk.pending("After", &at).await;
    world.advance(seconds(90)).await;
    assert_eq!(world.published(), ["Before"]);
    assert_eq!(news.post(&after).await["status"], "pending");
    world.finish().await;
}
