//! Reads a team's activity log over HTTP, as anybody in the team can, and sees whether its chain of hashes holds.
//!
//! It uses no other crate of this repository: what it says rests on the answers of the API and on docs/activity.md alone.

mod chain;
mod export;
mod read;

pub use chain::{Broken, Holds, hash, verify};
pub use export::{csv, jsonl};
pub use read::{Head, Log, read};
