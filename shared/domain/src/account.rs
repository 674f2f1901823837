//! Social accounts connected to a team, and the platforms they are on.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use strum::{Display, EnumIter, EnumString, VariantNames};

use crate::activity::{Activity, Actor, Entry, Kind, Scope};
use crate::error::Refused;
use crate::ids::{AccountId, TeamId, UserId};
use crate::queue::PostingTimes;
use crate::schedule;
use crate::team::{Member, Permission};
use crate::text::AccountName;

/// A social platform that posts can be published on.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    Display,
    EnumString,
    EnumIter,
    VariantNames,
)]
#[serde(rename_all = "snake_case", try_from = "String")]
#[strum(serialize_all = "snake_case")]
pub enum Platform {
    /// Mastodon, on any server.
    Mastodon,
    /// Bluesky, on any personal data server.
    Bluesky,
    /// Pages on Facebook.
    Facebook,
    /// Professional accounts on Instagram.
    Instagram,
    /// Threads.
    Threads,
    /// X.
    X,
    /// LinkedIn, people and organizations.
    #[serde(rename = "linkedin")]
    #[strum(serialize = "linkedin")]
    LinkedIn,
    /// Channels and groups on Telegram, by a bot.
    Telegram,
    /// Channels on Discord, by a webhook.
    Discord,
    /// Channels on Slack, by an app or a webhook.
    Slack,
    /// Channels on YouTube.
    #[serde(rename = "youtube")]
    #[strum(serialize = "youtube")]
    YouTube,
    /// Locations on Google Business Profile.
    GoogleBusiness,
    /// TikTok.
    #[serde(rename = "tiktok")]
    #[strum(serialize = "tiktok")]
    TikTok,
    /// Pinterest.
    Pinterest,
    /// Reddit.
    Reddit,
}

/// Only a name is a platform: what serde would take for an enum besides, such as an object with one field, is not.
impl TryFrom<String> for Platform {
    type Error = String;
    fn try_from(name: String) -> Result<Self, String> {
        let known = || Self::VARIANTS.join(", ");
        name.parse()
            .map_err(|_| format!("must be one of: {}", known()))
    }
}

impl Platform {
    /// Its name, as people write it.
    pub fn title(self) -> &'static str {
        match self {
            Self::Mastodon => "Mastodon",
            Self::Bluesky => "Bluesky",
            Self::Facebook => "Facebook",
            Self::Instagram => "Instagram",
            Self::Threads => "Threads",
            Self::X => "X",
            Self::LinkedIn => "LinkedIn",
            Self::Telegram => "Telegram",
            Self::Discord => "Discord",
            Self::Slack => "Slack",
            Self::YouTube => "YouTube",
            Self::GoogleBusiness => "Google Business Profile",
            Self::TikTok => "TikTok",
            Self::Pinterest => "Pinterest",
            Self::Reddit => "Reddit",
        }
    }
}

/// Whether an account can publish.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Display, EnumString)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum AccountStatus {
    /// It can.
    Active,
    /// The platform no longer accepts its token: a team admin must connect it again.
    NeedsReconnect,
    /// It is not the team's any more. Only what must be cleared away still knows of it.
    Disconnected,
}

/// How an account is, as people see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Display)]
#[strum(serialize_all = "snake_case")]
pub enum Health {
    /// It can publish.
    Active,
    /// It can publish, and its access ends soon: connect it again before that.
    Expiring,
    /// It cannot publish until a team admin connects it again.
    NeedsReconnect,
}

/// How long before its end an access that cannot be renewed is told of.
pub const EXPIRING: SignedDuration = SignedDuration::from_hours(7 * 24);
/// How often an account is looked at when nothing else is due.
pub const CHECK_EVERY: SignedDuration = SignedDuration::from_hours(24);
/// How long after a platform did not answer it is asked again.
pub const CHECK_AGAIN: SignedDuration = SignedDuration::from_mins(15);

/// What a team is told about the access to an account. It is the platform's word.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Access {
    /// What it covers: the scopes that were granted.
    pub scopes: Vec<String>,
    /// What we may do there besides, in the platform's words.
    pub permissions: Vec<String>,
    /// When it ends unless its owner agrees again, where that is known.
    pub ends_at: Option<Timestamp>,
}

/// A social account connected to a team. Its tokens are kept elsewhere, sealed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Its id.
    pub id: AccountId,
    /// The team it belongs to.
    pub team: TeamId,
    /// The platform it is on.
    pub platform: Platform,
    /// The server that holds it, as a host name.
    pub host: String,
    /// What the platform calls it: an id that never changes.
    pub remote_id: String,
    /// Its handle, as people write it.
    pub handle: String,
    /// Its display name.
    pub name: AccountName,
    /// The address of its profile.
    pub url: String,
    /// The most characters its server takes, where the server says so.
    pub max_characters: Option<u32>,
    /// Whether it can publish.
    pub status: AccountStatus,
    /// Why it cannot, in words.
    pub problem: Option<String>,
    /// The access that we have.
    pub access: Access,
    /// Whose consent the access hangs on, as the platform calls it. Other accounts may hang on the same.
    pub grant: String,
    /// Counts the tokens it has had: publishing is tied to the newest.
    pub token_generation: u32,
    /// Who connected it.
    pub connected_by: UserId,
    /// When it was connected.
    pub connected_at: Timestamp,
    /// When the platform last said that the access works.
    pub checked_at: Timestamp,
    /// When somebody looks after it next: its chore is kept under this time.
    pub chore_at: Timestamp,
    /// Whether its publications must be brought in line with its status first.
    pub unsettled: bool,
    /// The times of each week at which its queue has slots.
    pub posting_times: Option<PostingTimes>,
    /// Rises with every change, so that nobody overwrites what he has not seen.
    pub revision: u64,
}

/// An account that changed, with the entry for the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountChanged {
    /// The account as it is now.
    pub account: Account,
    /// The entry.
    pub activity: Activity,
}

impl Account {
    /// Refuses an account that cannot publish; `pointer` says where it was named.
    pub fn require_active(&self, pointer: &str) -> Result<(), Refused> {
        match self.status {
            AccountStatus::Active => Ok(()),
            AccountStatus::NeedsReconnect | AccountStatus::Disconnected => Err(Refused::invalid(
                pointer,
                format!(
                    "{} must be connected again before it can publish",
                    self.handle
                ),
            )),
        }
    }

    /// How it is.
    pub fn health(&self, now: Timestamp) -> Health {
        match self.status {
            AccountStatus::NeedsReconnect | AccountStatus::Disconnected => Health::NeedsReconnect,
            AccountStatus::Active if self.ends_soon(now) => Health::Expiring,
            AccountStatus::Active => Health::Active,
        }
    }

    fn ends_soon(&self, now: Timestamp) -> bool {
        self.access.ends_at.is_some_and(|end| end <= now + EXPIRING)
    }

    /// The account as a member has just connected it, for the first time or, over `before`, again. It keeps its id then, so its
    /// waiting posts still find it.
    pub fn connected(
        self,
        member: &Member,
        before: Option<&Self>,
        renew_at: Option<Timestamp>,
        entry: Entry,
        now: Timestamp,
    ) -> Result<AccountChanged, Refused> {
        member.require(Permission::ManageTeam)?;
        // What waits for an account that is connected again goes on at once.
        let chore_at =
            before.map_or_else(|| next_check(renew_at, self.access.ends_at, now), |_| now);
        let account = Self {
            id: before.map_or(self.id, |before| before.id),
            status: AccountStatus::Active,
            problem: None,
            token_generation: before.map_or(1, |before| before.token_generation + 1),
            connected_by: member.user,
            connected_at: now,
            checked_at: now,
            chore_at,
            unsettled: before.is_some(),
            posting_times: before.and_then(|before| before.posting_times.clone()),
            revision: before.map_or(1, |before| before.revision + 1),
            ..self
        };
        let kind = if before.is_some() {
            Kind::AccountReconnected
        } else {
            Kind::AccountConnected
        };
        let activity = account.described(member.entry(entry, kind, now));
        Ok(AccountChanged { account, activity })
    }

    /// The account as the platform no longer lets us in, for a reason in its words. Nothing, when that is known.
    pub fn failed(&self, reason: &str, entry: Entry, now: Timestamp) -> Option<AccountChanged> {
        if self.status != AccountStatus::Active {
            return None;
        }
        let account = Self {
            status: AccountStatus::NeedsReconnect,
            problem: Some(reason.to_owned()),
            chore_at: now,
            unsettled: true,
            revision: self.revision + 1,
            ..self.clone()
        };
        let activity = account.told(entry, Kind::AccountNeedsReconnect, now);
        Some(AccountChanged {
            account,
            activity: activity.with("reason", reason),
        })
    }

    /// The account after the platform said that the access works, and what there is to say about its end, once.
    pub fn checked(
        &self,
        access: Access,
        renew_at: Option<Timestamp>,
        entry: Entry,
        now: Timestamp,
    ) -> (Self, Option<Activity>) {
        let account = Self {
            chore_at: next_check(renew_at, access.ends_at, now),
            access,
            checked_at: now,
            unsettled: false,
            revision: self.revision + 1,
            ..self.clone()
        };
        let told_before = self.ends_soon(self.checked_at);
        let activity = (account.ends_soon(now) && !told_before)
            .then(|| account.told(entry, Kind::AccountExpiring, now));
        let ends_at = account.access.ends_at;
        let activity = activity.map(|activity| match ends_at {
            Some(end) => activity.with("ends_at", end.to_string()),
            None => activity,
        });
        (account, activity)
    }

    /// The account after its publications were brought in line with its status. There is nothing more to do for one that waits to be
    /// connected again.
    #[must_use]
    pub fn settled(&self) -> Self {
        Self {
            unsettled: false,
            revision: self.revision + 1,
            ..self.clone()
        }
    }

    /// Whether somebody has to look after it at `chore_at`.
    pub fn has_chore(&self) -> bool {
        self.unsettled || self.status != AccountStatus::NeedsReconnect
    }

    /// The account when the platform could not be asked: that says nothing about it.
    #[must_use]
    pub fn unanswered(&self, now: Timestamp) -> Self {
        Self {
            chore_at: now + CHECK_AGAIN,
            revision: self.revision + 1,
            ..self.clone()
        }
    }

    /// The account as it leaves the team.
    pub fn disconnect(
        &self,
        member: &Member,
        entry: Entry,
        now: Timestamp,
    ) -> Result<AccountChanged, Refused> {
        member.require(Permission::ManageTeam)?;
        let activity = member.entry(entry, Kind::AccountDisconnected, now);
        Ok(AccountChanged {
            activity: self.described(activity),
            account: self.gone(now),
        })
    }

    /// Gives its queue other slots; none take the queue away. What took a slot before keeps its time.
    pub fn plan(
        &self,
        member: &Member,
        posting_times: Option<PostingTimes>,
        entry: Entry,
        now: Timestamp,
    ) -> Result<AccountChanged, Refused> {
        member.require(Permission::ManageTeam)?;
        let words = |times: &Option<PostingTimes>| {
            let times = times.as_ref().map(|times| times.slots().len());
            times.unwrap_or_default().to_string()
        };
        let activity = member
            .entry(entry, Kind::AccountChanged, now)
            .with("slots_before", words(&self.posting_times))
            .with("slots", words(&posting_times));
        Ok(AccountChanged {
            activity: self.described(activity),
            account: Self {
                posting_times,
                revision: self.revision + 1,
                ..self.clone()
            },
        })
    }

    /// The account as its team goes.
    pub fn dissolved(&self, entry: Entry, now: Timestamp) -> AccountChanged {
        let account = self.gone(now);
        AccountChanged {
            activity: account.told(entry, Kind::AccountDisconnected, now),
            account,
        }
    }

    fn gone(&self, now: Timestamp) -> Self {
        Self {
            status: AccountStatus::Disconnected,
            chore_at: now,
            unsettled: true,
            revision: self.revision + 1,
            ..self.clone()
        }
    }

    fn told(&self, entry: Entry, kind: Kind, now: Timestamp) -> Activity {
        let scope = Scope::Team(self.team);
        self.described(Activity::new(entry, scope, Actor::System, kind, now))
    }

    fn described(&self, activity: Activity) -> Activity {
        activity
            .about_account(self.id)
            .with("platform", self.platform.to_string())
            .with("handle", &self.handle)
    }
}

/// When an account is looked at next: in time for its tokens, when its end is to be told of, at its end, and once a day.
fn next_check(
    renew_at: Option<Timestamp>,
    ends_at: Option<Timestamp>,
    now: Timestamp,
) -> Timestamp {
    let day = now + CHECK_EVERY;
    let told_at = ends_at.map(|end| end - EXPIRING).filter(|at| *at > now);
    let turns = [renew_at, told_at, ends_at].into_iter().flatten();
    let next = turns.map(schedule::millis).min();
    next.map_or(day, |at| at.clamp(now, day))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids;
    use crate::team::Role;

    #[test]
    fn a_platform_is_written_as_its_name_and_nothing_else() {
        let read = |json| serde_json::from_str::<Platform>(json);
        assert_eq!(read(r#""bluesky""#).unwrap(), Platform::Bluesky);
        assert_eq!(
            serde_json::to_string(&Platform::Bluesky).unwrap(),
            r#""bluesky""#
        );
        for wrong in [r#"{"bluesky":null}"#, r#""Bluesky""#, "1", r#"["bluesky"]"#] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }

    fn at(hour: i64) -> Timestamp {
        Timestamp::from_second(hour * 3_600).unwrap()
    }

    fn entry() -> Entry {
        Entry::system(ids::new(at(0), [7; 10]))
    }

    fn member(role: Role) -> Member {
        Member {
            team: ids::new(at(0), [1; 10]),
            user: ids::new(at(0), [2; 10]),
            role,
            joined_at: at(0),
        }
    }

    fn account() -> Account {
        Account {
            id: ids::new(at(0), [3; 10]),
            team: member(Role::Admin).team,
            platform: Platform::LinkedIn,
            host: "www.linkedin.com".into(),
            remote_id: "1".into(),
            handle: "harbour".into(),
            name: AccountName::parse("Harbour").unwrap(),
            url: "https://www.linkedin.com/company/1".into(),
            max_characters: None,
            status: AccountStatus::Active,
            problem: None,
            access: Access::default(),
            grant: "1".into(),
            token_generation: 1,
            connected_by: member(Role::Admin).user,
            connected_at: at(0),
            checked_at: at(0),
            chore_at: at(0),
            unsettled: false,
            posting_times: None,
            revision: 1,
        }
    }

    fn ending(end: i64) -> Access {
        Access {
            ends_at: Some(at(end)),
            ..Access::default()
        }
    }

    #[test]
    fn only_who_manages_the_team_connects_and_disconnects() {
        for role in [Role::Editor, Role::Viewer] {
            let connected = account().connected(&member(role), None, None, entry(), at(1));
            assert!(matches!(connected, Err(Refused::Forbidden { .. })));
            let gone = account().disconnect(&member(role), entry(), at(1));
            assert!(matches!(gone, Err(Refused::Forbidden { .. })));
        }
    }

    #[test]
    fn connected_again_it_keeps_its_id_gets_the_next_tokens_and_is_settled_at_once() {
        let admin = member(Role::Admin);
        let before = account().failed("revoked", entry(), at(5)).unwrap().account;
        assert_eq!(before.health(at(5)), Health::NeedsReconnect);
        let anew = Account {
            id: ids::new(at(6), [9; 10]),
            ..account()
        };
        let again = anew.connected(&admin, Some(&before), None, entry(), at(6));
        let AccountChanged {
            account: again,
            activity,
        } = again.unwrap();
        assert_eq!((again.id, again.token_generation), (before.id, 2));
        assert_eq!((again.unsettled, again.chore_at), (true, at(6)));
        assert_eq!(
            (again.problem, activity.kind),
            (None, Kind::AccountReconnected)
        );
    }

    #[test]
    fn an_account_fails_once() {
        let failed = account().failed("revoked", entry(), at(5)).unwrap();
        assert_eq!(failed.activity.kind, Kind::AccountNeedsReconnect);
        assert!(failed.account.has_chore());
        assert!(!failed.account.settled().has_chore());
        assert_eq!(failed.account.failed("again", entry(), at(6)), None);
        let gone = account().dissolved(entry(), at(7)).account;
        assert_eq!(gone.failed("again", entry(), at(8)), None);
    }

    #[test]
    fn an_end_that_nobody_can_put_off_is_told_once_a_week_ahead() {
        let week = 7 * 24;
        let check =
            |account: &Account, hour| account.checked(ending(1_000), None, entry(), at(hour));
        let (early, told) = check(&account(), 1_000 - week - 1);
        assert_eq!(
            (told, early.health(early.checked_at)),
            (None, Health::Active)
        );
        let (soon, told) = check(&early, 1_000 - week);
        assert_eq!(told.unwrap().kind, Kind::AccountExpiring);
        assert_eq!(soon.health(soon.checked_at), Health::Expiring);
        let (later, told) = check(&soon, 1_000 - week + 24);
        assert_eq!(told, None);
        // A later end is told of again when it comes near.
        let (renewed, _) = later.checked(ending(5_000), None, entry(), at(999));
        assert!(
            renewed
                .checked(ending(5_000), None, entry(), at(4_900))
                .1
                .is_some()
        );
    }

    #[test]
    fn it_is_looked_after_in_time_for_its_tokens_and_once_a_day() {
        let next = |renew_at| {
            let (account, _) = account().checked(Access::default(), renew_at, entry(), at(10));
            account.chore_at
        };
        assert_eq!(next(None), at(34));
        assert_eq!(next(Some(at(12))), at(12));
        assert_eq!(next(Some(at(100))), at(34));
        assert_eq!(next(Some(at(1))), at(10));
        assert_eq!(account().unanswered(at(10)).chore_at, at(10) + CHECK_AGAIN);
        assert_eq!(account().unanswered(at(10)).status, AccountStatus::Active);
    }
}
