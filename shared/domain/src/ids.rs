//! Identifiers: a distinct type for each thing, prefixed and ordered by time (TypeID over UUIDv7, RFC 9562).

use jiff::Timestamp;
use type_safe_id::{StaticType, TypeSafeId};

/// The unpredictable part of a new id: the 80 bits that UUIDv7 fills with randomness.
pub type Entropy = [u8; 10];

/// Makes an id from a time and randomness, both given by the caller.
pub fn new<T: StaticType>(now: Timestamp, entropy: Entropy) -> TypeSafeId<T> {
    let millis = u64::try_from(now.as_millisecond()).unwrap_or(0);
    TypeSafeId::from_uuid(uuid::Builder::from_unix_timestamp_millis(millis, &entropy).into_uuid())
}

/// When an id was made: what its first 48 bits say (RFC 9562, 5.7).
pub fn made_at<T: StaticType>(id: &TypeSafeId<T>) -> Timestamp {
    let uuid = id.uuid();
    let millis = uuid
        .as_bytes()
        .iter()
        .take(6)
        .fold(0_i64, |sum, byte| sum << 8 | i64::from(*byte));
    Timestamp::from_millisecond(millis).unwrap_or(Timestamp::MIN)
}

macro_rules! ids {
    ($($(#[$doc:meta])* $alias:ident = $kind:ident, $prefix:literal;)*) => {
        /// The markers that tell one kind of id from another at compile time.
        pub mod kind {
            $(
                #[doc = concat!("Marks the ids that begin with `", $prefix, "_`.")]
                #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
                pub struct $kind;
                impl type_safe_id::StaticType for $kind {
                    const TYPE: &'static str = $prefix;
                }
            )*
        }
        $($(#[$doc])* pub type $alias = TypeSafeId<kind::$kind>;)*
    };
}

ids! {
    /// A person's user account.
    UserId = User, "user";
    /// A sign-up that waits for its e-mail address to be confirmed.
    RegistrationId = Registration, "reg";
    /// Somebody's wish for a new password.
    PasswordResetId = PasswordReset, "reset";
    /// A user's wish for another e-mail address.
    EmailChangeId = EmailChange, "email";
    /// A signed-in device: one family of refresh tokens.
    SessionId = Session, "session";
    /// A team.
    TeamId = Team, "team";
    /// A team's invitation to somebody, by e-mail.
    InvitationId = Invitation, "invitation";
    /// A consent that opened several social accounts, of which a person has to choose.
    OfferId = Offer, "offer";
    /// A social account connected to a team.
    AccountId = Account, "account";
    /// A post.
    PostId = Post, "post";
    /// A file that goes out with posts.
    MediaId = Media, "media";
    /// Something that somebody said about a post.
    FeedbackId = Feedback, "feedback";
    /// One post to one account at one time.
    PublicationId = Publication, "pub";
    /// An entry of the activity log.
    ActivityId = Activity, "activity";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_sort_by_the_time_they_were_made() {
        let earlier: PostId = new(Timestamp::from_millisecond(1_000).unwrap(), [255; 10]);
        let later: PostId = new(Timestamp::from_millisecond(1_001).unwrap(), [0; 10]);
        assert!(earlier.to_string() < later.to_string());
    }

    #[test]
    fn an_id_of_another_kind_does_not_parse() {
        let post: PostId = new(Timestamp::UNIX_EPOCH, [7; 10]);
        assert!(post.to_string().parse::<PostId>().is_ok());
        assert!(post.to_string().parse::<TeamId>().is_err());
    }
}
