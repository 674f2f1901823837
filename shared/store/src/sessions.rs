//! Sessions: families of refresh tokens.

use domain::{Activity, Session, SessionId, UserId};
use serde::{Deserialize, Serialize};

use crate::Store;
use crate::activity::append;
use crate::error::Result;
use crate::item::{Item, from_item, number, parse, text, to_item, with_expiry};
use crate::keys;
use crate::transaction::{Write, names_in};

const TYPE: &str = "session";

#[derive(Debug, Serialize, Deserialize)]
struct SessionItem {
    id: String,
    user: String,
    generation: u32,
    renewed_at: String,
    ends_at: String,
}

fn write(session: &Session) -> Result<Item> {
    let body = SessionItem {
        id: session.id.to_string(),
        user: session.user.to_string(),
        generation: session.generation,
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
        generation: body.generation,
        renewed_at: parse(TYPE, &body.renewed_at)?,
        expires_at: parse(TYPE, &body.ends_at)?,
    })
}

impl Store {
    /// Keeps a new session.
    pub async fn start_session(&self, session: &Session) -> Result<()> {
        let put = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(write(session)?))
            .condition_expression("attribute_not_exists(#PK)");
        put.expression_attribute_names("#PK", keys::PK)
            .send()
            .await?;
        Ok(())
    }

    /// A session that has not been ended.
    pub async fn session(&self, user: UserId, id: SessionId) -> Result<Option<Session>> {
        let get = self
            .client
            .get_item()
            .table_name(&self.table)
            .set_key(Some(keys::session(user, id).attributes()))
            .consistent_read(true);
        get.send().await?.item.map(read).transpose()
    }

    /// Moves a session on to its next generation, if nobody else has.
    pub async fn renew_session(&self, session: &Session) -> Result<()> {
        let update = "SET #generation = :next, #renewed_at = :at";
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
            .send()
            .await?;
        Ok(())
    }

    /// Ends a session for good, with the entry that says why. Ending it twice is an error of the second caller only.
    pub async fn end_session(&self, session: &Session, why: &Activity) -> Result<()> {
        let gone = Write::delete(keys::session(session.user, session.id)).only_if_it_exists();
        Ok(self.transact(vec![gone, append(why)?]).await?)
    }
}
