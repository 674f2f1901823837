//! The activity log.

use std::collections::BTreeSet;

use crate::harness::{Newsroom, World, seconds};

#[tokio::test]
async fn the_log_tells_the_whole_way_of_a_post_newest_first() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    world.advance(seconds(1)).await;
    let post = news.draft("Fresh bread at nine", &[&news.bluesky]).await;
    world.advance(seconds(1)).await;
    news.schedule(&post, world.now() + seconds(30)).await;
    world.advance(seconds(31)).await;
    let log = news
        .ana
        .api
        .get(&format!("/activity?team_id={}", news.team))
        .await
        .expect(200);
    let kinds: Vec<_> = log.body["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| entry["kind"].as_str().unwrap())
        .collect();
    assert_eq!(
        kinds[..3],
        ["publication.published", "post.scheduled", "post.created"]
    );
    let published = &log.body["items"][0];
    assert_eq!(published["post_id"], post.as_str());
    assert!(
        published["actor_id"].is_null() && published["details"]["url"].is_string(),
        "{published}"
    );
    world.finish().await;
}

#[tokio::test]
async fn a_long_log_comes_in_pages_each_entry_once() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    for n in 0..110 {
        news.draft(&format!("Draft {n}"), &[&news.bluesky]).await;
    }
    let (mut seen, mut path) = (BTreeSet::new(), format!("/activity?team_id={}", news.team));
    loop {
        let page = news.ana.api.get(&path).await.expect(200);
        for entry in page.body["items"].as_array().unwrap() {
            assert!(
                seen.insert(entry["id"].as_str().unwrap().to_owned()),
                "an entry twice"
            );
        }
        let Some(next) = page.body["next_cursor"].as_str() else {
            break;
        };
        path = format!("/activity?team_id={}&cursor={next}", news.team);
    }
    assert_eq!(seen.len(), 113, "110 drafts, the team and its two accounts");
    world.finish().await;
}
