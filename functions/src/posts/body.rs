//! What somebody writes: the body of a post as the API takes it, and what it stands for.

use std::collections::HashMap;

use app::http::objects;
use app::{App, Error, Result};
use domain::content::{Attachment, Body, For, Part, Version};
use domain::post::{Draft, MAX_ACCOUNTS};
use domain::{
    Account, AccountId, AltText, Content, Label, Link, Media, MediaId, Options, Permission,
    Platform, PostText, TeamId, UserId,
};
use serde::Deserialize;
use utoipa::ToSchema;

/// A file, as a post names it.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MediaBody {
    /// The file: `id` of `POST /media`, once it is `ready`.
    #[schema(value_type = String)]
    media_id: MediaId,
    /// What it shows, for people who do not see it.
    #[schema(value_type = Option<String>, max_length = 2_000)]
    alt: Option<AltText>,
}

/// What follows in the same thread.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PartBody {
    /// The text.
    #[serde(default)]
    #[schema(value_type = String)]
    text: PostText,
    /// The files, in order.
    #[serde(default, deserialize_with = "objects::list")]
    media: Vec<MediaBody>,
}

/// What is different on a platform, or for an account: name one of the two. What you leave out is as everywhere.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VersionBody {
    /// On this platform.
    #[schema(value_type = Option<String>, example = "mastodon")]
    platform: Option<Platform>,
    /// For this account.
    #[schema(value_type = Option<String>)]
    account_id: Option<AccountId>,
    /// Another text.
    #[schema(value_type = Option<String>)]
    text: Option<PostText>,
    /// Another link.
    #[schema(value_type = Option<String>)]
    link: Option<Link>,
    /// Other files; an empty list for none.
    #[serde(default, deserialize_with = "objects::optional_list")]
    media: Option<Vec<MediaBody>>,
    /// Other parts; an empty list for none.
    #[serde(default, deserialize_with = "objects::optional_list")]
    parts: Option<Vec<PartBody>>,
    /// Another first comment.
    #[schema(value_type = Option<String>)]
    first_comment: Option<PostText>,
    /// What only this platform knows.
    #[serde(default, deserialize_with = "objects::optional")]
    options: Option<Options>,
}

/// A post, as somebody writes it.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WritePost {
    /// The team that it belongs to: needed for a new post, and it never changes.
    #[schema(value_type = Option<String>)]
    pub(super) team_id: Option<TeamId>,
    /// What it says where no version says otherwise. It may only be blank where there is media.
    #[serde(default)]
    #[schema(value_type = String, max_length = 100_000, example = "The harbour market opens at nine. Come early for the bread!")]
    text: PostText,
    /// The page that it is about, shown as a card where the platform does that.
    #[schema(value_type = Option<String>, max_length = 2_000, example = "https://example.com/market")]
    link: Option<Link>,
    /// The files, in order.
    #[serde(default, deserialize_with = "objects::list")]
    #[schema(max_items = 35)]
    media: Vec<MediaBody>,
    /// What follows in the same thread.
    #[serde(default, deserialize_with = "objects::list")]
    #[schema(max_items = 24)]
    parts: Vec<PartBody>,
    /// A comment that is written below it at once.
    #[schema(value_type = Option<String>)]
    first_comment: Option<PostText>,
    /// What is different on a platform, or for an account.
    #[serde(default, deserialize_with = "objects::list")]
    #[schema(max_items = 20)]
    versions: Vec<VersionBody>,
    /// The accounts that it goes to: 1 to 20, all of the same team.
    #[schema(value_type = Vec<String>, min_items = 1, max_items = 20)]
    account_ids: Vec<AccountId>,
    /// Words to find it by.
    #[serde(default)]
    #[schema(value_type = Vec<String>, max_items = 10)]
    labels: Vec<Label>,
    /// Who is to see to it: a member who may write posts.
    #[schema(value_type = Option<String>)]
    assignee_id: Option<UserId>,
}

/// A body with everything that it names.
pub(super) struct Written {
    content: Content,
    pub(super) accounts: Vec<Account>,
    labels: Vec<Label>,
    assignee: Option<UserId>,
}

impl Written {
    /// What it is as a draft.
    pub(super) fn draft(&self) -> Draft<'_> {
        Draft {
            content: self.content.clone(),
            accounts: &self.accounts,
            labels: self.labels.clone(),
            assignee: self.assignee,
        }
    }

    /// Loads what the body names, all of it of this team.
    pub(super) async fn load(body: WritePost, app: &App, team: TeamId) -> Result<Self> {
        if body.account_ids.len() > MAX_ACCOUNTS {
            return Err(Error::invalid(
                "/account_ids",
                format!("must name 1 to {MAX_ACCOUNTS} accounts"),
            ));
        }
        let named = body.named_media();
        let (accounts, media, ()) = futures::try_join!(
            async { Ok(app.store.accounts_named(team, &body.account_ids).await?) },
            media_named(app, team, &named),
            body.require_assignee(app, team)
        )?;
        for (position, id) in body.account_ids.iter().enumerate() {
            if accounts.iter().all(|account| account.id != *id) {
                return Err(Error::NotFound(format!("/account_ids/{position}")));
            }
        }
        let content = body.content(&accounts, &media)?;
        Ok(Self {
            content,
            accounts,
            labels: body.labels,
            assignee: body.assignee_id,
        })
    }

    /// What it says.
    pub(super) fn content(&self) -> &Content {
        &self.content
    }
}

impl WritePost {
    async fn require_assignee(&self, app: &App, team: TeamId) -> Result<()> {
        let Some(assignee) = self.assignee_id else {
            return Ok(());
        };
        let member = app.store.member(team, assignee).await?;
        let member = member.ok_or_else(|| Error::NotFound("/assignee_id".into()))?;
        if member.role.may(Permission::WritePosts) {
            Ok(())
        } else {
            Err(Error::invalid(
                "/assignee_id",
                "is a member who may not write posts",
            ))
        }
    }

    /// Every file that it names, with the place where.
    fn named_media(&self) -> Vec<(MediaId, String)> {
        let mut named = Vec::new();
        let mut list = |media: &[MediaBody], at: String| {
            let each = media.iter().enumerate();
            named.extend(each.map(|(n, one)| (one.media_id, format!("{at}/media/{n}/media_id"))));
        };
        list(&self.media, String::new());
        for (n, part) in self.parts.iter().enumerate() {
            list(&part.media, format!("/parts/{n}"));
        }
        for (v, version) in self.versions.iter().enumerate() {
            list(
                version.media.as_deref().unwrap_or_default(),
                format!("/versions/{v}"),
            );
            for (n, part) in version.parts.iter().flatten().enumerate() {
                list(&part.media, format!("/versions/{v}/parts/{n}"));
            }
        }
        named
    }

    fn content(&self, accounts: &[Account], media: &HashMap<MediaId, Media>) -> Result<Content> {
        let attach = |list: &[MediaBody], at: &str| attach(list, media, at);
        let parts = |list: &[PartBody], at: &str| -> Result<Vec<Part>> {
            let each = list.iter().enumerate().map(|(n, part)| {
                Ok(Part {
                    text: part.text.clone(),
                    media: attach(&part.media, &format!("{at}/parts/{n}"))?,
                })
            });
            each.collect()
        };
        let versions = self.versions.iter().enumerate().map(|(n, version)| {
            let at = format!("/versions/{n}");
            let media = version.media.as_deref();
            Ok(Version {
                of: version.of(accounts, &at)?,
                text: version.text.clone(),
                link: version.link.clone(),
                media: media.map(|media| attach(media, &at)).transpose()?,
                parts: version
                    .parts
                    .as_deref()
                    .map(|list| parts(list, &at))
                    .transpose()?,
                first_comment: version.first_comment.clone(),
                options: version.options.clone(),
            })
        });
        Ok(Content {
            body: Body {
                text: self.text.clone(),
                link: self.link.clone(),
                media: attach(&self.media, "")?,
                parts: parts(&self.parts, "")?,
                first_comment: self.first_comment.clone().filter(|text| !text.is_blank()),
            },
            versions: versions.collect::<Result<_>>()?,
        })
    }
}

impl VersionBody {
    /// Where it is meant for.
    fn of(&self, accounts: &[Account], at: &str) -> Result<For> {
        let (of, platform) = match (self.platform, self.account_id) {
            (Some(platform), None) => (For::Platform(platform), platform),
            (None, Some(id)) => {
                let account = accounts.iter().find(|account| account.id == id);
                let missing = || Error::NotFound(format!("{at}/account_id"));
                (For::Account(id), account.ok_or_else(missing)?.platform)
            }
            _ => {
                return Err(Error::invalid(
                    at,
                    "must name either platform or account_id",
                ));
            }
        };
        match &self.options {
            Some(options) if options.platform() != platform => Err(Error::invalid(
                format!("{at}/options/platform"),
                format!("must be {platform}"),
            )),
            _ => Ok(of),
        }
    }
}

fn attach(
    list: &[MediaBody],
    media: &HashMap<MediaId, Media>,
    at: &str,
) -> Result<Vec<Attachment>> {
    let each = list.iter().enumerate().map(|(n, one)| {
        let pointer = format!("{at}/media/{n}/media_id");
        let missing = || Error::NotFound(pointer.clone());
        let media = media.get(&one.media_id).ok_or_else(missing)?;
        Ok(media.attach(one.alt.clone(), &pointer)?)
    });
    each.collect()
}

/// The files that are named, by id; an error where one is not this team's.
async fn media_named(
    app: &App,
    team: TeamId,
    named: &[(MediaId, String)],
) -> Result<HashMap<MediaId, Media>> {
    if named.is_empty() {
        return Ok(HashMap::new());
    }
    let ids: Vec<_> = named.iter().map(|(id, _)| *id).collect();
    let media = app.store.media_named(team, &ids).await?;
    let media: HashMap<_, _> = media.into_iter().map(|media| (media.id, media)).collect();
    match named.iter().find(|(id, _)| !media.contains_key(id)) {
        Some((_, pointer)) => Err(Error::NotFound(pointer.clone())),
        None => Ok(media),
    }
}
