//! A system in which there is something to ask for, and people who stand to it in every possible way.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicUsize, Ordering};

use aws_sdk_dynamodb::types::AttributeValue;
use domain::media::{Findings, MediaState};
use domain::{ContentHash, Media, MediaType, Role};
use futures::join;
use serde_json::{Value, json};
use tokio::sync::Mutex;

use super::Caller;
use super::spares::Spares;
use crate::harness::{Api, Person, World};

/// A system with two teams that have nothing to do with each other, and people who stand to the first one in every possible way.
pub(crate) struct Scene {
    pub(crate) world: World,
    /// An admin of the deployment who belongs to no team.
    pub(crate) operator: Person,
    /// Signed in, and a member of no team.
    pub(crate) stranger: Person,
    /// The admin of the other team.
    pub(crate) neighbour: Person,
    pub(crate) admin: Person,
    pub(crate) editor: Person,
    pub(crate) viewer: Person,
    /// Was an editor of the first team.
    pub(crate) removed: Person,
    /// A user whom an admin of the deployment has disabled.
    pub(crate) disabled: Person,
    /// Signed out, with the tokens of then.
    pub(crate) signed_out: Person,
    pub(crate) ours: Things,
    pub(crate) theirs: Things,
    /// A third team, which invites people; only its own admin belongs to it.
    pub(super) hosts: String,
    pub(super) spares: Mutex<Spares>,
    made: AtomicUsize,
}

/// What a team has.
pub(crate) struct Things {
    pub(crate) team: String,
    /// Also what the team is called.
    pub(crate) name: &'static str,
    pub(crate) account: String,
    pub(crate) post: String,
    /// An invitation to somebody who is not here.
    pub(crate) invitation: String,
    /// A picture that may be used.
    pub(crate) media: String,
}

/// A picture of a team, as if it had been uploaded and checked.
async fn picture(world: &World, admin: &Person, team: &str) -> String {
    let (app, store) = (world.stack.app(), world.store());
    let (team, user) = (team.parse().unwrap(), admin.id.parse().unwrap());
    let member = store.member(team, user).await.unwrap().unwrap();
    let (kind, bytes) = (MediaType::Jpeg, 48_213);
    let media = Media::announce(app.new_id(), &member, kind, bytes, app.now()).unwrap();
    assert!(store.create_media(&media, &member).await.unwrap());
    let ready = MediaState::Ready(Findings {
        fingerprint: ContentHash::of(team.to_string().as_bytes()),
        bytes,
        width: 1_200,
        height: 800,
        duration_ms: 0,
    });
    store.settle_media(&media, &ready).await.unwrap();
    media.id.to_string()
}

/// A team with one admin. Teams are made by admins of the deployment; this one leaves it to its own.
async fn team(world: &World, admin: &Person, operator: &Person, name: &str) -> String {
    let team = operator.create_team(name).await;
    world.join(admin, &team, Role::Admin).await;
    world.leave(operator, &team).await;
    team
}

async fn things(world: &World, admin: &Person, operator: &Person, name: &'static str) -> Things {
    let team = team(world, admin, operator, name).await;
    let account = admin.connect_bluesky(&team).await;
    let body = json!({ "team_id": team, "text": format!("News of {name}"), "account_ids": [account], "assignee_id": admin.id });
    let post = admin.api.post("/posts", &body).await.expect(201).id();
    let guest = format!("guest.of.{name}@example.com");
    let invitation = world.invite(&guest, &team, Role::Viewer).await;
    let media = picture(world, admin, &team).await;
    Things {
        team,
        name,
        account,
        post,
        invitation,
        media,
    }
}

impl Scene {
    pub(crate) async fn open() -> Self {
        let world = World::start().await;
        // The first one is the deployment's admin.
        let operator = world.sign_up("operator").await;
        let (stranger, neighbour, admin, editor, viewer) = join!(
            world.sign_up("stranger"),
            world.sign_up("neighbour"),
            world.sign_up("admin"),
            world.sign_up("editor"),
            world.sign_up("viewer"),
        );
        let (removed, disabled, signed_out, host) = join!(
            world.sign_up("removed"),
            world.sign_up("disabled"),
            world.sign_up("signed-out"),
            world.sign_up("host"),
        );
        let ours = things(&world, &admin, &operator, "ours").await;
        let theirs = things(&world, &neighbour, &operator, "theirs").await;
        let hosts = team(&world, &host, &operator, "hosts").await;
        let scene = Self {
            world,
            operator,
            stranger,
            neighbour,
            admin,
            editor,
            viewer,
            removed,
            disabled,
            signed_out,
            ours,
            theirs,
            hosts,
            spares: Mutex::default(),
            made: AtomicUsize::new(0),
        };
        for caller in [
            Caller::Member(Role::Editor),
            Caller::Member(Role::Viewer),
            Caller::Removed,
            Caller::Disabled,
            Caller::SignedOut,
        ] {
            scene.place(scene.person(caller).unwrap(), caller).await;
        }
        scene
    }

    /// Who stands there; nobody is anonymous.
    pub(crate) fn person(&self, caller: Caller) -> Option<&Person> {
        match caller {
            Caller::Anonymous => None,
            Caller::Disabled => Some(&self.disabled),
            Caller::SignedOut => Some(&self.signed_out),
            Caller::Stranger => Some(&self.stranger),
            Caller::Removed => Some(&self.removed),
            Caller::Neighbour => Some(&self.neighbour),
            Caller::Operator => Some(&self.operator),
            Caller::Member(Role::Viewer) => Some(&self.viewer),
            Caller::Member(Role::Editor) => Some(&self.editor),
            Caller::Member(Role::Admin) => Some(&self.admin),
        }
    }

    pub(crate) fn api(&self, caller: Caller) -> &Api {
        self.person(caller)
            .map_or(&self.world.anonymous, |person| &person.api)
    }

    /// Somebody new who stands to the first team in the same way, for a request after which the caller is not the same any more.
    pub(crate) async fn twin(&self, caller: Caller) -> Person {
        let twin = self.world.sign_up(&self.new_name()).await;
        self.place(&twin, caller).await;
        twin
    }

    /// Has somebody who stands nowhere yet stand there.
    async fn place(&self, person: &Person, caller: Caller) {
        let (world, ours) = (&self.world, &self.ours.team);
        let change = |body: Value| {
            let (api, path) = (self.operator.api.clone(), format!("/users/{}", person.id));
            async move { api.patch(&path, &body).await.expect(200) }
        };
        match caller {
            Caller::Anonymous | Caller::Stranger => {}
            Caller::Disabled => drop(change(json!({ "status": "disabled" })).await),
            Caller::SignedOut => drop(person.api.post("/logout", &json!({})).await.expect(204)),
            Caller::Removed => {
                world.join(person, ours, Role::Editor).await;
                world.leave(person, ours).await;
            }
            Caller::Neighbour => world.join(person, &self.theirs.team, Role::Admin).await,
            Caller::Operator => drop(change(json!({ "role": "admin" })).await),
            Caller::Member(role) => world.join(person, ours, role).await,
        }
    }

    /// A name that nobody has.
    pub(crate) fn new_name(&self) -> String {
        format!("new{}", self.made.fetch_add(1, Ordering::Relaxed))
    }

    /// Everything that both tables hold, but what counts tries: a wrong request may count as one.
    pub(crate) async fn held_besides_counters(&self) -> Vec<String> {
        let mut held = self.held().await;
        held.retain(|item| !item.contains("TRIES#") && !item.contains("FAILURES#"));
        held
    }

    /// Everything that both tables hold.
    pub(crate) async fn held(&self) -> Vec<String> {
        let app = self.world.stack.app();
        let mut held = Vec::new();
        for table in [&app.config.table, &app.config.vault_table] {
            let mut from = None;
            loop {
                let page = app
                    .aws
                    .dynamodb()
                    .scan()
                    .table_name(table)
                    .consistent_read(true)
                    .set_exclusive_start_key(from)
                    .send()
                    .await
                    .unwrap();
                held.extend(
                    page.items()
                        .iter()
                        .map(|item| format!("{table} {}", sorted(item))),
                );
                from = page.last_evaluated_key;
                if from.is_none() {
                    break;
                }
            }
        }
        held.sort();
        held
    }
}

/// An item as text, its fields in order.
fn sorted(item: &HashMap<String, AttributeValue>) -> String {
    let fields: BTreeMap<_, _> = item
        .iter()
        .map(|(name, value)| (name, written(value)))
        .collect();
    format!("{fields:?}")
}

/// A value as text, what is within it in order too.
fn written(value: &AttributeValue) -> String {
    match value {
        AttributeValue::M(fields) => sorted(fields),
        AttributeValue::L(values) => {
            format!("{:?}", values.iter().map(written).collect::<Vec<_>>())
        }
        other => format!("{other:?}"),
    }
}
