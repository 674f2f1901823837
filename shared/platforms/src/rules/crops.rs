//! What of a picture is seen in a feed before somebody opens it.
//!
//! As the applications showed it in 2026, as near as is known: platforms change this without notice.

use domain::content::Attachment;
use domain::{MediaKind, Platform};

use super::files::{Ratio, ratio};
use super::preview::Crop;

const SQUARE: Shapes = exactly(ratio(1, 1));

/// The shapes that a feed shows.
#[derive(Clone, Copy)]
struct Shapes {
    narrowest: Option<Ratio>,
    widest: Option<Ratio>,
}

const fn exactly(shape: Ratio) -> Shapes {
    Shapes {
        narrowest: Some(shape),
        widest: Some(shape),
    }
}

const fn from(narrowest: Ratio) -> Shapes {
    Shapes {
        narrowest: Some(narrowest),
        widest: None,
    }
}

const ANY: Shapes = Shapes {
    narrowest: None,
    widest: None,
};

/// What is seen of the file at a place among others; none when all of it is.
pub(super) fn crop(platform: Platform, files: &[Attachment], position: usize) -> Option<Crop> {
    let file = files.get(position)?;
    let is_cropped = matches!(file.kind, MediaKind::Image | MediaKind::Animation);
    if !is_cropped || file.width == 0 || file.height == 0 {
        return None;
    }
    let first = files.first().map(|file| (file.width, file.height))?;
    let shapes = shapes(platform, files.len(), position, first);
    let (width, height) = (file.width, file.height);
    if let Some(narrowest) = shapes
        .narrowest
        .filter(|it| it.is_wider_than(width, height))
    {
        let seen = share(width, narrowest.height, narrowest.width);
        return Some(Crop {
            width,
            height: seen,
            left: 0,
            top: (height - seen) / 2,
        });
    }
    let widest = shapes
        .widest
        .filter(|it| it.is_narrower_than(width, height))?;
    let seen = share(height, widest.width, widest.height);
    Some(Crop {
        width: seen,
        height,
        left: (width - seen) / 2,
        top: 0,
    })
}

fn share(side: u32, parts: u32, of: u32) -> u32 {
    let seen = u64::from(side) * u64::from(parts) / u64::from(of.max(1));
    u32::try_from(seen).unwrap_or(u32::MAX).max(1)
}

fn shapes(platform: Platform, count: usize, position: usize, first: (u32, u32)) -> Shapes {
    match platform {
        Platform::Mastodon => match (count, position) {
            (0 | 1, _) => ANY,
            (2, _) | (3, 0) => exactly(ratio(3, 4)),
            _ => exactly(ratio(3, 2)),
        },
        Platform::Bluesky => match count {
            0 | 1 => from(ratio(1, 2)),
            2 | 3 => SQUARE,
            _ => exactly(ratio(3, 2)),
        },
        Platform::X => match (count, position) {
            (0 | 1, _) => from(ratio(3, 4)),
            (2, _) | (3, 0) => exactly(ratio(8, 9)),
            _ => exactly(ratio(16, 9)),
        },
        Platform::Facebook | Platform::LinkedIn => match count {
            0 | 1 => from(ratio(4, 5)),
            _ => SQUARE,
        },
        // The first picture of several decides how all of them are shown.
        Platform::Instagram => match count {
            0 | 1 => ANY,
            _ => exactly(ratio(first.0.max(1), first.1.max(1))),
        },
        Platform::Discord if count > 1 => SQUARE,
        Platform::GoogleBusiness => exactly(ratio(4, 3)),
        Platform::Pinterest => from(ratio(10, 21)),
        Platform::Threads
        | Platform::Telegram
        | Platform::Discord
        | Platform::Slack
        | Platform::YouTube
        | Platform::TikTok
        | Platform::Reddit => ANY,
    }
}
