//! `cargo run -p audit`: whether a team's activity log is whole, and the log as a file.

mod arguments;

use std::fs::File;
use std::io::{Write, stdout};
use std::process::ExitCode;

use anyhow::{Context, Result, anyhow};
use audit::Log;
use jiff::Timestamp;

use arguments::{Command, Format, Source, USAGE};

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
    match arguments::parse(std::env::args().skip(1))? {
        Command::Help => Ok(writeln!(stdout(), "{USAGE}")?),
        Command::Verify { source, known } => {
            let log = read(&source).await?;
            let holds = audit::verify(&log, known.as_ref(), now());
            let holds = holds.map_err(|broken| anyhow!("{broken}"))?;
            let audit::Holds {
                entries,
                hash,
                waiting,
            } = holds;
            writeln!(
                stdout(),
                "the chain holds: {entries} entries, {waiting} more have no place in it yet"
            )?;
            Ok(writeln!(
                stdout(),
                "to keep for the next time: --known {entries}:{hash}"
            )?)
        }
        Command::Export {
            source,
            format,
            out,
        } => {
            let log = read(&source).await?;
            let text = match format {
                Format::Jsonl => audit::jsonl(&log.entries),
                Format::Csv => audit::csv(&log.entries),
            };
            let Some(path) = out else {
                return Ok(stdout().write_all(text.as_bytes())?);
            };
            let file = File::create_new(&path);
            let file = file.and_then(|mut file| file.write_all(text.as_bytes()));
            file.with_context(|| format!("cannot write {}", path.display()))
        }
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a token on the command line would be seen by every program of the machine"
)]
async fn read(source: &Source) -> Result<Log> {
    let token =
        std::env::var("TAYANG_TOKEN").context("TAYANG_TOKEN, with an access token, is missing")?;
    audit::read(&source.api, &source.team, &token).await
}

#[expect(
    clippy::disallowed_methods,
    reason = "how old an entry is that has no place in the chain yet"
)]
fn now() -> Timestamp {
    Timestamp::now()
}
