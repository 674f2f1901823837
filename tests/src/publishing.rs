//! Posts go out at their time, once, and nothing is lost silently.

use futures::future::join_all;
use sandbox::{Effect, Fault};
use serde_json::{Value, json};

use crate::harness::{Newsroom, World, seconds};

/// The operations by which the two platforms publish.
const MASTODON: &str = "create_status";
const BLUESKY: &str = "com.atproto.repo.putRecord";

fn due(post: &Value) -> String {
    json!({ "post_id": post["id"], "publication_id": post["publications"][0]["id"] }).to_string()
}

#[tokio::test]
async fn a_post_goes_out_at_its_time_on_every_account_and_not_before() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    let post = news
        .draft(
            "The harbour market opens at nine",
            &[&news.mastodon, &news.bluesky],
        )
        .await;
    let at = world.now() + seconds(600);
    news.schedule(&post, at).await;
    world.advance(seconds(599)).await;
    assert_eq!(world.published(), Vec::<String>::new());
    world.advance(seconds(2)).await;
    assert_eq!(world.published().len(), 2);
    let read = news.post(&post).await;
    assert_eq!(read["status"], "published");
    for publication in read["publications"].as_array().unwrap() {
        assert_eq!(
            (
                &publication["state"],
                publication["sent_at"].as_str().unwrap()
            ),
            (&json!("published"), at.to_string().as_str())
        );
        assert!(
            publication["url"].as_str().unwrap().starts_with("http"),
            "{publication}"
        );
    }
    assert_eq!(
        world.subjects("ana@example.com"),
        [
            "Confirm your address",
            "Your post is out",
            "Your post is out"
        ]
    );
    world.finish().await;
}

#[tokio::test]
async fn a_post_for_now_goes_out_without_waiting_for_the_next_tick() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    world.advance(seconds(10)).await;
    let post = news.draft("Now!", &[&news.bluesky]).await;
    news.schedule(&post, world.now()).await;
    world.settle().await;
    assert_eq!(news.state(&post).await, "published");
    world.finish().await;
}

#[tokio::test]
async fn eight_deliveries_of_its_message_at_once_publish_it_once() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    for (n, account) in [&news.mastodon, &news.bluesky].into_iter().enumerate() {
        let post = news.draft(&format!("Once {n}"), &[account]).await;
        let scheduled = news.schedule(&post, world.now() + seconds(30)).await;
        for _ in 0..8 {
            world
                .stack
                .send_to_queue("PublishQueue", &due(&scheduled))
                .unwrap();
        }
        world.advance(seconds(31)).await;
        for _ in 0..8 {
            world
                .stack
                .send_to_queue("PublishQueue", &due(&scheduled))
                .unwrap();
        }
        world.settle().await;
        assert_eq!(news.state(&post).await, "published");
    }
    assert_eq!(world.published(), ["Once 0", "Once 1"]);
    let sent = world
        .stack
        .sandbox()
        .requests()
        .into_iter()
        .filter(|request| [MASTODON, BLUESKY].contains(&request.operation.as_str()))
        .count();
    assert_eq!(sent, 2, "not even the platform's own protection was needed");
    world.finish().await;
}

#[tokio::test]
async fn eight_workers_racing_for_one_publication_publish_it_once() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    for n in 0..5 {
        let post = news.draft(&format!("Race {n}"), &[&news.mastodon]).await;
        let scheduled = news.schedule(&post, world.now() + seconds(150)).await;
        world.settle().await;
        world.pass(seconds(150)).await;
        let event = json!({ "Records": [{ "messageId": "m", "body": due(&scheduled) }] });
        let answers =
            join_all((0..8).map(|_| world.stack.invoke("jobs-publish", event.clone()))).await;
        assert!(answers.iter().all(Result::is_ok), "{answers:?}");
        world.settle().await;
        assert_eq!(news.state(&post).await, "published");
    }
    assert_eq!(world.published().len(), 5);
    world.finish().await;
}

#[tokio::test]
async fn a_lost_answer_is_shown_to_a_human_and_never_sent_again() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    for (operation, account, text) in [
        (MASTODON, &news.mastodon, "Out on Mastodon?"),
        (BLUESKY, &news.bluesky, "Out on Bluesky?"),
    ] {
        world
            .stack
            .sandbox()
            .script(Fault::on(operation, Effect::ExecThenReset));
        let post = news.draft(text, &[account]).await;
        let scheduled = news.schedule(&post, world.now() + seconds(30)).await;
        world.advance(seconds(300)).await;
        world
            .stack
            .send_to_queue("PublishQueue", &due(&scheduled))
            .unwrap();
        world.settle().await;
        let read = news.post(&post).await;
        assert_eq!(
            (&read["status"], &read["publications"][0]["state"]),
            (&json!("publishing"), &json!("unclear"))
        );
        assert!(read["publications"][0]["reason"].is_string());
    }
    assert_eq!(world.published(), ["Out on Mastodon?", "Out on Bluesky?"]);
    assert_eq!(
        world.subjects("ana@example.com")[1..],
        [
            "Please look: is your post out?",
            "Please look: is your post out?"
        ]
    );
    world.finish().await;
}

#[tokio::test]
async fn an_error_after_the_post_was_taken_is_unclear_and_not_a_failure() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    world
        .stack
        .sandbox()
        .script(Fault::on(MASTODON, Effect::ExecThen500));
    let post = news.draft("Taken", &[&news.mastodon]).await;
    news.schedule(&post, world.now() + seconds(30)).await;
    world.advance(seconds(31)).await;
    assert_eq!(news.state(&post).await, "unclear");
    assert_eq!(world.published(), ["Taken"]);
    world.finish().await;
}

#[tokio::test]
async fn what_the_platform_refuses_is_told_with_its_words() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    let body = json!({ "error": "Validation failed: Text is not nice" });
    world
        .stack
        .sandbox()
        .script(Fault::on(MASTODON, Effect::Reject { status: 422, body }));
    let post = news.draft("Not nice", &[&news.mastodon]).await;
    news.schedule(&post, world.now() + seconds(30)).await;
    world.advance(seconds(31)).await;
    let read = news.post(&post).await;
    assert_eq!(
        (&read["status"], &read["publications"][0]["state"]),
        (&json!("failed"), &json!("refused"))
    );
    assert!(
        read["publications"][0]["reason"]
            .as_str()
            .unwrap()
            .contains("Text is not nice")
    );
    assert_eq!(
        world.subjects("ana@example.com")[1..],
        ["Your post was refused"]
    );
    assert_eq!(world.published(), Vec::<String>::new());
    world.finish().await;
}

#[tokio::test]
async fn one_account_of_two_refused_makes_the_post_partly_published() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    let body = json!({ "error": "Validation failed: no" });
    world
        .stack
        .sandbox()
        .script(Fault::on(MASTODON, Effect::Reject { status: 422, body }));
    let post = news.draft("Half", &[&news.mastodon, &news.bluesky]).await;
    news.schedule(&post, world.now() + seconds(30)).await;
    world.advance(seconds(31)).await;
    assert_eq!(news.post(&post).await["status"], "partly_published");
    assert_eq!(world.published(), ["Half"]);
    world.finish().await;
}

#[tokio::test]
async fn a_platform_that_asks_to_wait_is_waited_for() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    world.stack.sandbox().script(Fault::on(
        BLUESKY,
        Effect::TooManyRequests { reset_seconds: 120 },
    ));
    let post = news.draft("Patience", &[&news.bluesky]).await;
    news.schedule(&post, world.now() + seconds(30)).await;
    world.advance(seconds(40)).await;
    assert_eq!(
        (news.state(&post).await.as_str(), world.published().len()),
        ("waiting", 0)
    );
    world.advance(seconds(200)).await;
    let read = news.post(&post).await;
    assert_eq!(read["publications"][0]["state"], "published");
    let outcomes: Vec<_> = read["publications"][0]["attempts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|attempt| attempt["outcome"].as_str().unwrap())
        .collect();
    assert_eq!(outcomes, ["waiting", "published"]);
    assert_eq!(world.published(), ["Patience"]);
    world.finish().await;
}

#[tokio::test]
async fn a_platform_that_asks_to_wait_too_long_makes_the_post_missed() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    world.stack.sandbox().script(Fault::on(
        BLUESKY,
        Effect::TooManyRequests {
            reset_seconds: 7_200,
        },
    ));
    let post = news.draft("Too late", &[&news.bluesky]).await;
    news.schedule(&post, world.now() + seconds(30)).await;
    world.advance(seconds(60)).await;
    assert_eq!(news.post(&post).await["status"], "failed");
    assert_eq!(news.state(&post).await, "missed");
    assert_eq!(
        world.subjects("ana@example.com")[1..],
        ["Your post was not published in time"]
    );
    world.finish().await;
}

#[tokio::test]
async fn a_token_that_the_platform_no_longer_takes_blocks_the_post_and_its_account() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    world
        .stack
        .sandbox()
        .script(Fault::on(MASTODON, Effect::RevokeToken));
    let post = news.draft("Blocked", &[&news.mastodon]).await;
    news.schedule(&post, world.now() + seconds(30)).await;
    world.advance(seconds(31)).await;
    assert_eq!(news.state(&post).await, "blocked");
    let list = news
        .ana
        .api
        .get(&format!("/teams/{}/accounts", news.team))
        .await
        .expect(200);
    let account = list.body["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|account| account["id"] == news.mastodon.as_str())
        .unwrap()
        .clone();
    assert_eq!(account["status"], "needs_reconnect");
    let next = news.draft("Another", &[&news.mastodon]).await;
    let body = json!({ "post_id": next, "publish_at": (world.now() + seconds(60)).to_string() });
    news.ana
        .api
        .post("/posts/schedule", &body)
        .await
        .expect_problem(422);
    let mut subjects = world.subjects("ana@example.com").split_off(1);
    subjects.sort_unstable();
    assert_eq!(
        subjects,
        [
            "Your post waits for its account",
            "harbour@mastodon.sandbox on Mastodon must be connected again"
        ]
    );
    world.finish().await;
}

#[tokio::test]
async fn an_access_token_that_ended_is_renewed_before_its_post_goes_out() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    let post = news.draft("Still here", &[&news.bluesky]).await;
    news.schedule(&post, world.now() + seconds(5 * 3_600)).await;
    world.settle().await;
    world.jump(seconds(5 * 3_600 - 120)).await;
    world.advance(seconds(180)).await;
    let ana = world.log_in("ana@example.com").await;
    assert_eq!(
        ana.api
            .get(&format!("/posts/{post}"))
            .await
            .expect(200)
            .body["status"],
        "published"
    );
    let renewals = world
        .stack
        .sandbox()
        .requests()
        .into_iter()
        .filter(|request| request.operation == "com.atproto.server.refreshSession")
        .count();
    assert_eq!(renewals, 1);
    world.finish().await;
}

#[tokio::test]
async fn after_an_outage_what_is_not_too_late_goes_out_and_the_rest_is_missed() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    let (late, too_late) = (
        news.draft("Late but welcome", &[&news.bluesky]).await,
        news.draft("Yesterday's news", &[&news.bluesky]).await,
    );
    news.schedule(&late, world.now() + seconds(3_600)).await;
    let body = json!({ "post_id": too_late, "publish_at": (world.now() + seconds(3_600)).to_string(), "max_late_seconds": 60 });
    news.ana
        .api
        .post("/posts/schedule", &body)
        .await
        .expect(200);
    world.settle().await;
    world.jump(seconds(3_600 + 1_800)).await;
    world.advance(seconds(61)).await;
    assert_eq!(world.published(), ["Late but welcome"]);
    let ana = world.log_in("ana@example.com").await;
    let state = |post: String| {
        let api = ana.api.clone();
        async move {
            api.get(&format!("/posts/{post}")).await.expect(200).body["publications"][0]["state"]
                .as_str()
                .unwrap()
                .to_owned()
        }
    };
    assert_eq!(
        (state(late).await, state(too_late).await),
        ("published".to_owned(), "missed".to_owned())
    );
    world.finish().await;
}

#[tokio::test]
async fn a_post_that_is_moved_goes_out_at_its_new_time_only() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    let post = news.draft("Moved", &[&news.bluesky]).await;
    news.schedule(&post, world.now() + seconds(30)).await;
    news.schedule(&post, world.now() + seconds(600)).await;
    world.advance(seconds(590)).await;
    assert_eq!(world.published(), Vec::<String>::new());
    world.advance(seconds(20)).await;
    assert_eq!(world.published(), ["Moved"]);
    world.finish().await;
}

#[tokio::test]
async fn a_publication_whose_worker_died_after_arming_is_given_to_a_human() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    let post = news.draft("Did it?", &[&news.mastodon]).await;
    news.schedule(&post, world.now() + seconds(3_600)).await;
    world.settle().await;
    world.pass(seconds(3_600)).await;
    let store = world.store();
    let record = store.post(post.parse().unwrap()).await.unwrap().unwrap();
    let domain::publication::Claim::Prepare(claimed) =
        record.publications[0].claim("w", world.now())
    else {
        panic!("must be claimable")
    };
    store
        .claim(&record.publications[0], &claimed)
        .await
        .unwrap();
    let armed = claimed.arm("w", Value::Null, world.now()).unwrap();
    let account = store
        .account(news.team.parse().unwrap(), news.mastodon.parse().unwrap())
        .await
        .unwrap()
        .unwrap();
    store.arm(&claimed, &armed, &account).await.unwrap();
    world.advance(seconds(120)).await;
    let ana = world.log_in("ana@example.com").await;
    let state = || async {
        ana.api
            .get(&format!("/posts/{post}"))
            .await
            .expect(200)
            .body["publications"][0]["state"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    assert_eq!(state().await, "armed");
    world.advance(seconds(180)).await;
    assert_eq!(state().await, "unclear");
    assert_eq!(world.published(), Vec::<String>::new());
    world.finish().await;
}

#[tokio::test]
async fn fifty_posts_go_out_at_their_second() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    let mut posts = Vec::new();
    for n in 0..50 {
        let post = news
            .draft(
                &format!("Post {n}"),
                &[if n % 2 == 0 {
                    &news.mastodon
                } else {
                    &news.bluesky
                }],
            )
            .await;
        news.schedule(&post, world.now() + seconds(60 + n * 7))
            .await;
        posts.push(post);
    }
    world.advance(seconds(60 + 50 * 7 + 1)).await;
    for post in &posts {
        let publication = news.post(post).await["publications"][0].clone();
        assert_eq!(
            publication["sent_at"], publication["publish_at"],
            "{publication}"
        );
    }
    assert_eq!(world.published().len(), 50);
    world.finish().await;
}
