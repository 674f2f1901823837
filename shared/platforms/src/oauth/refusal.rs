//! What it means that an API does not take an access token, or takes no more for now.

use jiff::SignedDuration;

use crate::connect::Health;
use crate::egress::Answer;
use crate::publisher::{Error, ErrorKind};
use crate::tokens::Tokens;

/// Whether an access token that is no longer taken had come to its end, by the platform's own clock, and can be renewed: then the
/// renewal will tell whether the account is still open to us.
fn has_run_out(tokens: &Tokens, answer: &Answer) -> bool {
    let due = tokens.refresh.as_ref().and(tokens.renew_at);
    due.and_then(|due| answer.wait_until(due))
        .is_some_and(|wait| wait.is_zero())
}

/// What it means for a check that the platform does not take the access token.
pub(crate) fn not_taken(
    tokens: &Tokens,
    answer: &Answer,
    words: impl Into<String>,
) -> Result<Health, Error> {
    if has_run_out(tokens, answer) {
        return Ok(Health::default());
    }
    Err(Error::new(ErrorKind::ReconnectAccount, words))
}

/// How long a platform asks to wait that counts in seconds from now, as Pinterest and Reddit do.
pub(crate) fn wait(answer: &Answer) -> Option<SignedDuration> {
    let seconds = || {
        let reset = answer.header("x-ratelimit-reset")?;
        let seconds: u16 = reset.split('.').next()?.trim().parse().ok()?;
        Some(SignedDuration::from_secs(seconds.into()))
    };
    answer.retry_after().or_else(seconds)
}
