//! What Tayang can be asked to do: one file for each deployed function, and the list of them all.

use app::lambda::Function;

pub mod accounts;
pub mod activity;
pub mod auth;
pub mod invitations;
pub mod jobs;
pub mod me;
pub mod media;
pub mod members;
mod pages;
pub mod platforms;
pub mod posts;
pub mod system;
pub mod teams;
pub mod todos;
pub mod users;

/// Every deployed function. A binary refers to its own one only, so that the linker leaves the rest out.
pub static CATALOGUE: &[Function] = &[
    auth::register::FUNCTION,
    auth::verify_email::FUNCTION,
    auth::verify_email_page::FUNCTION,
    auth::login::FUNCTION,
    auth::logout::FUNCTION,
    auth::refresh_token::FUNCTION,
    auth::forgot_password::FUNCTION,
    auth::reset_password::FUNCTION,
    auth::reset_password_page::FUNCTION,
    auth::jwks::FUNCTION,
    auth::oauth_authorize::FUNCTION,
    auth::oauth_callback::FUNCTION,
    auth::oauth_choose::FUNCTION,
    me::get::FUNCTION,
    me::update::FUNCTION,
    me::delete::FUNCTION,
    me::change_password::FUNCTION,
    me::change_email::FUNCTION,
    me::list_sessions::FUNCTION,
    me::end_session::FUNCTION,
    me::end_sessions::FUNCTION,
    me::link_identity::FUNCTION,
    me::unlink_identity::FUNCTION,
    users::list::FUNCTION,
    users::update::FUNCTION,
    teams::create::FUNCTION,
    teams::list::FUNCTION,
    teams::get::FUNCTION,
    teams::update::FUNCTION,
    teams::delete::FUNCTION,
    members::list::FUNCTION,
    members::add::FUNCTION,
    members::change_role::FUNCTION,
    members::remove::FUNCTION,
    invitations::list::FUNCTION,
    invitations::resend::FUNCTION,
    invitations::revoke::FUNCTION,
    invitations::mine::FUNCTION,
    invitations::accept::FUNCTION,
    invitations::decline::FUNCTION,
    invitations::accept_page::FUNCTION,
    invitations::accept_by_link::FUNCTION,
    platforms::list::FUNCTION,
    accounts::connect::FUNCTION,
    accounts::list::FUNCTION,
    accounts::get::FUNCTION,
    accounts::reconnect::FUNCTION,
    accounts::update::FUNCTION,
    accounts::disconnect::FUNCTION,
    todos::list::FUNCTION,
    todos::dismiss::FUNCTION,
    posts::create::FUNCTION,
    posts::list::FUNCTION,
    posts::get::FUNCTION,
    posts::update::FUNCTION,
    posts::cancel::FUNCTION,
    posts::preview::FUNCTION,
    posts::schedule::FUNCTION,
    posts::submit::FUNCTION,
    posts::approve::FUNCTION,
    posts::reject::FUNCTION,
    posts::comment::FUNCTION,
    posts::repost::FUNCTION,
    posts::stop_repost::FUNCTION,
    media::create::FUNCTION,
    media::get::FUNCTION,
    activity::list::FUNCTION,
    system::health::FUNCTION,
    system::openapi::FUNCTION,
    system::swagger_ui::FUNCTION,
    jobs::publisher::FUNCTION,
    jobs::publish::FUNCTION,
    jobs::relay::FUNCTION,
    jobs::seal::FUNCTION,
    jobs::notify::FUNCTION,
    jobs::deliver_email::FUNCTION,
    jobs::rotate_keys::FUNCTION,
    jobs::caretaker::FUNCTION,
    jobs::tend::FUNCTION,
    jobs::rotate_vault::FUNCTION,
    jobs::resolve_times::FUNCTION,
    jobs::inspect_media::FUNCTION,
    jobs::sweep_media::FUNCTION,
];
