//! Whether the chain holds: every number once, every hash right, nothing left out at the end.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{self, Write};

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use crate::read::{Head, Log};

/// What stands where the first entry names the one before it.
const BEGINNING: &str = "0000000000000000000000000000000000000000000000000000000000000000";
/// By then an entry has its place in the chain.
const SEALED_WITHIN: SignedDuration = SignedDuration::from_mins(10);
/// What of an entry is not hashed: the hashes.
const HASHES: [&str; 2] = ["previous_hash", "hash"];

/// What is known of a chain that holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holds {
    /// How many entries are in it.
    pub entries: u64,
    /// The hash of the last one: who keeps it can tell later that nothing up to here was changed.
    pub hash: String,
    /// How many entries of the last minutes have no place in it yet.
    pub waiting: usize,
}

/// The first thing that is wrong with a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// The entry, if it is there.
    pub id: Option<String>,
    /// Its number, if it has one.
    pub sequence: Option<u64>,
    /// What is wrong.
    pub why: String,
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the chain is broken at ")?;
        match (self.sequence, &self.id) {
            (Some(sequence), Some(id)) => write!(f, "entry {sequence}, {id}")?,
            (Some(sequence), None) => write!(f, "entry {sequence}")?,
            (None, Some(id)) => write!(f, "{id}")?,
            (None, None) => f.write_str("its end")?,
        }
        write!(f, ": {}", self.why)
    }
}

/// Sees whether the chain of a log holds. `known` is the end that it had at some time before, if anybody kept that.
pub fn verify(log: &Log, known: Option<&Head>, now: Timestamp) -> Result<Holds, Broken> {
    let chain = numbered(log)?;
    let mut hash = BEGINNING.to_owned();
    // Entries beyond the end were sealed while the log was read.
    for sequence in 1..=log.head.sequence {
        let Some(entry) = chain.get(&sequence) else {
            return Err(missing(sequence));
        };
        hash = follows(entry, sequence, &hash)?;
        if let Some(known) = known.filter(|known| known.sequence == sequence)
            && known.hash != hash
        {
            return Err(broken(entry, "its hash was another one before"));
        }
    }
    if hash != log.head.hash {
        return Err(at_the_end("the log says that the last hash is another one"));
    }
    if known.is_some_and(|known| known.sequence > log.head.sequence) {
        return Err(at_the_end("there were more entries before"));
    }
    let unsealed: Vec<_> = log
        .entries
        .iter()
        .filter(|entry| !entry.contains_key("sequence"))
        .collect();
    for entry in &unsealed {
        let at = text(entry, "at").and_then(|at| at.parse::<Timestamp>().ok());
        if at.is_none_or(|at| now.duration_since(at) > SEALED_WITHIN) {
            return Err(broken(
                entry,
                "it has no place in the chain, though it is not of the last minutes",
            ));
        }
    }
    Ok(Holds {
        entries: log.head.sequence,
        hash,
        waiting: unsealed.len(),
    })
}

/// The entries by their numbers.
fn numbered(log: &Log) -> Result<BTreeMap<u64, &Map<String, Value>>, Broken> {
    let (mut chain, mut ids) = (BTreeMap::new(), BTreeSet::new());
    for entry in &log.entries {
        if !ids.insert(text(entry, "id")) {
            return Err(broken(entry, "its id is there twice"));
        }
        if text(entry, "team_id") != Some(log.team.as_str()) {
            return Err(broken(entry, "it is not of this team"));
        }
        let Some(sequence) = entry.get("sequence") else {
            continue;
        };
        let Some(sequence) = sequence.as_u64() else {
            return Err(broken(entry, "its number is none"));
        };
        if chain.insert(sequence, entry).is_some() {
            return Err(broken(entry, "another entry has the same number"));
        }
    }
    Ok(chain)
}

/// The hash of an entry that comes after one with the hash `previous`.
fn follows(entry: &Map<String, Value>, sequence: u64, previous: &str) -> Result<String, Broken> {
    if sequence == 0 {
        return Err(broken(entry, "the first number is 1"));
    }
    if text(entry, "previous_hash") != Some(previous) {
        return Err(broken(
            entry,
            "it names another hash of the entry before it",
        ));
    }
    let hash = hash(entry, previous);
    if text(entry, "hash") != Some(hash.as_str()) {
        return Err(broken(entry, "it is not what was sealed"));
    }
    Ok(hash)
}

/// The hash of an entry, by what is shown of it and the hash of the entry before it.
pub fn hash(entry: &Map<String, Value>, previous: &str) -> String {
    let mut shown = entry.clone();
    shown.retain(|name, _| !HASHES.contains(&name.as_str()));
    let mut spelling = previous.to_owned();
    spell(&Value::Object(shown), &mut spelling);
    let digest = Sha256::digest(spelling);
    digest.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// JSON without spaces and with its names in order (RFC 8785, as far as entries need it).
fn spell(value: &Value, spelling: &mut String) {
    let separate = |n: usize, spelling: &mut String| {
        if n > 0 {
            spelling.push(',');
        }
    };
    match value {
        Value::Object(fields) => {
            let fields: BTreeMap<_, _> = fields.iter().collect();
            spelling.push('{');
            for (n, (name, value)) in fields.into_iter().enumerate() {
                separate(n, spelling);
                let _ = write!(spelling, "{}:", Value::from(name.as_str()));
                spell(value, spelling);
            }
            spelling.push('}');
        }
        Value::Array(values) => {
            spelling.push('[');
            for (n, value) in values.iter().enumerate() {
                separate(n, spelling);
                spell(value, spelling);
            }
            spelling.push(']');
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            let _ = write!(spelling, "{value}");
        }
    }
}

fn text<'a>(entry: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    entry.get(name).and_then(Value::as_str)
}

fn broken(entry: &Map<String, Value>, why: &str) -> Broken {
    Broken {
        id: text(entry, "id").map(str::to_owned),
        sequence: entry.get("sequence").and_then(Value::as_u64),
        why: why.to_owned(),
    }
}

fn missing(sequence: u64) -> Broken {
    Broken {
        id: None,
        sequence: Some(sequence),
        why: "it is missing".to_owned(),
    }
}

fn at_the_end(why: &str) -> Broken {
    Broken {
        id: None,
        sequence: None,
        why: why.to_owned(),
    }
}

#[cfg(test)]
mod tests;
