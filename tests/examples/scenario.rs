//! Walks the scenario against a system that runs elsewhere: E2E_API_URL, E2E_SANDBOX_URL and E2E_MAILBOX_URL say where.

use std::time::Duration;

use anyhow::{Context, Result};
use jiff::SignedDuration;
use tests::scenario::{Target, run};

#[tokio::main(flavor = "current_thread")]
#[expect(clippy::print_stdout, clippy::disallowed_methods, reason = "a command that is told by its environment and reports to a person")]
async fn main() -> Result<()> {
    let variable = |name: &str| std::env::var(name).with_context(|| format!("{name} is not set"));
    let target = Target {
        api: variable("E2E_API_URL")?.trim_end_matches('/').to_owned(),
        sandbox: variable("E2E_SANDBOX_URL")?,
        mailbox: variable("E2E_MAILBOX_URL")?,
        patience: Duration::from_secs(180),
        ahead: SignedDuration::from_secs(10),
    };
    let report = run(&target).await?;
    for (url, lateness) in report.urls.iter().zip(&report.lateness_ms) {
        println!("published {lateness} ms after its time: {url}");
    }
    println!("{} passed, 0 failed", report.urls.len());
    Ok(())
}
