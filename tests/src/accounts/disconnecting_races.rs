//! Disconnecting at the wrong moment, by the wrong person, and with messages that get lost or come twice.

use domain::{Account, Role};
use futures::future::join_all;
use sandbox::{Effect, Fault};
use serde_json::json;

use super::scene::{SAMPLES, Sample, Scene, X, has_tokens, requests};
use crate::harness::{World, seconds};

fn mastodon() -> Sample {
    SAMPLES[0]
}

/// The message that asks to do the chore of an account.
fn due(account: &Account) -> String {
    let (at, team, id) = (account.chore_at, account.team, account.id);
    json!({ "at": at.to_string(), "team_id": team.to_string(), "account_id": id.to_string() })
        .to_string()
}

#[tokio::test]
async fn nothing_of_an_account_stays_behind_and_the_same_one_gets_a_new_id() {
    let world = World::start().await;
    let scene = Scene::open(&world).await;
    let old = scene.connect(&mastodon()).await;
    let post = scene.draft("Never", &[&old]).await;
    scene.schedule(&world, &post, 600).await;
    let config = &world.stack.app().config;
    let rows_of = |table: &str| {
        let of_it = |item: &String| {
            // The log, the post and its history remember it.
            let remembers = ["ACTIVITY#", "\"POST#", "\"HISTORY#"]
                .iter()
                .any(|kind| item.contains(kind));
            item.contains(&old) && !remembers
        };
        let items = world.stack.items(table).unwrap();
        items.into_iter().filter(of_it).collect::<Vec<_>>()
    };
    let before = rows_of(&config.table);
    for kind in ["GRANT#", "CHORE#", "OPEN#", "REMOTE#"] {
        assert!(
            before.iter().any(|item| item.contains(kind)),
            "{kind}: {before:#?}"
        );
    }
    assert_eq!(rows_of(&config.vault_table).len(), 1);
    scene.disconnect(&old).await;
    world.settle().await;
    assert_eq!(rows_of(&config.table), Vec::<String>::new());
    assert_eq!(rows_of(&config.vault_table), Vec::<String>::new());
    assert_eq!(requests(&world, "revoke").len(), 1);
    let new = scene.connect(&mastodon()).await;
    assert_ne!(new, old);
    world.advance(seconds(601)).await;
    assert_eq!(scene.state(&post).await, "cancelled");
    assert_eq!(world.published(), Vec::<String>::new());
    world.finish().await;
}

#[tokio::test]
async fn a_team_cannot_name_the_account_of_another_though_both_have_the_same_one() {
    let world = World::start().await;
    let scene = Scene::open(&world).await;
    let ben = world.sign_up("ben").await;
    let team = scene.ana.create_team("Other").await;
    world.join(&ben, &team, Role::Admin).await;
    let other = Scene { ana: ben, team };
    let (here, there) = (
        scene.connect(&mastodon()).await,
        other.connect(&mastodon()).await,
    );
    let api = &other.ana.api;
    for path in [
        format!("{}/{here}", other.accounts_path()),
        format!("{}/{here}", scene.accounts_path()),
    ] {
        api.get(&path).await.expect_problem(404);
        api.delete(&path).await.expect_problem(404);
        let again = api.post(&format!("{path}/reconnect"), &json!({})).await;
        again.expect_problem(404);
    }
    let body = json!({ "team_id": other.team, "text": "Theirs", "account_ids": [here] });
    let unknown = api.post("/posts", &body).await.expect_problem(404);
    assert_eq!(unknown.pointer(), "/account_ids/0");
    other.disconnect(&there).await;
    world.settle().await;
    assert_eq!(scene.status(&here).await, "active");
    assert!(has_tokens(&world, &here).await && !has_tokens(&world, &there).await);
    world.finish().await;
}

#[tokio::test]
async fn only_admins_disconnect_and_one_who_was_demoted_a_moment_before_does_not() {
    let world = World::start().await;
    let scene = Scene::open(&world).await;
    let account = scene.connect(&mastodon()).await;
    let path = format!("{}/{account}", scene.accounts_path());
    let ben = world.sign_up("ben").await;
    world.join(&ben, &scene.team, Role::Editor).await;
    ben.api.delete(&path).await.expect_problem(403);
    // What a handler holds that read the role before the demotion.
    let (team, user) = (scene.team.parse().unwrap(), ben.id.parse().unwrap());
    let mut member = world.store().member(team, user).await.unwrap().unwrap();
    member.role = Role::Admin;
    let before = scene.stored(&world, &account).await;
    let app = world.stack.app();
    let changed = before
        .disconnect(&member, domain::Entry::system(app.new_id()), app.now())
        .unwrap();
    let refused = world
        .store()
        .disconnect_account(&before, &changed, Some(&member))
        .await;
    assert!(
        matches!(refused, Err(store::Error::Forbidden)),
        "{refused:?}"
    );
    world.settle().await;
    assert_eq!(scene.stored(&world, &account).await, before);
    assert!(requests(&world, "revoke").is_empty() && has_tokens(&world, &account).await);
    world.finish().await;
}

#[tokio::test]
async fn a_chore_of_which_only_the_row_is_left_is_found_within_five_minutes() {
    let world = World::start().await;
    let scene = Scene::open(&world).await;
    let account = scene.connect(&mastodon()).await;
    // The platform is down for the first message: nothing is left of it then but the row.
    let down = Effect::FailBeforeExec { status: Some(503) };
    world.stack.sandbox().script(Fault::on("revoke", down));
    scene.disconnect(&account).await;
    world.settle().await;
    assert_eq!(world.stack.queue_depth("ChoreQueue").unwrap(), 0);
    assert!(has_tokens(&world, &account).await);
    world.advance(seconds(300)).await;
    assert!(!has_tokens(&world, &account).await);
    let executed = requests(&world, "revoke")
        .into_iter()
        .filter(|it| it.executed);
    assert_eq!(executed.count(), 1);
    world.finish().await;
}

#[tokio::test]
async fn a_chore_whose_message_comes_eight_times_is_done_once() {
    let world = World::start().await;
    let scene = Scene::open(&world).await;
    let account = scene.connect(&mastodon()).await;
    let post = scene.draft("Never", &[&account]).await;
    scene.schedule(&world, &post, 600).await;
    scene.disconnect(&account).await;
    let message = due(&scene.stored(&world, &account).await);
    world.settle().await;
    for _ in 0..8 {
        world.stack.send_to_queue("ChoreQueue", &message).unwrap();
    }
    world.advance(seconds(601)).await;
    assert_eq!(requests(&world, "revoke").len(), 1);
    assert_eq!(scene.entries("publication.cancelled").await.len(), 1);
    assert_eq!(
        world.subjects("ana@example.com").len(),
        2,
        "one mail, and the first"
    );
    // A message of long ago does not touch what was connected since.
    let new = scene.connect(&X).await;
    world.stack.send_to_queue("ChoreQueue", &message).unwrap();
    world.settle().await;
    assert_eq!(scene.status(&new).await, "active");
    world.finish().await;
}

#[tokio::test]
async fn at_whatever_moment_it_goes_each_post_ends_in_one_way_that_the_platform_agrees_with() {
    let world = World::start().await;
    let scene = Scene::open(&world).await;
    let mut ends = Vec::new();
    for round in 0..8_u64 {
        let account = scene.connect(&mastodon()).await;
        let text = format!("Race {round}");
        let post = scene.draft(&text, &[&account]).await;
        scene.schedule(&world, &post, 30).await;
        world.pass(seconds(30)).await;
        let read = scene.post(&post).await;
        let message =
            json!({ "post_id": read["id"], "publication_id": read["publications"][0]["id"] });
        let event = json!({ "Records": [{ "messageId": "m", "body": message.to_string() }] });
        // The first race is lost for certain.
        if round == 0 {
            scene.disconnect(&account).await;
        }
        let workers = join_all((0..3).map(|_| world.stack.invoke("jobs-publish", event.clone())));
        let gone = async {
            app::clock::pause(std::time::Duration::from_millis(round * 6)).await;
            if round > 0 {
                scene.disconnect(&account).await;
            }
        };
        let (answers, ()) = futures::join!(workers, gone);
        assert!(answers.iter().all(Result::is_ok), "{answers:?}");
        world.settle().await;
        // A worker whose access was given back while it sent is told so, waits, and finds the account gone.
        world.advance(seconds(60)).await;
        let state = scene.state(&post).await;
        let out = world.published().iter().filter(|it| **it == text).count();
        let known = ["published", "cancelled", "refused"].contains(&state.as_str());
        assert!(known, "{text} is {state}, and went out {out} times");
        assert_eq!(out, usize::from(state == "published"), "{text} is {state}");
        assert!(!has_tokens(&world, &account).await);
        ends.push(state);
    }
    let published = ends.iter().filter(|end| *end == "published").count();
    assert!(published < ends.len(), "the race was never lost: {ends:?}");
    world.finish().await;
}
