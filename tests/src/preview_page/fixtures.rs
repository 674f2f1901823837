//! Posts to look at: each on an account of every platform.

use std::collections::BTreeMap;

use domain::account::{Access, Account, AccountStatus};
use domain::content::{Attachment, Body, Content, ContentHash, For, Part, Version};
use domain::options::{
    GoogleBusiness, GoogleBusinessAction, GoogleBusinessTopic, Instagram, Mastodon, Options,
    Pinterest, Reddit, Threads, TikTok, TikTokPrivacy, YouTube,
};
use domain::{AccountName, AltText, Link, MediaId, MediaKind, Platform, PostText, ids};
use jiff::Timestamp;

const SHORT: &str =
    "The harbour market opens at nine. Come early for the bread! 🥖 #harbour #market";
const LONG: &str = "We have moved the roastery! After six years in the old ice house we are now three doors down, where the rain does not come in and the machine has room to breathe.\n\nWhat is new:\n– a window, so that you can watch the beans turn\n– forty chairs instead of nine\n– cardamom buns from @rotiwijaya, warm at eight\n\nCome and see us on Saturday from nine to six. The first hundred cups are on the house, and Dimas plays the guitar from four o’clock. Bring your own cup and we fill it twice. More about the house, the people who built it and how to get there: https://www.example.com/stories/2030/the-ice-house-by-the-harbour #kopi #roastery #harbour";
const COMMENT: &str = "The bus 12 stops at the door: https://www.example.com/bus";

/// Shapes of pictures: upright, across, square, very wide, very narrow.
const SHAPES: [(u32, u32); 5] = [
    (1080, 1350),
    (1600, 1067),
    (1200, 1200),
    (2400, 900),
    (900, 1600),
];
const ALTS: [&str; 3] = [
    "A loaf of dark bread on a wooden table, steam rising from it",
    "Fishing boats in the harbour at sunrise",
    "Two cups of coffee seen from above",
];

/// A post under the name of what there is to see.
pub(super) struct Scene {
    pub(super) name: &'static str,
    pub(super) content: Content,
}

/// All of them.
pub(super) fn scenes() -> Vec<Scene> {
    let scene = |name, body: Body| Scene {
        name,
        content: Content {
            body,
            versions: versions(),
        },
    };
    let body = |said| Body {
        text: text(said),
        ..Body::default()
    };
    vec![
        scene(
            "short",
            Body {
                link: Some(Link::parse("https://www.example.com/market").unwrap()),
                ..body(SHORT)
            },
        ),
        scene(
            "long",
            Body {
                media: images(1),
                first_comment: Some(text(COMMENT)),
                ..body(LONG)
            },
        ),
        scene(
            "thread",
            Body {
                parts: thread(),
                ..body("Three things about the harbour that nobody tells you. 1/3 #harbour")
            },
        ),
        scene(
            "two",
            Body {
                media: images(2),
                ..body(SHORT)
            },
        ),
        scene(
            "three",
            Body {
                media: images(3),
                ..body(SHORT)
            },
        ),
        scene(
            "many",
            Body {
                media: images(7),
                ..body(SHORT)
            },
        ),
        scene(
            "video",
            Body {
                media: vec![video()],
                ..body(LONG)
            },
        ),
        scene(
            "errors",
            body(&format!("{} {}", "Far too long. ".repeat(320), LONG)),
        ),
        strange(),
    ]
}

/// What people write who want to break a page, and what breaks it by chance.
pub(super) fn strange() -> Scene {
    let said = format!(
        "<script>alert(1)</script> \"quoted\" & 'single' </style><img src=x onerror=alert(2)> \u{202e}gnp.exe\u{202c} مرحبا بكم في السوق {} PAGE-NONCE {{{{ 7 * 7 }}}} #<b>tag</b> javascript:alert(3)",
        "long".repeat(80)
    );
    let mut file = image(0, Some("\"><script>alert(4)</script>"));
    file.media = media_id(90);
    Scene {
        name: "strange",
        content: Content::of_text(text(&said)).with_media(vec![file]),
    }
}

trait WithMedia {
    fn with_media(self, media: Vec<Attachment>) -> Self;
}

impl WithMedia for Content {
    fn with_media(mut self, media: Vec<Attachment>) -> Self {
        self.body.media = media;
        self
    }
}

fn thread() -> Vec<Part> {
    let part = |said: &str, media| Part {
        text: text(said),
        media,
    };
    vec![
        part(
            "The cranes were painted blue because the paint was left over from the school. Nobody minded. 2/3",
            images(1),
        ),
        part(
            "And the bell of the ferry is the bell of the ship that sank in 1911. Listen for it at six: https://www.example.com/bell 3/3",
            Vec::new(),
        ),
    ]
}

/// What only some platforms know.
fn versions() -> Vec<Version> {
    let title = || Some("Bread, boats and a bell: a morning at the harbour market".to_owned());
    [
        Options::Mastodon(Mastodon {
            content_warning: None,
            ..Mastodon::default()
        }),
        Options::Instagram(Instagram {
            collaborators: Some(vec!["rotiwijaya".into()]),
            ..Instagram::default()
        }),
        Options::Threads(Threads {
            topic_tag: Some("Coffee".into()),
            ..Threads::default()
        }),
        Options::YouTube(YouTube {
            title: title(),
            made_for_kids: Some(false),
            ..YouTube::default()
        }),
        Options::GoogleBusiness(GoogleBusiness {
            topic: Some(GoogleBusinessTopic::Offer),
            action: Some(GoogleBusinessAction::LearnMore),
            title: Some("Two buns for one".into()),
            starts_at: Some("2030-01-31T09:00:00".into()),
            ends_at: Some("2030-02-02T18:00:00".into()),
            coupon_code: Some("BUN2030".into()),
            ..GoogleBusiness::default()
        }),
        Options::TikTok(TikTok {
            privacy: Some(TikTokPrivacy::PublicToEveryone),
            made_with_ai: Some(true),
            ..TikTok::default()
        }),
        Options::Pinterest(Pinterest { title: title() }),
        Options::Reddit(Reddit {
            title: title(),
            spoiler: None,
            ..Reddit::default()
        }),
    ]
    .map(version)
    .into()
}

/// What is different on a platform by these options alone.
pub(super) fn version(options: Options) -> Version {
    Version {
        of: For::Platform(options.platform()),
        text: None,
        link: None,
        media: None,
        parts: None,
        first_comment: None,
        options: Some(options),
    }
}

pub(super) fn text(said: &str) -> PostText {
    PostText::parse(said).unwrap()
}

fn media_id(number: u8) -> MediaId {
    ids::new(Timestamp::UNIX_EPOCH, [number; 10])
}

fn images(number: u8) -> Vec<Attachment> {
    let alt = |place: u8| ALTS.get(usize::from(place)).copied();
    (0..number).map(|place| image(place, alt(place))).collect()
}

fn image(place: u8, alt: Option<&str>) -> Attachment {
    let (width, height) = SHAPES[usize::from(place) % SHAPES.len()];
    Attachment {
        media: media_id(place),
        alt: alt.map(|alt| AltText::parse(alt).unwrap()),
        fingerprint: ContentHash::of(&[place]),
        kind: MediaKind::Image,
        content_type: "image/jpeg".into(),
        bytes: 400_000,
        width,
        height,
        duration_ms: 0,
    }
}

fn video() -> Attachment {
    Attachment {
        kind: MediaKind::Video,
        content_type: "video/mp4".into(),
        width: 1080,
        height: 1920,
        duration_ms: 64_200,
        ..image(60, Some("The ferry comes in"))
    }
}

/// An account on every platform.
pub(super) fn account(platform: Platform) -> Account {
    let (name, handle) = match platform {
        Platform::Mastodon => ("Kopi Senja", "kopisenja@mastodon.example"),
        Platform::Bluesky => ("Kopi Senja", "kopisenja.example.com"),
        Platform::Slack => ("Kopi Senja", "#news"),
        Platform::Discord => ("Kopi Senja", "harbour-news"),
        Platform::Reddit => ("Kopi Senja", "r/harbour"),
        Platform::LinkedIn => ("Kopi Senja Roastery", "kopi-senja"),
        Platform::GoogleBusiness => ("Kopi Senja, Old Harbour", "Jalan Pelabuhan 4"),
        Platform::Facebook
        | Platform::Instagram
        | Platform::Threads
        | Platform::X
        | Platform::Telegram
        | Platform::YouTube
        | Platform::TikTok
        | Platform::Pinterest => ("Kopi Senja", "kopisenja"),
    };
    let (now, place) = (Timestamp::UNIX_EPOCH, platform as u8);
    Account {
        id: ids::new(now, [place; 10]),
        team: ids::new(now, [1; 10]),
        platform,
        host: "www.example.com".into(),
        remote_id: "1".into(),
        handle: handle.into(),
        name: AccountName::parse(name).unwrap(),
        url: "https://www.example.com/kopisenja".into(),
        posting_times: None,
        max_characters: None,
        status: AccountStatus::Active,
        problem: None,
        access: Access::default(),
        grant: "1".into(),
        token_generation: 1,
        connected_by: ids::new(now, [2; 10]),
        connected_at: now,
        checked_at: now,
        chore_at: now,
        unsettled: false,
        revision: 1,
    }
}

/// Where the files of a post can be looked at, below a folder.
pub(super) fn addresses(content: &Content, folder: &str) -> BTreeMap<MediaId, String> {
    let all = content.media().into_iter();
    all.map(|media| (media, format!("{folder}{media}")))
        .collect()
}

/// Something to look at in place of a photograph: a sun above hills.
pub(super) fn picture(width: u32, height: u32) -> String {
    let hue = (width + height) % 360;
    let (sun, hills) = (width.min(height) / 8, height * 7 / 10);
    format!(
        "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {width} {height}' width='{width}' height='{height}'>\
         <rect width='{width}' height='{height}' fill='hsl({hue} 60% 75%)'/>\
         <circle cx='{}' cy='{}' r='{sun}' fill='#fff9'/>\
         <path d='M0 {hills} Q {} {} {} {hills} T {width} {hills} V {height} H 0z' fill='hsl({hue} 40% 28%)'/></svg>",
        width / 3,
        height / 3,
        width / 4,
        height * 6 / 10,
        width / 2,
    )
}
