//! What Tayang is about: people, teams, accounts, posts and their publication. Pure: no I/O, no clock, no randomness.

pub mod account;
pub mod activity;
pub mod chain;
pub mod content;
pub mod error;
pub mod identity;
pub mod ids;
pub mod invitation;
pub mod locale;
pub mod media;
pub mod options;
pub mod place;
pub mod post;
pub mod publication;
pub mod queue;
pub mod repeat;
pub mod schedule;
pub mod session;
pub mod team;
pub mod text;
pub mod throttle;
pub mod user;
pub mod when;

pub use account::{Account, AccountStatus, Health, Platform};
pub use activity::{Activity, Actor, Entry, Kind, Scope};
pub use content::{Approved, Content, ContentHash};
pub use error::Refused;
pub use identity::{Identity, Provider};
pub use ids::{
    AccountId, ActivityId, EmailChangeId, FeedbackId, InvitationId, MediaId, OfferId,
    PasswordResetId, PostId, PublicationId, RegistrationId, SessionId, TeamId, UserId,
};
pub use invitation::Invitation;
pub use locale::{Locale, Zone};
pub use media::{Media, MediaKind, MediaType};
pub use options::Options;
pub use place::Place;
pub use post::{Post, Status};
pub use publication::Publication;
pub use session::{Device, Session};
pub use team::{Member, Permission, Role, Team};
pub use text::{AccountName, AltText, Email, Label, Link, Note, PersonName, PostText, TeamName};
pub use user::{EmailChange, PasswordReset, Registration, User, UserRole, UserStatus};
pub use when::When;
