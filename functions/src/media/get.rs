//! GET /media/{mediaId} — a file: whether it may be used, and where it can be read

use app::lambda::Function;
use app::{App, Error, Request, RequestExt, Response, Result, respond};
use domain::{MediaId, Permission};

use super::view::MediaView;

/// The deployed function.
pub const FUNCTION: Function =
    Function::endpoint("media-get", |app, request| Box::pin(handle(app, request)));

/// Shows a file. Once it is ready the address at which it can be read for a quarter of an hour is a part of the answer.
#[utoipa::path(get, path = "/media/{mediaId}", tag = "media", operation_id = "media-get", params(("mediaId" = String, Path, description = "The file")), security(("access_token" = [])),
    responses((status = 200, description = "The file", body = MediaView)))]
pub async fn handle(app: &App, request: Request) -> Result<Response> {
    let caller = app.authenticate(&request).await?;
    let id: MediaId = request.path("mediaId")?;
    let missing = || Error::NotFound("{mediaId}".into());

    let media = app.store.media(id).await?.ok_or_else(missing)?;
    let member = app.store.member(media.team, caller.user.id).await?;
    member.ok_or_else(missing)?.require(Permission::Read)?;

    respond::ok(&MediaView::new(app, &media)?)
}
