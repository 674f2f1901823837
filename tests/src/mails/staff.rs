//! The people of a team, some of whom are told what happens to its accounts.

use domain::account::Access;
use domain::{
    Account, Activity, Actor, Email, Kind, Locale, PersonName, Role, Scope, User, UserRole, Zone,
};
use jiff::SignedDuration;
use serde_json::json;
use store::NewUser;

use crate::harness::{Newsroom, Person, World};

/// A team with three admins, of whom one reads Indonesian and one has a closed account; an editor; and an admin of something else.
pub(super) struct Staff {
    pub(super) news: Newsroom,
    pub(super) ben: Person,
    pub(super) cara: Person,
}

impl Staff {
    pub(super) async fn open(world: &World) -> Self {
        let news = Newsroom::open(world).await;
        let [ben, cara, dewi, eve] = ["ben", "cara", "dewi", "eve"].map(|name| world.sign_up(name));
        let (ben, cara, dewi, eve) = (ben.await, cara.await, dewi.await, eve.await);
        ben.move_to_jakarta().await;
        world.join(&ben, &news.team, Role::Admin).await;
        world.join(&cara, &news.team, Role::Editor).await;
        world.join(&dewi, &news.team, Role::Admin).await;
        let disabled = json!({ "status": "disabled" });
        let dewi = format!("/users/{}", dewi.id);
        news.ana.api.patch(&dewi, &disabled).await.expect(200);
        let other = news.ana.create_team("Other").await;
        world.join(&eve, &other, Role::Admin).await;
        Self { news, ben, cara }
    }

    async fn stored(&self, world: &World) -> Account {
        let (team, id) = (self.news.team.parse(), self.news.mastodon.parse());
        let account = world.store().account(team.unwrap(), id.unwrap()).await;
        account.unwrap().unwrap()
    }

    /// The platform no longer takes the account's tokens, and says so.
    pub(super) async fn lose(&self, world: &World) {
        let before = self.stored(world).await;
        let app = world.stack.app();
        let failed = before.failed(
            "The access token was revoked",
            domain::Entry::system(app.new_id()),
            app.now(),
        );
        let failed = failed.unwrap();
        let store = world.store();
        store
            .change_account(&before, &failed.account, Some(&failed.activity))
            .await
            .unwrap();
    }

    /// The platform says when the access to the account ends.
    pub(super) async fn ends_in(&self, world: &World, time: SignedDuration) {
        let before = self.stored(world).await;
        let app = world.stack.app();
        let access = Access {
            ends_at: Some(app.now() + time),
            ..before.access.clone()
        };
        let (after, entry) =
            before.checked(access, None, domain::Entry::system(app.new_id()), app.now());
        let store = world.store();
        store
            .change_account(&before, &after, entry.as_ref())
            .await
            .unwrap();
    }

    /// Counts the mails that come of a message to somebody which the queue delivers now.
    pub(super) async fn late(&self, world: &World, about: &str, to: &Person) -> usize {
        let (team, account) = (&self.news.team, &self.news.mastodon);
        let about = json!({ "about": about, "user": to.id, "team": team, "account": account });
        world.mails_of(about, None).await
    }
}

/// Puts somebody into the tables who runs the team too.
pub(super) async fn put_admin(world: &World, news: &Newsroom, n: usize) {
    let (app, store) = (world.stack.app(), world.store());
    let user = User::new(
        app.new_id(),
        Email::parse(&format!("admin{n}@example.com")).unwrap(),
        PersonName::parse("Somebody").unwrap(),
        (Locale::En, Zone::utc()),
        (UserRole::Member, None),
        app.now(),
    );
    let new = NewUser {
        user: &user,
        from: None,
        identity: None,
        claims_admin: false,
    };
    let (scope, actor) = (Scope::User(user.id), Actor::User(user.id));
    let entry = Activity::new(
        domain::Entry::system(app.new_id()),
        scope,
        actor,
        Kind::UserCreated,
        app.now(),
    );
    store.create_user(&new, &entry).await.unwrap();
    let (team, ana) = (news.team.parse().unwrap(), news.ana.id.parse().unwrap());
    let ana = store.member(team, ana).await.unwrap().unwrap();
    let added = ana.add(
        &user,
        Role::Admin,
        domain::Entry::system(app.new_id()),
        app.now(),
    );
    store.add_member(&added.unwrap(), &ana).await.unwrap();
}
