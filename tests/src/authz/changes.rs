//! Memberships that change or end while somebody is at work.

use domain::team::Change;
use domain::{Entry, Role, Team, TeamName};
use serde_json::json;

use super::scene::Scene;
use super::{Access, Caller, ROUTES, problem};

#[tokio::test]
async fn whoever_was_removed_from_a_team_is_a_stranger_to_it_at_once() {
    let scene = Scene::open().await;
    let team_routes: Vec<_> = ROUTES
        .iter()
        .filter(|(_, access)| matches!(access, Access::Team(_)))
        .map(|(route, _)| *route)
        .collect();
    let mut calls = Vec::new();
    for route in team_routes {
        calls.push((route, scene.call(route).await));
    }
    scene.world.leave(&scene.editor, &scene.ours.team).await;
    for (route, call) in &calls {
        let removed = problem(call.send(&scene.editor.api).await, 404);
        assert_eq!(
            removed,
            problem(call.send(&scene.stranger.api).await, 404),
            "{route}"
        );
    }
    let everything = scene.editor.api.get("/posts").await.expect(200);
    assert_eq!(
        (
            &everything.body["items"],
            &scene.editor.api.get("/teams").await.expect(200).body["items"]
        ),
        (&json!([]), &json!([]))
    );
    scene.world.finish().await;
}

#[tokio::test]
async fn a_demotion_between_reading_the_role_and_writing_wins() {
    let scene = Scene::open().await;
    let app = scene.world.stack.app();
    let (team, viewer) = (
        scene.ours.team.parse().unwrap(),
        scene.viewer.id.parse().unwrap(),
    );
    // What a handler holds in its hands that read the role before the demotion.
    let mut member = scene
        .world
        .store()
        .member(team, viewer)
        .await
        .unwrap()
        .unwrap();
    member.role = Role::Admin;
    let before = scene.held().await;

    let account = scene
        .world
        .store()
        .accounts(team, None, 10)
        .await
        .unwrap()
        .remove(0);
    let again = account.clone().connected(
        &member,
        Some(&account),
        None,
        Entry::system(app.new_id()),
        app.now(),
    );
    let sealed = scene.world.store().sealed_tokens(account.id).await;
    let refused = scene
        .world
        .store()
        .connect_account(
            Some(&account),
            &again.unwrap(),
            &sealed.unwrap().unwrap(),
            &member,
        )
        .await;
    assert!(
        matches!(refused, Err(store::Error::Forbidden)),
        "{refused:?}"
    );
    assert!(before == scene.held().await, "something was written");
    scene.world.finish().await;
}

#[tokio::test]
async fn an_admin_of_the_deployment_who_is_demoted_meanwhile_creates_no_team() {
    let scene = Scene::open().await;
    let app = scene.world.stack.app();
    let (first, second) = (&scene.operator.id, scene.twin(Caller::Operator).await);
    // What a handler holds in its hands that read the user before the demotion.
    let operator = scene.world.store().user(first.parse().unwrap());
    let operator = operator.await.unwrap().unwrap();
    let demotion = json!({ "role": "member" });
    let path = format!("/users/{first}");
    second.api.patch(&path, &demotion).await.expect(200);
    scene.operator.api.get("/users").await.expect_problem(403);
    let before = scene.held().await;
    let team = Team::create(
        app.new_id(),
        (TeamName::parse("Too late").unwrap(), Change::default()),
        &operator,
        Entry::system(app.new_id()),
        app.now(),
    )
    .unwrap();
    let refused = scene.world.store().create_team(&team).await;
    assert!(
        matches!(refused, Err(store::Error::Forbidden)),
        "{refused:?}"
    );
    assert!(before == scene.held().await, "a team was written");
    scene.world.finish().await;
}

#[tokio::test]
async fn whoever_is_removed_while_at_a_platforms_consent_page_connects_nothing() {
    let scene = Scene::open().await;
    let call = scene.call("GET /oauth/callback").await;
    // A team keeps an admin, so somebody else becomes one.
    scene
        .world
        .join(&scene.stranger, &scene.ours.team, Role::Admin)
        .await;
    scene.world.leave(&scene.admin, &scene.ours.team).await;
    call.send(&scene.world.anonymous).await.expect_problem(404);
    let accounts = scene
        .viewer
        .api
        .get(&format!("/teams/{}/accounts", scene.ours.team))
        .await
        .expect(200);
    assert_eq!(
        accounts.body["items"].as_array().unwrap().len(),
        1,
        "{}",
        accounts.text
    );
    // What was begun is used up: coming back to the team does not revive it.
    scene
        .world
        .join(&scene.admin, &scene.ours.team, Role::Admin)
        .await;
    call.send(&scene.world.anonymous).await.expect_problem(422);
    scene.world.finish().await;
}
