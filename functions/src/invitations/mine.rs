//! GET /invitations — the teams that invite you

use app::lambda::Function;
use app::respond::Page;
use app::{App, Request, Response, Result, respond};

use super::view::MyInvitationView;

/// The deployed function.
pub const FUNCTION: Function = Function::endpoint("invitations-mine", |app, request| {
    Box::pin(handle(app, request))
});

/// The most that are shown: whoever has more open ones answers some of them first.
const MOST: usize = 50;

/// Lists the invitations to your address that you can accept, oldest first, 50 at most.
#[utoipa::path(get, path = "/invitations", tag = "members", operation_id = "invitations-mine", security(("access_token" = [])),
    responses((status = 200, description = "Your invitations", body = inline(crate::system::openapi::PageOf<MyInvitationView>))))]
pub async fn handle(app: &App, request: Request) -> Result<Response> {
    let user = app.authenticate(&request).await?.user;

    let invitations = app.store.invitations_for(&user.email, MOST).await?;
    let open = invitations
        .iter()
        .filter(|invitation| invitation.is_open_to(&user, app.now()));
    let with_team = open.map(|invitation| async move {
        let team = app.store.team(invitation.team).await?;
        Ok::<_, app::Error>(team.map(|team| MyInvitationView::new(invitation, &team)))
    });
    let items = futures::future::try_join_all(with_team).await?;

    respond::ok(&Page {
        items: items.into_iter().flatten().collect(),
        next_cursor: None,
    })
}
