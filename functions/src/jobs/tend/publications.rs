//! The publications of an account, brought in line with what became of it.

use anyhow::{Result, bail};
use app::App;
use domain::{Account, Entry, PostId, Publication, PublicationId};
use store::Recording;

/// How many publications are read at once.
const PAGE: usize = 100;
/// How often one is tried that changes under our hands.
const TRIES: u8 = 5;

/// What becomes of publications that may yet go out.
#[derive(Clone, Copy, Debug)]
pub(super) enum Turn {
    /// They wait for the account.
    Block,
    /// They wait for their time again.
    Resume,
    /// They will not go out.
    Cancel,
}

const REASON_BLOCKED: &str = "the account must be connected again";
const REASON_CANCELLED: &str = "the account was disconnected";

impl Turn {
    fn of(self, publication: &Publication, app: &App) -> Option<Publication> {
        match self {
            Self::Block => publication.blocked(REASON_BLOCKED),
            Self::Resume => publication.resumed(app.now()),
            Self::Cancel => publication.cancelled(),
        }
    }

    fn reason(self) -> Option<String> {
        match self {
            Self::Block | Self::Resume => None,
            Self::Cancel => Some(REASON_CANCELLED.to_owned()),
        }
    }
}

/// Turns every publication of the account that may yet go out. What is armed ends by itself.
pub(super) async fn turn(app: &App, account: &Account, turn: Turn) -> Result<()> {
    let mut after = None;
    loop {
        let page = app.store.open_publications(account.id, after, PAGE).await?;
        after = page.last().copied();
        for (post, publication) in &page {
            one(app, *post, *publication, turn).await?;
        }
        if page.len() < PAGE {
            return Ok(());
        }
    }
}

/// Turns one publication.
pub(super) async fn one(app: &App, post: PostId, id: PublicationId, turn: Turn) -> Result<()> {
    for _ in 0..TRIES {
        let Some(before) = app.store.publication(post, id).await? else {
            return Ok(());
        };
        let Some(after) = turn.of(&before, app) else {
            return Ok(());
        };
        let recording = Recording {
            before: &before,
            after: &after,
            reason: turn.reason(),
            tried: false,
            entry: Entry::system(app.new_id()),
            now: app.now(),
        };
        match app.store.record(&recording).await {
            Ok(()) => return Ok(()),
            Err(store::Error::Stale) => {}
            Err(error) => return Err(error.into()),
        }
    }
    bail!("the publication {id} changes too often")
}
