//! The one path that everything hangs on, against any running system: from signing up to a published post, and until nothing is left of the
//! team.

mod accounts;
mod approval;
mod mailbox;
mod people;
mod posts;
mod session;
mod team;

use std::time::Duration;

use anyhow::{Context, Result};
use jiff::{SignedDuration, Timestamp};

use self::session::Session;

/// A running system.
#[derive(Clone, Debug)]
pub struct Target {
    /// Where the API is.
    pub api: String,
    /// Where the sandbox is.
    pub sandbox: String,
    /// Where sent mails can be read: JSON in which every mail's text appears somewhere.
    pub mailbox: String,
    /// How long anything may take.
    pub patience: Duration,
    /// How many posts are published.
    pub posts: i32,
    /// How far ahead the first one is scheduled, and how much later each next one.
    pub ahead: SignedDuration,
    /// See `ahead`.
    pub between: SignedDuration,
}

/// What came of it.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// The addresses of the published posts, one for each account.
    pub urls: Vec<String>,
    /// How long after its time each was armed and sent, in milliseconds.
    pub sent_after_ms: Vec<i64>,
    /// How long after its time the platform had confirmed each, in milliseconds.
    pub confirmed_after_ms: Vec<i64>,
}

/// Walks the whole path and checks every step.
#[expect(
    clippy::disallowed_methods,
    reason = "the system may run elsewhere, by the real time"
)]
pub async fn run(target: &Target) -> Result<Report> {
    let began = Timestamp::now();
    let mut ana = Session::new(target)?;
    ana.healthy().await?;
    people::sign_up(&mut ana, "Ana", began)
        .await
        .context("Ana signs up and in")?;
    people::describe_oneself(&ana).await?;
    people::by_google(&ana)
        .await
        .context("signing in at Google")?;

    let team = team::create(&ana).await?;
    team::change_settings(&ana, &team)
        .await
        .context("changing the settings")?;
    let mut budi = Session::new(target)?;
    team::invite(&ana, &team, &mut budi, began)
        .await
        .context("inviting Budi")?;
    team::make_editor(&ana, &team, &budi)
        .await
        .context("making Budi an editor")?;

    accounts::platforms(&ana).await?;
    let mastodon = accounts::connect_mastodon(&ana, &team)
        .await
        .context("connecting Mastodon")?;
    let bluesky = accounts::connect_bluesky(&ana, &team)
        .await
        .context("connecting Bluesky")?;
    let x = accounts::connect_x(&ana, &team)
        .await
        .context("connecting X")?;
    accounts::listed(&ana, &team, &[&mastodon, &bluesky, &x]).await?;
    accounts::disconnect(&ana, &team, &x, "x")
        .await
        .context("disconnecting X")?;

    let destinations = [mastodon, bluesky];
    let tomorrow = Timestamp::now() + SignedDuration::from_hours(24);
    approval::decided_by_somebody_else(&ana, &budi, &team, &destinations, tomorrow)
        .await
        .context("a post that somebody else decides on")?;
    let mut planned = Vec::new();
    let first = Timestamp::now() + target.ahead;
    for n in 0..target.posts {
        let words = format!("The harbour market opens at nine. {first} #{n}");
        let at = first + target.between * n;
        let post = posts::plan(&budi, &team, &destinations, &words, at).await?;
        planned.push((post, words));
    }
    let mut report = Report::default();
    for (post, words) in &planned {
        let published = posts::published(&budi, post).await?;
        report.add(&published)?;
        posts::once_on_the_timeline(&budi, words, destinations.len()).await?;
        posts::logged(&budi, &team, post).await?;
    }
    budi.mail(&budi.email, "Your post is out").await?;

    team::remove(&ana, &team, &budi)
        .await
        .context("removing Budi")?;
    team::delete(&ana, &team)
        .await
        .context("deleting the team")?;
    people::sign_out(&ana).await.context("signing out")?;
    Ok(report)
}
