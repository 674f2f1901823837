//! What only one platform knows: a type for each, so that a choice that does not exist there is refused when it is written.

use serde::{Deserialize, Serialize};
use strum::{Display, EnumString};

use crate::account::Platform;

/// The options of one platform.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "platform", rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum Options {
    /// On Mastodon.
    Mastodon(Mastodon),
    /// On Bluesky.
    Bluesky(Bluesky),
    /// On Facebook.
    Facebook(Facebook),
    /// On Instagram.
    Instagram(Instagram),
    /// On Threads.
    Threads(Threads),
    /// On X.
    X(X),
    /// On LinkedIn.
    #[serde(rename = "linkedin")]
    LinkedIn(LinkedIn),
    /// On Telegram.
    Telegram(Telegram),
    /// On Discord.
    Discord(Discord),
    /// On Slack.
    Slack(Slack),
    /// On YouTube.
    #[serde(rename = "youtube")]
    YouTube(YouTube),
    /// On Google Business Profile.
    GoogleBusiness(GoogleBusiness),
    /// On TikTok.
    #[serde(rename = "tiktok")]
    TikTok(TikTok),
    /// On Pinterest.
    Pinterest(Pinterest),
    /// On Reddit.
    Reddit(Reddit),
}

impl Options {
    /// The platform that they are for.
    pub fn platform(&self) -> Platform {
        match self {
            Self::Mastodon(_) => Platform::Mastodon,
            Self::Bluesky(_) => Platform::Bluesky,
            Self::Facebook(_) => Platform::Facebook,
            Self::Instagram(_) => Platform::Instagram,
            Self::Threads(_) => Platform::Threads,
            Self::X(_) => Platform::X,
            Self::LinkedIn(_) => Platform::LinkedIn,
            Self::Telegram(_) => Platform::Telegram,
            Self::Discord(_) => Platform::Discord,
            Self::Slack(_) => Platform::Slack,
            Self::YouTube(_) => Platform::YouTube,
            Self::GoogleBusiness(_) => Platform::GoogleBusiness,
            Self::TikTok(_) => Platform::TikTok,
            Self::Pinterest(_) => Platform::Pinterest,
            Self::Reddit(_) => Platform::Reddit,
        }
    }
}

/// Defines a closed set of words of a platform.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Display, EnumString)]
        #[serde(rename_all = "snake_case")]
        #[strum(serialize_all = "snake_case")]
        #[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
        pub enum $name { $($(#[$vdoc])* $variant),+ }
    };
}

/// Defines the options of a platform: all may be left out, and unknown ones are refused.
macro_rules! options {
    ($(#[$doc:meta])* $name:ident { $($(#[$fdoc:meta])* $field:ident: $type:ty),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(default, deny_unknown_fields)]
        #[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
        pub struct $name {
            $($(#[$fdoc])* #[serde(skip_serializing_if = "Option::is_none")] pub $field: Option<$type>),+
        }
    };
}

words! {
    /// Who sees a status on Mastodon.
    MastodonVisibility {
        /// Everybody.
        Public,
        /// Everybody, but not in the public timelines.
        Unlisted,
        /// Followers.
        Private,
    }
}
options! {
    /// Options on Mastodon.
    Mastodon {
        /// Who sees it; the account's own setting, unless said otherwise.
        visibility: MastodonVisibility,
        /// What it warns of; the text is folded below it. It counts as part of the text.
        content_warning: String,
        /// Whether its pictures are hidden at first.
        sensitive: bool,
        /// Its language (ISO 639), such as `id`.
        language: String,
    }
}
options! {
    /// Options on Bluesky.
    Bluesky {
        /// Its languages (BCP 47), at most three.
        languages: Vec<String>,
        /// What it warns of: `sexual`, `nudity`, `porn` or `graphic-media`.
        labels: Vec<String>,
    }
}
words! {
    /// What kind of post it becomes where there are several.
    Format {
        /// A post in the feed.
        Post,
        /// A short upright film.
        Reel,
        /// Something that is gone after a day.
        Story,
    }
}
options! {
    /// Options on Facebook.
    Facebook {
        /// What kind of post; a post in the feed, unless said otherwise.
        format: Format,
        /// The title of a film.
        title: String,
    }
}
options! {
    /// Options on Instagram.
    Instagram {
        /// What kind of post; a post in the feed, unless said otherwise.
        format: Format,
        /// Whether a reel is shown in the feed too.
        share_to_feed: bool,
        /// Who is asked to be shown as an author too: at most three handles.
        collaborators: Vec<String>,
        /// Which moment of a film its cover shows, in milliseconds.
        cover_at_ms: u64,
    }
}
words! {
    /// Who may reply on Threads.
    ThreadsReplies {
        /// Everybody.
        Everyone,
        /// Accounts that the author follows.
        AccountsYouFollow,
        /// Accounts that are mentioned.
        MentionedOnly,
    }
}
options! {
    /// Options on Threads.
    Threads {
        /// Its topic: 1 to 50 characters, without `.` and `&`.
        topic_tag: String,
        /// Who may reply; everybody, unless said otherwise.
        replies: ThreadsReplies,
    }
}
words! {
    /// Who may reply on X.
    XReplies {
        /// Everybody.
        Everyone,
        /// Accounts that the author follows.
        Following,
        /// Accounts that are mentioned.
        MentionedUsers,
        /// Subscribers.
        Subscribers,
        /// Verified accounts.
        Verified,
    }
}
options! {
    /// Options on X.
    X {
        /// Who may reply; everybody, unless said otherwise.
        replies: XReplies,
        /// Whether to say that it was made with AI.
        made_with_ai: bool,
        /// Whether to say that it is a paid partnership.
        paid_partnership: bool,
    }
}
words! {
    /// Who sees a post on LinkedIn.
    LinkedInVisibility {
        /// Everybody.
        Public,
        /// Connections of the member.
        Connections,
    }
}
options! {
    /// Options on LinkedIn.
    LinkedIn {
        /// Who sees it; everybody, unless said otherwise.
        visibility: LinkedInVisibility,
        /// The title of a document or of the link: LinkedIn looks up neither.
        title: String,
    }
}
options! {
    /// Options on Telegram.
    Telegram {
        /// Whether it comes without a sound.
        silent: bool,
        /// Whether it can be neither forwarded nor saved.
        protected: bool,
        /// Whether a link in the text is shown with a preview; yes, unless said otherwise.
        link_preview: bool,
    }
}
options! {
    /// Options on Discord.
    Discord {
        /// Whether it comes without a notification.
        silent: bool,
        /// Whether links are shown with a preview; yes, unless said otherwise.
        link_preview: bool,
        /// The title of the thread that it opens, in a forum: 1 to 100 characters.
        thread_name: String,
    }
}
options! {
    /// Options on Slack.
    Slack {
        /// Whether links are shown with a preview; yes, unless said otherwise.
        link_preview: bool,
    }
}
words! {
    /// Who sees a film on YouTube.
    YouTubePrivacy {
        /// Everybody.
        Public,
        /// Whoever has the link.
        Unlisted,
        /// The channel.
        Private,
    }
}
options! {
    /// Options on YouTube. The text of the post is the description.
    YouTube {
        /// The title, which every film needs: 1 to 100 characters, without `<` and `>`.
        title: String,
        /// Tags: together at most 500 characters.
        tags: Vec<String>,
        /// The number of a category.
        category_id: u32,
        /// Who sees it; everybody, unless said otherwise.
        privacy: YouTubePrivacy,
        /// Whether it is made for children: the law asks whoever uploads to say so.
        made_for_kids: bool,
        /// Whether subscribers are notified; yes, unless said otherwise.
        notify_subscribers: bool,
    }
}
words! {
    /// What a button on Google Business Profile does.
    GoogleBusinessAction {
        /// Book.
        Book,
        /// Order.
        Order,
        /// Shop.
        Shop,
        /// Learn more.
        LearnMore,
        /// Sign up.
        SignUp,
        /// Call the location.
        Call,
    }
}
words! {
    /// What a post on Google Business Profile is.
    GoogleBusinessTopic {
        /// An update.
        Standard,
        /// An event: it needs a title, a beginning and an end.
        Event,
        /// An offer: it needs a title, a beginning and an end.
        Offer,
    }
}
options! {
    /// Options on Google Business Profile.
    GoogleBusiness {
        /// What it is; an update, unless said otherwise.
        topic: GoogleBusinessTopic,
        /// What its button does; it leads to the post's link.
        action: GoogleBusinessAction,
        /// The title of an event or offer: 1 to 58 characters.
        title: String,
        /// When an event or offer begins: a local date and time, such as `2030-01-31T09:00:00`.
        starts_at: String,
        /// When it ends.
        ends_at: String,
        /// The code of an offer.
        coupon_code: String,
        /// Where an offer is redeemed: an https address.
        redeem_url: String,
        /// The terms of an offer.
        terms: String,
    }
}
words! {
    /// Who sees a post on TikTok.
    TikTokPrivacy {
        /// Everybody.
        PublicToEveryone,
        /// Friends.
        MutualFollowFriends,
        /// Followers.
        FollowerOfCreator,
        /// The author.
        SelfOnly,
    }
}
options! {
    /// Options on TikTok.
    TikTok {
        /// Who sees it, which TikTok asks the author to say.
        privacy: TikTokPrivacy,
        /// The title of photos: at most 90 characters.
        title: String,
        /// Whether comments are allowed; yes, unless said otherwise.
        comments: bool,
        /// Whether duets are allowed; yes, unless said otherwise.
        duets: bool,
        /// Whether stitches are allowed; yes, unless said otherwise.
        stitches: bool,
        /// Which moment of a film its cover shows, in milliseconds.
        cover_at_ms: u64,
        /// Whether it advertises the author's own business.
        own_brand: bool,
        /// Whether it is a paid partnership.
        paid_partnership: bool,
        /// Whether to say that it was made with AI.
        made_with_ai: bool,
    }
}
options! {
    /// Options on Pinterest. The text of the post is the description.
    Pinterest {
        /// The title: at most 100 characters.
        title: String,
    }
}
options! {
    /// Options on Reddit.
    Reddit {
        /// The title, which every post needs: 1 to 300 characters.
        title: String,
        /// The id of a flair.
        flair_id: String,
        /// Whether it is not safe for work.
        nsfw: bool,
        /// Whether it is a spoiler.
        spoiler: bool,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use strum::IntoEnumIterator;

    #[test]
    fn every_platform_has_options_under_its_own_name() {
        for platform in Platform::iter() {
            let json = serde_json::json!({ "platform": platform.to_string() });
            let options: Options = serde_json::from_value(json.clone()).unwrap();
            assert_eq!(options.platform(), platform);
            assert_eq!(serde_json::to_value(&options).unwrap(), json);
        }
    }

    #[test]
    fn a_choice_that_a_platform_does_not_have_is_refused() {
        for json in [
            r#"{"platform":"mastodon","visibility":"everybody"}"#,
            r#"{"platform":"bluesky","visibility":"public"}"#,
            r#"{"platform":"myspace"}"#,
            r#"{"visibility":"public"}"#,
        ] {
            assert!(serde_json::from_str::<Options>(json).is_err(), "{json}");
        }
    }
}
