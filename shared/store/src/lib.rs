//! DynamoDB: one concrete store over the AWS SDK. Each write is one conditional request, each transaction all or nothing.

mod accounts;
mod activity;
mod chain;
mod chores;
mod credentials;
mod error;
mod identities;
mod invitations;
mod item;
pub mod keys;
mod log;
mod media;
mod posts;
mod publishing;
mod rule_check;
mod sessions;
mod signing_keys;
mod teams;
mod throttle;
mod transaction;
mod trips;
mod users;
mod vault;

pub use activity::Logged;
pub use activity::TYPE as ACTIVITY_TYPE;
pub use chores::{About, Chore, TYPE as CHORE_TYPE};
pub use error::{Error, Result};
pub use identities::OtherWay;
pub use log::{LogPage, Wanted};
pub use media::{Look, MediaUse};
pub use posts::{Attempt, Edition, Guard, History, Listed, Order, PostRecord, Range, Sort};
pub use publishing::DUE as DUE_TYPE;
pub use publishing::{DueRow, NotArmed, Recording};
pub use rule_check::{RuleCheck, Waiting};
pub use sessions::SignIn;
pub use signing_keys::SigningKey;
pub use teams::TeamOfUser;
pub use throttle::{Count, FailureKey, Gate, Record, TryKey};
pub use trips::{Taken, Trip};
pub use users::{Confirmation, NewUser};
pub use vault::{Envelope, Replaced, Wrapped};

/// The tables, and the client that reaches them.
#[derive(Clone, Debug)]
pub struct Store {
    client: aws_sdk_dynamodb::Client,
    table: String,
    vault_table: String,
}

impl Store {
    /// A store over two tables: the main one, and the one of sealed tokens that few functions may read.
    pub fn new(
        client: aws_sdk_dynamodb::Client,
        table: impl Into<String>,
        vault_table: impl Into<String>,
    ) -> Self {
        Self {
            client,
            table: table.into(),
            vault_table: vault_table.into(),
        }
    }
}
