//! Why the store could not do what it was asked.

use aws_sdk_dynamodb::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};

/// The result of a store operation.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why the store could not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Somebody else changed the thing since it was read.
    #[error("changed since it was read")]
    Stale,
    /// A thing that must be the only one of its kind exists already.
    #[error("{0}")]
    Taken(&'static str),
    /// A team, or the deployment, would have no admin any more.
    #[error("the last admin stays")]
    LastAdmin,
    /// The member's role no longer allows it.
    #[error("the member's role no longer allows it")]
    Forbidden,
    /// It is more than can be written at once; nothing was written.
    #[error("{writes} writes, and at most {most} happen at once")]
    TooMuch {
        /// How many there would be.
        writes: usize,
        /// How many there may be.
        most: usize,
    },
    /// DynamoDB cannot do it at the moment; nothing was written.
    #[error("DynamoDB is not available: {0}")]
    Unavailable(String),
    /// It failed in a way that trying again does not mend.
    #[error("DynamoDB refused: {0}")]
    Failed(String),
}

impl<E, R> From<SdkError<E, R>> for Error
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
    R: std::fmt::Debug,
{
    fn from(error: SdkError<E, R>) -> Self {
        let text = DisplayErrorContext(&error).to_string();
        match &error {
            SdkError::ServiceError(service) => match service.err().code() {
                Some("ConditionalCheckFailedException") => Self::Stale,
                Some(
                    "ProvisionedThroughputExceededException"
                    | "ThrottlingException"
                    | "RequestLimitExceeded"
                    | "InternalServerError"
                    | "TransactionInProgressException",
                ) => Self::Unavailable(text),
                _ => Self::Failed(text),
            },
            SdkError::TimeoutError(_)
            | SdkError::DispatchFailure(_)
            | SdkError::ResponseError(_) => Self::Unavailable(text),
            _ => Self::Failed(text),
        }
    }
}

/// What is stored cannot be read as what it should be.
pub(crate) fn corrupt(what: &str, why: impl std::fmt::Display) -> Error {
    Error::Failed(format!("a stored {what} does not parse: {why}"))
}
