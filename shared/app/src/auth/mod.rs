//! Identity: passwords, access tokens, refresh tokens and the links in mails.

pub mod access;
pub mod links;
pub mod passwords;
pub mod refresh;
