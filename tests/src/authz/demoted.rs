//! Whoever manages a team does so as somebody who is still its admin at the moment of the write.

use domain::team::Change;
use domain::{Email, Invitation, Member, Role, User};
use serde_json::json;
use store::Store;

use super::Caller;
use super::scene::Scene;

/// What a handler holds in its hands that read everything before the demotion.
struct Read<'a> {
    scene: &'a Scene,
    store: &'a Store,
    /// Who was an admin then.
    admin: Member,
}

impl Read<'_> {
    async fn member(&self, person: &crate::harness::Person) -> Member {
        let user = person.id.parse().unwrap();
        let member = self.store.member(self.admin.team, user).await.unwrap();
        member.expect("a member")
    }

    async fn user(&self, id: &str) -> User {
        let user = self.store.user(id.parse().unwrap()).await.unwrap();
        user.expect("a user")
    }

    async fn invitation(&self) -> Invitation {
        let id = self.scene.ours.invitation.parse().unwrap();
        let invitation = self.store.invitation(id).await.unwrap();
        invitation.expect("an invitation")
    }

    /// Tries to change members; what came of each try.
    async fn members(&self) -> Vec<store::Result<()>> {
        let (app, admin) = (self.scene.world.stack.app(), &self.admin);
        let (id, now) = (|| domain::Entry::system(app.new_id()), app.now());
        let newcomer = self.user(&self.scene.stranger.id).await;
        let added = admin.add(&newcomer, Role::Admin, id(), now).unwrap();
        let viewer = self.member(&self.scene.viewer).await;
        let raised = admin.change_role(&viewer, Role::Admin, id(), now).unwrap();
        let removed = admin.remove(&viewer, id(), now).unwrap();
        let own = Member {
            role: Role::Viewer,
            ..admin.clone()
        };
        let himself = admin.change_role(&own, Role::Admin, id(), now).unwrap();
        vec![
            self.store.add_member(&added, admin).await,
            self.store.change_role(&viewer, &raised, admin).await,
            self.store.remove_member(&removed, admin).await,
            // The role was read twice, before and after the demotion.
            self.store.change_role(&own, &himself, admin).await,
            self.store.change_role(admin, &himself, admin).await,
        ]
    }

    /// Tries to invite, and what can be done with an invitation.
    async fn invitations(&self) -> Vec<store::Result<()>> {
        let (app, admin) = (self.scene.world.stack.app(), &self.admin);
        let (id, now) = (|| domain::Entry::system(app.new_id()), app.now());
        let wish = (Email::parse("new@example.com").unwrap(), Role::Admin);
        let invited = Invitation::create(app.new_id(), admin, wish, id(), now).unwrap();
        let before = self.invitation().await;
        let resent = before.resend(admin, id(), now).unwrap();
        let revoked = before.revoke(admin, id(), now).unwrap();
        vec![
            self.store.invite(&invited, admin).await,
            self.store.resend_invitation(&before, &resent, admin).await,
            self.store.revoke_invitation(&revoked, admin).await,
        ]
    }

    /// Tries to change the team, to delete it, and to take an account from it.
    async fn team(&self) -> Vec<store::Result<()>> {
        let (app, admin) = (self.scene.world.stack.app(), &self.admin);
        let (id, now) = (|| domain::Entry::system(app.new_id()), app.now());
        let team = self.store.team(admin.team).await.unwrap().unwrap();
        let change = Change {
            approval_required: Some(true),
            ..Change::default()
        };
        let changed = team.change(admin, change, id(), now).unwrap();
        let deleted = team.delete(admin, team.name.as_str(), id(), now).unwrap();
        let account = self.scene.ours.account.parse().unwrap();
        let account = self.store.account(admin.team, account).await.unwrap();
        let account = account.unwrap();
        let gone = account.disconnect(admin, id(), now).unwrap();
        vec![
            self.store.change_team(&changed, admin).await,
            self.store.delete_team(&team, &deleted, admin).await,
            self.store
                .disconnect_account(&account, &gone, Some(admin))
                .await,
        ]
    }
}

#[tokio::test]
async fn an_admin_of_a_team_who_is_demoted_meanwhile_manages_nothing_any_more() {
    let scene = Scene::open().await;
    let second = scene.twin(Caller::Member(Role::Admin)).await;
    let (team, user) = (scene.ours.team.parse().unwrap(), second.id.parse().unwrap());
    let store = scene.world.store();
    let admin = store.member(team, user).await.unwrap().unwrap();
    let read = Read {
        scene: &scene,
        store,
        admin,
    };
    let path = format!("/teams/{}/members/{}", scene.ours.team, second.id);
    let viewer = json!({ "role": "viewer" });
    scene.admin.api.patch(&path, &viewer).await.expect(200);
    scene.world.settle().await;
    let before = scene.held().await;
    for (what, outcomes) in [
        ("members", read.members().await),
        ("invitations", read.invitations().await),
        ("the team", read.team().await),
    ] {
        for (n, outcome) in outcomes.into_iter().enumerate() {
            assert!(
                matches!(outcome, Err(store::Error::Forbidden | store::Error::Stale)),
                "{what} {n}: {outcome:?}"
            );
        }
    }
    assert!(before == scene.held().await, "something was written");
    scene.world.finish().await;
}

#[tokio::test]
async fn whoever_was_removed_meanwhile_manages_nothing_any_more() {
    let scene = Scene::open().await;
    let second = scene.twin(Caller::Member(Role::Admin)).await;
    let (team, user) = (scene.ours.team.parse().unwrap(), second.id.parse().unwrap());
    let store = scene.world.store();
    let admin = store.member(team, user).await.unwrap().unwrap();
    let read = Read {
        scene: &scene,
        store,
        admin,
    };
    let path = format!("/teams/{}/members/{}", scene.ours.team, second.id);
    scene.admin.api.delete(&path).await.expect(204);
    scene.world.settle().await;
    let before = scene.held().await;
    let mut outcomes = read.members().await;
    outcomes.extend(read.invitations().await);
    outcomes.extend(read.team().await);
    for (n, outcome) in outcomes.into_iter().enumerate() {
        assert!(
            matches!(outcome, Err(store::Error::Forbidden | store::Error::Stale)),
            "{n}: {outcome:?}"
        );
    }
    assert!(before == scene.held().await, "something was written");
    scene.world.finish().await;
}
