//! Mails about the access to a social account, to the admins of its team.

use anyhow::Result;
use app::App;
use domain::account::Health;
use domain::{Account, AccountId, AccountStatus, Permission, Team, TeamId, User, UserId};
use store::TeamOfUser;

use super::letter::Recipient;
use super::news::{Access, Destination, News};
use super::{Told, active};

/// Where the documentation says how to connect an account again.
const DOCUMENTATION: &str = "/docs#/accounts/accounts-reconnect";

/// An account that must be connected again, unless that was done meanwhile.
pub(super) async fn needs_reconnect(
    app: &App,
    user: UserId,
    team: TeamId,
    account: AccountId,
) -> Result<Option<Told>> {
    let Some((user, team, account)) = concerned(app, user, team, account).await? else {
        return Ok(None);
    };
    if account.status != AccountStatus::NeedsReconnect {
        return Ok(None);
    }
    let news = News::AccountNeedsReconnect {
        access: access(app, &team, &account).await?,
        reason: account.problem,
    };
    let to = Recipient::from(user);
    Ok(Some(Told { to, news }))
}

/// An account whose access ends soon, unless it has ended or was renewed meanwhile.
pub(super) async fn expiring(
    app: &App,
    user: UserId,
    team: TeamId,
    account: AccountId,
) -> Result<Option<Told>> {
    let Some((user, team, account)) = concerned(app, user, team, account).await? else {
        return Ok(None);
    };
    let is_expiring = account.health(app.now()) == Health::Expiring;
    let end = account.access.ends_at.filter(|end| app.now() < *end);
    let Some(end) = end.filter(|_| is_expiring) else {
        return Ok(None);
    };
    let news = News::AccountExpiring {
        access: access(app, &team, &account).await?,
        ends_at: end.to_zoned(user.zone.rules()),
    };
    let to = Recipient::from(user);
    Ok(Some(Told { to, news }))
}

/// All three, if the account is still the team's, and the user one of those who can do something about it.
async fn concerned(
    app: &App,
    user: UserId,
    team: TeamId,
    account: AccountId,
) -> Result<Option<(User, Team, Account)>> {
    let both = app.store.team_of(team, user).await?;
    let may = |both: &TeamOfUser| both.member.role.may(Permission::ManageTeam);
    let account = app.store.account(team, account).await?;
    let (Some(both), Some(account)) = (both.filter(may), account) else {
        return Ok(None);
    };
    let user = active(app, user).await?;
    Ok(user.map(|user| (user, both.team, account)))
}

async fn access(app: &App, team: &Team, account: &Account) -> Result<Access> {
    Ok(Access {
        account: Destination {
            platform: account.platform,
            handle: Some(account.handle.clone()),
        },
        team: team.name.clone(),
        call: format!("POST /teams/{}/accounts/{}/reconnect", team.id, account.id),
        documentation: app.address(DOCUMENTATION).await?.into(),
    })
}
