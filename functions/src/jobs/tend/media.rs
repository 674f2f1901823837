//! Clearing away the files of a deleted team.

use anyhow::Result;
use app::App;
use domain::TeamId;

use super::super::sweep_media::delete_bytes;

const PAGE: usize = 50;
/// How many pages one run does; the next one goes on.
const PAGES: usize = 20;

/// Deletes the files of a team of which there is nothing else any more. Says how many there were.
pub(super) async fn clear(app: &App, team: TeamId) -> Result<usize> {
    let (mut found, mut after) = (0, None);
    for _ in 0..PAGES {
        let ids = app.store.media_of_team(team, after, PAGE).await?;
        for id in &ids {
            let Some(used) = app.store.media_use(*id).await? else {
                continue;
            };
            if !used.is_discarded {
                match app.store.discard_media(&used, app.now()).await {
                    Ok(()) => {}
                    // It was checked at this moment: the next look finds it again.
                    Err(store::Error::Stale) => continue,
                    Err(error) => return Err(error.into()),
                }
            }
            delete_bytes(app, &used.media).await?;
            match app.store.remove_media(&used.media, None).await {
                Ok(()) | Err(store::Error::Stale) => {}
                Err(error) => return Err(error.into()),
            }
        }
        found += ids.len();
        after = ids.last().copied();
        if ids.len() < PAGE {
            break;
        }
    }
    if found == 0 {
        app.store.remove_media_count(team).await?;
    }
    Ok(found)
}
