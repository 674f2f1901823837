//! POST /media — announce a file, and get the form to upload it with

use app::lambda::Function;
use app::{App, Error, Request, RequestExt, Response, Result, respond};
use domain::media::{TEAM_FILES, TEAM_QUOTA};
use domain::{Media, MediaType, TeamId};
use serde::Deserialize;
use utoipa::ToSchema;

use super::view::{AnnouncedMediaView, MediaView};

/// The deployed function.
pub const FUNCTION: Function = Function::endpoint("media-create", |app, request| {
    Box::pin(handle(app, request))
});

/// The file to upload.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateMedia {
    /// The team that it belongs to.
    #[schema(value_type = String)]
    team_id: TeamId,
    /// Its media type: `image/jpeg`, `image/png`, `image/webp`, `image/gif`, `video/mp4`, `video/quicktime` or `application/pdf`.
    #[schema(value_type = String, example = "image/jpeg")]
    content_type: MediaType,
    /// Exactly how many bytes it has: at most 20 MiB for a picture, 15 MiB for a GIF, 512 MiB for a video, 100 MiB for a document.
    #[schema(minimum = 1, maximum = 536_870_912)]
    bytes: u64,
}

/// Announces a file. Upload it with the form within fifteen minutes, then ask for it until it is `ready`. What no post uses is deleted
/// after a day.
#[utoipa::path(post, path = "/media", tag = "media", operation_id = "media-create", request_body = CreateMedia, security(("access_token" = [])),
    responses((status = 201, description = "The file, and the form to upload it with", body = AnnouncedMediaView)))]
pub async fn handle(app: &App, request: Request) -> Result<Response> {
    let caller = app.authenticate(&request).await?;
    let CreateMedia {
        team_id,
        content_type,
        bytes,
    } = request.json()?;

    let member = app.store.member(team_id, caller.user.id).await?;
    let member = member.ok_or_else(|| Error::NotFound("/team_id".into()))?;
    let media = Media::announce(app.new_id(), &member, content_type, bytes, app.now())?;
    app.admit_upload(member.user).await?;
    if !app.store.create_media(&media, &member).await? {
        return Err(Error::Conflict(format!(
            "there is no room for it: the files of a team may have {} GiB together, and there may be {TEAM_FILES} of them. What no post uses goes after a day",
            TEAM_QUOTA / (1024 * 1024 * 1024)
        )));
    }

    let view = AnnouncedMediaView {
        upload: app.upload_form(&media)?.into(),
        media: MediaView::new(app, &media)?,
    };
    respond::json(http::StatusCode::CREATED, &view)
}
