//! The command line.

use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use app::Clock;
use jiff::SignedDuration;
use local::Options;

/// Shown by `--help`.
pub(crate) const USAGE: &str = "\
Serves template.yaml in one process.

  cargo run                           the API on 127.0.0.1:3000, the sandbox on 3001, data in ./.local
  cargo run -- sandbox [--port N]     only the sandbox
  cargo run -- parameters ADDRESS     prints the parameters, as JSON, by which a deployed template takes the sandbox at
                                      this address for every platform

  --port N                 port of the API
  --sandbox-port N         port of the sandbox
  --data FOLDER            where data is kept
  --reset                  forget the data first
  --template FILE          another template
  --parameter NAME=VALUE   a parameter of the template, e.g. AdminEmail=you@example.com; PlatformEndpoints adds to the sandbox's
  --later DAYS             live that many days ahead of the system's clock, to see what ends by then";

/// What was asked for.
pub(crate) enum Command {
    /// Show the usage.
    Help,
    /// Serve only the sandbox.
    Sandbox {
        /// Its port.
        port: u16,
    },
    /// Print the parameters for the sandbox at an address.
    Parameters {
        /// The address, without a slash at the end.
        sandbox: String,
    },
    /// Serve the template.
    Serve {
        /// How, except for the data.
        options: Options,
        /// Where data is kept.
        folder: PathBuf,
        /// Whether to forget what is there.
        reset: bool,
    },
}

/// Reads the arguments after the program's name.
pub(crate) fn parse(arguments: impl Iterator<Item = String>) -> Result<Command> {
    let mut arguments = arguments.peekable();
    if arguments.next_if_eq("sandbox").is_some() {
        let mut port = 3001;
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "--port" => port = number(&argument, arguments.next())?,
                "--help" | "-h" => return Ok(Command::Help),
                other => bail!("unknown argument `{other}`\n\n{USAGE}"),
            }
        }
        return Ok(Command::Sandbox { port });
    }
    if arguments.next_if_eq("parameters").is_some() {
        let sandbox = arguments.next();
        let sandbox = sandbox.context("`parameters` needs the address of a sandbox")?;
        if let Some(other) = arguments.next() {
            bail!("unknown argument `{other}`\n\n{USAGE}");
        }
        return Ok(Command::Parameters {
            sandbox: sandbox.trim_end_matches('/').to_owned(),
        });
    }
    let mut options = Options {
        api_port: 3000,
        sandbox_port: 3001,
        ..Options::default()
    };
    let mut folder = PathBuf::from(".local");
    let mut reset = false;
    while let Some(argument) = arguments.next() {
        let mut value = || {
            let value = arguments.next();
            value.with_context(|| format!("`{argument}` needs a value"))
        };
        match argument.as_str() {
            "--port" => options.api_port = number("--port", Some(value()?))?,
            "--sandbox-port" => options.sandbox_port = number("--sandbox-port", Some(value()?))?,
            "--data" => folder = value()?.into(),
            "--reset" => reset = true,
            "--template" => options.template = value()?.into(),
            "--parameter" => {
                let pair = value()?;
                let pair = pair.split_once('=');
                let (name, value) = pair.context("`--parameter` takes NAME=VALUE")?;
                options.parameters.insert(name.to_owned(), value.to_owned());
            }
            "--later" => {
                let days = number("--later", Some(value()?))?;
                options.clock = Clock::ahead(SignedDuration::from_hours(24 * i64::from(days)));
            }
            "--help" | "-h" => return Ok(Command::Help),
            other => bail!("unknown argument `{other}`\n\n{USAGE}"),
        }
    }
    Ok(Command::Serve {
        options,
        folder,
        reset,
    })
}

fn number(name: &str, value: Option<String>) -> Result<u16> {
    let value = value.with_context(|| format!("`{name}` needs a value"))?;
    value
        .parse()
        .with_context(|| format!("{name}: `{value}` is not a number that can be here"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Result<Command> {
        parse(line.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn nothing_is_needed() {
        let Command::Serve {
            options,
            folder,
            reset,
        } = parsed("").unwrap()
        else {
            panic!()
        };
        assert_eq!((options.api_port, options.sandbox_port), (3000, 3001));
        assert_eq!((folder, reset), (PathBuf::from(".local"), false));
    }

    #[test]
    fn options_are_read() {
        let line = "--port 4000 --reset --data /tmp/x --parameter AdminEmail=a=b@c";
        let Command::Serve {
            options,
            folder,
            reset,
        } = parsed(line).unwrap()
        else {
            panic!()
        };
        assert_eq!((options.api_port, reset), (4000, true));
        assert_eq!(folder, PathBuf::from("/tmp/x"));
        assert_eq!(options.parameters["AdminEmail"], "a=b@c");
        assert!(matches!(
            parsed("sandbox --port 4001"),
            Ok(Command::Sandbox { port: 4001 })
        ));
        assert!(matches!(
            parsed("parameters http://127.0.0.1:4001/"),
            Ok(Command::Parameters { sandbox }) if sandbox == "http://127.0.0.1:4001"
        ));
    }

    #[test]
    fn later_moves_the_clock() {
        let Command::Serve { options, .. } = parsed("--later 8").unwrap() else {
            panic!()
        };
        let ahead = options.clock.now().duration_since(Clock::system().now());
        assert_eq!((ahead + SignedDuration::from_secs(1)).as_hours(), 8 * 24);
    }

    #[test]
    fn mistakes_are_named() {
        for line in [
            "--prot 1",
            "--port",
            "--port x",
            "sandbox --reset",
            "--parameter x",
            "--later soon",
            "parameters",
            "parameters http://127.0.0.1:4001 x",
        ] {
            assert!(parsed(line).is_err(), "{line}");
        }
    }
}
