//! `cargo run`: the whole system on this machine, without an AWS account.

mod arguments;

use std::io::IsTerminal;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result};
use app::Clock;
use local::{Data, Options, Stack, bind};
use sandbox::Sandbox;
use tracing_subscriber::EnvFilter;

use arguments::{Command, USAGE};

/// What is logged unless `RUST_LOG` says otherwise. The embedded DynamoDB would warn of each condition that does not hold.
const LOG_FILTER: &str =
    "warn,dynoxide=error,app=info,functions=info,local=info,platforms=info,sandbox=info";

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<()> {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(LOG_FILTER));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stdout().is_terminal())
        .init();
    match arguments::parse(std::env::args().skip(1))? {
        Command::Help => {
            say(USAGE);
            Ok(())
        }
        Command::Sandbox { port } => serve_sandbox(port).await,
        Command::Parameters { sandbox } => {
            say(&serde_json::to_string(&local::sandbox_parameters(
                &sandbox,
            ))?);
            Ok(())
        }
        Command::Serve {
            mut options,
            folder,
            reset,
        } => {
            if reset {
                local::forget(&folder)?;
            }
            options.data = Data::Folder(folder.clone());
            serve(options, &folder).await
        }
    }
}

async fn serve(options: Options, folder: &Path) -> Result<()> {
    let stack = Stack::start(options).await?;
    let (api, sandbox) = (stack.api_url(), stack.sandbox_url().unwrap_or_default());
    say(&format!(
        "
  Tayang is running.

    API        {api}
    Docs       {api}/docs
    Timeline   {sandbox}/          what was published on the sandbox platforms
    Outbox     {sandbox}/outbox    the mails that were sent
    Accounts   {sandbox}/accounts  the accounts to connect, and the people to sign in as
    Data       {}    kept; start with --reset to forget it

  Ctrl-C stops it.
",
        folder.display()
    ));
    stopped().await?;
    stack.shutdown().await;
    Ok(())
}

async fn serve_sandbox(port: u16) -> Result<()> {
    let clock = Clock::system();
    let sandbox = Sandbox::new(std::sync::Arc::new(move || clock.now()));
    let listener = bind(port, "the sandbox").await?;
    let address = listener.local_addr()?;
    say(&format!("The sandbox is running on http://{address}/"));
    let router = sandbox.router();
    axum::serve(listener, router)
        .with_graceful_shutdown(async {
            if let Err(error) = stopped().await {
                tracing::error!(%error, "cannot wait for Ctrl-C");
            }
        })
        .await
        .context("the sandbox stopped")
}

/// Returns when the process is asked to end.
async fn stopped() -> Result<()> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut terminated = signal(SignalKind::terminate())?;
        tokio::select! {
            interrupted = tokio::signal::ctrl_c() => interrupted?,
            _ = terminated.recv() => {}
        }
    }
    #[cfg(not(unix))]
    tokio::signal::ctrl_c().await?;
    Ok(())
}

#[expect(
    clippy::print_stdout,
    reason = "what a person at the terminal reads, not a log line"
)]
fn say(text: &str) {
    println!("{text}");
}
