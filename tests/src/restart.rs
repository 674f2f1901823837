//! What was accepted is durable: it survives the process.

use std::collections::BTreeMap;

use local::{Data, Options, Stack};

use crate::harness::{Newsroom, World, seconds, start_of_time};

#[tokio::test]
async fn a_post_that_was_scheduled_before_the_process_ended_goes_out_once_after_it_began_again() {
    let folder = tempfile::tempdir().unwrap();
    let data = || Data::Folder(folder.path().to_owned());
    let world = World::with(data(), BTreeMap::new()).await;
    let news = Newsroom::open(&world).await;
    let post = news
        .draft("Through the night", &[&news.mastodon, &news.bluesky])
        .await;
    news.schedule(&post, world.now() + seconds(90)).await;
    world.stack.shutdown().await;

    let clock = app::Clock::manual(start_of_time() + seconds(80));
    let stack = Stack::start(Options {
        data: data(),
        clock,
        ..Options::default()
    })
    .await
    .unwrap();
    stack.advance(seconds(15)).await.unwrap();
    let texts: Vec<_> = stack
        .sandbox()
        .executed()
        .into_iter()
        .map(|post| post.text)
        .collect();
    assert_eq!(texts, ["Through the night", "Through the night"]);
    stack.shutdown().await;

    let clock = app::Clock::manual(start_of_time() + seconds(200));
    let stack = Stack::start(Options {
        data: data(),
        clock,
        ..Options::default()
    })
    .await
    .unwrap();
    stack.advance(seconds(300)).await.unwrap();
    assert_eq!(
        stack.sandbox().executed().len(),
        2,
        "nothing goes out a second time"
    );
    let record = stack
        .app()
        .store
        .post(post.parse().unwrap())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(record.post.status, domain::Status::Published);
    stack.shutdown().await;
}
