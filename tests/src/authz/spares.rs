//! What right requests take away or use up: made when it is needed, and kept until it is gone.

use std::collections::HashMap;

use domain::{Email, Role};
use serde_json::{Value, json};

use super::posts::Stands;
use super::scene::Scene;
use crate::harness::Person;

/// What is there to be changed, taken away or used up, by its id.
#[derive(Debug, Default)]
pub(crate) struct Spares {
    member: Option<String>,
    account: Option<String>,
    pub(super) posts: HashMap<Stands, String>,
}

impl Scene {
    /// A viewer of the first team whom nobody misses.
    pub(super) async fn spare_member(&self) -> String {
        let team = self.ours.team.parse().unwrap();
        let mut spares = self.spares.lock().await;
        if let Some(id) = &spares.member {
            let member = self.world.store().member(team, id.parse().unwrap());
            if member.await.unwrap().is_some() {
                return id.clone();
            }
        }
        let id = self.newcomer().await.id;
        let person = Person {
            id: id.clone(),
            ..self.admin.clone()
        };
        self.world
            .join(&person, &self.ours.team, Role::Viewer)
            .await;
        spares.member.insert(id).clone()
    }

    /// The role that the spare member does not have yet.
    pub(super) async fn other_role(&self, member: &str) -> Value {
        let (team, user) = (self.ours.team.parse().unwrap(), member.parse().unwrap());
        let member = self.world.store().member(team, user).await.unwrap();
        match member.unwrap().role {
            Role::Editor => json!("viewer"),
            Role::Admin | Role::Viewer => json!("editor"),
        }
    }

    /// Somebody who belongs to no team.
    pub(super) async fn newcomer(&self) -> Person {
        self.world.sign_up(&self.new_name()).await
    }

    /// An account of the first team that no post goes to.
    pub(super) async fn spare_account(&self) -> String {
        let team = self.ours.team.parse().unwrap();
        let mut spares = self.spares.lock().await;
        if let Some(id) = &spares.account {
            let account = self.world.store().account(team, id.parse().unwrap());
            if account.await.unwrap().is_some() {
                return id.clone();
            }
        }
        let bakery = json!({ "platform": "bluesky", "host": "bluesky.sandbox", "identifier": "bakery.bluesky.sandbox", "password": "demo-pass-word-0002" });
        let path = format!("/teams/{}/accounts", self.ours.team);
        let connected = self.admin.api.post(&path, &bakery).await.expect(201);
        spares.account.insert(connected.id()).clone()
    }

    /// An invitation of the first team to somebody new.
    pub(super) async fn spare_invitation(&self) -> String {
        let (address, team) = (self.new_address(), &self.ours.team);
        self.world.invite(&address, team, Role::Viewer).await
    }

    /// The open invitation to somebody of a team that nobody here belongs to.
    pub(super) async fn invitation_for(&self, person: &Person) -> String {
        let (email, hosts) = (Email::parse(&person.email).unwrap(), &self.hosts);
        let open = self.world.store().invitations_for(&email, 10).await;
        let mut open = open.unwrap().into_iter();
        match open.find(|invitation| invitation.team.to_string() == *hosts) {
            Some(invitation) => invitation.id.to_string(),
            None => self.world.invite(&person.email, hosts, Role::Viewer).await,
        }
    }

    /// The token with which somebody who belongs to no team joins one.
    pub(super) async fn joining_token(&self) -> String {
        let invitation = self.invitation_for(&self.newcomer().await).await;
        self.world.invitation_token(&invitation).await
    }

    /// A team of whom the caller is an admin, and that nobody misses: its id and its name.
    pub(super) async fn spare_team(&self, admin: &Person) -> (String, &'static str) {
        let name = "Nobody misses it";
        let team = self.operator.create_team(name).await;
        self.world.join(admin, &team, Role::Admin).await;
        (team, name)
    }
}
