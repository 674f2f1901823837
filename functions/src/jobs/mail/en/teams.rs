//! English words about teams: who is in them, and the access to their accounts.

use domain::{Locale, Role, TeamName, invitation};
use jiff::Zoned;

use super::{facts, time};
use crate::jobs::mail::letter::{Content, Fact};
use crate::jobs::mail::news::{Access, Deed, First, Invited};
use crate::pages;
use crate::pages::words::RoleWords;

pub(super) fn invitation(invited: &Invited) -> Content {
    let Invited {
        team, email, until, ..
    } = invited;
    let who = invited
        .inviter
        .as_ref()
        .map_or("Somebody", |name| name.as_str());
    let RoleWords { is, can } = role(invited.role);
    let what = format!(
        "{who} invites you to join the team {team} on Tayang as {is}: you can {can} there."
    );
    let first = invited.first.as_ref().map(|first| match first {
        First::SignUp => format!(
            "There is no account for {email} yet. Sign up with this address first, then join."
        ),
        First::Reopen => "An admin of this deployment has closed your account. You can join when an admin has opened it again.".to_owned(),
    });
    let days = invitation::LIFETIME.as_hours() / 24;
    let until = format!(
        "The invitation is good for {days} days, until {}.",
        time(until)
    );
    let paragraphs: Vec<_> = [Some(&what), first.as_ref(), Some(&until)]
        .into_iter()
        .flatten()
        .map(String::as_str)
        .collect();
    Content::new(format!("{who} invites you to the team {team}"), &paragraphs)
        .button("Join the team", &invited.link)
        .closing("If you do not want to join, or do not know who invites you, do nothing: nobody becomes a member without accepting.")
}

pub(super) fn member_added(team: &TeamName, role: Role, deed: &Deed) -> Content {
    let RoleWords { is, can } = self::role(role);
    let what = format!("You were added to the team {team} as {is}: you can {can} there.");
    Content::new(format!("You are in the team {team} now"), &[&what])
        .facts(with_name(deed))
        .closing("If you do not want to be in the team, you can leave it at any time.")
}

pub(super) fn member_role_changed(
    team: &TeamName,
    before: Role,
    role: Role,
    deed: &Deed,
) -> Content {
    let RoleWords { is: was, .. } = self::role(before);
    let RoleWords { is, can } = self::role(role);
    let what = format!(
        "You were {was} in the team {team}, and now you are {is}. From now on you can {can}."
    );
    Content::new(
        format!("Your role in the team {team} was changed"),
        &[&what],
    )
    .facts(with_name(deed))
    .closing("If you think that this is a mistake, ask an admin of the team.")
}

pub(super) fn member_removed(team: &TeamName, deed: &Deed) -> Content {
    let what = format!(
        "You were removed from the team {team}: you can no longer see or change anything in it."
    );
    Content::new(format!("You are no longer in the team {team}"), &[&what])
        .facts(with_name(deed))
        .closing("If you think that this is a mistake, ask an admin of the team.")
}

pub(super) fn account_needs_reconnect(access: &Access, reason: Option<&str>) -> Content {
    let (place, team) = (access.account.named("on"), &access.team);
    let what = format!(
        "The platform no longer lets us in to {place}, an account of the team {team}, so nothing is published there."
    );
    let then = "What is scheduled waits. It goes out when the account is connected again, unless its latest time has passed by then.";
    let why = "The reason that we were given:";
    let subject = format!("{place} must be connected again");
    let content = match reason {
        Some(reason) => Content::new(subject, &[&what, then, why]).quote(reason),
        None => Content::new(subject, &[&what, then]),
    };
    reconnect(content, access)
}

pub(super) fn account_expiring(access: &Access, ends_at: &Zoned) -> Content {
    let (place, team) = (access.account.named("on"), &access.team);
    let what = format!(
        "Our access to {place}, an account of the team {team}, ends on {}. Only the owner of the account can renew it, by connecting it again.",
        time(ends_at)
    );
    let then = "Until then everything is published as usual. After that, what is scheduled waits until the account is connected again.";
    let content = Content::new(format!("The access to {place} ends soon"), &[&what, then]);
    reconnect(content, access)
}

/// What to do about an account.
fn reconnect(content: Content, access: &Access) -> Content {
    content
        .button("How to connect it again", &access.documentation)
        .closing(format!(
            "An admin of the team can connect it again with {}. Every admin of the team gets this mail.",
            access.call
        ))
}

fn with_name(deed: &Deed) -> Vec<Fact> {
    let mut facts = facts(&deed.moment);
    facts.extend(deed.by.as_ref().map(|name| Fact {
        label: "By",
        value: name.to_string(),
    }));
    facts
}

fn role(role: Role) -> RoleWords {
    pages::role(Locale::En, role)
}
