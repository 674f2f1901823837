//! How a query names what is wanted of the log.

use std::str::FromStr;

use domain::{Actor, Kind, UserId};
use serde::Deserialize;

/// The most kinds that one query names.
const KINDS_MAX: usize = 20;

/// Kinds, with commas in between.
#[derive(Debug, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct Kinds(pub(super) Vec<Kind>);

/// Who did it: a user, or Tayang.
#[derive(Debug, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct By(pub(super) Actor);

impl TryFrom<String> for Kinds {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let unknown = |_| "must be kinds such as post.created, with commas in between".to_owned();
        let kinds = text.split(',').map(Kind::from_str);
        let kinds: Vec<_> = kinds.collect::<Result<_, _>>().map_err(unknown)?;
        if kinds.len() > KINDS_MAX {
            return Err(format!("must be at most {KINDS_MAX} kinds"));
        }
        Ok(Self(kinds))
    }
}

impl TryFrom<String> for By {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        if text == "system" {
            return Ok(Self(Actor::System));
        }
        let user: UserId = text
            .parse()
            .map_err(|_| "must be the id of a user, or system".to_owned())?;
        Ok(Self(Actor::User(user)))
    }
}
