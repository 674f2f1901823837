//! Takes one chore from the queue: looks after an account or a post, or clears away a deleted team

mod account;
mod media;
mod post;
mod publications;
mod team;

use anyhow::Result;
use app::App;
use app::lambda::{self, Function};
use serde_json::Value;
use store::{About, Chore};

pub(crate) use self::account::fail;
use super::message::ChoreDue;

/// The deployed function.
pub const FUNCTION: Function =
    Function::job("jobs-tend", |app, event| Box::pin(handle(app, event)));

/// Works through a batch, which the template keeps at one message.
pub async fn handle(app: &App, event: Value) -> Result<Value> {
    lambda::sqs(app, event, |app, due| Box::pin(tend(app, due))).await
}

/// Looks at how things are, not at what the message says: it may come late, or twice.
async fn tend(app: &App, due: ChoreDue) -> Result<()> {
    let chore = Chore::from(due);
    match chore.about {
        About::Account(id) => account::tend(app, &chore, id).await,
        About::Post(id) => post::tend(app, &chore, id).await,
        About::Team => team::clear(app, &chore).await,
    }
}
