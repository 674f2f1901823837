//! Every key, and every way the tables are read. No other file spells a key.
//!
//! | what | PK | SK | read by |
//! |---|---|---|---|
//! | sign-up | `REGISTRATION#id` | `META` | `Store::registration` |
//! | user | `USER#id` | `META` | `Store::user`, `user_by_email` |
//! | every user, oldest first | `USERS` | user id | `Store::users` |
//! | owner of an address | `EMAIL#sha256` | `META` | `Store::user_by_email`, `email_owner`, `gate` |
//! | identity of a user | `USER#id` | `IDENTITY#provider` | `Store::identities` |
//! | owner of an identity | `IDENTITY#sha256` | `META` | `Store::user_by_identity` |
//! | session | `USER#id` | `SESSION#id` | `Store::signed_in`, `sessions` |
//! | wish for a new password | `RESET#id` | `META` | `Store::password_reset` |
//! | wish for another address | `EMAIL_CHANGE#id` | `META` | `Store::email_change` |
//! | trip to a provider or platform | `TRIP#sha256 of its state` | `META` | `Store::take_trip`, `trip` |
//! | failures in a row | `FAILURES#sha256` | `META` | `Store::gate`, `failures_of` |
//! | tries in a span of time | `TRIES#sha256` | `META` | `Store::count_try` |
//! | number of the deployment's admins | `DEPLOYMENT` | `ADMINS` | `Store::confirmation`, `has_admin` |
//! | public signing key | `SIGNING_KEYS` | key id | `Store::signing_keys` |
//! | rotation of keys under way | `CONTROL` | `KEY_ROTATION` | `Store::claim_key_rotation` (condition) |
//! | team | `TEAM#id` | `META` | `Store::member`, `team_of`, `teams_of` |
//! | member | `TEAM#id` | `MEMBER#user` | `Store::member`, `team_of`, `teams_of`, `members` |
//! | team of a user | `USER#id` | `TEAM#team` | `Store::teams_of` |
//! | invitation | `INVITATION#id` | `META` | `Store::invitation` |
//! | invitations of a team | `TEAM#id` | `INVITATION#id` | `Store::invitations_of_team` |
//! | whom a team has invited | `TEAM#id` | `INVITED#sha256` | `Store::invite` (condition) |
//! | invitations of an address | `EMAIL#sha256` | `INVITATION#id` | `Store::invitations_for` |
//! | accounts that a team's admins must connect again | `TEAM#id` | `TODO#ACCOUNT#id` | `Store::todos` |
//! | posts that wait for somebody of a team | `TEAM#id` | `TODO#POST#id` | `Store::posts_to_do` |
//! | account | `TEAM#id` | `ACCOUNT#id` | `Store::accounts`, `account`, `accounts_named` |
//! | which account a remote one is | `TEAM#id` | `REMOTE#sha256` | `Store::connected` |
//! | accounts that hang on one consent | `GRANT#sha256` | `team#account` | `Store::of_grant` |
//! | publications of an account that may yet go out | `OPEN#account` | `post#publication` | `Store::open_publications` |
//! | chore: an account or a post to look after, a team to clear away | `CHORE#shard` | `milliseconds#team[#account or post]` | `Store::chores` |
//! | post | `POST#id` | `META` | `Store::post` |
//! | publication | `POST#id` | `PUB#id` | `Store::post` |
//! | attempt | `POST#id` | `PUB#id#ATTEMPT#revision` | `Store::post` |
//! | posts of a team by change | index `by_change`: `TEAM#id` | `milliseconds#post` | `Store::posts_of_team` |
//! | posts of a team by time | index `by_publish`: `TEAM#id` | `milliseconds#post` | `Store::posts_of_team` |
//! | posts of a team in a status by change | index `by_status_change`: `TEAM#id#status` | `milliseconds#post` | `Store::posts_of_team` |
//! | posts of a team in a status by time | index `by_status_publish`: `TEAM#id#status` | `milliseconds#post` | `Store::posts_of_team` |
//! | what a post said once | `HISTORY#post` | `EDITION#number` | `Store::history` |
//! | what was said about a post | `HISTORY#post` | `FEEDBACK#id` | `Store::history` |
//! | taken slot of an account's queue | `SLOT#account` | `milliseconds` | `Store::taken_slots` |
//! | file | `MEDIA#id` | `META` | `Store::media`, `media_named`, `media_use` |
//! | files of a team | `TEAM#id` | `MEDIA#id` | `Store::media_of_team` |
//! | how many files and bytes a team has | `TEAM#id` | `MEDIA_COUNT` | `Store::create_media` (condition) |
//! | a file to look at, whether a post uses it | `MEDIA_LOOK#shard` | `milliseconds#media` | `Store::media_looks` |
//! | approved content | `SNAPSHOT#sha256` | `META` | `Store::snapshot` |
//! | due publication | `DUE#shard` | `milliseconds#post#publication` | `Store::due` |
//! | armed publication | `ARMED#shard` | `milliseconds#post#publication` | `Store::overdue_armed` |
//! | stop switch | `CONTROL` | `PUBLISHING` | `Store::arm` (condition) |
//! | how far posts were looked through for new rules of time zones | `CONTROL` | `TIME_RULES` | `Store::rule_check` |
//! | activity | `ACTIVITY#scope id` | activity id | `Store::log`, `entries`, `entry` |
//! | end of the chain of a team's log | `CHAIN#team` | `HEAD` | `Store::chain_head` |
//! | entries of teams' logs that have no place in the chain yet | index `unsealed`: `UNSEALED#shard` | activity id | `Store::unsealed` |
//!
//! In the vault's table:
//!
//! | what | PK | SK | read by |
//! |---|---|---|---|
//! | sealed tokens of an account | `ACCOUNT#id` | `TOKENS` | `Store::sealed_tokens` |
//! | our registration at a server | `CLIENT#platform` | host | `Store::sealed_client` |
//! | accounts to choose from, with their tokens | `OFFER#id` | `META` | `Store::offer` |
//! | what is sealed under a key, without what is sealed | index `by_key`: `KEY#id#shard` | `PK` | `Store::wrapped_under` |

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use domain::{
    AccountId, Activity, ContentHash, Email, EmailChangeId, FeedbackId, InvitationId, MediaId,
    OfferId, PasswordResetId, Platform, PostId, Provider, PublicationId, RegistrationId, Scope,
    SessionId, Status, TeamId, UserId,
};
use jiff::Timestamp;

use crate::chores::About;

/// The name of the partition key.
pub const PK: &str = "PK";
/// The name of the sort key.
pub const SK: &str = "SK";
/// The index of a team's posts by their last change.
pub const BY_CHANGE: &str = "by_change";
/// The index of a team's posts that have a time, by that.
pub const BY_PUBLISH: &str = "by_publish";
/// The index of a team's posts in one status by their last change.
pub const BY_STATUS_CHANGE: &str = "by_status_change";
/// The index of a team's posts in one status that have a time, by that.
pub const BY_STATUS_PUBLISH: &str = "by_status_publish";
/// The partition keys of these indexes, and their sort keys.
pub const TEAM_PK: &str = "team_pk";
/// See `TEAM_PK`.
pub const STATUS_PK: &str = "status_pk";
/// See `TEAM_PK`.
pub const CHANGE_SK: &str = "change_sk";
/// See `TEAM_PK`.
pub const PUBLISH_SK: &str = "publish_sk";
/// The index of entries of the log that have no place in their chain yet, and its partition key. Its sort key is that of the table.
pub const UNSEALED: &str = "unsealed";
/// See `UNSEALED`.
pub const UNSEALED_PK: &str = "unsealed_pk";
/// The index of the vault by the key that an item's own key is wrapped with, and its partition key.
pub const BY_KEY: &str = "by_key";
/// See `BY_KEY`.
pub const KEY_PK: &str = "key_pk";
/// Over how many partitions due and armed publications, and chores, are spread.
pub const SHARDS: u8 = 16;

/// The key of an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// The partition key.
    pub pk: String,
    /// The sort key.
    pub sk: String,
}

impl Key {
    fn new(pk: impl Into<String>, sk: impl Into<String>) -> Self {
        Self {
            pk: pk.into(),
            sk: sk.into(),
        }
    }

    fn meta(pk: impl Into<String>) -> Self {
        Self::new(pk, "META")
    }

    /// The key of an item that was read.
    pub(crate) fn of(item: &HashMap<String, AttributeValue>) -> Option<Self> {
        let part = |name| item.get(name).and_then(|part| part.as_s().ok());
        Some(Self::new(part(PK)?, part(SK)?))
    }

    /// The key as DynamoDB takes it.
    pub fn attributes(&self) -> HashMap<String, AttributeValue> {
        HashMap::from([
            (PK.to_owned(), AttributeValue::S(self.pk.clone())),
            (SK.to_owned(), AttributeValue::S(self.sk.clone())),
        ])
    }
}

pub(crate) fn registration(id: RegistrationId) -> Key {
    Key::meta(format!("REGISTRATION#{id}"))
}

pub(crate) fn user(id: UserId) -> Key {
    Key::meta(user_partition(id))
}

pub(crate) fn user_partition(id: UserId) -> String {
    format!("USER#{id}")
}

/// People's texts never stand in a key as they are: they are hashed, so they can reach no other partition.
pub(crate) fn email(address: &Email) -> Key {
    Key::meta(format!(
        "EMAIL#{}",
        ContentHash::of(address.as_str().as_bytes()).as_str()
    ))
}

pub(crate) fn session(user: UserId, id: SessionId) -> Key {
    Key::new(user_partition(user), format!("{SESSION}{id}"))
}

pub(crate) const SESSION: &str = "SESSION#";

pub(crate) const USERS: &str = "USERS";

pub(crate) fn user_in_list(id: UserId) -> Key {
    Key::new(USERS, id.to_string())
}

pub(crate) const IDENTITY: &str = "IDENTITY#";

pub(crate) fn identity(user: UserId, provider: Provider) -> Key {
    Key::new(user_partition(user), format!("{IDENTITY}{provider}"))
}

pub(crate) fn identity_owner(issuer: &str, subject: &str) -> Key {
    Key::meta(format!("{IDENTITY}{}", hash(&[issuer, subject])))
}

pub(crate) fn password_reset(id: PasswordResetId) -> Key {
    Key::meta(format!("RESET#{id}"))
}

pub(crate) fn email_change(id: EmailChangeId) -> Key {
    Key::meta(format!("EMAIL_CHANGE#{id}"))
}

pub(crate) fn trip(state: &str) -> Key {
    Key::meta(format!("TRIP#{}", hash(&[state])))
}

pub(crate) fn failures(of: &[&str]) -> Key {
    Key::meta(format!("FAILURES#{}", hash(of)))
}

pub(crate) fn tries(of: &[&str]) -> Key {
    Key::meta(format!("TRIES#{}", hash(of)))
}

/// The hash of texts in this order: each is preceded by its length, so that no other texts have the same.
fn hash(texts: &[&str]) -> String {
    let joined = texts.iter().fold(String::new(), |joined, text| {
        joined + &text.len().to_string() + ":" + text
    });
    ContentHash::of(joined.as_bytes()).as_str().to_owned()
}

pub(crate) fn admins() -> Key {
    Key::new("DEPLOYMENT", "ADMINS")
}

pub(crate) fn key_rotation() -> Key {
    Key::new("CONTROL", "KEY_ROTATION")
}

pub(crate) fn rule_check() -> Key {
    Key::new("CONTROL", "TIME_RULES")
}

pub(crate) const SIGNING_KEYS: &str = "SIGNING_KEYS";

pub(crate) fn signing_key(kid: &str) -> Key {
    Key::new(SIGNING_KEYS, kid)
}

pub(crate) fn team(id: TeamId) -> Key {
    Key::meta(team_partition(id))
}

pub(crate) fn team_partition(id: TeamId) -> String {
    format!("TEAM#{id}")
}

pub(crate) fn member(team: TeamId, user: UserId) -> Key {
    Key::new(team_partition(team), format!("{MEMBER}{user}"))
}

pub(crate) const TEAM_OF_USER: &str = "TEAM#";

pub(crate) fn team_of_user(user: UserId, team: TeamId) -> Key {
    Key::new(user_partition(user), format!("{TEAM_OF_USER}{team}"))
}

pub(crate) const MEMBER: &str = "MEMBER#";

pub(crate) const INVITATION: &str = "INVITATION#";

pub(crate) fn invitation(id: InvitationId) -> Key {
    Key::meta(format!("{INVITATION}{id}"))
}

pub(crate) fn invitation_of_team(team: TeamId, id: InvitationId) -> Key {
    Key::new(team_partition(team), format!("{INVITATION}{id}"))
}

pub(crate) fn invited(team: TeamId, address: &Email) -> Key {
    let hash = ContentHash::of(address.as_str().as_bytes());
    Key::new(team_partition(team), format!("INVITED#{}", hash.as_str()))
}

pub(crate) fn invitation_for(address: &Email, id: InvitationId) -> Key {
    Key::new(email(address).pk, format!("{INVITATION}{id}"))
}

pub(crate) fn todo_for_account(team: TeamId, id: AccountId) -> Key {
    Key::new(team_partition(team), format!("{TODO_ACCOUNT}{id}"))
}

pub(crate) const TODO_ACCOUNT: &str = "TODO#ACCOUNT#";

pub(crate) const TODO_POST: &str = "TODO#POST#";

pub(crate) fn todo_for_post(team: TeamId, id: PostId) -> Key {
    Key::new(team_partition(team), format!("{TODO_POST}{id}"))
}

pub(crate) const ACCOUNT: &str = "ACCOUNT#";

pub(crate) fn account(team: TeamId, id: AccountId) -> Key {
    Key::new(team_partition(team), format!("{ACCOUNT}{id}"))
}

pub(crate) fn remote_account(team: TeamId, platform: Platform, host: &str, remote_id: &str) -> Key {
    let hash = ContentHash::of(format!("{platform}|{host}|{remote_id}").as_bytes());
    Key::new(team_partition(team), format!("REMOTE#{}", hash.as_str()))
}

pub(crate) fn grant_partition(platform: Platform, host: &str, grant: &str) -> String {
    format!("GRANT#{}", hash(&[&platform.to_string(), host, grant]))
}

pub(crate) fn grant(
    platform: Platform,
    host: &str,
    grant: &str,
    (team, account): (TeamId, AccountId),
) -> Key {
    Key::new(
        grant_partition(platform, host, grant),
        format!("{team}#{account}"),
    )
}

pub(crate) fn open_partition(account: AccountId) -> String {
    format!("OPEN#{account}")
}

pub(crate) fn open(account: AccountId, post: PostId, publication: PublicationId) -> Key {
    Key::new(open_partition(account), format!("{post}#{publication}"))
}

pub(crate) fn chore_partition(shard: u8) -> String {
    format!("CHORE#{shard:02}")
}

/// The chore of an account, of a post, or of a whole team.
pub(crate) fn chore(at: Timestamp, team: TeamId, about: About) -> Key {
    let time = due_time(at);
    let (uuid, sk) = match about {
        About::Account(account) => (account.uuid(), format!("{time}#{team}#{account}")),
        About::Post(post) => (post.uuid(), format!("{time}#{team}#{post}")),
        About::Team => (team.uuid(), format!("{time}#{team}")),
    };
    Key::new(chore_partition(uuid.as_bytes()[15] % SHARDS), sk)
}

pub(crate) fn slot_partition(account: AccountId) -> String {
    format!("SLOT#{account}")
}

pub(crate) fn slot(account: AccountId, at: Timestamp) -> Key {
    Key::new(slot_partition(account), due_time(at))
}

pub(crate) fn history_partition(post: PostId) -> String {
    format!("HISTORY#{post}")
}

pub(crate) const EDITION: &str = "EDITION#";

pub(crate) fn edition(post: PostId, number: u32) -> Key {
    Key::new(history_partition(post), format!("{EDITION}{number:010}"))
}

pub(crate) const FEEDBACK: &str = "FEEDBACK#";

pub(crate) fn feedback(post: PostId, id: FeedbackId) -> Key {
    Key::new(history_partition(post), format!("{FEEDBACK}{id}"))
}

/// The sort key of the indexes of posts.
pub(crate) fn moment(at: Timestamp, post: PostId) -> String {
    format!("{}#{post}", due_time(at))
}

pub(crate) fn offer(id: OfferId) -> Key {
    Key::meta(format!("OFFER#{id}"))
}

/// The partition of the vault's index that an item is in: by the key that its own key is wrapped with.
pub(crate) fn sealed_under(key_id: &str, shard: u8) -> String {
    format!("KEY#{key_id}#{shard:02}")
}

/// The shard of an item of the vault.
pub(crate) fn vault_shard(key: &Key) -> u8 {
    let bytes = key.pk.bytes().chain(key.sk.bytes());
    // Ids end in random letters, host names differ all over.
    let sum = bytes.fold(0_u8, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte));
    sum % SHARDS
}

pub(crate) fn tokens(account: AccountId) -> Key {
    Key::new(format!("{ACCOUNT}{account}"), "TOKENS")
}

pub(crate) fn client(platform: Platform, host: &str) -> Key {
    Key::new(format!("CLIENT#{platform}"), host)
}

pub(crate) fn post(id: PostId) -> Key {
    Key::meta(post_partition(id))
}

pub(crate) fn post_partition(id: PostId) -> String {
    format!("POST#{id}")
}

pub(crate) fn publication(post: PostId, id: PublicationId) -> Key {
    Key::new(post_partition(post), format!("PUB#{id}"))
}

pub(crate) fn attempt(post: PostId, publication: PublicationId, revision: u64) -> Key {
    Key::new(
        post_partition(post),
        format!("PUB#{publication}#ATTEMPT#{revision:010}"),
    )
}

pub(crate) fn team_status(team: TeamId, status: Status) -> String {
    format!("{}#{status}", team_partition(team))
}

pub(crate) const MEDIA: &str = "MEDIA#";

pub(crate) fn media(id: MediaId) -> Key {
    Key::meta(format!("{MEDIA}{id}"))
}

pub(crate) fn media_of_team(team: TeamId, id: MediaId) -> Key {
    Key::new(team_partition(team), format!("{MEDIA}{id}"))
}

pub(crate) fn media_count(team: TeamId) -> Key {
    Key::new(team_partition(team), "MEDIA_COUNT")
}

pub(crate) fn media_look_partition(shard: u8) -> String {
    format!("MEDIA_LOOK#{shard:02}")
}

pub(crate) fn media_look(at: Timestamp, id: MediaId) -> Key {
    Key::new(
        media_look_partition(id.uuid().as_bytes()[15] % SHARDS),
        format!("{}#{id}", due_time(at)),
    )
}

pub(crate) fn snapshot(hash: &ContentHash) -> Key {
    Key::meta(format!("SNAPSHOT#{}", hash.as_str()))
}

/// The partition that a publication's due and armed rows are in: spread evenly, and the same for both.
fn shard(id: PublicationId) -> u8 {
    id.uuid().as_bytes()[15] % SHARDS
}

pub(crate) fn due_partition(shard: u8) -> String {
    format!("DUE#{shard:02}")
}

pub(crate) fn due(at: Timestamp, post: PostId, publication: PublicationId) -> Key {
    Key::new(
        due_partition(shard(publication)),
        format!("{}#{post}#{publication}", due_time(at)),
    )
}

pub(crate) fn armed_partition(shard: u8) -> String {
    format!("ARMED#{shard:02}")
}

pub(crate) fn armed(since: Timestamp, post: PostId, publication: PublicationId) -> Key {
    Key::new(
        armed_partition(shard(publication)),
        format!("{}#{post}#{publication}", due_time(since)),
    )
}

/// Milliseconds with 14 digits: they sort as text until the year 5138.
pub(crate) fn due_time(at: Timestamp) -> String {
    format!("{:014}", at.as_millisecond().max(0))
}

pub(crate) fn publishing_switch() -> Key {
    Key::new("CONTROL", "PUBLISHING")
}

pub(crate) fn activity_partition(scope: Scope) -> String {
    match scope {
        Scope::Team(id) => format!("ACTIVITY#{id}"),
        Scope::User(id) => format!("ACTIVITY#{id}"),
        Scope::Registration(id) => format!("ACTIVITY#{id}"),
        Scope::PasswordReset(id) => format!("ACTIVITY#{id}"),
    }
}

/// Whose log an entry of a team is in, by its key.
pub(crate) fn team_of_activity(key: &Key) -> Option<&str> {
    key.pk.strip_prefix("ACTIVITY#")
}

/// The partition of the index that an entry is in until it has its place in the chain; only teams' logs are chains.
pub(crate) fn unsealed(entry: &Activity) -> Option<String> {
    match entry.scope {
        Scope::Team(_) => Some(unsealed_partition(entry.id.uuid().as_bytes()[15] % SHARDS)),
        Scope::User(_) | Scope::Registration(_) | Scope::PasswordReset(_) => None,
    }
}

pub(crate) fn unsealed_partition(shard: u8) -> String {
    format!("UNSEALED#{shard:02}")
}

pub(crate) fn chain_head(team: TeamId) -> Key {
    Key::new(format!("CHAIN#{team}"), "HEAD")
}

pub(crate) fn activity(entry: &Activity) -> Key {
    Key::new(activity_partition(entry.scope), entry.id.to_string())
}
