//! Sessions: families of refresh tokens.

use domain::{Activity, Device, Session, SessionId, User, UserId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::Store;
use crate::activity::append;
use crate::error::Result;
use crate::item::{Item, from_item, number, page_size, parse, text, to_item, with_expiry};
use crate::keys::{self, SK};
use crate::throttle::{FailureKey, recognised};
use crate::transaction::{Write, names_in};
use crate::users::{read_user, replacement};

const TYPE: &str = "session";
/// The most sessions that are listed: the newest ones.
const LISTED: usize = 100;

#[derive(Debug, Serialize, Deserialize)]
struct SessionItem {
    id: String,
    user: String,
    epoch: u32,
    generation: u32,
    agent: Option<String>,
    place: String,
    started_at: String,
    renewed_at: String,
    ends_at: String,
}

fn write(session: &Session) -> Result<Item> {
    let body = SessionItem {
        id: session.id.to_string(),
        user: session.user.to_string(),
        epoch: session.epoch,
        generation: session.generation,
        agent: session.device.agent().map(str::to_owned),
        place: session.device.place.to_string(),
        started_at: session.started_at.to_string(),
        renewed_at: session.renewed_at.to_string(),
        ends_at: session.expires_at.to_string(),
    };
    Ok(with_expiry(
        to_item(&keys::session(session.user, session.id), TYPE, &body)?,
        session.expires_at,
    ))
}

fn read(item: Item) -> Result<Session> {
    let body: SessionItem = from_item(TYPE, item)?;
    Ok(Session {
        id: parse(TYPE, &body.id)?,
        user: parse(TYPE, &body.user)?,
        epoch: body.epoch,
        generation: body.generation,
        device: Device::new(body.agent.as_deref(), parse(TYPE, &body.place)?),
        started_at: parse(TYPE, &body.started_at)?,
        renewed_at: parse(TYPE, &body.renewed_at)?,
        expires_at: parse(TYPE, &body.ends_at)?,
    })
}

/// Somebody proved to be a user: what is written down of it.
#[derive(Clone, Copy, Debug)]
pub struct SignIn<'a> {
    /// The user, as it was when the proof was checked.
    pub user: &'a User,
    /// The session that begins.
    pub session: &'a Session,
    /// The password's hash made anew, when the old one was weaker than today's.
    pub rehashed: Option<&'a str>,
    /// The trip to a provider that it came from.
    pub trip: Option<&'a str>,
    /// Until when the place counts as one that the user signs in from.
    pub recognised_until: Timestamp,
    /// The entry for the user's log.
    pub entry: &'a Activity,
}

impl Store {
    /// Starts a session, if the user is still as it was when the proof was checked. Failures before it are forgotten.
    pub async fn start_session(&self, sign_in: &SignIn<'_>) -> Result<()> {
        let SignIn { user, session, .. } = *sign_in;
        let place = session.device.place;
        let mut writes = vec![
            Write::create(write(session)?),
            seen(sign_in),
            recognised(&user.email, place, sign_in.recognised_until),
            Write::delete(FailureKey::Address(&user.email).key()),
            append(sign_in.entry)?,
        ];
        if let Some(trip) = sign_in.trip {
            writes.push(crate::trips::led_to(trip, session));
        }
        Ok(self.transact(writes).await?)
    }

    /// A session and its user, in one round trip; whether they still belong together is the domain's question.
    pub async fn signed_in(
        &self,
        user: UserId,
        session: SessionId,
    ) -> Result<Option<(User, Session)>> {
        let keys = [keys::user(user), keys::session(user, session)];
        let wanted = keys.iter().map(keys::Key::attributes).collect();
        let (mut found, mut of) = (None, None);
        for item in self.batch_get(wanted).await? {
            let sk = item.get(SK).and_then(|sk| sk.as_s().ok());
            if sk.is_some_and(|sk| sk.starts_with(keys::SESSION)) {
                found = Some(read(item)?);
            } else {
                of = Some(read_user(item)?);
            }
        }
        Ok(of.zip(found))
    }

    /// The newest 100 sessions of a user that have not been deleted, oldest first; some of them may be over.
    pub async fn sessions(&self, user: UserId) -> Result<Vec<Session>> {
        let query = self
            .belongings(user, keys::SESSION)
            .scan_index_forward(false)
            .limit(page_size(LISTED));
        let rows = query.send().await?.items.unwrap_or_default();
        rows.into_iter().rev().map(read).collect()
    }

    /// Moves a session on to its next generation, if nobody else has.
    pub async fn renew_session(&self, session: &Session) -> Result<()> {
        let update = "SET #generation = :next, #renewed_at = :at, #place = :place";
        let condition = "#generation = :now";
        self.client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(keys::session(session.user, session.id).attributes()))
            .update_expression(update)
            .condition_expression(condition)
            .set_expression_attribute_names(Some(names_in(&[update, condition])))
            .expression_attribute_values(":next", number(session.generation))
            .expression_attribute_values(":now", number(session.generation.saturating_sub(1)))
            .expression_attribute_values(":at", text(session.renewed_at.to_string()))
            .expression_attribute_values(":place", text(session.device.place.to_string()))
            .send()
            .await?;
        Ok(())
    }

    /// Ends a session for good, with the entry that says why. Ending it twice is an error of the second caller only.
    pub async fn end_session(&self, user: UserId, id: SessionId, why: &Activity) -> Result<()> {
        let gone = Write::delete(keys::session(user, id)).only_if_it_exists();
        Ok(self.transact(vec![gone, append(why)?]).await?)
    }

    /// Ends every session of a user but one, by taking the user and that one into the next epoch.
    pub async fn end_other_sessions(
        &self,
        before: &User,
        kept: &Session,
        entry: &Activity,
    ) -> Result<()> {
        let after = before.in_next_epoch();
        let stays = Write::update(
            keys::session(kept.user, kept.id),
            "SET #epoch = :epoch",
            [(":epoch", number(after.epoch))],
        );
        let more = vec![stays.only_if_it_exists()];
        let writes = replacement(before, &after, more, std::slice::from_ref(entry))?;
        Ok(self.transact(writes).await?)
    }
}

/// The user signed in, and is still in the epoch and state in which the proof was checked.
fn seen(sign_in: &SignIn<'_>) -> Write {
    let SignIn { user, session, .. } = *sign_in;
    let condition = "#epoch = :epoch AND #status = :active";
    let values = [
        (":epoch", number(user.epoch)),
        (":active", text(domain::UserStatus::Active.to_string())),
    ];
    let at = (":at", text(session.started_at.to_string()));
    let key = keys::user(user.id);
    match sign_in.rehashed {
        Some(hash) => Write::update(
            key,
            "SET #signed_in_at = :at, #password_hash = :hash",
            [at, (":hash", text(hash))],
        ),
        None => Write::update(key, "SET #signed_in_at = :at", [at]),
    }
    .only_if(condition, &values)
}
