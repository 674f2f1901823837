//! Lists of posts, over one team or several, by the indexes: what a page costs does not depend on how many posts there are.

use domain::{Post, Status, TeamId};
use futures::future::try_join_all;
use jiff::Timestamp;

use super::read;
use crate::Store;
use crate::error::Result;
use crate::item::{page_size, text};
use crate::keys;

/// How many posts of one team are looked at for one page at most, whatever the filters leave.
const EXAMINED_MOST: usize = 1_000;
/// How many are read at once.
const STEP: usize = 100;

/// What posts are sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    /// By their last change.
    Change,
    /// By their time; those that have none are left out.
    Publish,
}

/// Which end comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// The earliest.
    Ascending,
    /// The latest.
    Descending,
}

/// Which part of a list, in which order.
#[derive(Clone, Debug)]
pub struct Range {
    /// What it is sorted by.
    pub sort: Sort,
    /// Which end comes first.
    pub order: Order,
    /// Only those in this status.
    pub status: Option<Status>,
    /// Not before this time.
    pub from: Option<Timestamp>,
    /// Before this time.
    pub to: Option<Timestamp>,
    /// Behind this position.
    pub behind: Option<String>,
    /// How many.
    pub limit: usize,
}

/// A page of a list.
#[derive(Clone, Debug, Default)]
pub struct Listed {
    /// The posts.
    pub posts: Vec<Post>,
    /// Where the next page begins, if there may be one.
    pub next: Option<String>,
}

impl Sort {
    /// The position of a post in a list that is sorted so.
    fn position(self, post: &Post) -> String {
        let at = match self {
            Self::Change => Some(post.updated_at),
            Self::Publish => post
                .timing
                .as_ref()
                .map(|timing| timing.schedule.publish_at),
        };
        keys::moment(at.unwrap_or(post.updated_at), post.id)
    }
}

impl Range {
    fn index(&self) -> (&'static str, &'static str, &'static str) {
        match (self.status, self.sort) {
            (None, Sort::Change) => (keys::BY_CHANGE, keys::TEAM_PK, keys::CHANGE_SK),
            (None, Sort::Publish) => (keys::BY_PUBLISH, keys::TEAM_PK, keys::PUBLISH_SK),
            (Some(_), Sort::Change) => (keys::BY_STATUS_CHANGE, keys::STATUS_PK, keys::CHANGE_SK),
            (Some(_), Sort::Publish) => {
                (keys::BY_STATUS_PUBLISH, keys::STATUS_PK, keys::PUBLISH_SK)
            }
        }
    }

    /// The least and the most sort key. Digits come before `~`, and a space before both.
    fn bounds(&self, behind: Option<&str>) -> (String, String) {
        let first = self.from.map_or_else(|| " ".to_owned(), keys::due_time);
        let last = self
            .to
            .map_or_else(|| "~".to_owned(), |to| format!("{} ", keys::due_time(to)));
        match (behind, self.order) {
            (None, _) => (first, last),
            (Some(behind), Order::Ascending) => (format!("{behind} ").max(first), last),
            // The position itself is left out by hand: nothing stands right before a text.
            (Some(behind), Order::Descending) => (first, behind.to_owned().min(last)),
        }
    }

    fn is_before(&self, one: &str, other: &str) -> bool {
        match self.order {
            Order::Ascending => one < other,
            Order::Descending => one > other,
        }
    }
}

/// What was found of one team, and how far it was looked at; none when to its end.
struct Found {
    posts: Vec<(String, Post)>,
    seen_to: Option<String>,
}

impl Store {
    /// A page of posts of one or several teams that `keep` keeps. Positions are the same in every team, so one serves them all.
    pub async fn posts_of_teams(
        &self,
        teams: &[TeamId],
        range: &Range,
        keep: &(impl Fn(&Post) -> bool + Sync),
    ) -> Result<Listed> {
        let each = teams.iter().map(|team| self.found(*team, range, keep));
        let found = try_join_all(each).await?;
        // Of a team that was not looked at any further nothing is known behind that, so the page ends there.
        let ends = found.iter().filter_map(|found| found.seen_to.clone());
        let end = ends.reduce(|one, other| {
            if range.is_before(&other, &one) {
                other
            } else {
                one
            }
        });
        let mut posts: Vec<_> = found.into_iter().flat_map(|found| found.posts).collect();
        if let Some(end) = &end {
            posts.retain(|(position, _)| !range.is_before(end, position));
        }
        posts.sort_unstable_by(|(one, _), (other, _)| match range.order {
            Order::Ascending => one.cmp(other),
            Order::Descending => other.cmp(one),
        });
        let next = if posts.len() > range.limit {
            posts.truncate(range.limit);
            posts.last().map(|(position, _)| position.clone())
        } else {
            end
        };
        Ok(Listed {
            posts: posts.into_iter().map(|(_, post)| post).collect(),
            next,
        })
    }

    /// One post more than a page has, or what there is, or what could be looked at.
    async fn found(
        &self,
        team: TeamId,
        range: &Range,
        keep: &(impl Fn(&Post) -> bool + Sync),
    ) -> Result<Found> {
        let (mut posts, mut behind, mut examined) = (Vec::new(), range.behind.clone(), 0);
        loop {
            let (page, is_last) = self.page(team, range, behind.as_deref()).await?;
            examined += page.len();
            for post in page {
                let position = range.sort.position(&post);
                behind = Some(position.clone());
                if keep(&post) {
                    posts.push((position, post));
                }
                if posts.len() > range.limit {
                    return Ok(Found {
                        posts,
                        seen_to: behind,
                    });
                }
            }
            if is_last {
                return Ok(Found {
                    posts,
                    seen_to: None,
                });
            }
            if examined >= EXAMINED_MOST {
                return Ok(Found {
                    posts,
                    seen_to: behind,
                });
            }
        }
    }

    /// The next posts of a team, and whether they are its last.
    async fn page(
        &self,
        team: TeamId,
        range: &Range,
        behind: Option<&str>,
    ) -> Result<(Vec<Post>, bool)> {
        let (index, partition_name, sort_name) = range.index();
        let partition = match range.status {
            None => keys::team_partition(team),
            Some(status) => keys::team_status(team, status),
        };
        let (first, last) = range.bounds(behind);
        if first > last {
            return Ok((Vec::new(), true));
        }
        let query = self
            .client
            .query()
            .table_name(&self.table)
            .index_name(index)
            .key_condition_expression("#pk = :pk AND #sk BETWEEN :first AND :last")
            .expression_attribute_names("#pk", partition_name)
            .expression_attribute_names("#sk", sort_name)
            .expression_attribute_values(":pk", text(partition))
            .expression_attribute_values(":first", text(first))
            .expression_attribute_values(":last", text(last))
            .scan_index_forward(range.order == Order::Ascending)
            .limit(page_size(STEP));
        let answer = query.send().await?;
        let is_last = answer.last_evaluated_key.is_none();
        let items = answer.items.unwrap_or_default();
        let mut posts = items.into_iter().map(read).collect::<Result<Vec<_>>>()?;
        posts.retain(|post| Some(range.sort.position(post).as_str()) != behind);
        Ok((posts, is_last))
    }

    /// A team's posts, the earliest change first, behind a position: for a team that is cleared away.
    pub async fn posts_of_team(
        &self,
        team: TeamId,
        behind: Option<String>,
        limit: usize,
    ) -> Result<Listed> {
        let range = Range {
            sort: Sort::Change,
            order: Order::Ascending,
            status: None,
            from: None,
            to: None,
            behind,
            limit,
        };
        self.posts_of_teams(&[team], &range, &|_| true).await
    }
}
