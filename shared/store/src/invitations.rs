//! Invitations, found by their id, by their team and by their address.

use aws_sdk_dynamodb::types::AttributeValue;
use domain::invitation::InvitationChanged;
use domain::team::MemberChanged;
use domain::{
    Activity, Email, Invitation, InvitationId, Member, Permission, TeamId, User, UserStatus,
};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::Store;
use crate::activity::append;
use crate::error::{Error, Result};
use crate::item::{Item, from_item, parse, text, to_item, with_expiry};
use crate::keys::{self, SK};
use crate::teams::{join, member_may, team_lives};
use crate::transaction::Write;

const TYPE: &str = "invitation";
/// How long an invitation that has expired is shown, and can be sent again.
const SHOWN_EXPIRED: SignedDuration = SignedDuration::from_hours(7 * 24);
/// What somebody is told who invites an address twice.
const INVITED_ALREADY: &str =
    "this address has an open invitation already: have it mailed once more instead";
const MEMBER_ALREADY: &str = "this user is a member of the team already";

#[derive(Debug, Serialize, Deserialize)]
struct InvitationItem {
    id: String,
    team: String,
    email: Email,
    role: String,
    invited_by: String,
    created_at: String,
    sent_at: String,
    ends_at: String,
}

#[derive(Debug, Serialize, Deserialize)]
struct Pointer {
    invitation: String,
    ends_at: String,
}

fn read(item: Item) -> Result<Invitation> {
    let body: InvitationItem = from_item(TYPE, item)?;
    Ok(Invitation {
        id: parse(TYPE, &body.id)?,
        team: parse(TYPE, &body.team)?,
        email: body.email,
        role: parse(TYPE, &body.role)?,
        invited_by: parse(TYPE, &body.invited_by)?,
        created_at: parse(TYPE, &body.created_at)?,
        sent_at: parse(TYPE, &body.sent_at)?,
        expires_at: parse(TYPE, &body.ends_at)?,
    })
}

/// The invitation's four rows, of which the first is its own, and the second the one that only one invitation of an address can have.
fn rows(invitation: &Invitation) -> Result<[Item; 4]> {
    let body = InvitationItem {
        id: invitation.id.to_string(),
        team: invitation.team.to_string(),
        email: invitation.email.clone(),
        role: invitation.role.to_string(),
        invited_by: invitation.invited_by.to_string(),
        created_at: invitation.created_at.to_string(),
        sent_at: invitation.sent_at.to_string(),
        ends_at: invitation.expires_at.to_string(),
    };
    let pointer = Pointer {
        invitation: invitation.id.to_string(),
        ends_at: invitation.expires_at.to_string(),
    };
    let [own, invited, of_team, for_address] = keys_of(invitation);
    let item = |key, pointer| to_item(key, "invitation_pointer", pointer);
    let rows = [
        to_item(&own, TYPE, &body)?,
        item(&invited, &pointer)?,
        item(&of_team, &pointer)?,
        item(&for_address, &pointer)?,
    ];
    Ok(rows.map(|item| with_expiry(item, invitation.expires_at + SHOWN_EXPIRED)))
}

fn keys_of(invitation: &Invitation) -> [keys::Key; 4] {
    let (team, id) = (invitation.team, invitation.id);
    [
        keys::invitation(id),
        keys::invited(team, &invitation.email),
        keys::invitation_of_team(team, id),
        keys::invitation_for(&invitation.email, id),
    ]
}

/// The invitation is gone, if it is still as it was read. Once it has expired, the address may have been invited anew: then the row that
/// says so is not its own.
fn gone(invitation: &Invitation, now: Timestamp) -> Vec<Write> {
    let sent = [(":sent_at", text(invitation.sent_at.to_string()))];
    let [own, invited, of_team, for_address] = keys_of(invitation).map(Write::delete);
    let mut writes = vec![
        own.only_if("#sent_at = :sent_at", &sent),
        of_team,
        for_address,
    ];
    if now < invitation.expires_at {
        writes.push(invited);
    }
    writes
}

impl Store {
    /// Keeps an invitation. An address has one open invitation of a team at most.
    pub async fn invite(&self, changed: &InvitationChanged, member: &Member) -> Result<()> {
        let invitation = &changed.invitation;
        let [own, invited, of_team, for_address] = rows(invitation)?;
        let now = [(":now", text(invitation.created_at.to_string()))];
        let writes = vec![
            member_may(member, Permission::ManageTeam),
            Write::put(invited).only_if("attribute_not_exists(#PK) OR #ends_at <= :now", &now),
            team_lives(invitation.team),
            Write::create(own),
            Write::create(of_team),
            Write::create(for_address),
            append(&changed.activity)?,
        ];
        self.transact(writes).await.map_err(|cancelled| {
            if cancelled.at(0) {
                Error::Forbidden
            } else if cancelled.at(1) {
                Error::Taken(INVITED_ALREADY)
            } else {
                cancelled.into()
            }
        })
    }

    /// Keeps an invitation that was mailed once more.
    pub async fn resend_invitation(
        &self,
        before: &Invitation,
        changed: &InvitationChanged,
        member: &Member,
    ) -> Result<()> {
        let sent = [(":sent_at", text(before.sent_at.to_string()))];
        let [own, invited, of_team, for_address] = rows(&changed.invitation)?.map(Write::put);
        // Once it had expired, the address may have been invited anew.
        let id = [(":id", text(before.id.to_string()))];
        let writes = vec![
            member_may(member, Permission::ManageTeam),
            invited.only_if("attribute_not_exists(#PK) OR #invitation = :id", &id),
            own.only_if("#sent_at = :sent_at", &sent),
            of_team,
            for_address,
            append(&changed.activity)?,
        ];
        self.transact(writes).await.map_err(|cancelled| {
            if cancelled.at(0) {
                Error::Forbidden
            } else if cancelled.at(1) {
                Error::Taken(INVITED_ALREADY)
            } else {
                cancelled.into()
            }
        })
    }

    /// Takes an invitation back.
    pub async fn revoke_invitation(
        &self,
        changed: &InvitationChanged,
        member: &Member,
    ) -> Result<()> {
        let mut writes = vec![
            member_may(member, Permission::ManageTeam),
            append(&changed.activity)?,
        ];
        writes.extend(gone(&changed.invitation, changed.activity.at));
        self.transact_as_member(writes).await
    }

    /// Makes whoever was invited a member, if the address is still the user's and the invitation still there.
    pub async fn accept_invitation(
        &self,
        invitation: &Invitation,
        joined: &MemberChanged,
        user: &User,
    ) -> Result<()> {
        let owner = Write::check(keys::user(user.id)).only_if(
            "#email = :email AND #status = :active",
            &[
                (":email", text(user.email.as_str())),
                (":active", text(UserStatus::Active.to_string())),
            ],
        );
        let mut writes = join(&joined.member)?;
        writes.push(owner);
        writes.push(append(&joined.activity)?);
        writes.extend(gone(invitation, joined.activity.at));
        self.transact(writes).await.map_err(|cancelled| {
            if cancelled.at(0) {
                Error::Taken(MEMBER_ALREADY)
            } else {
                cancelled.into()
            }
        })
    }

    /// The owner of the address does not want to join.
    pub async fn decline_invitation(
        &self,
        invitation: &Invitation,
        entry: &Activity,
    ) -> Result<()> {
        let mut writes = vec![append(entry)?];
        writes.extend(gone(invitation, entry.at));
        Ok(self.transact(writes).await?)
    }

    /// Removes an invitation of a team that is cleared away.
    pub async fn remove_invitation(&self, invitation: &Invitation) -> Result<()> {
        let writes = keys_of(invitation).map(Write::delete).into();
        Ok(self.transact(writes).await?)
    }

    /// An invitation; it may have expired.
    pub async fn invitation(&self, id: InvitationId) -> Result<Option<Invitation>> {
        let item = self.get(&keys::invitation(id)).await?;
        item.map(read).transpose()
    }

    /// The invitations of a team in order of id, beginning after `after`; some may have expired.
    pub async fn invitations_of_team(
        &self,
        team: TeamId,
        after: Option<InvitationId>,
        limit: usize,
    ) -> Result<Vec<Invitation>> {
        let after = after.map(|id| keys::invitation_of_team(team, id).sk);
        self.invitations_in(keys::team_partition(team), after, limit)
            .await
    }

    /// How many invitations of a team are open, counted up to `most`.
    pub async fn open_invitations(
        &self,
        team: TeamId,
        most: usize,
        now: Timestamp,
    ) -> Result<usize> {
        let (mut open, mut after) = (0, None);
        loop {
            let some = self.invitations_of_team(team, after, most).await?;
            open += some.iter().filter(|it| now < it.expires_at).count();
            after = some.last().map(|invitation| invitation.id);
            // A pointer whose invitation has just gone makes a page short, and never hides a later one.
            if open >= most || some.is_empty() {
                return Ok(open);
            }
        }
    }

    /// The invitations of the owner of an address in order of id; some may have expired.
    pub async fn invitations_for(&self, address: &Email, limit: usize) -> Result<Vec<Invitation>> {
        self.invitations_in(keys::email(address).pk, None, limit)
            .await
    }

    async fn invitations_in(
        &self,
        partition: String,
        after: Option<String>,
        limit: usize,
    ) -> Result<Vec<Invitation>> {
        let pointers = self
            .below(partition, keys::INVITATION, after.as_deref(), limit)
            .await?;
        let ids = pointers.into_iter().filter_map(|mut item| {
            let AttributeValue::S(sk) = item.remove(SK)? else {
                return None;
            };
            sk.strip_prefix(keys::INVITATION)?.parse().ok()
        });
        let wanted: Vec<_> = ids.map(|id| keys::invitation(id).attributes()).collect();
        if wanted.is_empty() {
            return Ok(Vec::new());
        }
        let items = self.batch_get(wanted).await?;
        let mut invitations = items.into_iter().map(read).collect::<Result<Vec<_>>>()?;
        invitations.sort_unstable_by_key(|invitation| invitation.id);
        Ok(invitations)
    }
}
