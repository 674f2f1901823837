//! Trips: somebody's browser is at a provider or a platform, and comes back with a state that works once.

use aws_sdk_dynamodb::types::ReturnValue;
use domain::{Session, SessionId, UserId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::Store;
use crate::error::{Error, Result};
use crate::item::{flag, from_item, parse, text, to_item, with_expiry};
use crate::keys::{self, PK};
use crate::transaction::{Write, names_in};

const TYPE: &str = "trip";

/// A trip under way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trip {
    /// What must be remembered, sealed.
    pub sealed: String,
    /// The hash of the cookie of the browser that set out.
    pub browser: String,
    /// When it is too late to come back.
    pub expires_at: Timestamp,
}

/// What presenting a state means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Taken {
    /// The browser is back, for the first time.
    Back(Trip),
    /// It was back before.
    Again,
    /// Another browser brings the state: from now on it is used. If the trip had led to a session, this is it.
    Elsewhere(Option<(UserId, SessionId)>),
    /// There is no such trip.
    Unknown,
}

#[derive(Debug, Serialize, Deserialize)]
struct TripItem {
    sealed: String,
    browser: String,
    ends_at: String,
    #[serde(default)]
    used: bool,
    user: Option<String>,
    session: Option<String>,
}

/// The trip led to this session.
pub(crate) fn led_to(state: &str, session: &Session) -> Write {
    Write::update(
        keys::trip(state),
        "SET #user = :user, #session = :session",
        [
            (":user", text(session.user.to_string())),
            (":session", text(session.id.to_string())),
        ],
    )
    .only_if_it_exists()
}

impl TripItem {
    fn read(self) -> Result<(Trip, Option<(UserId, SessionId)>)> {
        let session = match (self.user, self.session) {
            (Some(user), Some(session)) => Some((parse(TYPE, &user)?, parse(TYPE, &session)?)),
            _ => None,
        };
        let trip = Trip {
            sealed: self.sealed,
            browser: self.browser,
            expires_at: parse(TYPE, &self.ends_at)?,
        };
        Ok((trip, session))
    }
}

impl Store {
    /// Remembers a trip until its browser comes back.
    pub async fn begin_trip(&self, state: &str, trip: &Trip) -> Result<()> {
        let body = TripItem {
            sealed: trip.sealed.clone(),
            browser: trip.browser.clone(),
            ends_at: trip.expires_at.to_string(),
            used: false,
            user: None,
            session: None,
        };
        let item = with_expiry(to_item(&keys::trip(state), TYPE, &body)?, trip.expires_at);
        let put = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(item))
            .condition_expression("attribute_not_exists(#PK)");
        put.expression_attribute_names("#PK", PK).send().await?;
        Ok(())
    }

    /// Takes a trip that this browser set out on, which works once. The row stays until it expires, so that a second time is noticed.
    pub async fn take_trip(&self, state: &str, browser: &str) -> Result<Taken> {
        let (update, condition) = ("SET #used = :yes", "#browser = :browser AND #used = :no");
        let taken = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(keys::trip(state).attributes()))
            .update_expression(update)
            .condition_expression(condition)
            .set_expression_attribute_names(Some(names_in(&[update, condition])))
            .expression_attribute_values(":browser", text(browser))
            .expression_attribute_values(":yes", flag(true))
            .expression_attribute_values(":no", flag(false))
            .return_values(ReturnValue::AllOld)
            .send()
            .await
            .map_err(Error::from);
        match taken {
            Ok(answer) => match answer.attributes {
                Some(item) => Ok(Taken::Back(from_item::<TripItem>(TYPE, item)?.read()?.0)),
                None => Ok(Taken::Unknown),
            },
            Err(Error::Stale) => self.use_up(state, browser).await,
            Err(error) => Err(error),
        }
    }

    /// Nobody comes back with this state any more, whoever brings it.
    async fn use_up(&self, state: &str, browser: &str) -> Result<Taken> {
        let update = "SET #used = :yes";
        let used = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(keys::trip(state).attributes()))
            .update_expression(update)
            .condition_expression("attribute_exists(#PK)")
            .set_expression_attribute_names(Some(names_in(&[update, "#PK"])))
            .expression_attribute_values(":yes", flag(true))
            .return_values(ReturnValue::AllOld)
            .send()
            .await
            .map_err(Error::from);
        match used {
            Ok(answer) => {
                let item = answer.attributes.unwrap_or_default();
                let (trip, session) = from_item::<TripItem>(TYPE, item)?.read()?;
                Ok(if trip.browser == browser {
                    Taken::Again
                } else {
                    Taken::Elsewhere(session)
                })
            }
            Err(Error::Stale) => Ok(Taken::Unknown),
            Err(error) => Err(error),
        }
    }
}
