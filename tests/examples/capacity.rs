//! Measures what each operation on posts asks of DynamoDB, beside few posts and beside many, and writes the table of docs/cost.md:
//! `cargo run --release -p tests --example capacity 1000 100000`.

#[path = "capacity/bulk.rs"]
mod bulk;
#[path = "capacity/meter.rs"]
mod meter;
#[path = "capacity/newsroom.rs"]
mod newsroom;

use std::fmt::Write;
use std::time::Instant;

use anyhow::{Context, Result};
use app::Clock;
use jiff::Timestamp;
use local::{Options, Stack};
use serde_json::json;

use meter::Cost;
use newsroom::Newsroom;

const DOCUMENT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/cost.md");
/// The same twice: what is read once for all, such as keys, is read by then.
const WARM_UP: usize = 1;

/// What an operation cost.
type Row = (String, Cost);

#[tokio::main]
async fn main() -> Result<()> {
    let start: Timestamp = "2026-06-01T12:00:00Z".parse()?;
    let stack = Stack::start(Options {
        clock: Clock::manual(start),
        schedules: false,
        ..Options::default()
    })
    .await?;
    let newsroom = Newsroom::open(&stack).await?;
    let sizes = std::env::args().skip(1).map(|size| Ok(size.parse()?));
    let mut measured = Vec::new();
    let mut bulk = bulk::Bulk::new(&stack, &newsroom).await?;
    for size in sizes.collect::<Result<Vec<usize>>>()? {
        let begun = Instant::now();
        bulk.fill(size).await?;
        report(&format!("{size} posts after {:?}", begun.elapsed()));
        for _ in 0..WARM_UP {
            measure(&newsroom).await?;
        }
        measured.push((size, measure(&newsroom).await?));
        // Whoever breaks it off keeps what was measured until then.
        std::fs::write(DOCUMENT, document(&measured)?).context("writing the table")?;
    }
    stack.shutdown().await;
    Ok(())
}

#[expect(clippy::print_stdout, reason = "a command that reports to a person")]
fn report(text: &str) {
    println!("{text}");
}

/// Does each operation once.
async fn measure(news: &Newsroom<'_>) -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    let mut row = |name: &str, cost: Cost| rows.push((name.to_owned(), cost));
    news.asks(false).await?;
    let (post, cost) = news.write("Fresh bread from seven o'clock.").await?;
    row("create", cost);
    row("get", news.get(&format!("/posts/{post}")).await?);
    row(
        "edit a draft",
        news.edit(&post, "From eight o'clock.").await?,
    );
    row("schedule one", news.schedule(&[&post]).await?);
    row(
        "edit an approved post",
        news.edit(&post, "From nine o'clock.").await?,
    );
    let times = json!({ "times": ["2026-08-01T12:00:00Z", "2026-08-02T12:00:00Z"] });
    row(
        "let it go out again",
        news.post("posts-repost", ("/posts/repost", &post, ""), &times)
            .await?,
    );
    row("cancel", news.cancel(&post).await?);
    let several = news.several(19).await?;
    row("schedule 19 at once", news.schedule(&several).await?);
    news.asks(true).await?;
    let several = news.several(25).await?;
    row(
        "schedule 25 at once, where the team asks for approval",
        news.schedule(&several).await?,
    );
    let (post, _) = news.write("To be approved").await?;
    news.schedule(&[&post]).await?;
    row("approve", news.approve(&post).await?);
    for (what, query) in [
        ("newest change first", ""),
        ("oldest change first", "&order=asc"),
        ("by time", "&sort=publish_at"),
        (
            "by time, between two days",
            "&sort=publish_at&from=2026-06-01T00:00:00Z&to=2026-06-08T00:00:00Z",
        ),
        ("in a status", "&status=draft"),
        ("in a status, by time", "&status=approved&sort=publish_at"),
        ("by a label that none has", "&label=none"),
        ("by a word that none has", "&text=zeppelin"),
    ] {
        let path = format!("/posts?team_id={}{query}", news.team);
        row(
            &format!("list, {what}"),
            news.list("posts-list", &path).await?,
        );
    }
    row(
        "list, over all teams",
        news.list("posts-list", "/posts?limit=20").await?,
    );
    row("to-do list", news.list("todos-list", "/todos").await?);
    let path = format!("/activity?team_id={}", news.team);
    row("activity log", news.list("activity-list", &path).await?);
    row("tick of the publisher", news.tick().await?);
    news.settle().await?;
    Ok(rows)
}

fn document(measured: &[(usize, Vec<Row>)]) -> Result<String> {
    let mut text = String::from(
        "# What operations cost\n\nWhat each operation asks of DynamoDB: requests, read units and write units (of 4 KB and 1 KB, as on-demand tables are billed). Reading who is\nsigned in is part of each. A post here has one account and a short text; lists give 20 posts, where nothing else is said.\n\nMade by `cargo run --release -p tests --example capacity 1000 100000`, or with other numbers of posts, which asks the embedded engine for `ReturnConsumedCapacity` in every\nrequest. The stored posts beside which it measures lie in the same team.\n\n| |",
    );
    for (size, _) in measured {
        write!(text, " {size} posts: requests, read, written |")?;
    }
    write!(text, "\n|---|{}\n", "---|".repeat(measured.len()))?;
    let first = measured
        .first()
        .map_or(&[][..], |(_, rows)| rows.as_slice());
    for (n, (name, _)) in first.iter().enumerate() {
        write!(text, "| {name} |")?;
        for (_, rows) in measured {
            let cost = rows.get(n).map(|(_, cost)| *cost).unwrap_or_default();
            write!(
                text,
                " {}, {:.1}, {:.1} |",
                cost.requests, cost.read, cost.written
            )?;
        }
        writeln!(text)?;
    }
    Ok(text)
}
