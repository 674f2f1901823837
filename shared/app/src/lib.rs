//! What every function needs: configuration, clock, secrets, identity, requests and answers, and the entry point that Lambda calls.

pub mod app;
pub mod auth;
pub mod aws;
pub mod clock;
pub mod config;
pub mod error;
pub mod http;
pub mod keys;
pub mod lambda;
pub mod media;
pub mod random;
pub mod seal;
pub mod secrets;
pub mod throttle;
pub mod vault;

pub use app::{App, Caller};
pub use clock::Clock;
pub use config::Config;
pub use error::{Error, Result};
pub use http::request::RequestExt;
pub use http::respond;
pub use lambda_http::{Body, Request};

/// What an endpoint answers.
pub type Response = lambda_http::Response<Body>;
