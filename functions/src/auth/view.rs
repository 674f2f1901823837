//! People and their tokens, as the API shows them.

use app::auth::access::{Caller, LIFETIME};
use app::auth::refresh::RefreshToken;
use app::{App, Result};
use domain::{Session, User};
use serde::Serialize;
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
    /// `admin` may create teams; `member` works in the teams it was added to.
    #[schema(example = "admin")]
    pub role: String,
}

impl From<&User> for UserView {
    fn from(user: &User) -> Self {
        Self {
            id: user.id.to_string(),
            email: user.email.to_string(),
            name: user.name.to_string(),
            role: user.role.to_string(),
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
        let caller = Caller {
            user: session.user,
            session: session.id,
        };
        let access_token = app
            .signer()
            .await?
            .issue(&app.config.issuer, caller, app.now())?;
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
