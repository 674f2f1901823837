//! Counting tries before they are made. When the counters cannot be reached, nothing is tried (fail closed).

use std::time::Duration;

use domain::throttle::{
    CONNECTION_USER, INVITATION_TEAM, MAIL_ADDRESS, MAIL_PLACE, PROOF, SIGN_IN_ADDRESS,
    SIGN_IN_PAIR, SIGN_IN_PLACE, TRIP_PLACE, UPLOAD_USER, Window,
};
use domain::{Email, Place, TeamId, User, UserId};
use jiff::SignedDuration;
use store::{Count, FailureKey, Gate, Record, TryKey};
use uuid::Uuid;

use crate::App;
use crate::error::{Error, Result};

/// How often a count that met another one is made again.
const LOOKS: u8 = 8;

/// A try to sign in that may be made, and is counted as a failure until it succeeds.
#[derive(Debug)]
pub struct Attempt {
    /// Who has the address.
    pub user: Option<User>,
    /// Whether the user signed in from this place before.
    pub recognised: bool,
}

impl App {
    /// Lets somebody try to sign in to an address. An address that nobody has takes as many reads and writes.
    pub async fn admit_sign_in(&self, email: &Email, place: Place) -> Result<Attempt> {
        let now = self.now();
        let (tries, mut gate) = futures::try_join!(
            self.store
                .count_try(TryKey::SignIn(place), SIGN_IN_PLACE, now),
            self.store.gate(email, place)
        )?;
        within(SIGN_IN_PLACE, tries, self)?;
        for _ in 0..LOOKS {
            let recognised = is_recognised(&gate, self);
            let mut counts = vec![Count {
                key: FailureKey::Pair(email, place),
                before: gate.pair,
                after: SIGN_IN_PAIR
                    .admit(gate.pair.failures, now)
                    .map_err(too_many)?,
                policy: SIGN_IN_PAIR,
            }];
            // What strangers try elsewhere does not lock the owner out of a place that he signs in from.
            if !recognised {
                counts.push(Count {
                    key: FailureKey::Address(email),
                    before: gate.address,
                    after: SIGN_IN_ADDRESS
                        .admit(gate.address.failures, now)
                        .map_err(too_many)?,
                    policy: SIGN_IN_ADDRESS,
                });
            }
            let nobody = UserId::from_uuid(Uuid::nil());
            let user = self.store.user(gate.owner.unwrap_or(nobody));
            match futures::join!(self.store.count_failures(&counts), user) {
                (Ok(()), user) => {
                    return Ok(Attempt {
                        user: user?,
                        recognised,
                    });
                }
                (Err(store::Error::Stale), _) => gate = self.store.gate(email, place).await?,
                (Err(error), _) => return Err(error.into()),
            }
        }
        Err(Error::TooMany(Duration::from_secs(1)))
    }

    /// Takes back the count of the place: the try ended in a sign-in.
    pub async fn forgive_sign_in(&self, place: Place) -> Result<()> {
        let (of, now) = (TryKey::SignIn(place), self.now());
        Ok(self.store.forgive_try(of, SIGN_IN_PLACE, now).await?)
    }

    /// Whether the user who has this address signed in from this place before.
    pub async fn recognises(&self, email: &Email, place: Place) -> Result<bool> {
        let record = self.store.failures_of(FailureKey::Pair(email, place));
        Ok(is_open(record.await?, self))
    }

    /// Lets somebody have a mail sent to an address.
    pub async fn admit_mail(&self, email: &Email, place: Place) -> Result<()> {
        let now = self.now();
        let (to, from) = futures::try_join!(
            self.store
                .count_try(TryKey::MailTo(email), MAIL_ADDRESS, now),
            self.store
                .count_try(TryKey::MailFrom(place), MAIL_PLACE, now)
        )?;
        within(MAIL_ADDRESS, to, self)?;
        within(MAIL_PLACE, from, self)
    }

    /// Lets a team have an invitation mailed to an address.
    pub async fn admit_invitation(&self, email: &Email, team: TeamId) -> Result<()> {
        let now = self.now();
        let (to, by) = futures::try_join!(
            self.store
                .count_try(TryKey::MailTo(email), MAIL_ADDRESS, now),
            self.store
                .count_try(TryKey::Invitation(team), INVITATION_TEAM, now)
        )?;
        within(MAIL_ADDRESS, to, self)?;
        within(INVITATION_TEAM, by, self)
    }

    /// Lets a user start to connect an account: that asks a platform.
    pub async fn admit_connection(&self, user: UserId) -> Result<()> {
        let (of, now) = (TryKey::Connection(user), self.now());
        let tries = self.store.count_try(of, CONNECTION_USER, now);
        within(CONNECTION_USER, tries.await?, self)
    }

    /// Lets a user announce a file to upload.
    pub async fn admit_upload(&self, user: UserId) -> Result<()> {
        let (of, now) = (TryKey::Upload(user), self.now());
        let tries = self.store.count_try(of, UPLOAD_USER, now);
        within(UPLOAD_USER, tries.await?, self)
    }

    /// Lets somebody set out for a provider.
    pub async fn admit_trip(&self, place: Place) -> Result<()> {
        let trips = self
            .store
            .count_try(TryKey::Trip(place), TRIP_PLACE, self.now());
        within(TRIP_PLACE, trips.await?, self)
    }

    /// Lets a user who is signed in try to prove again who he is.
    pub async fn admit_proof(&self, user: UserId) -> Result<()> {
        let key = FailureKey::Proof(user);
        for _ in 0..LOOKS {
            let before = self.store.failures_of(key).await?;
            let after = PROOF.admit(before.failures, self.now()).map_err(too_many)?;
            let count = Count {
                key,
                before,
                after,
                policy: PROOF,
            };
            match self.store.count_failures(&[count]).await {
                Err(store::Error::Stale) => {}
                counted => return Ok(counted?),
            }
        }
        Err(Error::TooMany(Duration::from_secs(1)))
    }

    /// Forgets the failures before a proof that succeeded.
    pub async fn proved(&self, user: UserId) -> Result<()> {
        Ok(self.store.forget_failures(FailureKey::Proof(user)).await?)
    }
}

fn is_recognised(gate: &Gate, app: &App) -> bool {
    is_open(gate.pair, app)
}

fn is_open(record: Record, app: &App) -> bool {
    record
        .recognised_until
        .is_some_and(|until| app.now() < until)
}

fn within(window: Window, tries: u32, app: &App) -> Result<()> {
    if tries <= window.limit {
        return Ok(());
    }
    let now = app.now();
    Err(too_many(window.end(now).duration_since(now)))
}

/// Whole seconds, rounded up: whoever waits that long is let in.
fn too_many(wait: SignedDuration) -> Error {
    let seconds = wait.as_secs() + i64::from(wait.subsec_nanos() > 0);
    Error::TooMany(Duration::from_secs(
        u64::try_from(seconds).unwrap_or(1).max(1),
    ))
}
