//! GET /todos — what waits for you

use app::lambda::Function;
use app::respond::Page;
use app::{App, Request, Response, Result, respond};
use domain::{Account, Invitation, Permission, Team};
use serde::Serialize;
use utoipa::ToSchema;

/// The deployed function.
pub const FUNCTION: Function =
    Function::endpoint("todos-list", |app, request| Box::pin(handle(app, request)));

/// How many teams are looked at, and how much of each kind of each.
const TEAMS: usize = 50;
const OF_EACH: usize = 50;

/// Something that waits for you.
#[derive(Debug, Serialize, ToSchema)]
pub struct TodoView {
    /// `reconnect_account`: connect an account again, what is scheduled for it waits. `answer_invitation`: accept or decline.
    #[schema(example = "reconnect_account")]
    pub kind: &'static str,
    /// The team.
    pub team_id: String,
    /// Its name.
    pub team_name: String,
    /// The account.
    pub account_id: Option<String>,
    /// The invitation.
    pub invitation_id: Option<String>,
    /// What it is about, in a sentence.
    #[schema(example = "Connect @ana@mastodon.social on Mastodon again: the token was revoked")]
    pub summary: String,
    /// Since when it waits (RFC 3339).
    #[schema(format = "date-time")]
    pub since: String,
}

/// Lists what waits for you, in all your teams: accounts to connect again, and invitations to answer.
#[utoipa::path(get, path = "/todos", tag = "me", operation_id = "todos-list", security(("access_token" = [])),
    responses((status = 200, description = "What waits for you", body = inline(crate::system::openapi::PageOf<TodoView>))))]
pub async fn handle(app: &App, request: Request) -> Result<Response> {
    let user = app.authenticate(&request).await?.user;

    let (teams, invitations) = futures::try_join!(
        app.store.teams_of(user.id, None, TEAMS),
        app.store.invitations_for(&user.email, OF_EACH)
    )?;
    let managed = teams
        .iter()
        .filter(|both| both.member.role.may(Permission::ManageTeam));
    let accounts = managed.map(|both| async {
        let accounts = app.store.todos(both.team.id, OF_EACH).await?;
        let todo = |account: &Account| reconnect(&both.team, account);
        Ok::<_, app::Error>(accounts.iter().map(todo).collect::<Vec<_>>())
    });
    let open = invitations
        .iter()
        .filter(|invitation| invitation.is_open_to(&user, app.now()));
    let answers = open.map(|invitation| async {
        let team = app.store.team(invitation.team).await?;
        Ok(team.map(|team| answer(&team, invitation)))
    });
    let (accounts, answers) = futures::try_join!(
        futures::future::try_join_all(accounts),
        futures::future::try_join_all(answers)
    )?;

    let items = accounts.into_iter().flatten();
    respond::ok(&Page {
        items: items.chain(answers.into_iter().flatten()).collect(),
        next_cursor: None,
    })
}

fn reconnect(team: &Team, account: &Account) -> TodoView {
    let why = account.problem.as_ref();
    TodoView {
        kind: "reconnect_account",
        team_id: team.id.to_string(),
        team_name: team.name.to_string(),
        account_id: Some(account.id.to_string()),
        invitation_id: None,
        summary: format!(
            "Connect {} on {} again{}",
            account.handle,
            account.platform.title(),
            why.map_or_else(String::new, |why| format!(": {why}"))
        ),
        since: account.chore_at.to_string(),
    }
}

fn answer(team: &Team, invitation: &Invitation) -> TodoView {
    TodoView {
        kind: "answer_invitation",
        team_id: team.id.to_string(),
        team_name: team.name.to_string(),
        account_id: None,
        invitation_id: Some(invitation.id.to_string()),
        summary: format!("Join {} as {}", team.name, invitation.role),
        since: invitation.sent_at.to_string(),
    }
}
