//! Mails about who is in a team.

use anyhow::Result;
use app::App;
use app::auth::links::Purpose;
use domain::{
    Activity, ActivityId, Actor, InvitationId, Scope, TeamId, TeamName, User, UserId, UserStatus,
};

use super::letter::Recipient;
use super::moment::Moment;
use super::news::{Deed, First, Invited, News};
use super::{Told, active, detail, entry, link};

/// Whoever has the address of an invitation. It says the same whether or not somebody has signed up with it, apart from what must be done
/// first, which only the owner of the mailbox reads.
pub(super) async fn invitation(app: &App, id: InvitationId) -> Result<Option<Told>> {
    let invitation = app.store.invitation(id).await?;
    let Some(invitation) = invitation.filter(|found| app.now() < found.expires_at) else {
        return Ok(None);
    };
    let (team, inviter, owner) = futures::try_join!(
        app.store.team(invitation.team),
        app.store.user(invitation.invited_by),
        app.store.user_by_email(&invitation.email)
    )?;
    let Some(team) = team else {
        return Ok(None);
    };
    let reader = owner.as_ref().or(inviter.as_ref());
    let locale = reader.map(|user| user.locale).unwrap_or_default();
    let first = match owner.map(|user| user.status) {
        None => Some(First::SignUp),
        Some(UserStatus::Disabled) => Some(First::Reopen),
        Some(UserStatus::Active) => None,
    };
    let (page, purpose) = ("/accept-invitation", Purpose::AcceptInvitation);
    let link = link(app, page, purpose, id, locale).await?;
    Ok(Some(Told {
        to: Recipient {
            email: invitation.email.clone(),
            name: None,
            locale,
        },
        news: News::Invitation(Invited {
            until: invitation.expires_at.to_zoned(team.settings.zone.rules()),
            team: team.name,
            inviter: inviter.map(|user| user.name),
            role: invitation.role,
            email: invitation.email,
            first,
            link,
        }),
    }))
}

/// Somebody who was made a member.
pub(super) async fn added(
    app: &App,
    event: ActivityId,
    team: TeamId,
    user: UserId,
) -> Result<Option<Told>> {
    told(app, event, (team, user), |team, entry, deed| {
        Ok(News::MemberAdded {
            team,
            role: detail(entry, "role")?,
            deed,
        })
    })
    .await
}

/// A member who may do something else now.
pub(super) async fn role_changed(
    app: &App,
    event: ActivityId,
    team: TeamId,
    user: UserId,
) -> Result<Option<Told>> {
    told(app, event, (team, user), |team, entry, deed| {
        Ok(News::MemberRoleChanged {
            team,
            before: detail(entry, "role_before")?,
            role: detail(entry, "role")?,
            deed,
        })
    })
    .await
}

/// Somebody who was taken out.
pub(super) async fn removed(
    app: &App,
    event: ActivityId,
    team: TeamId,
    user: UserId,
) -> Result<Option<Told>> {
    told(app, event, (team, user), |team, _, deed| {
        Ok(News::MemberRemoved { team, deed })
    })
    .await
}

/// What an entry of the team's log says about somebody, to that person.
async fn told(
    app: &App,
    event: ActivityId,
    (team, user): (TeamId, UserId),
    news: impl FnOnce(TeamName, &Activity, Deed) -> Result<News>,
) -> Result<Option<Told>> {
    let (user, found) = (active(app, user).await?, app.store.team(team).await?);
    let entry = entry(app, Scope::Team(team), event).await?;
    let (Some(user), Some(team), Some(entry)) = (user, found, entry) else {
        return Ok(None);
    };
    let deed = deed(app, &entry, &user).await?;
    let news = news(team.name, &entry, deed)?;
    let to = Recipient::from(user);
    Ok(Some(Told { to, news }))
}

/// Who did it, and when by the clocks of whoever reads it.
pub(super) async fn deed(app: &App, entry: &Activity, reader: &User) -> Result<Deed> {
    let by = match entry.actor {
        Actor::User(id) => app.store.user(id).await?,
        Actor::System => None,
    };
    Ok(Deed {
        by: by.map(|user| user.name),
        moment: Moment::of(entry, reader),
    })
}
