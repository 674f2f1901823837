//! The sample bots and chats, and what each bot is in each chat.

use super::{BIMA, CITRA, SARI};

pub(super) struct Bot {
    pub(super) token: &'static str,
    pub(super) id: i64,
    pub(super) person: &'static str,
    pub(super) name: &'static str,
    pub(super) username: &'static str,
    /// What it is in the chats that it knows; nothing, where it never was.
    pub(super) places: &'static [(i64, Place)],
}

/// What a bot is in a chat.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Poster,
    /// An administrator who may not post.
    Silent,
    Member,
    /// A member who may not send messages.
    Restricted,
    Kicked,
}

pub(super) const BOTS: &[Bot] = &[
    Bot {
        token: SARI,
        id: 7_000_000_001,
        person: "sari",
        name: "Sari Bot",
        username: "sari_sbx_bot",
        places: &[
            (-1_001_000_000_001, Place::Poster),
            (-1_001_000_000_002, Place::Poster),
            (-1_001_000_000_003, Place::Member),
            (-1_001_000_000_004, Place::Silent),
            (-1_001_000_000_005, Place::Kicked),
            (-1_001_000_000_006, Place::Member),
            (-1_001_000_000_007, Place::Restricted),
            (-4_000_000_001, Place::Member),
        ],
    },
    Bot {
        token: BIMA,
        id: 7_000_000_002,
        person: "bima",
        name: "Bima Bot",
        username: "bima_sbx_bot",
        places: &[(-1_001_000_000_011, Place::Poster)],
    },
    Bot {
        token: CITRA,
        id: 7_000_000_003,
        person: "citra",
        name: "Citra Bot",
        username: "citra_sbx_bot",
        places: &[],
    },
];

pub(super) struct Chat {
    pub(super) id: i64,
    pub(super) kind: &'static str,
    pub(super) title: &'static str,
    pub(super) username: Option<&'static str>,
    /// Whether ordinary members of a group may send messages.
    pub(super) open: bool,
}

const fn chat(
    id: i64,
    kind: &'static str,
    title: &'static str,
    username: Option<&'static str>,
) -> Chat {
    Chat {
        id,
        kind,
        title,
        username,
        open: true,
    }
}

pub(super) const CHATS: &[Chat] = &[
    chat(
        -1_001_000_000_001,
        "channel",
        "Sari Kabar",
        Some("sari_kabar"),
    ),
    chat(-1_001_000_000_002, "channel", "Redaksi Sari", None),
    chat(
        -1_001_000_000_003,
        "supergroup",
        "Diskusi Sari",
        Some("sari_diskusi"),
    ),
    chat(
        -1_001_000_000_004,
        "channel",
        "Arsip Sari",
        Some("sari_arsip"),
    ),
    chat(
        -1_001_000_000_005,
        "channel",
        "Sari Lama",
        Some("sari_lama"),
    ),
    Chat {
        open: false,
        ..chat(
            -1_001_000_000_006,
            "supergroup",
            "Sari Tenang",
            Some("sari_tenang"),
        )
    },
    chat(
        -1_001_000_000_007,
        "supergroup",
        "Sari Ketat",
        Some("sari_ketat"),
    ),
    chat(-4_000_000_001, "group", "Keluarga Sari", None),
    chat(
        -1_001_000_000_011,
        "channel",
        "Bima Kabar",
        Some("bima_kabar"),
    ),
];
