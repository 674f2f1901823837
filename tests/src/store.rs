//! The conditions of the writes that races are decided by, on the tables of the template.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use domain::publication::{Claim, Outcome};
use domain::{Account, Member, Publication, Role};
use serde_json::Value;
use store::{NotArmed, Recording};

use crate::harness::{Newsroom, World, seconds};

/// A publication whose worker has prepared it and is about to arm it.
struct Prepared {
    claimed: Publication,
    armed: Publication,
    account: Account,
}

async fn prepared(world: &World, news: &Newsroom) -> Prepared {
    let post = news.draft("To be armed", &[&news.mastodon]).await;
    news.schedule(&post, world.now() + seconds(600)).await;
    world.pass(seconds(600)).await;
    let store = world.store();
    let found = store
        .post(post.parse().unwrap())
        .await
        .unwrap()
        .unwrap()
        .publications
        .remove(0);
    let Claim::Prepare(claimed) = found.claim("worker", world.now()) else {
        panic!("must be claimable")
    };
    store.claim(&found, &claimed).await.unwrap();
    let armed = claimed.arm("worker", Value::Null, world.now()).unwrap();
    let account = store
        .account(claimed.team, claimed.account)
        .await
        .unwrap()
        .unwrap();
    Prepared {
        claimed,
        armed,
        account,
    }
}

/// Changes one attribute of an item behind everybody's back.
async fn set(world: &World, pk: String, sk: &str, attribute: &str, value: AttributeValue) {
    let app = world.stack.app();
    let key = HashMap::from([
        ("PK".to_owned(), AttributeValue::S(pk)),
        ("SK".to_owned(), AttributeValue::S(sk.to_owned())),
    ]);
    let update = app
        .aws
        .dynamodb()
        .update_item()
        .table_name(&app.config.table)
        .set_key(Some(key))
        .update_expression("SET #a = :v");
    update
        .expression_attribute_names("#a", attribute)
        .expression_attribute_values(":v", value)
        .send()
        .await
        .unwrap();
}

fn yes() -> AttributeValue {
    AttributeValue::Bool(true)
}

#[tokio::test]
async fn of_two_claims_of_one_publication_one_succeeds() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    let post = news.draft("Claimed once", &[&news.mastodon]).await;
    news.schedule(&post, world.now() + seconds(600)).await;
    world.pass(seconds(600)).await;
    let found = world
        .store()
        .post(post.parse().unwrap())
        .await
        .unwrap()
        .unwrap()
        .publications
        .remove(0);
    let claim = |owner: &str| match found.claim(owner, world.now()) {
        Claim::Prepare(claimed) => claimed,
        other => panic!("{other:?}"),
    };
    let (one, two) = (claim("one"), claim("two"));
    let (first, second) = futures::join!(
        world.store().claim(&found, &one),
        world.store().claim(&found, &two)
    );
    assert!(first.is_ok() != second.is_ok(), "{first:?} {second:?}");
}

#[tokio::test]
async fn arming_twice_succeeds_once() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    let Prepared {
        claimed,
        armed,
        account,
    } = prepared(&world, &news).await;
    world.store().arm(&claimed, &armed, &account).await.unwrap();
    assert!(matches!(
        world.store().arm(&claimed, &armed, &account).await,
        Err(NotArmed::Lost)
    ));
}

#[tokio::test]
async fn a_worker_whose_lease_was_taken_over_cannot_arm() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    let Prepared {
        claimed,
        armed,
        account,
    } = prepared(&world, &news).await;
    world.pass(seconds(91)).await;
    let Claim::Prepare(taken_over) = claimed.claim("another worker", world.now()) else {
        panic!("the lease is over")
    };
    world.store().claim(&claimed, &taken_over).await.unwrap();
    let result = world.store().arm(&claimed, &armed, &account).await;
    assert!(matches!(result, Err(NotArmed::Lost)), "{result:?}");
    let armed = taken_over
        .arm("another worker", Value::Null, world.now())
        .unwrap();
    world
        .store()
        .arm(&taken_over, &armed, &account)
        .await
        .unwrap();
}

#[tokio::test]
async fn a_post_that_was_moved_while_it_was_prepared_is_not_armed() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    let Prepared {
        claimed,
        armed,
        account,
    } = prepared(&world, &news).await;
    let post = claimed.post.to_string();
    news.schedule(&post, world.now() + seconds(3_600)).await;
    let result = world.store().arm(&claimed, &armed, &account).await;
    assert!(matches!(result, Err(NotArmed::Lost)), "{result:?}");
    world.advance(seconds(120)).await;
    assert_eq!(world.published(), Vec::<String>::new());
}

#[tokio::test]
async fn a_post_that_is_out_leaves_no_row_behind() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    let post = news.draft("Gone", &[&news.mastodon, &news.bluesky]).await;
    news.schedule(&post, world.now() + seconds(30)).await;
    world.advance(seconds(31)).await;
    assert_eq!(world.published().len(), 2);
    let later = world.now() + seconds(86_400);
    for shard in 0..store::keys::SHARDS {
        let due = world.store().due(shard, later).await.unwrap();
        let armed = world.store().overdue_armed(shard, later).await.unwrap();
        assert!(due.is_empty() && armed.is_empty(), "{due:?} {armed:?}");
    }
    world.finish().await;
}

#[tokio::test]
async fn nothing_is_armed_whose_content_is_not_the_approved_one() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    let Prepared {
        claimed,
        armed,
        account,
    } = prepared(&world, &news).await;
    set(
        &world,
        format!("POST#{}", claimed.post),
        "META",
        "approved_hash",
        AttributeValue::S("another".into()),
    )
    .await;
    assert!(matches!(
        world.store().arm(&claimed, &armed, &account).await,
        Err(NotArmed::Withdrawn)
    ));
}

#[tokio::test]
async fn nothing_is_armed_for_a_post_that_is_not_approved() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    let Prepared {
        claimed,
        armed,
        account,
    } = prepared(&world, &news).await;
    for status in ["draft", "pending", "rejected", "cancelled"] {
        set(
            &world,
            format!("POST#{}", claimed.post),
            "META",
            "status",
            AttributeValue::S(status.into()),
        )
        .await;
        assert!(
            matches!(
                world.store().arm(&claimed, &armed, &account).await,
                Err(NotArmed::Withdrawn)
            ),
            "{status}"
        );
    }
}

#[tokio::test]
async fn nothing_is_armed_for_an_account_that_was_connected_again_or_must_be() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    let Prepared {
        claimed,
        armed,
        account,
    } = prepared(&world, &news).await;
    let stale = Account {
        token_generation: account.token_generation + 1,
        ..account.clone()
    };
    assert!(matches!(
        world.store().arm(&claimed, &armed, &stale).await,
        Err(NotArmed::AccountChanged)
    ));
    let (pk, sk) = (
        format!("TEAM#{}", claimed.team),
        format!("ACCOUNT#{}", claimed.account),
    );
    set(
        &world,
        pk,
        &sk,
        "status",
        AttributeValue::S("needs_reconnect".into()),
    )
    .await;
    assert!(matches!(
        world.store().arm(&claimed, &armed, &account).await,
        Err(NotArmed::AccountChanged)
    ));
}

#[tokio::test]
async fn one_switch_stops_everybody_and_one_a_team_and_both_can_be_undone() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    let Prepared {
        claimed,
        armed,
        account,
    } = prepared(&world, &news).await;
    for (pk, sk, attribute) in [
        ("CONTROL".to_owned(), "PUBLISHING", "stopped"),
        (
            format!("TEAM#{}", claimed.team),
            "META",
            "publishing_stopped",
        ),
    ] {
        set(&world, pk.clone(), sk, attribute, yes()).await;
        assert!(
            matches!(
                world.store().arm(&claimed, &armed, &account).await,
                Err(NotArmed::Stopped)
            ),
            "{sk}"
        );
        let app = world.stack.app();
        let key = HashMap::from([
            ("PK".to_owned(), AttributeValue::S(pk)),
            ("SK".to_owned(), AttributeValue::S(sk.to_owned())),
        ]);
        let undo = app
            .aws
            .dynamodb()
            .update_item()
            .table_name(&app.config.table)
            .set_key(Some(key));
        undo.update_expression("REMOVE #a")
            .expression_attribute_names("#a", attribute)
            .send()
            .await
            .unwrap();
    }
    world.store().arm(&claimed, &armed, &account).await.unwrap();
}

#[tokio::test]
async fn while_publishing_is_stopped_nothing_goes_out_and_afterwards_it_does() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    set(&world, "CONTROL".into(), "PUBLISHING", "stopped", yes()).await;
    let post = news.draft("Held back", &[&news.bluesky]).await;
    news.schedule(&post, world.now() + seconds(30)).await;
    world.advance(seconds(300)).await;
    assert_eq!(world.published(), Vec::<String>::new());
    let app = world.stack.app();
    let key = HashMap::from([
        ("PK".to_owned(), AttributeValue::S("CONTROL".into())),
        ("SK".to_owned(), AttributeValue::S("PUBLISHING".into())),
    ]);
    app.aws
        .dynamodb()
        .delete_item()
        .table_name(&app.config.table)
        .set_key(Some(key))
        .send()
        .await
        .unwrap();
    world.advance(seconds(200)).await;
    assert_eq!(world.published(), ["Held back"]);
    world.finish().await;
}

#[tokio::test]
async fn what_goes_out_is_the_approved_content_even_if_the_post_was_changed_behind_it() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    let post = news.draft("As approved", &[&news.bluesky]).await;
    news.schedule(&post, world.now() + seconds(30)).await;
    set(
        &world,
        format!("POST#{post}"),
        "META",
        "text",
        AttributeValue::S("Never approved".into()),
    )
    .await;
    world.advance(seconds(31)).await;
    assert_eq!(world.published(), ["As approved"]);
    world.finish().await;
}

#[tokio::test]
async fn approved_content_that_was_tampered_with_is_not_published() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    let post = news.draft("As approved", &[&news.bluesky]).await;
    news.schedule(&post, world.now() + seconds(30)).await;
    let hash = news.post(&post).await["publications"][0]["content_hash"]
        .as_str()
        .unwrap()
        .to_owned();
    let bytes = aws_sdk_dynamodb::primitives::Blob::new(
        r#"{"content":{"text":"Never approved"},"accounts":[],"publish_at":"2026-06-01T12:00:30Z"}"#,
    );
    set(
        &world,
        format!("SNAPSHOT#{hash}"),
        "META",
        "bytes",
        AttributeValue::B(bytes),
    )
    .await;
    world.advance(seconds(31)).await;
    assert_eq!(world.published(), Vec::<String>::new());
    assert_eq!(news.state(&post).await, "refused");
    world.finish().await;
}

#[tokio::test]
async fn a_result_is_recorded_once() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    let Prepared {
        claimed,
        armed,
        account,
    } = prepared(&world, &news).await;
    world.store().arm(&claimed, &armed, &account).await.unwrap();
    let published = armed.after(
        Outcome::Published {
            remote_id: "1".into(),
            url: "https://a.example/1".into(),
        },
        world.now(),
    );
    let unclear = armed.after(Outcome::Unclear("too slow".into()), world.now());
    let record = |after| Recording {
        tried: true,
        before: &armed,
        after,
        reason: None,
        entry: domain::Entry::system(world.stack.app().new_id()),
        now: world.now(),
    };
    world.store().record(&record(&published)).await.unwrap();
    assert!(matches!(
        world.store().record(&record(&unclear)).await,
        Err(store::Error::Stale)
    ));
    let found = world
        .store()
        .publication(armed.post, armed.id)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(found.state, published.state);
}

#[tokio::test]
async fn a_demotion_a_moment_earlier_wins() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    let ben = world.sign_up("ben").await;
    world.join(&ben, &news.team, Role::Editor).await;
    let store = world.store();
    let (team, user) = (news.team.parse().unwrap(), ben.id.parse().unwrap());
    // What a request of Ben's read before the demotion.
    let member: Member = store.member(team, user).await.unwrap().unwrap();
    let accounts = store.accounts(team, None, 10).await.unwrap();
    set(
        &world,
        format!("TEAM#{team}"),
        &format!("MEMBER#{user}"),
        "role",
        AttributeValue::S("viewer".into()),
    )
    .await;
    let draft = domain::post::Draft {
        content: domain::Content::of_text(domain::PostText::parse("Too late").unwrap()),
        accounts: &accounts,
        labels: Vec::new(),
        assignee: None,
    };
    let app = world.stack.app();
    let created = domain::Post::create(
        app.new_id(),
        &member,
        draft,
        domain::Entry::system(app.new_id()),
        world.now(),
    )
    .unwrap();
    let guard = store::Guard {
        member: Some((&member, domain::Permission::WritePosts)),
        team: None,
    };
    assert!(matches!(
        store.save_post(&created, &guard).await,
        Err(store::Error::Forbidden)
    ));
    assert!(store.post(created.post.id).await.unwrap().is_none());
}
