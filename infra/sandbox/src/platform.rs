//! The choice of the platform that answers for a host.

use jiff::Timestamp;

use crate::{
    bluesky,
    brought::{self, Service},
    call::{Call, Reply},
    facebook, google, mastodon,
    social::{self, Server},
    state::State,
};

/// One of the platforms that the sandbox stands in for.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Platform {
    Mastodon,
    Bluesky,
    Google,
    Facebook,
    Brought(&'static Service),
    Social(&'static Server),
}

impl Platform {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Mastodon => "mastodon",
            Self::Bluesky => "bluesky",
            Self::Google => "google",
            Self::Facebook => "facebook",
            Self::Brought(service) => service.name,
            Self::Social(server) => server.name,
        }
    }

    pub(crate) fn of(host: &str) -> Option<Self> {
        if mastodon::serves(host) {
            Some(Self::Mastodon)
        } else if host == bluesky::HOST {
            Some(Self::Bluesky)
        } else if host == google::HOST {
            Some(Self::Google)
        } else if facebook::serves(host) {
            Some(Self::Facebook)
        } else if let Some(service) = brought::of(host) {
            Some(Self::Brought(service))
        } else {
            social::of(host).map(Self::Social)
        }
    }

    /// The operation's name and the account whose token or code the call carries.
    pub(crate) fn identify(self, state: &State, call: &Call) -> (String, Option<String>) {
        match self {
            Self::Mastodon => mastodon::identify(state, call),
            Self::Bluesky => bluesky::identify(state, call),
            Self::Google => google::identify(state, call),
            Self::Facebook => facebook::identify(state, call),
            Self::Brought(service) => brought::identify(service, call),
            Self::Social(server) => social::identify(server, state, call),
        }
    }

    pub(crate) fn execute(self, state: &mut State, call: &Call) -> Reply {
        match self {
            Self::Mastodon => mastodon::execute(state, call),
            Self::Bluesky => bluesky::execute(state, call),
            Self::Google => google::execute(state, call),
            Self::Facebook => facebook::execute(state, call),
            Self::Brought(service) => brought::execute(service, state, call),
            Self::Social(server) => social::execute(server, state, call),
        }
    }

    pub(crate) fn too_many(self, resets_at: Timestamp, now: Timestamp) -> Reply {
        match self {
            Self::Mastodon => mastodon::too_many(resets_at),
            Self::Bluesky => bluesky::too_many(resets_at),
            Self::Google => google::too_many(resets_at),
            Self::Facebook => facebook::too_many(resets_at, now),
            Self::Brought(service) => (service.too_many)(resets_at, now),
            Self::Social(server) => (server.too_many)(resets_at, now),
        }
    }

    pub(crate) fn failure(self, status: u16) -> Reply {
        match self {
            Self::Mastodon => mastodon::failure(status),
            Self::Bluesky => bluesky::failure(status),
            Self::Google => google::failure(status),
            Self::Facebook => facebook::failure(status),
            Self::Brought(service) => (service.failure)(status),
            Self::Social(server) => (server.failure)(status),
        }
    }

    pub(crate) fn revoke(self, state: &mut State, call: &Call) {
        match self {
            Self::Mastodon => mastodon::revoke_token(state, call),
            Self::Bluesky => bluesky::revoke_token(state, call),
            // Tayang takes no more from Google than the ID token, which cannot be revoked.
            Self::Google => {}
            Self::Facebook => facebook::revoke_token(state, call),
            Self::Brought(service) => brought::revoke(service, state, call),
            Self::Social(server) => social::revoke_token(server, state, call),
        }
    }
}
