//! Clearing away a deleted team: its members first, so that nobody adds anything, then all that hangs on it, its own row last.

use anyhow::Result;
use app::App;
use domain::publication::State;
use domain::{AccountStatus, Entry, TeamId};
use jiff::SignedDuration;
use store::{Chore, PostRecord};

use super::publications::{self, Turn};

/// How much is read at once.
const PAGE: usize = 50;
/// When what could not be cleared away yet is looked at again.
const AGAIN: SignedDuration = SignedDuration::from_secs(60);
/// How many pages one run does; the next one goes on.
const PAGES: usize = 20;

/// Clears away what there is. The team's own row goes when a look finds nothing more: the index of posts follows the table with a delay.
pub(super) async fn clear(app: &App, chore: &Chore) -> Result<()> {
    let team = chore.team;
    let mut found = members(app, team).await?;
    found += invitations(app, team).await?;
    found += accounts(app, team).await?;
    found += posts(app, team).await?;
    if found == 0 {
        // Not before: a publication that was armed may still be reading one.
        found += super::media::clear(app, team).await?;
    }
    let done = if found == 0 {
        app.store.remove_team(chore).await
    } else {
        app.store.move_chore(chore, Some(app.now() + AGAIN)).await
    };
    match done {
        Ok(()) | Err(store::Error::Stale) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

async fn members(app: &App, team: TeamId) -> Result<usize> {
    let mut found = 0;
    for _ in 0..PAGES {
        let members = app.store.members(team, None, PAGE).await?;
        app.store.remove_members(&members).await?;
        found += members.len();
        if members.len() < PAGE {
            break;
        }
    }
    Ok(found)
}

async fn invitations(app: &App, team: TeamId) -> Result<usize> {
    let invitations = app.store.invitations_of_team(team, None, PAGE).await?;
    for invitation in &invitations {
        app.store.remove_invitation(invitation).await?;
    }
    Ok(invitations.len())
}

/// Disconnects the accounts. Each has a chore of its own then, and is there until that is done.
async fn accounts(app: &App, team: TeamId) -> Result<usize> {
    let (mut found, mut after) = (0, None);
    loop {
        let accounts = app.store.every_account(team, after, PAGE).await?;
        for account in &accounts {
            if account.status == AccountStatus::Disconnected {
                continue;
            }
            let gone = account.dissolved(Entry::system(app.new_id()), app.now());
            match app.store.disconnect_account(account, &gone, None).await {
                // Changed at this moment: the next look finds it again.
                Ok(()) | Err(store::Error::Stale) => {}
                Err(error) => return Err(error.into()),
            }
        }
        found += accounts.len();
        after = accounts.last().map(|account| account.id);
        if accounts.len() < PAGE {
            return Ok(found);
        }
    }
}

/// Cancels what may yet go out and removes the posts, but not under the hands of a worker who has armed a publication.
async fn posts(app: &App, team: TeamId) -> Result<usize> {
    let (mut found, mut behind) = (0, None);
    for _ in 0..PAGES {
        let listed = app.store.posts_of_team(team, behind, PAGE).await?;
        for post in &listed.posts {
            let Some(record) = app.store.post(post.id).await? else {
                continue;
            };
            for publication in &record.publications {
                publications::one(app, post.id, publication.id, Turn::Cancel).await?;
            }
            if let Some(record) = app.store.post(post.id).await?
                && !is_armed(&record)
            {
                app.store.remove_post(&record).await?;
            }
        }
        found += listed.posts.len();
        behind = listed.next;
        if behind.is_none() {
            break;
        }
    }
    Ok(found)
}

fn is_armed(record: &PostRecord) -> bool {
    let armed = |state: &State| matches!(state, State::Armed { .. });
    let mut publications = record.publications.iter();
    publications.any(|publication| armed(&publication.state))
}
