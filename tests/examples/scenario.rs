//! Walks the scenario against a fresh system that runs elsewhere: E2E_API_URL, E2E_SANDBOX_URL and E2E_MAILBOX_URL say
//! where. With E2E_POSTS it publishes that many posts instead of one and tells how late they were; with E2E_AHEAD_SECONDS
//! the first one is scheduled that far ahead instead of 10 s.

use std::time::Duration;

use anyhow::{Context, Result};
use jiff::SignedDuration;
use tests::scenario::{Target, run};

#[tokio::main(flavor = "current_thread")]
#[expect(
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a command that is told by its environment and reports to a person"
)]
async fn main() -> Result<()> {
    let variable = |name: &str| std::env::var(name).with_context(|| format!("{name} is not set"));
    let ahead = variable("E2E_AHEAD_SECONDS").map_or(Ok(10), |seconds| seconds.parse())?;
    let target = Target {
        api: variable("E2E_API_URL")?.trim_end_matches('/').to_owned(),
        sandbox: variable("E2E_SANDBOX_URL")?,
        mailbox: variable("E2E_MAILBOX_URL")?,
        patience: Duration::from_mins(5),
        posts: variable("E2E_POSTS").map_or(Ok(1), |posts| posts.parse())?,
        ahead: SignedDuration::from_secs(ahead),
        between: SignedDuration::from_millis(1_700),
    };
    let report = run(&target).await?;
    for url in report.urls.iter().take(2) {
        println!("published: {url}");
    }
    println!(
        "sent after its time:      {}",
        quantiles(report.sent_after_ms)
    );
    println!(
        "confirmed after its time: {}",
        quantiles(report.confirmed_after_ms)
    );
    println!("{} passed, 0 failed", report.urls.len());
    Ok(())
}

/// The least, the median, the 99th percentile and the most, in milliseconds.
fn quantiles(mut values: Vec<i64>) -> String {
    values.sort_unstable();
    let at = |percent: usize| values.get((values.len() * percent / 100).min(values.len() - 1));
    let of = |percent| at(percent).copied().unwrap_or_default();
    format!(
        "min {} · p50 {} · p99 {} · max {} ms",
        of(0),
        of(50),
        of(99),
        of(100)
    )
}
