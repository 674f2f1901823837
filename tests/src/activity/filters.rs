//! What a query of the log shows and what it leaves out.

use std::collections::BTreeSet;

use serde_json::Value;

use super::table::copy;
use super::{items, kinds};
use crate::harness::{Newsroom, World, seconds};

/// A log with two members, two posts and a publication in it.
async fn log(world: &World) -> (Newsroom, String, String) {
    let news = Newsroom::open(world).await;
    let bima = world.sign_up("bima").await;
    world.join(&bima, &news.team, domain::Role::Editor).await;
    world.advance(seconds(60)).await;
    let bread = news.draft("Fresh bread at nine", &[&news.bluesky]).await;
    world.advance(seconds(60)).await;
    news.schedule(&bread, world.now() + seconds(30)).await;
    world.advance(seconds(60)).await;
    let body =
        serde_json::json!({ "team_id": news.team, "text": "Cake", "account_ids": [news.mastodon] });
    bima.api.post("/posts", &body).await.expect(201);
    world.settle().await;
    (news, bread, bima.id)
}

async fn shown(news: &Newsroom, query: &str) -> Vec<String> {
    let page = news.log(query).await.expect(200);
    assert_eq!(page.body["next_cursor"], Value::Null, "{query}");
    kinds(&page).into_iter().map(str::to_owned).collect()
}

#[tokio::test]
async fn each_filter_shows_what_it_names_and_nothing_else() {
    let world = World::start().await;
    let (news, bread, bima) = log(&world).await;
    let (ana, bluesky, mastodon) = (&news.ana.id, &news.bluesky, &news.mastodon);
    let all = [
        "post.created",
        "publication.published",
        "post.scheduled",
        "post.created",
        "account.connected",
        "account.connected",
        "member.added",
        "team.created",
    ];
    let mut whole = shown(&news, "").await;
    // Of the same millisecond any can come first.
    whole[4..].sort();
    assert_eq!(whole, all);
    for (query, expected) in [
        (
            "&kind=post.created".to_owned(),
            &["post.created", "post.created"][..],
        ),
        (
            "&kind=team.created,post.scheduled".to_owned(),
            &["post.scheduled", "team.created"],
        ),
        ("&kind=member.removed".to_owned(), &[]),
        (format!("&actor_id={bima}"), &["post.created"]),
        ("&actor_id=system".to_owned(), &["publication.published"]),
        (
            format!("&post_id={bread}"),
            &["publication.published", "post.scheduled", "post.created"],
        ),
        (
            format!("&account_id={bluesky}"),
            &["publication.published", "account.connected"],
        ),
        (format!("&account_id={mastodon}"), &["account.connected"]),
        (
            format!("&post_id={bread}&actor_id={ana}"),
            &["post.scheduled", "post.created"],
        ),
        (
            format!("&post_id={bread}&actor_id={ana}&kind=post.created"),
            &["post.created"],
        ),
        (format!("&post_id={bread}&actor_id={bima}"), &[]),
    ] {
        assert_eq!(shown(&news, &query).await, expected, "{query}");
    }
    world.finish().await;
}

#[tokio::test]
async fn a_time_is_meant_to_the_millisecond_the_first_one_included_the_last_one_not() {
    let world = World::start().await;
    let (news, ..) = log(&world).await;
    let whole = news.log("").await.expect(200);
    let scheduled = items(&whole)[2]["at"].as_str().unwrap().to_owned();
    let later: jiff::Timestamp = scheduled.parse().unwrap();
    let later = later + jiff::SignedDuration::from_millis(1);
    let from = |at: &str| format!("&from={at}");
    let to = |at: &str| format!("&to={at}");
    assert_eq!(shown(&news, &from(&scheduled)).await.len(), 3);
    assert_eq!(shown(&news, &from(&later.to_string())).await.len(), 2);
    assert_eq!(shown(&news, &to(&scheduled)).await.len(), 5);
    assert_eq!(shown(&news, &to(&later.to_string())).await.len(), 6);
    let exactly = from(&scheduled) + &to(&later.to_string());
    assert_eq!(shown(&news, &exactly).await, ["post.scheduled"]);
    let far = from("0001-01-01T00:00:00Z") + &to("9999-12-30T00:00:00Z");
    assert_eq!(shown(&news, &far).await.len(), 8);
    let nothing = news.log(&(from(&scheduled) + &to(&scheduled))).await;
    assert_eq!(nothing.expect_problem(422).pointer(), "?to");
    world.finish().await;
}

#[tokio::test]
async fn pages_go_on_through_what_a_filter_leaves_out() {
    let world = World::start().await;
    let (news, ..) = log(&world).await;
    let (mut seen, mut query) = (
        Vec::new(),
        "&kind=post.created,team.created&limit=1".to_owned(),
    );
    let asked = query.clone();
    loop {
        let page = news.log(&query).await.expect(200);
        assert!(items(&page).len() <= 1);
        seen.extend(kinds(&page).into_iter().map(str::to_owned));
        let Some(next) = page.body["next_cursor"].as_str() else {
            break;
        };
        query = format!("{asked}&cursor={next}");
    }
    assert_eq!(seen, ["post.created", "post.created", "team.created"]);
    world.finish().await;
}

#[tokio::test]
async fn a_cursor_goes_on_with_the_filters_that_it_was_given_for_and_with_no_others() {
    let world = World::start().await;
    let (news, ..) = log(&world).await;
    let page = news.log("&kind=post.created&limit=1").await.expect(200);
    let cursor = page.field("next_cursor");
    for query in [
        "",
        "&kind=team.created",
        "&kind=post.created&actor_id=system",
    ] {
        let answer = news.log(&format!("{query}&cursor={cursor}")).await;
        assert_eq!(answer.expect_problem(422).pointer(), "?cursor", "{query}");
    }
    let longer = format!("&kind=post.created&limit=50&cursor={cursor}");
    assert_eq!(shown(&news, &longer).await, ["post.created"]);
    world.finish().await;
}

#[tokio::test]
async fn a_request_looks_through_a_thousand_entries_and_leaves_the_rest_to_the_next() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    world.advance(seconds(1)).await;
    news.draft("Fresh bread at nine", &[&news.bluesky]).await;
    let newest = news.log("&limit=1").await.expect(200);
    let newest = items(&newest)[0]["id"].as_str().unwrap().to_owned();
    let like = world.item(&news.team, &newest).await;
    let many = (0..1_500).map(|n| copy(&like, world.now() + seconds(1), n).1);
    world.put_all(many.collect()).await;
    world.settle().await;
    let asked = "&kind=team.created";
    let page = news.log(asked).await.expect(200);
    assert_eq!(items(&page).len(), 0);
    let cursor = page.field("next_cursor");
    let page = news.log(&format!("{asked}&cursor={cursor}")).await;
    assert_eq!(kinds(&page.expect(200)), ["team.created"]);
    // Fifteen hundred entries in one chain.
    let log = news.audited(&world).await;
    assert_eq!(super::verdict(&log, world.now()), Ok(1_504));
    let ids: BTreeSet<_> = log
        .entries
        .iter()
        .map(|entry| entry["id"].as_str())
        .collect();
    assert_eq!(ids.len(), 1_504);
    world.finish().await;
}
