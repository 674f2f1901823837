//! What the publishers say, in the words of the protocol.

use domain::publication::Outcome;
use platforms::{Error, ErrorKind};

/// Nothing was sent: preparing did not work.
pub(crate) fn of_preparing(error: Error) -> Outcome {
    match error.kind {
        ErrorKind::Rejected => Outcome::Refused(error.context),
        ErrorKind::ReconnectAccount => Outcome::NeedsReconnect(error.context),
        ErrorKind::RateLimited { retry_after } => Outcome::NotSent {
            reason: error.context,
            retry_after,
        },
        ErrorKind::Temporary => Outcome::NotSent {
            reason: error.context,
            retry_after: None,
        },
    }
}

/// What came of the one request.
pub(crate) fn of_sending(outcome: platforms::Outcome) -> Outcome {
    match outcome {
        platforms::Outcome::Published { remote_id, url } => Outcome::Published {
            remote_id,
            url: url.into(),
        },
        platforms::Outcome::Refused { reason } => Outcome::Refused(reason),
        platforms::Outcome::NotSent {
            reason,
            retry_after,
        }
        | platforms::Outcome::RateLimited {
            reason,
            retry_after,
        } => Outcome::NotSent {
            reason,
            retry_after,
        },
        platforms::Outcome::TokenExpired { reason } => Outcome::NotSent {
            reason,
            retry_after: None,
        },
        platforms::Outcome::ReconnectAccount { reason } => Outcome::NeedsReconnect(reason),
        platforms::Outcome::Unclear { reason } => Outcome::Unclear(reason),
    }
}
