//! Checks each file that was uploaded, and moves what is left of it out of quarantine

mod large;

use anyhow::Result;
use app::App;
use app::lambda::Function;
use app::media::{Bucket, Head, checked_key, quarantine_key, quarantined};
use domain::media::{Findings, Media, MediaState, MediaType};
use domain::{ContentHash, MediaId, TeamId};
use media::film::Container;
use media::{Cleaned, Picture, Refused, Shape};
use serde::Deserialize;
use serde_json::{Value, json};

/// The deployed function.
pub const FUNCTION: Function = Function::job("jobs-inspect-media", |app, event| {
    Box::pin(handle(app, event))
});

/// What S3 tells of new files, as far as it is looked at. What they are called stands in `quarantined`.
#[derive(Debug, Deserialize)]
struct Event {
    #[serde(rename = "Records")]
    records: Vec<Record>,
}

#[derive(Debug, Deserialize)]
struct Record {
    s3: Stored,
}

#[derive(Debug, Deserialize)]
struct Stored {
    object: Object,
}

#[derive(Debug, Deserialize)]
struct Object {
    key: String,
}

/// What became of a file: nothing, when it was gone before it was read to its end.
type Verdict = Option<Result<Findings, Refused>>;

/// Looks into the files. An event may come twice, and a file may be uploaded twice: the first verdict counts.
pub async fn handle(app: &App, event: Value) -> Result<Value> {
    let event: Event = serde_json::from_value(event)?;
    let mut checked = 0;
    for record in event.records {
        if let Some((team, id)) = quarantined(&record.s3.object.key) {
            checked += u32::from(one(app, team, id).await?);
        }
    }
    Ok(json!({ "checked": checked }))
}

/// Whether a verdict was reached.
async fn one(app: &App, team: TeamId, id: MediaId) -> Result<bool> {
    let key = quarantine_key(team, id);
    let Some(media) = awaited(app, team, id).await? else {
        app.bucket().delete(&key).await?;
        return Ok(false);
    };
    let verdict = match inspect(&app.bucket(), &media, &key).await {
        // Another run may have reached its verdict meanwhile, and deleted what this one was reading.
        Err(_) | Ok(None) if awaited(app, team, id).await?.is_none() => return Ok(false),
        verdict => verdict?,
    };
    let Some(verdict) = verdict else {
        return Ok(false);
    };
    let state = match verdict {
        Ok(findings) => MediaState::Ready(findings),
        Err(Refused(reason)) => MediaState::Refused { reason },
    };
    settle(app, &media, &state).await?;
    app.bucket().delete(&key).await?;
    Ok(true)
}

/// The file, if nothing is known of it yet.
async fn awaited(app: &App, team: TeamId, id: MediaId) -> Result<Option<Media>> {
    let found = app.store.media(id).await?;
    Ok(found.filter(|found| found.team == team && found.state == MediaState::Awaited))
}

/// Keeps the verdict. When another one was kept before, what this one wrote goes, unless it is the same.
async fn settle(app: &App, media: &Media, state: &MediaState) -> Result<()> {
    match app.store.settle_media(media, state).await {
        Ok(()) => return Ok(()),
        Err(store::Error::Stale) => {}
        Err(error) => return Err(error.into()),
    }
    let kept = app.store.media(media.id).await?;
    if let MediaState::Ready(findings) = state
        && kept.is_none_or(|kept| kept.state != *state)
    {
        let key = checked_key(media.team, media.id, &findings.fingerprint);
        app.bucket().delete(&key).await?;
    }
    Ok(())
}

async fn inspect(bucket: &Bucket<'_>, media: &Media, key: &str) -> Result<Verdict> {
    let Some(head) = bucket.head(key).await? else {
        return Ok(None);
    };
    if head.bytes != media.declared_bytes {
        return Ok(Some(Err(Refused(format!(
            "it has {} bytes, and {} were announced",
            head.bytes, media.declared_bytes
        )))));
    }
    if head.content_type != media.media_type.to_string() {
        return Ok(Some(Err(Refused(
            "it was uploaded as another type than was announced".to_owned(),
        ))));
    }
    let picture = match media.media_type {
        MediaType::Jpeg => Picture::Jpeg,
        MediaType::Png => Picture::Png,
        MediaType::WebP => Picture::WebP,
        MediaType::Gif => Picture::Gif,
        MediaType::Mp4 => return large::film(bucket, media, key, &head, Container::Mp4).await,
        MediaType::QuickTime => {
            return large::film(bucket, media, key, &head, Container::QuickTime).await;
        }
        MediaType::Pdf => return large::document(bucket, media, key, &head).await,
    };
    small(bucket, media, key, &head, picture).await
}

/// A picture is read as a whole and written anew.
async fn small(
    bucket: &Bucket<'_>,
    media: &Media,
    key: &str,
    head: &Head,
    picture: Picture,
) -> Result<Verdict> {
    let Some(file) = bucket.read(key, 0..head.bytes, &head.etag).await? else {
        return Ok(None);
    };
    let Cleaned { bytes, shape } = match media::clean(picture, &file) {
        Ok(cleaned) => cleaned,
        Err(refused) => return Ok(Some(Err(refused))),
    };
    drop(file);
    let findings = findings(ContentHash::of(&bytes), bytes.len() as u64, shape);
    let to = checked_key(media.team, media.id, &findings.fingerprint);
    let kind = media.media_type.to_string();
    bucket.write(&to, &kind, bytes).await?;
    Ok(Some(Ok(findings)))
}

fn findings(fingerprint: ContentHash, bytes: u64, shape: Shape) -> Findings {
    Findings {
        fingerprint,
        bytes,
        width: shape.width,
        height: shape.height,
        duration_ms: shape.duration_ms,
    }
}
