//! Requests in, answers out.

pub mod cursor;
pub mod problem;
pub mod request;
pub mod respond;
