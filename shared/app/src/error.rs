//! Everything that can keep an endpoint from answering as asked, and how each is said to the client.

use std::time::Duration;

use domain::Refused;

/// The result of an endpoint.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A value that is not acceptable, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct FieldError {
    /// The place: a JSON pointer (RFC 6901) into the body, or `?name` for a query parameter.
    pub pointer: String,
    /// What is wrong and what would be right.
    pub detail: String,
}

/// Why an endpoint does not answer as asked. `http::problem` gives each its status and its words.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The request is not readable at all.
    #[error("{0}")]
    Unreadable(String),
    /// Nobody is signed in, or not validly.
    #[error("{0}")]
    Unauthenticated(&'static str),
    /// The caller is known and may not.
    #[error("{0}")]
    Forbidden(String),
    /// There is no such thing, or it is not the caller's to see. The text says where it was named: as for `FieldError`, or `{name}` in the path.
    #[error("{NOT_FOUND}")]
    NotFound(String),
    /// Things are in a state in which this cannot be done.
    #[error("{0}")]
    Conflict(String),
    /// Somebody else changed it meanwhile.
    #[error("it was changed by somebody else meanwhile: read it again")]
    Stale,
    /// The body is larger than an endpoint takes.
    #[error("the body may have at most {0} bytes")]
    TooLarge(usize),
    /// The body is of a type that the endpoint does not take.
    #[error("the body must be JSON, with the header Content-Type: application/json")]
    UnsupportedMedia,
    /// Values that are not acceptable.
    #[error("{} of the values sent cannot be accepted", .0.len())]
    Invalid(Vec<FieldError>),
    /// Too many requests of this kind.
    #[error("too many requests: try again in {} s", .0.as_secs())]
    TooMany(Duration),
    /// A platform that had to be asked did not answer as it should.
    #[error("{0}")]
    Upstream(String),
    /// Something that we need does not answer at the moment.
    #[error("this cannot be done at the moment: try again")]
    Unavailable(#[source] anyhow::Error),
    /// A fault of ours.
    #[error("an error on our side; the request id helps us find it")]
    Internal(#[from] anyhow::Error),
}

/// The same words whether a thing does not exist or belongs to somebody else's team.
const NOT_FOUND: &str =
    "there is no such thing, or you are not a member of the team that it belongs to";

impl Error {
    /// The values that the error is about, if it is about any.
    pub fn fields(&self) -> Vec<FieldError> {
        match self {
            Self::Invalid(errors) => errors.clone(),
            Self::NotFound(pointer) => vec![FieldError {
                pointer: pointer.clone(),
                detail: NOT_FOUND.to_owned(),
            }],
            _ => Vec::new(),
        }
    }

    /// One value that is not acceptable.
    pub fn invalid(pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::Invalid(vec![FieldError {
            pointer: pointer.into(),
            detail: detail.into(),
        }])
    }
}

impl From<Refused> for Error {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Forbidden { .. } | Refused::AdminsOnly => Self::Forbidden(refused.to_string()),
            Refused::Conflict(detail) => Self::Conflict(detail),
            Refused::Invalid { pointer, detail } => Self::invalid(pointer, detail),
        }
    }
}

impl From<store::Error> for Error {
    fn from(error: store::Error) -> Self {
        match error {
            store::Error::Stale => Self::Stale,
            store::Error::Taken(what) => Self::Conflict(what.to_owned()),
            store::Error::LastAdmin => {
                Self::Conflict("there must be another admin first: the last one cannot go".into())
            }
            store::Error::Forbidden => {
                Self::Forbidden("your role in the team changed meanwhile".into())
            }
            store::Error::TooMuch { writes, most } => Self::Conflict(format!(
                "this is more than happens at once: it takes {writes} writes, and {most} are the most; take fewer posts, or fewer accounts"
            )),
            store::Error::Unavailable(_) => Self::Unavailable(error.into()),
            store::Error::Failed(_) => Self::Internal(error.into()),
        }
    }
}
