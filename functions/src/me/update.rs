//! PATCH /me — change name, language or time zone

use app::lambda::Function;
use app::{App, Request, RequestExt, Response, Result, respond};
use domain::{Kind, Locale, PersonName, User, Zone};
use serde::Deserialize;
use utoipa::ToSchema;

use super::view::MeView;
use crate::auth::record;

/// The deployed function.
pub const FUNCTION: Function =
    Function::endpoint("me-update", |app, request| Box::pin(handle(app, request)));

/// What changes; the rest stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateMe {
    /// The name that others see.
    #[schema(value_type = Option<String>, max_length = 80, example = "Ana")]
    name: Option<PersonName>,
    /// The language of mails: `en` or `id`.
    #[schema(value_type = Option<String>, example = "id")]
    locale: Option<Locale>,
    /// The time zone (IANA).
    #[schema(value_type = Option<String>, example = "Asia/Jakarta")]
    time_zone: Option<Zone>,
}

/// Changes the profile.
#[utoipa::path(patch, path = "/me", tag = "me", operation_id = "me-update", request_body = UpdateMe, security(("access_token" = [])),
    responses((status = 200, description = "The person", body = MeView)))]
pub async fn handle(app: &App, request: Request) -> Result<Response> {
    let caller = app.authenticate(&request).await?;
    let UpdateMe {
        name,
        locale,
        time_zone,
    } = request.json()?;

    let before = caller.user;
    let after = User {
        name: name.unwrap_or_else(|| before.name.clone()),
        locale: locale.unwrap_or(before.locale),
        zone: time_zone.unwrap_or_else(|| before.zone.clone()),
        ..before.clone()
    };
    if after != before {
        let entry = record::by_user(app, &request, before.id, Kind::UserChanged)?;
        app.store.change_user(&before, &after, &[entry]).await?;
    }

    let identities = app.store.identities(after.id).await?;
    respond::ok(&MeView::new(&after, &identities))
}
