//! What Tayang does to a post by itself, at a time.

use anyhow::{Result, bail};
use app::App;
use domain::post::Scene;
use domain::{Entry, PostId};
use jiff::SignedDuration;
use store::{Chore, Guard};

/// How often a post is tried that changes under our hands.
const TRIES: u8 = 5;
/// How early a message may come: queues delay by whole seconds.
const EARLY: SignedDuration = SignedDuration::from_secs(5);

/// Does what is due, if the post still says so.
pub(super) async fn tend(app: &App, chore: &Chore, id: PostId) -> Result<()> {
    if chore.at <= app.now() + EARLY {
        app.clock().sleep_until(chore.at).await;
    }
    for _ in 0..TRIES {
        if once(app, chore, id).await? {
            return Ok(());
        }
    }
    bail!("the post {id} changes too often")
}

/// Whether it is done, or somebody changed the post at this moment.
async fn once(app: &App, chore: &Chore, id: PostId) -> Result<bool> {
    let Some(record) = app.store.post(id).await? else {
        app.store.move_chore(chore, None).await?;
        return Ok(true);
    };
    if record.post.chore_at != Some(chore.at) {
        app.store.move_chore(chore, None).await?;
        return Ok(true);
    }
    let (team, accounts) = futures::try_join!(
        app.store.team(chore.team),
        app.store.accounts_named(chore.team, &record.post.accounts)
    )?;
    // A deleted team is cleared away by its own chore.
    let Some(team) = team else { return Ok(true) };
    let scene = Scene {
        settings: &team.settings,
        accounts: &accounts,
        publications: &record.publications,
    };
    let entry = Entry::system(app.new_id());
    let new_id = || app.new_id();
    let Some(change) = record.post.tend(&scene, new_id, entry, app.now()) else {
        return Ok(true);
    };
    match app.store.save_post(&change, &Guard::default()).await {
        Ok(()) => Ok(true),
        Err(store::Error::Stale) => Ok(false),
        Err(error) => Err(error.into()),
    }
}
