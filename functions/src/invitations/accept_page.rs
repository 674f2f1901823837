//! GET /accept-invitation — the page that the link of an invitation opens; its button accepts it

use app::auth::links::{self, Purpose};
use app::lambda::Function;
use app::{App, Request, RequestExt, Response, Result};
use askama::Template;
use domain::{Invitation, InvitationId, Locale, Provider};
use http::StatusCode;
use serde::Deserialize;
use strum::IntoEnumIterator;
use utoipa::IntoParams;

use crate::pages;
use crate::pages::words::{Invited, Words};

/// The deployed function.
pub const FUNCTION: Function = Function::endpoint("invitations-accept-page", |app, request| {
    Box::pin(handle(app, request))
});

/// What the link says.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Link {
    /// The token to accept with.
    token: String,
    /// The language, `en` or `id`; without it, the one that the browser asks for.
    #[param(value_type = Option<String>, example = "en")]
    locale: Option<Locale>,
}

#[derive(Template)]
#[template(path = "pages/accept_invitation.html")]
struct Page<'a> {
    locale: Locale,
    words: Words,
    token: &'a str,
    invited: Option<Invited>,
    providers: Vec<Provider>,
}

/// Shows who invites, and a button. Following the link alone changes nothing, because mail scanners follow links too.
#[utoipa::path(get, path = "/accept-invitation", tag = "members", operation_id = "invitations-accept-page", params(Link),
    responses((status = 200, description = "A page for people", content_type = "text/html", body = String)))]
pub async fn handle(app: &App, request: Request) -> Result<Response> {
    let Link { token, locale } = request.query()?;
    let locale = locale.unwrap_or_else(|| request.locale());
    let id = links::verify(&app.link_key().await?, Purpose::AcceptInvitation, &token);
    let invited = match id {
        Some(id) => Box::pin(invited(app, id, locale)).await?,
        None => None,
    };
    let page = Page {
        locale,
        words: pages::words(locale),
        token: &token,
        invited,
        providers: Provider::iter()
            .filter(|provider| is_set_up(app, *provider))
            .collect(),
    };
    pages::html(StatusCode::OK, &page)
}

/// Who invites whom to what, while the invitation is open.
async fn invited(app: &App, id: InvitationId, locale: Locale) -> Result<Option<Invited>> {
    let invitation = app.store.invitation(id).await?;
    let is_open = |invitation: &Invitation| app.now() < invitation.expires_at;
    let Some(invitation) = invitation.filter(is_open) else {
        return Ok(None);
    };
    let (team, inviter, owner) = futures::try_join!(
        app.store.team(invitation.team),
        app.store.user(invitation.invited_by),
        app.store.email_owner(&invitation.email)
    )?;
    Ok(team.map(|team| {
        let inviter = inviter.map(|user| user.name.to_string());
        let what = (team.name.as_str(), inviter.as_deref(), invitation.role);
        pages::invited(locale, what, &invitation.email, owner.is_some())
    }))
}

/// Whether people can sign up at a provider here.
fn is_set_up(app: &App, provider: Provider) -> bool {
    match provider {
        Provider::Google => app.config.google_client_id.is_some(),
        Provider::Facebook => app.config.facebook_client_id.is_some(),
    }
}
