//! Teams.

mod clearing;
mod deletion;
mod settings;

use std::collections::BTreeSet;

use serde_json::json;

use crate::harness::{World, seconds};

#[tokio::test]
async fn a_team_is_listed_for_its_members_only_with_their_role() {
    let world = World::start().await;
    let (ana, ben) = (world.sign_up("ana").await, world.sign_up("ben").await);
    let team = ana.create_team("Harbour news").await;
    world.join(&ben, &team, domain::Role::Viewer).await;
    world.advance(seconds(1)).await;
    let other = ana.create_team("Other").await;
    let of = |answer: crate::harness::Answer| {
        answer.body["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|team| {
                (
                    team["id"].as_str().unwrap().to_owned(),
                    team["role"].as_str().unwrap().to_owned(),
                )
            })
            .collect::<Vec<_>>()
    };
    assert_eq!(
        of(ben.api.get("/teams").await.expect(200)),
        [(team.clone(), "viewer".to_owned())]
    );
    assert_eq!(
        of(ana.api.get("/teams").await.expect(200)),
        [(team, "admin".to_owned()), (other, "admin".to_owned())]
    );
    world.finish().await;
}

#[tokio::test]
async fn many_teams_come_in_pages_each_team_once() {
    let world = World::start().await;
    let ana = world.sign_up("ana").await;
    let mut created = BTreeSet::new();
    for n in 0..103 {
        created.insert(ana.create_team(&format!("Team {n}")).await);
    }
    let (mut seen, mut pages, mut path) = (BTreeSet::new(), 0, "/teams".to_owned());
    loop {
        let page = ana.api.get(&path).await.expect(200);
        pages += 1;
        for team in page.body["items"].as_array().unwrap() {
            assert!(
                seen.insert(team["id"].as_str().unwrap().to_owned()),
                "a team twice"
            );
        }
        let Some(next) = page.body["next_cursor"].as_str() else {
            break;
        };
        path = format!("/teams?cursor={next}");
    }
    assert_eq!((seen, pages), (created, 3));
    world.finish().await;
}

#[tokio::test]
async fn a_cursor_is_worth_nothing_to_somebody_else_in_another_list_or_after_a_day() {
    let world = World::start().await;
    let (ana, ben) = (world.sign_up("ana").await, world.sign_up("ben").await);
    for n in 0..51 {
        ana.create_team(&format!("Team {n}")).await;
    }
    let cursor = ana.api.get("/teams").await.expect(200).field("next_cursor");
    let with = |path: &str| format!("{path}?cursor={cursor}");
    assert_eq!(
        ben.api
            .get(&with("/teams"))
            .await
            .expect_problem(422)
            .pointer(),
        "?cursor"
    );
    assert_eq!(
        ana.api
            .get(&with("/posts"))
            .await
            .expect_problem(422)
            .pointer(),
        "?cursor"
    );
    for broken in [&cursor[1..], &cursor[..cursor.len() - 4], "x", ""] {
        ana.api
            .get(&format!("/teams?cursor={broken}"))
            .await
            .expect_problem(422);
    }
    world.jump(seconds(24 * 3600 + 1)).await;
    let later = world.log_in("ana@example.com").await;
    later.api.get(&with("/teams")).await.expect_problem(422);
    world.finish().await;
}

#[tokio::test]
async fn a_team_begins_its_log_with_its_own_creation() {
    let world = World::start().await;
    let ana = world.sign_up("ana").await;
    let team = ana.create_team("Harbour news").await;
    let log = ana
        .api
        .get(&format!("/activity?team_id={team}"))
        .await
        .expect(200);
    let entry = &log.body["items"][0];
    assert_eq!(
        (&entry["kind"], &entry["actor_id"], &entry["details"]),
        (
            &json!("team.created"),
            &json!(ana.id),
            &json!({ "name": "Harbour news" })
        )
    );
    world.finish().await;
}
