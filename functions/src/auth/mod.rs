//! Signing up, signing in, staying signed in, and coming back from a provider's or platform's consent page.

pub mod forgot_password;
pub mod jwks;
mod landing;
pub mod login;
pub mod logout;
pub(crate) mod new_password;
pub mod oauth_authorize;
pub mod oauth_callback;
pub mod oauth_choose;
pub(crate) mod provider;
pub(crate) mod record;
pub mod refresh_token;
pub mod register;
pub mod reset_password;
pub mod reset_password_page;
mod returning;
mod sign_in;
mod sign_up;
pub(crate) mod trip;
pub mod verify_email;
pub mod verify_email_page;
pub mod view;
