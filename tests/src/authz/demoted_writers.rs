//! Whoever writes and decides on posts does so as somebody who still may at the moment of the write.

use domain::media::MediaType;
use domain::post::{Change, Draft, Scene as Known, Timing};
use domain::queue::{PostingTimes, SlotText};
use domain::repeat::Repeat;
use domain::{
    Account, Content, Entry, Media, Member, Note, Permission, Post, PostText, Refused, Role, Team,
    When, Zone, schedule,
};
use serde_json::json;
use store::{Guard, PostRecord};

use super::posts::Stands;
use super::scene::Scene;
use super::{Access, ROUTES};
use crate::drift::handler;
use crate::drift::template::{binary, routes};
use crate::harness::{Person, seconds};

/// What a handler holds in its hands that read everything before the demotion.
struct Read<'a> {
    scene: &'a Scene,
    team: Team,
    member: Member,
    accounts: Vec<Account>,
}

impl<'a> Read<'a> {
    async fn by(scene: &'a Scene, person: &Person) -> Self {
        let store = scene.world.store();
        let (team, user) = (scene.ours.team.parse().unwrap(), person.id.parse().unwrap());
        Self {
            scene,
            team: store.team(team).await.unwrap().unwrap(),
            member: store.member(team, user).await.unwrap().unwrap(),
            accounts: store.accounts(team, None, 10).await.unwrap(),
        }
    }

    fn entry(&self) -> Entry {
        Entry::system(self.scene.world.stack.app().new_id())
    }

    fn draft(&self, text: &str) -> Draft<'_> {
        Draft {
            content: Content::of_text(PostText::parse(text).unwrap()),
            accounts: &self.accounts[..1],
            labels: Vec::new(),
            assignee: None,
        }
    }

    async fn record(&self, stands: Stands) -> PostRecord {
        let post = self.scene.spare_post(stands).await;
        self.scene.record(&post).await
    }

    /// Decides something about a post that stands there.
    async fn decide(
        &self,
        stands: Stands,
        decide: impl FnOnce(&Post, &Known<'_>) -> Result<Change, Refused>,
    ) -> Change {
        let PostRecord {
            post, publications, ..
        } = self.record(stands).await;
        let known = Known {
            settings: &self.team.settings,
            accounts: &self.accounts,
            publications: &publications,
        };
        decide(&post, &known).unwrap()
    }

    /// One decision for each route by which somebody who writes posts changes one.
    async fn writings(&self) -> Vec<Change> {
        let app = self.scene.world.stack.app();
        let (member, now) = (&self.member, app.now());
        let id = || app.new_id();
        let in_a_day = When::Instant(now + seconds(86_400));
        let late = schedule::DEFAULT_MAX_LATE;
        let timing = Timing::new(in_a_day.clone(), None, late, "", now).unwrap();
        let again = Repeat::times(vec![When::Instant(now + seconds(172_800))], "").unwrap();
        let word = (app.new_id(), Note::parse("Hm.").unwrap());
        let (new, draft, entry) = (app.new_id(), self.draft("New"), self.entry());
        vec![
            Post::create(new, member, draft, entry, now).unwrap(),
            self.decide(Stands::Draft, |post, known| {
                post.edit(member, self.draft("Other"), known, id, self.entry(), now)
            })
            .await,
            self.decide(Stands::Draft, |post, known| {
                post.schedule(member, timing, known, id, self.entry(), now)
            })
            .await,
            self.decide(Stands::Rejected, |post, known| {
                let asks = domain::team::Settings {
                    approval_required: true,
                    ..known.settings.clone()
                };
                let known = Known {
                    settings: &asks,
                    ..*known
                };
                post.submit(member, &known, self.entry(), now)
            })
            .await,
            self.decide(Stands::Draft, |post, known| {
                post.cancel(member, None, known, self.entry(), now)
            })
            .await,
            self.decide(Stands::Draft, |post, known| {
                post.comment(member, word, known, self.entry(), now)
            })
            .await,
            self.decide(Stands::Approved, |post, known| {
                post.repeat(member, again, late, known, id, self.entry(), now)
            })
            .await,
            self.decide(Stands::Repeating, |post, known| {
                post.stop_repeating(member, known, self.entry(), now)
            })
            .await,
            self.decide(Stands::Failed, |post, known| {
                post.note(member, known, self.entry(), now)
            })
            .await,
        ]
    }

    /// A yes and a no.
    async fn decisions(&self) -> Vec<Change> {
        let app = self.scene.world.stack.app();
        let (member, now) = (&self.member, app.now());
        let hash = |post: &Post| post.awaits().unwrap().hash();
        let yes = self.decide(Stands::Pending, |post, known| {
            let word = (app.new_id(), None);
            let id = || app.new_id();
            post.approve(member, &hash(post), word, known, id, self.entry(), now)
        });
        let no = self.decide(Stands::Pending, |post, known| {
            let word = (app.new_id(), Note::parse("No.").unwrap());
            post.reject(member, &hash(post), word, known, self.entry(), now)
        });
        vec![yes.await, no.await]
    }

    async fn save(&self, change: &Change, permission: Permission) -> store::Result<()> {
        let guard = Guard {
            member: Some((&self.member, permission)),
            team: None,
        };
        self.scene.world.store().save_post(change, &guard).await
    }
}

/// Tries everything that was decided before the role was taken away, and afterwards a part of it by somebody who still has it.
async fn tries_in_vain(take_away: impl AsyncFnOnce(&Scene)) {
    let scene = Scene::open().await;
    let read = Read::by(&scene, &scene.editor).await;
    let writings = Box::pin(read.writings()).await;
    let decisions = Box::pin(read.decisions()).await;
    let app = scene.world.stack.app();
    let file = Media::announce(app.new_id(), &read.member, MediaType::Gif, 1, app.now()).unwrap();
    take_away(&scene).await;
    scene.world.settle().await;
    let before = scene.held().await;
    let each = writings
        .iter()
        .map(|change| (change, Permission::WritePosts))
        .chain(
            decisions
                .iter()
                .map(|change| (change, Permission::ApprovePosts)),
        );
    for (change, permission) in each {
        let refused = read.save(change, permission).await;
        assert!(
            matches!(refused, Err(store::Error::Forbidden)),
            "{:?}: {refused:?}",
            change.activity.kind
        );
    }
    let refused = scene.world.store().create_media(&file, &read.member).await;
    assert!(
        matches!(refused, Err(store::Error::Forbidden)),
        "{refused:?}"
    );
    assert!(before == scene.held().await, "something was written");
    // The role was all that was wrong with them.
    let still = Read::by(&scene, &scene.admin).await;
    let rejection = still.decisions().await.pop().unwrap();
    still
        .save(&rejection, Permission::ApprovePosts)
        .await
        .unwrap();
    scene.world.finish().await;
}

#[tokio::test]
async fn an_editor_who_may_only_look_on_meanwhile_changes_no_post_and_decides_on_none() {
    Box::pin(tries_in_vain(async |scene| {
        let path = format!("/teams/{}/members/{}", scene.ours.team, scene.editor.id);
        let viewer = json!({ "role": "viewer" });
        scene.admin.api.patch(&path, &viewer).await.expect(200);
    }))
    .await;
}

#[tokio::test]
async fn an_editor_who_was_removed_meanwhile_changes_no_post_and_decides_on_none() {
    let leave = async |scene: &Scene| scene.world.leave(&scene.editor, &scene.ours.team).await;
    Box::pin(tries_in_vain(leave)).await;
}

#[tokio::test]
async fn an_admin_who_was_demoted_meanwhile_gives_no_account_a_queue() {
    let scene = Scene::open().await;
    let second = scene.twin(super::Caller::Member(Role::Admin)).await;
    let read = Read::by(&scene, &second).await;
    let app = scene.world.stack.app();
    let slot = SlotText {
        day: "monday".into(),
        time: "09:00".into(),
    };
    let zone: Zone = read.team.settings.zone.clone();
    let times = PostingTimes::parse(zone, &[slot], "").unwrap();
    let account = &read.accounts[0];
    let planned = account
        .plan(&read.member, Some(times), read.entry(), app.now())
        .unwrap();
    let path = format!("/teams/{}/members/{}", scene.ours.team, second.id);
    let editor = json!({ "role": "editor" });
    scene.admin.api.patch(&path, &editor).await.expect(200);
    scene.world.settle().await;
    let before = scene.held().await;
    let store = scene.world.store();
    let refused = store.plan_account(account, &planned, &read.member).await;
    assert!(
        matches!(refused, Err(store::Error::Forbidden)),
        "{refused:?}"
    );
    assert!(before == scene.held().await, "something was written");
    scene.world.finish().await;
}

/// What the tests above show of the store is true of the API only where each handler asks the store for it.
#[test]
fn whoever_saves_a_post_has_the_permission_of_the_route_checked_with_the_write() {
    let mut checked = 0;
    for route in routes() {
        let source = handler(&binary(&route.function));
        if !source.contains(".save_post") {
            continue;
        }
        let (_, access) = ROUTES.iter().find(|(key, _)| *key == route.key()).unwrap();
        let Access::Team(permission) = access else {
            panic!("{}: everybody saves posts", route.key());
        };
        let member = source.split("member: Some((").nth(1);
        let member = member.unwrap_or_else(|| panic!("{}: no member", route.key()));
        let condition = member.split("))").next().unwrap();
        assert!(
            condition.ends_with(&format!("Permission::{permission:?}")),
            "{}: {condition}",
            route.key()
        );
        checked += 1;
    }
    assert!(checked >= 11, "only {checked} handlers save posts");
}
