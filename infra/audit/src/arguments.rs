//! The command line.

use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use audit::Head;
use url::Url;

/// Shown by `--help`.
pub(crate) const USAGE: &str = "\
Reads the activity log of a team over HTTP, with the access token of a member in the variable TAYANG_TOKEN.

  cargo run -p audit -- verify --team ID     sees whether the chain of hashes holds; ends with 1 and names the first entry that is wrong
  cargo run -p audit -- export --team ID     writes every entry, oldest first

  --api ADDRESS            of the API, http://127.0.0.1:3000 unless said otherwise
  --known NUMBER:HASH      verify: what an earlier run said of the end of the chain, so that a log that was cut off is found out
  --format jsonl|csv       export: a line of JSON for each entry, which is the default, or a table
  --out FILE               export: a file that is not there yet, instead of the standard output";

/// What was asked for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Command {
    /// Show the usage.
    Help,
    /// See whether the chain holds.
    Verify {
        /// Whose log.
        source: Source,
        /// The end of the chain at some time before.
        known: Option<Head>,
    },
    /// Write every entry.
    Export {
        /// Whose log.
        source: Source,
        /// In which form.
        format: Format,
        /// Where to, if not the standard output.
        out: Option<PathBuf>,
    },
}

/// Where a log is.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Source {
    /// The address of the API.
    pub(crate) api: Url,
    /// The team.
    pub(crate) team: String,
}

/// The form of an export.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    /// A line of JSON for each entry.
    Jsonl,
    /// A table.
    Csv,
}

/// Reads the arguments after the program's name.
pub(crate) fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Command> {
    let verb = arguments.next().with_context(|| USAGE.to_owned())?;
    if matches!(verb.as_str(), "--help" | "-h") {
        return Ok(Command::Help);
    }
    let (mut api, mut team) = (Url::parse("http://127.0.0.1:3000")?, None);
    let (mut known, mut format, mut out) = (None, Format::Jsonl, None);
    while let Some(argument) = arguments.next() {
        let mut value = || {
            let value = arguments.next();
            value.with_context(|| format!("`{argument}` needs a value"))
        };
        match (verb.as_str(), argument.as_str()) {
            (_, "--api") => api = value()?.parse().context("--api takes an address")?,
            (_, "--team") => team = Some(value()?),
            ("verify", "--known") => known = Some(head(&value()?)?),
            ("export", "--format") => {
                format = match value()?.as_str() {
                    "jsonl" => Format::Jsonl,
                    "csv" => Format::Csv,
                    other => bail!("--format: there is no `{other}`, only jsonl and csv"),
                }
            }
            ("export", "--out") => out = Some(value()?.into()),
            (_, "--help" | "-h") => return Ok(Command::Help),
            (_, other) => bail!("unknown argument `{other}`\n\n{USAGE}"),
        }
    }
    let source = || {
        let team = team.context("`--team` is missing")?;
        Ok::<_, anyhow::Error>(Source { api, team })
    };
    Ok(match verb.as_str() {
        "verify" => Command::Verify {
            source: source()?,
            known,
        },
        "export" => Command::Export {
            source: source()?,
            format,
            out,
        },
        other => bail!("unknown command `{other}`\n\n{USAGE}"),
    })
}

fn head(text: &str) -> Result<Head> {
    let parts = text.split_once(':').and_then(|(sequence, hash)| {
        let is_hash = hash.len() == 64 && hash.bytes().all(|c| c.is_ascii_hexdigit());
        let hash = is_hash.then(|| hash.to_ascii_lowercase())?;
        let sequence = sequence.parse().ok()?;
        Some(Head { sequence, hash })
    });
    parts.context("--known takes a number and a hash, with a colon in between")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Result<Command> {
        parse(line.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn a_line_says_what_to_do_with_which_log() {
        let source = || Source {
            api: Url::parse("https://api.example").unwrap(),
            team: "team_1".into(),
        };
        let hash = "0f".repeat(32);
        let verify = format!("verify --api https://api.example --team team_1 --known 7:{hash}");
        let known = Some(Head { sequence: 7, hash });
        let expected = Command::Verify {
            source: source(),
            known,
        };
        assert_eq!(parsed(&verify).unwrap(), expected);
        let export = "export --team team_1 --format csv --out log.csv --api https://api.example";
        let expected = Command::Export {
            source: source(),
            format: Format::Csv,
            out: Some("log.csv".into()),
        };
        assert_eq!(parsed(export).unwrap(), expected);
        assert_eq!(parsed("verify --help").unwrap(), Command::Help);
    }

    #[test]
    fn what_is_not_understood_is_refused() {
        for line in [
            "",
            "check --team team_1",
            "verify",
            "verify --team",
            "verify --team team_1 --format csv",
            "verify --team team_1 --known 7:x",
            "export --team team_1 --format xml",
            "export --team team_1 more",
        ] {
            assert!(parsed(line).is_err(), "{line}");
        }
    }
}
