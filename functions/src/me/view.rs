//! What a person sees of the own account.

use domain::{Identity, Session, SessionId, User};
use serde::Serialize;
use utoipa::ToSchema;

use crate::auth::view::UserView;

/// The person who is signed in.
#[derive(Debug, Serialize, ToSchema)]
pub struct MeView {
    /// As others see it.
    #[serde(flatten)]
    pub user: UserView,
    /// Whether there is a password to sign in with.
    pub has_password: bool,
    /// The providers to sign in at.
    pub identities: Vec<IdentityView>,
}

impl MeView {
    pub(super) fn new(user: &User, identities: &[Identity]) -> Self {
        Self {
            user: UserView::from(user),
            has_password: user.password_hash.is_some(),
            identities: identities.iter().map(IdentityView::from).collect(),
        }
    }
}

/// A provider at which the person signs in.
#[derive(Debug, Serialize, ToSchema)]
pub struct IdentityView {
    /// `google` or `facebook`.
    #[schema(example = "google")]
    pub provider: String,
    /// The address that the provider knew when it was linked.
    #[schema(format = "email")]
    pub email: Option<String>,
    /// Since when (RFC 3339).
    #[schema(format = "date-time")]
    pub linked_at: String,
}

impl From<&Identity> for IdentityView {
    fn from(identity: &Identity) -> Self {
        Self {
            provider: identity.provider.to_string(),
            email: identity.email.as_ref().map(ToString::to_string),
            linked_at: identity.linked_at.to_string(),
        }
    }
}

/// A signed-in device.
#[derive(Debug, Serialize, ToSchema)]
pub struct SessionView {
    /// Its id.
    pub id: String,
    /// What the program said of itself (`User-Agent`).
    #[schema(example = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0")]
    pub device: Option<String>,
    /// The network that it was last seen in: /24 of an IPv4 address, /64 of an IPv6 address.
    #[schema(example = "203.0.113.0/24")]
    pub place: String,
    /// When it signed in (RFC 3339).
    #[schema(format = "date-time")]
    pub started_at: String,
    /// When it last renewed its tokens (RFC 3339).
    #[schema(format = "date-time")]
    pub renewed_at: String,
    /// When it ends at the latest (RFC 3339).
    #[schema(format = "date-time")]
    pub expires_at: String,
    /// Whether it is the one that asks.
    pub current: bool,
}

impl SessionView {
    pub(super) fn new(session: &Session, current: SessionId) -> Self {
        Self {
            id: session.id.to_string(),
            device: session.device.agent().map(str::to_owned),
            place: session.device.place.to_string(),
            started_at: session.started_at.to_string(),
            renewed_at: session.renewed_at.to_string(),
            expires_at: session.expires_at.to_string(),
            current: session.id == current,
        }
    }
}
