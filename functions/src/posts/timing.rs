//! What a wish for a time means: an instant, a local time, now, or the next free slot of a queue.

use std::collections::hash_map::Entry;
use std::collections::{BTreeSet, HashMap};

use app::{App, Error, Result};
use domain::post::Timing;
use domain::{AccountId, When, Zone};
use jiff::{SignedDuration, Timestamp};

use super::scene::Loaded;

/// More slots than a queue has in the time that is looked ahead.
const SLOTS: usize = 6_000;

/// A time, as somebody wishes for it.
pub(super) struct Time<'a> {
    pub(super) publish_at: &'a str,
    pub(super) zone: Option<&'a Zone>,
    pub(super) queue: Option<AccountId>,
    pub(super) max_late_seconds: Option<u32>,
}

/// Wishes of one request, which share what is known of queues.
#[derive(Default)]
pub(super) struct Wish {
    taken: HashMap<AccountId, BTreeSet<Timestamp>>,
}

impl Wish {
    /// What a wish for a post means. `at` is where it stands in the body.
    pub(super) async fn timing(
        &mut self,
        app: &App,
        loaded: &Loaded,
        time: Time<'_>,
        at: &str,
    ) -> Result<Timing> {
        let pointer = format!("{at}/publish_at");
        let settings = &loaded.team.settings;
        let late = time.max_late_seconds;
        let late = late.map(|seconds| SignedDuration::from_secs(seconds.into()));
        let max_late = late.unwrap_or(settings.max_late);
        let now = app.now();
        if let Some(late) = late {
            let named = |refused| match refused {
                domain::Refused::Invalid { pointer, detail } => {
                    Error::invalid(format!("{at}{pointer}"), detail)
                }
                other => other.into(),
            };
            domain::schedule::require_max_late(late).map_err(named)?;
        }
        if time.publish_at != "queue" && time.queue.is_some() {
            return Err(Error::invalid(
                format!("{at}/queue_account_id"),
                "goes with publish_at \"queue\" only",
            ));
        }
        let (when, queue) = match time.publish_at {
            "now" => (When::Instant(now), None),
            "queue" => {
                let (account, slot) = self.next_slot(app, loaded, time.queue, at).await?;
                (When::Instant(slot), Some(account))
            }
            text => (when(text, time.zone, &settings.zone, &pointer)?, None),
        };
        Ok(Timing::new(when, queue, max_late, &pointer, now)?)
    }

    /// The next free slot of an account's queue, which nobody else of this request takes any more.
    async fn next_slot(
        &mut self,
        app: &App,
        loaded: &Loaded,
        named: Option<AccountId>,
        at: &str,
    ) -> Result<(AccountId, Timestamp)> {
        let pointer = format!("{at}/queue_account_id");
        let id = match (named, loaded.accounts.as_slice()) {
            (Some(id), _) => id,
            (None, [account]) => account.id,
            (None, _) => {
                return Err(Error::invalid(
                    pointer,
                    "must name the account whose queue decides, because the post goes to several",
                ));
            }
        };
        let account = loaded.accounts.iter().find(|account| account.id == id);
        let account = account.ok_or_else(|| Error::NotFound(pointer.clone()))?;
        let Some(times) = &account.posting_times else {
            return Err(Error::invalid(
                pointer,
                "has no queue: give it posting times with PATCH /teams/{teamId}/accounts/{accountId}",
            ));
        };
        let now = app.now();
        let taken = match self.taken.entry(id) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(unknown) => unknown.insert(app.store.taken_slots(id, now, SLOTS).await?),
        };
        let slot = times.next_free(now, taken);
        let full = || Error::Conflict("every slot of this queue within a year is taken".into());
        let slot = slot.ok_or_else(full)?;
        taken.insert(slot);
        Ok((id, slot))
    }
}

/// A time with an offset; without one, a local time in the zone that was named, or in the team's.
pub(super) fn when(text: &str, zone: Option<&Zone>, team: &Zone, pointer: &str) -> Result<When> {
    if zone.is_some() {
        return Ok(When::parse(text, zone, pointer)?);
    }
    match When::parse(text, None, pointer) {
        Ok(when) => Ok(when),
        Err(_) => Ok(When::parse(text, Some(team), pointer)?),
    }
}
