//! What Tayang is about: people, teams, accounts, posts and their publication. Pure: no I/O, no clock, no randomness.

pub mod account;
pub mod activity;
pub mod content;
pub mod error;
pub mod ids;
pub mod post;
pub mod publication;
pub mod schedule;
pub mod team;
pub mod text;
pub mod user;

pub use account::{Account, AccountStatus, Platform};
pub use activity::{Activity, Actor, Kind, Scope};
pub use content::{Approved, Content, ContentHash};
pub use error::Refused;
pub use ids::{
    AccountId, ActivityId, PostId, PublicationId, RegistrationId, SessionId, TeamId, UserId,
};
pub use post::{Post, Status};
pub use publication::Publication;
pub use team::{Member, Permission, Role, Team};
pub use text::{AccountName, Email, PersonName, PostText, TeamName};
pub use user::{Registration, Session, User, UserRole};
