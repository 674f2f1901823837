//! People and their tokens, as the API shows them.

use app::auth::access::{LIFETIME, Subject};
use app::auth::refresh::RefreshToken;
use app::{App, Result};
use domain::{Session, User};
use jiff::Timestamp;
use serde::Serialize;
use url::Url;
use utoipa::ToSchema;

/// A person with a user account.
#[derive(Debug, Serialize, ToSchema)]
pub struct UserView {
    /// Its id.
    #[schema(example = "user_01kaw3x0fhe9ps6r4h8x5tq7vd")]
    pub id: String,
    /// The confirmed e-mail address.
    #[schema(format = "email", example = "ana@example.com")]
    pub email: String,
    /// The person's name.
    #[schema(example = "Ana")]
    pub name: String,
    /// The language of mails: `en` or `id`.
    #[schema(example = "en")]
    pub locale: String,
    /// The person's time zone (IANA).
    #[schema(example = "Asia/Jakarta")]
    pub time_zone: String,
    /// `admin` may create teams and manage users; `member` works in the teams it was added to.
    #[schema(example = "admin")]
    pub role: String,
    /// `active`, or `disabled`: then nobody can sign in to it.
    #[schema(example = "active")]
    pub status: String,
    /// When the account was made (RFC 3339).
    #[schema(format = "date-time")]
    pub created_at: String,
    /// When somebody last signed in to it (RFC 3339).
    #[schema(format = "date-time")]
    pub signed_in_at: Option<String>,
}

impl From<&User> for UserView {
    fn from(user: &User) -> Self {
        Self {
            id: user.id.to_string(),
            email: user.email.to_string(),
            name: user.name.to_string(),
            locale: user.locale.to_string(),
            time_zone: user.zone.to_string(),
            role: user.role.to_string(),
            status: user.status.to_string(),
            created_at: user.created_at.to_string(),
            signed_in_at: user.signed_in_at.map(|at| at.to_string()),
        }
    }
}

/// Tokens, as RFC 6749 names them.
#[derive(Debug, Serialize, ToSchema)]
pub struct TokensView {
    /// A JWT (RFC 9068) for the header `Authorization: Bearer`.
    pub access_token: String,
    /// Always `Bearer`.
    #[schema(example = "Bearer")]
    pub token_type: &'static str,
    /// How many seconds the access token lives.
    #[schema(example = 900)]
    pub expires_in: i64,
    /// Good for one call of `POST /refresh-token`, which brings the next one.
    pub refresh_token: String,
}

impl TokensView {
    /// Issues the tokens of a session's newest generation.
    pub(crate) async fn issue(app: &App, session: &Session) -> Result<Self> {
        let subject = Subject {
            user: session.user,
            session: session.id,
        };
        let access_token = app
            .signer()
            .await?
            .issue(&app.config.issuer, subject, app.now())?;
        let refresh_token = RefreshToken {
            user: session.user,
            session: session.id,
            generation: session.generation,
        }
        .issue(&app.refresh_key().await?);
        Ok(Self {
            access_token,
            token_type: "Bearer",
            expires_in: LIFETIME.as_secs(),
            refresh_token,
        })
    }
}

/// A new session.
#[derive(Debug, Serialize, ToSchema)]
pub struct LoggedIn {
    /// Its tokens.
    #[serde(flatten)]
    pub tokens: TokensView,
    /// Who signed in.
    pub user: UserView,
}

/// Where a browser must go next.
#[derive(Debug, Serialize, ToSchema)]
pub struct ConsentView {
    /// Open this address in the browser that made this request: its cookie is needed on the way back.
    #[schema(format = "uri")]
    pub authorization_url: String,
    /// Until when that is possible (RFC 3339).
    #[schema(format = "date-time")]
    pub expires_at: String,
}

impl ConsentView {
    pub(crate) fn new(authorization_url: &Url, expires_at: Timestamp) -> Self {
        Self {
            authorization_url: authorization_url.to_string(),
            expires_at: expires_at.to_string(),
        }
    }
}

/// Something was done, or is on its way.
#[derive(Debug, Serialize, ToSchema)]
pub struct MessageView {
    /// What, in words.
    #[schema(
        example = "We have sent a mail to this address. Follow the link in it within 60 minutes."
    )]
    pub message: &'static str,
}
