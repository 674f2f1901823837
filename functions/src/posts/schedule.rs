//! POST /posts/schedule — schedule a post for a point in time, or several at once

use app::http::objects;
use app::lambda::Function;
use app::{App, Error, Request, RequestExt, Response, Result, respond};
use domain::post::Change;
use domain::{AccountId, Permission, PostId, Zone};
use futures::future::try_join_all;
use serde::Deserialize;
use store::Guard;
use utoipa::ToSchema;

use super::scene::{Loaded, require_publishable};
use super::timing::Wish;
use super::view::PostDetailView;

/// The deployed function.
pub const FUNCTION: Function = Function::endpoint("posts-schedule", |app, request| {
    Box::pin(handle(app, request))
});

/// How many posts one request may schedule.
const POSTS_MAX: usize = 25;
/// How often a slot is looked for when others take it at the same moment.
const TRIES: u8 = 16;

/// Which post, and when.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ScheduleOne {
    /// The post.
    #[schema(value_type = String)]
    post_id: PostId,
    /// When it goes out: RFC 3339 with an offset; a local time without one; `now`; or `queue`, for the next free slot of an account's queue.
    #[schema(example = "2030-01-31T09:00:00+07:00")]
    publish_at: String,
    /// The time zone (IANA) that a local time is in; the team's, unless said otherwise.
    #[schema(value_type = Option<String>, example = "Asia/Jakarta")]
    time_zone: Option<Zone>,
    /// Whose queue, where the post goes to several accounts.
    #[schema(value_type = Option<String>)]
    queue_account_id: Option<AccountId>,
    /// How many seconds late it may go out: 60 to 86,400; the team's setting, unless said otherwise. After that it is not sent, and you are told.
    #[schema(minimum = 60, maximum = 86_400)]
    max_late_seconds: Option<u32>,
}

/// One post, or up to 25 of the same team in `posts`.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SchedulePosts {
    /// The post.
    #[schema(value_type = Option<String>)]
    post_id: Option<PostId>,
    /// As in `posts`.
    #[schema(example = "2030-01-31T09:00:00+07:00")]
    publish_at: Option<String>,
    /// As in `posts`.
    #[schema(value_type = Option<String>, example = "Asia/Jakarta")]
    time_zone: Option<Zone>,
    /// As in `posts`.
    #[schema(value_type = Option<String>)]
    queue_account_id: Option<AccountId>,
    /// As in `posts`.
    #[schema(minimum = 60, maximum = 86_400)]
    max_late_seconds: Option<u32>,
    /// Several posts instead: all are scheduled, or none. What they take must fit one transaction: with one account each that is 19 posts, or
    /// 25 in a team that asks for approval.
    #[schema(max_items = 25)]
    #[serde(default, deserialize_with = "objects::optional_list")]
    posts: Option<Vec<ScheduleOne>>,
}

/// Several posts with their publications.
#[derive(Debug, serde::Serialize, ToSchema)]
pub struct ScheduledView {
    /// The posts, in the order of the request.
    pub items: Vec<PostDetailView>,
}

/// Gives posts their time, or another one. What they say must suit every platform that they go to. In a team that asks for approval they are
/// `pending` then, and nothing goes out before somebody approves it. The answer shows the instants that local times and slots mean.
#[utoipa::path(post, path = "/posts/schedule", tag = "posts", operation_id = "posts-schedule", request_body = SchedulePosts, security(("access_token" = [])),
    params(("If-Match" = Option<String>, Header, description = "The `ETag` of the one post as you have seen it")),
    responses((status = 200, description = "The post with its publications; or all of them, below `items`", body = PostDetailView)))]
pub async fn handle(app: &App, request: Request) -> Result<Response> {
    let caller = app.authenticate(&request).await?;
    let body: SchedulePosts = request.json()?;
    let is_one = body.posts.is_none();
    let wanted = body.posts()?;

    for attempt in 1.. {
        let ids = wanted.iter().map(|(one, at)| {
            let pointer = format!("{at}/post_id");
            async move { Loaded::new(app, caller.user.id, one.post_id, &pointer).await }
        });
        let loaded = try_join_all(ids).await?;
        if let [one] = loaded.as_slice() {
            request.if_match(one.post().version)?;
        }
        let changes = plan(app, &wanted, &loaded, app.entry(&caller).place).await?;
        let Some(first) = loaded.first() else { break };
        let guard = Guard {
            member: Some((&first.member, Permission::WritePosts)),
            team: Some(&first.team),
        };
        let takes_slot = wanted.iter().any(|(one, _)| one.publish_at == "queue");
        match app.store.save_posts(&changes, &guard).await {
            // Somebody else took the slot: take the next one.
            Err(store::Error::Stale) if takes_slot && attempt < TRIES => continue,
            saved => saved?,
        }
        let mut items: Vec<_> = changes
            .iter()
            .zip(&loaded)
            .map(|(change, loaded)| PostDetailView::changed(change, &loaded.record))
            .collect();
        return match items.pop() {
            Some(view) if is_one => {
                let version = view.post.version;
                Ok(respond::with_etag(respond::ok(&view)?, version))
            }
            last => {
                items.extend(last);
                respond::ok(&ScheduledView { items })
            }
        };
    }
    Err(Error::invalid("/posts", "must name 1 to 25 posts"))
}

/// What becomes of each post.
async fn plan(
    app: &App,
    wanted: &[(ScheduleOne, String)],
    loaded: &[Loaded],
    place: Option<domain::Place>,
) -> Result<Vec<Change>> {
    let (mut changes, mut wishes) = (Vec::new(), Wish::default());
    for ((one, at), loaded) in wanted.iter().zip(loaded) {
        let first = loaded_team(changes.first());
        if first.is_some_and(|first| first != loaded.team.id) {
            return Err(Error::invalid(
                format!("{at}/post_id"),
                "is of another team than the first: schedule it by itself",
            ));
        }
        let (post, now) = (loaded.post(), app.now());
        loaded.member.require(Permission::WritePosts)?;
        let timing = wishes.timing(app, loaded, one.as_time(), at).await?;
        let entry = domain::Entry {
            id: app.new_id(),
            place,
        };
        let new_id = || app.new_id();
        let change = post.schedule(&loaded.member, timing, &loaded.scene(), new_id, entry, now)?;
        require_publishable(&post.content, &loaded.accounts, &format!("{at}/post_id"))?;
        changes.push(change);
    }
    Ok(changes)
}

fn loaded_team(change: Option<&Change>) -> Option<domain::TeamId> {
    change.map(|change| change.post.team)
}

impl ScheduleOne {
    fn as_time(&self) -> super::timing::Time<'_> {
        super::timing::Time {
            publish_at: &self.publish_at,
            zone: self.time_zone.as_ref(),
            queue: self.queue_account_id,
            max_late_seconds: self.max_late_seconds,
        }
    }
}

impl SchedulePosts {
    /// The posts, each with the place where it stands in the body.
    fn posts(self) -> Result<Vec<(ScheduleOne, String)>> {
        let Some(posts) = self.posts else {
            let missing = |name: &str| Error::invalid(format!("/{name}"), "is missing");
            let one = ScheduleOne {
                post_id: self.post_id.ok_or_else(|| missing("post_id"))?,
                publish_at: self.publish_at.ok_or_else(|| missing("publish_at"))?,
                time_zone: self.time_zone,
                queue_account_id: self.queue_account_id,
                max_late_seconds: self.max_late_seconds,
            };
            return Ok(vec![(one, String::new())]);
        };
        if self.post_id.is_some() || self.publish_at.is_some() {
            return Err(Error::invalid(
                "/posts",
                "stands beside a single post: send one or the other",
            ));
        }
        if posts.is_empty() || posts.len() > POSTS_MAX {
            return Err(Error::invalid(
                "/posts",
                format!("must name 1 to {POSTS_MAX} posts"),
            ));
        }
        let mut seen = std::collections::HashSet::new();
        for (n, one) in posts.iter().enumerate() {
            if !seen.insert(one.post_id) {
                return Err(Error::invalid(
                    format!("/posts/{n}/post_id"),
                    "is named twice",
                ));
            }
        }
        let each = posts.into_iter().enumerate();
        Ok(each.map(|(n, one)| (one, format!("/posts/{n}"))).collect())
    }
}
