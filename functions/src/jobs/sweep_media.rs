//! Once a day: deletes the files that no post uses

use anyhow::Result;
use app::App;
use app::lambda::Function;
use app::media::{checked_key, quarantine_key};
use domain::PostId;
use domain::media::{Media, MediaState, UNUSED_LIFETIME};
use futures::{StreamExt, TryStreamExt, stream};
use serde_json::{Value, json};
use store::keys::SHARDS;
use store::{Look, MediaUse};

/// The deployed function.
pub const FUNCTION: Function = Function::job("jobs-sweep-media", |app, event| {
    Box::pin(handle(app, event))
});

const PAGE: usize = 100;
/// The most files of one shard that a run looks at; the next one goes on.
const MOST: usize = 5_000;
/// How many are looked at at once.
const CONCURRENCY: usize = 16;

/// Looks at every file whose time has come. Each that is used is looked at again a day later.
pub async fn handle(app: &App, _: Value) -> Result<Value> {
    let (mut looked, mut deleted) = (0, 0);
    for shard in 0..SHARDS {
        let mut of_shard = 0;
        while of_shard < MOST {
            let looks = app.store.media_looks(shard, app.now(), PAGE).await?;
            let ones: Vec<_> = looks.iter().map(|look| one(app, look)).collect();
            let gone: Vec<bool> = stream::iter(ones)
                .buffer_unordered(CONCURRENCY)
                .try_collect()
                .await?;
            deleted += gone.iter().filter(|gone| **gone).count();
            of_shard += looks.len();
            if looks.len() < PAGE {
                break;
            }
        }
        looked += of_shard;
    }
    tracing::info!(looked, deleted, "files were looked at");
    Ok(json!({ "looked": looked, "deleted": deleted }))
}

/// Whether the file was deleted.
async fn one(app: &App, look: &Look) -> Result<bool> {
    let Some(used) = app.store.media_use(look.media).await? else {
        app.store.look_no_more(look).await?;
        return Ok(false);
    };
    if !used.is_discarded && !is_unused(app, &used).await? {
        let later = app.now() + UNUSED_LIFETIME;
        app.store.look_later(look, later).await?;
        return Ok(false);
    }
    if !used.is_discarded {
        match app.store.discard_media(&used, app.now()).await {
            Ok(()) => {}
            // A post named it, or it was checked, since it was read: the look stays where it is, and the next run finds it.
            Err(store::Error::Stale) => return later(app, look).await,
            Err(error) => return Err(error.into()),
        }
    }
    delete_bytes(app, &used.media).await?;
    match app.store.remove_media(&used.media, Some(look)).await {
        Ok(()) => Ok(true),
        // It was of a deleted team, and is gone already.
        Err(store::Error::Stale) => {
            app.store.look_no_more(look).await?;
            Ok(false)
        }
        Err(error) => Err(error.into()),
    }
}

/// Whether no post that is there names the file, and none can be about to: whoever does notes it before writing the post.
async fn is_unused(app: &App, used: &MediaUse) -> Result<bool> {
    let since = used.used_at.unwrap_or(used.media.created_at);
    if app.now() < since + UNUSED_LIFETIME {
        return Ok(false);
    }
    let mut gone: Vec<PostId> = Vec::new();
    for post in &used.posts {
        let record = app.store.post(*post).await?;
        if record.is_some_and(|record| record.post.content.media().contains(&used.media.id)) {
            // The list is kept short where a file goes out again and again.
            match app.store.forget_posts(used, &gone).await {
                Ok(()) | Err(store::Error::Stale) => return Ok(false),
                Err(error) => return Err(error.into()),
            }
        }
        gone.push(*post);
    }
    Ok(true)
}

async fn later(app: &App, look: &Look) -> Result<bool> {
    let later = app.now() + UNUSED_LIFETIME;
    app.store.look_later(look, later).await?;
    Ok(false)
}

/// Deletes what S3 has of a file that was discarded.
pub(super) async fn delete_bytes(app: &App, media: &Media) -> Result<()> {
    let bucket = app.bucket();
    bucket.delete(&quarantine_key(media.team, media.id)).await?;
    if let MediaState::Ready(findings) = &media.state {
        let key = checked_key(media.team, media.id, &findings.fingerprint);
        bucket.delete(&key).await?;
    }
    Ok(())
}
