//! Signing up, signing in, and coming back from a platform's consent page.

pub mod jwks;
pub mod login;
pub mod oauth_callback;
pub mod refresh_token;
pub mod register;
pub mod verify_email;
pub mod verify_email_page;
pub mod view;
