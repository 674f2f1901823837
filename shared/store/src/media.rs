//! Files: announced, checked, used by posts, looked at once a day, and discarded when nobody uses them.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use domain::media::{Findings, Media, MediaState, TEAM_FILES, TEAM_QUOTA, UNUSED_LIFETIME};
use domain::{MediaId, Member, Permission, PostId, TeamId};
use futures::future::try_join_all;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::Store;
use crate::error::{Error, Result};
use crate::item::{Item, from_item, number, page_size, parse, text, to_item};
use crate::keys::{self, PK, SK};
use crate::teams::{member_may, team_lives};
use crate::transaction::{Write, names_in};

const MEDIA: &str = "media";
const LOOK: &str = "media_look";

/// A file that somebody is to look at, whether a post uses it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    /// When.
    pub at: Timestamp,
    /// The file.
    pub media: MediaId,
}

/// A file with who uses it, as it was read: whatever is decided on it is only written while nobody has used the file since.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MediaUse {
    /// The file.
    pub media: Media,
    /// The posts that named it; some may be gone, or name it no more.
    pub posts: Vec<PostId>,
    /// When a post last named it.
    pub used_at: Option<Timestamp>,
    /// Whether it was discarded already: nothing can use it any more, and what is left of it goes.
    pub is_discarded: bool,
    /// How often posts named it.
    uses: u64,
}

#[derive(Debug, Serialize, Deserialize)]
struct MediaItem {
    id: String,
    team: String,
    uploaded_by: String,
    media_type: String,
    declared_bytes: u64,
    state: String,
    findings: Option<Findings>,
    reason: Option<String>,
    created_at: String,
    #[serde(default)]
    uses: u64,
    used_at: Option<String>,
    discarded_at: Option<String>,
}

#[derive(Debug, Serialize, Deserialize)]
struct LookItem {
    at: String,
    media: String,
}

/// Where to find a file of a team.
#[derive(Debug, Serialize)]
struct Pointer {
    media: String,
}

const AWAITED: &str = "awaited";
const READY: &str = "ready";
const REFUSED: &str = "refused";

fn name(state: &MediaState) -> &'static str {
    match state {
        MediaState::Awaited => AWAITED,
        MediaState::Ready(_) => READY,
        MediaState::Refused { .. } => REFUSED,
    }
}

/// What counts towards the team's quota: nothing of a file whose bytes are gone.
fn weight(media: &Media) -> u64 {
    match media.state {
        MediaState::Awaited | MediaState::Ready(_) => media.declared_bytes,
        MediaState::Refused { .. } => 0,
    }
}

fn read(mut item: Item) -> Result<MediaUse> {
    let posts = match item.remove("posts") {
        Some(AttributeValue::Ss(posts)) => posts,
        _ => Vec::new(),
    };
    let body: MediaItem = from_item(MEDIA, item)?;
    let state = match (body.state.as_str(), body.findings, body.reason) {
        (AWAITED, _, _) => MediaState::Awaited,
        (READY, Some(findings), _) => MediaState::Ready(findings),
        (REFUSED, _, Some(reason)) => MediaState::Refused { reason },
        (other, _, _) => {
            return Err(Error::Failed(format!(
                "a stored file is `{other}` without what belongs to that"
            )));
        }
    };
    let media = Media {
        id: parse(MEDIA, &body.id)?,
        team: parse(MEDIA, &body.team)?,
        uploaded_by: parse(MEDIA, &body.uploaded_by)?,
        media_type: parse(MEDIA, &body.media_type)?,
        declared_bytes: body.declared_bytes,
        state,
        created_at: parse(MEDIA, &body.created_at)?,
    };
    let posts = posts.iter().map(|post| parse(MEDIA, post));
    Ok(MediaUse {
        media,
        posts: posts.collect::<Result<_>>()?,
        used_at: body.used_at.map(|at| parse(MEDIA, &at)).transpose()?,
        is_discarded: body.discarded_at.is_some(),
        uses: body.uses,
    })
}

fn look(look: &Look) -> Result<Write> {
    let body = LookItem {
        at: look.at.to_string(),
        media: look.media.to_string(),
    };
    let key = keys::media_look(look.at, look.media);
    Ok(Write::put(to_item(&key, LOOK, &body)?))
}

fn looked(look: &Look) -> Write {
    Write::delete(keys::media_look(look.at, look.media))
}

impl Store {
    /// Keeps a file that is to be uploaded. Says whether the team had room for it: for one more file, and for its bytes.
    pub async fn create_media(&self, media: &Media, member: &Member) -> Result<bool> {
        let body = MediaItem {
            id: media.id.to_string(),
            team: media.team.to_string(),
            uploaded_by: media.uploaded_by.to_string(),
            media_type: media.media_type.to_string(),
            declared_bytes: media.declared_bytes,
            state: name(&media.state).to_owned(),
            findings: None,
            reason: None,
            created_at: media.created_at.to_string(),
            uses: 0,
            used_at: None,
            discarded_at: None,
        };
        let pointer = Pointer {
            media: media.id.to_string(),
        };
        let Some(most) = TEAM_QUOTA.checked_sub(media.declared_bytes) else {
            return Ok(false);
        };
        let room = Write::update(
            keys::media_count(media.team),
            "ADD #files :one, #bytes :bytes",
            [
                (":one", number(1)),
                (":bytes", number(media.declared_bytes)),
            ],
        )
        .only_if(
            "attribute_not_exists(#files) OR (#files < :files AND #bytes <= :most)",
            &[(":files", number(TEAM_FILES)), (":most", number(most))],
        );
        let first = Look {
            at: media.created_at + UNUSED_LIFETIME,
            media: media.id,
        };
        let writes = vec![
            member_may(member, Permission::WritePosts),
            room,
            Write::create(to_item(&keys::media(media.id), MEDIA, &body)?),
            Write::create(to_item(
                &keys::media_of_team(media.team, media.id),
                "media_of_team",
                &pointer,
            )?),
            look(&first)?,
            team_lives(media.team),
        ];
        match self.transact(writes).await {
            Ok(()) => Ok(true),
            Err(cancelled) if cancelled.at(0) => Err(Error::Forbidden),
            Err(cancelled) if cancelled.at(1) => Ok(false),
            Err(cancelled) => Err(cancelled.into()),
        }
    }

    /// A file that was not discarded.
    pub async fn media(&self, id: MediaId) -> Result<Option<Media>> {
        let found = self.media_use(id).await?;
        let found = found.filter(|found| !found.is_discarded);
        Ok(found.map(|found| found.media))
    }

    /// Those of the files that are this team's and were not discarded, in the same order.
    pub async fn media_named(&self, team: TeamId, ids: &[MediaId]) -> Result<Vec<Media>> {
        let mut wanted: Vec<_> = ids.to_vec();
        wanted.sort_unstable();
        wanted.dedup();
        let wanted = wanted.into_iter().map(|id| keys::media(id).attributes());
        let mut found = HashMap::new();
        for item in self.batch_get(wanted.collect()).await? {
            let one = read(item)?;
            if one.media.team == team && !one.is_discarded {
                found.insert(one.media.id, one.media);
            }
        }
        Ok(ids.iter().filter_map(|id| found.get(id).cloned()).collect())
    }

    /// Notes on each file that a post is about to name it, before the post itself is written: a file that is not looked after is
    /// discarded. Gives those that the post cannot name: not this team's, not checked, or discarded.
    pub async fn use_media(
        &self,
        team: TeamId,
        post: PostId,
        ids: &[MediaId],
        now: Timestamp,
    ) -> Result<Vec<MediaId>> {
        let update = "SET #used_at = :now ADD #posts :posts, #uses :one";
        let condition = "#team = :team AND #state = :ready AND attribute_not_exists(#discarded_at)";
        let one = async |id: &MediaId| {
            let used = self
                .client
                .update_item()
                .table_name(&self.table)
                .set_key(Some(keys::media(*id).attributes()))
                .update_expression(update)
                .condition_expression(condition)
                .set_expression_attribute_names(Some(names_in(&[update, condition])))
                .expression_attribute_values(":now", text(now.to_string()))
                .expression_attribute_values(":posts", AttributeValue::Ss(vec![post.to_string()]))
                .expression_attribute_values(":one", number(1))
                .expression_attribute_values(":team", text(team.to_string()))
                .expression_attribute_values(":ready", text(READY))
                .send()
                .await
                .map_err(Error::from);
            match used {
                Ok(_) => Ok(None),
                Err(Error::Stale) => Ok(Some(*id)),
                Err(error) => Err(error),
            }
        };
        let mut wanted = ids.to_vec();
        wanted.sort_unstable();
        wanted.dedup();
        let failed: Vec<_> = try_join_all(wanted.iter().map(one)).await?;
        Ok(failed.into_iter().flatten().collect())
    }

    /// Keeps what was found in a file, if that was not done before. A refused one no longer counts towards the team's bytes.
    pub async fn settle_media(&self, media: &Media, state: &MediaState) -> Result<()> {
        let mut values = vec![(":state", text(name(state)))];
        let update = match state {
            MediaState::Awaited => return Ok(()),
            MediaState::Ready(findings) => {
                let findings = serde_dynamo::to_attribute_value(findings)
                    .map_err(|error| Error::Failed(error.to_string()))?;
                values.push((":found", findings));
                "SET #state = :state, #findings = :found"
            }
            MediaState::Refused { reason } => {
                values.push((":found", text(reason)));
                "SET #state = :state, #reason = :found"
            }
        };
        let awaited = [(":awaited", text(AWAITED))];
        let condition = "#state = :awaited AND attribute_not_exists(#discarded_at)";
        let settled = Media {
            state: state.clone(),
            ..media.clone()
        };
        let mut writes =
            vec![Write::update(keys::media(media.id), update, values).only_if(condition, &awaited)];
        let freed = weight(media).saturating_sub(weight(&settled));
        writes.extend((freed > 0).then(|| less(media.team, 0, freed)));
        Ok(self.transact(writes).await?)
    }

    /// A file with who uses it, also one that was discarded and is not all gone.
    pub async fn media_use(&self, id: MediaId) -> Result<Option<MediaUse>> {
        let item = self.get(&keys::media(id)).await?;
        item.map(read).transpose()
    }

    /// The oldest looks of one shard that are due at `until`.
    pub async fn media_looks(
        &self,
        shard: u8,
        until: Timestamp,
        limit: usize,
    ) -> Result<Vec<Look>> {
        let until = keys::due_time(until + SignedDuration::from_millis(1));
        let query = self
            .client
            .query()
            .table_name(&self.table)
            .key_condition_expression("#PK = :pk AND #SK < :until")
            .expression_attribute_names("#PK", PK)
            .expression_attribute_names("#SK", SK)
            .expression_attribute_values(":pk", text(keys::media_look_partition(shard)))
            .expression_attribute_values(":until", text(until))
            .consistent_read(true);
        let items = query.limit(page_size(limit)).send().await?.items;
        let looks = items.unwrap_or_default().into_iter().map(|item| {
            let body: LookItem = from_item(LOOK, item)?;
            Ok(Look {
                at: parse(LOOK, &body.at)?,
                media: parse(LOOK, &body.media)?,
            })
        });
        looks.collect()
    }

    /// Looks at a file again later.
    pub async fn look_later(&self, at: &Look, later: Timestamp) -> Result<()> {
        let again = Look { at: later, ..*at };
        let mut writes = vec![look(&again)?];
        writes.extend((again != *at).then(|| looked(at)));
        Ok(self.transact(writes).await?)
    }

    /// Forgets a look at a file that is gone.
    pub async fn look_no_more(&self, at: &Look) -> Result<()> {
        Ok(self.transact(vec![looked(at)]).await?)
    }

    /// Forgets that posts named a file which are gone or name it no more, if none named it since it was read.
    pub async fn forget_posts(&self, used: &MediaUse, posts: &[PostId]) -> Result<()> {
        if posts.is_empty() {
            return Ok(());
        }
        let gone = posts.iter().map(ToString::to_string).collect();
        let values = [(":posts", AttributeValue::Ss(gone))];
        let (condition, then) = unused_since(used);
        let write = Write::update(keys::media(used.media.id), "DELETE #posts :posts", values);
        Ok(self.transact(vec![write.only_if(condition, &then)]).await?)
    }

    /// From now on no post can use the file, if none named it since it was read. Its bytes can be deleted then.
    pub async fn discard_media(&self, used: &MediaUse, now: Timestamp) -> Result<()> {
        let values = [(":now", text(now.to_string()))];
        let (condition, mut then) = unused_since(used);
        // Whoever checks it at this moment would leave bytes behind.
        let condition = format!("{condition} AND #state = :state");
        then.push((":state", text(name(&used.media.state))));
        let write = Write::update(
            keys::media(used.media.id),
            "SET #discarded_at = :now",
            values,
        );
        Ok(self.transact(vec![write.only_if(condition, &then)]).await?)
    }

    /// Removes the rows of a file that was discarded and whose bytes are gone. `at` is the look at it, where that is known.
    pub async fn remove_media(&self, media: &Media, at: Option<&Look>) -> Result<()> {
        let mut writes = vec![
            Write::delete(keys::media(media.id)).only_if("attribute_exists(#discarded_at)", &[]),
            Write::delete(keys::media_of_team(media.team, media.id)),
            less(media.team, 1, weight(media)),
        ];
        writes.extend(at.map(looked));
        Ok(self.transact(writes).await?)
    }

    /// The files of a team in order of id, also discarded ones, beginning after `after`.
    pub async fn media_of_team(
        &self,
        team: TeamId,
        after: Option<MediaId>,
        limit: usize,
    ) -> Result<Vec<MediaId>> {
        let after = after.map(|id| keys::media_of_team(team, id).sk);
        let partition = keys::team_partition(team);
        let items = self.below(partition, keys::MEDIA, after.as_deref(), limit);
        let ids = items.await?.into_iter().filter_map(|item| {
            let sk = item.get(SK)?.as_s().ok()?;
            sk.strip_prefix(keys::MEDIA)?.parse().ok()
        });
        Ok(ids.collect())
    }

    /// Removes the count of a team's files, when it is cleared away.
    pub async fn remove_media_count(&self, team: TeamId) -> Result<()> {
        let write = Write::delete(keys::media_count(team));
        Ok(self.transact(vec![write]).await?)
    }
}

/// The team has so many files and bytes less.
fn less(team: TeamId, files: u64, bytes: u64) -> Write {
    let minus = |count: u64| number(format!("-{count}"));
    let values = [(":files", minus(files)), (":bytes", minus(bytes))];
    Write::update(
        keys::media_count(team),
        "ADD #files :files, #bytes :bytes",
        values,
    )
}

fn unused_since(used: &MediaUse) -> (String, Vec<(&'static str, AttributeValue)>) {
    let condition = "attribute_exists(#id) AND #uses = :uses";
    (condition.to_owned(), vec![(":uses", number(used.uses))])
}
