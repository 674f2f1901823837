//! GET /todos — what waits for you

use std::collections::BTreeMap;

use app::lambda::Function;
use app::{App, Request, Response, Result, respond};
use domain::{Permission, User};
use futures::future::try_join_all;
use store::TeamOfUser;

use super::view::{TodoView, TodosView};

/// The deployed function.
pub const FUNCTION: Function =
    Function::endpoint("todos-list", |app, request| Box::pin(handle(app, request)));

/// How many teams are looked at, and how much of each kind of each.
const TEAMS: usize = 50;
const OF_EACH: usize = 50;

/// Lists what waits for you, in all your teams, the most urgent first: publications to look at, accounts to connect again, posts to approve
/// or to change, drafts to finish, invitations to answer. The first 50 of each kind of each of your first 50 teams.
#[utoipa::path(get, path = "/todos", tag = "me", operation_id = "todos-list", security(("access_token" = [])),
    responses((status = 200, description = "What waits for you", body = TodosView)))]
pub async fn handle(app: &App, request: Request) -> Result<Response> {
    let user = app.authenticate(&request).await?.user;

    let teams = app.store.teams_of(user.id, None, TEAMS).await?;
    let of_teams = try_join_all(teams.iter().map(|both| of_team(app, both)));
    let (of_teams, answers) = futures::try_join!(of_teams, invitations(app, &user))?;

    let mut items: Vec<_> = of_teams.into_iter().flatten().chain(answers).collect();
    items.sort_by_key(TodoView::urgency);
    let mut counts = BTreeMap::new();
    for item in &items {
        *counts.entry(item.kind.clone()).or_default() += 1;
    }
    respond::ok(&TodosView {
        items,
        next_cursor: None,
        counts,
    })
}

/// What waits in a team: posts for whoever's turn it is, accounts for those who run it.
async fn of_team(app: &App, both: &TeamOfUser) -> Result<Vec<TodoView>> {
    let TeamOfUser { team, member } = both;
    if !member.role.may(Permission::WritePosts) {
        return Ok(Vec::new());
    }
    let accounts = async {
        if member.role.may(Permission::ManageTeam) {
            app.store.todos(team.id, OF_EACH).await
        } else {
            Ok(Vec::new())
        }
    };
    let posts = app.store.posts_to_do(team.id, OF_EACH);
    let (accounts, posts) = futures::try_join!(accounts, posts)?;
    let mine = posts
        .iter()
        .filter(|(_, todo)| todo.is_for(member, &team.settings));
    let posts = mine.map(|(id, todo)| TodoView::post(team, *id, todo));
    let accounts = accounts
        .iter()
        .map(|account| TodoView::reconnect(team, account));
    Ok(posts.chain(accounts).collect())
}

async fn invitations(app: &App, user: &User) -> Result<Vec<TodoView>> {
    let invitations = app.store.invitations_for(&user.email, OF_EACH).await?;
    let open = invitations
        .iter()
        .filter(|invitation| invitation.is_open_to(user, app.now()));
    let answers = open.map(|invitation| async {
        let team = app.store.team(invitation.team).await?;
        Ok::<_, app::Error>(team.map(|team| TodoView::answer(&team, invitation)))
    });
    Ok(try_join_all(answers).await?.into_iter().flatten().collect())
}
