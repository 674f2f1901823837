//! The end of every way to sign up: a user account.

use app::{App, Error, Result};
use domain::{
    Activity, Actor, Email, Identity, Kind, Locale, PersonName, Place, RegistrationId, Scope, User,
    UserRole, Zone,
};
use store::NewUser;

/// Somebody with an address that is known to be theirs.
#[derive(Clone, Debug)]
pub(super) struct Newcomer {
    pub(super) email: Email,
    pub(super) name: PersonName,
    pub(super) locale: Locale,
    pub(super) zone: Zone,
    pub(super) password_hash: Option<String>,
    pub(super) identity: Option<Identity>,
    /// The sign-up that was confirmed.
    pub(super) from: Option<RegistrationId>,
}

/// Makes the user account. The first one of a deployment becomes its admin, unless an address was named for that.
pub(super) async fn create(
    app: &App,
    newcomer: &Newcomer,
    place: Place,
    has_admin: bool,
) -> Result<User> {
    let named = app.config.admin_email.as_deref();
    if !has_admin && named.is_none_or(|named| named == newcomer.email.as_str()) {
        match create_as(app, newcomer, place, UserRole::Admin).await {
            // Two first accounts at the same moment: one of them is a member after all.
            Err(Error::Stale) => {}
            created => return created,
        }
    }
    create_as(app, newcomer, place, UserRole::Member).await
}

async fn create_as(app: &App, newcomer: &Newcomer, place: Place, role: UserRole) -> Result<User> {
    let Newcomer {
        email,
        name,
        locale,
        zone,
        password_hash,
        identity,
        from,
    } = newcomer.clone();
    let user = User::new(
        app.new_id(),
        email,
        name,
        (locale, zone),
        (role, password_hash),
        app.now(),
    );
    let entry = Activity::new(
        app.entry_at(place),
        Scope::User(user.id),
        Actor::User(user.id),
        Kind::UserCreated,
        app.now(),
    );
    let new = NewUser {
        user: &user,
        from,
        identity: identity.as_ref(),
        claims_admin: role == UserRole::Admin,
    };
    app.store.create_user(&new, &entry).await?;
    Ok(user)
}
