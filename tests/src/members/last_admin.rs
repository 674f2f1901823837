//! A team always keeps an admin, however many go at once and in whichever way.

use domain::{Activity, Actor, Kind, Locale, PersonName, Role, Scope, User, UserRole, Zone};
use futures::future::join_all;
use store::NewUser;

use super::{member, members, role};
use crate::harness::{Answer, Newsroom, Person, World};

/// So many admins go at once.
const CROWD: usize = 20;
/// What somebody can be answered who goes while others do: done, no longer an admin or a member, the last one, changed meanwhile, or
/// too many at once.
const EXPECTED: [u16; 7] = [200, 204, 403, 404, 409, 412, 503];

/// Puts somebody into the table.
pub(super) async fn put(world: &World, n: u8, password_hash: Option<String>) -> User {
    let user = User::new(
        domain::ids::new(world.now(), [n; 10]),
        domain::Email::parse(&format!("somebody{n}@example.com")).unwrap(),
        PersonName::parse("Somebody").unwrap(),
        (Locale::En, Zone::utc()),
        (UserRole::Member, password_hash),
        world.now(),
    );
    let new = NewUser {
        user: &user,
        from: None,
        identity: None,
        claims_admin: false,
    };
    let (scope, actor) = (Scope::User(user.id), Actor::User(user.id));
    let id = domain::ids::new(world.now(), [n; 10]);
    let entry = Activity::new(
        domain::Entry::system(id),
        scope,
        actor,
        Kind::UserCreated,
        world.now(),
    );
    world.store().create_user(&new, &entry).await.unwrap();
    user
}

/// A team, all of whose members are admins.
async fn crowd(world: &World) -> (String, Vec<Person>) {
    let ana = world.sign_up("ana").await;
    let team = ana.create_team("Harbour news").await;
    // The others have the same password: hashing it for each would take long.
    let known = world.store().user(ana.id.parse().unwrap()).await.unwrap();
    let hash = known.unwrap().password_hash;
    let mut admins = vec![ana];
    for n in 1..CROWD {
        let user = put(world, u8::try_from(n).unwrap(), hash.clone()).await;
        let person = world.log_in(user.email.as_str()).await;
        world.join(&person, &team, Role::Admin).await;
        admins.push(person);
    }
    (team, admins)
}

/// The admins who are left, and that the team knows how many they are: of them all but one can go, one after the other.
async fn admins_left(world: &World, team: &str, all: &[Person]) -> usize {
    let members_now = world.store().members(team.parse().unwrap(), None, 50);
    let members_now = members_now.await.unwrap();
    let is_admin = |person: &&Person| {
        let mut admins = members_now
            .iter()
            .filter(|member| member.role == Role::Admin);
        admins.any(|member| member.user.to_string() == person.id)
    };
    let left: Vec<_> = all.iter().filter(is_admin).collect();
    let (last, others) = left.split_last().expect("an admin is left");
    for other in others {
        other.api.delete(&member(team, other)).await.expect(204);
    }
    last.api
        .delete(&member(team, last))
        .await
        .expect_problem(409);
    let demoted = last.api.patch(&member(team, last), &role("viewer")).await;
    demoted.expect_problem(409);
    last.api.get(&members(team)).await.expect(200);
    left.len()
}

#[track_caller]
fn as_expected(answers: &[Answer]) {
    for answer in answers {
        assert!(EXPECTED.contains(&answer.status), "{}", answer.text);
    }
}

#[tokio::test]
async fn the_last_admin_can_neither_be_removed_nor_demoted_nor_leave() {
    let world = World::start().await;
    let news = Newsroom::open(&world).await;
    let ben = world.sign_up("ben").await;
    world.join(&ben, &news.team, Role::Editor).await;
    let own = member(&news.team, &news.ana);
    let stays = async || {
        for name in ["editor", "viewer"] {
            news.ana
                .api
                .patch(&own, &role(name))
                .await
                .expect_problem(409);
        }
        news.ana.api.delete(&own).await.expect_problem(409);
        news.ana.api.patch(&own, &role("admin")).await.expect(200);
        news.ana.api.delete("/me").await.expect_problem(409);
    };
    stays().await;
    // Somebody who was an admin and is none any more does not count.
    let path = member(&news.team, &ben);
    for name in ["admin", "admin", "viewer"] {
        news.ana.api.patch(&path, &role(name)).await.expect(200);
    }
    stays().await;
    news.ana.api.patch(&path, &role("admin")).await.expect(200);
    ben.api.delete(&path).await.expect(204);
    stays().await;
    // With another admin everybody may go, and now that one stays.
    world.join(&ben, &news.team, Role::Admin).await;
    news.ana.api.delete(&own).await.expect(204);
    ben.api.delete(&path).await.expect_problem(409);
    world.finish().await;
}

#[tokio::test]
async fn of_twenty_admins_who_demote_each_other_at_once_at_least_one_is_left() {
    let world = World::start().await;
    let (team, admins) = crowd(&world).await;
    let demotions = (0..CROWD).map(|n| {
        let (api, path) = (&admins[n].api, member(&team, &admins[(n + 1) % CROWD]));
        async move { api.patch(&path, &role("viewer")).await }
    });
    as_expected(&join_all(demotions).await);
    assert!(
        admins_left(&world, &team, &admins).await < CROWD,
        "nobody was demoted"
    );
    world.finish().await;
}

#[tokio::test]
async fn of_twenty_admins_who_leave_at_once_one_is_left() {
    let world = World::start().await;
    let (team, admins) = crowd(&world).await;
    let leaving = admins.iter().map(|admin| {
        let path = member(&team, admin);
        async move { admin.api.delete(&path).await }
    });
    let answers = join_all(leaving).await;
    as_expected(&answers);
    let gone = answers.iter().filter(|answer| answer.status == 204).count();
    assert_eq!(admins_left(&world, &team, &admins).await, CROWD - gone);
    assert!(gone > 0, "nobody left");
    world.finish().await;
}

#[tokio::test]
async fn of_twenty_admins_who_remove_each_other_at_once_at_least_one_is_left() {
    let world = World::start().await;
    let (team, admins) = crowd(&world).await;
    let removals = (0..CROWD).map(|n| {
        let (api, path) = (&admins[n].api, member(&team, &admins[(n + 1) % CROWD]));
        async move { api.delete(&path).await }
    });
    as_expected(&join_all(removals).await);
    assert!(
        admins_left(&world, &team, &admins).await < CROWD,
        "nobody was removed"
    );
    world.finish().await;
}

#[tokio::test]
async fn of_twenty_admins_who_go_in_every_way_at_once_at_least_one_is_left() {
    let world = World::start().await;
    let (team, admins) = crowd(&world).await;
    let going = (0..CROWD).map(|n| {
        let (api, own) = (&admins[n].api, member(&team, &admins[n]));
        let next = member(&team, &admins[(n + 1) % CROWD]);
        async move {
            match n % 5 {
                0 => api.delete(&own).await,
                1 => api.patch(&own, &role("editor")).await,
                2 => api.delete(&next).await,
                3 => api.patch(&next, &role("viewer")).await,
                _ => api.delete("/me").await,
            }
        }
    });
    let mut expected: Vec<_> = join_all(going).await;
    // Ana is the deployment's only admin, and somebody whose membership changes meanwhile must ask again.
    expected.retain(|answer| !EXPECTED.contains(&answer.status));
    assert!(expected.is_empty(), "{expected:?}");
    admins_left(&world, &team, &admins).await;
    world.finish().await;
}
