//! Lists of posts hold what was asked for, in that order, and each post once.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::scene::{Desk, each};
use crate::harness::{Newsroom, Person, World, seconds};

/// The ids on a page.
async fn ids(person: &Person, query: &str) -> Vec<String> {
    let list = person.api.get(&format!("/posts?{query}")).await.expect(200);
    let ids = each(&list.body["items"], "id").into_iter();
    ids.map(str::to_owned).collect()
}

/// Writes a post of which one field is otherwise.
async fn write(person: &Person, news: &Newsroom, text: &str, name: &str, value: Value) -> String {
    let mut body = news.body(text, &[&news.bluesky]);
    body[name] = value;
    person.write(&body).await
}

#[tokio::test]
async fn each_filter_leaves_what_it_asks_for() {
    let world = World::start().await;
    let Desk { news, ben, eve } = Desk::open(&world).await;
    let plain = news.draft("Fish", &[&news.bluesky]).await;
    let by_ben = write(&ben, &news, "Bread", "labels", json!(["market", "Autumn"])).await;
    let for_eve = write(&ben, &news, "Cake", "assignee_id", json!(eve.id)).await;
    let elsewhere = news.draft("On Mastodon", &[&news.mastodon]).await;
    let told = write(
        &news.ana,
        &news,
        "Soup",
        "versions",
        json!([{ "platform": "bluesky", "text": "SPECIAL of the day" }]),
    )
    .await;
    let all = [&plain, &by_ben, &for_eve, &elsewhere, &told];
    let (team, bluesky) = (&news.team, &news.bluesky);
    for (query, expected) in [
        (format!("team_id={team}"), all.to_vec()),
        (format!("author_id={}", ben.id), vec![&by_ben, &for_eve]),
        (format!("assignee_id={}", eve.id), vec![&for_eve]),
        ("label=market".to_owned(), vec![&by_ben]),
        ("label=autumn".to_owned(), vec![]),
        (format!("account_id={}", news.mastodon), vec![&elsewhere]),
        ("platform=mastodon".to_owned(), vec![&elsewhere]),
        ("platform=telegram".to_owned(), vec![]),
        ("text=special".to_owned(), vec![&told]),
        ("text=bREAD".to_owned(), vec![&by_ben]),
        (
            format!("author_id={}&account_id={bluesky}&text=a", ben.id),
            vec![&by_ben, &for_eve],
        ),
        ("status=draft".to_owned(), all.to_vec()),
        ("status=scheduled".to_owned(), vec![]),
    ] {
        let found: BTreeSet<_> = ids(&ben, &query).await.into_iter().collect();
        let expected: BTreeSet<_> = expected.into_iter().cloned().collect();
        assert_eq!(found, expected, "{query}");
    }
    world.finish().await;
}

#[tokio::test]
async fn each_status_has_a_list_of_its_own() {
    let world = World::start().await;
    let desk = Desk::that_asks(&world).await;
    let Desk { news, ben, eve } = &desk;
    let at = (world.now() + seconds(60)).to_string();
    let draft = ben.write(&news.body("Draft", &[&news.mastodon])).await;
    let (pending, approved, rejected, cancelled) = (
        desk.pending("Pending", &at).await,
        desk.pending("Approved", &at).await,
        desk.pending("Rejected", &at).await,
        desk.pending("Cancelled", &at).await,
    );
    let hash = eve.seen(&approved).await;
    eve.approve(&approved, &hash).await.expect(200);
    let hash = eve.seen(&rejected).await;
    eve.reject(&rejected, &hash, "No").await.expect(200);
    ben.cancel(&cancelled, "").await.expect(200);
    for (status, post) in [
        ("draft", &draft),
        ("pending", &pending),
        ("approved", &approved),
        ("scheduled", &approved),
        ("rejected", &rejected),
        ("cancelled", &cancelled),
    ] {
        assert_eq!(
            &ids(ben, &format!("status={status}")).await,
            std::slice::from_ref(post),
            "{status}"
        );
    }
    world.advance(seconds(90)).await;
    assert_eq!(ids(ben, "status=published").await, [approved]);
    assert_eq!(ids(ben, "status=scheduled").await, Vec::<String>::new());
    world.finish().await;
}

#[tokio::test]
async fn posts_come_in_the_order_and_from_the_time_that_was_asked_for() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    let (mut posts, start) = (Vec::new(), world.now());
    for n in 0..4 {
        world.advance(seconds(1)).await;
        posts.push(news.draft(&format!("Post {n}"), &[&news.bluesky]).await);
    }
    // Their times go the other way, and the last one has none.
    for (n, post) in (0..3).zip(&posts) {
        world.advance(seconds(1)).await;
        news.schedule(post, start + seconds(900 - 100 * n)).await;
    }
    let [a, b, c, d] = &posts[..] else {
        panic!("four posts")
    };
    let after = |by: i64| (start + seconds(by)).to_string();
    for (query, expected) in [
        (String::new(), vec![c, b, a, d]),
        ("order=asc".to_owned(), vec![d, a, b, c]),
        ("sort=publish_at".to_owned(), vec![a, b, c]),
        ("sort=publish_at&order=asc".to_owned(), vec![c, b, a]),
        (
            "sort=publish_at&status=approved&order=asc&limit=2".to_owned(),
            vec![c, b],
        ),
        (
            format!("sort=publish_at&from={}&order=asc", after(800)),
            vec![b, a],
        ),
        (
            format!("sort=publish_at&to={}&order=asc", after(800)),
            vec![c],
        ),
        (
            format!("sort=publish_at&from={}&to={}", after(700), after(900)),
            vec![b, c],
        ),
        (format!("to={}", after(6)), vec![a, d]),
        (
            format!("from={}&to={}&order=asc", after(5), after(7)),
            vec![a, b],
        ),
        (format!("from={}&to={}", after(9), after(5)), vec![]),
    ] {
        let expected: Vec<_> = expected.into_iter().cloned().collect();
        assert_eq!(ids(&news.ana, &query).await, expected, "{query}");
    }
    world.finish().await;
}

#[tokio::test]
async fn whoever_goes_through_a_list_meets_each_post_that_stays_as_it_is_once() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    let other = news.ana.create_team("Other").await;
    let there = news.ana.connect_bluesky(&other).await;
    for (order, sort) in [
        ("desc", "updated_at"),
        ("asc", "updated_at"),
        ("asc", "publish_at"),
        ("desc", "publish_at"),
    ] {
        let mut posts = Vec::new();
        for n in 0..18 {
            if n % 3 != 0 {
                world.advance(seconds(1)).await;
            }
            let (team, account) = if n % 2 == 0 {
                (&news.team, &news.bluesky)
            } else {
                (&other, &there)
            };
            let body = json!({ "team_id": team, "text": format!("{order} {sort}"), "account_ids": [account] });
            posts.push(news.ana.write(&body).await);
            let at = (world.now() + seconds(3_000 - n)).to_string();
            news.ana
                .schedule(&posts[posts.len() - 1], &at)
                .await
                .expect(200);
        }
        let asked = format!("/posts?limit=4&order={order}&sort={sort}&text={order}+{sort}");
        let (mut seen, mut path, mut changed) = (Vec::new(), asked.clone(), BTreeSet::new());
        for turn in 0.. {
            let page = news.ana.api.get(&path).await.expect(200);
            seen.extend(
                each(&page.body["items"], "id")
                    .into_iter()
                    .map(str::to_owned),
            );
            let Some(next) = page.body["next_cursor"].as_str() else {
                break;
            };
            path = format!("{asked}&cursor={next}");
            // Meanwhile one post that was seen and one that was not get another place.
            world.advance(seconds(1)).await;
            assert!(turn < 20, "the list has an end");
            if turn > 3 {
                continue;
            }
            for post in [&posts[turn], &posts[17 - turn]] {
                let at = (world.now() + seconds(2_000)).to_string();
                news.ana.schedule(post, &at).await.expect(200);
                changed.insert(post.clone());
            }
        }
        for post in posts.iter().filter(|post| !changed.contains(*post)) {
            let times = seen.iter().filter(|one| *one == post).count();
            assert_eq!(times, 1, "{order} {sort}");
        }
    }
    world.finish().await;
}

#[tokio::test]
async fn a_cursor_goes_on_with_its_own_list_only() {
    let world = World::start().await;
    let Desk { news, ben, .. } = Desk::open(&world).await;
    for n in 0..3 {
        news.draft(&format!("Post {n}"), &[&news.bluesky]).await;
    }
    let list = "limit=2&status=draft";
    let page = news
        .ana
        .api
        .get(&format!("/posts?{list}"))
        .await
        .expect(200);
    let cursor = page.field("next_cursor");
    for query in [
        "limit=2",
        "limit=2&status=pending",
        "limit=2&status=draft&order=asc",
        "limit=2&status=draft&text=Post",
    ] {
        let refused = news
            .ana
            .api
            .get(&format!("/posts?{query}&cursor={cursor}"))
            .await;
        assert_eq!(refused.expect_problem(422).pointer(), "?cursor", "{query}");
    }
    let refused = ben.api.get(&format!("/posts?{list}&cursor={cursor}")).await;
    assert_eq!(refused.expect_problem(422).pointer(), "?cursor");
    let more = ids(&news.ana, &format!("limit=5&status=draft&cursor={cursor}")).await;
    assert_eq!(more.len(), 1, "another length is the same list");
    world.finish().await;
}

#[tokio::test]
async fn what_cannot_be_asked_for_is_refused_by_its_name() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    let joe = world.sign_up("joe").await;
    for (query, pointer) in [
        ("limit=0", "?limit"),
        ("limit=101", "?limit"),
        ("text=%20", "?text"),
        ("sort=text", "?sort"),
        ("order=up", "?order"),
        ("status=Draft", "?status"),
        ("from=yesterday", "?from"),
        ("platform=myspace", "?platform"),
        ("label=%20", "?label"),
        ("author_id=ana", "?author_id"),
        ("colour=blue", "?colour"),
    ] {
        let refused = news
            .ana
            .api
            .get(&format!("/posts?{query}"))
            .await
            .expect_problem(422);
        assert_eq!(refused.pointer(), pointer, "{query}");
    }
    let foreign = joe.api.get(&format!("/posts?team_id={}", news.team)).await;
    assert_eq!(foreign.expect_problem(404).pointer(), "?team_id");
    news.draft("Not Joe's", &[&news.bluesky]).await;
    assert_eq!(ids(&joe, "").await, Vec::<String>::new());
    world.finish().await;
}
