//! The choice of the platform that answers for a host.

use jiff::Timestamp;

use crate::{
    bluesky,
    call::{Call, Reply},
    mastodon,
    state::State,
};

/// One of the platforms that the sandbox stands in for.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Platform {
    Mastodon,
    Bluesky,
}

impl Platform {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Mastodon => "mastodon",
            Self::Bluesky => "bluesky",
        }
    }

    pub(crate) fn of(host: &str) -> Option<Self> {
        if mastodon::serves(host) {
            Some(Self::Mastodon)
        } else if host == bluesky::HOST {
            Some(Self::Bluesky)
        } else {
            None
        }
    }

    /// The operation's name and the account whose token the call carries.
    pub(crate) fn identify(self, state: &State, call: &Call) -> (String, Option<String>) {
        match self {
            Self::Mastodon => mastodon::identify(state, call),
            Self::Bluesky => bluesky::identify(state, call),
        }
    }

    pub(crate) fn execute(self, state: &mut State, call: &Call) -> Reply {
        match self {
            Self::Mastodon => mastodon::execute(state, call),
            Self::Bluesky => bluesky::execute(state, call),
        }
    }

    pub(crate) fn too_many(self, resets_at: Timestamp) -> Reply {
        match self {
            Self::Mastodon => mastodon::too_many(resets_at),
            Self::Bluesky => bluesky::too_many(resets_at),
        }
    }

    pub(crate) fn failure(self, status: u16) -> Reply {
        match self {
            Self::Mastodon => mastodon::failure(status),
            Self::Bluesky => bluesky::failure(status),
        }
    }

    pub(crate) fn revoke(self, state: &mut State, call: &Call) {
        match self {
            Self::Mastodon => mastodon::revoke_token(state, call),
            Self::Bluesky => bluesky::revoke_token(state, call),
        }
    }
}
