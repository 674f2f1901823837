//! Counters of tries and failures. Nobody's address stands in a key: subjects are hashed.

use aws_sdk_dynamodb::types::ReturnValue;
use domain::throttle::{Backoff, Failures, Window};
use domain::{Email, Place, TeamId, UserId};
use jiff::Timestamp;
use serde::Deserialize;

use crate::Store;
use crate::error::{Result, corrupt};
use crate::item::{EXPIRES_AT, Item, from_item, number, parse, text};
use crate::keys::{self, Key};
use crate::transaction::{Write, names_in};
use crate::users::OwnerItem;

const TYPE: &str = "failures";

/// Whose failures are counted.
#[derive(Clone, Copy, Debug)]
pub enum FailureKey<'a> {
    /// Signing in to an address from a place.
    Pair(&'a Email, Place),
    /// Signing in to an address from places that never did.
    Address(&'a Email),
    /// Proving again who one is.
    Proof(UserId),
}

impl FailureKey<'_> {
    pub(crate) fn key(&self) -> Key {
        match self {
            Self::Pair(email, place) => {
                keys::failures(&["pair", email.as_str(), &place.to_string()])
            }
            Self::Address(email) => keys::failures(&["address", email.as_str()]),
            Self::Proof(user) => keys::failures(&["proof", &user.to_string()]),
        }
    }
}

/// Whose tries are counted, whatever becomes of them.
#[derive(Clone, Copy, Debug)]
pub enum TryKey<'a> {
    /// Sign-ins from a place.
    SignIn(Place),
    /// Mails to an address.
    MailTo(&'a Email),
    /// Mails that a place had sent.
    MailFrom(Place),
    /// Trips to a provider from a place.
    Trip(Place),
    /// Invitations that a team has mailed.
    Invitation(TeamId),
    /// Accounts that a user tries to connect.
    Connection(UserId),
    /// Files that a user announces.
    Upload(UserId),
}

impl TryKey<'_> {
    fn key(&self, end: Timestamp) -> Key {
        let end = end.as_second().to_string();
        match self {
            Self::SignIn(place) => keys::tries(&["sign_in", &place.to_string(), &end]),
            Self::MailTo(email) => keys::tries(&["mail_to", email.as_str(), &end]),
            Self::MailFrom(place) => keys::tries(&["mail_from", &place.to_string(), &end]),
            Self::Trip(place) => keys::tries(&["trip", &place.to_string(), &end]),
            Self::Invitation(team) => keys::tries(&["invitation", &team.to_string(), &end]),
            Self::Upload(user) => keys::tries(&["upload", &user.to_string(), &end]),
            Self::Connection(user) => keys::tries(&["connection", &user.to_string(), &end]),
        }
    }
}

/// What is on record for a subject.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Record {
    /// The failures in a row.
    pub failures: Option<Failures>,
    /// Until when the place counts as one that the user signs in from.
    pub recognised_until: Option<Timestamp>,
}

/// What is known before a password is looked at.
#[derive(Clone, Copy, Debug, Default)]
pub struct Gate {
    /// Who has the address.
    pub owner: Option<UserId>,
    /// The record of the address with this place.
    pub pair: Record,
    /// The record of the address with places that are not recognised.
    pub address: Record,
}

/// A failure to count: whose, what the record was when it was decided on, and what the record becomes.
#[derive(Clone, Copy, Debug)]
pub struct Count<'a> {
    /// Whose.
    pub key: FailureKey<'a>,
    /// The record until now.
    pub before: Record,
    /// The failures from now on.
    pub after: Failures,
    /// By which rule.
    pub policy: Backoff,
}

#[derive(Debug, Deserialize)]
struct RecordItem {
    count: Option<u32>,
    last: Option<String>,
    recognised_until: Option<String>,
}

fn read(item: Item) -> Result<Record> {
    let body: RecordItem = from_item(TYPE, item)?;
    let failures = match (body.count, body.last) {
        (Some(count), Some(last)) => Some(Failures {
            count,
            last: parse(TYPE, &last)?,
        }),
        _ => None,
    };
    Ok(Record {
        failures,
        recognised_until: body
            .recognised_until
            .map(|at| parse(TYPE, &at))
            .transpose()?,
    })
}

/// The user signed in from this place: failures are forgotten, and the place is recognised.
pub(crate) fn recognised(email: &Email, place: Place, until: Timestamp) -> Write {
    Write::update(
        FailureKey::Pair(email, place).key(),
        "SET #recognised_until = :until, #expires_at = :expires_at REMOVE #count, #last",
        [
            (":until", text(until.to_string())),
            (":expires_at", number(until.as_second())),
        ],
    )
}

impl Count<'_> {
    fn write(&self) -> Write {
        let forgotten = self.after.last + self.policy.memory;
        let kept = self
            .before
            .recognised_until
            .map_or(forgotten, |until| until.max(forgotten));
        let write = Write::update(
            self.key.key(),
            "SET #count = :count, #last = :last, #expires_at = :expires_at",
            [
                (":count", number(self.after.count)),
                (":last", text(self.after.last.to_string())),
                (":expires_at", number(kept.as_second())),
            ],
        );
        match self.before.failures {
            Some(Failures { count, last }) => write.only_if(
                "#count = :before AND #last = :before_last",
                &[
                    (":before", number(count)),
                    (":before_last", text(last.to_string())),
                ],
            ),
            None => write.only_if("attribute_not_exists(#count)", &[]),
        }
    }
}

impl Store {
    /// Who has an address and what failed there before, in one round trip.
    pub async fn gate(&self, email: &Email, place: Place) -> Result<Gate> {
        let owner = keys::email(email);
        let pair = FailureKey::Pair(email, place).key();
        let address = FailureKey::Address(email).key();
        let wanted = [&owner, &pair, &address].map(Key::attributes).to_vec();
        let mut gate = Gate::default();
        for item in self.batch_get(wanted).await? {
            let pk = item.get(keys::PK).and_then(|pk| pk.as_s().ok()).cloned();
            let pk = pk.ok_or_else(|| corrupt(TYPE, "it has no key"))?;
            if pk == owner.pk {
                let owner: OwnerItem = from_item("email", item)?;
                gate.owner = Some(parse("email", &owner.user)?);
            } else if pk == pair.pk {
                gate.pair = read(item)?;
            } else {
                gate.address = read(item)?;
            }
        }
        Ok(gate)
    }

    /// What is on record for a subject.
    pub async fn failures_of(&self, key: FailureKey<'_>) -> Result<Record> {
        let item = self.get(&key.key()).await?;
        item.map_or_else(|| Ok(Record::default()), read)
    }

    /// Counts failures, all or none; `Error::Stale` says that one of the records has changed.
    pub async fn count_failures(&self, counts: &[Count<'_>]) -> Result<()> {
        let writes = counts.iter().map(Count::write).collect();
        Ok(self.transact(writes).await?)
    }

    /// Forgets the failures of a subject.
    pub async fn forget_failures(&self, key: FailureKey<'_>) -> Result<()> {
        Ok(self.transact(vec![Write::delete(key.key())]).await?)
    }

    /// Counts one try in the window of `now` and says how many there have been.
    pub async fn count_try(&self, of: TryKey<'_>, window: Window, now: Timestamp) -> Result<u32> {
        self.add_tries(of, window, now, 1).await
    }

    /// Takes a try back that should not have counted.
    pub async fn forgive_try(&self, of: TryKey<'_>, window: Window, now: Timestamp) -> Result<()> {
        self.add_tries(of, window, now, -1).await.map(|_| ())
    }

    async fn add_tries(
        &self,
        of: TryKey<'_>,
        window: Window,
        now: Timestamp,
        by: i32,
    ) -> Result<u32> {
        let end = window.end(now);
        let update = format!("SET #{EXPIRES_AT} = :end ADD #count :by");
        let answer = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(of.key(end).attributes()))
            .set_expression_attribute_names(Some(names_in(&[&update])))
            .update_expression(update)
            .expression_attribute_values(":end", number(end.as_second()))
            .expression_attribute_values(":by", number(by))
            .return_values(ReturnValue::UpdatedNew)
            .send()
            .await?;
        let count = answer.attributes.unwrap_or_default().remove("count");
        let count = count.and_then(|count| count.as_n().ok()?.parse::<i64>().ok());
        Ok(u32::try_from(count.unwrap_or(0)).unwrap_or(0))
    }
}
