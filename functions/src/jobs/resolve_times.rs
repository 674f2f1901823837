//! Every day: when the rules of time zones have changed, posts that were scheduled in local time go out at that local time still

use anyhow::Result;
use app::App;
use app::lambda::Function;
use domain::post::Scene;
use domain::{Entry, PostId};
use serde_json::{Value, json};
use store::keys::SHARDS;
use store::{Guard, RuleCheck};

/// The deployed function.
pub const FUNCTION: Function = Function::job("jobs-resolve-times", |app, event| {
    Box::pin(handle(app, event))
});

/// How many rows are read at once.
const PAGE: usize = 500;
/// How many pages one run takes; the next one goes on where it ended.
const PAGES: usize = 100;
/// How often a post is tried that changes under our hands.
const TRIES: u8 = 5;

/// Walks through everything that waits, once for each version of the rules. Where it has come is kept, so it can be interrupted anywhere.
pub async fn handle(app: &App, _: Value) -> Result<Value> {
    let rules = domain::locale::rules_version();
    let mut check = app.store.rule_check().await?;
    if check.as_ref().is_none_or(|check| check.rules != rules) {
        check = Some(RuleCheck::begin(rules));
    }
    let Some(mut check) = check else {
        return Ok(json!({ "moved": 0 }));
    };
    let (mut moved, mut pages) = (0, 0);
    while check.shard < SHARDS && pages < PAGES {
        let page = app
            .store
            .waiting(check.shard, check.after.as_deref(), PAGE)
            .await?;
        for post in &page.posts {
            moved += usize::from(resolve(app, *post).await?);
        }
        pages += 1;
        check.go_on(page.next);
        app.store.keep_rule_check(&check).await?;
    }
    tracing::info!(rules, moved, shard = check.shard, "times resolved");
    Ok(json!({ "moved": moved }))
}

/// Whether the post has another instant now.
async fn resolve(app: &App, id: PostId) -> Result<bool> {
    for _ in 0..TRIES {
        let Some(record) = app.store.post(id).await? else {
            return Ok(false);
        };
        let post = &record.post;
        let Some(team) = app.store.team(post.team).await? else {
            return Ok(false);
        };
        let scene = Scene {
            settings: &team.settings,
            accounts: &[],
            publications: &record.publications,
        };
        let entry = Entry::system(app.new_id());
        let Some(change) = post.moved_by_rules(&scene, entry, app.now()) else {
            return Ok(false);
        };
        match app.store.save_post(&change, &Guard::default()).await {
            Ok(()) => return Ok(true),
            Err(store::Error::Stale) => {}
            Err(error) => return Err(error.into()),
        }
    }
    anyhow::bail!("the post {id} changes too often")
}
