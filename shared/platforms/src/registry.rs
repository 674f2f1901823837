//! Which code speaks to which platform.

use domain::Platform;

use crate::bluesky::Bluesky;
use crate::connect::Connector;
use crate::mastodon::Mastodon;
use crate::publisher::Publisher;

/// The code that publishes on a platform.
pub fn publisher(platform: Platform) -> &'static dyn Publisher {
    match platform {
        Platform::Mastodon => &Mastodon,
        Platform::Bluesky => &Bluesky,
    }
}

/// The code that connects accounts of a platform.
pub fn connector(platform: Platform) -> &'static dyn Connector {
    match platform {
        Platform::Mastodon => &Mastodon,
        Platform::Bluesky => &Bluesky,
    }
}
